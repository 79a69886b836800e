// Writes docs/configuration.md from the table of settings.
//
// Errors:  none.
// Threads: any. The same table gives the same bytes.

#pragma once

#include <string>
#include <string_view>

namespace bulwark::config {

std::string GenerateMarkdown();

// The file the document begins with; a test loads it.
std::string_view ExampleFile();

}  // namespace bulwark::config
