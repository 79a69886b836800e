// Mistakes that somebody could make, each put in place of what a part promises; the simulator must
// find every one of them.
//
// Shape:   they live in the fakes around the trader, never in the trader: no switch of `bulwark`
//          can reach them.
// Threads: any; pure.

#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "sim/context.h"

namespace bulwark::sim {

struct BugSpec {
  Bug bug;
  std::string_view name;
  std::string_view mistake;
};

std::span<const BugSpec> AllBugs();
std::optional<Bug> FindBug(std::string_view name);

}  // namespace bulwark::sim
