#include "ledger/opening.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/chain.h"
#include "ledger/durable_writes.h"
#include "ledger/ledger_store.h"
#include "ledger/read_rows.h"
#include "ledger/symbols.h"
#include "model/instrument.h"
#include "model/names.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {
namespace {

using base::Decimal;
using base::ErrorCode;
using base::Result;

constexpr const char* kKind = "import";
// Rows in any of them are books. The account alone is not: a start that did not get further made
// it.
constexpr std::array kBooks{"runs", "order_events", "fills", "opening_positions", "receipts"};

Result<void> CheckAmounts(const Opening& opening) {
  if (opening.cash.is_negative()) {
    return base::Fail(ErrorCode::kInvalidArgument,
                      "opening cash is " + opening.cash.ToString() + ", below 0");
  }
  for (const OpeningPosition& position : opening.positions) {
    if (position.quantity.is_negative()) {
      return base::Fail(
          ErrorCode::kInvalidArgument,
          position.symbol + ": opening quantity is " + position.quantity.ToString() + ", below 0");
    }
  }
  return {};
}

Result<void> RequireNoBooks(sql::Connection& connection) {
  const auto receipt = ReadReceipt(connection);
  if (!receipt) {
    return tl::unexpected<base::Error>(receipt.error());
  }
  if (const auto& first = *receipt) {
    return base::Fail(ErrorCode::kConflict, connection.place() + ": an import was made at " +
                                                base::FormatIso(first->at, base::IsoSuffix::kZulu) +
                                                " (digest " + first->digest +
                                                "); there is only one");
  }
  const auto is_empty = HasNoBooks(connection);
  if (!is_empty) {
    return tl::unexpected<base::Error>(is_empty.error());
  }
  if (!*is_empty) {
    return base::Fail(ErrorCode::kConflict,
                      connection.place() + ": has books of its own; import into a new data folder");
  }
  return {};
}

Result<void> SetAccount(sql::Connection& connection, const AccountSetup& setup, Decimal cash) {
  auto account = connection.Prepare(
      {.sql = "INSERT INTO account(id, name, venue, opening_cash, created_at, mode, leverage) "
              "VALUES(1, :n, :v, :c, :t, :m, :l) ON CONFLICT(id) DO UPDATE SET name = "
              "excluded.name, venue = excluded.venue, opening_cash = excluded.opening_cash, "
              "created_at = excluded.created_at, mode = excluded.mode, "
              "leverage = excluded.leverage",
       .params = "ttiiti"});
  if (!account) {
    return tl::unexpected<base::Error>(account.error());
  }
  account->Set(0, setup.name).Set(1, setup.venue).Set(2, cash.raw());
  account->Set(3, setup.at.time_since_epoch().count());
  account->Set(4, model::Name(setup.terms.mode)).Set(5, setup.terms.leverage.raw());
  const auto set = account->Execute();
  return set ? Result<void>() : tl::unexpected<base::Error>(set.error());
}

Result<void> AddPositions(sql::Connection& connection, const Opening& opening) {
  model::InstrumentTable table;
  for (const OpeningPosition& position : opening.positions) {
    const auto instrument = model::DefaultInstrument(position.symbol);
    const auto added = instrument ? table.Add(*instrument)
                                  : Result<model::InstrumentId>(tl::unexpected(instrument.error()));
    if (!added) {
      return base::FailWith("opening position '" + position.symbol + "'", added.error());
    }
  }
  if (auto added = AddSymbols(connection, table); !added) {
    return added;
  }
  const auto rows = LoadSymbols(connection);
  if (!rows) {
    return tl::unexpected<base::Error>(rows.error());
  }
  const SymbolMap symbols(*rows, table);
  auto insert = connection.Prepare(
      {.sql = "INSERT INTO opening_positions(instrument_id, quantity, cost) VALUES(:i, :q, :c)",
       .params = "iii"});
  if (!insert) {
    return tl::unexpected<base::Error>(insert.error());
  }
  for (const model::Instrument& instrument : table.rows()) {
    const OpeningPosition& position = opening.positions[instrument.id.index];
    insert->Set(0, symbols.LedgerId(instrument.id));
    insert->Set(1, position.quantity.raw()).Set(2, position.cost.raw());
    if (const auto inserted = insert->Execute(); !inserted) {
      return tl::unexpected<base::Error>(inserted.error());
    }
  }
  return {};
}

Result<void> AddReceipt(sql::Connection& connection, const Receipt& receipt) {
  auto insert = connection.Prepare(
      {.sql = "INSERT INTO receipts(kind, at, digest, text) VALUES(:k, :a, :d, :t)",
       .params = "titt"});
  if (!insert) {
    return tl::unexpected<base::Error>(insert.error());
  }
  insert->Set(0, kKind).Set(1, receipt.at.time_since_epoch().count());
  const auto inserted = insert->Set(2, receipt.digest).Set(3, receipt.text).Execute();
  return inserted ? Result<void>() : tl::unexpected<base::Error>(inserted.error());
}

}  // namespace

