#include "ledger/journal.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "ledger/duplicate_fill.h"
#include "ledger/order_row.h"
#include "model/action.h"
#include "model/fill.h"
#include "model/names.h"
#include "model/order.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {
namespace {

// Places in statements_.
enum : std::size_t {
  kNewestEpoch,
  kInsertEvent,
  kUpsertHead,
  kInsertFill,
  kFindFill,
  kUpsertAnchor,
  kInsertAdjustment,
  kInsertRoundTrip,
  kUpsertPeriodAnchor
};

std::vector<sql::StatementText> Texts() {
  const std::string columns = kOrderColumns;
  const std::string kinds = kOrderKinds;
  const std::string adjustment_kinds = "titittiiiiiiiiii";
  const std::string trip_kinds = "titttiiiiiiii";
  const std::string fill_kinds = "tttititiiiiiiitii";
  return {
      {.sql = "SELECT max(epoch) FROM runs", .columns = "i"},
      {.sql = "INSERT INTO order_events(epoch, " + columns + ") VALUES(" +
              Placeholders("i" + kinds) + ")",
       .params = "i" + kinds},
      {.sql = "INSERT INTO order_heads(order_id, event, is_open) "
              "VALUES(:id, last_insert_rowid(), :o) ON CONFLICT(order_id) DO UPDATE SET "
              "event = excluded.event, is_open = excluded.is_open",
       .params = "ti"},
      {.sql = "INSERT INTO fills(account, venue, trade_id, epoch, order_id, instrument_id, side, "
              "price, quantity, fee, realised_pnl, at, booked_at, venue_sequence, fee_currency, "
              "fee_charged, "
              "fee_quantity, pnl_method) VALUES(" +
              Placeholders(fill_kinds) +
              ", 'fifo') ON CONFLICT(account, venue, trade_id) DO NOTHING",
       .params = fill_kinds},
      {.sql = "SELECT order_id, instrument_id, side, price, quantity, fee FROM fills "
              "WHERE account = :a AND venue = :v AND trade_id = :t",
       .params = "ttt",
       .columns = "titiii"},
      {.sql = "INSERT INTO anchors(utc_day, equity) VALUES(:d, :e) "
              "ON CONFLICT(utc_day) DO UPDATE SET equity = excluded.equity",
       .params = "ii"},
      {.sql = "INSERT INTO adjustments(id, epoch, kind, instrument_id, order_id, trade_id, cash, "
              "fees, restored_quantity, restored_cost, taken_quantity, taken_cost, new_shares, "
              "old_shares, realised_pnl, at, after_fill) VALUES(" +
              Placeholders(adjustment_kinds) +
              ", (SELECT coalesce(max(sequence), 0) FROM fills)) ON CONFLICT(id) DO NOTHING",
       .params = adjustment_kinds},
      {.sql = "INSERT INTO round_trips(id, instrument_id, opening_order, side, strategy, "
              "entry_quantity, entry_notional, exit_quantity, exit_notional, fees, realised_pnl, "
              "opened_at, closed_at) VALUES(" +
              Placeholders(trip_kinds) + ") ON CONFLICT(id) DO NOTHING",
       .params = trip_kinds},
      {.sql = "INSERT INTO period_anchors(kind, utc_day, equity) VALUES(:k, :d, :e) "
              "ON CONFLICT(kind, utc_day) DO UPDATE SET equity = excluded.equity",
       .params = "tii"},
  };
}

base::Result<void> Outcome(const base::Result<std::int64_t>& executed) {
  if (!executed) {
    return tl::unexpected<base::Error>(executed.error());
  }
  return {};
}

}  // namespace

Journal::Journal(Run run, std::vector<sql::Statement> statements)
    : run_(std::move(run)), statements_(std::move(statements)) {}

base::Result<Journal> Journal::Create(sql::Connection& connection, Run run) {
  std::vector<sql::Statement> statements;
  for (const sql::StatementText& text : Texts()) {
    auto statement = connection.Prepare(text);
    if (!statement) {
      return tl::unexpected<base::Error>(statement.error());
    }
    statements.push_back(std::move(*statement));
  }
  return Journal(std::move(run), std::move(statements));
}

base::Result<std::uint64_t> Journal::NewestEpoch() {
  std::uint64_t newest = 0;
  const auto read = statements_[kNewestEpoch].ForEachRow(
      [&](const sql::Statement& row) { newest = static_cast<std::uint64_t>(row.Int(0)); });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return newest;
}

base::Result<void> Journal::Write(const model::OrderChanged& changed) {
  sql::Statement& event = statements_[kInsertEvent];
  event.Set(0, static_cast<std::int64_t>(run_.epoch));
  BindOrder(event, 1, changed.order, run_.symbols);
  if (auto written = Outcome(event.Execute()); !written) {
    return written;
  }
  sql::Statement& head = statements_[kUpsertHead];
  head.Set(0, changed.order.id.ToString());
  head.Set(1, std::int64_t{!model::IsTerminal(changed.order.status)});
  return Outcome(head.Execute());
}

