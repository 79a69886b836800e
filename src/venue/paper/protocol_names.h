// The words of the paper protocol that are not words of the contract.
//
// Errors:  the readers answer empty for a word that is not in the list.
// Threads: any; pure.

#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "model/venue_report.h"
#include "venue/venue.h"

namespace bulwark::venue::paper {

// Each in the order of its enumeration.
inline constexpr std::array<std::string_view, 6> kStatusWords = {
    "UNKNOWN", "WORKING", "FILLED", "CANCELLED", "REJECTED", "EXPIRED"};
inline constexpr std::array<std::string_view, 3> kEndWords = {"CANCELLED", "REJECTED", "EXPIRED"};
inline constexpr std::array<std::string_view, 5> kErrorWords = {
    "INVALID", "NOT_FOUND", "UNAVAILABLE", "CORRUPT", "CONFLICT"};

template <class Enum, std::size_t N>
std::optional<Enum> FromWord(const std::array<std::string_view, N>& words, std::string_view word) {
  for (std::size_t at = 0; at < N; ++at) {
    if (words[at] == word) {
      return static_cast<Enum>(at);
    }
  }
  return std::nullopt;
}

inline std::optional<VenueOrderStatus> StatusFromWord(std::string_view word) {
  return FromWord<VenueOrderStatus>(kStatusWords, word);
}
inline std::optional<model::OrderEnd> EndFromWord(std::string_view word) {
  return FromWord<model::OrderEnd>(kEndWords, word);
}
inline std::optional<base::ErrorCode> ErrorFromWord(std::string_view word) {
  return FromWord<base::ErrorCode>(kErrorWords, word);
}

}  // namespace bulwark::venue::paper
