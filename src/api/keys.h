// The keys and channels that the API reads and the one key that it writes.
//
// Threads: constants.
// Source:  contract sections 1.1, 1.4, 1.6 and 8.4

#pragma once

#include <array>
#include <string_view>

namespace bulwark::api {

inline constexpr std::string_view kHalt = "SYSTEM:HALT";  // Also written: the command inbox.
inline constexpr std::string_view kHeartbeat = "SYSTEM:HEARTBEAT";
inline constexpr std::string_view kState = "SYSTEM:STATE";
inline constexpr std::string_view kStatus = "system:status";
inline constexpr std::string_view kKillSwitch = "risk:kill_switch";
inline constexpr std::string_view kKillSwitchMeta = "risk:kill_switch:meta";
inline constexpr std::string_view kTotalValue = "METRICS:TOTAL_VALUE";
inline constexpr std::string_view kCash = "METRICS:CASH";
inline constexpr std::string_view kPnlDaily = "METRICS:PNL_DAILY";
inline constexpr std::string_view kTickToDecision = "METRICS:LATENCY:TICK_TO_DECISION_MS";
inline constexpr std::string_view kDecisionToFill = "METRICS:LATENCY:DECISION_TO_FILL_MS";
inline constexpr std::string_view kTickToFill = "METRICS:LATENCY:TICK_TO_FILL_MS";
inline constexpr std::string_view kActiveSymbols = "MARKET:ACTIVE_SYMBOLS";
inline constexpr std::string_view kLastPrice = "MARKET:LAST_PRICE";
inline constexpr std::string_view kLastTick = "MARKET:LAST_TICK";
inline constexpr std::string_view kCandles = "MARKET:OHLCV";
inline constexpr std::string_view kPositions = "VIEW:POSITIONS";
inline constexpr std::string_view kOrders = "VIEW:ORDERS";
inline constexpr std::string_view kPortfolio = "oms:portfolio";
inline constexpr std::string_view kOpenOrders = "oms:orders:open";
inline constexpr std::string_view kOrderPrefix = "oms:order:";
inline constexpr std::string_view kAlertLast = "ALERTS:LAST";
inline constexpr std::string_view kAlertPrefix = "ALERTS:EVENT:";

// Read in one transaction, always; all of them are strings.
inline constexpr std::array<std::string_view, 18> kFixedKeys = {
    kHalt,       kHeartbeat,     kState,    kStatus,     kKillSwitch,     kKillSwitchMeta,
    kTotalValue, kCash,          kPnlDaily, kTickToFill, kTickToDecision, kDecisionToFill,
    kLastPrice,  kActiveSymbols, kLastTick, kPositions,  kOrders,         kPortfolio};

inline constexpr std::array<std::string_view, 10> kChannels = {
    "portfolio:update",
    "trade:executed",
    "trade:pending_approval",
    "order:status",
    "risk:alert",
    "risk:circuit_breaker",
    "risk:kill_switch",
    "signal:generated",
    "system:feed:disconnected",
    "system:feed:reconnected",
};

}  // namespace bulwark::api
