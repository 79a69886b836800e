#include "daytrade/entry_hours.h"

#include <optional>

#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "daytrade/policy.h"

namespace bulwark::daytrade {
namespace {

struct Hours {
  base::UnixNanos open_at;
  base::UnixNanos close_at;
  base::UnixNanos quiet_from;
};

// Of the session that goes on; empty outside regular hours.
std::optional<Hours> HoursAt(const Policy& policy, const calendar::ExchangeCalendar& calendar,
                             base::UnixNanos now) {
  const auto session = calendar.SessionOf(calendar.TradeDateAt(now));
  if (!session || now < session->open_at || now >= session->close_at) {
    return std::nullopt;
  }
  const base::Nanos quiet =
      session->is_half ? policy.quiet_before_half_close : policy.quiet_before_close;
  return Hours{.open_at = session->open_at,
               .close_at = session->close_at,
               .quiet_from = session->close_at - quiet};
}

}  // namespace

bool IsEntryTime(const Policy& policy, const calendar::ExchangeCalendar& calendar,
                 base::UnixNanos now) {
  if (!policy.regular_hours_only) {
    return true;
  }
  const auto hours = HoursAt(policy, calendar, now);
  return hours && now >= hours->open_at + policy.quiet_after_open && now < hours->quiet_from;
}

bool IsNearClose(const Policy& policy, const calendar::ExchangeCalendar& calendar,
                 base::UnixNanos now) {
  const auto hours = HoursAt(policy, calendar, now);
  return hours && now >= hours->quiet_from;
}

}  // namespace bulwark::daytrade
