// The order management: turns approvals into orders, and the venue's reports into exact books.
//
// Shape:   owned cash = cash + blocked; blocked cash is the sum of what open orders reserve and of
//          the collateral of open positions, blocked quantity what closing orders reserve (checked
//          by the model test). Each change is told as actions: the order, the fill or adjustment if
//          any, then the instrument's position and the cash.
// Units:   as model/order.h and model/portfolio.h.
// Errors:  reports are the venue's words and may be anything: what does not fit is raised as an
//          alert and never dropped; `are_books_doubtful` asks the engine to stop entries.
// Threads: the engine thread only. Nothing here locks, blocks, allocates or reads a clock.
// Source:  contract section 2, docs/orders.md

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "model/accounting.h"
#include "model/action_buffer.h"
#include "model/adjustment.h"
#include "model/event.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/share_move.h"
#include "model/signal.h"
#include "model/venue_report.h"
#include "oms/booked_trades.h"
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
  std::vector<BookedTrade>
      booked_trades;                      // The newest; those that can still be taken back exactly.
  std::vector<AdjustmentId> adjustments;  // Booked already.
  model::ShareMoves share_moves;          // Of equities; for counting day trades.
  std::vector<std::int64_t> foreign_day_trades;  // Unix days of those that others made.
  bool are_foreign_day_trades_known = true;
};

// Ids for an entry and the legs that it may bring along.
struct BracketIds {
  model::OrderId entry;
  model::OrderId stop;
  model::OrderId target;
};

// A stop that stands for all of a position's purchases, or for its short sales.
struct PositionStop {
  model::InstrumentId instrument;
  bool is_long = true;  // The position; the stop goes the other way.
  base::Decimal quantity;
  base::Decimal price;
  model::StrategyName name;
};

class Oms {
 public:
  explicit Oms(const OpeningBooks& books);

  // Reserves, books the order as PENDING and asks for it to be sent. The answer lives until the
  // next call. `reserve` is the cash the order ties up; a sale of what is held reserves that
  // instead. Legs that the wish names are booked as waiting.
  // Requires: the gate approved against these books, so that cash and quantity suffice.
  const model::Order& Submit(const risk::Approved<model::NewOrder>& approved, const BracketIds& ids,
                             base::Decimal reserve, base::UnixNanos now, model::ActionBuffer& out);
  const model::Order& Submit(const risk::Approved<model::NewOrder>& approved, model::OrderId id,
                             base::Decimal reserve, base::UnixNanos now, model::ActionBuffer& out) {
    return Submit(approved, BracketIds{.entry = id}, reserve, now, out);
  }
  // Like Submit(), but the order waits for its trigger here. A closing one reserves nothing yet.
  const model::Order& Hold(const risk::Approved<model::NewOrder>& approved, const BracketIds& ids,
                           base::Decimal reserve, base::UnixNanos now, model::ActionBuffer& out);
  // The price of a waiting order has come.
  void Trigger(const model::OrderId& id, base::UnixNanos now, model::ActionBuffer& out);
  // Sends a waiting order, as the gate approved it now.
  // Requires: it waits, and is the order that the approval speaks of.
  void Launch(const model::OrderId& id, const risk::Approved<model::NewOrder>& approved,
              base::Decimal reserve, base::UnixNanos now, model::ActionBuffer& out);

  // Asks the venue to cancel, unless it is over there; the order ends when the venue (or our
  // sender) says so. A waiting order ends at once and stays in open_orders() until Sweep().
  // Requires: the order is open.
  void RequestCancel(const model::OrderId& id, base::UnixNanos now, model::ActionBuffer& out);
  // Ends a waiting order whose day is over.
  void Expire(const model::OrderId& id, base::UnixNanos now, model::ActionBuffer& out);
  // Cancels the order in favour of a waiting one with the changed values, which is sent once the
  // cancel is certain. Requires: the order is open and no cancel of it was asked for.
  void Replace(const model::ReplaceOrder& change, model::OrderId successor, base::UnixNanos now,
               model::ActionBuffer& out);
  // Forgets orders that ended while the caller walked over them.
  void Sweep() {
    if (must_sweep_) {
      must_sweep_ = false;
      store_.MoveEnded();
    }
  }

