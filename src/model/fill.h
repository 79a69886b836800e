// One execution of part of an order, as the venue reported it.
//
// Shape:   price and quantity are positive, fee is not negative. (venue, trade_id) is unique for
//          ever. fee is in the account currency; a fee that the venue took in another currency is
//          converted before the fill is booked, and fee_currency and fee_charged keep what it took.
// Units:   price, fee in quote units; quantity in base units. venue_sequence counts the venue's
//          fills of this account from 1, 0 when the venue has no such number.
// Threads: trivially copyable values.

#pragma once

#include <cstdint>

#include "base/decimal.h"
#include "base/fixed_string.h"
#include "base/time.h"
#include "model/order.h"

namespace bulwark::model {

using Currency = base::FixedString<12>;

struct Fill {
  OrderId order_id;
  TradeId trade_id;
  InstrumentId instrument;
  Side side = Side::kBuy;
  base::Decimal price;
  base::Decimal quantity;
  base::Decimal fee;
  base::UnixNanos at;         // The venue's time.
  base::UnixNanos booked_at;  // Our receipt; empty (epoch) until booked.
  std::uint64_t venue_sequence = 0;
  Currency fee_currency;      // Empty: the account's. Else `fee_charged` was taken in this one.
  base::Decimal fee_charged;  // In fee_currency; zero when that is empty.
  // The part of the base units that the venue kept as its fee: it left the position without cash.
  base::Decimal fee_quantity;

  // What the fill moves in cash before the fee. The venue rounds the same way.
  [[nodiscard]] base::Decimal notional() const {
    return base::Mul(price, quantity, base::Rounding::kHalfEven);
  }
  // What the fill moves in the position, without sign: a fee in base units is kept from a purchase
  // and taken besides a sale, and is worth `fee` in both.
  [[nodiscard]] base::Decimal moved_quantity() const {
    return side == Side::kBuy ? quantity - fee_quantity : quantity + fee_quantity;
  }
  [[nodiscard]] base::Decimal moved_notional() const {
    const base::Decimal kept = fee_quantity.is_zero()
                                   ? base::Decimal()
                                   : base::Mul(price, fee_quantity, base::Rounding::kHalfEven);
    return side == Side::kBuy ? notional() - kept : notional() + kept;
  }
};

}  // namespace bulwark::model
