// The part of the engine that stops things: permits, HALT and its liquidation, the kill switch, the
// state that people see.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/decimal.h"
#include "base/time.h"
#include "engine/engine.h"
#include "engine/liquidation_pace.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/scoped_modes.h"
#include "model/signal.h"
#include "model/stop_mode.h"
#include "risk/guard_input.h"

namespace bulwark::engine {
namespace {

// Pause between two requests for the same cancel. Sales have their own: liquidation_pace.h.
constexpr base::Nanos kHaltStep{std::chrono::milliseconds{200}};
// The venue's word about its books may be this much older than it looks.
constexpr base::Nanos kPictureAge{std::chrono::seconds{5}};

}  // namespace

void Engine::On(const model::Permit& permit, model::ActionBuffer& out) {
  now_ = std::max(now_, permit.at);
  const bool is_first = !state_.permit_at;
  const bool was_halted = state_.is_halted && !is_first;
  const bool was_killed = state_.is_killed && !is_first;
  // What the engine wants itself holds until it is in force for everybody.
  wants_halt_ = wants_halt_ && !permit.is_halted;
  state_.is_halted = permit.is_halted || wants_halt_;
  state_.is_killed = permit.is_killed;
  state_.is_redis_ok = permit.is_redis_ok;
  state_.is_ledger_ok = permit.is_ledger_ok;
  state_.permit_at = permit.at;
  state_.scopes_wanted = permit.scopes;
  if (state_.is_halted && !was_halted) {
    BeginHalt(permit.reason, out);
  } else if (!state_.is_halted && was_halted) {
    Alert(model::AlertLevel::kWarning, "SYSTEM_RESUMED", permit.reason, out);
  }
  if (permit.is_killed && !was_killed) {
    Alert(model::AlertLevel::kCritical, "KILL_SWITCH_ACTIVATED", permit.reason, out);
    CancelWorking(Keep::kProtection, out);
  } else if (!permit.is_killed && was_killed) {
    Alert(model::AlertLevel::kWarning, "KILL_SWITCH_RELEASED", permit.reason, out);
  }
  SetAutonomy(permit, out);
  SetRunState(permit.reason, out);
}

void Engine::BeginHalt(const model::Reason& reason, model::ActionBuffer& out) {
  Alert(model::AlertLevel::kCritical, "SYSTEM_HALT", reason, out);
  halt_step_at_ = now_ - kHaltStep;
  liquidation_pace_.Restart();
  ContinueHalt(out);
}

// Working entries of a scope that was stopped are cancelled at once, and again by
// CancelOldEntries() when a cancel got lost.
void Engine::On(const model::ScopesRead& read, model::ActionBuffer& out) {
  now_ = std::max(now_, read.at);
  const model::ScopedModes before = state_.scopes;
  state_.scopes = read.modes;
  for (const model::Order& order : oms_.open_orders()) {
    const model::StopMode mode = model::ModeFor(read.modes, order.instrument, order.strategy);
    const bool is_new = mode != model::ModeFor(before, order.instrument, order.strategy);
    const bool is_protection = order.reduce_only && order.origin == model::Origin::kProtective;
    const bool is_stopped = mode == model::StopMode::kCancelOnly ||
                            (mode == model::StopMode::kReduceOnly && !order.reduce_only);
    if (is_new && is_stopped && !is_protection && !order.is_cancel_requested &&
        !model::IsTerminal(order.status)) {
      oms_.RequestCancel(order.id, now_, out);
    }
  }
  Alert(model::AlertLevel::kWarning, "SCOPED_STOPS_CHANGED",
        model::Reason("`bulwark scope show` names them"), out);
  SetRunState(model::Reason("the account is stopped by its scope"), out);
}

void Engine::On(const model::VenueBooks& books, model::ActionBuffer& out) {
  now_ = std::max(now_, books.at);
  if (books.fill_sequence > oms_.venue_sequence() && books.unresolved == 0) {
    return;  // A fill is on its way; the next comparison will see it.
  }
  const model::Reason difference =
      books.unresolved == 0 ? DifferenceTo(books)
                            : model::Reason("see `bulwark reconcile show` for what differs");
  if (difference.empty()) {
    // The picture may be older than the last words about orders.
    oms_.SettleEnded(books.at - kPictureAge, now_, out);
    HoldLostLegs(out);
  }
  const bool is_equal = difference.empty() && !oms_.has_ending() && !books.is_first_look;
  if (is_equal) {
    oms_.ClearDoubt();
  } else if (!difference.empty() && (state_.are_books_reconciled || is_first_comparison_)) {
    Alert(model::AlertLevel::kCritical, "OMS_RECONCILE_FAILED", difference, out);
  }
  is_first_comparison_ = is_first_comparison_ && books.is_first_look;
  TellBoard(books);
  state_.are_books_reconciled = is_equal;
  SetRunState(difference, out);
}

model::Reason Engine::DifferenceTo(const model::VenueBooks& books) const {
  if (books.fill_sequence < oms_.venue_sequence()) {
    return model::Reason("the venue knows fewer fills than we booked");
  }
  if (books.has_foreign_position) {
    return model::Reason("the venue holds an instrument that we do not know");
  }
  if (books.cash != oms_.portfolio().owned_cash()) {
    return model::Reason("cash differs from the venue's");
  }
  for (const model::Instrument& instrument : instruments_.rows()) {
    if (books.positions[instrument.id.index] != oms_.portfolio().at(instrument.id).owned()) {
      return model::Reason("a position differs from the venue's");
    }
  }
  return {};
}

void Engine::On(const model::Notice& notice, model::ActionBuffer& out) {
  now_ = std::max(now_, notice.at);
  out.Add(model::AlertRaised{.level = notice.level,
                             .event = notice.event,
                             .reason = notice.reason,
                             .order_id = notice.order_id,
                             .at = now_});
}

void Engine::On(const model::Shutdown& shutdown, model::ActionBuffer& out) {
  now_ = std::max(now_, shutdown.at);
  is_shutting_down_ = true;
  EndAllProposals("the trader was stopped", out);
  CancelWorking(Keep::kWaiting, out);
}

void Engine::CancelWorking(Keep keep, model::ActionBuffer& out) {
  for (const model::Order& order : oms_.open_orders()) {
    const bool is_protection = order.reduce_only && order.origin == model::Origin::kProtective;
    // A stop that left closes what nobody would watch while the program is away.
    const bool is_stop = order.reduce_only && order.stop_price.has_value();
    // A HALT beside the kill switch owns the book: its sales are not the switch's to end.
    const bool is_sale = order.origin == model::Origin::kLiquidation;
    const bool is_kept = (keep == Keep::kProtection && (is_protection || is_sale)) ||
                         (keep == Keep::kWaiting && (order.is_waiting || is_stop));
    if (!order.is_cancel_requested && !is_kept && !model::IsTerminal(order.status)) {
      oms_.RequestCancel(order.id, now_, out);
    }
  }
}

void Engine::CancelOldEntries(model::ActionBuffer& out) {
  for (const model::Order& order : oms_.open_orders()) {
    // Under the kill switch a cancel that was refused is asked for again.
    const bool is_old = order.origin == model::Origin::kStrategy && !order.is_waiting &&
                        now_ - order.created_at > options_.entry_lifetime;
    // One that the gate does not let go has missed its time.
    const bool is_stuck = order.is_waiting && order.is_triggered &&
                          order.armed_quantity.is_positive() &&
                          now_ - order.updated_at > options_.entry_lifetime;
    // Before the first permit nothing is known of a kill switch: no reason to cancel.
    const bool is_killed = state_.permit_at && state_.is_killed;
    const bool is_stopped =
        model::ModeFor(state_.scopes, order.instrument, order.strategy) != model::StopMode::kActive;
    const bool is_unwanted = is_killed || is_old || is_stuck || is_stopped;
    const bool is_time = now_ - order.updated_at >= kHaltStep;
    if (!order.reduce_only && !order.is_cancel_requested && is_unwanted && is_time &&
        !model::IsTerminal(order.status)) {
      oms_.RequestCancel(order.id, now_, out);
    }
  }
}

// Block, cancel, sell what is free, look again: until nothing works and nothing is held that can be
// sold. A cancel or a sale that got lost is asked for again after a pause, for as long as the halt
// lasts.
void Engine::ContinueHalt(model::ActionBuffer& out) {
  if (!state_.permit_at || !state_.is_halted) {
    return;
  }
  const bool is_next_step = now_ - halt_step_at_ >= kHaltStep;
  if (is_next_step) {
    halt_step_at_ = now_;
  }
  for (const model::Order& order : oms_.open_orders()) {
    const bool is_liquidation = order.origin == model::Origin::kLiquidation;
    // Not at once after a refusal: a venue that is away refuses each request at once.
    if (!is_liquidation && is_next_step && !model::IsTerminal(order.status)) {
      oms_.RequestCancel(order.id, now_, out);
    }
  }
  oms_.Sweep();
  if (state_.is_venue_up && !was_venue_up_) {
    liquidation_pace_.Hurry();
  }
  was_venue_up_ = state_.is_venue_up;
  bool has_residue = false;
  if (options_.liquidate_on_halt) {
    for (const model::Instrument& instrument : instruments_.rows()) {
      Liquidate(instrument, out);
      has_residue = has_residue || (!oms_.portfolio().at(instrument.id).owned().is_zero() &&
                                    IsUnsellable(instrument));
    }
  }
  SetRunState(model::Reason(has_residue ? "flat but for a rest too small to sell" : ""), out);
}

void Engine::Liquidate(const model::Instrument& instrument, model::ActionBuffer& out) {
  const risk::Mark& mark = state_.marks[instrument.id.index];
  const LiquidationPace::Holding holding{
      .owned = oms_.portfolio().at(instrument.id).owned().Abs(),
      .priced_at = mark.price ? mark.received_at : base::UnixNanos()};
  liquidation_pace_.Learn(instrument.id, holding);
  if (!holding.owned.is_positive()) {
    return;
  }
  if (oms_.open_orders().empty() && IsUnsellable(instrument)) {
    if (liquidation_pace_.TellResidue(instrument.id)) {
      TellNotLiquidated(model::AlertLevel::kWarning, instrument.id,
                        "too small to sell; it stays in the books", out);
    }
    return;
  }
  if (!liquidation_pace_.IsDue(instrument.id, now_)) {
    return;
  }
  const std::uint64_t made_before = orders_made_;
  Close(instrument.id, model::Origin::kLiquidation, model::Decision{}, out);
  // What the gate denied never left, and costs no pause.
  if (orders_made_ != made_before && liquidation_pace_.Attempt(instrument.id, holding, now_)) {
    TellNotLiquidated(model::AlertLevel::kCritical, instrument.id,
                      "two sales in a row sold nothing; trying on, more slowly", out);
  }
}

void Engine::TellNotLiquidated(model::AlertLevel level, model::InstrumentId instrument,
                               std::string_view reason, model::ActionBuffer& out) const {
  out.Add(model::AlertRaised{.level = level,
                             .event = model::AlertName("POSITION_NOT_LIQUIDATED"),
                             .reason = model::Reason(reason),
                             .instrument_index = instrument.index,
                             .at = now_});
}

// Less than a lot, or worth less than the venue takes: then it must also have been refused in this
// halt, because only the venue knows its price.
bool Engine::IsUnsellable(const model::Instrument& instrument) const {
  const base::Decimal quantity =
      oms_.portfolio().at(instrument.id).owned().Abs().RoundDownTo(instrument.lot_size);
  if (!quantity.is_positive()) {
    return true;
  }
  const std::optional<base::Decimal>& price = state_.marks[instrument.id.index].price;
  const auto worth =
      price ? base::CheckedMul(quantity, *price, base::Rounding::kHalfEven) : std::nullopt;
  return worth && *worth < instrument.min_notional && liquidation_pace_.WasTried(instrument.id);
}

bool Engine::IsFlat() const {
  if (!oms_.open_orders().empty()) {
    return false;
  }
  if (!options_.liquidate_on_halt) {
    return true;
  }
  // What cannot be sold stays in the books and on the page.
  const auto& rows = instruments_.rows();
  return std::all_of(rows.begin(), rows.end(),
                     [this](const auto& instrument) { return IsUnsellable(instrument); });
}

void Engine::SetFeed(bool is_up, const model::Reason& reason, model::ActionBuffer& out) {
  if (state_.is_feed_up == is_up) {
    return;
  }
  state_.is_feed_up = is_up;
  board_.SeeFeed(is_up, now_);
  out.Add(model::FeedStateChanged{.is_up = is_up, .reason = reason, .at = now_});
  if (!is_up) {
    Alert(model::AlertLevel::kWarning, "FEED_DISCONNECTED", reason, out);
  }
  SetRunState(reason, out);
}

model::RunState Engine::DeriveRunState() const {
  if (!state_.permit_at) {
    return model::RunState::kStarting;
  }
  if (state_.is_halted) {
    return IsFlat() ? model::RunState::kHalted : model::RunState::kHalting;
  }
  if (state_.is_killed) {
    return model::RunState::kKilled;
  }
  const bool is_permit_fresh = now_ - *state_.permit_at <= gate_.limits().permit_lifetime;
  const bool may_enter = is_permit_fresh && state_.is_redis_ok && state_.is_ledger_ok &&
                         state_.is_venue_up && state_.is_feed_up && state_.are_books_reconciled &&
                         !state_.breaker && state_.scopes.account == model::StopMode::kActive;
  return may_enter ? model::RunState::kRunning : model::RunState::kReduceOnly;
}

void Engine::SetRunState(const model::Reason& reason, model::ActionBuffer& out) {
  const model::RunState state = DeriveRunState();
  if (state == run_state_) {
    return;
  }
  run_state_ = state;
  const bool is_told = !reason.empty() || state != model::RunState::kReduceOnly;
  out.Add(model::RunStateChanged{
      .state = state, .reason = is_told ? reason : BreakerReason(), .at = now_});
}

}  // namespace bulwark::engine
