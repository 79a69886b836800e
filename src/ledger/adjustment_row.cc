#include "ledger/adjustment_row.h"

#include <cstdint>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "ledger/symbols.h"
#include "model/adjustment.h"
#include "model/names.h"
#include "model/order.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {
namespace {

using base::Decimal;
using base::ErrorCode;
using base::Result;

Result<BookedAdjustment> ReadAdjustment(const sql::Statement& row, const SymbolMap& symbols) {
  const auto id = decltype(model::Adjustment::id)::Make(row.Text(0));
  const auto kind = model::AdjustmentKindFromName(row.Text(1));
  const auto instrument = symbols.Instrument(row.Int(2));
  const auto order_id = base::Uuid::Parse(row.Text(3));
  const auto trade_id = model::TradeId::Make(row.Text(4));
  if (!id || !kind || !order_id || !trade_id || row.Int(11) <= 0 || row.Int(12) <= 0) {
    return base::Fail(ErrorCode::kCorrupt, "adjustment " + row.Text(0) + " cannot be read");
  }
  if (!instrument) {
    return base::Fail(ErrorCode::kNotFound, "adjustment " + row.Text(0) +
                                                ": the configuration lacks its instrument " +
                                                std::to_string(row.Int(2)));
  }
  BookedAdjustment booked;
  booked.adjustment = {
      .id = *id,
      .kind = *kind,
      .instrument = *instrument,
      .order_id = *order_id,
      .trade_id = *trade_id,
      .cash = Decimal::FromRaw(row.Int(5)),
      .fees = Decimal::FromRaw(row.Int(6)),
      .restored = {.quantity = Decimal::FromRaw(row.Int(7)), .cost = Decimal::FromRaw(row.Int(8))},
      .taken = {.quantity = Decimal::FromRaw(row.Int(9)), .cost = Decimal::FromRaw(row.Int(10))},
      .new_shares = static_cast<std::uint32_t>(row.Int(11)),
      .old_shares = static_cast<std::uint32_t>(row.Int(12)),
      .at = base::UnixNanos{base::Nanos{row.Int(14)}}};
  booked.realised_pnl = Decimal::FromRaw(row.Int(13));
  booked.after_fill = row.Int(15);
  return booked;
}

}  // namespace

Result<std::vector<BookedAdjustment>> ReadAdjustments(sql::Connection& connection,
                                                      const SymbolMap& symbols) {
  auto query = connection.Prepare(
      {.sql = "SELECT id, kind, instrument_id, order_id, trade_id, cash, fees, restored_quantity, "
              "restored_cost, taken_quantity, taken_cost, new_shares, old_shares, realised_pnl, "
              "at, after_fill FROM adjustments ORDER BY sequence",
       .columns = "ttittiiiiiiiiiii"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  std::vector<BookedAdjustment> adjustments;
  Result<void> outcome;
  const auto read = query->ForEachRow([&](const sql::Statement& row) {
    const auto booked = ReadAdjustment(row, symbols);
    if (booked) {
      adjustments.push_back(*booked);
    } else if (outcome) {
      outcome = tl::unexpected<base::Error>(booked.error());
    }
  });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  if (!outcome) {
    return base::FailWith(connection.place(), outcome.error());
  }
  return adjustments;
}

}  // namespace bulwark::ledger