  // Each report is booked at `now`, our receipt; the venue's own times are kept in fills only.
  void On(const model::OrderSent& report, base::UnixNanos now, model::ActionBuffer& out);
  void On(const model::OrderNotSent& report, base::UnixNanos now, model::ActionBuffer& out);
  void On(const model::OrderUnresolved& report, base::UnixNanos now, model::ActionBuffer& out);
  void On(const model::OrderAccepted& report, base::UnixNanos now, model::ActionBuffer& out);
  void On(const model::OrderFilled& report, base::UnixNanos now, model::ActionBuffer& out);
  void On(const model::OrderProgress& report, base::UnixNanos now, model::ActionBuffer& out);
  void On(const model::OrderEnded& report, base::UnixNanos now, model::ActionBuffer& out);
  void On(const model::CancelRejected& report, base::UnixNanos now, model::ActionBuffer& out);
  void On(const model::TradeBusted& report, base::UnixNanos now, model::ActionBuffer& out);
  void On(const model::TradeCorrected& report, base::UnixNanos now, model::ActionBuffer& out);

  // Books what is no trade: a fee, a dividend, a split. A second one of an id changes nothing.
  void Book(const model::Adjustment& adjustment, base::UnixNanos now, model::ActionBuffer& out);
  [[nodiscard]] bool HasBooked(const AdjustmentId& id) const {
    return seen_adjustments_.Contains(id);
  }
  [[nodiscard]] bool HasSeen(const model::TradeId& id) const { return seen_trades_.Contains(id); }

  // The venue said that the order is over and counts fills that we have not seen: it stays open,
  // and ties up what is missing, until they came or SettleEnded().
  [[nodiscard]] bool IsEnding(const model::OrderId& id) const;
  [[nodiscard]] bool has_ending() const { return !endings_.empty(); }
  // The books equal the venue's: what orders that ended until `before` miss will not come.
  void SettleEnded(base::UnixNanos before, base::UnixNanos now, model::ActionBuffer& out);

  // Leaves `keep` to a waiting, triggered order, and the rest of it to a new one that waits on.
  // Requires: it closes, and is more than `keep`.
  void Split(const model::OrderId& id, base::Decimal keep, model::OrderId rest_id,
             base::UnixNanos now, model::ActionBuffer& out);
  [[nodiscard]] bool IsOpen(const model::OrderId& id) const;
  // What a person accepted is booked at `now`.
  void On(const model::AdjustmentAccepted& accepted, base::UnixNanos now, model::ActionBuffer& out);

  // Takes the order into the books as working. What the books cannot reserve for is refused, with
  // an alert.
  void On(const model::OrderAdopted& adopted, base::UnixNanos now, model::ActionBuffer& out);

  // A protective leg that the venue ended unfilled, once each; the position it protected is still
  // there.
  [[nodiscard]] std::optional<model::Order> TakeLostLeg();
  // Puts a waiting, triggered order in the place of a lost leg.
  void HoldAgain(const model::Order& lost, model::OrderId id, base::UnixNanos now,
                 model::ActionBuffer& out);

  // Books a waiting stop; like a leg it reserves nothing and passes the gate when it leaves.
  // Requires: there is room for it in open_orders().
  void HoldStop(const PositionStop& stop, model::OrderId id, base::UnixNanos now,
                model::ActionBuffer& out);
  // Lets it follow the position. Requires: it waits and its price has not come.
  void MoveStop(const model::OrderId& id, const PositionStop& stop, base::UnixNanos now,
                model::ActionBuffer& out);

  [[nodiscard]] const model::Portfolio& portfolio() const { return portfolio_; }
  [[nodiscard]] const std::vector<model::Order>& open_orders() const { return store_.open(); }
  [[nodiscard]] bool has_waiting() const { return store_.waiting() > 0; }
  [[nodiscard]] std::uint64_t duplicate_fills() const { return duplicate_fills_; }
  // The highest sequence of the venue's fills that is in the books.
  [[nodiscard]] std::uint64_t venue_sequence() const { return venue_sequence_; }
  // A report did not fit the books. Stays true until the next reconciliation.
  [[nodiscard]] bool are_books_doubtful() const { return are_books_doubtful_; }
  void ClearDoubt() { are_books_doubtful_ = false; }
  void SetDoubt() { are_books_doubtful_ = true; }

 private:
  // oms.cc: orders and what they reserve.
  void Reserve(model::Order& order, base::Decimal reserve);
  void Release(model::Order& order, base::Decimal cash, base::Decimal quantity);
  void TellPortfolio(model::InstrumentId instrument, model::ActionBuffer& out) const;
  void Doubt(model::AlertName event, const model::Fill& fill, base::UnixNanos now,
             model::ActionBuffer& out);
  void Raise(model::AlertLevel level, model::AlertName event, const model::Reason& reason,
             const model::Fill& fill, model::ActionBuffer& out) const;

