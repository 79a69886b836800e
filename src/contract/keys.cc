#include "contract/keys.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/ensure.h"
#include "base/uuid.h"
#include "contract/catalogue.h"
#include "contract/key_match.h"
#include "model/breaker.h"

namespace bulwark::contract {
namespace {

// Puts `value` where the first placeholder from `from` on is; answers where it ends.
std::size_t Fill(std::string& text, std::size_t from, std::string_view value) {
  const std::size_t open = text.find('<', from);
  ENSURE(open != std::string::npos && !value.empty());
  text.replace(open, text.find('>', open) - open + 1, value);
  return open + value.size();
}

// The pattern with its placeholders replaced, in order.
std::string Filled(const Entry& entry, std::initializer_list<std::string_view> values) {
  std::string text(entry.pattern);
  std::size_t from = 0;
  for (const std::string_view value : values) {
    from = Fill(text, from, value);
  }
  ENSURE(text.find('<', from) == std::string::npos);
  return text;
}

}  // namespace

class NameBuilder {
 public:
  static Key MakeKey(EntryId id, std::initializer_list<std::string_view> values = {}) {
    const Entry& entry = Get(id);
    ENSURE(entry.kind != Kind::kChannel);
    return Key(Filled(entry, values));
  }
  static Key MakeKey(EntryId id, std::string_view value) { return MakeKey(id, {value}); }

  static Channel MakeChannel(EntryId id) {
    const Entry& entry = Get(id);
    ENSURE(entry.kind == Kind::kChannel);
    return Channel(entry.pattern);
  }

