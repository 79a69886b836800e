#include "ledger/replay.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/adjustment_row.h"
#include "ledger/fill_row.h"
#include "ledger/read_rows.h"
#include "ledger/snapshot.h"
#include "ledger/symbols.h"
#include "model/lots.h"
#include "model/names.h"
#include "model/portfolio.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {

using base::Decimal;
using base::ErrorCode;
using base::Result;

namespace {

// Answers false when there is no account.
Result<bool> ReadAccountRow(sql::Connection& connection, model::Portfolio& portfolio) {
  bool is_there = false;
  const auto read = ReadRows(
      connection, {.sql = "SELECT opening_cash, mode, leverage FROM account", .columns = "iti"},
      [&](const sql::Statement& row) -> Result<void> {
        const auto mode = model::AccountModeFromName(row.Text(1));
        const Decimal leverage = Decimal::FromRaw(row.Int(2));
        if (!mode || !leverage.is_positive()) {
          return base::Fail(ErrorCode::kCorrupt, "the account has mode '" + row.Text(1) +
                                                     "', leverage " + leverage.ToString());
        }
        is_there = true;
        portfolio.cash = Decimal::FromRaw(row.Int(0));
        portfolio.terms = {.mode = *mode, .leverage = leverage};
        return {};
      });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return is_there;
}

}  // namespace

Result<BooksAt> ReadOpening(sql::Connection& connection, const SymbolMap& symbols) {
  BooksAt books;
  const auto is_there = ReadAccountRow(connection, books.portfolio);
  if (!is_there) {
    return tl::unexpected<base::Error>(is_there.error());
  }
  if (!*is_there) {
    return base::Fail(ErrorCode::kNotFound,
                      connection.place() + ": has no account yet; start the trader once");
  }
  const auto read = ReadRows(
      connection,
      {.sql = "SELECT o.instrument_id, o.quantity, o.cost, a.created_at FROM opening_positions o "
              "CROSS JOIN account a ORDER BY o.instrument_id",
       .columns = "iiii"},
      [&](const sql::Statement& row) -> Result<void> {
        const auto instrument = symbols.Instrument(row.Int(0));
        if (!instrument) {
          return base::Fail(ErrorCode::kNotFound,
                            "the configuration lacks instrument " + std::to_string(row.Int(0)));
        }
        model::Position& position = books.portfolio.at(*instrument);
        position.quantity = Decimal::FromRaw(row.Int(1));
        position.cost = Decimal::FromRaw(row.Int(2));
        position.was_ever_held = true;
        if (!position.quantity.is_zero()) {
          books.portfolio.lots.Push(*instrument,
                                    {.quantity = position.quantity, .cost = position.cost},
                                    model::LotBook::End::kNewest);
          position.trip = {.opened_at = base::UnixNanos{base::Nanos{row.Int(3)}},
                           .entry_quantity = position.quantity,
                           .entry_notional = position.cost};
        }
        return {};
      });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return books;
}

Result<BooksAt> ReadStart(sql::Connection& connection, const SymbolMap& symbols,
                          std::int64_t fill_max) {
  auto books = ReadOpening(connection, symbols);
  if (!books) {
    return books;
  }
  const auto snapshot =
      ReadSnapshot(connection, symbols, {.terms = books->portfolio.terms, .fill_max = fill_max});
  if (!snapshot) {
    return tl::unexpected<base::Error>(snapshot.error());
  }
  return snapshot->value_or(*books);
}

Result<BooksAt> ReadBooks(sql::Connection& connection, const SymbolMap& symbols) {
  auto books = ReadStart(connection, symbols, std::numeric_limits<std::int64_t>::max());
  if (!books) {
    return books;
  }
  const auto replayed = ReplayBooks(connection, symbols, *books, [](const Replayed& /*booked*/) {});
  if (!replayed) {
    return tl::unexpected<base::Error>(replayed.error());
  }
  return books;
}

Result<void> ReplayBooks(sql::Connection& connection, const SymbolMap& symbols, BooksAt& books,
                         const std::function<void(const Replayed&)>& on_booked) {
  const auto adjustments = ReadAdjustments(connection, symbols, books.adjustment);
  if (!adjustments) {
    return tl::unexpected<base::Error>(adjustments.error());
  }
  std::size_t next = 0;
  const auto adjust = [&](std::int64_t before) {
    for (; next < adjustments->size() && (*adjustments)[next].after_fill < before; ++next) {
      const BookedAdjustment& booked = (*adjustments)[next];
      on_booked({.adjustment = &booked, .effect = books.Apply(booked.sequence, booked.adjustment)});
    }
  };
  auto read = ReadRows(
      connection,
      {.sql = "SELECT f.sequence, " + FillColumnsOf("f") + " FROM fills f WHERE f.sequence > " +
              std::to_string(books.fill) + " ORDER BY f.sequence",
       .columns = std::string("i") + kFillRowKinds},
      [&](const sql::Statement& row) -> Result<void> {
        const auto booked = ReadFillRow(row, 1, symbols);
        if (!booked) {
          return tl::unexpected<base::Error>(booked.error());
        }
        adjust(row.Int(0));
        on_booked({.fill = &*booked,
                   .effect = books.Apply(row.Int(0), booked->fill),
                   .is_fifo = row.Text(1 + kFillRowMethod) == kFifoMethod});
        return {};
      });
  if (read) {
    adjust(std::numeric_limits<std::int64_t>::max());
  }
  return read;
}

}  // namespace bulwark::ledger
