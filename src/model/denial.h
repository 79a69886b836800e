// Why the gate refuses an order: a typed answer, not an error.
//
// Shape:   code, the value that was measured and the limit it was held against, both in the unit
//          that docs/risk.md gives for the code; both zero where a state and not a number denies.
// Threads: a trivially copyable value.
// Source:  docs/risk.md

#pragma once

#include <cstdint>
#include <string_view>

#include "base/decimal.h"

namespace bulwark::model {

enum class DenialCode : std::uint8_t {
  kHalted,
  kKillSwitch,
  kPermitStale,
  kRedisUnavailable,
  kLedgerUnavailable,
  kVenueDown,
  kFeedDown,
  kBooksUnreconciled,
  kStaleData,
  kNoReferencePrice,
  kBadQuantity,
  kBadPrice,
  kShortNotAllowed,
  kReduceOnlyWouldIncrease,
  kMaxOrderNotional,
  kMaxPosition,
  kInsufficientCash,
  kTooManyOrders,
  kEntryCooldown,
  kPendingOrder,
  kReplaceBudget,
  kDayTradeLimit,
  kDayTradeAccountUnknown,
  kDayTradeDeficit,
  kDayTradeBooksDiffer,
  kDayTradeBuyingPower,
  kDayTradeMargin,
  kDayTradeLeverage,
  kDayTradeMinimumEquity,
  kDayTradeUnsettled,
  kRestrictedSymbol,
  kMinPrice,
  kPriceCollar,
  kMaxOrderQuantity,
  kMaxVolumeShare,
  kMaxPositions,
  kMaxSector,
  kMaxGrossExposure,
  kCashReserve,
  kSelfMatch,
  kEntriesPerCandle,
  kDuplicateOrder,
  kMessageRate,
  kMaxDailyTrades,
  kCircuitBreaker,
  kReduceOnlyScope,
  kCancelOnlyScope,
  kScopesUnknown,
  kWatchdog,
  kMarketClosed,
};
constexpr int kDenialCodes = 50;

// "HALTED", "KILL_SWITCH", ...: the word in logs, alerts and documents.
std::string_view DenialName(DenialCode code);

struct Denial {
  DenialCode code = DenialCode::kHalted;
  base::Decimal value;
  base::Decimal limit;

  bool operator==(const Denial&) const = default;
};

}  // namespace bulwark::model
