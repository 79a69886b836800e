// A 128-bit identifier with the text form of a UUID.
//
// Shape:   16 bytes; the text is 36 characters, lower case, with hyphens, and carries the version
//          and variant bits of a UUID v4 so that every reader accepts it.
// Errors:  Parse() answers empty for anything but that text form (either case).
// Threads: a value. ToString() allocates, Format() does not.
// Source:  docs/decisions.md#ids-are-deterministic

#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace bulwark::base {

class Uuid {
 public:
  static constexpr std::size_t kTextSize = 36;

  constexpr Uuid() = default;

  // The same three numbers give the same identifier, other numbers another one: the map from
  // (epoch, sequence) to the 122 free bits is a bijection for a fixed `domain`.
  static Uuid Derive(std::uint32_t domain, std::uint64_t epoch, std::uint64_t sequence);
  // The three numbers that Derive() made this identifier from; empty when it cannot be of its
  // making. An identifier from elsewhere may decode to numbers that nobody used.
  struct Origin {
    std::uint32_t domain = 0;
    std::uint64_t epoch = 0;
    std::uint64_t sequence = 0;

    bool operator==(const Origin&) const = default;
  };
  static std::optional<Origin> OriginOf(const Uuid& id);
  static std::optional<Uuid> Parse(std::string_view text);
  // What high() and low() answered.
  static constexpr Uuid FromParts(std::uint64_t high, std::uint64_t low) {
    Uuid id;
    id.high_ = high;
    id.low_ = low;
    return id;
  }

  // Writes exactly kTextSize characters, returns the end.
  char* Format(char* out) const;
  [[nodiscard]] std::string ToString() const;

  [[nodiscard]] constexpr bool is_nil() const { return high_ == 0 && low_ == 0; }
  [[nodiscard]] constexpr std::uint64_t high() const { return high_; }
  [[nodiscard]] constexpr std::uint64_t low() const { return low_; }

  friend constexpr auto operator<=>(const Uuid&, const Uuid&) = default;

 private:
  std::uint64_t high_ = 0;
  std::uint64_t low_ = 0;
};

}  // namespace bulwark::base

template <>
struct std::hash<bulwark::base::Uuid> {
  std::size_t operator()(const bulwark::base::Uuid& id) const noexcept {
    return id.high() ^ (id.low() * 0x9e3779b97f4a7c15ULL);
  }
};
