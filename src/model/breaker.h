// The circuit breakers: their names, and what is known of each at one moment.
//
// Shape:   in the order in which they are shown. A breaker that tripped stays so, also over a
//          restart, until what docs/risk.md#circuit-breakers says ends it.
// Units:   value and limit in the unit of the breaker: percent, seconds, hours or a count.
// Threads: trivially copyable values.
// Source:  contract sections 1.6, 4.3

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/decimal.h"
#include "base/time.h"

namespace bulwark::model {

enum class Breaker : std::uint8_t {
  kVixSpike,
  kStaleData,
  kDrawdown,
  kDailyLoss,
  kReconciliation,
  kDeadMan,
  kFeedDisconnected,
  kConsecutiveLosses,
  kConsecutiveRejects,
  kVenueErrors,
  kLatency,
};
constexpr std::size_t kBreakers = 11;

enum class BreakerState : std::uint8_t { kOk, kTripped, kUnknown };

// "vix", "stale_data", "dead_man_switch", ...: in keys, in the ledger and on the page.
std::string_view Name(Breaker value);
// As the channel calls it: "vix_spike", "reconciliation_failed", "dead_man"; else as Name().
std::string_view EventWord(Breaker value);
std::string_view Name(BreakerState value);  // ok tripped unknown
// Understands both words.
std::optional<Breaker> BreakerFromName(std::string_view name);

struct BreakerView {
  BreakerState state = BreakerState::kUnknown;
  bool is_off = false;  // Its limit is zero: it is not judged.
  std::optional<base::Decimal> value;
  base::Decimal limit;
  base::UnixNanos checked_at;
};
using BreakerViews = std::array<BreakerView, kBreakers>;

// A breaker that had tripped when the last run ended.
struct LatchedBreaker {
  base::Decimal value;
  base::UnixNanos at;
};
using LatchedBreakers = std::array<std::optional<LatchedBreaker>, kBreakers>;

constexpr std::size_t IndexOf(Breaker which) {
  return static_cast<std::size_t>(which);
}

}  // namespace bulwark::model
