// PostgreSQL through libpq: every wait has a deadline, rows come one at a time.
//
// Shape:   a statement goes unprepared the first time and prepared from the second, so that a
//          question asked once leaves nothing at the server. :name becomes $1, $2, ... by first
//          appearance. Once a wait timed out or the server left, the connection is dead.
// Errors:  sql/error.h.
// Threads: one at a time.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <libpq-fe.h>

#include "base/result.h"
#include "sql/driver.h"
#include "sql/statement.h"

namespace bulwark::sql {

struct PgResultDeleter {
  void operator()(PGresult* result) const { PQclear(result); }
};
using PgResult = std::unique_ptr<PGresult, PgResultDeleter>;

// ":a" -> "$1", outside of quotations; "::" stays.
std::string NumberParameters(const std::string& sql);

class PostgresDriver : public ConnectionDriver {
 public:
  PostgresDriver(PGconn* connection, std::string place, std::chrono::milliseconds call_timeout);
  ~PostgresDriver() override;
  PostgresDriver(const PostgresDriver&) = delete;
  PostgresDriver& operator=(const PostgresDriver&) = delete;
  PostgresDriver(PostgresDriver&&) = delete;
  PostgresDriver& operator=(PostgresDriver&&) = delete;

  base::Result<void> Run(const std::string& sql) override;
  base::Result<std::unique_ptr<StatementDriver>> Prepare(const StatementText& text,
                                                         std::vector<Cell>& params,
                                                         std::vector<Cell>& columns) override;
  base::Result<void> Commit() override;
  [[nodiscard]] bool is_alive() const override { return connection_ != nullptr; }

  // For the statements of this connection.
  using OnRow = std::function<base::Result<void>(const PGresult&)>;
  struct Outcome {
    std::int64_t changed = 0;
    std::string tag;  // "INSERT", "COMMIT", ...
  };
  std::string NextName() { return "s" + std::to_string(++names_); }
  base::Result<void> PrepareNamed(const std::string& name, const std::string& sql, int params);
  base::Result<Outcome> Execute(const std::string& name, const std::string& sql,
                                const std::vector<const char*>& values, const OnRow& on_row);
  void Deallocate(const std::string& name);
  // `sql` is a COPY ... FROM STDIN; `rows` are lines in its text format.
  base::Result<void> CopyIn(const std::string& sql, std::string_view rows);

 private:
  // Reads all results of what was sent.
  base::Result<void> Take(PGresult& result, const OnRow& on_row, Outcome& outcome);
  base::Result<Outcome> Collect(bool was_sent, const OnRow& on_row);
  base::Result<PgResult> Next();
  base::Result<void> WaitForAnswer();
  base::Result<void> Flush();
  // Until libpq takes it: `put` answers as PQputCopyData() does.
  base::Result<void> PutCopy(const std::function<int()>& put);
  tl::unexpected<base::Error> Lost(const std::string& why);

  PGconn* connection_;  // Null once dead.
  std::string place_;
  std::chrono::milliseconds call_timeout_;
  std::uint64_t names_ = 0;
};

}  // namespace bulwark::sql
