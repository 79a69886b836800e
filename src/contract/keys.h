// The names of keys and channels, as types: what is not in the catalogue cannot be written.
//
// Shape:   a Key or Channel exists only for an entry of the catalogue, with its placeholders
//          filled. `symbol` is the canonical one ("BTC/USDT"); the scoped form is made here.
// Threads: values. Building one may allocate: build constant names once.
// Source:  contract section 1.1

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/uuid.h"
#include "contract/catalogue.h"
#include "model/breaker.h"

namespace bulwark::contract {

class NameBuilder;

class Key {
 public:
  [[nodiscard]] std::string_view view() const { return text_; }
  [[nodiscard]] const std::string& text() const { return text_; }
  bool operator==(const Key&) const = default;

 private:
  friend class NameBuilder;
  explicit Key(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

class Channel {
 public:
  [[nodiscard]] std::string_view view() const { return text_; }
  bool operator==(const Channel&) const = default;

 private:
  friend class NameBuilder;
  explicit constexpr Channel(std::string_view text) : text_(text) {}

  std::string_view text_;
};

namespace keys {

Key Halt();
Key Heartbeat();
Key State();
Key Status();
Key DemoKeys();

Key AlertsLast();
Key AlertsEvent(std::int64_t epoch_ms);  // Requires: epoch_ms >= 0.

Key TotalValue();
Key Cash();
Key PnlDaily();
Key TickToDecision();
Key DecisionToFill();
Key TickToFill();
Key TickToDecision(std::string_view symbol);
Key DecisionToFill(std::string_view symbol);
Key TickToFill(std::string_view symbol);

Key LastPrice();
Key LastTick();
Key Ohlcv();
Key ActiveSymbols();
Key LastPrice(std::string_view symbol);
Key LastTick(std::string_view symbol);
Key Ohlcv(std::string_view symbol);

Key ViewOrders();
Key ViewPositions();

Key Portfolio();
Key Order(const base::Uuid& id);
Key OpenOrders();
Key Epoch();

Key PdtTrades();
Key KillSwitch();
Key KillMeta();
Key KillLog();
Key OperatorHeartbeat();
Key LegacyHeartbeat();
Key BreakerView(model::Breaker which);
Key VixInput();
Key PendingApprovals();
Key AutonomyMode();
Key AutonomyModeSince();
Key AutonomyLog();
Key PortfolioRisk();

// All keys of one shared budget. Requires: `name` is a word (key_match.h).
struct RateLimitKeys {
  Key tokens;
  Key last_refill;
  Key log;
  Key waiting;
  Key closed;
  Key limits;
  Key slots;
  Key counters;
};
RateLimitKeys RateLimit(std::string_view name);

// Requires: `domain` is a word, `identifier` has 1 to 200 bytes.
Key Cache(std::string_view domain, std::string_view identifier);
Key CacheLock(std::string_view domain, std::string_view identifier);
Key CacheCounters(std::string_view domain);

Key DailyBarsDone(std::string_view date);           // Requires: "2026-03-12".
Key WeeklyFundamentalsDone(std::string_view week);  // Requires: "2026-W11".
Key AltdataLastRun();
Key BackfillCompleted();

}  // namespace keys

namespace channels {

Channel PortfolioUpdate();
Channel TradeExecuted();
Channel PendingApproval();
Channel OrderStatus();
Channel RiskAlert();
Channel CircuitBreaker();
Channel KillSwitch();
Channel SignalGenerated();
Channel FeedDisconnected();
Channel FeedReconnected();

// All ten: what a reader subscribes to.
constexpr std::size_t kChannels = 10;
std::array<Channel, kChannels> All();

}  // namespace channels

// What a reader scans for: the pattern with every placeholder as '*', e.g. "oms:order:*".
std::string ScanPattern(EntryId id);

}  // namespace bulwark::contract
