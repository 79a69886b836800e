// Which filings were taken, and which items a collecting job tried in vain.
//
// Shape:   a filing is one row however many transactions it has, also none, so that it is fetched
//          once. A failure is counted once a day and item: a job that is repeated within a day
//          counts for one try.
// Errors:  sql/error.h; those of PutInsiders().
// Threads: one at a time, as the connection. PutFiling() and CountFailure() require an open
//          transaction.
// Source:  docs/store.md#tables

#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"
#include "sql/connection.h"
#include "store/rows.h"

namespace bulwark::store {

// Its transactions and that it was taken; answers how many of them were new or changed.
base::Result<std::int64_t> PutFiling(sql::Connection& connection, const std::string& accession,
                                     std::span<const InsiderTransaction> rows);
base::Result<bool> HasFiling(sql::Connection& connection, const std::string& accession);

struct ItemFailure {
  std::string item;
  std::chrono::sys_days day;
  std::string message;
};

// On how many days it failed, this one included.
base::Result<std::int64_t> CountFailure(sql::Connection& connection, const ItemFailure& failure);
base::Result<std::int64_t> FailuresOf(sql::Connection& connection, const std::string& item);

}  // namespace bulwark::store
