// An order as the OMS keeps it, and the request it was made from.
//
// Shape:   0 <= filled_quantity <= quantity (an overfill is raised, never stored here); the
//          reserved amounts are what the order ties up in the portfolio, `_remaining` what it still
//          does. terminal = filled, cancelled, failed, expired; a terminal order reserves nothing.
// Units:   price and cash in quote units, quantity in base units, times UTC.
// Threads: trivially copyable values.
// Source:  contract section 2

#pragma once

#include <cstdint>
#include <optional>

#include "base/decimal.h"
#include "base/fixed_string.h"
#include "base/time.h"
#include "base/uuid.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/signal.h"

namespace bulwark::model {

using OrderId = base::Uuid;
// The domain of order ids (base/uuid.h); the number is never given another meaning.
constexpr std::uint32_t kOrderIds = 1;
using VenueOrderId = base::FixedString<40>;
using TradeId = base::FixedString<40>;
using Reason = base::FixedString<64>;  // A cause for people, cut at 64 bytes.

enum class Intent : std::uint8_t { kOpenLong, kOpenShort, kCloseLong, kCloseShort };
enum class OrderType : std::uint8_t { kMarket, kLimit, kStop, kStopLimit };
enum class TimeInForce : std::uint8_t { kGtc, kIoc, kFok, kDay };
enum class OrderStatus : std::uint8_t {
  kPending,  // Intent durable, not known to be sent.
  kSubmitted,
  kPartiallyFilled,
  kFilled,
  kCancelled,
  kFailed,  // Refused by the venue, or certainly never sent.
  kExpired,
};
// Who wants the order: decides what HALT and the kill switch let pass.
enum class Origin : std::uint8_t { kStrategy, kProtective, kLiquidation, kOperator };

constexpr bool IsTerminal(OrderStatus status) {
  return status == OrderStatus::kFilled || status == OrderStatus::kCancelled ||
         status == OrderStatus::kFailed || status == OrderStatus::kExpired;
}

constexpr bool IsClosing(Intent intent) {
  return intent == Intent::kCloseLong || intent == Intent::kCloseShort;
}

// What somebody asks the gate for.
struct NewOrder {
  base::Uuid decision_id;
  InstrumentId instrument;
  Side side = Side::kBuy;
  Intent intent = Intent::kOpenLong;
  OrderType type = OrderType::kMarket;
  TimeInForce time_in_force = TimeInForce::kGtc;
  Origin origin = Origin::kStrategy;
  bool reduce_only = false;
  base::Decimal quantity;
  std::optional<base::Decimal> limit_price;
  StrategyName strategy;
};

struct Order {
  OrderId id;
  base::Uuid decision_id;
  InstrumentId instrument;
  Side side = Side::kBuy;
  Intent intent = Intent::kOpenLong;
  OrderType type = OrderType::kMarket;
  TimeInForce time_in_force = TimeInForce::kGtc;
  OrderStatus status = OrderStatus::kPending;
  Origin origin = Origin::kStrategy;
  bool reduce_only = false;
  bool is_cancel_requested = false;
  base::Decimal quantity;
  base::Decimal filled_quantity;
  base::Decimal filled_notional;  // Sum of price x quantity over the fills, each rounded half even.
  base::Decimal fees_paid;
  std::optional<base::Decimal> limit_price;
  std::optional<base::Decimal> stop_price;
  base::Decimal reserved_cash;  // Zero when the intent reserves quantity, and the other way round.
  base::Decimal reserved_cash_remaining;
  base::Decimal reserved_quantity;
  base::Decimal reserved_quantity_remaining;
  base::UnixNanos created_at;
  base::UnixNanos updated_at;
  VenueOrderId external_id;  // Empty until the venue told it.
  StrategyName strategy;
  Reason reason;  // Why it failed, was cancelled or expired; else empty.

  [[nodiscard]] base::Decimal remaining() const { return quantity - filled_quantity; }
  // Volume-weighted, empty before the first fill.
  [[nodiscard]] std::optional<base::Decimal> average_fill_price() const {
    if (!filled_quantity.is_positive()) {
      return std::nullopt;
    }
    return base::CheckedDiv(filled_notional, filled_quantity, base::Rounding::kHalfEven);
  }
};

}  // namespace bulwark::model
