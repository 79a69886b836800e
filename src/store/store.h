// The market data of one installation, in a SQLite file or a PostgreSQL schema of its own.
//
// Shape:   Open() brings the tables up to date. What is stored is written and read by the functions
//          of bar_table.h, company_tables.h and universe_table.h on connection(), inside a
//          transaction of Begin(): rows and what is known of them become durable together.
// Errors:  sql/error.h; kInvalidArgument for a schema that holds something else (a ledger);
//          kNotFound for a file that is missing and only to be read.
// Threads: one at a time. Several processes may open the same store; writers wait for each other.
// Owner:   what Begin() returns must not outlive the store.
// Source:  docs/store.md

#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "base/crash_point.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "sql/connection.h"

namespace bulwark::store {

inline constexpr base::DurableWrite kDataWrite{"store.commit", "market data of one item"};

// An empty URL means the file.
struct StorePlace {
  std::filesystem::path file;
  base::Secret url = {};
};

struct OpenOptions {
  sql::Access access = sql::Access::kReadWrite;
  std::chrono::milliseconds call_timeout{30'000};
  base::UnixNanos now;  // For the record of migrations.
};

class Store {
 public:
  static base::Result<std::unique_ptr<Store>> Open(const StorePlace& place,
                                                   const OpenOptions& options);

  base::Result<sql::Transaction> Begin() {
    return sql::Transaction::Begin(*connection_, kDataWrite);
  }
  [[nodiscard]] sql::Connection& connection() { return *connection_; }
  [[nodiscard]] const std::string& place() const { return connection_->place(); }

 private:
  explicit Store(std::unique_ptr<sql::Connection> connection)
      : connection_(std::move(connection)) {}

  std::unique_ptr<sql::Connection> connection_;
};

}  // namespace bulwark::store
