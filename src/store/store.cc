#include "store/store.h"

#include <memory>
#include <utility>

#include "base/result.h"
#include "sql/connection.h"
#include "sql/migrations.h"
#include "sql/postgres.h"
#include "sql/sqlite_file.h"
#include "store/schema.h"

namespace bulwark::store {
namespace {

base::Result<std::unique_ptr<sql::Connection>> Connect(const StorePlace& place,
                                                       const OpenOptions& options) {
  if (place.url.empty()) {
    // Not checked as a whole at each start: it is large, and every row can be fetched again.
    return sql::OpenSqlite(
        place.file,
        {.access = options.access, .is_checked = false, .busy_timeout = options.call_timeout});
  }
  return sql::OpenPostgres(place.url,
                           {.access = options.access, .call_timeout = options.call_timeout});
}

base::Result<void> RequireOwnTables(sql::Connection& connection) {
  const auto version = sql::SchemaVersion(connection);
  if (!version) {
    return tl::unexpected<base::Error>(version.error());
  }
  if (*version == 0) {
    return {};
  }
  const auto first = connection.QueryText("SELECT name FROM schema_version WHERE version = 1");
  if (!first) {
    return tl::unexpected<base::Error>(first.error());
  }
  if (*first != Migrations().front().name) {
    return base::Fail(
        base::ErrorCode::kInvalidArgument,
        connection.place() + ": holds other tables; market data needs a file or schema of its own");
  }
  return {};
}

}  // namespace

base::Result<std::unique_ptr<Store>> Store::Open(const StorePlace& place,
                                                 const OpenOptions& options) {
  auto connection = Connect(place, options);
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  if (auto own = RequireOwnTables(**connection); !own) {
    return tl::unexpected<base::Error>(own.error());
  }
  const auto ready = options.access == sql::Access::kReadWrite
                         ? sql::Migrate(**connection, Migrations(), options.now)
                         : sql::RequireSchema(**connection, Migrations());
  if (!ready) {
    return tl::unexpected<base::Error>(ready.error());
  }
  return std::unique_ptr<Store>(new Store(*std::move(connection)));
}

}  // namespace bulwark::store
