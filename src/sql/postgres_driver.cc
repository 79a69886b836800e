#include "sql/postgres_driver.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <libpq-fe.h>
#include <poll.h>

#include "base/result.h"
#include "base/time.h"
#include "sql/driver.h"
#include "sql/error.h"
#include "sql/statement.h"

namespace bulwark::sql {
namespace {

using base::ErrorCode;

base::Result<void> TakeCell(const PGresult& result, int column, Cell& cell) {
  cell.is_null = PQgetisnull(&result, 0, column) != 0;
  cell.number = 0;
  cell.text.clear();
  if (cell.is_null) {
    return {};
  }
  const char* text = PQgetvalue(&result, 0, column);
  const auto size = static_cast<std::size_t>(PQgetlength(&result, 0, column));
  if (cell.kind == 't') {
    cell.text.assign(text, size);
    return {};
  }
  const auto [end, failure] = std::from_chars(text, text + size, cell.number);
  if (failure != std::errc() || end != text + size) {
    return base::Fail(ErrorCode::kCorrupt,
                      "'" + std::string(text, std::min<std::size_t>(size, 40)) + "' in column " +
                          std::to_string(column) + " is not a 64-bit integer");
  }
  return {};
}

class PostgresStatement : public StatementDriver {
 public:
  PostgresStatement(PostgresDriver& connection, const StatementText& text,
                    std::vector<Cell>& params, std::vector<Cell>& columns)
      : connection_(connection),
        sql_(NumberParameters(text.sql)),
        params_(params),
        columns_(columns),
        numbers_(params.size()),
        values_(params.size()) {}

  ~PostgresStatement() override {
    if (!name_.empty()) {
      connection_.Deallocate(name_);
    }
  }
  PostgresStatement(const PostgresStatement&) = delete;
  PostgresStatement& operator=(const PostgresStatement&) = delete;
  PostgresStatement(PostgresStatement&&) = delete;
  PostgresStatement& operator=(PostgresStatement&&) = delete;

  base::Result<std::int64_t> Execute() override {
    auto outcome = Go([](const PGresult& /*row*/) { return base::Result<void>(); });
    if (!outcome) {
      return tl::unexpected<base::Error>(outcome.error());
    }
    return outcome->changed;
  }

  base::Result<void> ForEachRow(const std::function<void()>& on_row) override {
    const auto outcome = Go([&](const PGresult& row) -> base::Result<void> {
      auto taken = TakeRow(row);
      if (taken) {
        on_row();
      }
      return taken;
    });
    return outcome ? base::Result<void>() : tl::unexpected<base::Error>(outcome.error());
  }

 private:
  base::Result<void> TakeRow(const PGresult& row) {
    for (std::size_t at = 0; at < columns_.size(); ++at) {
      if (auto taken = TakeCell(row, static_cast<int>(at), columns_[at]); !taken) {
        return taken;
      }
    }
    return {};
  }

  base::Result<PostgresDriver::Outcome> Go(const PostgresDriver::OnRow& on_row) {
    if (was_run_ && name_.empty()) {
      std::string name = connection_.NextName();
      if (const auto prepared =
              connection_.PrepareNamed(name, sql_, static_cast<int>(params_.size()));
          !prepared) {
        return tl::unexpected<base::Error>(prepared.error());
      }
      name_ = std::move(name);
    }
    was_run_ = true;
    for (std::size_t at = 0; at < params_.size(); ++at) {
      values_[at] = Text(at);
    }
    return connection_.Execute(name_, sql_, values_, on_row);
  }

  const char* Text(std::size_t at) {
    const Cell& cell = params_[at];
    if (cell.is_null) {
      return nullptr;
    }
    if (cell.kind == 't') {
      return cell.text.c_str();
    }
    auto& text = numbers_[at];
    *std::to_chars(text.data(), text.data() + text.size() - 1, cell.number).ptr = '\0';
    return text.data();
  }

  PostgresDriver& connection_;
  std::string sql_;
  std::string name_;  // At the server; empty until it is prepared there.
  bool was_run_ = false;
  std::vector<Cell>& params_;
  std::vector<Cell>& columns_;
  std::vector<std::array<char, 24>> numbers_;
  std::vector<const char*> values_;
};

bool IsNameStart(char letter) {
  return std::isalpha(static_cast<unsigned char>(letter)) != 0 || letter == '_';
}
bool IsNamePart(char letter) {
  return IsNameStart(letter) || std::isdigit(static_cast<unsigned char>(letter)) != 0;
}

}  // namespace

std::string NumberParameters(const std::string& sql) {
  std::string numbered;
  std::vector<std::string> names;
  bool is_quoted = false;
  for (std::size_t at = 0; at < sql.size(); ++at) {
    const char letter = sql[at];
    is_quoted ^= letter == '\'';
    const bool is_parameter = !is_quoted && letter == ':' && at + 1 < sql.size() &&
                              IsNameStart(sql[at + 1]) && (at == 0 || sql[at - 1] != ':');
    if (!is_parameter) {
      numbered += letter;
      continue;
    }
    std::string name;
    while (at + 1 < sql.size() && IsNamePart(sql[at + 1])) {
      name += sql[++at];
    }
    auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      found = names.insert(names.end(), name);
    }
    numbered += "$" + std::to_string(found - names.begin() + 1);
  }
  return numbered;
}

