// Names every file of the data folder, so that no other place spells one.
//
// Shape:   absolute paths below one root (`--data`, default ./data).
// Errors:  Create() fails with kInvalidArgument when a socket's path would not fit into
//          sockaddr_un; Prepare() fails with kUnavailable when a folder cannot be made.
// Threads: a value.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bulwark::app {

class DataPaths {
 public:
  static base::Result<DataPaths> Create(const std::filesystem::path& root);

  // Makes the folders, for this user only; a root that was there keeps its rights. Idempotent.
  [[nodiscard]] base::Result<void> Prepare() const;

  [[nodiscard]] const std::filesystem::path& Root() const { return root_; }
  [[nodiscard]] std::filesystem::path RedisDir() const { return root_ / "redis"; }
  [[nodiscard]] std::filesystem::path RunDir() const { return root_ / "run"; }
  [[nodiscard]] std::filesystem::path RedisSocket() const { return RunDir() / "redis.sock"; }
  [[nodiscard]] std::filesystem::path VenueSocket() const { return RunDir() / "venue.sock"; }
  // Small facts about a running role (pid, port): run/api.json.
  [[nodiscard]] std::filesystem::path RoleFile(std::string_view role) const;
  // Held with flock() by the one process of that role: run/trader.lock.
  [[nodiscard]] std::filesystem::path LockFile(std::string_view role) const;
  [[nodiscard]] std::filesystem::path LedgerFile() const { return root_ / "ledger.db"; }
  [[nodiscard]] std::filesystem::path JournalDir() const { return root_ / "journal"; }
  // What the ledger could not take yet.
  [[nodiscard]] std::filesystem::path SpillFile() const { return root_ / "spill.journal"; }
  [[nodiscard]] std::filesystem::path MarketDataFile() const { return root_ / "data.db"; }
  // Keys of vendors, NAME=VALUE; only its owner may read it.
  [[nodiscard]] std::filesystem::path VendorKeysFile() const { return root_ / "vendor.keys"; }
  // Files of columns: bars/1d/AAPL.bars.
  [[nodiscard]] std::filesystem::path ColumnsDir() const { return root_ / "bars"; }
  [[nodiscard]] std::filesystem::path JobsFile() const { return root_ / "jobs.db"; }
  [[nodiscard]] std::filesystem::path PaperFile() const { return root_ / "paper.db"; }

 private:
  explicit DataPaths(std::filesystem::path root) : root_(std::move(root)) {}

  std::filesystem::path root_;
};

}  // namespace bulwark::app
