#include "ledger/session.h"

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/time.h"
#include "ledger/ledger_place.h"
#include "ledger/schema.h"
#include "ledger/switch_log.h"
#include "sql/connection.h"
#include "sql/migrations.h"
#include "sql/postgres.h"
#include "sql/sqlite_file.h"

namespace bulwark::ledger {
namespace {

using base::Result;

Result<std::unique_ptr<sql::Connection>> Connect(const LedgerPlace& place,
                                                 const OpenOptions& options) {
  if (!place.is_postgres()) {
    return sql::OpenSqlite(place.file, {.access = options.access,
                                        .is_created_if_missing = options.is_created_if_missing,
                                        .is_checked = options.is_checked,
                                        .busy_timeout = options.call_timeout});
  }
  auto connection = sql::OpenPostgres(
      place.url, {.access = options.access, .call_timeout = options.call_timeout});
  if (!connection) {
    return connection;
  }
  const bool may_create =
      options.is_created_if_missing && options.access == sql::Access::kReadWrite;
  const auto version = sql::SchemaVersion(**connection);
  if (!version) {
    return tl::unexpected<base::Error>(version.error());
  }
  if (*version == 0 && !may_create) {
    return base::Fail(base::ErrorCode::kNotFound, place.Name() + ": has no ledger yet");
  }
  return connection;
}

}  // namespace

std::string LedgerPlace::Name() const {
  return is_postgres() ? sql::PlaceOfUrl(url) : file.string();
}

Result<std::unique_ptr<Session>> OpenSession(const LedgerPlace& place, const OpenOptions& options) {
  auto connection = Connect(place, options);
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  const auto is_current = options.access == sql::Access::kReadOnly
                              ? sql::RequireSchema(**connection, Migrations())
                              : sql::Migrate(**connection, Migrations(), base::WallNow());
  if (!is_current) {
    return tl::unexpected<base::Error>(is_current.error());
  }
  auto switches = SwitchLog::Create(**connection);
  if (!switches) {
    return tl::unexpected<base::Error>(switches.error());
  }
  return std::make_unique<Session>(std::move(*connection), std::move(*switches));
}

}  // namespace bulwark::ledger
