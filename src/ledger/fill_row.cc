#include "ledger/fill_row.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "ledger/recovered_books.h"
#include "ledger/symbols.h"
#include "model/action.h"
#include "model/fill.h"
#include "model/names.h"
#include "model/order.h"
#include "sql/statement.h"

namespace bulwark::ledger {

using base::Decimal;

void BindFill(sql::Statement& statement, std::size_t first, const model::FillBooked& booked,
              const FillOwner& owner, const SymbolMap& symbols) {
  const model::Fill& fill = booked.fill;
  std::size_t at = first;
  statement.Set(at++, owner.account);
  statement.Set(at++, owner.venue);
  statement.Set(at++, fill.trade_id.view());
  statement.Set(at++, static_cast<std::int64_t>(owner.epoch));
  statement.Set(at++, fill.order_id.ToString());
  statement.Set(at++, symbols.LedgerId(fill.instrument));
  statement.Set(at++, Name(fill.side));
  for (const Decimal amount : {fill.price, fill.quantity, fill.fee, booked.realised_pnl}) {
    statement.Set(at++, amount.raw());
  }
  statement.Set(at++, fill.at.time_since_epoch().count());
  statement.Set(at++, fill.booked_at.time_since_epoch().count());
  statement.Set(at++, static_cast<std::int64_t>(fill.venue_sequence));
  statement.Set(at++, fill.fee_currency.view());
  statement.Set(at++, fill.fee_charged.raw());
  statement.Set(at++, fill.fee_quantity.raw());
  statement.Set(at, kFifoMethod);
}

base::Result<BookedFill> ReadFillRow(const sql::Statement& row, std::size_t first,
                                     const SymbolMap& symbols) {
  std::size_t at = first + kFillRowOwn;
  const std::string& trade = row.Text(at++);
  ++at;  // The epoch is the run's.
  const std::string& order = row.Text(at++);
  const std::int64_t ledger_id = row.Int(at++);
  const auto instrument = symbols.Instrument(ledger_id);
  if (!instrument) {
    return base::Fail(
        base::ErrorCode::kNotFound,
        "fill " + trade + ": the configuration lacks its instrument " + std::to_string(ledger_id));
  }
  const auto trade_id = model::TradeId::Make(trade);
  const auto order_id = base::Uuid::Parse(order);
  const auto side = model::SideFromName(row.Text(at++));
  BookedFill booked;
  for (Decimal* amount :
       {&booked.fill.price, &booked.fill.quantity, &booked.fill.fee, &booked.realised_pnl}) {
    *amount = Decimal::FromRaw(row.Int(at++));
  }
  const auto notional =
      base::CheckedMul(booked.fill.price, booked.fill.quantity, base::Rounding::kHalfEven);
  booked.fill.at = base::UnixNanos{base::Nanos{row.Int(at++)}};
  booked.fill.booked_at = base::UnixNanos{base::Nanos{row.Int(at++)}};
  booked.fill.venue_sequence = static_cast<std::uint64_t>(row.Int(at++));
  const auto fee_currency = model::Currency::Make(row.Text(at++));
  booked.fill.fee_charged = Decimal::FromRaw(row.Int(at++));
  booked.fill.fee_quantity = Decimal::FromRaw(row.Int(at));
  if (!trade_id || !order_id || !side || !notional || !fee_currency ||
      booked.fill.fee_quantity >= booked.fill.quantity) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      "fill " + trade + ": its id, side or amounts cannot be read");
  }
  booked.fill.trade_id = *trade_id;
  booked.fill.order_id = *order_id;
  booked.fill.instrument = *instrument;
  booked.fill.side = *side;
  booked.fill.fee_currency = *fee_currency;
  return booked;
}

std::string FillColumnsOf(const std::string& table) {
  std::string text = table + ".";
  for (const char* at = kFillRowColumns; *at != '\0'; ++at) {
    text += *at;
    if (*at == ' ') {
      text += table + ".";
    }
  }
  return text;
}

}  // namespace bulwark::ledger
