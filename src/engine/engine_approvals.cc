// The part of the engine that lets orders wait for a person: what passed the gate becomes a
// proposal, what a person approved passes the gate again, with everything as it is then, and what
// a stop, the time or a newer signal overtakes is given up.

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <variant>

#include "approvals/autonomy_policy.h"
#include "approvals/proposal_book.h"
#include "base/decimal.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "engine/engine.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/denial.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/proposal.h"
#include "oms/oms.h"
#include "risk/approved.h"
#include "risk/gate.h"
#include "risk/guard_input.h"

namespace bulwark::engine {
namespace {

using model::ProposalState;

// "<what>: <value>, limit <limit>" without a byte from the heap.
class ReasonText {
 public:
  ReasonText& Add(std::string_view text) {
    const std::size_t count = std::min(text.size(), bytes_.size() - size_);
    std::copy_n(text.begin(), count, bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += count;
    return *this;
  }
  ReasonText& Add(base::Decimal value) {
    std::array<char, base::Decimal::kTextMax> text{};
    const char* const end = value.Format(text.data());
    return Add({text.data(), static_cast<std::size_t>(end - text.data())});
  }
  [[nodiscard]] model::ProposalReason reason() const {
    return model::ProposalReason::Cut({bytes_.data(), size_});
  }

 private:
  std::array<char, 200> bytes_{};
  std::size_t size_ = 0;
};

model::ProposalReason Why(const model::Denial& denial) {
  ReasonText text;
  text.Add(model::DenialName(denial.code));
  if (!denial.value.is_zero() || !denial.limit.is_zero()) {
    text.Add(": ").Add(denial.value).Add(", limit ").Add(denial.limit);
  }
  return text.reason();
}

}  // namespace

bool Engine::NeedsPerson(const model::NewOrder& order) const {
  const std::optional<base::Decimal> price =
      order.limit_price ? order.limit_price : state_.marks.at(order.instrument.index).price;
  return approvals::NeedsPerson(
      autonomy_, {.order = order, .price = price, .worth_max = options_.approvals.worth_max});
}

// Requires: no proposal of the same wish is in the book; the gate has seen a price.
void Engine::Propose(const risk::Approved<model::NewOrder>& approved, double strength,
                     model::ActionBuffer& out) {
  const model::NewOrder& order = approved.value();
  const model::Proposal proposal{
      .id = NextOrderId(),
      .order = order,
      .reference_price = state_.marks.at(order.instrument.index).price.value_or(base::Decimal()),
      .signal_strength = base::Decimal::FromDouble(strength).value_or(base::Decimal()),
      .created_at = now_,
      .expires_at = ProposalEnd(order),
      .updated_at = now_};
  if (!proposals_.Add(proposal)) {
    Alert(model::AlertLevel::kWarning, "APPROVALS_FULL",
          model::Reason("too many orders wait for a person: one is given up"), out);
    return;
  }
  out.Add(model::ProposalChanged{proposal});
  out.Add(model::AlertRaised{.level = model::AlertLevel::kInfo,
                             .event = model::AlertName("APPROVAL_WANTED"),
                             .reason = model::Reason("see `bulwark approvals list`"),
                             .order_id = proposal.id,
                             .instrument_index = order.instrument.index,
                             .at = now_});
}

// An order for a share does not outlive the session that it was meant for.
base::UnixNanos Engine::ProposalEnd(const model::NewOrder& order) const {
  const base::UnixNanos end = now_ + options_.approvals.lifetime;
  if (!day_trades_ || !day_trades_->Governs(order.instrument)) {
    return end;
  }
  const calendar::ExchangeCalendar& calendar = day_trades_->calendar();
  const auto session = calendar.SessionOf(calendar.TradeDateAt(now_));
  return session && calendar.IsOpen(now_) ? std::min(end, session->close_at) : end;
}

void Engine::On(const model::ProposalDecided& decided, model::ActionBuffer& out) {
  now_ = std::max(now_, decided.at);
  ResumeProposals(out);  // An answer may overtake the first permit.
  // Not there: it ended meanwhile, which the ledger has by then or is about to have.
  const std::optional<model::Proposal> proposal = proposals_.Take(decided.proposal_id);
  if (!proposal) {
    return;
  }
  if (decided.verdict == model::Verdict::kApprove) {
    SendApproved(*proposal, out);
    return;
  }
  TellEnded(approvals::Ended(
                *proposal,
                {.state = ProposalState::kRejected, .reason = decided.reason.view(), .at = now_}),
            out);
}

// The whole gate again, for the order as the person saw it: no other price, and smaller only by as
// much as the market may have moved. A size at its limit would else fail with the next tick.
void Engine::SendApproved(const model::Proposal& proposal, model::ActionBuffer& out) {
  const auto end = [&](ProposalState state, std::string_view reason) {
    TellEnded(approvals::Ended(proposal, {.state = state, .reason = reason, .at = now_}), out);
  };
  if (proposal.expires_at <= now_) {
    end(ProposalState::kExpired, "approved too late");
    return;
  }
  if (is_shutting_down_) {
    end(ProposalState::kCancelled, "the trader was stopped");
    return;
  }
  if (const auto moved = MovedSince(proposal); !moved.empty()) {
    end(ProposalState::kRejected, moved.view());
    return;
  }
  const model::NewOrder& order = proposal.order;
  const risk::BookFigures figures = Figures(order.instrument);
  risk::GateAnswer answer = Judge(order, figures, Manner::kAsIs, out);
  if (const auto* denial = std::get_if<model::Denial>(&answer)) {
    const model::Denial why = *denial;
    answer = Judge(order, figures, Manner::kOrLess, out);
    if (!options_.reduces_size || !IsAboutAsLarge(answer, order)) {
      Deny(order, why, out);
      end(ProposalState::kRejected, Why(why).view());
      return;
    }
  }
  oms::BracketIds ids = NextBracketIds(order);
  ids.entry = proposal.id;
  Place(std::get<risk::Approved<model::NewOrder>>(answer), ids, Manner::kAsIs, out);
  end(ProposalState::kSubmitted, "");
}

bool Engine::IsAboutAsLarge(const risk::GateAnswer& answer, const model::NewOrder& order) const {
  const auto* approved = std::get_if<risk::Approved<model::NewOrder>>(&answer);
  const base::Decimal whole = base::Decimal::FromInt(100);
  const auto least = base::CheckedMulDiv(order.quantity, whole - options_.approvals.collar_percent,
                                         whole, base::Rounding::kCeiling);
  return approved != nullptr && least && approved->value().quantity >= *least;
}

// Why the market is too far from where it was; empty when it is not. Without a price the gate
// objects by itself.
model::ProposalReason Engine::MovedSince(const model::Proposal& proposal) const {
  const auto& price = state_.marks.at(proposal.order.instrument.index).price;
  if (!price || !proposal.reference_price.is_positive()) {
    return {};
  }
  const auto moved =
      base::CheckedMulDiv((*price - proposal.reference_price).Abs(), base::Decimal::FromInt(100),
                          proposal.reference_price, base::Rounding::kCeiling);
  if (moved && *moved <= options_.approvals.collar_percent) {
    return {};
  }
  return ReasonText()
      .Add("PRICE_MOVED: from ")
      .Add(proposal.reference_price)
      .Add(" to ")
      .Add(*price)
      .Add(", percent allowed ")
      .Add(options_.approvals.collar_percent)
      .reason();
}

void Engine::TellEnded(const model::Proposal& ended, model::ActionBuffer& out) const {
  out.Add(model::ProposalChanged{ended});
}

void Engine::EndAllProposals(std::string_view reason, model::ActionBuffer& out) {
  proposals_.EndIf([](const model::Proposal& /*any*/) { return true; },
                   {.state = ProposalState::kCancelled, .reason = reason, .at = now_},
                   [&](const model::Proposal& ended) { TellEnded(ended, out); });
}

// What strategies ask for anew stands for what they asked for before.
void Engine::EndProposalsLike(const model::NewOrder& order, model::ActionBuffer& out) {
  proposals_.EndIf(
      [&](const model::Proposal& older) { return approvals::IsSameWish(older.order, order); },
      {.state = ProposalState::kCancelled, .reason = "replaced by a newer signal", .at = now_},
      [&](const model::Proposal& ended) { TellEnded(ended, out); });
}

void Engine::EndProposalsOf(model::InstrumentId instrument, model::ActionBuffer& out) {
  proposals_.EndIf(
      [&](const model::Proposal& older) { return older.order.instrument == instrument; },
      {.state = ProposalState::kCancelled, .reason = "the strategies want out", .at = now_},
      [&](const model::Proposal& ended) { TellEnded(ended, out); });
}

void Engine::ExpireProposals(model::ActionBuffer& out) {
  proposals_.EndIf([&](const model::Proposal& proposal) { return proposal.expires_at <= now_; },
                   {.state = ProposalState::kExpired, .reason = "nobody answered", .at = now_},
                   [&](const model::Proposal& ended) { TellEnded(ended, out); });
}

// What an earlier run left. One that was approved has its order in the books and counts as
// submitted, or was never sent and never will be: what the person saw is over.
void Engine::ResumeProposals(model::ActionBuffer& out) {
  for (const model::Proposal& proposal : left_open_) {
    const auto end = [&](ProposalState state, std::string_view reason) {
      TellEnded(approvals::Ended(proposal, {.state = state, .reason = reason, .at = now_}), out);
    };
    if (proposal.state == ProposalState::kSubmitted) {
      TellEnded(proposal, out);
      continue;
    }
    EndProposalsLike(proposal.order, out);
    if (proposal.state == ProposalState::kClaimed) {
      end(ProposalState::kCancelled, "the trader ended before it was sent; nothing was sent");
      Alert(model::AlertLevel::kError, "APPROVED_ORDER_NOT_SENT",
            model::Reason("`bulwark approvals list --all` names it"), out);
    } else if (!proposals_.Add(proposal)) {
      end(ProposalState::kCancelled, "too many orders wait for a person");
    }
  }
  left_open_.clear();
}

void Engine::SetAutonomy(const model::Permit& permit, model::ActionBuffer& out) {
  ResumeProposals(out);
  if (permit.autonomy != autonomy_ || !is_autonomy_told_) {
    out.Add(model::AutonomyChanged{
        .from = autonomy_, .mode = permit.autonomy, .since = permit.autonomy_since});
    is_autonomy_told_ = true;
  }
  if (permit.autonomy != autonomy_) {
    autonomy_ = permit.autonomy;
    EndAllProposals("the mode of autonomy changed", out);
  }
  if (permit.is_halted) {
    EndAllProposals("HALTED", out);
  } else if (permit.is_killed) {
    EndAllProposals("KILL_SWITCH", out);
  }
}

}  // namespace bulwark::engine
