#include "reconcile/judge.h"

#include <cstddef>

#include "base/decimal.h"
#include "base/ensure.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "reconcile/difference.h"

namespace bulwark::reconcile {
namespace {

model::OrderEnd EndOf(OrderLife life) {
  switch (life) {
    case OrderLife::kRejected:
      return model::OrderEnd::kRejected;
    case OrderLife::kExpired:
      return model::OrderEnd::kExpired;
    case OrderLife::kWorking:
    case OrderLife::kFilled:
    case OrderLife::kCancelled:
      break;
  }
  return model::OrderEnd::kCancelled;
}

Verdict JudgeAbsence(const Difference& ours, const OrderAnswer& answer) {
  if (!answer.is_definitive) {
    return ProvesNothing{};
  }
  if (ours.was_acknowledged || ours.ours.is_positive()) {
    return Contradicts{model::Reason("the venue no longer knows an order it had taken")};
  }
  return Proves{model::OrderNotSent{.order_id = answer.order_id,
                                    .reason = model::Reason("never reached the venue"),
                                    .at = answer.at}};
}

}  // namespace

Verdict Judge(const Difference& ours, const OrderAnswer& answer) {
  ENSURE(ours.order_id == answer.order_id);
  if (answer.found.empty()) {
    return JudgeAbsence(ours, answer);
  }
  base::Decimal filled;
  std::size_t working = 0;
  for (const OrderState& state : answer.found) {
    filled += state.filled;
    working += state.life == OrderLife::kWorking ? 1 : 0;
  }
  if (working > 1) {
    return Contradicts{model::Reason("works more than once at the venue")};
  }
  if (filled > ours.ours) {
    return NeedsFills{};
  }
  if (filled < ours.ours) {
    return Contradicts{model::Reason("the venue knows fewer of its fills than we booked")};
  }
  if (working == 1) {
    return IsWorking{};
  }
  const OrderState& last = answer.found.back();
  return Proves{model::OrderEnded{.order_id = answer.order_id,
                                  .end = EndOf(last.life),
                                  .cumulative_filled = filled,
                                  .reason = last.reason,
                                  .at = answer.at}};
}

}  // namespace bulwark::reconcile
