#include "daytrade/trade_log.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/new_york.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "daytrade/bounded.h"
#include "daytrade/day_counter.h"
#include "daytrade/day_tape.h"
#include "daytrade/execution.h"
#include "daytrade/policy.h"
#include "model/instrument.h"
#include "model/order.h"

namespace bulwark::daytrade {
namespace {

using base::Decimal;

constexpr std::size_t Index(DayKey key) {
  return static_cast<std::size_t>(key);
}
constexpr std::array kKeys = {DayKey::kTradeDate, DayKey::kWallDate};

}  // namespace

std::int32_t CountOf(const InstrumentView& view, CountMethod method) {
  const std::int32_t by_trade_date = view.earlier.at(0) + view.today.at(0).counts().By(method);
  const std::int32_t by_wall_date = view.earlier.at(1) + view.today.at(1).counts().By(method);
  return view.uses_wall_date ? std::max(by_trade_date, by_wall_date) : by_trade_date;
}

TradeLog::TradeLog(const calendar::ExchangeCalendar& calendar, const Policy& policy,
                   std::size_t capacity)
    : calendar_(calendar), policy_(policy), tape_(capacity) {
  ENSURE(capacity > 0);
  entries_.reserve(capacity);
}

void TradeLog::SetOpening(model::InstrumentId instrument, Decimal quantity) {
  Book& book = book_.at(instrument.index);
  ENSURE(!book.is_used || book.by.at(0).rows_held == 0);
  book.opening = quantity;
  book.is_used = true;
  Recount(instrument);
}

Added TradeLog::Add(const Execution& execution, base::UnixNanos now) {
  const bool is_known = std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return !execution.trade.empty() && entry.execution.trade == execution.trade;
  });
  if (is_known) {
    return Added::kKnown;
  }
  if (execution.at > now + kSkewMax) {
    is_complete_ = false;
    return Added::kFuture;
  }
  const Date trade_date = TradeDate(execution.at);
  ForgetOld(std::max(trade_date, TradeDate(now)));
  if (entries_.size() == entries_.capacity()) {
    is_complete_ = false;
    return Added::kFull;
  }
  Insert(Entry{.execution = execution, .day = {trade_date, base::NewYorkDate(execution.at)}});
  Book& book = book_.at(execution.instrument.index);
  book.is_used = true;
  book.is_disputed =
      book.is_disputed || calendar::ExchangeCalendar::IsTradeDateDisputed(execution.at);
  Recount(execution.instrument);
  NoteExposure(trade_date);
  return Added::kCounted;
}

void TradeLog::Insert(const Entry& entry) {
  const auto later = std::upper_bound(
      entries_.begin(), entries_.end(), entry.execution.at,
      [](base::UnixNanos at, const Entry& other) { return at < other.execution.at; });
  entries_.insert(later, entry);
}

void TradeLog::ForgetOld(Date today) {
  const Date oldest_kept = calendar_.SessionsBack(today, kKeepSessions);
  std::size_t old = 0;
  while (old < entries_.size() && entries_[old].day.at(0) < oldest_kept) {
    const Execution& execution = entries_[old].execution;
    book_.at(execution.instrument.index).opening += execution.quantity;
    ++old;
  }
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(old));
}

bool TradeLog::Bust(const model::TradeId& trade) {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.execution.trade == trade;
  });
  if (found == entries_.end()) {
    return false;
  }
  const model::InstrumentId instrument = found->execution.instrument;
  entries_.erase(found);
  Recount(instrument);
  return true;
}

bool TradeLog::Correct(const model::TradeId& trade, Decimal quantity, Decimal price) {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.execution.trade == trade;
  });
  if (found == entries_.end()) {
    return false;
  }
  found->execution.quantity = quantity;
  found->execution.price = price;
  Recount(found->execution.instrument);
  NoteExposure(found->day.at(0));
  return true;
}

void TradeLog::Recount(model::InstrumentId instrument) {
  for (const DayKey key : kKeys) {
    RecountBy(instrument, key);
  }
}

void TradeLog::RecountBy(model::InstrumentId instrument, DayKey key) {
  Book& book = book_.at(instrument.index);
  Days& days = book.by.at(Index(key));
  days.rows_held = 0;
  days.last = DayCounter(book.opening);
  tape_.Clear();
  Date day{};
  Date leaves_with{};
  for (const Entry& entry : entries_) {
    if (entry.execution.instrument != instrument) {
      continue;
    }
    if (!tape_.empty() && entry.day.at(Index(key)) != day) {
      CloseDay(days, day, leaves_with);
    }
    day = entry.day.at(Index(key));
    leaves_with = entry.day.at(0);
    tape_.Add(entry.execution);
  }
  if (!tape_.empty()) {
    CloseDay(days, day, leaves_with);
  }
}

void TradeLog::CloseDay(Days& days, Date day, Date leaves_with) {
  DayCounter counter(days.last.net());
  const std::int32_t orders = tape_.Play(counter, [](const Transaction& /*closed*/) {});
  if (days.rows_held == kRowsMax) {
    std::move(days.rows.begin() + 1, days.rows.end(), days.rows.begin());
    --days.rows_held;
  }
  days.rows.at(days.rows_held) =
      Row{.day = day, .leaves_with = leaves_with, .counts = counter.counts(), .orders = orders};
  ++days.rows_held;
  days.last = counter;
}

