#include "venue/venue.h"

#include <optional>
#include <utility>
#include <variant>

#include "base/result.h"

namespace bulwark::venue {
namespace {

template <class Answered>
Finding FindingOf(base::Result<Answered> answered) {
  if (!answered) {
    return NoAnswer{};
  }
  return *std::move(answered);
}

}  // namespace

bool Venue::Ask(const Inquiry& inquiry) {
  if (finding_ || !is_connected()) {
    return false;
  }
  if (const auto* order = std::get_if<AskOrder>(&inquiry)) {
    finding_ = FindingOf(QueryOrder(order->id));
  } else if (const auto* fills = std::get_if<AskFills>(&inquiry)) {
    auto answered = FillsSince(fills->since);
    finding_ = answered ? Finding(FillsFound{*std::move(answered)}) : Finding(NoAnswer{});
  } else {
    finding_ = FindingOf(Snapshot());
  }
  return true;
}

std::optional<Finding> Venue::TakeFinding() {
  return std::exchange(finding_, std::nullopt);
}

}  // namespace bulwark::venue
