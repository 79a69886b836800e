#include "sql/statement.h"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <soci/soci.h>

#include "base/ensure.h"
#include "base/result.h"
#include "sql/error.h"

namespace bulwark::sql {
namespace {

// What the library reads from and writes to; it keeps the addresses.
struct Cell {
  char kind = 'i';
  soci::indicator indicator = soci::i_null;
  long long number = 0;
  std::string text;
};

std::vector<Cell> MakeCells(const std::string& kinds) {
  std::vector<Cell> cells(kinds.size());
  for (std::size_t at = 0; at < kinds.size(); ++at) {
    ENSURE(kinds[at] == 'i' || kinds[at] == 't');
    cells[at].kind = kinds[at];
  }
  return cells;
}

}  // namespace

struct Statement::Impl {
  Impl(soci::session& session, const StatementText& text, std::string where)
      : place(std::move(where)),
        params(MakeCells(text.params)),
        columns(MakeCells(text.columns)),
        statement(session) {}

  std::string place;
  std::vector<Cell> params;
  std::vector<Cell> columns;
  soci::statement statement;
};

Statement::Statement(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Statement::Statement(Statement&&) noexcept = default;
Statement& Statement::operator=(Statement&&) noexcept = default;
Statement::~Statement() = default;

base::Result<Statement> Statement::Prepare(soci::session& session, const StatementText& text,
                                           const std::string& place) {
  try {
    auto impl = std::make_unique<Impl>(session, text, place);
    for (Cell& cell : impl->params) {
      if (cell.kind == 'i') {
        impl->statement.exchange(soci::use(cell.number, cell.indicator));
      } else {
        impl->statement.exchange(soci::use(cell.text, cell.indicator));
      }
    }
    for (Cell& cell : impl->columns) {
      if (cell.kind == 'i') {
        impl->statement.exchange(soci::into(cell.number, cell.indicator));
      } else {
        impl->statement.exchange(soci::into(cell.text, cell.indicator));
      }
    }
    impl->statement.alloc();
    impl->statement.prepare(text.sql);
    impl->statement.define_and_bind();
    return Statement(std::move(impl));
  } catch (const std::exception& thrown) {
    return tl::unexpected<base::Error>(ErrorFrom(thrown, place));
  }
}

Statement& Statement::Set(std::size_t at, std::int64_t value) {
  Cell& cell = impl_->params.at(at);
  ENSURE(cell.kind == 'i');
  cell.number = value;
  cell.indicator = soci::i_ok;
  return *this;
}

Statement& Statement::Set(std::size_t at, std::string_view value) {
  Cell& cell = impl_->params.at(at);
  ENSURE(cell.kind == 't');
  cell.text.assign(value);
  cell.indicator = soci::i_ok;
  return *this;
}

Statement& Statement::SetNull(std::size_t at) {
  impl_->params.at(at).indicator = soci::i_null;
  return *this;
}

base::Result<std::int64_t> Statement::Execute() {
  try {
    impl_->statement.execute(true);
    return impl_->statement.get_affected_rows();
  } catch (const std::exception& thrown) {
    return tl::unexpected<base::Error>(ErrorFrom(thrown, impl_->place));
  }
}

base::Result<void> Statement::ForEachRow(const std::function<void(const Statement&)>& on_row) {
  try {
    // Always to the end: an unfinished query would keep its snapshot and hold up checkpoints.
    impl_->statement.execute(false);
    while (impl_->statement.fetch()) {
      on_row(*this);
    }
    return {};
  } catch (const std::exception& thrown) {
    return tl::unexpected<base::Error>(ErrorFrom(thrown, impl_->place));
  }
}

std::int64_t Statement::Int(std::size_t at) const {
  const Cell& cell = impl_->columns.at(at);
  ENSURE(cell.kind == 'i');
  return cell.indicator == soci::i_ok ? cell.number : 0;
}

const std::string& Statement::Text(std::size_t at) const {
  static const std::string empty;
  const Cell& cell = impl_->columns.at(at);
  ENSURE(cell.kind == 't');
  return cell.indicator == soci::i_ok ? cell.text : empty;
}

bool Statement::IsNull(std::size_t at) const {
  return impl_->columns.at(at).indicator != soci::i_ok;
}

}  // namespace bulwark::sql
