// The page shown when the dashboard was not built: what runs, and how to build it.
//
// Threads: a constant.

#pragma once

#include <string_view>

namespace bulwark::api {

std::string_view PlaceholderPage();

}  // namespace bulwark::api
