// What the exchange calendar says of one date.
//
// Shape:   a reason is a text of the program, never of a user: it lives as long as the process.
// Threads: values.

#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace bulwark::calendar {

// A date as the exchanges write it: no time zone, no time.
using Date = std::chrono::sys_days;

enum class DayKind : std::uint8_t {
  kClosed,
  kFull,
  kHalf,  // Closes at 13:00, before 1993 at 14:00.
};

struct Day {
  DayKind kind = DayKind::kFull;
  std::string_view reason;  // "Good Friday", "weekend". Empty for a full session.

  [[nodiscard]] bool is_session() const { return kind != DayKind::kClosed; }
  bool operator==(const Day&) const = default;
};

// A date on which the exchanges do something else than their rules say.
struct Override {
  Date date;
  DayKind kind = DayKind::kClosed;

  bool operator==(const Override&) const = default;
};

}  // namespace bulwark::calendar
