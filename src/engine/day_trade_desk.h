// What the engine keeps for the day-trade guard: the executions of US equities, from its own books,
// and the question put to the guard for each order.
//
// Shape:   follows the actions of the OMS: fills, busts, corrections, splits, accepted differences.
//          At a start it follows what the ledger remembers of them, in the order in which it was
//          booked, with the same result. The account is judged
//          by our own books: equity at the marks, the equity of the day's anchor as that of the
//          last close, positions of other kinds excluded. Where the ledger remembers less than the
//          window, entries wait until it does not matter any more. The venues that exist lend
//          nothing, so there are no deficits to follow.
// Errors:  none. What is not known makes the guard refuse entries.
// Threads: the engine thread only. Nothing allocates after the constructor.
// Owner:   owns calendar and policy; borrows the instrument table.
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
#include "model/action_buffer.h"
#include "model/adjustment.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "oms/oms.h"
#include "risk/guard_input.h"

namespace bulwark::engine {

struct DayTradeSetup {
  daytrade::Policy policy;
  calendar::ExchangeCalendar calendar;
};

class DayTradeDesk {
 public:
  static constexpr std::size_t kExecutionsMax = 4'096;

  DayTradeDesk(DayTradeSetup setup, const model::InstrumentTable& instruments,
               const oms::OpeningBooks& books);
  DayTradeDesk(const DayTradeDesk&) = delete;
  DayTradeDesk& operator=(const DayTradeDesk&) = delete;
  DayTradeDesk(DayTradeDesk&&) = delete;
  DayTradeDesk& operator=(DayTradeDesk&&) = delete;
  ~DayTradeDesk() = default;

  // Whether the rules are about this instrument: US equities are all that are no pairs.
  [[nodiscard]] bool Governs(model::InstrumentId instrument) const;

  void BeginEvent(const model::ActionBuffer& out) { followed_ = out.size(); }
  // Follows what was added to `out` since then, or since the last call.
  void Follow(const model::ActionBuffer& out, base::UnixNanos now);

  // What the account is worth; empty while that is not known.
  struct Worth {
    std::optional<base::Decimal> equity;
    std::optional<base::Decimal> last_equity;
  };
  // `self` is an order among the open ones that is asked for itself; nil for none.
  // Requires: Governs(order.instrument).
  [[nodiscard]] daytrade::Decision Judge(const model::NewOrder& order, const model::OrderId& self,
                                         const oms::Oms& oms, const risk::GateState& state,
                                         const Worth& worth, base::UnixNanos now);

  [[nodiscard]] const daytrade::TradeLog& trades() const { return trades_; }
  [[nodiscard]] const daytrade::Policy& policy() const { return setup_.policy; }

 private:
  void Recover(const oms::OpeningBooks& books);
  void See(const model::Fill& fill, base::UnixNanos now);
  void See(const model::Adjustment& adjustment, base::UnixNanos now);
  // Shares that no trade of ours moved.
  void Move(const model::Adjustment& adjustment, base::Decimal quantity, daytrade::Moved how,
            base::UnixNanos now);
  [[nodiscard]] daytrade::Intent IntentOf(const model::NewOrder& order,
                                          const model::Portfolio& books,
                                          const risk::GateState& state) const;
  void CollectPending(const oms::Oms& oms, const model::OrderId& self,
                      const risk::GateState& state);
  // Answers the value of what the rules are not about; empty when something has no mark.
  std::optional<base::Decimal> CollectHoldings(const model::Portfolio& books,
                                               const risk::GateState& state);

  DayTradeSetup setup_;
  const model::InstrumentTable& instruments_;
  daytrade::TradeLog trades_;
  daytrade::DeficitBook deficits_;
  std::vector<daytrade::Holding> holdings_;  // Of the question at hand; reserved once.
  std::vector<daytrade::Pending> pending_;
  // What is remembered is all since then, where there was more.
  std::optional<base::UnixNanos> complete_since_;
  std::size_t followed_ = 0;  // Actions of the event at hand that were seen.
};

}  // namespace bulwark::engine
