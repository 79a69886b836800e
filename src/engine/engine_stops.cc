// The part of the engine that stops things: permits, HALT and its liquidation, the kill switch, the
// state that people see.

#include <optional>
#include <string_view>

#include "base/decimal.h"
#include "base/time.h"
#include "engine/engine.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/signal.h"

namespace bulwark::engine {
namespace {

// Pause between two attempts to sell the same thing, and between two requests for the same cancel.
constexpr base::Nanos kHaltStep{std::chrono::milliseconds{200}};

}  // namespace

void Engine::On(const model::Permit& permit, model::ActionBuffer& out) {
  now_ = std::max(now_, permit.at);
  const bool is_first = !state_.permit_at;
  const bool was_halted = state_.is_halted && !is_first;
  const bool was_killed = state_.is_killed && !is_first;
  state_.is_halted = permit.is_halted;
  state_.is_killed = permit.is_killed;
  state_.is_redis_ok = permit.is_redis_ok;
  state_.is_ledger_ok = permit.is_ledger_ok;
  state_.permit_at = permit.at;
  if (permit.is_halted && !was_halted) {
    Alert(model::AlertLevel::kCritical, "SYSTEM_HALT", permit.reason, out);
    halt_step_at_ = now_ - kHaltStep;
    ContinueHalt(out);
  } else if (!permit.is_halted && was_halted) {
    Alert(model::AlertLevel::kWarning, "SYSTEM_RESUMED", permit.reason, out);
  }
  if (permit.is_killed && !was_killed) {
    Alert(model::AlertLevel::kCritical, "KILL_SWITCH_ACTIVATED", permit.reason, out);
    CancelWorking(out);
  } else if (!permit.is_killed && was_killed) {
    Alert(model::AlertLevel::kWarning, "KILL_SWITCH_RELEASED", permit.reason, out);
  }
  SetRunState(permit.reason, out);
}

void Engine::On(const model::VenueBooks& books, model::ActionBuffer& out) {
  now_ = std::max(now_, books.at);
  if (books.fill_sequence > oms_.venue_sequence()) {
    return;  // A fill is on its way; the next comparison will see it.
  }
  const model::Reason difference = DifferenceTo(books);
  const bool is_equal = difference.empty();
  if (is_equal) {
    oms_.ClearDoubt();
  } else if (state_.are_books_reconciled || is_first_comparison_) {
    Alert(model::AlertLevel::kCritical, "OMS_RECONCILE_FAILED", difference, out);
  }
  is_first_comparison_ = false;
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

void Engine::On(const model::Shutdown& shutdown, model::ActionBuffer& out) {
  now_ = std::max(now_, shutdown.at);
  is_shutting_down_ = true;
  CancelWorking(out);
}

void Engine::CancelWorking(model::ActionBuffer& out) {
  for (const model::Order& order : oms_.open_orders()) {
    if (!order.is_cancel_requested) {
      oms_.RequestCancel(order.id, now_, out);
    }
  }
}

void Engine::CancelOldEntries(model::ActionBuffer& out) {
  for (const model::Order& order : oms_.open_orders()) {
    // Under the kill switch a cancel that was refused is asked for again.
    const bool is_unwanted = state_.is_killed || now_ - order.created_at > options_.entry_lifetime;
    const bool is_time = now_ - order.updated_at >= kHaltStep;
    if (!order.reduce_only && !order.is_cancel_requested && is_unwanted && is_time) {
      oms_.RequestCancel(order.id, now_, out);
    }
  }
}

// Block, cancel, sell what is free, look again: until nothing works and nothing is held. A cancel
// or a sale that got lost is asked for again after a pause, for as long as the halt lasts.
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
    if (!is_liquidation && is_next_step) {
      oms_.RequestCancel(order.id, now_, out);
    }
  }
  if (options_.liquidate_on_halt && is_next_step) {
    for (const model::Instrument& instrument : instruments_.rows()) {
      Close(instrument.id, model::Origin::kLiquidation, model::Decision{}, out);
    }
  }
  SetRunState(model::Reason(), out);
}

bool Engine::IsFlat() const {
  if (!oms_.open_orders().empty()) {
    return false;
  }
  if (!options_.liquidate_on_halt) {
    return true;
  }
  for (const model::Instrument& instrument : instruments_.rows()) {
    // Less than a lot cannot be sold; it stays in the books and on the page.
    if (oms_.portfolio().at(instrument.id).owned() >= instrument.lot_size) {
      return false;
    }
  }
  return true;
}

void Engine::SetFeed(bool is_up, const model::Reason& reason, model::ActionBuffer& out) {
  if (state_.is_feed_up == is_up) {
    return;
  }
  state_.is_feed_up = is_up;
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
                         state_.is_venue_up && state_.is_feed_up && state_.are_books_reconciled;
  return may_enter ? model::RunState::kRunning : model::RunState::kReduceOnly;
}

void Engine::SetRunState(const model::Reason& reason, model::ActionBuffer& out) {
  const model::RunState state = DeriveRunState();
  if (state == run_state_) {
    return;
  }
  run_state_ = state;
  out.Add(model::RunStateChanged{.state = state, .reason = reason, .at = now_});
}

}  // namespace bulwark::engine
