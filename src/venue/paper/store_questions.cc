// The part of Store that answers what clients ask about the past.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "base/decimal.h"
#include "base/result.h"
#include "base/uuid.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/names.h"
#include "model/order.h"
#include "sql/statement.h"
#include "venue/paper/paper_order.h"
#include "venue/paper/protocol.h"
#include "venue/paper/protocol_names.h"
#include "venue/paper/store.h"
#include "venue/paper/store_statements.h"
#include "venue/paper/store_values.h"
#include "venue/venue.h"

namespace bulwark::venue::paper {

using base::Decimal;
using sql::Statement;

base::Result<std::optional<VenueOrder>> Store::FindOrder(const model::OrderId& id) {
  std::optional<VenueOrder> found;
  Statement& rows = statements_->find_order;
  auto read = rows.Set(0, id.ToString()).ForEachRow([&](const Statement& row) {
    const auto status = StatusFromWord(row.Text(1));
    found = VenueOrder{.id = id,
                       .status = status.value_or(VenueOrderStatus::kUnknown),
                       .venue_order_id = VenueIdOf({.number = Unsigned(row.Int(0))}),
                       .cumulative_filled = Decimal::FromRaw(row.Int(2)),
                       .reason = model::Reason::Cut(row.Text(3))};
  });
  if (!read) {
    return tl::unexpected(read.error());
  }
  if (found && found->status == VenueOrderStatus::kUnknown) {
    return Corrupt("order " + id.ToString() + " has no valid status");
  }
  return found;
}

base::Result<bool> Store::FillsAfter(std::uint64_t since, std::size_t limit,
                                     const std::function<void(const FillLine&)>& on_fill) {
  std::size_t count = 0;
  Statement& rows = statements_->fills_after;
  rows.Set(0, Signed(since)).Set(1, static_cast<std::int64_t>(limit) + 1);
  auto read = rows.ForEachRow([&](const Statement& row) {
    if (++count > limit) {
      return;
    }
    FillLine line{.is_past = true, .symbol = model::Symbol::Cut(row.Text(8))};
    line.venue_order_id = VenueIdOf({.number = Unsigned(row.Int(6))});
    line.fill.order_id = base::Uuid::Parse(row.Text(7)).value_or(base::Uuid());
    line.fill.trade_id = model::TradeId::Cut(row.Text(1));
    line.fill.side = model::SideFromName(row.Text(9)).value_or(model::Side::kBuy);
    line.fill.price = Decimal::FromRaw(row.Int(2));
    line.fill.quantity = Decimal::FromRaw(row.Int(3));
    line.fill.fee = Decimal::FromRaw(row.Int(4));
    line.fill.at = Time(row.Int(5));
    line.fill.venue_sequence = Unsigned(row.Int(0));
    on_fill(line);
  });
  if (!read) {
    return tl::unexpected(read.error());
  }
  return count > limit;
}

}  // namespace bulwark::venue::paper
