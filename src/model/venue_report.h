// What the venue side tells the engine about our orders.
//
// Shape:   OrderSent and OrderNotSent come from our own sender and say for certain whether the
//          order left; OrderUnresolved comes from it too and says that nobody knows. All others
//          are the venue's words. A report may come twice, late or out of order.
// Threads: trivially copyable values.
// Source:  contract section 2.8

#pragma once

#include <cstdint>
#include <variant>

#include "base/decimal.h"
#include "base/time.h"
#include "model/fill.h"
#include "model/order.h"

namespace bulwark::model {

struct OrderSent {
  OrderId order_id;
  base::UnixNanos at;
};

// The order certainly did not leave and never will.
struct OrderNotSent {
  OrderId order_id;
  Reason reason;
  base::UnixNanos at;
};

// The order may have left and the venue's answer is lost: it is asked for, never sent again.
struct OrderUnresolved {
  OrderId order_id;
  Reason reason;
  base::UnixNanos at;
};

struct OrderAccepted {
  OrderId order_id;
  VenueOrderId venue_order_id;
  base::UnixNanos at;
};

struct OrderFilled {
  Fill fill;
  VenueOrderId venue_order_id;
};

// What an order has done so far, from a venue that reports no single trades (or beside them).
struct OrderProgress {
  OrderId order_id;
  VenueOrderId venue_order_id;
  base::Decimal cumulative_filled;
  base::Decimal average_price;  // Of all of it.
  base::Decimal fees;           // Of all of it, in the account currency.
  base::UnixNanos at;
};

// The venue declares a trade void: it never happened. `fill` is the trade as the venue repeats it;
// of a trade that we remember, our own record counts.
struct TradeBusted {
  Fill fill;
  base::UnixNanos at;
};

// The venue changes a trade. `fill` is the trade as it is now, under its old id. Of two corrections
// the one with the higher revision (from 1) counts.
struct TradeCorrected {
  Fill fill;
  std::uint32_t revision = 1;
  base::UnixNanos at;
};

enum class OrderEnd : std::uint8_t { kCancelled, kRejected, kExpired };

// The order is dead at the venue. cumulative_filled is what the venue says was filled before the
// end.
struct OrderEnded {
  OrderId order_id;
  OrderEnd end = OrderEnd::kCancelled;
  base::Decimal cumulative_filled;
  Reason reason;
  base::UnixNanos at;
};

struct CancelRejected {
  OrderId order_id;
  Reason reason;
  base::UnixNanos at;
};

// The session with the venue opened or closed.
struct VenueLink {
  bool is_up = false;
  Reason reason;
  base::UnixNanos at;
};

using VenueReport =
    std::variant<OrderSent, OrderNotSent, OrderAccepted, OrderFilled, OrderEnded, CancelRejected,
                 VenueLink, OrderUnresolved, OrderProgress, TradeBusted, TradeCorrected>;

}  // namespace bulwark::model
