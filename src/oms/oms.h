// The order management: turns approvals into orders, and the venue's reports into exact books.
//
// Shape:   owned cash = cash + blocked; blocked cash is the sum of what working orders reserve,
//          blocked quantity likewise (checked by the model test). Each change is told as actions:
//          the order, the fill if any, then the instrument's position and the cash.
// Units:   as model/order.h and model/portfolio.h.
// Errors:  reports are the venue's words and may be anything: what does not fit is raised as an
//          alert and never dropped; `are_books_doubtful` asks the engine to stop entries.
// Threads: the engine thread only. Nothing here locks, blocks, allocates or reads a clock.
// Source:  contract section 2

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "model/action_buffer.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/venue_report.h"
#include "oms/order_store.h"
#include "oms/seen_trades.h"
#include "risk/approved.h"

namespace bulwark::oms {

// What the OMS starts from: the ledger's books.
struct OpeningBooks {
  model::Portfolio portfolio;
  std::vector<model::Order> open_orders;
  std::vector<model::TradeId> trades;
  std::uint64_t venue_sequence = 0;  // Of the last fill booked.
};

class Oms {
 public:
  explicit Oms(const OpeningBooks& books);

  // Reserves, books the order as PENDING and asks for it to be sent. The answer lives until the
  // next call. `reserve` is the cash an opening order ties up; ignored for a closing one.
  // Requires: the gate approved against these books, so that cash and quantity suffice.
  const model::Order& Submit(const risk::Approved<model::NewOrder>& approved, model::OrderId id,
                             base::Decimal reserve, base::UnixNanos now, model::ActionBuffer& out);

  // Asks the venue to cancel; the order ends when the venue (or our sender) says so.
  // Requires: the order is open.
  void RequestCancel(const model::OrderId& id, base::UnixNanos now, model::ActionBuffer& out);

  // Each report is booked at `now`, our receipt; the venue's own times are kept in fills only.
  void On(const model::OrderSent& report, base::UnixNanos now, model::ActionBuffer& out);
  void On(const model::OrderNotSent& report, base::UnixNanos now, model::ActionBuffer& out);
  void On(const model::OrderAccepted& report, base::UnixNanos now, model::ActionBuffer& out);
  void On(const model::OrderFilled& report, base::UnixNanos now, model::ActionBuffer& out);
  void On(const model::OrderEnded& report, base::UnixNanos now, model::ActionBuffer& out);
  void On(const model::CancelRejected& report, base::UnixNanos now, model::ActionBuffer& out);
  void On(const model::OrderUnresolved& report, base::UnixNanos now, model::ActionBuffer& out);
  void On(const model::OrderProgress& report, base::UnixNanos now, model::ActionBuffer& out);
  void On(const model::TradeBusted& report, base::UnixNanos now, model::ActionBuffer& out);
  void On(const model::TradeCorrected& report, base::UnixNanos now, model::ActionBuffer& out);

  [[nodiscard]] const model::Portfolio& portfolio() const { return portfolio_; }
  [[nodiscard]] const std::vector<model::Order>& open_orders() const { return store_.open(); }
  [[nodiscard]] std::uint64_t duplicate_fills() const { return duplicate_fills_; }
  // The highest sequence of the venue's fills that is in the books.
  [[nodiscard]] std::uint64_t venue_sequence() const { return venue_sequence_; }
  // A report did not fit the books. Stays true until the next reconciliation.
  [[nodiscard]] bool are_books_doubtful() const { return are_books_doubtful_; }
  void ClearDoubt() { are_books_doubtful_ = false; }

 private:
  void Reserve(model::Order& order, base::Decimal reserve);
  void Release(model::Order& order, base::Decimal cash, base::Decimal quantity);
  void End(model::Order& order, model::OrderState state, const model::Reason& reason,
           base::UnixNanos at, model::ActionBuffer& out);
  void BookOnOrder(model::Order& order, const model::OrderFilled& report, base::UnixNanos now,
                   model::ActionBuffer& out);
  void TellPortfolio(model::InstrumentId instrument, model::ActionBuffer& out) const;
  void Doubt(model::AlertName event, const model::Fill& fill, base::UnixNanos now,
             model::ActionBuffer& out);

  model::Portfolio portfolio_;
  OrderStore store_;
  SeenTrades seen_trades_;
  std::uint64_t venue_sequence_ = 0;
  std::uint64_t duplicate_fills_ = 0;
  bool are_books_doubtful_ = false;
};

}  // namespace bulwark::oms
