// VIEW:ORDERS and VIEW:POSITIONS, the tables of the dashboard.
//
// Shape:   spaced JSON arrays. Orders: one row per booked fill, oldest first, the last
//          kOrderRowsMax; the six original fields come first, six more follow. Positions: signed
//          free quantity, rows of zero omitted, [] when flat.
// Units:   base and quote units; times with +00:00.
// Errors:  decoding is kCorrupt, naming row, field and value.
// Threads: any. Encoding allocates only when `out` has to grow.
// Source:  contract sections 1.2.10, 1.2.11

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/portfolio.h"

namespace bulwark::contract {

constexpr std::size_t kOrderRowsMax = 50;

struct OrderRow {
  model::OrderId order_id;
  model::Symbol symbol;
  model::Side side = model::Side::kBuy;
  model::Intent intent = model::Intent::kOpenLong;
  model::OrderStatus status = model::OrderStatus::kPending;  // After this fill.
  base::Decimal quantity;                                    // Ordered.
  base::Decimal fill_quantity;                               // Of this fill.
  base::Decimal price;                                       // Of this fill.
  base::Decimal fee;
  model::VenueOrderId venue_order_id;
  model::TradeId trade_id;
  base::UnixNanos booked_at;
  // Where the market was by its own clock: in a replay another day. Not known of older fills.
  std::optional<base::UnixNanos> market_at;

  bool operator==(const OrderRow&) const = default;
};

// The row of a fill; `order` is its order after the fill was booked.
OrderRow MakeOrderRow(const model::Order& order, const model::Fill& fill,
                      const model::Symbol& symbol);

void EncodeOrderRow(std::string& out, const OrderRow& row);
// The array of them; only the last kOrderRowsMax are written.
void EncodeOrderRows(std::string& out, std::span<const OrderRow> rows);
base::Result<std::vector<OrderRow>> DecodeOrderRows(std::string_view text);

struct PositionView {
  std::string symbol;
  base::Decimal quantity;

  bool operator==(const PositionView&) const = default;
};

void EncodePositions(std::string& out, const model::Portfolio& portfolio,
                     const model::InstrumentTable& instruments);
base::Result<std::vector<PositionView>> DecodePositions(std::string_view text);

}  // namespace bulwark::contract