  template <std::size_t... At>
  static std::array<Channel, sizeof...(At)> MakeChannels(std::index_sequence<At...> /*unused*/) {
    constexpr auto kFirst = static_cast<std::size_t>(EntryId::kPortfolioUpdate);
    return {MakeChannel(static_cast<EntryId>(kFirst + At))...};
  }
};

namespace keys {

Key Halt() {
  return NameBuilder::MakeKey(EntryId::kSystemHalt);
}
Key Heartbeat() {
  return NameBuilder::MakeKey(EntryId::kSystemHeartbeat);
}
Key State() {
  return NameBuilder::MakeKey(EntryId::kSystemState);
}
Key Status() {
  return NameBuilder::MakeKey(EntryId::kSystemStatus);
}
Key DemoKeys() {
  return NameBuilder::MakeKey(EntryId::kDemoKeys);
}
Key AlertsLast() {
  return NameBuilder::MakeKey(EntryId::kAlertsLast);
}
Key AlertsEvent(std::int64_t epoch_ms) {
  ENSURE(epoch_ms >= 0);
  return NameBuilder::MakeKey(EntryId::kAlertsEvent, std::to_string(epoch_ms));
}
Key TotalValue() {
  return NameBuilder::MakeKey(EntryId::kTotalValue);
}
Key Cash() {
  return NameBuilder::MakeKey(EntryId::kCash);
}
Key PnlDaily() {
  return NameBuilder::MakeKey(EntryId::kPnlDaily);
}
Key TickToDecision() {
  return NameBuilder::MakeKey(EntryId::kTickToDecision);
}
Key DecisionToFill() {
  return NameBuilder::MakeKey(EntryId::kDecisionToFill);
}
Key TickToFill() {
  return NameBuilder::MakeKey(EntryId::kTickToFill);
}
Key TickToDecision(std::string_view symbol) {
  return NameBuilder::MakeKey(EntryId::kTickToDecisionOf, ScopedSymbol(symbol));
}
Key DecisionToFill(std::string_view symbol) {
  return NameBuilder::MakeKey(EntryId::kDecisionToFillOf, ScopedSymbol(symbol));
}
Key TickToFill(std::string_view symbol) {
  return NameBuilder::MakeKey(EntryId::kTickToFillOf, ScopedSymbol(symbol));
}
Key LastPrice() {
  return NameBuilder::MakeKey(EntryId::kLastPrice);
}
Key LastTick() {
  return NameBuilder::MakeKey(EntryId::kLastTick);
}
Key Ohlcv() {
  return NameBuilder::MakeKey(EntryId::kOhlcv);
}
Key ActiveSymbols() {
  return NameBuilder::MakeKey(EntryId::kActiveSymbols);
}
Key LastPrice(std::string_view symbol) {
  return NameBuilder::MakeKey(EntryId::kLastPriceOf, ScopedSymbol(symbol));
}
Key LastTick(std::string_view symbol) {
  return NameBuilder::MakeKey(EntryId::kLastTickOf, ScopedSymbol(symbol));
}
Key Ohlcv(std::string_view symbol) {
  return NameBuilder::MakeKey(EntryId::kOhlcvOf, ScopedSymbol(symbol));
}
Key ViewOrders() {
  return NameBuilder::MakeKey(EntryId::kViewOrders);
}
Key ViewPositions() {
  return NameBuilder::MakeKey(EntryId::kViewPositions);
}
Key Portfolio() {
  return NameBuilder::MakeKey(EntryId::kPortfolio);
}
Key Order(const base::Uuid& id) {
  return NameBuilder::MakeKey(EntryId::kOrder, id.ToString());
}
Key OpenOrders() {
  return NameBuilder::MakeKey(EntryId::kOpenOrders);
}
Key Epoch() {
  return NameBuilder::MakeKey(EntryId::kEpoch);
}
Key PdtTrades() {
  return NameBuilder::MakeKey(EntryId::kPdtTrades);
}
Key KillSwitch() {
  return NameBuilder::MakeKey(EntryId::kKillSwitch);
}
Key KillMeta() {
  return NameBuilder::MakeKey(EntryId::kKillMeta);
}
Key KillLog() {
  return NameBuilder::MakeKey(EntryId::kKillLog);
}
RateLimitKeys RateLimit(std::string_view name) {
  return {.tokens = NameBuilder::MakeKey(EntryId::kRateLimitTokens, name),
          .last_refill = NameBuilder::MakeKey(EntryId::kRateLimitRefill, name),
          .log = NameBuilder::MakeKey(EntryId::kRateLimitLog, name),
          .waiting = NameBuilder::MakeKey(EntryId::kRateLimitWaiting, name),
          .closed = NameBuilder::MakeKey(EntryId::kRateLimitClosed, name),
          .limits = NameBuilder::MakeKey(EntryId::kRateLimitLimits, name),
          .slots = NameBuilder::MakeKey(EntryId::kRateLimitSlots, name),
          .counters = NameBuilder::MakeKey(EntryId::kRateLimitCounters, name)};
}
Key Cache(std::string_view domain, std::string_view identifier) {
  return NameBuilder::MakeKey(EntryId::kCache, {domain, identifier});
}
Key CacheLock(std::string_view domain, std::string_view identifier) {
  return NameBuilder::MakeKey(EntryId::kCacheLock, {domain, identifier});
}
Key CacheCounters(std::string_view domain) {
  return NameBuilder::MakeKey(EntryId::kCacheCounters, domain);
}
Key OperatorHeartbeat() {
  return NameBuilder::MakeKey(EntryId::kOperatorHeartbeat);
}
Key LegacyHeartbeat() {
  return NameBuilder::MakeKey(EntryId::kLegacyHeartbeat);
}
Key BreakerView(model::Breaker which) {
  return NameBuilder::MakeKey(EntryId::kBreakerView, model::Name(which));
}
Key VixInput() {
  return NameBuilder::MakeKey(EntryId::kVixInput);
}
Key PortfolioRisk() {
  return NameBuilder::MakeKey(EntryId::kPortfolioRisk);
}

Key PendingApprovals() {
  return NameBuilder::MakeKey(EntryId::kPendingApprovals);
}
Key AutonomyMode() {
  return NameBuilder::MakeKey(EntryId::kAutonomyMode);
}
Key AutonomyModeSince() {
  return NameBuilder::MakeKey(EntryId::kAutonomyModeSince);
}
Key AutonomyLog() {
  return NameBuilder::MakeKey(EntryId::kAutonomyLog);
}
Key DailyBarsDone(std::string_view date) {
  return NameBuilder::MakeKey(EntryId::kDailyBarsDone, date);
}
Key WeeklyFundamentalsDone(std::string_view week) {
  return NameBuilder::MakeKey(EntryId::kWeeklyFundamentalsDone, week);
}
Key AltdataLastRun() {
  return NameBuilder::MakeKey(EntryId::kAltdataLastRun);
}
Key BackfillCompleted() {
  return NameBuilder::MakeKey(EntryId::kBackfillCompleted);
}

}  // namespace keys

namespace channels {

Channel PortfolioUpdate() {
  return NameBuilder::MakeChannel(EntryId::kPortfolioUpdate);
}
Channel TradeExecuted() {
  return NameBuilder::MakeChannel(EntryId::kTradeExecuted);
}
Channel PendingApproval() {
  return NameBuilder::MakeChannel(EntryId::kTradePendingApproval);
}
Channel OrderStatus() {
  return NameBuilder::MakeChannel(EntryId::kOrderStatus);
}
Channel RiskAlert() {
  return NameBuilder::MakeChannel(EntryId::kRiskAlert);
}
Channel CircuitBreaker() {
  return NameBuilder::MakeChannel(EntryId::kRiskCircuitBreaker);
}
Channel KillSwitch() {
  return NameBuilder::MakeChannel(EntryId::kRiskKillSwitch);
}
Channel SignalGenerated() {
  return NameBuilder::MakeChannel(EntryId::kSignalGenerated);
}
Channel FeedDisconnected() {
  return NameBuilder::MakeChannel(EntryId::kFeedDisconnected);
}
Channel FeedReconnected() {
  return NameBuilder::MakeChannel(EntryId::kFeedReconnected);
}

std::array<Channel, kChannels> All() {
  return NameBuilder::MakeChannels(std::make_index_sequence<kChannels>());
}

}  // namespace channels

std::string ScanPattern(EntryId id) {
  std::string text(Get(id).pattern);
  for (std::size_t open = text.find('<'); open != std::string::npos; open = text.find('<')) {
    text.replace(open, text.find('>') - open + 1, "*");
  }
  return text;
}

}  // namespace bulwark::contract
