// A line of a crontab as a value: which minutes of a wall clock it names.
//
// Shape:   five fields separated by blanks: minute, hour, day of month, month, day of week. A field
//          is a list (",") of "*", a value or a range "a-b", each with an optional step "/n"; "a/n"
//          runs from a to the end. Months and days of the week may be named by three letters (jan,
//          MON). 0 and 7 are Sunday. When both days are restricted (do not begin with "*"), a date
//          needs to match one of them, as in every cron. Also @hourly, @daily, @midnight, @weekly,
//          @monthly, @yearly and @annually.
// Errors:  ParseCron() fails with kInvalidArgument and names the field that is wrong.
// Threads: a value; immutable. Matching allocates nothing.
// Source:  crontab(5), docs/jobs.md#when-jobs-run

#pragma once

#include <bitset>
#include <chrono>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "calendar/day.h"

namespace bulwark::jobs {

struct Cron {
  std::bitset<60> minutes;
  std::bitset<24> hours;
  std::bitset<32> days_of_month;  // 1 to 31.
  std::bitset<13> months;         // 1 to 12.
  std::bitset<7> days_of_week;    // From Sunday.
  bool is_day_of_month_open = true;
  bool is_day_of_week_open = true;

  [[nodiscard]] bool MatchesDate(calendar::Date date) const;
  // The first minute of the day at or after `from` that the fields name; empty when none is left.
  [[nodiscard]] std::optional<std::chrono::minutes> NextMinute(std::chrono::minutes from) const;

  bool operator==(const Cron&) const = default;
};

base::Result<Cron> ParseCron(std::string_view text);

}  // namespace bulwark::jobs
