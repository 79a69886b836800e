#include "audit/venue_audit.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "audit/difference.h"
#include "audit/ledger_books.h"
#include "base/decimal.h"
#include "base/result.h"
#include "base/uuid.h"
#include "model/instrument.h"
#include "model/names.h"
#include "model/order.h"
#include "reconcile/own_id.h"
#include "sql/connection.h"
#include "sql/sqlite_file.h"
#include "sql/statement.h"

namespace bulwark::audit {
namespace {

using base::Decimal;

constexpr std::string_view kAbsent = "absent";

Decimal Amount(const sql::Statement& row, std::size_t at) {
  return Decimal::FromRaw(row.Int(at));
}

template <class OnRow>
base::Result<void> ReadTable(sql::Connection& connection, const sql::StatementText& text,
                             OnRow on_row) {
  auto query = connection.Prepare(text);
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  return query->ForEachRow(on_row);
}

base::Result<void> ReadAccount(sql::Connection& connection, VenueBooks& books) {
  return ReadTable(connection,
                   {.sql = "SELECT opening_cash, cash, duplicates FROM account", .columns = "iii"},
                   [&](const sql::Statement& row) {
                     books.opening_cash = Amount(row, 0);
                     books.cash = Amount(row, 1);
                     books.duplicates = static_cast<std::uint64_t>(row.Int(2));
                   });
}

base::Result<void> ReadPositions(sql::Connection& connection, VenueBooks& books) {
  return ReadTable(connection, {.sql = "SELECT symbol, quantity FROM instruments", .columns = "ti"},
                   [&](const sql::Statement& row) { books.owned[row.Text(0)] = Amount(row, 1); });
}

base::Result<void> ReadOrders(sql::Connection& connection, VenueBooks& books) {
  return ReadTable(
      connection,
      {.sql = "SELECT id, symbol, side, status, quantity, filled FROM orders", .columns = "ttttii"},
      [&](const sql::Statement& row) {
        books.orders[row.Text(0)] = {.symbol = row.Text(1),
                                     .side = row.Text(2),
                                     .status = row.Text(3),
                                     .quantity = Amount(row, 4),
                                     .filled = Amount(row, 5)};
      });
}

base::Result<void> ReadFills(sql::Connection& connection, VenueBooks& books) {
  return ReadTable(connection,
                   {.sql = "SELECT f.trade_id, o.id, f.sequence, f.price, f.quantity, f.fee "
                           "FROM fills f JOIN orders o ON o.number = f.order_number",
                    .columns = "ttiiii"},
                   [&](const sql::Statement& row) {
                     books.fills[row.Text(0)] = {.order_id = row.Text(1),
                                                 .sequence = static_cast<std::uint64_t>(row.Int(2)),
                                                 .price = Amount(row, 3),
                                                 .quantity = Amount(row, 4),
                                                 .fee = Amount(row, 5)};
                   });
}

class Comparison {
 public:
  void Text(const std::string& what, std::string_view ledger, std::string_view other) {
    if (ledger != other) {
      differences.push_back({"venue", what, std::string(ledger), std::string(other)});
    }
  }
  void Amounts(const std::string& what, Decimal ledger, Decimal other) {
    Text(what, ledger.ToString(), other.ToString());
  }

