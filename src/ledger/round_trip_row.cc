#include "ledger/round_trip_row.h"

#include <cstddef>
#include <string>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "ledger/symbols.h"
#include "model/action.h"
#include "model/names.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "sql/statement.h"

namespace bulwark::ledger {

using base::Decimal;
using base::ErrorCode;

void BindRoundTrip(sql::Statement& statement, std::size_t first,
                   const model::RoundTripClosed& closed, const SymbolMap& symbols) {
  const model::RoundTrip& trip = closed.trip;
  std::size_t at = first;
  statement.Set(at++, closed.id.view());
  statement.Set(at++, symbols.LedgerId(closed.instrument));
  statement.Set(at++, trip.opening_order.ToString());
  statement.Set(at++, Name(trip.side));
  statement.Set(at++, closed.strategy.view());
  for (const Decimal amount : {trip.entry_quantity, trip.entry_notional, trip.exit_quantity,
                               trip.exit_notional, trip.fees, trip.realised_pnl}) {
    statement.Set(at++, amount.raw());
  }
  statement.Set(at++, trip.opened_at.time_since_epoch().count());
  statement.Set(at, closed.closed_at.time_since_epoch().count());
}

base::Result<model::RoundTripClosed> ReadRoundTripRow(const sql::Statement& row, std::size_t first,
                                                      const SymbolMap& symbols) {
  std::size_t at = first;
  const std::string& name = row.Text(at++);
  const auto id = model::TradeId::Make(name);
  const auto instrument = symbols.Instrument(row.Int(at++));
  const auto opening_order = base::Uuid::Parse(row.Text(at++));
  const auto side = model::SideFromName(row.Text(at++));
  const auto strategy = model::StrategyName::Make(row.Text(at++));
  if (!id || !opening_order || !side || !strategy) {
    return base::Fail(ErrorCode::kCorrupt, "round trip " + name + " cannot be read");
  }
  if (!instrument) {
    return base::Fail(ErrorCode::kNotFound,
                      "round trip " + name + ": the configuration lacks its instrument");
  }
  model::RoundTripClosed closed{.id = *id, .instrument = *instrument, .strategy = *strategy};
  closed.trip.opening_order = *opening_order;
  closed.trip.side = *side;
  for (Decimal* amount :
       {&closed.trip.entry_quantity, &closed.trip.entry_notional, &closed.trip.exit_quantity,
        &closed.trip.exit_notional, &closed.trip.fees, &closed.trip.realised_pnl}) {
    *amount = Decimal::FromRaw(row.Int(at++));
  }
  closed.trip.opened_at = base::UnixNanos{base::Nanos{row.Int(at++)}};
  closed.closed_at = base::UnixNanos{base::Nanos{row.Int(at)}};
  return closed;
}

}  // namespace bulwark::ledger
