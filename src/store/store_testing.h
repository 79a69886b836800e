// A store in a SQLite file or on a private PostgreSQL server, for tests that run on both.
//
// Errors:  none; what cannot be made stops the process.
// Threads: the test's.

#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/iso_time.h"
#include "base/time.h"
#include "sql/test_postgres.h"
#include "store/rows.h"
#include "store/store.h"

namespace bulwark::store::testing_support {

enum class Backend : std::uint8_t { kSqlite, kPostgres };

inline void PrintTo(Backend backend, std::ostream* out) {
  *out << (backend == Backend::kSqlite ? "Sqlite" : "Postgres");
}

class StoreHome {
 public:
  explicit StoreHome(Backend backend = Backend::kSqlite) {
    std::string name = (std::filesystem::temp_directory_path() / "bulwark-store-XXXXXX").string();
    ENSURE(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
    if (backend == Backend::kPostgres) {
      schema_.emplace();
    }
  }
  ~StoreHome() { std::filesystem::remove_all(folder_); }
  StoreHome(const StoreHome&) = delete;
  StoreHome& operator=(const StoreHome&) = delete;
  StoreHome(StoreHome&&) = delete;
  StoreHome& operator=(StoreHome&&) = delete;

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] StorePlace place() const {
    return schema_ ? StorePlace{.file = folder_ / "data.db", .url = schema_->Url()}
                   : StorePlace{.file = folder_ / "data.db"};
  }
  [[nodiscard]] std::unique_ptr<Store> Open() const {
    auto store = Store::Open(place(), {.now = base::WallNow()});
    ENSURE(store.has_value());
    return *std::move(store);
  }

 private:
  std::filesystem::path folder_;
  std::optional<sql::testing_support::PostgresSchema> schema_;
};

class BothBackendsTest : public testing::TestWithParam<Backend> {
 protected:
  StoreHome home_{GetParam()};
};

inline base::Decimal Dec(std::string_view text) {
  return *base::Decimal::Parse(text);
}
inline base::UnixNanos At(std::string_view text) {
  const auto at = base::ParseIso(text);
  ENSURE(at.has_value());
  return *at;
}
// "2016-10-06".
inline base::UnixNanos DayAt(std::string_view date) {
  return At(std::string(date) + "T00:00:00Z");
}
inline std::chrono::sys_days Day(std::string_view date) {
  return std::chrono::floor<std::chrono::days>(DayAt(date));
}
// Open, high, low and close around one price.
inline Bar BarOf(std::string_view date, std::string_view close) {
  const base::Decimal price = Dec(close);
  return {.at = DayAt(date),
          .open = price,
          .high = price,
          .low = price,
          .close = price,
          .volume = base::Decimal::FromInt(1000)};
}

}  // namespace bulwark::store::testing_support