PostgresDriver::PostgresDriver(PGconn* connection, std::string place,
                               std::chrono::milliseconds call_timeout)
    : connection_(connection), place_(std::move(place)), call_timeout_(call_timeout) {}

PostgresDriver::~PostgresDriver() {
  PQfinish(connection_);
}

tl::unexpected<base::Error> PostgresDriver::Lost(const std::string& why) {
  PQfinish(connection_);
  connection_ = nullptr;
  return base::Fail(ErrorCode::kUnavailable, place_ + ": " + why);
}

base::Result<void> PostgresDriver::Run(const std::string& sql) {
  if (connection_ == nullptr) {
    return Lost("the connection was lost");
  }
  const auto ran = Collect(PQsendQuery(connection_, sql.c_str()) == 1,
                           [](const PGresult& /*row*/) { return base::Result<void>(); });
  return ran ? base::Result<void>() : tl::unexpected<base::Error>(ran.error());
}

base::Result<std::unique_ptr<StatementDriver>> PostgresDriver::Prepare(const StatementText& text,
                                                                       std::vector<Cell>& params,
                                                                       std::vector<Cell>& columns) {
  return std::unique_ptr<StatementDriver>(
      std::make_unique<PostgresStatement>(*this, text, params, columns));
}

base::Result<void> PostgresDriver::Commit() {
  if (connection_ == nullptr) {
    return Lost("the connection was lost");
  }
  const auto ran = Collect(PQsendQuery(connection_, "COMMIT") == 1,
                           [](const PGresult& /*row*/) { return base::Result<void>(); });
  if (!ran) {
    return tl::unexpected<base::Error>(ran.error());
  }
  // The server answers COMMIT of a failed transaction with ROLLBACK, and calls that a success.
  if (ran->tag != "COMMIT") {
    return base::Fail(ErrorCode::kCorrupt,
                      place_ + ": the commit ended as " + ran->tag + "; nothing was stored");
  }
  return {};
}

base::Result<void> PostgresDriver::PrepareNamed(const std::string& name, const std::string& sql,
                                                int params) {
  if (connection_ == nullptr) {
    return Lost("the connection was lost");
  }
  const auto prepared =
      Collect(PQsendPrepare(connection_, name.c_str(), sql.c_str(), params, nullptr) == 1,
              [](const PGresult& /*row*/) { return base::Result<void>(); });
  return prepared ? base::Result<void>() : tl::unexpected<base::Error>(prepared.error());
}

base::Result<PostgresDriver::Outcome> PostgresDriver::Execute(
    const std::string& name, const std::string& sql, const std::vector<const char*>& values,
    const OnRow& on_row) {
  if (connection_ == nullptr) {
    return Lost("the connection was lost");
  }
  const int count = static_cast<int>(values.size());
  const int sent = name.empty() ? PQsendQueryParams(connection_, sql.c_str(), count, nullptr,
                                                    values.data(), nullptr, nullptr, 0)
                                : PQsendQueryPrepared(connection_, name.c_str(), count,
                                                      values.data(), nullptr, nullptr, 0);
  return Collect(sent == 1, on_row);
}

base::Result<void> PostgresDriver::PutCopy(const std::function<int()>& put) {
  for (;;) {
    const int taken = put();
    if (taken < 0) {
      return Lost(PQerrorMessage(connection_));
    }
    if (auto flushed = Flush(); !flushed || taken > 0) {
      return flushed;
    }
  }
}