base::Result<bool> Journal::Write(const model::FillBooked& booked,
                                  std::vector<DuplicateFill>& duplicates) {
  const model::Fill& fill = booked.fill;
  sql::Statement& insert = statements_[kInsertFill];
  insert.Set(0, run_.account).Set(1, run_.venue).Set(2, fill.trade_id.view());
  insert.Set(3, static_cast<std::int64_t>(run_.epoch)).Set(4, fill.order_id.ToString());
  insert.Set(5, run_.symbols.LedgerId(fill.instrument)).Set(6, Name(fill.side));
  insert.Set(7, fill.price.raw()).Set(8, fill.quantity.raw()).Set(9, fill.fee.raw());
  insert.Set(10, booked.realised_pnl.raw()).Set(11, fill.at.time_since_epoch().count());
  insert.Set(12, fill.booked_at.time_since_epoch().count());
  insert.Set(13, static_cast<std::int64_t>(fill.venue_sequence));
  insert.Set(14, fill.fee_currency.view()).Set(15, fill.fee_charged.raw());
  insert.Set(16, fill.fee_quantity.raw());
  const auto inserted = insert.Execute();
  if (!inserted) {
    return tl::unexpected<base::Error>(inserted.error());
  }
  if (*inserted == 1) {
    return true;
  }
  auto duplicate = CompareWithStored(fill);
  if (!duplicate) {
    return tl::unexpected<base::Error>(duplicate.error());
  }
  duplicates.push_back(*duplicate);
  return false;
}

base::Result<DuplicateFill> Journal::CompareWithStored(const model::Fill& fill) {
  DuplicateFill duplicate{.trade_id = fill.trade_id};
  sql::Statement& find = statements_[kFindFill];
  find.Set(0, run_.account).Set(1, run_.venue).Set(2, fill.trade_id.view());
  const auto found = find.ForEachRow([&](const sql::Statement& row) {
    duplicate.is_same = row.Text(0) == fill.order_id.ToString() &&
                        row.Int(1) == run_.symbols.LedgerId(fill.instrument) &&
                        row.Text(2) == Name(fill.side) && row.Int(3) == fill.price.raw() &&
                        row.Int(4) == fill.quantity.raw() && row.Int(5) == fill.fee.raw();
  });
  if (!found) {
    return tl::unexpected<base::Error>(found.error());
  }
  return duplicate;
}

base::Result<void> Journal::Write(const model::AnchorSet& anchor) {
  if (anchor.kind != model::AnchorKind::kDay) {
    sql::Statement& upsert = statements_[kUpsertPeriodAnchor];
    upsert.Set(0, Name(anchor.kind)).Set(1, std::int64_t{anchor.utc_day});
    return Outcome(upsert.Set(2, anchor.equity.raw()).Execute());
  }
  sql::Statement& upsert = statements_[kUpsertAnchor];
  return Outcome(upsert.Set(0, std::int64_t{anchor.utc_day}).Set(1, anchor.equity.raw()).Execute());
}

base::Result<void> Journal::Write(const model::BooksAdjusted& booked) {
  const model::Adjustment& adjustment = booked.adjustment;
  sql::Statement& insert = statements_[kInsertAdjustment];
  insert.Set(0, adjustment.id.view()).Set(1, static_cast<std::int64_t>(run_.epoch));
  insert.Set(2, Name(adjustment.kind)).Set(3, run_.symbols.LedgerId(adjustment.instrument));
  insert.Set(4, adjustment.order_id.ToString()).Set(5, adjustment.trade_id.view());
  std::size_t at = 6;
  for (const base::Decimal amount :
       {adjustment.cash, adjustment.fees, adjustment.restored.quantity, adjustment.restored.cost,
        adjustment.taken.quantity, adjustment.taken.cost}) {
    insert.Set(at++, amount.raw());
  }
  insert.Set(at++, std::int64_t{adjustment.new_shares});
  insert.Set(at++, std::int64_t{adjustment.old_shares});
  insert.Set(at++, booked.realised_pnl.raw());
  insert.Set(at, adjustment.at.time_since_epoch().count());
  return Outcome(insert.Execute());
}

base::Result<void> Journal::Write(const model::RoundTripClosed& closed) {
  const model::RoundTrip& trip = closed.trip;
  sql::Statement& insert = statements_[kInsertRoundTrip];
  insert.Set(0, closed.id.view()).Set(1, run_.symbols.LedgerId(closed.instrument));
  insert.Set(2, trip.opening_order.ToString()).Set(3, Name(trip.side));
  insert.Set(4, closed.strategy.view());
  std::size_t at = 5;
  for (const base::Decimal amount : {trip.entry_quantity, trip.entry_notional, trip.exit_quantity,
                                     trip.exit_notional, trip.fees, trip.realised_pnl}) {
    insert.Set(at++, amount.raw());
  }
  insert.Set(at, trip.opened_at.time_since_epoch().count());
  insert.Set(at + 1, closed.closed_at.time_since_epoch().count());
  return Outcome(insert.Execute());
}

}  // namespace bulwark::ledger
