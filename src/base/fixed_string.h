// A short text of bounded length inside a value that must not allocate.
//
// Shape:   up to N bytes, never truncated silently: Make() answers empty when the text is too long.
// Errors:  the constructor from a literal stops the process when the text does not fit.
// Threads: a value, trivially copyable.

#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ensure.h"

namespace bulwark::base {

template <std::size_t N>
class FixedString {
  static_assert(N < 256);

 public:
  constexpr FixedString() = default;
  // Requires: text.size() <= N.
  explicit constexpr FixedString(std::string_view text) {
    ENSURE(text.size() <= N);
    std::copy(text.begin(), text.end(), bytes_.begin());
    size_ = static_cast<std::uint8_t>(text.size());
  }

  static constexpr std::optional<FixedString> Make(std::string_view text) {
    if (text.size() > N) {
      return std::nullopt;
    }
    return FixedString(text);
  }
  // Keeps the first N bytes; for texts that only people read.
  static constexpr FixedString Cut(std::string_view text) { return FixedString(text.substr(0, N)); }

  [[nodiscard]] constexpr std::string_view view() const { return {bytes_.data(), size_}; }
  [[nodiscard]] constexpr bool empty() const { return size_ == 0; }

  friend constexpr bool operator==(const FixedString& a, const FixedString& b) {
    return a.view() == b.view();
  }
  friend constexpr auto operator<=>(const FixedString& a, const FixedString& b) {
    return a.view() <=> b.view();
  }

 private:
  std::array<char, N> bytes_{};
  std::uint8_t size_ = 0;
};

}  // namespace bulwark::base
