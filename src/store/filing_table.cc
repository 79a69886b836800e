#include "store/filing_table.h"

#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"
#include "sql/connection.h"
#include "sql/statement.h"
#include "store/cells.h"
#include "store/company_tables.h"
#include "store/rows.h"
#include "store/upsert.h"

namespace bulwark::store {
namespace {

Table FilingsTable() {
  return {.name = "filings", .columns = {"accession", "lines"}, .kinds = "ti", .keys = 1};
}

Table FailuresTable() {
  return {.name = "item_failures",
          .columns = {"item", "days", "last_day", "message"},
          .kinds = "tiit",
          .keys = 1};
}

}  // namespace

base::Result<std::int64_t> PutFiling(sql::Connection& connection, const std::string& accession,
                                     std::span<const InsiderTransaction> rows) {
  auto changed = PutInsiders(connection, rows);
  if (!changed) {
    return changed;
  }
  auto upsert = Upsert::Open(connection, FilingsTable());
  if (!upsert) {
    return tl::unexpected<base::Error>(upsert.error());
  }
  upsert->Set(0, accession).Set(1, static_cast<std::int64_t>(rows.size()));
  if (const auto added = upsert->Add(); !added) {
    return tl::unexpected<base::Error>(added.error());
  }
  if (const auto done = upsert->Finish(); !done) {
    return done;
  }
  return changed;
}

base::Result<bool> HasFiling(sql::Connection& connection, const std::string& accession) {
  // A store that is older than the table of filings has only their transactions.
  auto query = connection.Prepare(
      {.sql = "SELECT (SELECT count(*) FROM filings WHERE accession = :accession) + "
              "(SELECT count(*) FROM insider_transactions WHERE accession = :accession)",
       .params = "t",
       .columns = "i"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  bool is_there = false;
  const auto read = query->Set(0, accession).ForEachRow([&](const sql::Statement& row) {
    is_there = row.Int(0) > 0;
  });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return is_there;
}

base::Result<std::int64_t> CountFailure(sql::Connection& connection, const ItemFailure& failure) {
  auto query =
      connection.Prepare({.sql = "SELECT days, last_day FROM item_failures WHERE item = :item",
                          .params = "t",
                          .columns = "ii"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  std::int64_t days = 1;
  const auto read = query->Set(0, failure.item).ForEachRow([&](const sql::Statement& row) {
    days = row.Int(0) + (row.Int(1) == DaysOf(failure.day) ? 0 : 1);
  });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  auto upsert = Upsert::Open(connection, FailuresTable());
  if (!upsert) {
    return tl::unexpected<base::Error>(upsert.error());
  }
  upsert->Set(0, failure.item).Set(1, days).Set(2, DaysOf(failure.day)).Set(3, failure.message);
  if (const auto added = upsert->Add(); !added) {
    return tl::unexpected<base::Error>(added.error());
  }
  if (const auto done = upsert->Finish(); !done) {
    return tl::unexpected<base::Error>(done.error());
  }
  return days;
}

base::Result<std::int64_t> FailuresOf(sql::Connection& connection, const std::string& item) {
  auto query = connection.Prepare(
      {.sql = "SELECT days FROM item_failures WHERE item = :item", .params = "t", .columns = "i"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  std::int64_t days = 0;
  const auto read =
      query->Set(0, item).ForEachRow([&](const sql::Statement& row) { days = row.Int(0); });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return days;
}

}  // namespace bulwark::store
