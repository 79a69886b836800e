#include "sql/postgres.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include "base/ensure.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "sql/connection.h"
#include "sql/postgres_driver.h"
#include "sql/statement.h"

namespace bulwark::sql {
namespace {

using base::ErrorCode;

struct PgConnectionDeleter {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using PgConnection = std::unique_ptr<PGconn, PgConnectionDeleter>;

struct InfoDeleter {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

// libpq's texts end with a line feed and may quote the password of a URL that it cannot read.
std::string Tidy(std::string text, const std::string& secret) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) {
    text.pop_back();
  }
  return !secret.empty() && text.find(secret) != std::string::npos ? "it cannot be reached" : text;
}

std::string WhyNot(const PGconn& connection) {
  const char* password = PQpass(&connection);
  return Tidy(PQerrorMessage(&connection), password != nullptr ? password : "");
}

base::Result<PgConnection> Connect(const base::Secret& url, const std::string& place,
                                   std::chrono::milliseconds timeout) {
  PgConnection connection(PQconnectStart(url.Reveal().c_str()));
  if (!connection || PQstatus(connection.get()) == CONNECTION_BAD) {
    const char* why = connection ? PQerrorMessage(connection.get()) : "out of memory";
    return base::Fail(ErrorCode::kUnavailable, place + ": " + Tidy(why, url.Reveal()));
  }
  const base::Nanos deadline = base::MonotonicNow() + timeout;
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  while (state != PGRES_POLLING_OK) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - base::MonotonicNow());
    if (state == PGRES_POLLING_FAILED) {
      return base::Fail(ErrorCode::kUnavailable, place + ": " + WhyNot(*connection));
    }
    if (left.count() <= 0) {
      return base::Fail(ErrorCode::kUnavailable, place + ": no connection within " +
                                                     std::to_string(timeout.count()) + " ms");
    }
    const short wanted = state == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    ::pollfd door{.fd = PQsocket(connection.get()), .events = wanted, .revents = 0};
    if (::poll(&door, 1, static_cast<int>(left.count())) > 0) {
      state = PQconnectPoll(connection.get());
    }
  }
  return connection;
}

base::Result<void> RequireDurable(Connection& connection) {
  for (const char* setting : {"fsync", "full_page_writes"}) {
    const auto value = connection.QueryText(std::string("SHOW ") + setting);
    if (!value) {
      return tl::unexpected<base::Error>(value.error());
    }
    if (*value != "on") {
      return base::Fail(ErrorCode::kInvalidArgument, connection.place() +
                                                         ": the server runs with " + setting +
                                                         "=off and would lose commits; turn it on");
    }
  }
  const auto commits = connection.QueryText("SHOW synchronous_commit");
  if (!commits) {
    return tl::unexpected<base::Error>(commits.error());
  }
  return *commits == "off" ? connection.Run("SET synchronous_commit TO on") : base::Result<void>();
}

// A server must not keep our locks when we are frozen, nor work on when we stopped waiting.
base::Result<void> SetLimits(Connection& connection, const PostgresOptions& options) {
  const std::string timeout = std::to_string(options.call_timeout.count());
  std::vector<std::string> settings{
      "SET lock_timeout TO " + timeout, "SET statement_timeout TO " + timeout,
      "SET idle_in_transaction_session_timeout TO '60s'", "SET client_min_messages TO error"};
  if (options.access == Access::kReadOnly) {
    settings.emplace_back("SET default_transaction_read_only TO on");
  }
  for (const std::string& setting : settings) {
    if (auto set = connection.Run(setting); !set) {
      return set;
    }
  }
  return {};
}

std::string ValueOf(const PQconninfoOption& first, std::string_view name) {
  for (const PQconninfoOption* option = &first; option->keyword != nullptr; ++option) {
    if (name == option->keyword && option->val != nullptr) {
      return option->val;
    }
  }
  return "";
}

void Ignore(void* /*nobody*/, const char* /*message*/) {}

}  // namespace

std::string PlaceOfUrl(const base::Secret& url) {
  const std::unique_ptr<PQconninfoOption, InfoDeleter> options(
      PQconninfoParse(url.Reveal().c_str(), nullptr));
  if (!options) {
    return "postgresql://?";
  }
  const std::string port = ValueOf(*options, "port");
  return "postgresql://" + ValueOf(*options, "host") + (port.empty() ? "" : ":" + port) + "/" +
         ValueOf(*options, "dbname");
}

base::Result<std::unique_ptr<Connection>> OpenPostgres(const base::Secret& url,
                                                       const PostgresOptions& options) {
  const std::string place = PlaceOfUrl(url);
  if (place == "postgresql://?") {
    return base::Fail(ErrorCode::kInvalidArgument, "the PostgreSQL URL cannot be understood");
  }
  auto raw = Connect(url, place, options.call_timeout);
  if (!raw) {
    return tl::unexpected<base::Error>(raw.error());
  }
  PQsetNoticeProcessor(raw->get(), &Ignore, nullptr);
  PQsetnonblocking(raw->get(), 1);
  auto connection = std::make_unique<Connection>(
      std::make_unique<PostgresDriver>(raw->release(), place, options.call_timeout),
      Dialect::kPostgres, place);
  if (auto limited = SetLimits(*connection, options); !limited) {
    return tl::unexpected<base::Error>(limited.error());
  }
  if (options.access == Access::kReadWrite) {
    if (auto durable = RequireDurable(*connection); !durable) {
      return tl::unexpected<base::Error>(durable.error());
    }
  }
  return connection;
}

base::Result<bool> TrySessionLock(Connection& connection, int number) {
  const auto taken =
      connection.QueryInt("SELECT CASE WHEN pg_try_advisory_lock(hashtext(current_schema()), " +
                          std::to_string(number) + ") THEN 1 ELSE 0 END");
  if (!taken) {
    return tl::unexpected<base::Error>(taken.error());
  }
  return *taken == 1;
}

base::Result<void> CopyRows(Connection& connection, const std::string& copy,
                            std::string_view rows) {
  ENSURE(connection.dialect() == Dialect::kPostgres);
  return static_cast<PostgresDriver&>(connection.driver()).CopyIn(copy, rows);
}

base::Result<void> CopyTablesToSchema(Connection& connection, const std::string& schema) {
  auto query = connection.Prepare(
      {.sql = "SELECT table_name FROM information_schema.tables WHERE table_schema = "
              "current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name",
       .columns = "t"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  std::vector<std::string> tables;
  auto read = query->ForEachRow([&](const Statement& row) { tables.push_back(row.Text(0)); });
  if (!read) {
    return read;
  }
  auto made = connection.Run("CREATE SCHEMA \"" + schema + "\"");
  for (const std::string& table : tables) {
    if (made) {
      made = connection.Run(
          fmt::format(R"(CREATE TABLE "{}"."{}" AS TABLE "{}")", schema, table, table));
    }
  }
  return made;
}

}  // namespace bulwark::sql