  // oms_ends.cc: how orders end.
  struct Ending {
    model::OrderEnded report;
    base::UnixNanos since;
  };
  void End(model::Order& order, model::OrderState state, const model::Reason& reason,
           base::UnixNanos at, model::ActionBuffer& out);
  void Close(model::Order& order, model::OrderState state, const model::Reason& reason,
             base::UnixNanos at, model::ActionBuffer& out);
  void AwaitFills(model::Order& order, const model::OrderEnded& report, base::UnixNanos now,
                  model::ActionBuffer& out);
  Ending* FindEnding(const model::OrderId& id);
  void EndWhatIsOver(const model::OrderId& id, base::UnixNanos now, model::ActionBuffer& out);
  void FinishEnding(std::size_t index, base::UnixNanos now, model::ActionBuffer& out);

  // oms_trades.cc: what trades do to orders and books.
  struct Before {
    base::Decimal filled_before;
    bool was_open = false;
  };
  struct Correction {
    model::TradeId first_id;
    model::Fill old;
    model::Fill now;
    std::uint32_t revision = 0;
  };
  void BookOnOrder(model::Order& order, const model::Fill& fill, base::UnixNanos now,
                   model::ActionBuffer& out);
  void BookCorrected(model::Order& order, const Correction& change, model::ActionBuffer& out);
  static void CorrectTotal(model::Order& order, const Correction& change);
  static void CountOnOrder(model::Order& order, const model::Fill& fill, base::UnixNanos now);
  void SettleOrder(model::Order& order, base::UnixNanos now, model::ActionBuffer& out);
  void SettleOthers(const model::Order& order, const Before& before, base::UnixNanos now,
                    model::ActionBuffer& out);
  void BookTrade(const model::TradeId& first_id, const model::Fill& fill, std::uint32_t revision,
                 model::ActionBuffer& out);
  void TakeBack(const model::TradeId& first_id, model::AdjustmentKind kind, base::UnixNanos now,
                model::ActionBuffer& out);
  void NoteUnseen(const model::Fill& fill, model::AdjustmentKind kind, base::UnixNanos now,
                  model::ActionBuffer& out);
  void DropInference(model::Order& order, base::UnixNanos now, model::ActionBuffer& out);
  std::optional<model::Fill> Infer(model::Order& order, base::UnixNanos now);
  void Adjust(const model::Adjustment& adjustment, model::ActionBuffer& out);
  void TellTrip(const model::TradeId& id, const model::BooksEffect& effect,
                model::InstrumentId instrument, base::UnixNanos at, model::ActionBuffer& out);

  // oms_adoption.cc: an order that somebody placed by hand.
  [[nodiscard]] std::optional<base::Decimal> ReserveToAdopt(const model::Order& order) const;
  model::Reason ObjectionTo(const model::Order& order, bool is_affordable);

  // oms_legs.cc: orders that hang together.
  void HoldLegs(const model::Order& entry, const model::NewOrder& wish, const BracketIds& ids,
                model::ActionBuffer& out);
  void MoveArms(const model::Order& order, base::Decimal delta, base::UnixNanos now,
                model::ActionBuffer& out);
  void FitWaiting(model::InstrumentId instrument, base::UnixNanos now, model::ActionBuffer& out);
  void AfterEnd(const model::Order& ended, base::UnixNanos now, model::ActionBuffer& out);
  void ResolveSuccessor(const model::Order& ended, base::UnixNanos now, model::ActionBuffer& out);
  void EndWaiting(model::Order& order, model::OrderState state, const model::Reason& reason,
                  base::UnixNanos now, model::ActionBuffer& out);
  void NoteLost(const model::Order& leg, base::UnixNanos now, model::ActionBuffer& out);
  void NoteReopened(const model::Fill& fill, model::ActionBuffer& out);

  model::Portfolio portfolio_;
  OrderStore store_;
  SeenTrades seen_trades_;
  SeenAdjustments seen_adjustments_;
  BookedTrades booked_;
  std::vector<model::Order> lost_;  // Bounded by the open orders.
  std::vector<Ending> endings_;     // Bounded by the open orders.
  std::uint64_t venue_sequence_ = 0;
  std::uint64_t duplicate_fills_ = 0;
  bool are_books_doubtful_ = false;
  bool must_sweep_ = false;
};

}  // namespace bulwark::oms
