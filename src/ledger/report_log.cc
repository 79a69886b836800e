#include "ledger/report_log.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "ledger/durable_writes.h"
#include "ledger/ledger.h"
#include "ledger/report_store.h"
#include "model/instrument.h"
#include "model/names.h"
#include "model/order.h"
#include "reconcile/difference.h"
#include "reconcile/report.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {
namespace {

using base::Decimal;
using base::ErrorCode;
using base::Result;

constexpr std::string_view kItemColumns =
    "i.id, i.kind, i.order_id, i.venue_order_id, i.symbol, i.side, i.ours, i.venue, i.price, "
    "i.our_sequence, i.venue_sequence, i.why, i.proposal, i.quantity, i.cash";
constexpr std::string_view kItemKinds = "itttttiiiiittii";

Result<std::uint64_t> NextId(sql::Connection& connection, const std::string& table) {
  const auto last = connection.QueryInt("SELECT max(id) FROM " + table);
  if (!last) {
    return tl::unexpected<base::Error>(last.error());
  }
  return static_cast<std::uint64_t>(last->value_or(0)) + 1;
}

Result<void> Outcome(const Result<std::int64_t>& executed) {
  if (!executed) {
    return tl::unexpected<base::Error>(executed.error());
  }
  return {};
}

void SetPrice(sql::Statement& statement, std::size_t at, const std::optional<Decimal>& price) {
  if (price) {
    statement.Set(at, price->raw());
  } else {
    statement.SetNull(at);
  }
}

Result<void> InsertReport(sql::Connection& connection, const reconcile::Report& report,
                          const std::string& text) {
  auto insert = connection.Prepare(
      {.sql =
           "INSERT INTO reconcile_reports(id, epoch, at, cause, text) VALUES(:i, :e, :a, :c, :t)",
       .params = "iiitt"});
  if (!insert) {
    return tl::unexpected<base::Error>(insert.error());
  }
  insert->Set(0, static_cast<std::int64_t>(report.id));
  insert->Set(1, static_cast<std::int64_t>(report.epoch));
  insert->Set(2, report.at.time_since_epoch().count());
  insert->Set(3, reconcile::Name(report.trigger)).Set(4, text);
  return Outcome(insert->Execute());
}

Result<void> InsertItem(sql::Connection& connection, std::uint64_t report,
                        const reconcile::Item& item) {
  auto insert = connection.Prepare(
      {.sql = "INSERT INTO reconcile_items(id, report_id, kind, order_id, venue_order_id, symbol, "
              "side, ours, venue, price, our_sequence, venue_sequence, why, proposal, quantity, "
              "cash) VALUES(:a, :b, :c, :d, :e, :f, :g, :h, :i, :j, :k, :l, :m, :n, :o, :p)",
       .params = "iitttttiiiiittii"});
  if (!insert) {
    return tl::unexpected<base::Error>(insert.error());
  }
  const reconcile::Difference& what = item.difference;
  insert->Set(0, static_cast<std::int64_t>(item.id)).Set(1, static_cast<std::int64_t>(report));
  insert->Set(2, reconcile::Name(what.kind)).Set(3, what.order_id.ToString());
  insert->Set(4, what.venue_order_id.view()).Set(5, what.symbol.view());
  insert->Set(6, model::Name(what.side)).Set(7, what.ours.raw()).Set(8, what.venue.raw());
  SetPrice(*insert, 9, what.price);
  insert->Set(10, static_cast<std::int64_t>(what.our_sequence));
  insert->Set(11, static_cast<std::int64_t>(what.venue_sequence)).Set(12, item.why);
  insert->Set(13, reconcile::Name(item.proposal.kind)).Set(14, item.proposal.quantity.raw());
  insert->Set(15, item.proposal.cash.raw());
  return Outcome(insert->Execute());
}

// An order that the books know needs no second record, whoever asked.
Result<void> RememberOrder(sql::Connection& connection, const reconcile::Report& report,
                           const reconcile::Difference& what) {
  const auto known = connection.QueryInt("SELECT count(*) FROM order_heads WHERE order_id = '" +
                                         what.order_id.ToString() + "'");
  if (!known || known->value_or(0) > 0) {
    return known ? Result<void>() : tl::unexpected<base::Error>(known.error());
  }
  auto insert = connection.Prepare(
      {.sql = "INSERT INTO foreign_orders(order_id, kind, venue_order_id, symbol, side, quantity, "
              "epoch, seen_at) VALUES(:a, :b, :c, :d, :e, :f, :g, :h) "
              "ON CONFLICT(order_id) DO NOTHING",
       .params = "tttttiii"});
  if (!insert) {
    return tl::unexpected<base::Error>(insert.error());
  }
  insert->Set(0, what.order_id.ToString()).Set(1, reconcile::Name(what.kind));
  insert->Set(2, what.venue_order_id.view()).Set(3, what.symbol.view());
  insert->Set(4, model::Name(what.side)).Set(5, what.venue.raw());
  insert->Set(6, static_cast<std::int64_t>(report.epoch));
  insert->Set(7, report.at.time_since_epoch().count());
  return Outcome(insert->Execute());
}

// Fills of strangers whose record was lost with a run that died before its report: their orders are
// in no table, and `bulwark ledger verify` would miss them for ever. The newest fills only: what is
// older was looked at by the starts before.
Result<void> RememberFills(sql::Connection& connection, const reconcile::Report& report) {
  auto insert = connection.Prepare(
      {.sql = "INSERT INTO foreign_orders(order_id, kind, venue_order_id, symbol, side, quantity, "
              "epoch, seen_at) SELECT f.order_id, :k, '', min(i.symbol), min(f.side), "
              "sum(f.quantity), :e, :a FROM fills f JOIN instruments i ON i.id = f.instrument_id "
              "WHERE f.sequence > (SELECT max(sequence) FROM fills) - 10000 AND "
              "NOT EXISTS(SELECT 1 FROM order_heads h WHERE h.order_id = f.order_id) AND "
              "NOT EXISTS(SELECT 1 FROM foreign_orders o WHERE o.order_id = f.order_id) "
              "GROUP BY f.order_id",
       .params = "tii"});
  if (!insert) {
    return tl::unexpected<base::Error>(insert.error());
  }
  insert->Set(0, reconcile::Name(reconcile::Kind::kForeignOrder));
  insert->Set(1, static_cast<std::int64_t>(report.epoch));
  insert->Set(2, report.at.time_since_epoch().count());
  return Outcome(insert->Execute());
}

// A run that a newer one fenced off has no say any more.
Result<void> RefuseFenced(Ledger& ledger, std::uint64_t epoch) {
  const auto newest = ledger.LastEpoch();
  if (!newest) {
    return tl::unexpected<base::Error>(newest.error());
  }
  if (*newest > epoch) {
    return base::Fail(
        ErrorCode::kConflict,
        "run " + std::to_string(epoch) + " was fenced off by run " + std::to_string(*newest));
  }
  return {};
}

Result<void> WriteReport(sql::Connection& connection, const reconcile::Report& report,
                         const std::string& text) {
  auto written = InsertReport(connection, report, text);
  for (const reconcile::Item& item : report.items) {
    if (written) {
      written = InsertItem(connection, report.id, item);
    }
  }
  for (const reconcile::Difference& order : report.orders) {
    if (written) {
      written = RememberOrder(connection, report, order);
    }
  }
  if (written && report.trigger == reconcile::Trigger::kStart) {
    written = RememberFills(connection, report);
  }
  return written;
}

// The item of a row whose item columns start at `first`; empty for words that no item has.
std::optional<reconcile::Item> ItemFrom(const sql::Statement& row, std::size_t first) {
  const auto kind = reconcile::KindFromName(row.Text(first + 1));
  const auto order_id = base::Uuid::Parse(row.Text(first + 2));
  const auto venue_order_id = model::VenueOrderId::Make(row.Text(first + 3));
  const auto symbol = model::Symbol::Make(row.Text(first + 4));
  const auto side = model::SideFromName(row.Text(first + 5));
  const auto proposal = reconcile::ProposalKindFromName(row.Text(first + 12));
  if (!kind || !order_id || !venue_order_id || !symbol || !side || !proposal) {
    return std::nullopt;
  }
  reconcile::Item item{.id = static_cast<std::uint64_t>(row.Int(first))};
  item.difference = {.kind = *kind,
                     .order_id = *order_id,
                     .venue_order_id = *venue_order_id,
                     .symbol = *symbol,
                     .side = *side,
                     .ours = Decimal::FromRaw(row.Int(first + 6)),
                     .venue = Decimal::FromRaw(row.Int(first + 7)),
                     .our_sequence = static_cast<std::uint64_t>(row.Int(first + 9)),
                     .venue_sequence = static_cast<std::uint64_t>(row.Int(first + 10))};
  if (!row.IsNull(first + 8)) {
    item.difference.price = Decimal::FromRaw(row.Int(first + 8));
  }
  item.why = row.Text(first + 11);
  item.proposal = {.kind = *proposal,
                   .quantity = Decimal::FromRaw(row.Int(first + 13)),
                   .price = item.difference.price,
                   .cash = Decimal::FromRaw(row.Int(first + 14))};
  return item;
}

base::Error Unreadable(const sql::Connection& connection) {
  return {ErrorCode::kCorrupt, connection.place() + ": an item of a report cannot be read"};
}

Result<void> ReadItems(sql::Connection& connection, StoredReport& report) {
  auto query = connection.Prepare(
      {.sql = "SELECT " + std::string(kItemColumns) +
              ", coalesce(d.verb || ' by ' || d.actor, ''), "
              "coalesce(o.outcome, CASE WHEN a.id IS NULL THEN '' ELSE 'done' END) "
              "FROM reconcile_items i LEFT JOIN reconcile_decisions d ON d.item_id = i.id "
              "LEFT JOIN reconcile_outcomes o ON o.decision_id = d.id "
              "LEFT JOIN adjustments a ON a.id = 'reconcile:' || i.id WHERE i.report_id = :r ORDER "
              "BY i.id",
       .params = "i",
       .columns = std::string(kItemKinds) + "tt"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  query->Set(0, static_cast<std::int64_t>(report.id));
  bool is_readable = true;
  auto read = query->ForEachRow([&](const sql::Statement& row) {
    const auto item = ItemFrom(row, 0);
    is_readable = is_readable && item.has_value();
    if (item) {
      report.items.push_back({.item = *item,
                              .decision = row.Text(kItemKinds.size()),
                              .outcome = row.Text(kItemKinds.size() + 1)});
    }
  });
  if (read && !is_readable) {
    return tl::unexpected<base::Error>(Unreadable(connection));
  }
  return read;
}

// When a run before this one wrote last; empty when this is the first.
Result<std::optional<base::UnixNanos>> LastWritten(sql::Connection& connection,
                                                   std::uint64_t epoch) {
  const std::string before = " WHERE epoch < " + std::to_string(epoch) + " ORDER BY ";
  std::optional<base::UnixNanos> last;
  for (const std::string& query :
       {"SELECT started_at FROM runs" + before + "epoch DESC LIMIT 1",
        "SELECT updated_at FROM order_events" + before + "sequence DESC LIMIT 1",
        "SELECT booked_at FROM fills" + before + "sequence DESC LIMIT 1"}) {
    const auto at = connection.QueryInt(query);
    if (!at) {
      return tl::unexpected<base::Error>(at.error());
    }
    if (const std::optional<std::int64_t>& nanos = *at; nanos) {
      last = std::max(last.value_or(base::UnixNanos()), base::UnixNanos{base::Nanos{*nanos}});
    }
  }
  return last;
}

}  // namespace

Result<reconcile::Report> ReportLog::SaveReport(const reconcile::Report& report,
                                                const model::InstrumentTable& table) {
  const auto connection = ledger_->Connection();
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  auto transaction = sql::Transaction::Begin(**connection, kReportWrite);
  if (!transaction) {
    return tl::unexpected<base::Error>(transaction.error());
  }
  if (const auto refused = RefuseFenced(*ledger_, report.epoch); !refused) {
    return tl::unexpected<base::Error>(refused.error());
  }
  const auto id = NextId(**connection, "reconcile_reports");
  const auto item_id = NextId(**connection, "reconcile_items");
  if (!id || !item_id) {
    return tl::unexpected<base::Error>(id ? item_id.error() : id.error());
  }
  reconcile::Report stored = report;
  stored.id = *id;
  for (std::size_t at = 0; at < stored.items.size(); ++at) {
    stored.items[at].id = *item_id + at;
  }
  if (stored.trigger == reconcile::Trigger::kStart) {
    const auto last = LastWritten(**connection, stored.epoch);
    if (!last) {
      return tl::unexpected<base::Error>(last.error());
    }
    stored.away_since = *last;
  }
  const auto written = WriteReport(**connection, stored, reconcile::DescribeNews(stored, table));
  if (!written) {
    return tl::unexpected<base::Error>(written.error());
  }
  if (const auto committed = transaction->Commit(); !committed) {
    return tl::unexpected<base::Error>(committed.error());
  }
  return stored;
}

Result<std::optional<StoredReport>> ReportLog::NewestReport() {
  const auto connection = ledger_->Connection();
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  const auto snapshot = sql::Transaction::BeginSnapshot(**connection);
  auto query = (*connection)
                   ->Prepare({.sql = "SELECT id, epoch, at, text FROM reconcile_reports WHERE id = "
                                     "(SELECT max(id) FROM reconcile_reports)",
                              .columns = "iiit"});
  if (!snapshot || !query) {
    return tl::unexpected<base::Error>(snapshot ? query.error() : snapshot.error());
  }
  std::optional<StoredReport> report;
  auto read = query->ForEachRow([&](const sql::Statement& row) {
    report = StoredReport{.id = static_cast<std::uint64_t>(row.Int(0)),
                          .epoch = static_cast<std::uint64_t>(row.Int(1)),
                          .at = base::UnixNanos{base::Nanos{row.Int(2)}},
                          .text = row.Text(3)};
  });
  if (read && report) {
    read = ReadItems(**connection, *report);
  }
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return report;
}

Result<std::uint64_t> ReportLog::Decide(std::uint64_t item, reconcile::Verb verb,
                                        const std::string& actor, base::UnixNanos at) {
  const auto connection = ledger_->Connection();
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  auto transaction = sql::Transaction::Begin(**connection, kReportWrite);
  if (!transaction) {
    return tl::unexpected<base::Error>(transaction.error());
  }
  const std::string number = std::to_string(item);
  const auto known = (*connection)
                         ->QueryInt("SELECT count(*) FROM reconcile_items WHERE id = " + number +
                                    " AND report_id = (SELECT max(id) FROM reconcile_reports)");
  const auto decided =
      (*connection)->QueryInt("SELECT count(*) FROM reconcile_decisions WHERE item_id = " + number);
  const auto id = NextId(**connection, "reconcile_decisions");
  auto insert = (*connection)
                    ->Prepare({.sql = "INSERT INTO reconcile_decisions(id, item_id, verb, actor, "
                                      "at) VALUES(:i, :n, :v, :w, :a)",
                               .params = "iitti"});
  if (!known || !decided || !id || !insert) {
    return base::Fail(ErrorCode::kUnavailable,
                      (*connection)->place() + ": the report cannot be read");
  }
  if (known->value_or(0) == 0) {
    return base::Fail(ErrorCode::kNotFound, "the newest report has no item #" + number);
  }
  if (decided->value_or(0) > 0) {
    return base::Fail(ErrorCode::kConflict, "item #" + number + " was decided already");
  }
  insert->Set(0, static_cast<std::int64_t>(*id)).Set(1, static_cast<std::int64_t>(item));
  insert->Set(2, reconcile::Name(verb)).Set(3, actor).Set(4, at.time_since_epoch().count());
  if (const auto inserted = insert->Execute(); !inserted) {
    return tl::unexpected<base::Error>(inserted.error());
  }
  if (const auto committed = transaction->Commit(); !committed) {
    return tl::unexpected<base::Error>(committed.error());
  }
  return *id;
}

Result<std::vector<reconcile::Decision>> ReportLog::OpenDecisions() {
  const auto connection = ledger_->Connection();
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  auto query =
      (*connection)
          ->Prepare(
              {.sql = "SELECT d.id, d.verb, d.actor, " + std::string(kItemColumns) +
                      " FROM reconcile_decisions d JOIN reconcile_items i ON i.id = d.item_id "
                      "LEFT JOIN reconcile_outcomes o ON o.decision_id = d.id "
                      "LEFT JOIN adjustments a ON a.id = 'reconcile:' || i.id "
                      "WHERE o.decision_id IS NULL AND a.id IS NULL ORDER BY d.id",
               .columns = "itt" + std::string(kItemKinds)});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  constexpr std::size_t kDecisionCells = 3;
  std::vector<reconcile::Decision> decisions;
  bool is_readable = true;
  const auto read = query->ForEachRow([&](const sql::Statement& row) {
    const auto verb = reconcile::VerbFromName(row.Text(1));
    const auto item = ItemFrom(row, kDecisionCells);
    is_readable = is_readable && verb && item;
    if (verb && item) {
      decisions.push_back({.id = static_cast<std::uint64_t>(row.Int(0)),
                           .verb = *verb,
                           .item = *item,
                           .actor = row.Text(2)});
    }
  });
  if (!read || !is_readable) {
    return tl::unexpected<base::Error>(read ? Unreadable(**connection) : read.error());
  }
  return decisions;
}

Result<std::optional<std::string>> ReportLog::OutcomeOf(std::uint64_t decision) {
  const auto connection = ledger_->Connection();
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  auto query =
      (*connection)
          ->Prepare({.sql = "SELECT coalesce(o.outcome, CASE WHEN a.id IS NULL THEN '' ELSE 'done' "
                            "END) FROM reconcile_decisions d "
                            "LEFT JOIN reconcile_outcomes o ON o.decision_id = d.id "
                            "LEFT JOIN adjustments a ON a.id = 'reconcile:' || d.item_id "
                            "WHERE d.id = :d",
                     .params = "i",
                     .columns = "t"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  std::optional<std::string> outcome;
  const auto read =
      query->Set(0, static_cast<std::int64_t>(decision)).ForEachRow([&](const sql::Statement& row) {
        if (!row.Text(0).empty()) {
          outcome = row.Text(0);
        }
      });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return outcome;
}

Result<void> ReportLog::SaveOutcome(const reconcile::DecisionOutcome& outcome, base::UnixNanos at) {
  const auto connection = ledger_->Connection();
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  auto transaction = sql::Transaction::Begin(**connection, kReportWrite);
  auto insert = (*connection)
                    ->Prepare({.sql = "INSERT INTO reconcile_outcomes(decision_id, outcome, at) "
                                      "VALUES(:d, :o, :a) ON CONFLICT(decision_id) DO NOTHING",
                               .params = "iti"});
  if (!transaction || !insert) {
    return tl::unexpected<base::Error>(transaction ? insert.error() : transaction.error());
  }
  if (auto refused = RefuseFenced(*ledger_, outcome.epoch); !refused) {
    return refused;
  }
  insert->Set(0, static_cast<std::int64_t>(outcome.decision)).Set(1, outcome.outcome);
  insert->Set(2, at.time_since_epoch().count());
  if (auto written = Outcome(insert->Execute()); !written) {
    return written;
  }
  return transaction->Commit();
}

}  // namespace bulwark::ledger
