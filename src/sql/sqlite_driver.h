// SQLite through SOCI: statements stay prepared, cells are bound by address.
//
// Errors:  sql/error.h.
// Threads: one at a time.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "sql/driver.h"
#include "sql/statement.h"

namespace soci {
class session;  // NOLINT(readability-identifier-naming): the library's name.
}

namespace bulwark::sql {

class SqliteDriver : public ConnectionDriver {
 public:
  SqliteDriver(std::unique_ptr<soci::session> session, std::string place);
  ~SqliteDriver() override;
  SqliteDriver(const SqliteDriver&) = delete;
  SqliteDriver& operator=(const SqliteDriver&) = delete;
  SqliteDriver(SqliteDriver&&) = delete;
  SqliteDriver& operator=(SqliteDriver&&) = delete;

  base::Result<void> Run(const std::string& sql) override;
  base::Result<std::unique_ptr<StatementDriver>> Prepare(const StatementText& text,
                                                         std::vector<Cell>& params,
                                                         std::vector<Cell>& columns) override;
  base::Result<void> Commit() override;
  [[nodiscard]] bool is_alive() const override { return true; }

  [[nodiscard]] soci::session& session() { return *session_; }

 private:
  std::unique_ptr<soci::session> session_;
  std::string place_;
  std::unique_ptr<StatementDriver> commit_;
  std::vector<Cell> no_cells_;
};

}  // namespace bulwark::sql
