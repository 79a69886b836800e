// The executions of US equities, followed from what was booked.
//
// Shape:   follows the actions of the OMS: fills, busts, corrections, splits, accepted differences.
//          At a start it follows what the ledger remembers of them, in the order in which it was
//          booked, with the same result.
// Errors:  none. complete_since() says from when on nothing is missing.
// Threads: one. Nothing allocates after the constructor.
// Owner:   owns policy and calendar; borrows the instrument table.
// Source:  docs/day-trades.md#in-the-trader

#pragma once

#include <cstddef>
#include <optional>

#include "base/decimal.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "daytrade/policy.h"
#include "daytrade/trade_log.h"
#include "model/action.h"
#include "model/adjustment.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "oms/oms.h"

namespace bulwark::engine {

struct DayTradeSetup {
  daytrade::Policy policy;
  calendar::ExchangeCalendar calendar;
};

class DayTradeBook {
 public:
  static constexpr std::size_t kExecutionsMax = 4'096;

  DayTradeBook(DayTradeSetup setup, const model::InstrumentTable& instruments,
               const oms::OpeningBooks& books);
  DayTradeBook(const DayTradeBook&) = delete;
  DayTradeBook& operator=(const DayTradeBook&) = delete;
  DayTradeBook(DayTradeBook&&) = delete;
  DayTradeBook& operator=(DayTradeBook&&) = delete;
  ~DayTradeBook() = default;

  // Whether the rules are about this instrument: US equities are all that are no pairs.
  [[nodiscard]] bool Governs(model::InstrumentId instrument) const;

  // True when the action says something about the shares of an equity.
  bool Follow(const model::Action& action, base::UnixNanos now);

  [[nodiscard]] const daytrade::TradeLog& trades() const { return trades_; }
  [[nodiscard]] daytrade::TradeLog& trades() { return trades_; }
  [[nodiscard]] const daytrade::Policy& policy() const { return setup_.policy; }
  [[nodiscard]] const calendar::ExchangeCalendar& calendar() const { return setup_.calendar; }
  // What is remembered is all since then, where there was more.
  [[nodiscard]] std::optional<base::UnixNanos> complete_since() const { return complete_since_; }
  // Whether what others had told of day trades could be read at the start.
  [[nodiscard]] bool knows_others() const { return knows_others_; }

 private:
  void Recover(const oms::OpeningBooks& books);
  bool See(const model::Fill& fill, base::UnixNanos now);
  bool See(const model::Adjustment& adjustment, base::UnixNanos now);
  // Shares that no trade of ours moved.
  void Move(const model::Adjustment& adjustment, base::Decimal quantity, daytrade::Moved how,
            base::UnixNanos now);

  DayTradeSetup setup_;
  const model::InstrumentTable& instruments_;
  daytrade::TradeLog trades_;
  std::optional<base::UnixNanos> complete_since_;
  bool knows_others_ = true;
};

}  // namespace bulwark::engine
