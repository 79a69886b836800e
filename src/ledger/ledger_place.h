// Where a ledger is: a SQLite file, or a PostgreSQL database by URL.
//
// Shape:   an empty URL means the file. A path converts by itself, as most ledgers are files.
// Threads: a value.

#pragma once

#include <filesystem>
#include <string>
#include <type_traits>
#include <utility>

#include "base/secret.h"

namespace bulwark::ledger {

struct LedgerPlace {
  LedgerPlace() = default;
  template <class Path>
    requires std::is_convertible_v<Path, std::filesystem::path>
  // NOLINTNEXTLINE(google-explicit-constructor): see above.
  LedgerPlace(const Path& path) : file(path) {}
  LedgerPlace(std::filesystem::path path, base::Secret database)
      : file(std::move(path)), url(std::move(database)) {}

  [[nodiscard]] bool is_postgres() const { return !url.empty(); }
  // For messages: the file, or the URL without user and password.
  [[nodiscard]] std::string Name() const;

  std::filesystem::path file;
  base::Secret url;
};

}  // namespace bulwark::ledger
