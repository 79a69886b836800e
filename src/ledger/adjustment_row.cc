#include "ledger/adjustment_row.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "ledger/read_rows.h"
#include "ledger/symbols.h"
#include "model/action.h"
#include "model/adjustment.h"
#include "model/names.h"
#include "model/order.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {

using base::Decimal;
using base::ErrorCode;
using base::Result;

void BindAdjustment(sql::Statement& statement, std::size_t first,
                    const model::BooksAdjusted& booked, const AdjustmentOwner& owner,
                    const SymbolMap& symbols) {
  const model::Adjustment& adjustment = booked.adjustment;
  std::size_t at = first;
  statement.Set(at++, adjustment.id.view());
  statement.Set(at++, owner.after_fill);
  statement.Set(at++, static_cast<std::int64_t>(owner.epoch));
  statement.Set(at++, Name(adjustment.kind));
  statement.Set(at++, symbols.LedgerId(adjustment.instrument));
  statement.Set(at++, adjustment.order_id.ToString());
  statement.Set(at++, adjustment.trade_id.view());
  for (const Decimal amount :
       {adjustment.cash, adjustment.fees, adjustment.restored.quantity, adjustment.restored.cost,
        adjustment.taken.quantity, adjustment.taken.cost}) {
    statement.Set(at++, amount.raw());
  }
  statement.Set(at++, std::int64_t{adjustment.new_shares});
  statement.Set(at++, std::int64_t{adjustment.old_shares});
  statement.Set(at++, booked.realised_pnl.raw());
  statement.Set(at++, adjustment.at.time_since_epoch().count());
  statement.Set(at, adjustment.actor.view());
}

Result<BookedAdjustment> ReadAdjustmentRow(const sql::Statement& row, std::size_t first,
                                           const SymbolMap& symbols) {
  std::size_t at = first;
  const std::string& name = row.Text(at++);
  BookedAdjustment booked{.after_fill = row.Int(at++)};
  ++at;  // The epoch is the run's.
  model::Adjustment& adjustment = booked.adjustment;
  const auto id = decltype(model::Adjustment::id)::Make(name);
  const auto kind = model::AdjustmentKindFromName(row.Text(at++));
  const std::int64_t ledger_id = row.Int(at++);
  const auto instrument = symbols.Instrument(ledger_id);
  const auto order_id = base::Uuid::Parse(row.Text(at++));
  const auto trade_id = model::TradeId::Make(row.Text(at++));
  for (Decimal* amount :
       {&adjustment.cash, &adjustment.fees, &adjustment.restored.quantity,
        &adjustment.restored.cost, &adjustment.taken.quantity, &adjustment.taken.cost}) {
    *amount = Decimal::FromRaw(row.Int(at++));
  }
  adjustment.new_shares = static_cast<std::uint32_t>(row.Int(at++));
  adjustment.old_shares = static_cast<std::uint32_t>(row.Int(at++));
  booked.realised_pnl = Decimal::FromRaw(row.Int(at++));
  adjustment.at = base::UnixNanos{base::Nanos{row.Int(at++)}};
  adjustment.actor = model::Actor::Cut(row.Text(at));
  if (!id || !kind || !order_id || !trade_id || adjustment.new_shares == 0 ||
      adjustment.old_shares == 0) {
    return base::Fail(ErrorCode::kCorrupt, "adjustment " + name + " cannot be read");
  }
  if (!instrument) {
    return base::Fail(ErrorCode::kNotFound, "adjustment " + name +
                                                ": the configuration lacks its instrument " +
                                                std::to_string(ledger_id));
  }
  adjustment.id = *id;
  adjustment.kind = *kind;
  adjustment.instrument = *instrument;
  adjustment.order_id = *order_id;
  adjustment.trade_id = *trade_id;
  return booked;
}

Result<std::vector<BookedAdjustment>> ReadAdjustments(sql::Connection& connection,
                                                      const SymbolMap& symbols,
                                                      std::int64_t after) {
  std::vector<BookedAdjustment> adjustments;
  const auto read = ReadRows(
      connection,
      {.sql = std::string("SELECT sequence, ") + kAdjustmentColumns +
              " FROM adjustments WHERE sequence > " + std::to_string(after) + " ORDER BY sequence",
       .columns = std::string("i") + kAdjustmentKinds},
      [&](const sql::Statement& row) -> Result<void> {
        auto booked = ReadAdjustmentRow(row, 1, symbols);
        if (!booked) {
          return tl::unexpected<base::Error>(booked.error());
        }
        booked->sequence = row.Int(0);
        adjustments.push_back(*booked);
        return {};
      });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return adjustments;
}

}  // namespace bulwark::ledger
