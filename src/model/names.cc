#include "model/names.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "model/action.h"
#include "model/adjustment.h"
#include "model/denial.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/signal.h"
#include "model/switches.h"

namespace bulwark::model {
namespace {

using Words2 = std::array<std::string_view, 2>;
using Words3 = std::array<std::string_view, 3>;
using Words4 = std::array<std::string_view, 4>;

// Each list is in the order of its enumeration.
constexpr Words2 kSides = {"BUY", "SELL"};
constexpr Words4 kIntents = {"OPEN_LONG", "OPEN_SHORT", "CLOSE_LONG", "CLOSE_SHORT"};
constexpr Words4 kTypes = {"MARKET", "LIMIT", "STOP", "STOP_LIMIT"};
constexpr Words4 kTimes = {"GTC", "IOC", "FOK", "DAY"};
constexpr std::array<std::string_view, 7> kStatuses = {
    "PENDING", "SUBMITTED", "PARTIALLY_FILLED", "FILLED", "CANCELLED", "FAILED", "EXPIRED"};
constexpr std::array<std::string_view, kOrderStates> kStates = {
    "WAITING", "PENDING",   "UNRESOLVED", "SUBMITTED", "PARTIALLY_FILLED", "PENDING_CANCEL",
    "FILLED",  "CANCELLED", "REPLACED",   "FAILED",    "EXPIRED"};
constexpr Words4 kRoles = {"SINGLE", "ENTRY", "STOP", "TARGET"};
constexpr Words4 kOrigins = {"STRATEGY", "PROTECTIVE", "LIQUIDATION", "OPERATOR"};
constexpr Words3 kDirections = {"LONG", "SHORT", "FLAT"};
constexpr Words4 kLevels = {"INFO", "WARNING", "ERROR", "CRITICAL"};
constexpr std::array<std::string_view, 6> kRunStates = {"starting", "running", "reduce_only",
                                                        "killed",   "halting", "halted"};
constexpr Words2 kSwitches = {"halt", "kill"};
constexpr std::array<std::string_view, kDenialCodes> kDenials = {"HALTED",
                                                                 "KILL_SWITCH",
                                                                 "PERMIT_STALE",
                                                                 "REDIS_UNAVAILABLE",
                                                                 "LEDGER_UNAVAILABLE",
                                                                 "VENUE_DOWN",
                                                                 "FEED_DOWN",
                                                                 "BOOKS_UNRECONCILED",
                                                                 "STALE_DATA",
                                                                 "NO_REFERENCE_PRICE",
                                                                 "BAD_QUANTITY",
                                                                 "BAD_PRICE",
                                                                 "SHORT_NOT_ALLOWED",
                                                                 "REDUCE_ONLY_WOULD_INCREASE",
                                                                 "MAX_ORDER_NOTIONAL",
                                                                 "MAX_POSITION",
                                                                 "INSUFFICIENT_CASH",
                                                                 "TOO_MANY_ORDERS",
                                                                 "ENTRY_COOLDOWN",
                                                                 "PENDING_ORDER",
                                                                 "REPLACE_BUDGET",
                                                                 "DAY_TRADE_LIMIT",
                                                                 "DAY_TRADE_ACCOUNT_UNKNOWN",
                                                                 "DAY_TRADE_DEFICIT",
                                                                 "DAY_TRADE_BOOKS_DIFFER",
                                                                 "DAY_TRADE_BUYING_POWER",
                                                                 "DAY_TRADE_MARGIN",
                                                                 "DAY_TRADE_LEVERAGE",
                                                                 "DAY_TRADE_MINIMUM_EQUITY",
                                                                 "DAY_TRADE_UNSETTLED",
                                                                 "RESTRICTED_SYMBOL",
                                                                 "MIN_PRICE",
                                                                 "PRICE_COLLAR",
                                                                 "MAX_ORDER_QUANTITY",
                                                                 "MAX_VOLUME_SHARE",
                                                                 "MAX_POSITIONS",
                                                                 "MAX_SECTOR",
                                                                 "MAX_GROSS_EXPOSURE",
                                                                 "CASH_RESERVE",
                                                                 "SELF_MATCH",
                                                                 "ENTRIES_PER_CANDLE",
                                                                 "DUPLICATE_ORDER",
                                                                 "MESSAGE_RATE",
                                                                 "MAX_DAILY_TRADES",
                                                                 "CIRCUIT_BREAKER",
                                                                 "REDUCE_ONLY_SCOPE",
                                                                 "CANCEL_ONLY_SCOPE",
                                                                 "SCOPES_UNKNOWN",
                                                                 "WATCHDOG",
                                                                 "MARKET_CLOSED"};
constexpr std::array<std::string_view, 8> kAdjustments = {
    "BUST",     "CORRECTION", "INFERRED",          "BORROW_FEE",
    "DIVIDEND", "SPLIT",      "ACCEPTED_POSITION", "ACCEPTED_CASH"};
constexpr std::array<std::string_view, 6> kAnchors = {"DAY",  "WEEK",    "INCEPTION",
                                                      "PEAK", "SESSION", "WATCHDOG"};
constexpr Words3 kModes = {"spot", "margin", "perp"};

template <class Enum, std::size_t N>
std::string_view Word(const std::array<std::string_view, N>& words, Enum value) {
  return words.at(static_cast<std::size_t>(value));
}

template <class Enum, std::size_t N>
std::optional<Enum> Find(const std::array<std::string_view, N>& words, std::string_view name) {
  for (std::size_t at = 0; at < N; ++at) {
    if (words[at] == name) {
      return static_cast<Enum>(at);
    }
  }
  return std::nullopt;
}

}  // namespace

std::string_view Name(Side value) {
  return Word(kSides, value);
}
std::string_view Name(Intent value) {
  return Word(kIntents, value);
}
std::string_view Name(OrderType value) {
  return Word(kTypes, value);
}
std::string_view Name(TimeInForce value) {
  return Word(kTimes, value);
}
std::string_view Name(OrderStatus value) {
  return Word(kStatuses, value);
}
std::string_view Name(OrderState value) {
  return Word(kStates, value);
}
std::string_view Name(OrderRole value) {
  return Word(kRoles, value);
}
std::string_view Name(Origin value) {
  return Word(kOrigins, value);
}
std::string_view Name(Direction value) {
  return Word(kDirections, value);
}
std::string_view Name(AlertLevel value) {
  return Word(kLevels, value);
}
std::string_view Name(RunState value) {
  return Word(kRunStates, value);
}
std::string_view Name(Switch value) {
  return Word(kSwitches, value);
}
std::string_view Name(AdjustmentKind value) {
  return Word(kAdjustments, value);
}
std::string_view Name(AnchorKind value) {
  return Word(kAnchors, value);
}
std::string_view Name(AccountMode value) {
  return Word(kModes, value);
}
std::string_view DenialName(DenialCode code) {
  return Word(kDenials, code);
}

std::optional<Side> SideFromName(std::string_view name) {
  return Find<Side>(kSides, name);
}
std::optional<Intent> IntentFromName(std::string_view name) {
  return Find<Intent>(kIntents, name);
}
std::optional<OrderType> OrderTypeFromName(std::string_view name) {
  return Find<OrderType>(kTypes, name);
}
std::optional<TimeInForce> TimeInForceFromName(std::string_view name) {
  return Find<TimeInForce>(kTimes, name);
}
std::optional<OrderStatus> OrderStatusFromName(std::string_view name) {
  return Find<OrderStatus>(kStatuses, name);
}
std::optional<OrderState> OrderStateFromName(std::string_view name) {
  return Find<OrderState>(kStates, name);
}
std::optional<OrderRole> OrderRoleFromName(std::string_view name) {
  return Find<OrderRole>(kRoles, name);
}
std::optional<Origin> OriginFromName(std::string_view name) {
  return Find<Origin>(kOrigins, name);
}
std::optional<AdjustmentKind> AdjustmentKindFromName(std::string_view name) {
  return Find<AdjustmentKind>(kAdjustments, name);
}
std::optional<AnchorKind> AnchorKindFromName(std::string_view name) {
  return Find<AnchorKind>(kAnchors, name);
}
std::optional<AccountMode> AccountModeFromName(std::string_view name) {
  return Find<AccountMode>(kModes, name);
}
std::optional<Switch> SwitchFromName(std::string_view name) {
  return Find<Switch>(kSwitches, name);
}

}  // namespace bulwark::model