  Differences differences;
};

void CompareAccount(const LedgerBooks& ledger, const VenueBooks& venue, Comparison& comparison) {
  comparison.Amounts("opening cash", ledger.recovered.opening_cash, venue.opening_cash);
  comparison.Amounts("cash", ledger.recovered.portfolio.owned_cash(), venue.cash);
  comparison.Text("orders sent twice", "0", std::to_string(venue.duplicates));
  for (const model::Instrument& instrument : ledger.instruments.rows()) {
    const auto held = venue.owned.find(std::string(instrument.venue_symbol.view()));
    comparison.Amounts("position of " + std::string(instrument.symbol.view()),
                       ledger.recovered.portfolio.at(instrument.id).owned(),
                       held == venue.owned.end() ? Decimal{} : held->second);
  }
  for (const auto& [symbol, quantity] : venue.owned) {
    if (!ledger.instruments.Find(symbol) && !quantity.is_zero()) {
      comparison.Text("position of " + symbol, kAbsent, quantity.ToString());
    }
  }
}

// The venue's word for an order that the ledger has in this state.
std::string_view ExpectedStatus(model::OrderStatus status) {
  switch (status) {
    case model::OrderStatus::kPending:
    case model::OrderStatus::kSubmitted:
    case model::OrderStatus::kPartiallyFilled:
      return "WORKING";
    case model::OrderStatus::kFilled:
      return "FILLED";
    case model::OrderStatus::kCancelled:
      return "CANCELLED";
    case model::OrderStatus::kFailed:
      return "REJECTED";
    case model::OrderStatus::kExpired:
      break;
  }
  return "EXPIRED";
}

// An intent that never left, or failed before it did, is rightly unknown at the venue.
bool MayBeUnknown(model::OrderStatus status) {
  return status == model::OrderStatus::kPending || status == model::OrderStatus::kFailed;
}

void CompareOrder(const LedgerBooks& ledger, const model::Order& ours, const VenueOrder& theirs,
                  Comparison& comparison) {
  const std::string name = "order " + ours.id.ToString();
  comparison.Text(name + " instrument", ledger.instruments[ours.instrument].venue_symbol.view(),
                  theirs.symbol);
  comparison.Text(name + " side", Name(ours.side), theirs.side);
  comparison.Text(name + " status", ExpectedStatus(ours.status), theirs.status);
  comparison.Amounts(name + " quantity", ours.quantity, theirs.quantity);
  comparison.Amounts(name + " filled quantity", ours.filled_quantity, theirs.filled);
}

// An order of somebody else that ended without a fill, when nobody was there to see it.
bool ChangedNothing(const std::optional<base::Uuid>& id, const VenueOrder& order,
                    const LedgerBooks& ledger) {
  const bool is_ours = id && reconcile::IsOwnId(*id, ledger.recovered.last_epoch);
  return !is_ours && order.filled.is_zero() && order.status != "WORKING";
}

void CompareOrders(const LedgerBooks& ledger, const VenueBooks& venue, Comparison& comparison) {
  for (const auto& [id, row] : ledger.orders) {
    const model::Order& ours = row.order;
    const std::string name = "order " + id.ToString();
    const auto found = venue.orders.find(id.ToString());
    if (found != venue.orders.end()) {
      CompareOrder(ledger, ours, found->second, comparison);
    } else if (!MayBeUnknown(ours.status)) {
      comparison.Text(name, Name(ours.status), kAbsent);
    }
  }
  for (const auto& [id, order] : venue.orders) {
    const auto uuid = base::Uuid::Parse(id);
    if (ledger.foreign_orders.contains(id) || ChangedNothing(uuid, order, ledger)) {
      continue;
    }
    if (!uuid || !ledger.orders.contains(*uuid)) {
      comparison.Text("order " + id, kAbsent, order.status);
    }
  }
}

void CompareFills(const LedgerBooks& ledger, const VenueBooks& venue, Comparison& comparison) {
  for (const auto& [trade_id, ours] : ledger.fills) {
    const std::string name = "fill " + trade_id;
    const auto found = venue.fills.find(trade_id);
    if (found == venue.fills.end()) {
      comparison.Text(name, ours.quantity.ToString() + " at " + ours.price.ToString(), kAbsent);
      continue;
    }
    const VenueFill& theirs = found->second;
    comparison.Text(name + " order", ours.order_id.ToString(), theirs.order_id);
    comparison.Text(name + " sequence", std::to_string(ours.venue_sequence),
                    std::to_string(theirs.sequence));
    comparison.Amounts(name + " price", ours.price, theirs.price);
    comparison.Amounts(name + " quantity", ours.quantity, theirs.quantity);
    comparison.Amounts(name + " fee", ours.fee, theirs.fee);
  }
  for (const auto& [trade_id, fill] : venue.fills) {
    if (!ledger.fills.contains(trade_id)) {
      comparison.Text("fill " + trade_id, kAbsent,
                      fill.quantity.ToString() + " at " + fill.price.ToString());
    }
  }
}

}  // namespace

base::Result<VenueRest> ReadVenueRest(const std::filesystem::path& paper) {
  const auto connection =
      sql::OpenSqlite(paper, {.access = sql::Access::kReadOnly, .is_checked = false});
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  const auto snapshot = sql::Transaction::BeginSnapshot(**connection);
  if (!snapshot) {
    return tl::unexpected<base::Error>(snapshot.error());
  }
  VenueRest rest;
  const auto working =
      (*connection)->QueryInt("SELECT count(*) FROM orders WHERE status = 'WORKING'");
  if (!working) {
    return tl::unexpected<base::Error>(working.error());
  }
  rest.working = working->value_or(0);
  const auto held = ReadTable(
      **connection,
      {.sql = "SELECT symbol, quantity FROM instruments WHERE quantity <> 0", .columns = "ti"},
      [&](const sql::Statement& row) { rest.held[row.Text(0)] = Amount(row, 1); });
  if (!held) {
    return tl::unexpected<base::Error>(held.error());
  }
  return rest;
}

base::Result<VenueBooks> ReadVenueBooks(const std::filesystem::path& paper) {
  const auto connection =
      sql::OpenSqlite(paper, {.access = sql::Access::kReadOnly, .is_checked = false});
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  const auto snapshot = sql::Transaction::BeginSnapshot(**connection);
  if (!snapshot) {
    return tl::unexpected<base::Error>(snapshot.error());
  }
  VenueBooks books;
  for (const auto step : {&ReadAccount, &ReadPositions, &ReadOrders, &ReadFills}) {
    if (const auto read = step(**connection, books); !read) {
      return tl::unexpected<base::Error>(read.error());
    }
  }
  return books;
}

Differences CompareWithVenue(const LedgerBooks& ledger, const VenueBooks& venue) {
  Comparison comparison;
  CompareAccount(ledger, venue, comparison);
  CompareOrders(ledger, venue, comparison);
  CompareFills(ledger, venue, comparison);
  return comparison.differences;
}

}  // namespace bulwark::audit