base::Result<void> PostgresDriver::CopyIn(const std::string& sql, std::string_view rows) {
  if (connection_ == nullptr) {
    return Lost("the connection was lost");
  }
  if (PQsendQuery(connection_, sql.c_str()) != 1) {
    return Lost(PQerrorMessage(connection_));
  }
  if (auto flushed = Flush(); !flushed) {
    return flushed;
  }
  const auto opened = Next();
  if (!opened) {
    return tl::unexpected<base::Error>(opened.error());
  }
  const OnRow none = [](const PGresult& /*row*/) { return base::Result<void>(); };
  if (PQresultStatus(opened->get()) != PGRES_COPY_IN) {
    const base::Error refused = ErrorFromPostgres(**opened, place_);
    const auto drained = Collect(true, none);
    return tl::unexpected<base::Error>(drained ? refused : drained.error());
  }
  constexpr std::size_t kPiece = std::size_t{64} << 10;
  for (std::size_t at = 0; at < rows.size(); at += kPiece) {
    const std::string_view piece = rows.substr(at, kPiece);
    const auto put = PutCopy(
        [&] { return PQputCopyData(connection_, piece.data(), static_cast<int>(piece.size())); });
    if (!put) {
      return put;
    }
  }
  if (auto ended = PutCopy([&] { return PQputCopyEnd(connection_, nullptr); }); !ended) {
    return ended;
  }
  const auto done = Collect(true, none);
  return done ? base::Result<void>() : tl::unexpected<base::Error>(done.error());
}

void PostgresDriver::Deallocate(const std::string& name) {
  if (connection_ != nullptr && PQtransactionStatus(connection_) != PQTRANS_INERROR) {
    // A failure only leaves a name behind, and a lost connection shows at its next use.
    const auto done = Run("DEALLOCATE " + name);
    static_cast<void>(done.has_value());
  }
}

base::Result<void> PostgresDriver::Take(PGresult& result, const OnRow& on_row, Outcome& outcome) {
  const ExecStatusType status = PQresultStatus(&result);
  if (status == PGRES_SINGLE_TUPLE) {
    return on_row(result);
  }
  if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) {
    return tl::unexpected<base::Error>(ErrorFromPostgres(result, place_));
  }
  outcome.changed = std::atoll(PQcmdTuples(&result));
  outcome.tag = PQcmdStatus(&result);
  return {};
}

// Always to the end, as the connection takes nothing new before.
base::Result<PostgresDriver::Outcome> PostgresDriver::Collect(bool was_sent, const OnRow& on_row) {
  if (!was_sent) {
    return Lost(PQerrorMessage(connection_));
  }
  PQsetSingleRowMode(connection_);
  if (const auto flushed = Flush(); !flushed) {
    return tl::unexpected<base::Error>(flushed.error());
  }
  const OnRow skip = [](const PGresult& /*row*/) { return base::Result<void>(); };
  Outcome outcome;
  base::Result<void> first;  // The first error counts; later ones follow from it.
  for (;;) {
    auto next = Next();
    if (!next) {
      return tl::unexpected<base::Error>(next.error());
    }
    if (*next == nullptr) {
      break;
    }
    auto taken = Take(**next, first ? on_row : skip, outcome);
    if (first) {
      first = std::move(taken);
    }
  }
  if (PQstatus(connection_) != CONNECTION_OK) {
    return Lost(first ? "the server closed the connection" : first.error().message);
  }
  if (!first) {
    return tl::unexpected<base::Error>(first.error());
  }
  return outcome;
}

base::Result<PgResult> PostgresDriver::Next() {
  if (auto answered = WaitForAnswer(); !answered) {
    return tl::unexpected<base::Error>(answered.error());
  }
  return PgResult(PQgetResult(connection_));
}

base::Result<void> PostgresDriver::WaitForAnswer() {
  const base::Nanos deadline = base::MonotonicNow() + call_timeout_;
  while (PQisBusy(connection_) == 1) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - base::MonotonicNow());
    ::pollfd answer{.fd = PQsocket(connection_), .events = POLLIN, .revents = 0};
    const int ready = left.count() < 0 ? 0 : ::poll(&answer, 1, static_cast<int>(left.count()) + 1);
    if (ready == 0) {
      return Lost("no answer within " + std::to_string(call_timeout_.count()) + " ms");
    }
    if (ready < 0 && errno != EINTR) {
      return Lost("the wait for an answer failed");
    }
    if (ready > 0 && PQconsumeInput(connection_) != 1) {
      return Lost(PQerrorMessage(connection_));
    }
  }
  return {};
}

base::Result<void> PostgresDriver::Flush() {
  const base::Nanos deadline = base::MonotonicNow() + call_timeout_;
  for (;;) {
    const int flushed = PQflush(connection_);
    if (flushed == 0) {
      return {};
    }
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - base::MonotonicNow());
    if (flushed < 0 || left.count() <= 0) {
      return Lost(flushed < 0 ? PQerrorMessage(connection_) : "the server takes no more bytes");
    }
    ::pollfd door{.fd = PQsocket(connection_), .events = POLLIN | POLLOUT, .revents = 0};
    if (::poll(&door, 1, static_cast<int>(left.count())) > 0 && (door.revents & POLLIN) != 0 &&
        PQconsumeInput(connection_) != 1) {
      return Lost(PQerrorMessage(connection_));
    }
  }
}

}  // namespace bulwark::sql
