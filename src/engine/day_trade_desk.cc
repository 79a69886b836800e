#include "engine/day_trade_desk.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <variant>

#include "base/decimal.h"
#include "base/time.h"
#include "daytrade/account.h"
#include "daytrade/bounded.h"
#include "daytrade/guard.h"
#include "daytrade/trade_log.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/adjustment.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/share_move.h"
#include "oms/oms.h"
#include "risk/guard_input.h"

namespace bulwark::engine {
namespace {

using base::Decimal;

constexpr std::size_t kPendingMax = 512;

Decimal Signed(model::Side side, Decimal quantity) {
  return side == model::Side::kBuy ? quantity : -quantity;
}

model::InstrumentId InstrumentOf(const model::ShareMove& move) {
  return std::visit([](const auto& what) { return what.instrument; }, move.what);
}

// A total that the venue told has no time of its own; then ours counts.
base::UnixNanos TimeOf(const model::Fill& fill) {
  return fill.at == base::UnixNanos{} ? fill.booked_at : fill.at;
}

daytrade::Execution ExecutionOf(const model::Fill& fill) {
  return {.instrument = fill.instrument,
          .order = fill.order_id,
          .trade = fill.trade_id,
          .quantity = Signed(fill.side, fill.moved_quantity()),
          .price = fill.price,
          .at = TimeOf(fill)};
}

daytrade::IntentKind KindOf(const model::NewOrder& order, Decimal owned) {
  if (!order.reduce_only) {
    return owned.is_zero() ? daytrade::IntentKind::kEntry : daytrade::IntentKind::kAdd;
  }
  switch (order.origin) {
    case model::Origin::kProtective:
      return daytrade::IntentKind::kExitProtective;
    case model::Origin::kLiquidation:
      return daytrade::IntentKind::kLiquidate;
    case model::Origin::kStrategy:
    case model::Origin::kOperator:
      break;
  }
  return daytrade::IntentKind::kExitDiscretionary;
}

Decimal PriceOf(const std::optional<Decimal>& limit, const std::optional<Decimal>& stop,
                const risk::Mark& mark) {
  const Decimal fallback = mark.price.value_or(Decimal());
  return limit ? *limit : stop ? std::max(*stop, fallback) : fallback;
}

}  // namespace

DayTradeDesk::DayTradeDesk(DayTradeSetup setup, const model::InstrumentTable& instruments,
                           const oms::OpeningBooks& books)
    : setup_(std::move(setup)),
      instruments_(instruments),
      trades_(setup_.calendar, setup_.policy, kExecutionsMax),
      deficits_(setup_.calendar, setup_.policy) {
  holdings_.reserve(model::kInstrumentsMax);
  pending_.reserve(kPendingMax);
  Recover(books);
}

bool DayTradeDesk::Governs(model::InstrumentId instrument) const {
  return model::KindOf(instruments_[instrument]) == model::AssetKind::kEquity;
}

// What was held before is what the remembered moves do not explain.
void DayTradeDesk::Recover(const oms::OpeningBooks& books) {
  complete_since_ = books.share_moves.complete_since;
  for (const model::Instrument& instrument : instruments_.rows()) {
    if (!Governs(instrument.id)) {
      continue;
    }
    Decimal before = books.portfolio.at(instrument.id).owned();
    for (const model::ShareMove& move : books.share_moves.rows) {
      if (InstrumentOf(move) == instrument.id) {
        before -= move.quantity;
      }
    }
    trades_.SetOpening(instrument.id, before);
  }
  for (const model::ShareMove& move : books.share_moves.rows) {
    // As of then: nothing that the ledger holds is from the future.
    if (const auto* fill = std::get_if<model::Fill>(&move.what)) {
      See(*fill, TimeOf(*fill));
    } else {
      const auto& adjustment = std::get<model::Adjustment>(move.what);
      See(adjustment, adjustment.at);
    }
  }
}

void DayTradeDesk::Follow(const model::ActionBuffer& out, base::UnixNanos now) {
  for (; followed_ < out.size(); ++followed_) {
    const model::Action& action = out.list()[followed_];
    if (const auto* booked = std::get_if<model::FillBooked>(&action)) {
      See(booked->fill, now);
    } else if (const auto* adjusted = std::get_if<model::BooksAdjusted>(&action)) {
      See(adjusted->adjustment, now);
    }
  }
}

void DayTradeDesk::See(const model::Fill& fill, base::UnixNanos now) {
  if (Governs(fill.instrument)) {
    trades_.Add(ExecutionOf(fill), now);
  }
}

void DayTradeDesk::See(const model::Adjustment& adjustment, base::UnixNanos now) {
  using Kind = model::AdjustmentKind;
  if (adjustment.kind == Kind::kAcceptedCash || !Governs(adjustment.instrument)) {
    return;
  }
  if (adjustment.kind == Kind::kSplit && adjustment.old_shares > 0) {
    const Decimal held = trades_.Held(adjustment.instrument);
    const auto scaled =
        base::CheckedMulDiv(held, Decimal::FromInt(adjustment.new_shares),
                            Decimal::FromInt(adjustment.old_shares), base::Rounding::kDown);
    Move(adjustment, scaled.value_or(held) - held, daytrade::Moved::kTransfer, now);
  } else if (adjustment.kind == Kind::kAcceptedPosition) {
    Move(adjustment, adjustment.taken.quantity, daytrade::Moved::kAccepted, now);
  } else if (!adjustment.trade_id.empty() && !trades_.Bust(adjustment.trade_id)) {
    // Of a trade that is not kept any more.
    Move(adjustment, adjustment.restored.quantity + adjustment.taken.quantity,
         daytrade::Moved::kTransfer, now);
  }
}

void DayTradeDesk::Move(const model::Adjustment& adjustment, Decimal quantity, daytrade::Moved how,
                        base::UnixNanos now) {
  if (quantity.is_zero()) {
    return;
  }
  trades_.Add({.instrument = adjustment.instrument,
               .order = {},
               .trade = {},
               .quantity = quantity,
               .price = {},
               .at = adjustment.at,
               .moved = how},
              now);
}

daytrade::Intent DayTradeDesk::IntentOf(const model::NewOrder& order, const model::Portfolio& books,
                                        const risk::GateState& state) const {
  return {.instrument = order.instrument,
          .side = order.side,
          .quantity = order.quantity,
          .worst_price =
              PriceOf(order.limit_price, order.stop_price, state.marks.at(order.instrument.index)),
          .kind = KindOf(order, books.at(order.instrument).owned()),
          .is_market = !order.limit_price.has_value()};
}

void DayTradeDesk::CollectPending(const oms::Oms& oms, const model::OrderId& self,
                                  const risk::GateState& state) {
  pending_.clear();
  for (const model::Order& order : oms.open_orders()) {
    const bool may_trade = !model::IsTerminal(order.status) && order.id != self &&
                           Governs(order.instrument) && order.remaining().is_positive();
    const bool waits_to_close = order.is_waiting && order.reduce_only;
    if (!may_trade || waits_to_close || pending_.size() == kPendingMax) {
      continue;
    }
    pending_.push_back({.instrument = order.instrument,
                        .side = order.side,
                        .quantity = order.remaining(),
                        .worst_price = PriceOf(order.limit_price, order.stop_price,
                                               state.marks.at(order.instrument.index)),
                        .is_opening = !order.reduce_only});
  }
}

std::optional<Decimal> DayTradeDesk::CollectHoldings(const model::Portfolio& books,
                                                     const risk::GateState& state) {
  holdings_.clear();
  Decimal others;
  for (const model::Instrument& instrument : instruments_.rows()) {
    const Decimal owned = books.at(instrument.id).owned();
    const std::optional<Decimal>& mark = state.marks.at(instrument.id.index).price;
    if (owned.is_zero()) {
      continue;
    }
    if (!mark) {
      return std::nullopt;
    }
    if (Governs(instrument.id)) {
      holdings_.push_back({.instrument = instrument.id, .quantity = owned, .mark = *mark});
    } else {
      others = daytrade::Plus(others, daytrade::Times(owned, *mark));
    }
  }
  return others;
}

daytrade::Decision DayTradeDesk::Judge(const model::NewOrder& order, const model::OrderId& self,
                                       const oms::Oms& oms, const risk::GateState& state,
                                       const Worth& worth, base::UnixNanos now) {
  const model::Portfolio& books = oms.portfolio();
  const std::optional<Decimal> others = CollectHoldings(books, state);
  CollectPending(oms, self, state);
  const daytrade::Intent intent = IntentOf(order, books, state);
  daytrade::Snapshot snapshot;
  snapshot.at = now;
  snapshot.equity = worth.equity.value_or(Decimal());
  snapshot.last_equity = worth.last_equity.value_or(Decimal());
  snapshot.cash = books.owned_cash();
  snapshot.excluded_equity = others.value_or(Decimal());
  const bool is_known = worth.equity && others;
  // Day trades of the window may be older than what was remembered at the start.
  const bool reaches_too_far =
      complete_since_ && trades_.TradeDate(*complete_since_) >= trades_.WindowStart(now);
  return daytrade::Decide({.policy = setup_.policy, .trades = trades_, .deficits = deficits_},
                          {.intent = intent,
                           .snapshot = is_known ? &snapshot : nullptr,
                           .holdings = holdings_,
                           .pending = pending_,
                           .conditions = {.do_books_differ = reaches_too_far},
                           .now = now});
}

}  // namespace bulwark::engine
