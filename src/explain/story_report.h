// A story as one chain of steps, for people and as a JSON document.
//
// Shape:   each step has a name, a text and, where it is known, a time; the differences between
//          neighbouring times are shown. Times are UTC with microseconds.
// Errors:  none.
// Threads: any; pure.
// Source:  docs/explain.md#one-order

#pragma once

#include <string>
#include <vector>

#include "explain/story.h"

namespace bulwark::explain {

std::string DescribeStory(const Story& story);
std::string StoryAsJson(const Story& story);

std::string DescribeDenied(const std::vector<DeniedDecision>& denied);
std::string DeniedAsJson(const std::vector<DeniedDecision>& denied);

}  // namespace bulwark::explain
