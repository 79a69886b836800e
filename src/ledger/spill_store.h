// Where a trader keeps what the ledger cannot take: the seam between the ledger writer and the
// place of the spill.
//
// Shape:   Spill (ledger/spill.h) is the real one, a file on the machine's own disk. The simulator
//          has one on a disk that fails. A group counts as a whole or not at all.
// Errors:  as ledger/spill.h.
// Threads: one at a time.
// Source:  docs/ledger.md#when-the-ledger-is-away

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/action.h"

namespace bulwark::ledger {

struct SpillContent {
  std::string id;  // Never used twice.
  std::uint64_t epoch = 0;
  std::vector<model::Action> actions;
};

class SpillStore {
 public:
  SpillStore() = default;
  virtual ~SpillStore() = default;
  SpillStore(const SpillStore&) = delete;
  SpillStore& operator=(const SpillStore&) = delete;
  SpillStore(SpillStore&&) = delete;
  SpillStore& operator=(SpillStore&&) = delete;

  // Durable when it returns. `at` names the spill if this is its first group.
  virtual base::Result<void> Append(std::span<const model::Action> actions, base::UnixNanos at) = 0;
  // Groups were appended by this object and not dropped.
  [[nodiscard]] virtual bool is_open() const = 0;
  // Something is there, of this object or of a run before it.
  [[nodiscard]] virtual bool Exists() const = 0;
  // Reads back what this object, or a run before it, left. No actions when nothing is there.
  [[nodiscard]] virtual base::Result<SpillContent> Read() const = 0;
  // For a spill that the ledger has taken.
  virtual base::Result<void> Drop() = 0;
};

}  // namespace bulwark::ledger
