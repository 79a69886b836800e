#include "breakers/breaker_rules.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/decimal.h"
#include "base/time.h"
#include "model/breaker.h"

namespace bulwark::breakers {
namespace {

using base::Decimal;
using model::Breaker;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr base::Nanos kNone{0};

// Numbers that a single wrong price or a late fill could make are asked for more than once.
constexpr std::array<Rule, model::kBreakers> kRules = {{
    {Breaker::kVixSpike, UnknownPolicy::kPasses, 2, 3, EndsBy::kRecovery, minutes{60}, true,
     "points", "the level is above the limit in 2 of the last 3 readings",
     "`risk:input:vix`; older than 96 h counts as unknown"},
    {Breaker::kStaleData, UnknownPolicy::kBlocks, 1, 1, EndsBy::kRecovery, seconds{60}, true,
     "seconds", "no market data arrived for longer than the limit while a session is open",
     "receipt of the last tick or bar"},
    {Breaker::kDrawdown, UnknownPolicy::kBlocks, 3, 5, EndsBy::kOperator, kNone, true, "percent",
     "equity is below its highest by more than the limit in 3 of 5 measurements, one a second",
     "equity and its durable high-water mark"},
    {Breaker::kDailyLoss, UnknownPolicy::kBlocks, 3, 5, EndsBy::kNextDay, kNone, true, "percent",
     "the day's loss is above the limit in 3 of 5 measurements, one a second",
     "equity and the day's durable anchor"},
    {Breaker::kReconciliation, UnknownPolicy::kBlocks, 2, 2, EndsBy::kOperator, kNone, true,
     "percent", "two comparisons in a row differ from the venue by more than the limit",
     "cash and positions at the venue, when no fill is on its way"},
    {Breaker::kDeadMan, UnknownPolicy::kBlocks, 1, 1, EndsBy::kHeartbeat, kNone, true, "hours",
     "the operator gave no sign of life for longer than the limit; warnings at 50 % and 80 %",
     "`bulwark heartbeat`, `risk:circuit_breaker:heartbeat`, any stop, release or reset by hand"},
    {Breaker::kFeedDisconnected, UnknownPolicy::kPasses, 1, 1, EndsBy::kRecovery, seconds{10}, true,
     "seconds", "a feed that was there is away for longer than the limit", "the feed's link"},
    {Breaker::kConsecutiveLosses, UnknownPolicy::kPasses, 1, 1, EndsBy::kOperator, kNone, false,
     "count", "that many round trips in a row lost money", "closed round trips"},
    {Breaker::kConsecutiveRejects, UnknownPolicy::kPasses, 1, 1, EndsBy::kOperator, kNone, false,
     "count", "the venue refused that many entries in a row", "the venue's answers to entries"},
    {Breaker::kVenueErrors, UnknownPolicy::kPasses, 0, 20, EndsBy::kRecovery, minutes{5}, false,
     "count", "that many of the last 20 orders got no answer", "what became of orders"},
    {Breaker::kLatency, UnknownPolicy::kPasses, 5, 10, EndsBy::kRecovery, minutes{5}, false,
     "seconds", "5 of the last 10 first answers of the venue took longer than the limit",
     "from an order's birth to the venue's first answer"},
}};

constexpr bool IsInOrder() {
  std::size_t at = 0;
  return std::all_of(kRules.begin(), kRules.end(), [&](const Rule& rule) {
    return model::IndexOf(rule.which) == at++ && rule.of <= 32 && rule.bad <= rule.of;
  });
}
static_assert(IsInOrder());

}  // namespace

const Rule& RuleOf(Breaker which) {
  return kRules.at(model::IndexOf(which));
}

const std::array<Rule, model::kBreakers>& AllRules() {
  return kRules;
}

Decimal AsSeconds(base::Nanos span) {
  constexpr std::int64_t kNanosPerStep = 1'000'000'000 / Decimal::kScale;
  return Decimal::FromRaw(span.count() / kNanosPerStep);
}

Decimal AsHours(base::Nanos span) {
  constexpr std::int64_t kNanosPerStep = 3'600 * (1'000'000'000 / Decimal::kScale);
  return Decimal::FromRaw(span.count() / kNanosPerStep);
}

Decimal LimitOf(const Limits& limits, Breaker which) {
  switch (which) {
    case Breaker::kVixSpike:
      return limits.vix;
    case Breaker::kStaleData:
      return AsSeconds(limits.data_age);
    case Breaker::kDrawdown:
      return limits.drawdown;
    case Breaker::kDailyLoss:
      return -limits.daily_loss;
    case Breaker::kReconciliation:
      return limits.drift;
    case Breaker::kDeadMan:
      return AsHours(limits.heartbeat_age);
    case Breaker::kFeedDisconnected:
      return AsSeconds(limits.feed_outage);
    case Breaker::kConsecutiveLosses:
      return Decimal::FromInt(limits.losses);
    case Breaker::kConsecutiveRejects:
      return Decimal::FromInt(limits.rejects);
    case Breaker::kVenueErrors:
      return Decimal::FromInt(limits.venue_errors);
    case Breaker::kLatency:
      return AsSeconds(limits.latency);
  }
  return {};
}

Decimal DriftPercent(Decimal ours, Decimal theirs) {
  constexpr Decimal kHundred = Decimal::FromInt(100);
  const Decimal larger = std::max(ours.Abs(), theirs.Abs());
  if (ours == theirs || larger.is_zero()) {
    return {};
  }
  // A long of 10 is not a short of 10: that is more than all of it.
  const auto difference = base::CheckedAdd(ours, -theirs);
  return (difference
              ? base::CheckedMulDiv(difference->Abs(), kHundred, larger, base::Rounding::kCeiling)
              : std::nullopt)
      .value_or(kHundred);
}

}  // namespace bulwark::breakers
