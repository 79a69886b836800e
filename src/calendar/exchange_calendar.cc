#include "calendar/exchange_calendar.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/new_york.h"
#include "base/result.h"
#include "base/time.h"
#include "calendar/date_text.h"
#include "calendar/day.h"
#include "calendar/scheduled_days.h"

namespace bulwark::calendar {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr hours kNightBegins{20};
constexpr hours kPreMarketBegins{4};
constexpr minutes kOpens{9 * 60 + 30};
constexpr hours kCloses{16};
constexpr hours kEnds{20};
constexpr hours kHalfDayCloses{13};
constexpr hours kHalfDayClosedBefore1993{14};
constexpr hours kHalfDayEnds{17};
// Closures longer than this are no calendar any more, and walks over it must end.
constexpr days kClosedMax{60};

hours HalfDayCloses(Date date) {
  constexpr std::chrono::year kFirst{1993};
  return std::chrono::year_month_day(date).year() < kFirst ? kHalfDayClosedBefore1993
                                                           : kHalfDayCloses;
}

base::UnixNanos At(Date date, minutes time_of_day) {
  return base::FromNewYork(base::LocalNanos(date.time_since_epoch()) + time_of_day).at;
}

std::optional<base::Error> Objection(std::span<const Override> sorted) {
  using enum base::ErrorCode;
  const auto twice = std::ranges::adjacent_find(sorted, {}, &Override::date);
  if (twice != sorted.end()) {
    return base::Error{kInvalidArgument, DateText(twice->date) + " is overridden twice"};
  }
  for (const Override& one : sorted) {
    const std::chrono::weekday day(one.date);
    const bool is_weekend = day == std::chrono::Saturday || day == std::chrono::Sunday;
    if (is_weekend && one.kind != DayKind::kClosed) {
      return base::Error{kInvalidArgument, DateText(one.date) + " is a weekend, not a session"};
    }
  }
  return std::nullopt;
}

}  // namespace

base::Result<ExchangeCalendar> ExchangeCalendar::Create(std::span<const Override> overrides) {
  if (overrides.size() > kOverridesMax) {
    return base::Fail(
        base::ErrorCode::kInvalidArgument,
        fmt::format("{} overrides, at most {} are allowed", overrides.size(), kOverridesMax));
  }
  std::vector<Override> sorted(overrides.begin(), overrides.end());
  std::ranges::sort(sorted, {}, &Override::date);
  if (auto objection = Objection(sorted)) {
    return tl::unexpected(std::move(*objection));
  }
  ExchangeCalendar made(std::move(sorted));
  for (const Override& one : made.overrides_) {
    if (made.NextSession(one.date) - one.date > kClosedMax) {
      return base::Fail(base::ErrorCode::kInvalidArgument,
                        fmt::format("no session within {} days after {}", kClosedMax.count(),
                                    DateText(one.date)));
    }
  }
  return made;
}

Day ExchangeCalendar::DayOf(Date date) const {
  const auto found = std::ranges::lower_bound(overrides_, date, {}, &Override::date);
  if (found == overrides_.end() || found->date != date) {
    return ScheduledDay(date);
  }
  return {.kind = found->kind, .reason = found->kind == DayKind::kFull ? "" : "override"};
}

// The walks end: rules close no five days running, and overrides are counted.
Date ExchangeCalendar::SessionOnOrAfter(Date date) const {
  while (!IsSession(date)) {
    date += days(1);
  }
  return date;
}

Date ExchangeCalendar::SessionOnOrBefore(Date date) const {
  while (!IsSession(date)) {
    date -= days(1);
  }
  return date;
}

Date ExchangeCalendar::NextSession(Date date) const {
  return SessionOnOrAfter(date + days(1));
}

Date ExchangeCalendar::PreviousSession(Date date) const {
  return SessionOnOrBefore(date - days(1));
}

Date ExchangeCalendar::SessionsBack(Date date, std::uint32_t count) const {
  Date session = SessionOnOrBefore(date);
  for (; count > 0; --count) {
    session = PreviousSession(session);
  }
  return session;
}

std::optional<Session> ExchangeCalendar::SessionOf(Date date) const {
  const Day day = DayOf(date);
  if (!day.is_session()) {
    return std::nullopt;
  }
  const bool is_half = day.kind == DayKind::kHalf;
  return Session{
      .date = date,
      .is_half = is_half,
      .overnight_at = At(date - days(1), kNightBegins),
      .pre_market_at = At(date, kPreMarketBegins),
      .open_at = At(date, kOpens),
      .close_at = At(date, is_half ? HalfDayCloses(date) : kCloses),
      .end_at = At(date, is_half ? kHalfDayEnds : kEnds),
  };
}

Phase ExchangeCalendar::PhaseAt(base::UnixNanos at) const {
  const base::LocalNanos wall = base::NewYorkTime(at);
  const bool is_next_night = wall - std::chrono::floor<days>(wall) >= kNightBegins;
  const auto session = SessionOf(base::NewYorkDate(at) + days(is_next_night ? 1 : 0));
  if (!session || at >= session->end_at) {
    return Phase::kClosed;
  }
  if (at >= session->close_at) {
    return Phase::kPostMarket;
  }
  if (at >= session->open_at) {
    return Phase::kRegular;
  }
  return at >= session->pre_market_at ? Phase::kPreMarket : Phase::kOvernight;
}

Date ExchangeCalendar::TradeDateAt(base::UnixNanos at, hours cutoff) const {
  const base::LocalNanos wall = base::NewYorkTime(at);
  const bool is_next = wall - std::chrono::floor<days>(wall) >= cutoff;
  return SessionOnOrAfter(base::NewYorkDate(at) + days(is_next ? 1 : 0));
}

bool ExchangeCalendar::IsTradeDateDisputed(base::UnixNanos at) {
  const base::LocalNanos wall = base::NewYorkTime(at);
  return base::NewYorkDate(at) >= Date(kExchangesTradeAtNightFrom) &&
         wall - std::chrono::floor<days>(wall) >= kNightBegins;
}

Date ExchangeCalendar::LastClosedSession(base::UnixNanos at) const {
  const Date today = base::NewYorkDate(at);
  const auto session = SessionOf(today);
  return session && at >= session->close_at ? today : PreviousSession(today);
}

}  // namespace bulwark::calendar
