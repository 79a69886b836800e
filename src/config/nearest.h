// Finds the name a person probably meant when the one they wrote does not exist.
//
// Errors:  none. No answer is better than a far-fetched one: at most a third of the letters may
//          differ.
// Threads: any. Cost is the product of the lengths, so both are cut at kNameMax.

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bulwark::config {

inline constexpr std::size_t kNameMax = 96;

// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`; case is
// ignored.
std::size_t EditDistance(std::string_view a, std::string_view b);

// The candidate nearest to `name`. A candidate whose last dotted part is `name` wins over spelling.
std::optional<std::string> Nearest(std::string_view name, std::span<const std::string> candidates);

}  // namespace bulwark::config
