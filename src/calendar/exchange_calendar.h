// Which dates are sessions of NYSE and Nasdaq, when they open and close, and to which trade date a
// moment belongs.
//
// Shape:   the scheduled days and, above them, overrides in the order of their dates. A trade date
//          is a session; every moment has one: from 20:00 in New York on it is the next day's, and
//          on a date without a session the next session's. So the night before a session belongs to
//          it, also when it begins on a Sunday or a holiday. There is no night before a closed day.
// Errors:  Create() refuses, with kInvalidArgument, two overrides of one date, a session on a
//          weekend, more than kOverridesMax, and closures that leave no session within 60 days.
//          Nothing else fails: dates far away are answered by the rules.
// Threads: immutable after Create(); any. Queries do not allocate.
// Source:  docs/calendar.md#trade-dates

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "calendar/day.h"

namespace bulwark::calendar {

enum class Phase : std::uint8_t {
  kClosed,
  kOvernight,   // 20:00 of the evening before, to 04:00.
  kPreMarket,   // 04:00 to 09:30.
  kRegular,     // 09:30 to 16:00, on a half day 13:00.
  kPostMarket,  // From there to 20:00, on a half day 17:00.
};

// One session from its night to its evening; each span begins where the one before ends.
struct Session {
  Date date;
  bool is_half = false;
  base::UnixNanos overnight_at;
  base::UnixNanos pre_market_at;
  base::UnixNanos open_at;
  base::UnixNanos close_at;
  base::UnixNanos end_at;

  bool operator==(const Session&) const = default;
};

class ExchangeCalendar {
 public:
  static constexpr std::size_t kOverridesMax = 512;
  // Since this evening exchanges trade at night themselves, and not all say how they date the hours
  // before midnight: see IsTradeDateDisputed().
  static constexpr std::chrono::year_month_day kExchangesTradeAtNightFrom{
      std::chrono::year{2026} / std::chrono::December / 6};

  // The rules and the closures of the past, without overrides.
  ExchangeCalendar() = default;
  static base::Result<ExchangeCalendar> Create(std::span<const Override> overrides);

  [[nodiscard]] Day DayOf(Date date) const;
  [[nodiscard]] bool IsSession(Date date) const { return DayOf(date).is_session(); }

  // The first session after, the last before, and the same counting `date` itself.
  [[nodiscard]] Date NextSession(Date date) const;
  [[nodiscard]] Date PreviousSession(Date date) const;
  [[nodiscard]] Date SessionOnOrAfter(Date date) const;
  [[nodiscard]] Date SessionOnOrBefore(Date date) const;
  // The session `count` sessions before SessionOnOrBefore(date); 0 is that one itself. The day
  // trades of five sessions to today begin at SessionsBack(today, 4).
  [[nodiscard]] Date SessionsBack(Date date, std::uint32_t count) const;

  // The hours of a date; empty when it is closed.
  [[nodiscard]] std::optional<Session> SessionOf(Date date) const;
  [[nodiscard]] Phase PhaseAt(base::UnixNanos at) const;
  [[nodiscard]] bool IsOpen(base::UnixNanos at) const { return PhaseAt(at) == Phase::kRegular; }

  // The trade date of a moment, when the evening's `cutoff` is where the next one begins.
  [[nodiscard]] Date TradeDateAt(base::UnixNanos at,
                                 std::chrono::hours cutoff = std::chrono::hours{20}) const;
  // Whether venues may put that moment on different trade dates: between 20:00 and midnight since
  // the exchanges trade at night. Who counts day trades then counts both the trade date and the
  // date on the wall, and takes the larger.
  [[nodiscard]] static bool IsTradeDateDisputed(base::UnixNanos at);

  // When the last session whose regular hours are over at `at` was. Its bar is finished.
  [[nodiscard]] Date LastClosedSession(base::UnixNanos at) const;

 private:
  explicit ExchangeCalendar(std::vector<Override> overrides) : overrides_(std::move(overrides)) {}

  std::vector<Override> overrides_;
};

}  // namespace bulwark::calendar
