#include "sql/statement.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ensure.h"
#include "base/result.h"
#include "sql/driver.h"

namespace bulwark::sql {
namespace {

std::vector<Cell> MakeCells(const std::string& kinds) {
  std::vector<Cell> cells(kinds.size());
  for (std::size_t at = 0; at < kinds.size(); ++at) {
    ENSURE(kinds[at] == 'i' || kinds[at] == 't');
    cells[at].kind = kinds[at];
  }
  return cells;
}

std::int64_t NumberIn(const Cell& cell) {
  ENSURE(cell.kind == 'i');
  return cell.is_null ? 0 : cell.number;
}

const std::string& TextIn(const Cell& cell) {
  static const std::string empty;
  ENSURE(cell.kind == 't');
  return cell.is_null ? empty : cell.text;
}

}  // namespace

// The driver is declared last: it dies before the cells whose addresses it keeps.
struct Statement::Impl {
  explicit Impl(const StatementText& text)
      : params(MakeCells(text.params)), columns(MakeCells(text.columns)) {}

  // Detached, the parameters are the row.
  [[nodiscard]] const std::vector<Cell>& row() const { return driver ? columns : params; }

  std::vector<Cell> params;
  std::vector<Cell> columns;
  std::unique_ptr<StatementDriver> driver;
};

Statement::Statement(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Statement::Statement(Statement&&) noexcept = default;
Statement& Statement::operator=(Statement&&) noexcept = default;
Statement::~Statement() = default;

base::Result<Statement> Statement::Prepare(ConnectionDriver& connection,
                                           const StatementText& text) {
  auto impl = std::make_unique<Impl>(text);
  auto driver = connection.Prepare(text, impl->params, impl->columns);
  if (!driver) {
    return tl::unexpected<base::Error>(driver.error());
  }
  impl->driver = *std::move(driver);
  return Statement(std::move(impl));
}

Statement Statement::Detached(const std::string& kinds) {
  return Statement(std::make_unique<Impl>(StatementText{.params = kinds}));
}

Statement& Statement::Set(std::size_t at, std::int64_t value) {
  Cell& cell = impl_->params.at(at);
  ENSURE(cell.kind == 'i');
  cell.number = value;
  cell.is_null = false;
  return *this;
}

Statement& Statement::Set(std::size_t at, std::string_view value) {
  Cell& cell = impl_->params.at(at);
  ENSURE(cell.kind == 't');
  cell.text.assign(value);
  cell.is_null = false;
  return *this;
}

Statement& Statement::SetNull(std::size_t at) {
  impl_->params.at(at).is_null = true;
  return *this;
}

base::Result<std::int64_t> Statement::Execute() {
  ENSURE(impl_->driver != nullptr);
  return impl_->driver->Execute();
}

base::Result<void> Statement::ForEachRow(const std::function<void(const Statement&)>& on_row) {
  return impl_->driver->ForEachRow([&] { on_row(*this); });
}

std::int64_t Statement::Int(std::size_t at) const {
  return NumberIn(impl_->row().at(at));
}

const std::string& Statement::Text(std::size_t at) const {
  return TextIn(impl_->row().at(at));
}

bool Statement::IsNull(std::size_t at) const {
  return impl_->row().at(at).is_null;
}

std::int64_t Statement::ParamInt(std::size_t at) const {
  return NumberIn(impl_->params.at(at));
}

const std::string& Statement::ParamText(std::size_t at) const {
  return TextIn(impl_->params.at(at));
}

}  // namespace bulwark::sql
