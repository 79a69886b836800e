// The catalogue: one entry for every Redis key and channel that the platform knows.
//
// Shape:   entries in the order of EntryId; a pattern has typed placeholders such as <id>, listed
//          in key_match.h. The names of keys and channels are written here (catalogue_*.cc) and
//          nowhere else: keys.h builds names from it, docs/keys.md and the checks are generated
//          from it.
// Units:   time to live in seconds.
// Threads: constant data, any thread. Nothing allocates.
// Source:  contract sections 1.1-1.6, 8.4

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bulwark::contract {

enum class EntryId : std::uint8_t {
  // System
  kSystemHalt,
  kSystemHeartbeat,
  kSystemState,
  kSystemStatus,
  kDemoKeys,
  // Alerts
  kAlertsLast,
  kAlertsEvent,
  // Metrics
  kTotalValue,
  kCash,
  kPnlDaily,
  kTickToDecision,
  kDecisionToFill,
  kTickToFill,
  kTickToDecisionOf,
  kDecisionToFillOf,
  kTickToFillOf,
  // Market
  kLastPrice,
  kLastTick,
  kOhlcv,
  kActiveSymbols,
  kLastPriceOf,
  kLastTickOf,
  kOhlcvOf,
  // Views
  kViewOrders,
  kViewPositions,
  // OMS
  kPortfolio,
  kOrder,
  kOpenOrders,
  kEpoch,
  // Risk
  kPdtTrades,
  kKillSwitch,
  kKillMeta,
  kKillLog,
  kOperatorHeartbeat,
  kLegacyHeartbeat,
  kBreakerView,
  kVixInput,
  kPendingApprovals,
  kAutonomyMode,
  kAutonomyModeSince,
  kAutonomyLog,
  kPortfolioRisk,
  // Jobs
  kDailyBarsDone,
  kWeeklyFundamentalsDone,
  kAltdataLastRun,
  kBackfillCompleted,
  // Limits and cache
  kRateLimitTokens,
  kRateLimitRefill,
  kRateLimitLog,
  kRateLimitWaiting,
  kRateLimitClosed,
  kRateLimitLimits,
  kRateLimitSlots,
  kRateLimitCounters,
  kCache,
  kCacheLock,
  kCacheCounters,
  // Channels
  kPortfolioUpdate,
  kTradeExecuted,
  kTradePendingApproval,
  kOrderStatus,
  kRiskAlert,
  kRiskCircuitBreaker,
  kRiskKillSwitch,
  kSignalGenerated,
  kFeedDisconnected,
  kFeedReconnected,
};
constexpr std::size_t kEntries = 67;

enum class Group : std::uint8_t {
  kSystem,
  kAlerts,
  kMetrics,
  kMarket,
  kViews,
  kOms,
  kRisk,
  kJobs,
  kLimits,
  kChannels,
};
constexpr std::size_t kGroups = 10;

enum class Kind : std::uint8_t { kString, kSet, kSortedSet, kList, kHash, kChannel };
enum class Encoding : std::uint8_t {
  kWord,
  kFloat,
  kInteger,
  kTime,
  kText,
  kSpacedJson,
  kCompactJson
};
enum class Standing : std::uint8_t { kTruth, kDerived, kEvent };
enum class Origin : std::uint8_t { kSeedA, kSeedB, kExtension };

// How long the key lives after its last write; both zero when it never expires.
struct Ttl {
  std::int64_t min_s = 0;
  std::int64_t max_s = 0;

  [[nodiscard]] constexpr bool is_none() const { return max_s == 0; }
};

// What is wrong with one value (of a string, or one member or element); empty when nothing is.
using ValueCheck = std::optional<std::string> (*)(std::string_view value);

struct Entry {
  EntryId id;
  std::string_view pattern;
  Group group;
  Kind kind;
  Encoding encoding;
  std::string_view example;      // One value, or one member of a set or list. Passes `check`.
  std::string_view example_key;  // A name that matches the pattern.
  Ttl ttl;
  std::string_view producer;
  std::string_view consumers;
  Standing standing;
  std::string_view rebuilt_from;
  Origin origin;
  bool is_written_by_trader;  // By the processes of this version.
  std::string_view meaning;   // One sentence.
  ValueCheck check;
};

std::span<const Entry> Catalogue();
const Entry& Get(EntryId id);

// Words for people and for JSON: "string", "zset", ... as Redis' TYPE says; "channel".
std::string_view Name(Kind kind);
std::string_view Name(Group group);
std::string_view Name(Encoding encoding);
std::string_view Name(Standing standing);
std::string_view Name(Origin origin);
// "none", "25 h", "8 d", "5-60 min".
std::string TtlText(Ttl ttl);

}  // namespace bulwark::contract
