#include "sql/sqlite_driver.h"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <soci/soci.h>

#include "base/result.h"
#include "sql/driver.h"
#include "sql/error.h"
#include "sql/statement.h"

namespace bulwark::sql {
namespace {

class SqliteStatement : public StatementDriver {
 public:
  // Throws what the library throws.
  SqliteStatement(soci::session& session, const std::string& sql, std::vector<Cell>& params,
                  std::vector<Cell>& columns, std::string place)
      : params_(params),
        columns_(columns),
        param_marks_(params.size(), soci::i_null),
        column_marks_(columns.size(), soci::i_null),
        place_(std::move(place)),
        statement_(session) {
    for (std::size_t at = 0; at < params.size(); ++at) {
      Cell& cell = params[at];
      if (cell.kind == 'i') {
        statement_.exchange(soci::use(cell.number, param_marks_[at]));
      } else {
        statement_.exchange(soci::use(cell.text, param_marks_[at]));
      }
    }
    for (std::size_t at = 0; at < columns.size(); ++at) {
      Cell& cell = columns[at];
      if (cell.kind == 'i') {
        statement_.exchange(soci::into(cell.number, column_marks_[at]));
      } else {
        statement_.exchange(soci::into(cell.text, column_marks_[at]));
      }
    }
    statement_.alloc();
    statement_.prepare(sql);
    statement_.define_and_bind();
  }

  base::Result<std::int64_t> Execute() override {
    try {
      MarkParams();
      statement_.execute(true);
      return statement_.get_affected_rows();
    } catch (const std::exception& thrown) {
      return tl::unexpected<base::Error>(ErrorFrom(thrown, place_));
    }
  }

  base::Result<void> ForEachRow(const std::function<void()>& on_row) override {
    try {
      MarkParams();
      // Always to the end: an unfinished query would keep its snapshot and hold up checkpoints.
      statement_.execute(false);
      while (statement_.fetch()) {
        MarkColumns();
        on_row();
      }
      return {};
    } catch (const std::exception& thrown) {
      return tl::unexpected<base::Error>(ErrorFrom(thrown, place_));
    }
  }

 private:
  void MarkParams() {
    for (std::size_t at = 0; at < params_.size(); ++at) {
      param_marks_[at] = params_[at].is_null ? soci::i_null : soci::i_ok;
    }
  }

  void MarkColumns() {
    for (std::size_t at = 0; at < columns_.size(); ++at) {
      columns_[at].is_null = column_marks_[at] != soci::i_ok;
    }
  }

  std::vector<Cell>& params_;
  std::vector<Cell>& columns_;
  std::vector<soci::indicator> param_marks_;  // The library keeps their addresses.
  std::vector<soci::indicator> column_marks_;
  std::string place_;
  soci::statement statement_;
};

}  // namespace

SqliteDriver::SqliteDriver(std::unique_ptr<soci::session> session, std::string place)
    : session_(std::move(session)), place_(std::move(place)) {}

SqliteDriver::~SqliteDriver() {
  commit_.reset();
}

base::Result<void> SqliteDriver::Run(const std::string& sql) {
  try {
    session_->once << sql;
    return {};
  } catch (const std::exception& thrown) {
    return tl::unexpected<base::Error>(ErrorFrom(thrown, place_));
  }
}

base::Result<std::unique_ptr<StatementDriver>> SqliteDriver::Prepare(const StatementText& text,
                                                                     std::vector<Cell>& params,
                                                                     std::vector<Cell>& columns) {
  try {
    return std::unique_ptr<StatementDriver>(
        std::make_unique<SqliteStatement>(*session_, text.sql, params, columns, place_));
  } catch (const std::exception& thrown) {
    return tl::unexpected<base::Error>(ErrorFrom(thrown, place_));
  }
}

base::Result<void> SqliteDriver::Commit() {
  if (!commit_) {
    auto prepared = Prepare({.sql = "COMMIT"}, no_cells_, no_cells_);
    if (!prepared) {
      return tl::unexpected<base::Error>(prepared.error());
    }
    commit_ = *std::move(prepared);
  }
  if (const auto committed = commit_->Execute(); !committed) {
    return tl::unexpected<base::Error>(committed.error());
  }
  return {};
}

}  // namespace bulwark::sql