Result<Receipt> WriteOpening(sql::Connection& connection, const AccountSetup& setup,
                             const Opening& opening, std::string_view source,
                             const std::string& text) {
  if (const auto checked = CheckAmounts(opening); !checked) {
    return tl::unexpected<base::Error>(checked.error());
  }
  const Receipt receipt{.at = setup.at, .digest = Sha256().HexOf(source), .text = text};
  auto transaction = sql::Transaction::Begin(connection, kImportWrite);
  if (!transaction) {
    return tl::unexpected<base::Error>(transaction.error());
  }
  // Inside the transaction: a trader that starts meanwhile comes before or after, never between.
  Result<void> done = RequireNoBooks(connection);
  if (done) {
    done = SetAccount(connection, setup, opening.cash);
  }
  if (done) {
    done = AddPositions(connection, opening);
  }
  if (done) {
    done = AddReceipt(connection, receipt);
  }
  if (done) {
    done = transaction->Commit();
  }
  return done ? Result<Receipt>(receipt) : tl::unexpected<base::Error>(done.error());
}

Result<std::optional<Receipt>> ReadReceipt(sql::Connection& connection) {
  std::optional<Receipt> receipt;
  const auto read = ReadRows(
      connection,
      {.sql = "SELECT at, digest, text FROM receipts WHERE kind = 'import' ORDER BY sequence",
       .columns = "itt"},
      [&](const sql::Statement& row) -> Result<void> {
        receipt = Receipt{.at = base::UnixNanos{base::Nanos{row.Int(0)}},
                          .digest = row.Text(1),
                          .text = row.Text(2)};
        return {};
      });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return receipt;
}

Result<std::optional<Opening>> ReadOpeningOf(sql::Connection& connection) {
  const auto cash = connection.QueryInt("SELECT opening_cash FROM account");
  if (!cash) {
    return tl::unexpected<base::Error>(cash.error());
  }
  const std::optional<std::int64_t>& raw = *cash;
  if (!raw) {
    return std::optional<Opening>();
  }
  Opening opening{.cash = Decimal::FromRaw(*raw)};
  const auto read = ReadRows(
      connection,
      {.sql = "SELECT i.symbol, o.quantity, o.cost FROM opening_positions o JOIN instruments i "
              "ON i.id = o.instrument_id ORDER BY i.id",
       .columns = "tii"},
      [&](const sql::Statement& row) -> Result<void> {
        opening.positions.push_back({.symbol = row.Text(0),
                                     .quantity = Decimal::FromRaw(row.Int(1)),
                                     .cost = Decimal::FromRaw(row.Int(2))});
        return {};
      });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return std::optional(std::move(opening));
}

Result<bool> HasNoBooks(sql::Connection& connection) {
  for (const char* table : kBooks) {
    const auto rows = connection.QueryInt(std::string("SELECT count(*) FROM ") + table);
    if (!rows) {
      return tl::unexpected<base::Error>(rows.error());
    }
    if (rows->value_or(0) != 0) {
      return false;
    }
  }
  return true;
}

}  // namespace bulwark::ledger
