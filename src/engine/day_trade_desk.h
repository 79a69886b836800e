// What the engine keeps for the day-trade guard: the executions of US equities, from its own books,
// and the question put to the guard for each order.
//
// Shape:   follows what was booked (day_trade_book.h). The account is judged by our own books:
//          equity at the marks, the equity of the day's anchor as that of the last close, positions
//          of other kinds excluded. Where the ledger remembers less than the window, entries wait
//          until it does not matter any more. The venues that exist lend nothing, so there are no
//          deficits to follow.
// Errors:  none. What is not known makes the guard refuse entries.
// Threads: the engine thread only. Nothing allocates after the constructor.
// Owner:   borrows the instrument table.
// Source:  docs/day-trades.md#in-the-trader

#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "daytrade/account.h"
#include "daytrade/deficit_book.h"
#include "daytrade/guard.h"
#include "daytrade/policy.h"
#include "daytrade/trade_log.h"
#include "engine/day_trade_book.h"
#include "model/action_buffer.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "oms/oms.h"
#include "risk/guard_input.h"

namespace bulwark::engine {

class DayTradeDesk {
 public:
  DayTradeDesk(DayTradeSetup setup, const model::InstrumentTable& instruments,
               const oms::OpeningBooks& books);
  DayTradeDesk(const DayTradeDesk&) = delete;
  DayTradeDesk& operator=(const DayTradeDesk&) = delete;
  DayTradeDesk(DayTradeDesk&&) = delete;
  DayTradeDesk& operator=(DayTradeDesk&&) = delete;
  ~DayTradeDesk() = default;

  [[nodiscard]] bool Governs(model::InstrumentId instrument) const {
    return book_.Governs(instrument);
  }

  void BeginEvent(const model::ActionBuffer& out) { followed_ = out.size(); }
  // Follows what was added to `out` since then, or since the last call.
  void Follow(const model::ActionBuffer& out, base::UnixNanos now);

  // What the account is worth; empty while that is not known.
  struct Worth {
    std::optional<base::Decimal> equity;
    std::optional<base::Decimal> last_equity;
  };
  struct Asked {
    const model::NewOrder& order;
    model::OrderId self;  // Of a waiting order that is asked for; nil for a new one.
    Worth worth;
    base::UnixNanos now;
  };
  // Requires: Governs(asked.order.instrument).
  [[nodiscard]] daytrade::Decision Judge(const Asked& asked, const oms::Oms& oms,
                                         const risk::GateState& state);

  [[nodiscard]] const daytrade::TradeLog& trades() const { return book_.trades(); }
  [[nodiscard]] const daytrade::Policy& policy() const { return book_.policy(); }
  [[nodiscard]] const calendar::ExchangeCalendar& calendar() const { return book_.calendar(); }
  // Whether day trades of the window may be older than what was remembered at the start.
  [[nodiscard]] bool IsWindowCut(base::UnixNanos now) const;

 private:
  [[nodiscard]] daytrade::Intent IntentOf(const model::NewOrder& order,
                                          const model::Portfolio& books,
                                          const risk::GateState& state) const;
  void CollectPending(const oms::Oms& oms, const model::OrderId& self,
                      const risk::GateState& state);
  // Answers the value of what the rules are not about; empty when something has no mark.
  std::optional<base::Decimal> CollectHoldings(const model::Portfolio& books,
                                               const risk::GateState& state);

  const model::InstrumentTable& instruments_;
  DayTradeBook book_;
  daytrade::DeficitBook deficits_;
  std::vector<daytrade::Holding> holdings_;  // Of the question at hand; reserved once.
  std::vector<daytrade::Pending> pending_;
  std::size_t followed_ = 0;  // Actions of the event at hand that were seen.
};

}  // namespace bulwark::engine
