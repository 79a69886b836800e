// When a job runs: a cron line on a wall clock in New York, on all dates or on sessions only.
//
// Shape:   where clocks turn, a time that is skipped runs once, at the moment of the turn, however
//          many skipped times there were; a time that is repeated runs once, at its first showing.
//          Fire times are therefore strictly ascending.
// Units:   UTC nanoseconds; whole minutes.
// Errors:  Create() as ParseCron(); kInvalidArgument also for a line that names no time within
//          kSearchMax of any day (February 30).
// Threads: immutable; the calendar is asked at each call. Queries allocate nothing.
// Source:  docs/jobs.md#when-jobs-run

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "jobs/cron.h"

namespace bulwark::jobs {

enum class Days : std::uint8_t {
  kAll,
  kSessions,  // Only dates on which the exchanges trade.
};

class Schedule {
 public:
  // February 29 comes back within 8 years, as a session within 12, over 2100 too.
  static constexpr std::chrono::days kSearchMax{366 * 13};

  static base::Result<Schedule> Create(std::string_view cron, Days days);

  // The first fire time after `after`; empty when there is none within kSearchMax.
  [[nodiscard]] std::optional<base::UnixNanos> NextAfter(
      base::UnixNanos after, const calendar::ExchangeCalendar& calendar) const;

  // The cron line as it was given.
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] Days days() const { return days_; }

 private:
  Schedule(std::string text, const Cron& cron, Days days)
      : text_(std::move(text)), cron_(cron), days_(days) {}

  // The first fire time of that date after `after`.
  [[nodiscard]] std::optional<base::UnixNanos> NextOn(calendar::Date date,
                                                      base::UnixNanos after) const;

  std::string text_;
  Cron cron_;
  Days days_;
};

}  // namespace bulwark::jobs
