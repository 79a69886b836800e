// How many calls a server allows: several windows at once, what is kept back, and for whom.
//
// Shape:   text such as "5/min,25/day" or "1200/min,50/10s; slots=2; share=20; reserve=10,10,20".
//          The first window is the one that the documented pair of keys shows. Of each window,
//          `share_percent` is set aside in equal parts of whole units for `slots` processes, to be
//          used while Redis is away; the rest is shared through Redis. Of the rest, `reserve` keeps
//          back percentages that only a priority at least as high may use.
// Units:   a window counts units (a call of weight 1 is one unit) per span.
// Errors:  kInvalidArgument with the word that is wrong.
// Threads: values.
// Source:  docs/limiter.md#limits

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace bulwark::limiter {

// Whose call goes first.
enum class Priority : std::uint8_t { kCancel, kExit, kEntry, kData };
inline constexpr std::size_t kPriorities = 4;

std::string_view Name(Priority priority);

struct Window {
  std::uint32_t units = 0;
  base::Nanos span{};

  bool operator==(const Window&) const = default;
};

struct Limits {
  static constexpr std::size_t kWindowsMax = 6;
  static constexpr std::uint32_t kUnitsMax = 20'000;  // The log keeps one entry for each.
  static constexpr std::uint32_t kSlotsMax = 64;

  std::vector<Window> windows;
  std::uint32_t slots = 4;
  std::uint32_t share_percent = 20;
  // For cancels alone; more for exits; more for entries. Data gets what is left.
  std::array<std::uint32_t, kPriorities - 1> reserve_percent{};

  bool operator==(const Limits&) const = default;

  // What one process may use of a window while Redis is away. May be 0.
  [[nodiscard]] std::uint32_t LocalUnits(const Window& window) const;
  // What is left for Redis to hand out.
  [[nodiscard]] std::uint32_t SharedUnits(const Window& window) const;
  // What of that a call of this priority may fill.
  [[nodiscard]] std::uint32_t UnitsFor(const Window& window, Priority priority) const;
};

base::Result<Limits> ParseLimits(std::string_view text);
// The same as text; ParseLimits() reads it back. Defaults are left out.
std::string FormatLimits(const Limits& limits);

}  // namespace bulwark::limiter
