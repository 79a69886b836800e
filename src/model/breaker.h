// The circuit breakers: their names, and what is known of each at one moment.
//
// Shape:   in the order in which they are shown. A breaker that tripped stays so, also over a
//          restart, until what docs/risk.md#circuit-breakers says ends it.
// Units:   value and limit in the unit of the breaker: percent, seconds, hours or a count.
// Threads: values.
// Source:  contract sections 1.6, 4.3

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
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
  bool is_off = false;       // Its limit is zero: it is not judged.
  bool is_blocking = false;  // Entries are refused for it.
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

// What the ledger keeps of breakers, in the order in which it happened.
enum class BreakerEvent : std::uint8_t {
  kTripped,
  kEnded,
  kReset,      // A person asks for its end.
  kRefused,    // What a person asked for was not done: the cause lasts.
  kHeartbeat,  // A sign of life of the operator.
};
std::string_view Name(BreakerEvent value);  // tripped ended reset refused heartbeat
std::optional<BreakerEvent> BreakerEventFromName(std::string_view name);

struct BreakerRow {
  std::uint64_t sequence = 0;
  Breaker which = Breaker::kDeadMan;
  BreakerEvent event = BreakerEvent::kHeartbeat;
  base::Decimal value;
  base::Decimal limit;
  std::string actor;  // "human", "redis", "system".
  std::string reason;
  base::UnixNanos at;
};

// What all rows together say.
struct BreakerRecord {
  LatchedBreakers latched;
  // Sequence of a person's request that nothing answered yet; 0 for none.
  std::array<std::uint64_t, kBreakers> reset_asked{};
  std::optional<base::UnixNanos> operator_seen_at;
};

constexpr std::size_t IndexOf(Breaker which) {
  return static_cast<std::size_t>(which);
}

}  // namespace bulwark::model
