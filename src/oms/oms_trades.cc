// What trades do to orders and books: fills in any order and number, totals without trades, trades
// taken back or changed.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/fixed_string.h"
#include "base/time.h"
#include "model/accounting.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/adjustment.h"
#include "model/event.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/venue_report.h"
#include "oms/booked_trades.h"
#include "oms/oms.h"
#include "oms/order_machine.h"
#include "oms/seen_trades.h"

namespace bulwark::oms {
namespace {

using base::Decimal;
using base::Rounding;
using model::AdjustmentKind;

// A fill never takes back the wish to cancel.
model::OrderState StateAfterFill(const model::Order& order) {
  if (order.filled_quantity >= order.quantity) {
    return model::OrderState::kFilled;
  }
  return order.is_cancel_requested ? model::OrderState::kPendingCancel
                                   : model::OrderState::kPartiallyFilled;
}

// What an order still ties up is a function of what it has filled, not of the way there.
Decimal CashStillReserved(const model::Order& order) {
  if (order.filled_quantity >= order.quantity) {
    return {};
  }
  return order.reserved_cash -
         base::MulDiv(order.reserved_cash, order.filled_quantity, order.quantity, Rounding::kFloor);
}

Decimal QuantityStillReserved(const model::Order& order) {
  return std::max(Decimal(), order.reserved_quantity - order.filled_quantity);
}

AdjustmentId IdOf(std::string_view prefix, const model::TradeId& trade) {
  std::array<char, 64> text{};
  auto* end = std::copy(prefix.begin(), prefix.end(), text.begin());
  end = std::copy(trade.view().begin(), trade.view().end(), end);
  return AdjustmentId({text.data(), static_cast<std::size_t>(end - text.data())});
}

// "bust:T-17", "correction:T-17~2": a booked trade is taken back once.
AdjustmentId IdOf(AdjustmentKind kind, const model::TradeId& trade) {
  switch (kind) {
    case AdjustmentKind::kBust:
      return IdOf("bust:", trade);
    case AdjustmentKind::kCorrection:
      return IdOf("correction:", trade);
    default:
      return IdOf("inferred:", trade);
  }
}

// Whether the books can take it: an amount of something, in numbers that they can carry.
bool IsBookable(const model::Fill& fill) {
  return fill.quantity.is_positive() && fill.price.is_positive() &&
         base::CheckedMul(fill.price, fill.quantity, Rounding::kHalfEven).has_value() &&
         base::CheckedMul(fill.price, fill.fee_quantity, Rounding::kHalfEven).has_value();
}

// Whether a total can be booked: nothing, or something that has a price.
bool IsPriced(Decimal notional, Decimal quantity) {
  if (!quantity.is_positive()) {
    return quantity.is_zero();
  }
  const auto price = base::CheckedDiv(notional, quantity, Rounding::kHalfEven);
  return price && price->is_positive();
}

bool IsOf(const model::Order& order, const model::Fill& fill) {
  return !order.is_waiting && order.instrument == fill.instrument && order.side == fill.side;
}

}  // namespace

void Oms::On(const model::OrderFilled& report, base::UnixNanos now, model::ActionBuffer& out) {
  model::Fill fill = report.fill;
  fill.booked_at = now;
  venue_sequence_ = std::max(venue_sequence_, fill.venue_sequence);
  if (!IsBookable(fill)) {
    Doubt(model::AlertName("FILL_UNUSABLE"), fill, now, out);
    return;
  }
  if (!seen_trades_.Insert(fill.trade_id)) {
    ++duplicate_fills_;
    return;
  }
  model::Order* order = store_.Find(fill.order_id);
  if (order == nullptr || !IsOf(*order, fill)) {
    // It happened on our account, so it is in the books; but nobody here asked for it.
    Doubt(model::AlertName("FILL_FOR_UNKNOWN_ORDER"), fill, now, out);
    BookTrade(fill.trade_id, fill, 0, out);
    FitWaiting(fill.instrument, now, out);
    TellPortfolio(fill.instrument, out);
    store_.MoveEnded();
    return;
  }
  if (order->external_id.empty()) {
    order->external_id = report.venue_order_id;
  }
  BookOnOrder(*order, fill, now, out);
  store_.MoveEnded();
}

void Oms::BookOnOrder(model::Order& order, const model::Fill& fill, base::UnixNanos now,
                      model::ActionBuffer& out) {
  const Decimal before = order.filled_quantity;
  const bool is_expected = order.inferred_quantity >= fill.quantity;
  const bool was_open = !model::IsTerminal(order.status);
  if (was_open) {
    ProveAtVenue(order, now);
  } else if (!is_expected) {
    Doubt(model::AlertName("LATE_FILL"), fill, now, out);
  }
  DropInference(order, now, out);
  CountOnOrder(order, fill, now);
  const bool is_overfill = order.filled_quantity > order.quantity && !is_expected;
  const std::optional<model::Fill> inferred = Infer(order, now);
  SettleOrder(order, now, out);
  BookTrade(fill.trade_id, fill, 0, out);
  if (inferred) {
    BookTrade(inferred->trade_id, *inferred, 0, out);
  }
  SettleOthers(order, {.filled_before = before, .was_open = was_open}, now, out);
  if (is_overfill) {
    Doubt(model::AlertName("OVERFILL"), fill, now, out);
  }
}

void Oms::CountOnOrder(model::Order& order, const model::Fill& fill, base::UnixNanos now) {
  order.filled_quantity += fill.quantity;
  order.filled_notional += fill.notional();
  order.fees_paid += fill.fee;
  order.updated_at = std::max(order.updated_at, now);
}

// Brings state and reservation of an order to what it has filled now. The order is told before its
// fills: who shows a fill looks for its order.
void Oms::SettleOrder(model::Order& order, base::UnixNanos now, model::ActionBuffer& out) {
  if (!model::IsTerminal(order.status)) {
    Release(order, order.reserved_cash_remaining - CashStillReserved(order),
            order.reserved_quantity_remaining - QuantityStillReserved(order));
    if (order.filled_quantity.is_positive()) {
      Enter(order, StateAfterFill(order), now);
    }
  }
  // What was taken back for it stands before it.
  const bool is_adjusted =
      !out.empty() && (std::holds_alternative<model::BooksAdjusted>(out.list().back()) ||
                       std::holds_alternative<model::RoundTripClosed>(out.list().back()));
  out.Add(model::OrderChanged{.order = order, .continues = is_adjusted});
}

void Oms::SettleOthers(const model::Order& order, const Before& before, base::UnixNanos now,
                       model::ActionBuffer& out) {
  MoveArms(order, order.filled_quantity - before.filled_before, now, out);
  FitWaiting(order.instrument, now, out);
  TellPortfolio(order.instrument, out);
  if (before.was_open && model::IsTerminal(order.status)) {
    AfterEnd(order, now, out);
  }
  EndWhatIsOver(order.id, now, out);
}

// `first_id` is the id that the venue gave the trade, which the booked one may extend.
void Oms::BookTrade(const model::TradeId& first_id, const model::Fill& fill, std::uint32_t revision,
                    model::ActionBuffer& out) {
  const model::FillEffect effect = model::ApplyFill(fill, portfolio_);
  out.Add(model::FillBooked{.fill = fill, .realised_pnl = effect.realised_pnl});
  const BookedTrade* known = booked_.Find(first_id);
  booked_.Put(first_id, {.fill = fill,
                         .closed_quantity = effect.closed_quantity,
                         .closed_cost = effect.closed_cost,
                         .revision = revision,
                         .is_void = known != nullptr && known->is_void});
  TellTrip(fill.trade_id, effect, fill.instrument, fill.at, out);
  if (known != nullptr && known->is_void) {
    // Its bust was here first.
    TakeBack(first_id, AdjustmentKind::kBust, fill.booked_at, out);
  }
}

// Requires: the trade is remembered.
void Oms::TakeBack(const model::TradeId& first_id, AdjustmentKind kind, base::UnixNanos now,
                   model::ActionBuffer& out) {
  BookedTrade* trade = booked_.Find(first_id);
  ENSURE(trade != nullptr);
  if (!trade->is_booked) {
    return;  // Taken back already; what stands in its place was lost.
  }
  model::Adjustment undo = model::Undo(trade->fill, trade->closed_quantity, trade->closed_cost);
  undo.id = IdOf(kind, trade->fill.trade_id);
  undo.kind = kind;
  undo.at = now;
  trade->is_booked = false;
  trade->is_void = kind == AdjustmentKind::kBust;
  Adjust(undo, out);
}

void Oms::Adjust(const model::Adjustment& adjustment, model::ActionBuffer& out) {
  const model::BooksEffect effect = model::ApplyAdjustment(adjustment, portfolio_);
  out.Add(model::BooksAdjusted{.adjustment = adjustment, .realised_pnl = effect.realised_pnl});
  TellTrip(model::TradeId::Cut(adjustment.id.view()), effect, adjustment.instrument, adjustment.at,
           out);
}

void Oms::TellTrip(const model::TradeId& id, const model::BooksEffect& effect,
                   model::InstrumentId instrument, base::UnixNanos at, model::ActionBuffer& out) {
  if (!effect.ended_trip) {
    return;
  }
  const model::Order* opening = store_.Find(effect.ended_trip->opening_order);
  out.Add(model::RoundTripClosed{
      .id = id,
      .instrument = instrument,
      .trip = *effect.ended_trip,
      .strategy = opening == nullptr ? model::StrategyName() : opening->strategy,
      .closed_at = at});
}

void Oms::On(const model::TradeBusted& report, base::UnixNanos now, model::ActionBuffer& out) {
  const model::TradeId& id = report.fill.trade_id;
  const BookedTrade* known = booked_.Find(id);
  if (known == nullptr) {
    NoteUnseen(report.fill, AdjustmentKind::kBust, now, out);
    return;
  }
  if (known->is_void) {
    ++duplicate_fills_;
    return;
  }
  model::Fill seen = known->fill;
  seen.booked_at = now;
  Raise(model::AlertLevel::kWarning, model::AlertName("TRADE_BUSTED"),
        model::Reason::Cut(id.view()), seen, out);
  TakeBack(id, AdjustmentKind::kBust, now, out);
  NoteReopened(seen, out);
  FitWaiting(seen.instrument, now, out);
  TellPortfolio(seen.instrument, out);
  store_.MoveEnded();
}

// A bust or correction of a trade that is not remembered. One that we never heard of is noted, so
// that it counts when it comes; an old one can no longer be taken back exactly, and a person must.
void Oms::NoteUnseen(const model::Fill& fill, AdjustmentKind kind, base::UnixNanos now,
                     model::ActionBuffer& out) {
  const bool is_old = seen_trades_.Contains(fill.trade_id);
  Doubt(model::AlertName(is_old ? "TRADE_CHANGE_UNBOOKED" : "TRADE_CHANGE_BEFORE_TRADE"), fill, now,
        out);
  if (is_old) {
    return;
  }
  if (kind == AdjustmentKind::kBust) {
    booked_.Put(fill.trade_id, {.fill = fill, .is_booked = false, .is_void = true});
  }
  model::Adjustment note{.kind = kind,
                         .instrument = fill.instrument,
                         .order_id = fill.order_id,
                         .trade_id = fill.trade_id,
                         .at = now};
  note.id = IdOf("before:", fill.trade_id);
  Adjust(note, out);
}

void Oms::On(const model::TradeCorrected& report, base::UnixNanos now, model::ActionBuffer& out) {
  const model::TradeId& id = report.fill.trade_id;
  const BookedTrade* known = booked_.Find(id);
  if (known != nullptr && (known->is_void || known->revision >= report.revision)) {
    ++duplicate_fills_;
    return;
  }
  if (!IsBookable(report.fill)) {
    Doubt(model::AlertName("FILL_UNUSABLE"), report.fill, now, out);
    return;
  }
  const bool is_old = known == nullptr && seen_trades_.Contains(id);
  const std::optional<model::TradeId> revised_id = RevisedId(id, report.revision);
  if (is_old || !revised_id) {
    Doubt(model::AlertName("TRADE_CHANGE_UNBOOKED"), report.fill, now, out);
    return;
  }
  model::Fill fill = report.fill;
  fill.trade_id = *revised_id;
  fill.booked_at = now;
  Raise(model::AlertLevel::kWarning, model::AlertName("TRADE_CORRECTED"),
        model::Reason::Cut(fill.trade_id.view()), fill, out);
  const bool is_first = known == nullptr;
  if (is_first) {
    NoteUnseen(report.fill, AdjustmentKind::kCorrection, now, out);
    seen_trades_.Insert(id);
  }
  const model::Fill old = is_first ? model::Fill() : known->fill;
  if (!is_first) {
    TakeBack(id, AdjustmentKind::kCorrection, now, out);
  }
  model::Order* order = store_.Find(fill.order_id);
  if (order != nullptr && IsOf(*order, fill)) {
    BookCorrected(*order, {.first_id = id, .old = old, .now = fill, .revision = report.revision},
                  out);
  } else {
    BookTrade(id, fill, report.revision, out);
    FitWaiting(fill.instrument, now, out);
    TellPortfolio(fill.instrument, out);
  }
  store_.MoveEnded();
}

// A total that counted the trade counts it as it is now. One that is behind the trades did not
// count all of them; then it may be about others.
void Oms::CorrectTotal(model::Order& order, const Correction& change) {
  const Decimal delta = change.now.quantity - change.old.quantity;
  if (delta.is_zero() || order.venue_quantity < order.filled_quantity) {
    return;
  }
  order.venue_quantity += delta;
  order.venue_notional += change.now.notional() - change.old.notional();
  order.venue_fees += change.now.fee - change.old.fee;
}

// `change.old` has no quantity when the correction came before the trade.
void Oms::BookCorrected(model::Order& order, const Correction& change, model::ActionBuffer& out) {
  const base::UnixNanos now = change.now.booked_at;
  const Decimal before = order.filled_quantity;
  const bool was_open = !model::IsTerminal(order.status);
  if (was_open) {
    ProveAtVenue(order, now);
  }
  DropInference(order, now, out);
  // One that came while the order still waited here was booked beside it.
  const bool was_counted =
      change.old.quantity.is_positive() && change.old.quantity <= order.filled_quantity;
  if (was_counted) {
    CorrectTotal(order, change);
    order.filled_quantity -= change.old.quantity;
    order.filled_notional -= change.old.notional();
    order.fees_paid -= change.old.fee;
  }
  CountOnOrder(order, change.now, now);
  const std::optional<model::Fill> inferred = Infer(order, now);
  SettleOrder(order, now, out);
  BookTrade(change.first_id, change.now, change.revision, out);
  if (inferred) {
    BookTrade(inferred->trade_id, *inferred, 0, out);
  }
  SettleOthers(order, {.filled_before = before, .was_open = was_open}, now, out);
}

void Oms::On(const model::OrderProgress& report, base::UnixNanos now, model::ActionBuffer& out) {
  model::Order* order = store_.Find(report.order_id);
  const std::optional<Decimal> notional =
      base::CheckedMul(report.average_price, report.cumulative_filled, Rounding::kHalfEven);
  const bool is_usable = notional && IsPriced(*notional, report.cumulative_filled);
  if (order == nullptr || order->is_waiting || !is_usable) {
    Doubt(model::AlertName("FILLS_WITHOUT_TRADES"), {.order_id = report.order_id}, now, out);
    return;
  }
  // The fees of what no trade explains may come later than the quantity.
  const bool is_fee_late = report.cumulative_filled == order->venue_quantity &&
                           report.fees > order->venue_fees &&
                           order->inferred_quantity.is_positive();
  if (report.cumulative_filled <= order->venue_quantity && !is_fee_late) {
    return;  // Older than what it said before, or the same again.
  }
  if (order->external_id.empty()) {
    order->external_id = report.venue_order_id;
  }
  order->venue_quantity = report.cumulative_filled;
  order->venue_notional = *notional;
  order->venue_fees = report.fees;
  const Decimal before = order->filled_quantity;
  const bool was_open = !model::IsTerminal(order->status);
  if (was_open) {
    ProveAtVenue(*order, now);
  }
  DropInference(*order, now, out);
  const std::optional<model::Fill> inferred = Infer(*order, now);
  SettleOrder(*order, now, out);
  if (inferred) {
    BookTrade(inferred->trade_id, *inferred, 0, out);
  }
  SettleOthers(*order, {.filled_before = before, .was_open = was_open}, now, out);
  const bool is_late = !was_open && order->filled_quantity > before;
  if (is_late || order->filled_quantity > order->quantity) {
    Doubt(model::AlertName(is_late ? "LATE_FILL" : "OVERFILL"), {.order_id = order->id}, now, out);
  }
  store_.MoveEnded();
}

// Takes back what only a total had told, so that what is known now takes its place.
void Oms::DropInference(model::Order& order, base::UnixNanos now, model::ActionBuffer& out) {
  if (!order.inferred_quantity.is_positive()) {
    return;
  }
  const model::TradeId id = InferredId(order.id, order.inferences);
  if (booked_.Find(id) == nullptr) {
    // Long ago: what it closed then is forgotten, and it is taken back from the newest lots.
    const model::Fill fill{
        .order_id = order.id,
        .trade_id = id,
        .instrument = order.instrument,
        .side = order.side,
        .price = base::Div(order.inferred_notional, order.inferred_quantity, Rounding::kHalfEven),
        .quantity = order.inferred_quantity,
        .fee = order.inferred_fees};
    booked_.Put(id, {.fill = fill});
  }
  TakeBack(id, AdjustmentKind::kInferred, now, out);
  order.filled_quantity -= order.inferred_quantity;
  order.filled_notional -= order.inferred_notional;
  order.fees_paid -= order.inferred_fees;
  order.inferred_quantity = Decimal();
  order.inferred_notional = Decimal();
  order.inferred_fees = Decimal();
}

// Books the part of the venue's total that no trade of its own id explains: one trade, whose price
// is what is left of the total's value.
std::optional<model::Fill> Oms::Infer(model::Order& order, base::UnixNanos now) {
  const Decimal quantity = order.venue_quantity - order.filled_quantity;
  if (!quantity.is_positive() || !order.venue_quantity.is_positive()) {
    return std::nullopt;
  }
  const Decimal average =
      base::Div(order.venue_notional, order.venue_quantity, Rounding::kHalfEven);
  const std::optional<Decimal> left =
      base::CheckedDiv(order.venue_notional - order.filled_notional, quantity, Rounding::kHalfEven);
  // Trades beyond the total may leave nothing sensible: then its average.
  const Decimal price = left && left->is_positive() ? *left : average;
  ++order.inferences;
  const model::Fill fill{.order_id = order.id,
                         .trade_id = InferredId(order.id, order.inferences),
                         .instrument = order.instrument,
                         .side = order.side,
                         .price = price,
                         .quantity = quantity,
                         .fee = std::max(Decimal(), order.venue_fees - order.fees_paid),
                         .at = now,
                         .booked_at = now};
  CountOnOrder(order, fill, now);
  order.inferred_quantity = quantity;
  order.inferred_notional = fill.notional();
  order.inferred_fees = fill.fee;
  seen_trades_.Insert(fill.trade_id);
  return fill;
}

void Oms::On(const model::AdjustmentAccepted& accepted, base::UnixNanos now,
             model::ActionBuffer& out) {
  model::Adjustment adjustment = accepted.adjustment;
  adjustment.at = now;
  Book(adjustment, now, out);
}

void Oms::Book(const model::Adjustment& adjustment, base::UnixNanos now, model::ActionBuffer& out) {
  if (!seen_adjustments_.Insert(adjustment.id)) {
    ++duplicate_fills_;
    return;
  }
  Adjust(adjustment, out);
  if (adjustment.kind == AdjustmentKind::kSplit) {
    booked_.Forget(adjustment.instrument);
  }
  FitWaiting(adjustment.instrument, now, out);
  TellPortfolio(adjustment.instrument, out);
  store_.MoveEnded();
}

}  // namespace bulwark::oms