void TradeLog::NoteExposure(Date day) {
  if (day < exposure_day_) {
    return;
  }
  if (day > exposure_day_) {
    exposure_day_ = day;
    exposure_peak_ = Decimal();
  }
  Decimal sum;
  for (const Book& book : book_) {
    const Days& days = book.by.at(0);
    if (days.rows_held > 0 && days.rows.at(days.rows_held - 1).day == day) {
      sum = Plus(sum, days.last.cost_of_today());
    }
  }
  exposure_peak_ = std::max(exposure_peak_, sum);
}

Date TradeLog::TradeDate(base::UnixNanos at) const {
  return calendar_.TradeDateAt(at, std::chrono::hours{policy_.trade_date_cutoff_hour});
}

Date TradeLog::WindowEnd(base::UnixNanos now) const {
  const Date date = TradeDate(now);
  const auto evening = std::chrono::local_days(date.time_since_epoch()) - std::chrono::days{1} +
                       std::chrono::hours{policy_.trade_date_cutoff_hour};
  return now >= base::FromNewYork(evening).at ? date : calendar_.PreviousSession(date);
}

Date TradeLog::WindowStart(base::UnixNanos now) const {
  const auto sessions = static_cast<std::uint32_t>(std::max(policy_.rules.window_sessions, 1));
  return calendar_.SessionsBack(WindowEnd(now), sessions - 1);
}

bool TradeLog::MayTradeAtDisputedHour(base::UnixNanos now) const {
  // The last hour of the eve of the session: since the first such evening there is one every day.
  const auto eve =
      std::chrono::local_days(TradeDate(now).time_since_epoch()) - std::chrono::hours{1};
  return calendar::ExchangeCalendar::IsTradeDateDisputed(base::FromNewYork(eve).at);
}

std::int32_t TradeLog::WindowCount(const Days& days, Date first, Date last) const {
  std::int32_t count = 0;
  for (std::size_t index = 0; index < days.rows_held; ++index) {
    const Row& row = days.rows.at(index);
    if (row.leaves_with >= first && row.day <= last) {
      count += row.counts.By(policy_.count_method);
    }
  }
  return count;
}

std::int32_t TradeLog::Count(base::UnixNanos now) const {
  std::int32_t count = 0;
  for (std::size_t index = 0; index < book_.size(); ++index) {
    if (book_.at(index).is_used) {
      count += CountOf(model::InstrumentId{static_cast<std::uint16_t>(index)}, now);
    }
  }
  return count + CountElsewhere(now);
}

// Those dated later than now are counted too: whoever wrote them may know another calendar.
std::int32_t TradeLog::CountElsewhere(base::UnixNanos now) const {
  const Date first = WindowStart(now);
  return static_cast<std::int32_t>(std::count_if(elsewhere_.begin(), elsewhere_.end(),
                                                 [&](Date date) { return date >= first; }));
}

std::int32_t TradeLog::CountOf(model::InstrumentId instrument, base::UnixNanos now) const {
  return daytrade::CountOf(ViewOf(instrument, now), policy_.count_method);
}

Counts TradeLog::CountsOn(model::InstrumentId instrument, DayKey key, Date day) const {
  const Days& days = book_.at(instrument.index).by.at(Index(key));
  for (std::size_t index = 0; index < days.rows_held; ++index) {
    if (days.rows.at(index).day == day) {
      return days.rows.at(index).counts;
    }
  }
  return {};
}

InstrumentView TradeLog::ViewOf(model::InstrumentId instrument, base::UnixNanos now) const {
  const Book& book = book_.at(instrument.index);
  const std::array<Date, kDayKeys> today = {TradeDate(now), base::NewYorkDate(now)};
  const Date first = WindowStart(now);
  InstrumentView view;
  view.uses_wall_date = policy_.same_day == SameDay::kUnion || book.is_disputed;
  for (const DayKey key : kKeys) {
    const Days& days = book.by.at(Index(key));
    const bool goes_on =
        days.rows_held > 0 && days.rows.at(days.rows_held - 1).day >= today.at(Index(key));
    view.today.at(Index(key)) = goes_on ? days.last : DayCounter(days.last.net());
    view.earlier.at(Index(key)) =
        WindowCount(days, first, today.at(Index(key)) - std::chrono::days{1});
  }
  return view;
}

Decimal TradeLog::Held(model::InstrumentId instrument) const {
  return book_.at(instrument.index).by.at(0).last.net();
}

std::int32_t TradeLog::OrdersInWindow(base::UnixNanos now) const {
  const Date first = WindowStart(now);
  std::int32_t orders = 0;
  for (const Book& book : book_) {
    const Days& days = book.by.at(0);
    for (std::size_t index = 0; index < days.rows_held; ++index) {
      orders += days.rows.at(index).day >= first ? days.rows.at(index).orders : 0;
    }
  }
  return orders;
}

Decimal TradeLog::PeakToday(base::UnixNanos now) const {
  return TradeDate(now) == exposure_day_ ? exposure_peak_ : Decimal();
}

Decimal TradeLog::OpenedToday(base::UnixNanos now) const {
  const Date today = TradeDate(now);
  Decimal sum;
  for (const Book& book : book_) {
    const Days& days = book.by.at(0);
    if (days.rows_held > 0 && days.rows.at(days.rows_held - 1).day == today) {
      sum = Plus(sum, days.last.opened_cost());
    }
  }
  return sum;
}

}  // namespace bulwark::daytrade
