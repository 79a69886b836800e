#include "daytrade/day_trade_list.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "daytrade/day_counter.h"
#include "daytrade/day_tape.h"
#include "daytrade/execution.h"
#include "daytrade/policy.h"
#include "daytrade/trade_log.h"
#include "model/instrument.h"
#include "model/order.h"

namespace bulwark::daytrade {
namespace {

struct Closing {
  model::OrderId order;
  base::UnixNanos at;
};
// By trade date.
using Closings = std::map<Date, std::vector<Closing>>;

// Plays one instrument's days by one of the two keys.
class Player {
 public:
  Player(const TradeLog& log, base::Decimal opening) : log_(log), held_(opening), tape_(1) {}

  void Add(const Execution& execution, Date day) {
    if (!tape_.empty() && day != day_) {
      CloseDay();
    }
    day_ = day;
    tape_.Add(execution);
  }
  Closings Take() {
    CloseDay();
    return std::move(closings_);
  }

 private:
  void CloseDay() {
    DayCounter counter(held_);
    Date date{};
    tape_.Play(counter, [&](const Transaction& closed) {
      date = log_.TradeDate(closed.last);
      closings_[date].push_back({.order = closed.order, .at = closed.at});
    });
    // What another method counts beyond the orders that closed.
    const std::int32_t more = counter.counts().strict() - counter.counts().m3;
    for (std::int32_t at = 0; at < more; ++at) {
      std::vector<Closing>& rows = closings_[date];
      rows.push_back(rows.back());
    }
    held_ = counter.net();
  }

  const TradeLog& log_;
  base::Decimal held_;
  DayTape tape_;
  Date day_{};
  Closings closings_;
};

// The day trades of one instrument by each date: of the two keys the one that has more.
Closings ClosingsOf(const TradeLog& log, model::InstrumentId instrument) {
  Player by_trade_date(log, log.opening(instrument));
  Player by_wall_date(log, log.opening(instrument));
  log.ForEachExecution(instrument, [&](const Execution& execution, Date trade_date, Date wall) {
    by_trade_date.Add(execution, trade_date);
    by_wall_date.Add(execution, wall);
  });
  Closings closings = by_trade_date.Take();
  for (auto& [date, rows] : by_wall_date.Take()) {
    std::vector<Closing>& known = closings[date];
    if (rows.size() > known.size()) {
      known = std::move(rows);
    }
  }
  return closings;
}

void Number(const std::vector<Closing>& rows, const DayTrade& like, std::vector<DayTrade>& out) {
  DayTrade trade = like;
  for (const Closing& row : rows) {
    ++trade.number;
    trade.order = row.order;
    trade.at = row.at;
    out.push_back(trade);
  }
}

}  // namespace

std::vector<DayTrade> ListDayTrades(const TradeLog& log) {
  std::map<Date, std::vector<DayTrade>> by_date;
  for (std::size_t index = 0; index < model::kInstrumentsMax; ++index) {
    const model::InstrumentId instrument{static_cast<std::uint16_t>(index)};
    if (!log.is_used(instrument)) {
      continue;
    }
    for (const auto& [date, rows] : ClosingsOf(log, instrument)) {
      Number(rows, {.instrument = instrument, .date = date}, by_date[date]);
    }
  }
  std::vector<DayTrade> list;
  for (const auto& [date, rows] : by_date) {
    list.insert(list.end(), rows.begin(), rows.end());
  }
  return list;
}

}  // namespace bulwark::daytrade
