// The executions of the last sessions, and the day trades they make.
//
// Shape:   executions in the order of time, at most `capacity`; older ones than kKeepSessions
//          sessions become part of what an instrument was held with before. An instrument's day is
//          counted twice, by the trade date and by the date in New York, each with its own night;
//          the larger count of the window is the answer (SameDay::kUnion).
// Units:   signed quantities: bought is positive.
// Errors:  Add() says what it did with an execution. After kFull or kFuture is_complete() is false
//          until the next Create(): the count is then a lower bound.
// Threads: one. Nothing allocates after the constructor.
// Owner:   borrows the calendar, which outlives it.
// Source:  docs/day-trades.md#counting

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "daytrade/day_counter.h"
#include "daytrade/day_tape.h"
#include "daytrade/execution.h"
#include "daytrade/policy.h"
#include "model/instrument.h"
#include "model/order.h"

namespace bulwark::daytrade {

enum class Added : std::uint8_t {
  kCounted,
  kKnown,   // The trade was there already.
  kFuture,  // Dated later than kSkewMax from now: not counted, and the count is not complete.
  kFull,    // No room: not counted, and the count is not complete.
};

// Two ways to say which day it is.
enum class DayKey : std::uint8_t { kTradeDate, kWallDate };
constexpr std::size_t kDayKeys = 2;

// What is known of an instrument when an order is judged.
struct InstrumentView {
  std::array<std::int32_t, kDayKeys> earlier{};  // Day trades of the window, today's left out.
  std::array<DayCounter, kDayKeys> today;
  bool uses_wall_date = true;
};

// The largest count of the keys that are used.
std::int32_t CountOf(const InstrumentView& view, CountMethod method);

class TradeLog {
 public:
  static constexpr std::uint32_t kKeepSessions = 12;
  static constexpr base::Nanos kSkewMax = std::chrono::seconds{60};

  TradeLog(const calendar::ExchangeCalendar& calendar, const Policy& policy, std::size_t capacity);

  // What was held before the first execution. Requires: none of the instrument was added yet.
  void SetOpening(model::InstrumentId instrument, base::Decimal quantity);

  Added Add(const Execution& execution, base::UnixNanos now);
  // A trade that never was, or was another. False when it is not in the log (any more).
  bool Bust(const model::TradeId& trade);
  bool Correct(const model::TradeId& trade, base::Decimal quantity, base::Decimal price);

  // The last session of the window: that of now, or the last one that has begun.
  [[nodiscard]] Date WindowEnd(base::UnixNanos now) const;
  [[nodiscard]] Date WindowStart(base::UnixNanos now) const;
  [[nodiscard]] Date TradeDate(base::UnixNanos at) const;
  [[nodiscard]] Date NextTradeDate(base::UnixNanos at) const {
    return calendar_.NextSession(TradeDate(at));
  }

  [[nodiscard]] std::int32_t Count(base::UnixNanos now) const;
  [[nodiscard]] std::int32_t CountOf(model::InstrumentId instrument, base::UnixNanos now) const;
  [[nodiscard]] bool is_used(model::InstrumentId instrument) const {
    return book_.at(instrument.index).is_used;
  }
  // Whether a trade on the day of `now`, by either key, can come at an hour that venues date
  // differently. Its instrument is counted by both keys from then on, whatever the policy says.
  [[nodiscard]] bool MayTradeAtDisputedHour(base::UnixNanos now) const;
  // Of one day by one key; for people and for tests.
  [[nodiscard]] Counts CountsOn(model::InstrumentId instrument, DayKey key, Date day) const;
  [[nodiscard]] InstrumentView ViewOf(model::InstrumentId instrument, base::UnixNanos now) const;
  [[nodiscard]] base::Decimal Held(model::InstrumentId instrument) const;
  [[nodiscard]] std::int32_t OrdersInWindow(base::UnixNanos now) const;

  // The most that positions opened on today's trade date have cost at one time, and all together.
  [[nodiscard]] base::Decimal PeakToday(base::UnixNanos now) const;
  [[nodiscard]] base::Decimal OpenedToday(base::UnixNanos now) const;

  // Of one instrument, oldest first: visit(execution, trade date, date in New York).
  template <class Visit>
  void ForEachExecution(model::InstrumentId instrument, Visit visit) const {
    for (const Entry& entry : entries_) {
      if (entry.execution.instrument == instrument) {
        visit(entry.execution, entry.day.at(0), entry.day.at(1));
      }
    }
  }
  // What was held before the first of them.
  [[nodiscard]] base::Decimal opening(model::InstrumentId instrument) const {
    return book_.at(instrument.index).opening;
  }
  // Day trades that others made with this account; each counts on its trade date.
  void SetElsewhere(std::vector<Date> dates) { elsewhere_ = std::move(dates); }
  [[nodiscard]] std::int32_t CountElsewhere(base::UnixNanos now) const;

  [[nodiscard]] bool is_complete() const { return is_complete_; }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

  // What one instrument's days come to, oldest first: visit(day, counts) by trade date.
  template <class Visit>
  void ForEachDay(model::InstrumentId instrument, Visit visit) const {
    const Days& days = book_.at(instrument.index).by.at(0);
    for (std::size_t index = 0; index < days.rows_held; ++index) {
      visit(days.rows.at(index).day, days.rows.at(index).counts);
    }
  }

 private:
  struct Entry {
    Execution execution;
    std::array<Date, kDayKeys> day;
  };
  struct Row {
    Date day;
    Date
        leaves_with;  // The last trade date of its executions: counted while that is in the window.
    Counts counts;
    std::int32_t orders = 0;
  };
  static constexpr std::size_t kRowsMax = 40;
  struct Days {
    std::array<Row, kRowsMax> rows;
    std::size_t rows_held = 0;
    DayCounter last;  // At the end of the last row.
  };
  struct Book {
    base::Decimal opening;
    std::array<Days, kDayKeys> by;
    bool is_used = false;
    bool is_disputed = false;  // An execution at an hour that venues date differently.
  };
  void Recount(model::InstrumentId instrument);
  void RecountBy(model::InstrumentId instrument, DayKey key);
  void CloseDay(Days& days, Date day, Date leaves_with);
  void Insert(const Entry& entry);
  void ForgetOld(Date today);
  void NoteExposure(Date day);
  [[nodiscard]] std::int32_t WindowCount(const Days& days, Date first, Date last) const;

  const calendar::ExchangeCalendar& calendar_;
  Policy policy_;
  std::vector<Entry> entries_;  // Sorted by time; reserved once.
  DayTape tape_;                // Of the day that is counted.
  std::array<Book, model::kInstrumentsMax> book_;
  std::vector<Date> elsewhere_;
  bool is_complete_ = true;
  Date exposure_day_{};
  base::Decimal exposure_peak_;
};

}  // namespace bulwark::daytrade
