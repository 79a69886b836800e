// A ledger in a SQLite file or on a private PostgreSQL server, for tests that run on both.
//
// Errors:  none; what cannot be made stops the process.
// Threads: the test's.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "base/ensure.h"
#include "base/result.h"
#include "ledger/ledger.h"
#include "ledger/ledger_place.h"
#include "ledger/ledger_store.h"
#include "ledger/ledger_testing.h"
#include "model/instrument.h"
#include "sql/connection.h"
#include "sql/postgres.h"
#include "sql/sqlite_file.h"
#include "sql/test_postgres.h"

namespace bulwark::ledger::testing_support {

enum class Backend : std::uint8_t { kSqlite, kPostgres };

inline void PrintTo(Backend backend, std::ostream* out) {
  *out << (backend == Backend::kSqlite ? "Sqlite" : "Postgres");
}

inline auto BothBackends() {
  return testing::Values(Backend::kSqlite, Backend::kPostgres);
}
inline std::string BackendName(const testing::TestParamInfo<Backend>& info) {
  return testing::PrintToString(info.param);
}

class LedgerHome {
 public:
  explicit LedgerHome(Backend backend) {
    if (backend == Backend::kPostgres) {
      schema_.emplace();
    }
  }

  [[nodiscard]] LedgerPlace place() const {
    return schema_ ? LedgerPlace(folder_.file(), schema_->Url()) : LedgerPlace(folder_.file());
  }
  [[nodiscard]] std::filesystem::path folder() const { return folder_.file().parent_path(); }
  [[nodiscard]] std::unique_ptr<Ledger> Open(const OpenOptions& options = {}) const {
    auto ledger = Ledger::Open(place(), options);
    ENSURE(ledger.has_value());
    return std::move(*ledger);
  }
  // For a ledger that was just closed and opened again: a server lets go of the lock of a session a
  // moment after it ended.
  [[nodiscard]] static std::uint64_t BeginRunAgain(Ledger& ledger, const RunInfo& info,
                                                   const model::InstrumentTable& table) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    auto run = ledger.BeginRun(info, table);
    while (!run && run.error().code == base::ErrorCode::kConflict &&
           std::chrono::steady_clock::now() < deadline) {
      run = ledger.BeginRun(info, table);
    }
    ENSURE(run.has_value());
    return *run;
  }
  // Beside the ledger, as another program would.
  [[nodiscard]] std::unique_ptr<sql::Connection> Connect() const {
    auto connection =
        schema_ ? sql::OpenPostgres(schema_->Url(), {}) : sql::OpenSqlite(folder_.file(), {});
    ENSURE(connection.has_value());
    return std::move(*connection);
  }
  [[nodiscard]] bool is_postgres() const { return schema_.has_value(); }

 private:
  LedgerFolder folder_;
  std::optional<sql::testing_support::PostgresSchema> schema_;
};

class BothBackendsTest : public testing::TestWithParam<Backend> {
 protected:
  LedgerHome home_{GetParam()};
};

}  // namespace bulwark::ledger::testing_support
