#include "jobs/schedule.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/new_york.h"
#include "base/result.h"
#include "base/time.h"
#include "calendar/day.h"
#include "calendar/exchange_calendar.h"
#include "jobs/cron.h"

namespace bulwark::jobs {
namespace {

using std::chrono::minutes;

// Any day does: the search covers all dates a line can name.
constexpr calendar::Date kSomeDay =
    std::chrono::year(2026) / std::chrono::January / std::chrono::day(1);

bool NamesADate(const Cron& cron) {
  for (calendar::Date date = kSomeDay; date < kSomeDay + Schedule::kSearchMax;
       date += std::chrono::days(1)) {
    if (cron.MatchesDate(date)) {
      return true;
    }
  }
  return false;
}

}  // namespace

base::Result<Schedule> Schedule::Create(std::string_view text, Days days) {
  const auto cron = ParseCron(text);
  if (!cron) {
    return tl::unexpected(cron.error());
  }
  if (!NamesADate(*cron)) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "\"" + std::string(text) + "\" names no date that exists");
  }
  return Schedule(std::string(text), *cron, days);
}

std::optional<base::UnixNanos> Schedule::NextAfter(
    base::UnixNanos after, const calendar::ExchangeCalendar& calendar) const {
  const calendar::Date first = base::NewYorkDate(after);
  for (calendar::Date date = first; date <= first + kSearchMax; date += std::chrono::days(1)) {
    const bool is_named =
        cron_.MatchesDate(date) && (days_ == Days::kAll || calendar.IsSession(date));
    if (const auto at = is_named ? NextOn(date, after) : std::nullopt) {
      return at;
    }
  }
  return std::nullopt;
}

std::optional<base::UnixNanos> Schedule::NextOn(calendar::Date date, base::UnixNanos after) const {
  const base::LocalNanos midnight(date.time_since_epoch());
  const base::LocalNanos now = base::NewYorkTime(after);
  // An hour early: after the clocks went back, the wall shows times that were already shown.
  const auto shown = std::chrono::floor<minutes>(now - midnight) - std::chrono::hours(1);
  auto minute = cron_.NextMinute(std::max(shown, minutes(0)));
  while (minute) {
    const base::WallMoment moment = base::FromNewYork(midnight + *minute);
    if (moment.at > after) {
      return moment.at;
    }
    minute = cron_.NextMinute(*minute + minutes(1));
  }
  return std::nullopt;
}

}  // namespace bulwark::jobs
