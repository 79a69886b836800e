// The part of the engine that makes orders: what is asked of it passes the gate and goes to the
// OMS; waiting orders are watched, and launched when their price comes.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <variant>

#include "base/decimal.h"
#include "base/time.h"
#include "base/uuid.h"
#include "daytrade/guard.h"
#include "engine/engine.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/denial.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "oms/oms.h"
#include "risk/approved.h"
#include "risk/cash_guard.h"
#include "risk/gate.h"
#include "risk/guard_input.h"
#include "risk/size_reducer.h"

namespace bulwark::engine {
namespace {

// Pause before a leg that the venue refused is sent anew.
constexpr base::Nanos kAgainAfter{std::chrono::milliseconds{200}};
constexpr base::Nanos kAgainMax{std::chrono::seconds{30}};  // When it goes on refusing.
constexpr int kQuickAgain = 5;                              // So many times without more pause.
constexpr int kLossesMax = 20;
constexpr int kLeastPercent = 10;  // Of an entry that is made smaller.

// A crumb of what was wanted is not worth its fee, and would be asked for again with each bar.
bool IsWorthwhile(base::Decimal smaller, base::Decimal wanted) {
  return smaller >= base::MulDiv(wanted, base::Decimal::FromInt(kLeastPercent),
                                 base::Decimal::FromInt(100), base::Rounding::kCeiling);
}

bool IsStop(const auto& order) {
  return order.type == model::OrderType::kStop || order.type == model::OrderType::kStopLimit;
}

// A stop waits for the market to come against it, a target for it to come along.
bool IsReached(const model::Order& order, base::Decimal mark) {
  const bool is_buy = order.side == model::Side::kBuy;
  if (order.stop_price) {
    return is_buy ? mark >= *order.stop_price : mark <= *order.stop_price;
  }
  return order.limit_price && (is_buy ? mark <= *order.limit_price : mark >= *order.limit_price);
}

model::NewOrder WishOf(const model::Order& order, base::Decimal quantity) {
  model::NewOrder wish{.decision_id = order.decision_id,
                       .instrument = order.instrument,
                       .side = order.side,
                       .intent = order.intent,
                       .type = order.type,
                       .time_in_force = order.time_in_force,
                       .origin = order.origin,
                       .reduce_only = order.reduce_only,
                       .quantity = quantity,
                       .limit_price = order.limit_price,
                       .strategy = order.strategy,
                       .stop_price = order.stop_price};
  return wish;
}

}  // namespace

model::OrderId Engine::NextOrderId() {
  ++orders_made_;
  return base::Uuid::Derive(model::kOrderIds, options_.epoch, orders_made_);
}

oms::BracketIds Engine::NextBracketIds(const model::NewOrder& order) {
  oms::BracketIds ids{.entry = NextOrderId()};
  if (order.protective_stop) {
    ids.stop = NextOrderId();
  }
  if (order.profit_target) {
    ids.target = NextOrderId();
  }
  return ids;
}

risk::GateAnswer Engine::Judge(const model::NewOrder& order, const risk::BookFigures& figures,
                               Manner manner, model::ActionBuffer& out) {
  CountMessages(out);
  const auto day_trade = JudgeDayTrade(order, out);
  const risk::GuardInput input{.order = order,
                               .instrument = instruments_[order.instrument],
                               .state = state_,
                               .books = figures,
                               .now = now_,
                               .day_trade = day_trade ? &*day_trade : nullptr,
                               .is_successor = manner == Manner::kAsSuccessor};
  risk::GateAnswer answer = AskGate(input);
  const auto* denial = std::get_if<model::Denial>(&answer);
  if (denial == nullptr && day_trade) {
    WarnOfDayTrade(order, *day_trade, out);
  }
  if (denial != nullptr && manner == Manner::kOrLess) {
    const auto smaller = risk::LargestAllowed(gate_, input, *denial);
    if (smaller && IsWorthwhile(smaller->quantity, order.quantity)) {
      return AskGate(input.With(*smaller));
    }
  }
  return answer;
}

std::optional<risk::Approved<model::NewOrder>> Engine::Approve(const model::NewOrder& order,
                                                               const risk::BookFigures& figures,
                                                               Manner manner,
                                                               model::ActionBuffer& out) {
  const risk::GateAnswer answer = Judge(order, figures, manner, out);
  if (const auto* denial = std::get_if<model::Denial>(&answer)) {
    Deny(order, *denial, out);
    return std::nullopt;
  }
  return std::get<risk::Approved<model::NewOrder>>(answer);
}

risk::GateAnswer Engine::AskGate(const risk::GuardInput& input) const {
  risk::GateAnswer answer = gate_.Check(input);
  if (observer_ != nullptr) {
    observer_->OnAsked(gate_, input, answer);
  }
  return answer;
}

std::optional<daytrade::Decision> Engine::JudgeDayTrade(const model::NewOrder& order,
                                                        const model::ActionBuffer& out) {
  if (!day_trades_ || !day_trades_->Governs(order.instrument)) {
    return std::nullopt;
  }
  day_trades_->Follow(out, now_);
  return day_trades_->Judge({.order = order,
                             .self = launching_,
                             .worth = {.equity = Equity(), .last_equity = anchor_.equity()},
                             .now = now_},
                            oms_, state_);
}

// What reduces is never held back; that it breaks the count is for a person to know.
void Engine::WarnOfDayTrade(const model::NewOrder& order, const daytrade::Decision& decision,
                            model::ActionBuffer& out) const {
  if (!order.reduce_only || !decision.Has(daytrade::Reason::kExitOverLimit)) {
    return;
  }
  out.Add(model::AlertRaised{.level = model::AlertLevel::kCritical,
                             .event = model::AlertName("DAY_TRADE_LIMIT_EXCEEDED"),
                             .reason = model::Reason::Cut("an exit makes one day trade too many"),
                             .instrument_index = order.instrument.index,
                             .at = now_});
}

void Engine::Deny(const model::NewOrder& order, const model::Denial& denial,
                  model::ActionBuffer& out) {
  if (denials_.Count(order.instrument, denial.code, now_)) {
    out.Add(model::OrderDenied{.order = order, .denial = denial, .at = now_});
  }
}

// Requires: the gate approved the order, so that its price exists and the product is in range.
base::Decimal Engine::ReserveFor(const model::NewOrder& order) const {
  const std::optional<base::Decimal> price =
      order.limit_price ? order.limit_price : state_.marks[order.instrument.index].price;
  const model::Portfolio& books = oms_.portfolio();
  if (!order.reduce_only) {
    return risk::CashToReserve(order, price.value_or(base::Decimal()),
                               gate_.limits().entry.cash_buffer_percent, gate_.limits().terms)
        .value_or(base::Decimal::Max());
  }
  const model::Position& position = books.at(order.instrument);
  if (order.intent != model::Intent::kCloseShort || !price ||
      books.terms.mode == model::AccountMode::kPerp) {
    return {};
  }
  // What its collateral does not pay, as far as there is cash: closing is never held up by it.
  const base::Decimal freed = position.owned().is_negative()
                                  ? base::MulDiv(position.collateral, order.quantity,
                                                 position.owned().Abs(), base::Rounding::kFloor)
                                  : base::Decimal();
  const std::optional<base::Decimal> cost = risk::CashToReserve(
      order, *price, gate_.limits().entry.cash_buffer_percent, model::AccountTerms{});
  const base::Decimal missing = cost && *cost > freed ? *cost - freed : base::Decimal();
  return std::clamp(missing, base::Decimal(), std::max(books.cash, base::Decimal()));
}

void Engine::NoteEntry(const model::NewOrder& order, Manner manner) {
  if (!order.reduce_only && manner != Manner::kAsSuccessor) {
    state_.entries.Note(order, now_, gate_.limits().entry.candle);
  }
}

void Engine::Ask(const model::NewOrder& order, model::ActionBuffer& out, double strength) {
  const bool may_shrink = options_.reduces_size && order.origin == model::Origin::kStrategy;
  const Manner manner = may_shrink ? Manner::kOrLess : Manner::kAsIs;
  const auto approved = Approve(order, Figures(order.instrument), manner, out);
  if (!approved) {
    return;
  }
  if (order.origin == model::Origin::kStrategy) {
    EndProposalsLike(order, out);
  }
  if (NeedsPerson(approved->value())) {
    Propose(*approved, strength, out);
  } else {
    Place(*approved, NextBracketIds(order), manner, out);
  }
}

void Engine::Place(const risk::Approved<model::NewOrder>& approved, const oms::BracketIds& ids,
                   Manner manner, model::ActionBuffer& out) {
  const model::NewOrder& order = approved.value();
  const base::Decimal reserve = ReserveFor(order);
  if (IsStop(order) && !options_.has_native_stops) {
    oms_.Hold(approved, ids, reserve, now_, out);
  } else {
    oms_.Submit(approved, ids, reserve, now_, out);
    NoteEntry(order, manner);
  }
}

void Engine::On(const model::PlaceOrder& command, model::ActionBuffer& out) {
  now_ = std::max(now_, command.at);
  if (!is_shutting_down_) {
    Ask(command.order, out);
  }
}

void Engine::On(const model::CancelOrder& command, model::ActionBuffer& out) {
  now_ = std::max(now_, command.at);
  if (command.order_id.is_nil()) {
    CancelWorking(Keep::kNothing, out);
    return;
  }
  for (const model::Order& order : oms_.open_orders()) {
    if (order.id == command.order_id && !order.is_cancel_requested) {
      oms_.RequestCancel(order.id, now_, out);
      return;
    }
  }
}

// Why nothing can take the order's place with these values; a successor that could never leave
// would cost the place of one that stands.
std::optional<model::Denial> Engine::CannotReplace(const model::Order& order,
                                                   const model::NewOrder& wish) const {
  const model::Instrument& instrument = instruments_[order.instrument];
  const bool is_possible =
      wish.quantity > order.filled_quantity && wish.quantity.IsMultipleOf(instrument.lot_size) &&
      wish.limit_price.has_value() == order.limit_price.has_value() &&
      wish.stop_price.has_value() == order.stop_price.has_value() && !oms_.IsEnding(order.id);
  if (!is_possible) {
    return model::Denial{.code = model::DenialCode::kBadQuantity, .value = wish.quantity};
  }
  for (const auto& price : {wish.limit_price, wish.stop_price}) {
    if (price && !(price->is_positive() && price->IsMultipleOf(instrument.tick_size))) {
      return model::Denial{
          .code = model::DenialCode::kBadPrice, .value = *price, .limit = instrument.tick_size};
    }
  }
  return std::nullopt;
}

void Engine::On(const model::ReplaceOrder& command, model::ActionBuffer& out) {
  now_ = std::max(now_, command.at);
  for (const model::Order& order : oms_.open_orders()) {
    if (order.id != command.order_id || order.is_cancel_requested) {
      continue;
    }
    model::NewOrder wish = WishOf(order, command.quantity.value_or(order.quantity));
    wish.limit_price = command.limit_price ? command.limit_price : order.limit_price;
    wish.stop_price = command.stop_price ? command.stop_price : order.stop_price;
    if (const auto denial = CannotReplace(order, wish)) {
      Deny(wish, *denial, out);
    } else if (!replaces_.Take(now_)) {
      const auto limit = base::Decimal::FromInt(static_cast<std::int64_t>(replaces_.most()));
      Deny(wish, {.code = model::DenialCode::kReplaceBudget, .value = limit, .limit = limit}, out);
    } else {
      oms_.Replace(command, NextOrderId(), now_, out);
    }
    return;
  }
}

void Engine::WatchTriggers(model::InstrumentId instrument, base::Decimal mark,
                           model::ActionBuffer& out) {
  bool is_any = false;
  for (const model::Order& order : oms_.open_orders()) {
    if (order.instrument != instrument || !order.is_waiting || order.is_triggered ||
        !order.armed_quantity.is_positive() || !IsReached(order, mark)) {
      continue;
    }
    oms_.Trigger(order.id, now_, out);
    TellStopLoss(order, out);
    is_any = true;
  }
  if (is_any) {
    LaunchTriggered(out);
  }
}

void Engine::LaunchTriggered(model::ActionBuffer& out) {
  if (!oms_.has_waiting() || is_shutting_down_) {
    return;
  }
  for (const model::Order& order : oms_.open_orders()) {
    const bool is_again = !order.replaces.is_nil() && order.role == model::OrderRole::kStop;
    const bool is_paused = is_again && now_ - order.created_at < PauseAfterLoss(order.instrument);
    if (order.is_waiting && order.is_triggered && order.armed_quantity.is_positive() &&
        !is_paused && MakesWay(order, out)) {
      Launch(order, out);
    }
  }
}

// A leg leaves alone: a target at the venue is cancelled first, and the rest of the entry with it.
// A stop there makes no way: what it may close needs nothing else, and is never without it. Answers
// whether the way is free.
bool Engine::MakesWay(const model::Order& order, model::ActionBuffer& out) {
  if (order.oco_group.is_nil() || order.role == model::OrderRole::kEntry) {
    return true;
  }
  bool is_free = true;
  for (const model::Order& other : oms_.open_orders()) {
    const bool is_related = other.oco_group == order.oco_group && other.id != order.id;
    // Of one role each closes its own part; what the venue ended is in nobody's way.
    if (!is_related || other.is_waiting || model::IsTerminal(other.status) ||
        other.role == order.role || oms_.IsEnding(other.id)) {
      continue;
    }
    is_free = is_free && other.role == model::OrderRole::kEntry;
    // Not at once after a refusal: a venue that is away refuses each request at once.
    const bool is_time = now_ - other.updated_at >= kAgainAfter;
    if (!other.is_cancel_requested && is_time && other.role != model::OrderRole::kStop) {
      oms_.RequestCancel(other.id, now_, out);
    }
  }
  return is_free;
}

// A stop goes before what rests at a better price.
void Engine::MakeRoomFor(const model::Order& stop, model::ActionBuffer& out) {
  for (const model::Order& other : oms_.open_orders()) {
    const bool is_resting = other.instrument == stop.instrument && other.intent == stop.intent &&
                            other.limit_price && !other.is_waiting &&
                            !model::IsTerminal(other.status);
    if (is_resting && !other.is_cancel_requested && now_ - other.updated_at >= kAgainAfter) {
      oms_.RequestCancel(other.id, now_, out);
    }
  }
}

// What of a closing order is held up, or may still be filled of its entry, waits on.
void Engine::KeepRest(const model::Order& order, base::Decimal quantity, model::ActionBuffer& out) {
  const base::Decimal held_up = order.armed_quantity - quantity;
  const bool leaves_rest = held_up >= instruments_[order.instrument].lot_size ||
                           (quantity < order.quantity && oms_.IsOpen(order.parent_id));
  if (order.reduce_only && leaves_rest) {
    oms_.Split(order.id, quantity, NextOrderId(), now_, out);
  }
}

void Engine::Launch(const model::Order& order, model::ActionBuffer& out) {
  // Its own place and reservation are not in its way.
  risk::BookFigures figures =
      Figures(order.instrument, order.reduce_only ? model::OrderId() : order.id);
  figures.open_orders -= 1;
  base::Decimal quantity = order.armed_quantity;
  if (order.reduce_only) {
    const base::Decimal closable =
        order.intent == model::Intent::kCloseShort ? figures.closable_short : figures.free_quantity;
    const base::Decimal lot = instruments_[order.instrument].lot_size;
    quantity = std::min(quantity, closable).RoundDownTo(lot);
    if (order.stop_price && order.armed_quantity - quantity >= lot) {
      MakeRoomFor(order, out);
    }
    if (!quantity.is_positive()) {
      return;
    }
  } else {
    figures.free_cash += order.reserved_cash_remaining;
  }
  const model::NewOrder wish = WishOf(order, quantity);
  // A stop waits with us: the one it replaces had not left either.
  const bool is_new = order.replaces.is_nil() || IsStop(order);
  const Manner manner = is_new ? Manner::kAsIs : Manner::kAsSuccessor;
  launching_ = order.id;
  const auto approved = Approve(wish, figures, manner, out);
  launching_ = {};
  if (approved) {
    const base::Decimal reserve = order.reserved_cash_remaining.is_positive()
                                      ? order.reserved_cash_remaining
                                      : ReserveFor(wish);
    KeepRest(order, quantity, out);
    NoteEntry(approved->value(), manner);
    oms_.Launch(order.id, *approved, reserve, now_, out);
  }
}

// A stop that the venue refused while the position is still there goes on being one.
void Engine::HoldLostLegs(model::ActionBuffer& out) {
  while (const std::optional<model::Order> lost = oms_.TakeLostLeg()) {
    // Before the first permit nobody knows; a halt takes it away again.
    if (!state_.permit_at || !state_.is_halted) {
      Losses& losses = losses_.at(lost->instrument.index);
      const bool is_in_a_row = now_ - losses.last_at < 2 * kAgainMax;
      losses.count = is_in_a_row ? std::min(losses.count + 1, kLossesMax) : 1;
      losses.last_at = now_;
      oms_.HoldAgain(*lost, NextOrderId(), now_, out);
    }
  }
}

// A venue that refuses always is asked ever more seldom.
base::Nanos Engine::PauseAfterLoss(model::InstrumentId instrument) const {
  const int doublings = std::max(0, losses_.at(instrument.index).count - kQuickAgain);
  return std::min(kAgainAfter * (std::int64_t{1} << doublings), kAgainMax);
}

void Engine::EndDay(model::ActionBuffer& out) {
  using std::chrono::days;
  using std::chrono::floor;
  for (const model::Order& order : oms_.open_orders()) {
    const bool is_over = order.time_in_force == model::TimeInForce::kDay &&
                         floor<days>(now_) > floor<days>(order.created_at);
    if (!is_over || model::IsTerminal(order.status)) {
      continue;
    }
    if (order.is_waiting) {
      oms_.Expire(order.id, now_, out);
    } else if (!order.is_cancel_requested && now_ - order.updated_at >= kAgainAfter) {
      oms_.RequestCancel(order.id, now_, out);
    }
  }
}

void Engine::AfterReport(model::ActionBuffer& out) {
  state_.are_books_reconciled = state_.are_books_reconciled && !oms_.are_books_doubtful();
  HoldLostLegs(out);
  LaunchTriggered(out);
  ContinueHalt(out);
}

}  // namespace bulwark::engine
