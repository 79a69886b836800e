#include "model/accounting.h"

#include <algorithm>
#include <optional>

#include "base/decimal.h"
#include "base/time.h"
#include "model/adjustment.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/lots.h"
#include "model/market_data.h"
#include "model/portfolio.h"

namespace bulwark::model {
namespace {

using base::Decimal;
using base::Rounding;

Decimal Signed(Side side, Decimal amount) {
  return side == Side::kBuy ? amount : -amount;
}

Decimal Share(Decimal whole, Decimal part, Decimal of) {
  return part == of ? whole : base::MulDiv(whole, part, of, Rounding::kHalfEven);
}

// A signed quantity that carries a signed value, and at which ends of the lots it closes and opens.
struct Move {
  Lot lot;
  LotBook::End closes = LotBook::End::kOldest;
  LotBook::End opens = LotBook::End::kNewest;
};

struct Moved {
  Decimal cost;
  Decimal closed_quantity;
  Decimal closed_cost;
  Decimal closed_value;  // The part of the carried value that met the closed quantity, signed.
  Decimal opened_quantity;
  Decimal opened_value;
};

void ReleaseCollateral(Position& position, Portfolio& portfolio, Decimal closed, Decimal owned) {
  if (position.collateral.is_zero()) {
    return;
  }
  const Decimal released = Share(position.collateral, closed, owned);
  position.collateral -= released;
  portfolio.blocked_cash -= released;
  portfolio.cash += released;
}

void TakeCollateral(Position& position, Portfolio& portfolio, Decimal value) {
  const Decimal taken =
      CollateralFor(portfolio.terms, value.is_negative() ? Side::kSell : Side::kBuy, value.Abs());
  position.collateral += taken;
  portfolio.blocked_cash += taken;
  portfolio.cash -= taken;
}

Moved MoveLots(const Move& move, InstrumentId instrument, Portfolio& portfolio) {
  Moved moved;
  Position& position = portfolio.at(instrument);
  const Decimal owned = position.owned();
  const Decimal quantity = move.lot.quantity;
  if (quantity.is_zero()) {
    return moved;
  }
  if (!owned.is_zero() && portfolio.lots.size(instrument) == 0) {
    // A position that came without lots (from an older installation) is one lot.
    portfolio.lots.Push(instrument, {.quantity = owned, .cost = position.cost}, move.opens);
  }
  const bool reduces = !owned.is_zero() && owned.is_negative() != quantity.is_negative();
  if (reduces) {
    moved.closed_quantity = std::min(quantity.Abs(), owned.Abs());
    moved.closed_value = Share(move.lot.cost, moved.closed_quantity, quantity.Abs());
    moved.closed_cost = portfolio.lots.Take(instrument, moved.closed_quantity, move.closes);
    ReleaseCollateral(position, portfolio, moved.closed_quantity, owned.Abs());
  }
  moved.opened_quantity = quantity.Abs() - moved.closed_quantity;
  moved.opened_value = move.lot.cost - moved.closed_value;
  if (moved.opened_quantity.is_positive()) {
    const Decimal opened = quantity.is_negative() ? -moved.opened_quantity : moved.opened_quantity;
    portfolio.lots.Push(instrument, {.quantity = opened, .cost = moved.opened_value}, move.opens);
    TakeCollateral(position, portfolio, moved.opened_value);
  }
  moved.cost = moved.opened_value - moved.closed_cost;
  position.quantity += quantity;
  position.cost += moved.cost;
  position.was_ever_held = true;
  return moved;
}

// What the change realises, and what it does to the cash of this kind of account. `spot_cash` is
// what it would move in a spot account.
void Settle(Decimal spot_cash, InstrumentId instrument, Portfolio& portfolio, BooksEffect& effect) {
  effect.realised_pnl = spot_cash + effect.cost;
  effect.cash = portfolio.terms.mode == AccountMode::kPerp ? effect.realised_pnl : spot_cash;
  portfolio.cash += effect.cash;
  portfolio.realised_pnl += effect.realised_pnl;
  portfolio.at(instrument).realised_pnl += effect.realised_pnl;
}

void SeeShort(Position& position, base::UnixNanos at) {
  if (!position.owned().is_negative()) {
    position.short_opened_at = base::UnixNanos();
    position.borrowed_until = base::UnixNanos();
  } else if (position.short_opened_at == base::UnixNanos()) {
    position.short_opened_at = at;
    position.borrowed_until = at;
  }
}

void OpenTrip(RoundTrip& trip, const Fill& fill, const Moved& moved, Decimal fee) {
  if (!trip.is_open()) {
    trip.opening_order = fill.order_id;
    trip.opened_at = fill.at;
  }
  trip.entry_quantity += moved.opened_quantity;
  trip.entry_notional += moved.opened_value.Abs();
  trip.fees += fee;
  trip.realised_pnl -= fee;
}

// A corrected fill took its place again after what it had opened, and was sold since, was taken
// back: it still is the entry of the trip.
bool IsBackInTrip(const Fill& fill, const Moved& moved, const RoundTrip& trip) {
  const bool is_sale = Signed(fill.side, fill.moved_quantity()).is_negative();
  return moved.closed_quantity.is_positive() &&
         (trip.is_open() || trip.exit_quantity.is_positive()) &&
         is_sale == (trip.side == Side::kSell);
}

std::optional<RoundTrip> TakeTrip(RoundTrip& trip) {
  const RoundTrip ended = trip;
  trip = RoundTrip();
  return ended;
}

// Follows the round trip; answers it when the position ended or turned.
std::optional<RoundTrip> FollowTrip(const Fill& fill, const Moved& moved, Position& position) {
  RoundTrip& trip = position.trip;
  if (fill.moved_quantity().is_zero()) {
    // All that was bought was kept as the fee: a cost of the position that is there, if one is.
    const Decimal fee = trip.is_open() ? fill.fee : Decimal();
    trip.fees += fee;
    trip.realised_pnl -= fee;
    return std::nullopt;
  }
  const Decimal closing_fee = Share(fill.fee, moved.closed_quantity, fill.moved_quantity().Abs());
  if (IsBackInTrip(fill, moved, trip)) {
    trip.entry_quantity += moved.closed_quantity + moved.opened_quantity;
    trip.entry_notional += (moved.closed_value + moved.opened_value).Abs();
    trip.fees += fill.fee;
    trip.realised_pnl += -moved.closed_value - moved.closed_cost - fill.fee;
    return position.owned().is_zero() ? TakeTrip(trip) : std::nullopt;
  }
  std::optional<RoundTrip> ended;
  if (moved.closed_quantity.is_positive()) {
    trip.exit_quantity += moved.closed_quantity;
    trip.exit_notional += moved.closed_value.Abs();
    trip.fees += closing_fee;
    trip.realised_pnl += -moved.closed_value - moved.closed_cost - closing_fee;
    if (position.owned().is_zero() || moved.opened_quantity.is_positive()) {
      ended = TakeTrip(trip);
    }
  }
  if (moved.opened_quantity.is_positive()) {
    trip.side = position.owned().is_negative() ? Side::kSell : Side::kBuy;
    OpenTrip(trip, fill, moved, fill.fee - closing_fee);
  }
  return ended;
}

void Split(const Adjustment& adjustment, Portfolio& portfolio) {
  Position& position = portfolio.at(adjustment.instrument);
  const Decimal before = position.owned();
  const auto scaled = [&](Decimal amount) {
    return base::MulDiv(amount, Decimal::FromInt(adjustment.new_shares),
                        Decimal::FromInt(adjustment.old_shares), Rounding::kDown);
  };
  if (!before.is_zero() && portfolio.lots.size(adjustment.instrument) == 0) {
    portfolio.lots.Push(adjustment.instrument, {.quantity = before, .cost = position.cost},
                        LotBook::End::kNewest);
  }
  const Decimal after = scaled(before);
  portfolio.lots.Scale(adjustment.instrument, after, adjustment.new_shares, adjustment.old_shares);
  position.quantity += after - before;
  position.trip.entry_quantity = scaled(position.trip.entry_quantity);
  position.trip.exit_quantity = scaled(position.trip.exit_quantity);
}

// An adjustment keeps the round trip in step: what is taken back leaves its entry or its exit.
std::optional<RoundTrip> AdjustTrip(const Adjustment& adjustment, const BooksEffect& effect,
                                    Position& position) {
  RoundTrip& trip = position.trip;
  const bool was_open = trip.is_open();
  if (!was_open && position.owned().is_zero()) {
    return std::nullopt;
  }
  const Decimal restored = std::min(adjustment.restored.quantity.Abs(), trip.exit_quantity);
  const Decimal taken = std::min(adjustment.taken.quantity.Abs(), trip.entry_quantity);
  if (trip.exit_quantity.is_positive()) {
    trip.exit_notional -= Share(trip.exit_notional, restored, trip.exit_quantity);
    trip.exit_quantity -= restored;
  }
  if (trip.entry_quantity.is_positive()) {
    trip.entry_notional -= Share(trip.entry_notional, taken, trip.entry_quantity);
    trip.entry_quantity -= taken;
  }
  trip.fees += adjustment.fees;
  trip.realised_pnl += effect.realised_pnl;
  // What is booked again in a moment is no end.
  const bool is_passing = adjustment.kind == AdjustmentKind::kCorrection ||
                          adjustment.kind == AdjustmentKind::kInferred;
  if (is_passing && was_open) {
    return std::nullopt;
  }
  if (position.owned().is_zero()) {
    const std::optional<RoundTrip> ended = trip.is_open() ? std::optional(trip) : std::nullopt;
    trip = RoundTrip();
    return ended;
  }
  if (!trip.is_open()) {
    trip.opening_order = adjustment.order_id;
    trip.opened_at = adjustment.at;
    trip.side = position.owned().is_negative() ? Side::kSell : Side::kBuy;
    trip.entry_quantity = position.owned().Abs();
    trip.entry_notional = position.cost.Abs();
  }
  return std::nullopt;
}

// What a person accepted moves lots as a trade would, at what they cost: nothing is realised, and
// cash moves only if it was cash that differed.
BooksEffect Accept(const Adjustment& adjustment, Portfolio& portfolio) {
  portfolio.cash += adjustment.cash;
  BooksEffect effect{.cash = adjustment.cash, .quantity = adjustment.taken.quantity};
  if (effect.quantity.is_zero()) {
    return effect;
  }
  Moved moved = MoveLots({.lot = adjustment.taken}, adjustment.instrument, portfolio);
  effect.cost = moved.cost;
  effect.closed_quantity = moved.closed_quantity;
  effect.closed_cost = moved.closed_cost;
  Position& position = portfolio.at(adjustment.instrument);
  SeeShort(position, adjustment.at);
  moved.closed_value = -moved.closed_cost;
  const bool is_sale = effect.quantity.is_negative();
  effect.ended_trip = FollowTrip({.instrument = adjustment.instrument,
                                  .side = is_sale ? Side::kSell : Side::kBuy,
                                  .quantity = effect.quantity.Abs(),
                                  .at = adjustment.at},
                                 moved, position);
  return effect;
}

}  // namespace

Decimal CollateralFor(const AccountTerms& terms, Side side, Decimal notional) {
  const bool is_short = side == Side::kSell;
  if (terms.mode == AccountMode::kSpot || (terms.mode == AccountMode::kMargin && !is_short)) {
    return {};
  }
  const Decimal margin = base::Div(notional, terms.leverage, Rounding::kCeiling);
  // The proceeds of a short sale are cash that is owed: they stay blocked too.
  return terms.mode == AccountMode::kMargin ? notional + margin : margin;
}

std::optional<Decimal> ValueAt(const Position& position, Decimal price, const AccountTerms& terms) {
  const auto value = base::CheckedMul(position.owned(), price, Rounding::kHalfEven);
  if (!value || terms.mode != AccountMode::kPerp) {
    return value;
  }
  return base::CheckedAdd(*value, -position.cost);
}

FillEffect ApplyFill(const Fill& fill, Portfolio& portfolio) {
  const Decimal value = Signed(fill.side, fill.moved_notional());
  const Decimal quantity = Signed(fill.side, fill.moved_quantity());
  const Moved moved =
      MoveLots({.lot = {.quantity = quantity, .cost = value}}, fill.instrument, portfolio);
  FillEffect effect{.quantity = quantity,
                    .cost = moved.cost,
                    .closed_quantity = moved.closed_quantity,
                    .closed_cost = moved.closed_cost};
  Settle(-value - fill.fee, fill.instrument, portfolio, effect);
  portfolio.fees_paid += fill.fee;
  Position& position = portfolio.at(fill.instrument);
  SeeShort(position, fill.at);
  effect.ended_trip = FollowTrip(fill, moved, position);
  return effect;
}

BooksEffect ApplyAdjustment(const Adjustment& adjustment, Portfolio& portfolio) {
  if (IsAccepted(adjustment.kind)) {
    return Accept(adjustment, portfolio);
  }
  BooksEffect effect;
  Position& position = portfolio.at(adjustment.instrument);
  if (adjustment.kind == AdjustmentKind::kSplit) {
    const Decimal before = position.owned();
    Split(adjustment, portfolio);
    effect.quantity = position.owned() - before;
    return effect;
  }
  using End = LotBook::End;
  const Move restored{.lot = adjustment.restored, .closes = End::kNewest, .opens = End::kOldest};
  const Move taken{.lot = adjustment.taken, .closes = End::kNewest, .opens = End::kNewest};
  effect.cost = MoveLots(restored, adjustment.instrument, portfolio).cost;
  effect.cost += MoveLots(taken, adjustment.instrument, portfolio).cost;
  effect.quantity = adjustment.restored.quantity + adjustment.taken.quantity;
  Settle(adjustment.cash, adjustment.instrument, portfolio, effect);
  portfolio.fees_paid += adjustment.fees;
  if (adjustment.kind == AdjustmentKind::kBorrowFee) {
    portfolio.borrow_fees_paid += adjustment.fees;
    position.borrowed_until = adjustment.at;
  } else {
    SeeShort(position, adjustment.at);
  }
  effect.ended_trip = AdjustTrip(adjustment, effect, position);
  return effect;
}

Adjustment Undo(const Fill& fill, Decimal closed_quantity, Decimal closed_cost) {
  const Decimal quantity = Signed(fill.side, fill.moved_quantity());
  const Decimal value = Signed(fill.side, fill.moved_notional());
  const Decimal closed = quantity.is_negative() ? -closed_quantity : closed_quantity;
  const Decimal closed_value = Share(value, closed, quantity);
  Adjustment undo{.instrument = fill.instrument,
                  .order_id = fill.order_id,
                  .trade_id = fill.trade_id,
                  .cash = value + fill.fee,
                  .fees = -fill.fee};
  undo.restored = {.quantity = -closed, .cost = closed_cost};
  undo.taken = {.quantity = closed - quantity, .cost = closed_value - value};
  return undo;
}

}  // namespace bulwark::model
