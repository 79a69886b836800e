// Looks for rows that contradict each other; recovery.cc reads the books.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "ledger/read_rows.h"
#include "ledger/recovery.h"
#include "ledger/replay.h"
#include "ledger/snapshot.h"
#include "ledger/symbols.h"
#include "model/instrument.h"
#include "model/portfolio.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {
namespace {

using base::Decimal;
using base::Result;

// Adds findings up to a limit.
class Findings {
 public:
  explicit Findings(std::size_t limit) : limit_(limit) {}
  void Add(std::string text) {
    if (texts_.size() < limit_) {
      texts_.push_back(std::move(text));
    }
  }
  [[nodiscard]] std::vector<std::string> Take() { return std::move(texts_); }

 private:
  std::size_t limit_;
  std::vector<std::string> texts_;
};

Result<void> CompareOrdersWithFills(sql::Connection& connection, Findings& findings) {
  return ReadRows(
      connection,
      {.sql = "SELECT o.order_id, o.filled_quantity, coalesce(sum(f.quantity), 0), o.fees_paid, "
              "coalesce(sum(f.fee), 0) FROM orders o LEFT JOIN fills f ON f.order_id = o.order_id "
              "AND NOT EXISTS (SELECT 1 FROM adjustments a WHERE a.trade_id = f.trade_id "
              "AND a.kind IN ('CORRECTION', 'INFERRED')) "
              "GROUP BY o.order_id, o.filled_quantity, o.fees_paid HAVING o.filled_quantity <> "
              "coalesce(sum(f.quantity), 0) "
              "OR o.fees_paid <> coalesce(sum(f.fee), 0) ORDER BY o.order_id",
       .columns = "tiiii"},
      [&](const sql::Statement& row) -> Result<void> {
        findings.Add("order " + row.Text(0) + ": filled " +
                     Decimal::FromRaw(row.Int(1)).ToString() + " and fees " +
                     Decimal::FromRaw(row.Int(3)).ToString() + ", but its fills sum to " +
                     Decimal::FromRaw(row.Int(2)).ToString() + " and " +
                     Decimal::FromRaw(row.Int(4)).ToString());
        return {};
      });
}

Result<void> CompareOrdersWithEvents(sql::Connection& connection, Findings& findings) {
  return ReadRows(
      connection,
      {.sql = "SELECT h.order_id, h.event, e.last, o.status FROM order_heads h "
              "JOIN (SELECT order_id, max(sequence) AS last FROM order_events GROUP BY order_id) e "
              "ON e.order_id = h.order_id LEFT JOIN order_events o ON o.sequence = h.event "
              "WHERE h.event <> e.last OR h.is_open <> CASE WHEN o.status IN ('FILLED', "
              "'CANCELLED', 'FAILED', 'EXPIRED') THEN 0 ELSE 1 END ORDER BY h.order_id",
       .columns = "tiit"},
      [&](const sql::Statement& row) -> Result<void> {
        findings.Add("order " + row.Text(0) + ": its state is event " + std::to_string(row.Int(1)) +
                     " (" + row.Text(3) + "), but that is not its last event " +
                     std::to_string(row.Int(2)) + " or not marked as it should be");
        return {};
      });
}

// By the heads: the view of orders is not found by its order_id, and one look at it for each fill
// took minutes.
Result<void> FindOrphans(sql::Connection& connection, Findings& findings) {
  return ReadRows(
      connection,
      {.sql = "SELECT trade_id, order_id FROM fills f WHERE NOT EXISTS "
              "(SELECT 1 FROM order_heads h WHERE h.order_id = f.order_id) AND NOT EXISTS "
              "(SELECT 1 FROM foreign_orders x WHERE x.order_id = f.order_id)",
       .columns = "tt"},
      [&](const sql::Statement& row) -> Result<void> {
        findings.Add("fill " + row.Text(0) + ": its order " + row.Text(1) +
                     " is not in the ledger");
        return {};
      });
}

using Snapshots = std::map<std::int64_t, BooksAt>;  // By their last fill.

// Those that were made with the account's terms of now.
Result<Snapshots> ReadSnapshots(sql::Connection& connection, const SymbolMap& symbols,
                                const model::AccountTerms& terms, Findings& findings) {
  Snapshots snapshots;
  const auto read =
      ReadRows(connection, {.sql = "SELECT fill, state FROM snapshots", .columns = "it"},
               [&](const sql::Statement& row) -> Result<void> {
                 const auto books = BooksFrom(row.Text(1), symbols);
                 if (!books) {
                   findings.Add("snapshot after fill " + std::to_string(row.Int(0)) + ": " +
                                books.error().message);
                 } else if (books->portfolio.terms == terms) {
                   snapshots.emplace(row.Int(0), *books);
                 }
                 return {};
               });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return snapshots;
}

void CompareRealised(const Replayed& booked, Findings& findings) {
  const Decimal said =
      booked.fill != nullptr ? booked.fill->realised_pnl : booked.adjustment->realised_pnl;
  if (said == booked.effect.realised_pnl || !booked.is_fifo) {
    return;
  }
  const std::string name =
      booked.fill != nullptr ? "fill " + std::string(booked.fill->fill.trade_id.view())
                             : "adjustment " + std::string(booked.adjustment->adjustment.id.view());
  findings.Add(name + ": booked with realised P&L " + said.ToString() + ", but the fills give " +
               booked.effect.realised_pnl.ToString());
}

// All fills and adjustments from the first: what each realised, and what each snapshot says of the
// books after it.
Result<void> CompareReplay(sql::Connection& connection, const model::InstrumentTable& table,
                           Findings& findings) {
  const auto rows = LoadSymbols(connection);
  if (!rows) {
    return tl::unexpected<base::Error>(rows.error());
  }
  const SymbolMap symbols(*rows, table);
  auto books = ReadOpening(connection, symbols);
  if (!books) {
    return tl::unexpected<base::Error>(books.error());
  }
  auto snapshots = ReadSnapshots(connection, symbols, books->portfolio.terms, findings);
  if (!snapshots) {
    return tl::unexpected<base::Error>(snapshots.error());
  }
  auto replayed = ReplayBooks(connection, symbols, *books, [&](const Replayed& booked) {
    CompareRealised(booked, findings);
    const auto snapshot = snapshots->find(books->fill);
    if (snapshot != snapshots->end() &&
        TextOf(snapshot->second, symbols, table) == TextOf(*books, symbols, table)) {
      snapshots->erase(snapshot);
    }
  });
  for (const auto& [fill, snapshot] : *snapshots) {
    findings.Add("snapshot after fill " + std::to_string(fill) +
                 ": says other books than the fills give");
  }
  return replayed;
}

}  // namespace

Result<std::vector<std::string>> FindContradictions(sql::Connection& connection,
                                                    const model::InstrumentTable& table,
                                                    std::size_t limit) {
  const auto snapshot = sql::Transaction::BeginSnapshot(connection);
  if (!snapshot) {
    return tl::unexpected<base::Error>(snapshot.error());
  }
  Findings findings(limit);
  Result<void> read = CompareReplay(connection, table, findings);
  for (const auto step : {&CompareOrdersWithFills, &CompareOrdersWithEvents, &FindOrphans}) {
    if (read) {
      read = step(connection, findings);
    }
  }
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return findings.Take();
}

}  // namespace bulwark::ledger
