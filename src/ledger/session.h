// One open connection to the ledger's database with what is prepared on it.
//
// Shape:   made whole by OpenSession(); when the server is lost, the whole session goes and another
//          one is opened.
// Errors:  as ledger/ledger.h.
// Threads: one at a time.

#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "base/result.h"
#include "ledger/journal.h"
#include "ledger/ledger_place.h"
#include "ledger/switch_log.h"
#include "sql/connection.h"

namespace bulwark::ledger {

struct OpenOptions {
  sql::Access access = sql::Access::kReadWrite;
  bool is_created_if_missing = true;
  // Reads the whole file for damage. A stop must not wait for that: `halt` and `kill` turn it off.
  bool is_checked = true;
  // How long a server, or another writer, may keep a call waiting.
  std::chrono::milliseconds call_timeout{2'000};
};

// Declared in the order of need: statements die before their connection.
struct Session {
  explicit Session(std::unique_ptr<sql::Connection> opened, SwitchLog log)
      : connection(std::move(opened)), switches(std::move(log)) {}

  std::unique_ptr<sql::Connection> connection;
  SwitchLog switches;
  std::unique_ptr<Journal> journal;  // From BeginRun() on.
};

// Opens, migrates (or, for a reader, requires the newest version) and prepares.
base::Result<std::unique_ptr<Session>> OpenSession(const LedgerPlace& place,
                                                   const OpenOptions& options);

}  // namespace bulwark::ledger
