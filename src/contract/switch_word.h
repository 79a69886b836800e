// The words that people type at SYSTEM:HALT and risk:kill_switch: any case, blanks around them.
//
// Threads: any; pure.
// Source:  contract sections 1.2.1, 1.5.2

#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string_view>

namespace bulwark::contract {

// Requires: `lower` is in lower case.
inline bool IsSwitchWord(std::string_view text, std::string_view lower) {
  constexpr std::string_view kBlanks = " \t\r\n\v\f";
  const std::size_t first = std::min(text.find_first_not_of(kBlanks), text.size());
  text.remove_prefix(first);
  text = text.substr(0, text.find_last_not_of(kBlanks) + 1);
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == b;
  });
}

}  // namespace bulwark::contract
