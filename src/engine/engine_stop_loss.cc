// The part of the engine that gives each position a stop: a waiting order at a distance from the
// average entry, for what no other stop protects. It is an order like a bracket's leg, so the
// ledger keeps it and a restart finds it.

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>

#include "base/decimal.h"
#include "base/time.h"
#include "engine/engine.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/signal.h"
#include "oms/oms.h"

namespace bulwark::engine {
namespace {

using base::Decimal;

constexpr base::Nanos kTellEvery{std::chrono::minutes{1}};

// One that still waits for its price; what left, or is about to, is nobody's to move.
bool IsPositionStop(const model::Order& order) {
  return order.strategy.view() == kStopLossName && order.is_waiting && !order.is_triggered &&
         order.reduce_only && !model::IsTerminal(order.status);
}

// Average entry less (or, short, plus) the distance, on the tick that loses less.
std::optional<Decimal> StopPrice(const model::Position& position, Decimal percent, Decimal tick) {
  const Decimal hundred = Decimal::FromInt(100);
  const bool is_long = position.owned().is_positive();
  const auto average =
      base::CheckedDiv(position.cost.Abs(), position.owned().Abs(), base::Rounding::kHalfEven);
  if (!average || !average->is_positive()) {
    return std::nullopt;
  }
  const auto price = base::CheckedMulDiv(*average, is_long ? hundred - percent : hundred + percent,
                                         hundred, base::Rounding::kHalfEven);
  if (!price) {
    return std::nullopt;
  }
  const Decimal below = price->RoundDownTo(tick);
  const Decimal on_tick = is_long && below < *price ? below + tick : below;
  return std::max(on_tick, tick);
}

}  // namespace

void Engine::ProtectPositions(model::ActionBuffer& out) {
  if (options_.stop_loss_percent.is_zero() && !oms_.has_waiting()) {
    return;
  }
  for (const model::Instrument& instrument : instruments_.rows()) {
    ProtectPosition(instrument, out);
  }
}

// In whole lots. A closing order that is no stop may be refused: it protects nothing.
Decimal Engine::WithoutStop(const model::Instrument& instrument) const {
  const Decimal owned = oms_.portfolio().at(instrument.id).owned();
  const model::Side closing = owned.is_positive() ? model::Side::kSell : model::Side::kBuy;
  Decimal left = owned.Abs();
  for (const model::Order& order : oms_.open_orders()) {
    const bool is_stop = order.instrument == instrument.id && order.reduce_only &&
                         order.stop_price && order.side == closing &&
                         !model::IsTerminal(order.status);
    if (is_stop && !IsPositionStop(order)) {
      left -= order.is_waiting ? order.armed_quantity : order.remaining();
    }
  }
  return std::max(left, Decimal()).RoundDownTo(instrument.lot_size);
}

void Engine::ProtectPosition(const model::Instrument& instrument, model::ActionBuffer& out) {
  if (state_.is_halted) {
    return;  // HALT owns the book; before the first permit it may be in force.
  }
  const model::Position& position = oms_.portfolio().at(instrument.id);
  const bool is_on = options_.stop_loss_percent.is_positive() && !position.owned().is_zero();
  if (!is_on && !oms_.has_waiting()) {
    return;
  }
  oms::PositionStop wish{.instrument = instrument.id,
                         .is_long = position.owned().is_positive(),
                         .name = model::StrategyName(kStopLossName)};
  std::optional<Decimal> price;
  if (is_on) {
    wish.quantity = WithoutStop(instrument);
    price = StopPrice(position, options_.stop_loss_percent, instrument.tick_size);
    wish.price = price.value_or(Decimal());
  }
  if (wish.quantity.is_positive() && !price) {
    wish.quantity = Decimal();
    TellNoStop(instrument.id, "its average entry is not known", out);
  }
  HoldPositionStop(wish, out);
}

// Moves the stop that is there, makes one when there is none, ends what is too many.
void Engine::HoldPositionStop(const oms::PositionStop& wish, model::ActionBuffer& out) {
  const model::Side side = wish.is_long ? model::Side::kSell : model::Side::kBuy;
  bool is_there = !wish.quantity.is_positive();
  for (const model::Order& order : oms_.open_orders()) {
    if (order.instrument != wish.instrument || !IsPositionStop(order)) {
      continue;
    }
    if (is_there || order.side != side) {
      oms_.RequestCancel(order.id, now_, out);
      continue;
    }
    is_there = true;
    if (order.armed_quantity != wish.quantity || order.stop_price != wish.price) {
      oms_.MoveStop(order.id, wish, now_, out);
    }
  }
  if (is_there) {
    return;
  }
  // Entries are refused long before; see OrderStore.
  if (oms_.open_orders().size() >= gate_.limits().open_orders_max + model::kInstrumentsMax) {
    TellNoStop(wish.instrument, "there are too many open orders", out);
    return;
  }
  oms_.HoldStop(wish, NextOrderId(), now_, out);
}

void Engine::TellNoStop(model::InstrumentId instrument, std::string_view reason,
                        model::ActionBuffer& out) {
  if (no_stop_told_at_ && now_ - *no_stop_told_at_ < kTellEvery) {
    return;
  }
  no_stop_told_at_ = now_;
  out.Add(model::AlertRaised{.level = model::AlertLevel::kCritical,
                             .event = model::AlertName("STOP_LOSS_MISSING"),
                             .reason = model::Reason(reason),
                             .instrument_index = instrument.index,
                             .at = now_});
}

void Engine::TellStopLoss(const model::Order& order, model::ActionBuffer& out) const {
  if (order.strategy.view() != kStopLossName) {
    return;
  }
  out.Add(model::AlertRaised{.level = model::AlertLevel::kWarning,
                             .event = model::AlertName("STOP_LOSS_TRIGGERED"),
                             .reason = model::Reason("the position lost risk.stop_loss_pct"),
                             .order_id = order.id,
                             .instrument_index = order.instrument.index,
                             .at = now_});
}

}  // namespace bulwark::engine
