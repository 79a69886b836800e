// The part of the engine that tells the circuit breakers what happens, and people and ledger what
// became of them.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "base/decimal.h"
#include "base/time.h"
#include "breakers/board.h"
#include "breakers/breaker_rules.h"
#include "engine/engine.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/breaker.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "risk/guard_input.h"

namespace bulwark::engine {
namespace {

// A reset waits so long for its breaker to be measured and the cause to be gone.
constexpr base::Nanos kResetPatience{std::chrono::seconds{10}};
constexpr base::Nanos kPeakEvery{std::chrono::seconds{10}};

// "<words> <name>", for people.
model::Reason Said(std::string_view words, model::Breaker which) {
  std::array<char, 64> text{};
  const std::string_view name = model::Name(which);
  char* end = std::copy(words.begin(), words.end(), text.data());
  end = std::copy(name.begin(), name.end(), end);
  return model::Reason({text.data(), static_cast<std::size_t>(end - text.data())});
}

}  // namespace

const model::Order* Engine::FindOpen(const model::OrderId& id) const {
  const auto& open = oms_.open_orders();
  const auto found =
      std::find_if(open.begin(), open.end(), [&](const model::Order& row) { return row.id == id; });
  return found == open.end() ? nullptr : &*found;
}

// Before the event is booked: the order is still what it was.
void Engine::TellBoard(const model::Event& event) {
  if (!state_.permit_at) {
    return;  // What an earlier run left is caught up with; it says nothing about now.
  }
  if (const auto* accepted = std::get_if<model::OrderAccepted>(&event)) {
    TellBoard(*accepted);
  } else if (const auto* ended = std::get_if<model::OrderEnded>(&event)) {
    const model::Order* order = FindOpen(ended->order_id);
    if (order != nullptr && ended->end == model::OrderEnd::kRejected && !order->reduce_only) {
      board_.SeeEntryAnswer(true, now_);
    }
  } else if (std::holds_alternative<model::OrderUnresolved>(event)) {
    board_.SeeVenueCall(true, now_);
  } else if (const auto* link = std::get_if<model::VenueLink>(&event)) {
    TellBoard(*link);
  }
}

void Engine::TellBoard(const model::OrderAccepted& accepted) {
  const model::Order* order = FindOpen(accepted.order_id);
  if (order == nullptr || !order->external_id.empty()) {
    return;  // Not the first answer.
  }
  board_.SeeVenueCall(false, now_);
  if (order->role == model::OrderRole::kSingle && !order->is_triggered &&
      order->replaces.is_nil()) {
    board_.SeeLatency(accepted.at - order->created_at, now_);
  }
  if (!order->reduce_only) {
    board_.SeeEntryAnswer(false, now_);
  }
}

// Each order whose first answer went with the link.
void Engine::TellBoard(const model::VenueLink& link) {
  if (link.is_up) {
    return;
  }
  for (const model::Order& open : oms_.open_orders()) {
    if (open.status == model::OrderStatus::kSubmitted && !open.is_waiting &&
        open.external_id.empty()) {
      board_.SeeVenueCall(true, now_);
    }
  }
}

// The largest of all differences; while a fill is on its way nothing can be said.
void Engine::TellBoard(const model::VenueBooks& books) {
  if (books.fill_sequence != oms_.venue_sequence()) {
    return;
  }
  base::Decimal drift = breakers::DriftPercent(oms_.portfolio().owned_cash(), books.cash);
  for (const model::Instrument& instrument : instruments_.rows()) {
    drift = std::max(drift, breakers::DriftPercent(oms_.portfolio().at(instrument.id).owned(),
                                                   books.positions[instrument.id.index]));
  }
  board_.SeeDrift(books.has_foreign_position ? base::Decimal::FromInt(100) : drift, now_);
}

void Engine::TellBoardOfTrips(const model::ActionBuffer& out, std::size_t first) {
  for (std::size_t at = first; at < out.size(); ++at) {
    if (const auto* closed = std::get_if<model::RoundTripClosed>(&out.list()[at])) {
      board_.SeeRoundTrip(closed->trip.realised_pnl, now_);
    }
  }
}

void Engine::On(const model::OperatorSeen& seen, model::ActionBuffer& out) {
  now_ = std::max(now_, seen.at);
  board_.SeeHeartbeat(seen.seen_at, now_);
  JudgeBreakers(out);
}

void Engine::On(const model::BreakerReset& wish, model::ActionBuffer& out) {
  now_ = std::max(now_, wish.at);
  reset_asked_at_.at(model::IndexOf(wish.which)) = now_;
  if (wish.which == model::Breaker::kDeadMan) {
    board_.SeeHeartbeat(now_, now_);
  }
  JudgeBreakers(out);
}

void Engine::On(const model::VixRead& reading, model::ActionBuffer& /*out*/) {
  now_ = std::max(now_, reading.at);
  board_.SeeVix(reading.level, std::min(reading.read_at, now_));
}

void Engine::On(const model::MarketSession& session, model::ActionBuffer& out) {
  now_ = std::max(now_, session.at);
  board_.SeeSession(session.is_open, now_);
  if (!session.is_open) {
    EndAllProposals("the market session ended", out);
  }
}

void Engine::JudgeBreakers(model::ActionBuffer& out) {
  for (const breakers::Change& change : board_.Evaluate(now_)) {
    TellBreaker(change, out);
  }
  ResetAsked(out);
  KeepPeak(out);
  WarnDeadMan(out);
  const bool was_blocked = state_.breaker.has_value();
  const std::optional<breakers::Block> block = board_.Blocking();
  state_.breaker =
      block ? std::optional(risk::BreakerBlock{.value = block->value, .limit = block->limit})
            : std::nullopt;
  if (state_.permit_at && block && !was_blocked) {
    SetRunState(BreakerReason(), out);
  }
}

model::Reason Engine::BreakerReason() const {
  const std::optional<breakers::Block> block = board_.Blocking();
  if (!block) {
    return {};
  }
  return Said(block->state == model::BreakerState::kTripped ? "circuit breaker "
                                                            : "unknown to the breaker ",
              block->which);
}

// Tries again for a while: after a start nothing is measured yet.
void Engine::ResetAsked(model::ActionBuffer& out) {
  for (std::size_t at = 0; at < model::kBreakers; ++at) {
    auto& asked_at = reset_asked_at_.at(at);
    if (asked_at && TryReset(static_cast<model::Breaker>(at), *asked_at, out)) {
      asked_at.reset();
    }
  }
}

// Answers whether that is the end of the request.
bool Engine::TryReset(model::Breaker which, base::UnixNanos asked_at, model::ActionBuffer& out) {
  breakers::Changes changes;
  const breakers::ResetAnswer answer = board_.Reset(which, now_, changes);
  for (const breakers::Change& change : changes) {
    TellBreaker(change, out);
  }
  if (answer == breakers::ResetAnswer::kDone) {
    return true;
  }
  if (answer == breakers::ResetAnswer::kCauseLasts) {
    if (now_ - asked_at < kResetPatience) {
      return false;
    }
    Alert(model::AlertLevel::kError, "BREAKER_NOT_RESET", Said("its cause lasts: ", which), out);
  }
  // So that the request is not taken up again by a later run.
  out.Add(model::BreakerChanged{
      .which = which, .event = model::BreakerEvent::kRefused, .is_by_operator = true, .at = now_});
  return true;
}

void Engine::TellBreaker(const breakers::Change& change, model::ActionBuffer& out) {
  out.Add(model::BreakerChanged{
      .which = change.which,
      .event = change.is_tripped ? model::BreakerEvent::kTripped : model::BreakerEvent::kEnded,
      .is_by_operator = change.is_by_operator,
      .value = change.value,
      .limit = change.limit,
      .at = now_});
  if (change.is_tripped) {
    Alert(model::AlertLevel::kCritical, "CIRCUIT_BREAKER_TRIPPED", Said("", change.which), out);
  } else {
    Alert(model::AlertLevel::kWarning, "CIRCUIT_BREAKER_ENDED",
          Said(change.is_by_operator ? "by the operator: " : "by itself: ", change.which), out);
  }
}

// Often enough for a crash to cost little of it, seldom enough to cost no commit per tick.
void Engine::KeepPeak(model::ActionBuffer& out) {
  const std::optional<base::Decimal> peak = board_.peak_equity();
  const bool is_needed = !options_.breakers.drawdown.is_zero() || !watchdog_.is_off();
  if (!peak || peak == kept_peak_ || !is_needed) {
    return;
  }
  const bool is_new_start = !kept_peak_ || *peak < *kept_peak_;
  if (!is_new_start && now_ - peak_kept_at_ < kPeakEvery) {
    return;
  }
  kept_peak_ = peak;
  peak_kept_at_ = now_;
  const auto day = std::chrono::floor<std::chrono::days>(now_).time_since_epoch().count();
  out.Add(model::AnchorSet{.utc_day = static_cast<std::int32_t>(day),
                           .equity = *peak,
                           .kind = model::AnchorKind::kPeak});
}

void Engine::WarnDeadMan(model::ActionBuffer& out) {
  const int stage = board_.dead_man_stage();
  if (stage > dead_man_stage_) {
    Alert(model::AlertLevel::kWarning, "DEAD_MAN_WARNING",
          model::Reason(stage == 1 ? "no sign of life for half of the time"
                                   : "no sign of life for 80 % of the time"),
          out);
  }
  dead_man_stage_ = stage;
}

}  // namespace bulwark::engine
