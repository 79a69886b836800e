// What is missing in a series of bars, and what looks wrong in it.
//
// Shape:   findings in order of time, judged by the exchange's calendar and by the bars themselves.
//          A finding is no error: a halt has no volume, and a share may really fall by half.
// Threads: pure.
// Source:  docs/data.md#what-data-check-reports

#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "store/rows.h"

namespace bulwark::store {

enum class FindingKind : std::uint8_t {
  kMissingSessions,  // Sessions between two bars that have none.
  kNoSession,        // A bar of a day on which the exchange was closed.
  kNotBracketed,     // High and low do not hold open and close.
  kNoVolume,         // A volume of 0: a halt, or a day without trade.
  kJump,             // The close changed by more than 40 % and no action explains it.
  kExplainedJump,    // The same, and the corporate actions of that day explain it.
  kAdjustmentLag,    // An adjusted close that differs on two sessions in a row.
  kFuture,           // A bar that begins after now.
};

// "missing sessions", "no session", ...
std::string_view NameOf(FindingKind kind);

struct Finding {
  FindingKind kind = FindingKind::kMissingSessions;
  std::chrono::sys_days day;  // The first one, of missing sessions.
  std::int64_t count = 1;     // Sessions that are missing.
  std::string text;           // For people: the values.

  bool operator==(const Finding&) const = default;
};

// Daily bars of a share of NYSE or Nasdaq. Requires: in order of time.
std::vector<Finding> CheckDays(std::span<const Bar> bars, std::span<const CorporateAction> actions,
                               const calendar::ExchangeCalendar& calendar);
// Minute bars, of any market: without a calendar, so no gaps. Requires: in order of time.
std::vector<Finding> CheckMinutes(std::span<const Bar> bars);
// Bars of any length that begin after `now`.
std::vector<Finding> CheckFuture(std::span<const Bar> bars, base::UnixNanos now);

}  // namespace bulwark::store
