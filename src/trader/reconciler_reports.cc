// What the reconciler tells people, and what it does on a person's word.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/time.h"
#include "model/action.h"
#include "model/event.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "reconcile/concluder.h"
#include "reconcile/difference.h"
#include "reconcile/report.h"
#include "trader/books_copy.h"
#include "trader/reconciler.h"

namespace bulwark::trader {
namespace {

constexpr std::size_t kNoticedMax = 10'000;
// A report waits this long for differences that may still settle.
constexpr base::Nanos kReportAfter{std::chrono::seconds{10}};
// A decision waits this long for the difference that it is about, which a start has to see first.
constexpr base::Nanos kDecisionAfter{std::chrono::seconds{10}};
constexpr std::size_t kDecisionsPerTurn = 64;

}  // namespace

void Reconciler::MarkReportDue() {
  due_since_ = is_report_due_ ? due_since_ : now();
  is_report_due_ = true;
}

// For the ledger: an order that is not ours, or that our books lost. False for one that was seen
// before.
bool Reconciler::Remember(const reconcile::Difference& order) {
  const bool is_new = noticed_.size() < kNoticedMax && noticed_.insert(order.order_id).second;
  if (is_new) {
    next_report_.orders.push_back(order);
    MarkReportDue();
  }
  return is_new;
}

// Not while something may still settle, but not too late either.
void Reconciler::MakeReportIfDue() {
  const auto raised = concluder_.raised();
  const bool is_settled = raised.size() == concluder_.size();
  if (!is_report_due_ || (!is_settled && now() - due_since_ < kReportAfter)) {
    return;
  }
  reconcile::Report report = std::exchange(next_report_, {});
  report.epoch = options_.epoch;
  report.at = clock_.WallNow();
  std::size_t blocking = 0;
  for (const reconcile::RaisedCase& row : raised) {
    report.items.push_back({.difference = row.difference,
                            .why = std::string(row.why.view()),
                            .proposal = reconcile::ProposalFor(row.difference)});
    blocking += reconcile::IsBlocking(row.difference.kind) ? 1U : 0U;
  }
  // A foreign order has an alert of its own.
  const bool is_news = blocking > 0 || !report.fills.empty() || !report.ended.empty();
  if (is_news) {
    Notify(blocking > 0 ? model::AlertLevel::kCritical : model::AlertLevel::kInfo,
           "RECONCILE_REPORT",
           model::Reason::Cut(std::to_string(blocking) + " differences stop entries, " +
                              std::to_string(report.fills.size()) + " fills while away"),
           model::OrderId{});
  }
  if (offered_) {
    report.orders.insert(report.orders.end(), offered_->orders.begin(), offered_->orders.end());
  }
  offered_ = std::move(report);
  is_report_due_ = false;
}

void Reconciler::OfferReport() {
  if (offered_ && queues_.reports_made.TryPush(*offered_)) {
    offered_.reset();
  }
  while (!finished_.empty() && queues_.outcomes.TryPush(finished_.front())) {
    finished_.pop_front();
  }
}

// Carried out only when the difference is still the one that the person saw.
void Reconciler::TakeDecisions() {
  queues_.decisions.Drain(kDecisionsPerTurn, [this](const reconcile::Decision& decision) {
    pending_.push_back({.decision = decision, .since = now()});
  });
  for (Pending& pending : pending_) {
    Advance(pending);
  }
  std::erase_if(pending_, [](const Pending& pending) { return pending.is_over; });
}

void Reconciler::Advance(Pending& pending) {
  const reconcile::Decision& decision = pending.decision;
  const bool is_late = now() - pending.since >= kDecisionAfter;
  if (pending.is_applied) {
    const bool is_gone = !FindRaised(decision.item.difference);
    pending.is_over = is_gone || is_late;
    if (pending.is_over) {
      Finish(decision,
             std::string(is_gone ? reconcile::kDone : "it still differs; see the alerts"));
    }
  } else if (Decide(decision)) {
    pending.is_applied = true;
    pending.since = now();
  } else if (WasDone(decision)) {
    pending.is_over = true;
    Finish(decision, std::string(reconcile::kDone));
  } else if (is_late) {
    pending.is_over = true;
    Finish(decision, decision.verb == reconcile::Verb::kAdopt
                         ? "only an unfilled limit order of a known instrument can be adopted, as "
                           "long as it works"
                         : "it no longer differs like that; look again");
  }
}

// Tells the engine; false when no such difference waits.
bool Reconciler::Decide(const reconcile::Decision& decision) {
  const auto raised = FindRaised(decision.item.difference);
  // Another decision about the same thing may be on its way to the books: this one waits to see
  // what is left of it.
  const bool is_taken = std::any_of(pending_.begin(), pending_.end(), [&](const Pending& other) {
    return other.is_applied &&
           reconcile::IsSameThing(other.decision.item.difference, decision.item.difference);
  });
  if (!raised || !raised->is_current || is_taken) {
    return false;
  }
  reconcile::Difference difference = raised->difference;
  if (decision.verb == reconcile::Verb::kAccept) {
    difference.price = decision.item.proposal.price;  // As the person saw it; the mark moves on.
  }
  const reconcile::Proposal proposal = reconcile::ProposalFor(difference);
  const bool is_adoption = decision.verb == reconcile::Verb::kAdopt;
  if (is_adoption ? !Adopt(decision, difference)
                  : proposal.kind == reconcile::ProposalKind::kNone) {
    return false;
  }
  if (!is_adoption && proposal.kind == reconcile::ProposalKind::kGiveUp) {
    Push(model::OrderEnded{.order_id = difference.order_id,
                           .end = model::OrderEnd::kCancelled,
                           .cumulative_filled = difference.ours,
                           .reason = model::Reason::Cut("given up by " + decision.actor),
                           .at = clock_.WallNow()});
  } else if (!is_adoption) {
    Push(model::AdjustmentAccepted{.adjustment = reconcile::AdjustmentFor(decision, difference),
                                   .at = clock_.WallNow()});
    Notify(model::AlertLevel::kWarning, "BOOKS_ADJUSTED",
           model::Reason::Cut(reconcile::Describe(proposal, difference)), model::OrderId{});
  }
  base::LogWarn("decision_carried_out")
      .With("item", decision.item.id)
      .With("verb", reconcile::Name(decision.verb))
      .With("actor", decision.actor)
      .With("what", reconcile::Describe(difference));
  return true;
}

// Its fills before this are booked as those of a stranger, so only one without fills becomes ours.
bool Reconciler::Adopt(const reconcile::Decision& decision,
                       const reconcile::Difference& difference) {
  const bool can_be = difference.kind == reconcile::Kind::kForeignOrder && difference.instrument &&
                      difference.price && difference.filled.is_zero();
  if (!can_be) {
    return false;
  }
  Push(model::OrderAdopted{.order = {.id = difference.order_id,
                                     .instrument = *difference.instrument,
                                     .side = difference.side,
                                     .type = model::OrderType::kLimit,
                                     .origin = model::Origin::kOperator,
                                     .quantity = difference.venue,
                                     .limit_price = difference.price,
                                     .external_id = difference.venue_order_id,
                                     .reason = model::Reason::Cut("adopted by " + decision.actor)},
                           .at = clock_.WallNow()});
  return true;
}

// By a run that ended before it could say so.
bool Reconciler::WasDone(const reconcile::Decision& decision) const {
  const BooksCopy& books = books_.reading();
  const std::span open_orders(books.orders.data(), books.order_count);
  const bool is_ours = std::ranges::any_of(open_orders, [&](const model::Order& order) {
    return order.id == decision.item.difference.order_id;
  });
  if (decision.verb == reconcile::Verb::kAdopt) {
    return is_ours;
  }
  return decision.item.proposal.kind == reconcile::ProposalKind::kGiveUp && !is_ours;
}

std::optional<reconcile::RaisedCase> Reconciler::FindRaised(
    const reconcile::Difference& difference) const {
  for (const reconcile::RaisedCase& row : concluder_.raised()) {
    if (reconcile::IsSameThing(row.difference, difference) &&
        row.difference.delta() == difference.delta()) {
      return row;
    }
  }
  return std::nullopt;
}

// What was not done can be decided again, about the item of a newer report.
void Reconciler::Finish(const reconcile::Decision& decision, std::string outcome) {
  if (outcome != reconcile::kDone) {
    MarkReportDue();
  }
  finished_.push_back(
      {.decision = decision.id, .outcome = std::move(outcome), .epoch = options_.epoch});
}

}  // namespace bulwark::trader
