// A change of the books that is no trade: a trade undone, a borrowing fee, a dividend, a split, or
// what a person accepted.
//
// Shape:   `id` is booked once. cash is what the change would move in a spot account; `restored`
//          and `taken` are signed quantities with the signed cost they carry: restored joins the
//          oldest lots, taken leaves the newest (what does not fit opens the other way). What a
//          person accepted is in `taken` or `cash`: it joins and leaves lots as a trade would, and
//          realises nothing.
// Units:   quote units, base units; new_shares for each old_shares.
// Threads: a trivially copyable value.
// Source:  docs/orders.md#adjustments, docs/reconciliation.md#adjustments

#pragma once

#include <cstdint>

#include "base/decimal.h"
#include "base/fixed_string.h"
#include "base/time.h"
#include "model/instrument.h"
#include "model/lots.h"
#include "model/order.h"

namespace bulwark::model {

enum class AdjustmentKind : std::uint8_t {
  kBust,        // The venue declared trade_id void.
  kCorrection,  // The venue changed trade_id; what it is now is booked as a fill of its own.
  kInferred,    // What a total had told of an order is replaced by what is known now.
  kBorrowFee,
  kDividend,
  kSplit,
  kAcceptedPosition,  // The venue owns another quantity than we booked.
  kAcceptedCash,      // The venue's cash is another one. It belongs to no instrument.
};

using Actor = base::FixedString<40>;

struct Adjustment {
  base::FixedString<64> id;
  AdjustmentKind kind = AdjustmentKind::kBust;
  InstrumentId instrument;
  OrderId order_id;  // Nil when it belongs to no order.
  TradeId trade_id;  // Empty when it belongs to no trade.
  base::Decimal cash;
  base::Decimal fees;
  Lot restored;
  Lot taken;
  std::uint32_t new_shares = 1;
  std::uint32_t old_shares = 1;
  base::UnixNanos at;
  Actor actor;  // Who accepted it; empty for what nobody had to.
};

constexpr bool IsAccepted(AdjustmentKind kind) {
  return kind == AdjustmentKind::kAcceptedPosition || kind == AdjustmentKind::kAcceptedCash;
}

}  // namespace bulwark::model
