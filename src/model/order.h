// An order as the OMS keeps it, and the request it was made from.
//
// Shape:   filled_quantity is what was traded on the order, void trades included; it is above
//          quantity when the venue filled too much (raised when it happens). The reserved amounts
//          are what the order ties up in the portfolio, `_remaining` what it still does. terminal =
//          filled, cancelled, failed, expired; a terminal order reserves nothing. `status` is the
//          contract's word; StateOf() says more and is what the OMS's table is about.
// Units:   price and cash in quote units, quantity in base units, times UTC.
// Threads: trivially copyable values.
// Source:  contract section 2, docs/orders.md#states

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
// All that an order can be. The first four statuses above are open; what they leave unsaid is said
// here: whether we hold the order back, whether its fate at the venue is known, whether we asked
// for its end, and whether another order took its place.
enum class OrderState : std::uint8_t {
  kWaiting,     // Durable and held back by us until its trigger; the venue knows nothing of it.
  kPending,     // To be sent, or on its way: not known to have left.
  kUnresolved,  // May have left; the venue's answer is lost. Asked for, never sent again.
  kSubmitted,
  kPartiallyFilled,
  kPendingCancel,  // Open, and its end was asked for.
  kFilled,
  kCancelled,
  kReplaced,  // Cancelled in favour of the order `replaced_by`.
  kFailed,
  kExpired,
};
constexpr int kOrderStates = 11;

// The part an order plays in a bracket or in a pair of which one cancels the other.
enum class OrderRole : std::uint8_t {
  kSingle,
  kEntry,   // Its fills arm its legs.
  kStop,    // Leg that limits the loss.
  kTarget,  // Leg that takes the profit.
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
  std::optional<base::Decimal> stop_price;  // STOP and STOP_LIMIT: where it becomes active.
  // Of an entry: where its two legs stand once it fills. Either may be absent.
  std::optional<base::Decimal> protective_stop;
  std::optional<base::Decimal> profit_target;
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

  bool is_waiting = false;     // Held back by us; the venue has never seen it.
  bool is_triggered = false;   // Of a waiting order: its price came, it leaves as soon as it may.
  bool is_unresolved = false;  // May have left; no answer of the venue is known.
  OrderRole role = OrderRole::kSingle;
  OrderId parent_id;             // Of a leg: its entry. Else nil.
  OrderId oco_group;             // Shared by orders of which one cancels the others. Else nil.
  OrderId replaces;              // The order whose place this one takes. Else nil.
  OrderId replaced_by;           // The order that takes this one's place. Else nil.
  base::Decimal armed_quantity;  // Of a waiting order: how much it would trade if triggered now.
  // What a venue that reports totals only has said: the largest cumulative quantity and its value,
  // and the part of our filled amounts that rests on it alone, without a trade of its own id.
  base::Decimal venue_quantity;
  base::Decimal venue_notional;
  base::Decimal venue_fees;
  base::Decimal inferred_quantity;
  base::Decimal inferred_notional;
  base::Decimal inferred_fees;
  std::uint32_t inferences = 0;  // How often a total was booked; names the next one.

  [[nodiscard]] base::Decimal remaining() const {
    return filled_quantity < quantity ? quantity - filled_quantity : base::Decimal();
  }
  // Volume-weighted, empty before the first fill.
  [[nodiscard]] std::optional<base::Decimal> average_fill_price() const {
    if (!filled_quantity.is_positive()) {
      return std::nullopt;
    }
    return base::CheckedDiv(filled_notional, filled_quantity, base::Rounding::kHalfEven);
  }
};

constexpr OrderState StateOf(const Order& order) {
  switch (order.status) {
    case OrderStatus::kFilled:
      return OrderState::kFilled;
    case OrderStatus::kCancelled:
      return order.replaced_by.is_nil() ? OrderState::kCancelled : OrderState::kReplaced;
    case OrderStatus::kFailed:
      return OrderState::kFailed;
    case OrderStatus::kExpired:
      return OrderState::kExpired;
    case OrderStatus::kPending:
    case OrderStatus::kSubmitted:
    case OrderStatus::kPartiallyFilled:
      break;
  }
  if (order.is_waiting) {
    return OrderState::kWaiting;
  }
  if (order.is_cancel_requested) {
    return OrderState::kPendingCancel;
  }
  if (order.is_unresolved) {
    return OrderState::kUnresolved;
  }
  if (order.status == OrderStatus::kPending) {
    return OrderState::kPending;
  }
  return order.status == OrderStatus::kSubmitted ? OrderState::kSubmitted
                                                 : OrderState::kPartiallyFilled;
}

}  // namespace bulwark::model
