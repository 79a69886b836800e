#include "reconcile/concluder.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "base/ensure.h"
#include "base/time.h"
#include "model/order.h"
#include "reconcile/difference.h"
#include "reconcile/judge.h"

namespace bulwark::reconcile {
namespace {

constexpr base::Nanos kMinute{std::chrono::minutes{1}};
constexpr std::uint32_t kDoublingsMax = 5;
constexpr std::uint32_t kSameValuesMin = 2;

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

// Only two sides that have seen the same fills can be compared in this.
bool NeedsEqualFills(Kind kind) {
  return kind == Kind::kQuantityDrift || kind == Kind::kPositionDrift || kind == Kind::kCashDrift;
}

bool HasQuestion(Kind kind) {
  return kind == Kind::kMissingFills || kind == Kind::kOrderNotWorking ||
         kind == Kind::kUnjournaledOrder;
}

model::Reason WhyRaised(Kind kind) {
  switch (kind) {
    case Kind::kMissingFills:
      return model::Reason("the venue does not hand over its fills");
    case Kind::kLostFills:
      return model::Reason("the venue has lost fills that are booked");
    case Kind::kOrderNotWorking:
      return model::Reason("the venue did not say what became of it");
    case Kind::kUnjournaledOrder:
      return model::Reason("the venue does not end it");
    case Kind::kForeignOrder:
      return model::Reason("nobody here made it");
    case Kind::kOtherMeaning:
      return model::Reason("one id has two meanings");
    case Kind::kDoubledOrder:
      return model::Reason("works more than once at the venue");
    case Kind::kQuantityDrift:
    case Kind::kPositionDrift:
    case Kind::kCashDrift:
      break;
  }
  return model::Reason("both have seen the same fills");
}

}  // namespace

Concluder::Concluder(const ConcluderLimits& limits) : limits_(limits) {
  ENSURE(limits.asks_per_minute > 0 && limits.cases_max > 0);
}

void Concluder::Observe(std::span<const Difference> found, const Look& look, base::UnixNanos now,
                        Steps& out) {
  for (Case& at : cases_) {
    at.is_found = false;
  }
  std::vector<Difference> fresh;
  for (const Difference& difference : found) {
    if (Case* known = Find(difference)) {
      See(*known, difference, now, out);
    } else {
      fresh.push_back(difference);
    }
  }
  Forget(look, out);
  for (const Difference& difference : fresh) {
    if (cases_.size() < limits_.cases_max) {
      cases_.push_back({.difference = difference,
                        .first_seen = now,
                        .settled_at = now + limits_.settle,
                        .is_found = true});
    }
  }
  for (Case& at : cases_) {
    at.settled_at = look.is_quiet ? std::min(at.settled_at, now) : at.settled_at;
  }
  OnTime(now, out);
}

void Concluder::See(Case& seen, const Difference& difference, base::UnixNanos now, Steps& out) {
  seen.is_found = true;
  // Both sides may move on by the same trades, and the price anyway.
  const bool is_other = seen.difference.delta() != difference.delta();
  seen.same_values = is_other ? 1 : seen.same_values + 1;
  if (seen.phase == Phase::kRaised && is_other) {
    out.emplace_back(Clear{seen.difference});
    seen.phase = Phase::kAsking;
  }
  seen.difference = difference;
  if (seen.phase == Phase::kConcluded && now - seen.concluded_at >= limits_.settle) {
    RaiseCase(seen, model::Reason("what was concluded did not end it"), out);
  }
}

// What could not be judged stays as it was.
void Concluder::Forget(const Look& look, Steps& out) {
  const auto is_gone = [&](const Case& at) {
    return !at.is_found && (look.are_fills_equal || !NeedsEqualFills(at.difference.kind));
  };
  for (const Case& at : cases_) {
    if (is_gone(at) && at.phase == Phase::kRaised) {
      out.emplace_back(Clear{at.difference});
    }
  }
  std::erase_if(cases_, is_gone);
}

void Concluder::OnTime(base::UnixNanos now, Steps& out) {
  for (Case& at : cases_) {
    Advance(at, now, out);
  }
}

void Concluder::Advance(Case& at, base::UnixNanos now, Steps& out) {
  if (at.phase == Phase::kRaised || at.phase == Phase::kConcluded) {
    return;
  }
  if (now - at.first_seen >= limits_.age_max) {
    RaiseCase(at, WhyRaised(at.difference.kind), out);
    return;
  }
  if (at.phase == Phase::kSettling && now >= at.settled_at) {
    at.phase = Phase::kAsking;
    at.ask_at = now;
  }
  if (at.phase != Phase::kAsking) {
    return;
  }
  if (IsRaisable(at)) {
    RaiseCase(at, WhyRaised(at.difference.kind), out);
  } else if (HasQuestion(at.difference.kind) && !at.is_waiting && now >= at.ask_at &&
             TakeAsk(now)) {
    Ask(at, now, out);
  }
}

// What no question can settle goes to a person, once it was seen the same twice.
bool Concluder::IsRaisable(const Case& at) const {
  return !HasQuestion(at.difference.kind) && at.same_values >= kSameValuesMin;
}

void Concluder::Ask(Case& at, base::UnixNanos now, Steps& out) const {
  at.ask_at = now + limits_.ask_again * (1U << std::min(at.asks, kDoublingsMax));
  ++at.asks;
  switch (at.difference.kind) {
    case Kind::kMissingFills:
      out.emplace_back(AskFills{});
      return;
    case Kind::kUnjournaledOrder:
      out.emplace_back(CancelAtVenue{at.difference});
      return;
    default:
      at.is_waiting = true;
      out.emplace_back(AskOrder{at.difference.order_id});
      return;
  }
}

void Concluder::OnAnswer(const OrderAnswer& answer, base::UnixNanos now, Steps& out) {
  Case* at = FindAsked(answer.order_id);
  if (at == nullptr) {
    return;  // It vanished while the question was on its way.
  }
  at->is_waiting = false;
  std::visit(
      Overloaded{[](const ProvesNothing&) {}, [](const IsWorking&) {},
                 [&](const NeedsFills&) { out.emplace_back(AskFills{}); },
                 [&](const Proves& proof) {
                   at->phase = Phase::kConcluded;
                   at->concluded_at = now;
                   out.emplace_back(Conclude{at->difference, proof.report});
                 },
                 [&](const Contradicts& contradiction) { RaiseCase(*at, contradiction.why, out); }},
      Judge(at->difference, answer));
}

void Concluder::OnNoAnswer(const model::OrderId& order_id) {
  if (Case* at = FindAsked(order_id)) {
    at->is_waiting = false;
  }
}

void Concluder::RaiseCase(Case& at, const model::Reason& why, Steps& out) {
  at.phase = Phase::kRaised;
  at.is_waiting = false;
  at.why = why;
  out.emplace_back(Raise{at.difference, why});
}

// A burst of a minute's questions may go at once, then one at a time.
bool Concluder::TakeAsk(base::UnixNanos now) {
  const base::UnixNanos used_until = std::max(budget_used_until_, now);
  const base::Nanos share = kMinute / limits_.asks_per_minute;
  if (used_until + share > now + kMinute) {
    return false;
  }
  budget_used_until_ = used_until + share;
  return true;
}

std::size_t Concluder::blocking() const {
  return static_cast<std::size_t>(std::count_if(cases_.begin(), cases_.end(), [](const Case& at) {
    return at.phase != Phase::kSettling && IsBlocking(at.difference.kind);
  }));
}

std::vector<RaisedCase> Concluder::raised() const {
  std::vector<RaisedCase> raised;
  for (const Case& at : cases_) {
    if (at.phase == Phase::kRaised) {
      raised.push_back({at.difference, at.why, at.is_found});
    }
  }
  return raised;
}

Concluder::Case* Concluder::Find(const Difference& difference) {
  const auto found = std::find_if(cases_.begin(), cases_.end(), [&](const Case& at) {
    return IsSameThing(at.difference, difference);
  });
  return found == cases_.end() ? nullptr : &*found;
}

Concluder::Case* Concluder::FindAsked(const model::OrderId& order_id) {
  const auto found = std::find_if(cases_.begin(), cases_.end(), [&](const Case& at) {
    return at.is_waiting && at.difference.order_id == order_id;
  });
  return found == cases_.end() ? nullptr : &*found;
}

}  // namespace bulwark::reconcile
