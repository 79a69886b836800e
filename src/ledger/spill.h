// Keeps what could not be committed while the ledger is away, on the local disk, until it is back.
//
// Shape:   one file of frames, each a line: <number> <bytes> <sha-256> <payload>. The checksum
//          covers number, payload and the checksum before it, so that frames cannot be mixed. The
//          first frame names the spill (run and time) and its instruments; each other one holds the
//          journaled actions of one group. An unfinished last frame never counted and is cut off.
// Units:   bytes; at most kBytesMax.
// Errors:  kUnavailable: the disk refuses or the limit is reached; the file then ends with the last
//          whole frame. kCorrupt: a frame in the middle is damaged; nothing of the file is used.
// Threads: one at a time. Append() blocks on the disk (fdatasync).
// Source:  docs/ledger.md#when-the-ledger-is-away

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/crash_point.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/chain.h"
#include "ledger/symbols.h"
#include "model/action.h"
#include "model/instrument.h"

namespace bulwark::ledger {

inline constexpr base::DurableWrite kSpillWrite{"spill.append",
                                                "a group that the ledger could not take"};
inline constexpr base::DurableWrite kSpillDrop{"spill.drop",
                                               "the end of a spill that the ledger has taken"};

struct SpillContent {
  std::string id;  // Never used twice.
  std::uint64_t epoch = 0;
  std::vector<model::Action> actions;
};

class Spill {
 public:
  static constexpr std::size_t kBytesMax = std::size_t{64} << 20U;

  // Makes no file yet. `table` gives the instruments' symbols.
  Spill(std::filesystem::path file, const model::InstrumentTable& table, std::uint64_t epoch);
  ~Spill();
  Spill(const Spill&) = delete;
  Spill& operator=(const Spill&) = delete;
  Spill(Spill&&) = delete;
  Spill& operator=(Spill&&) = delete;

  // Durable when it returns. `at` names the spill if this is its first group.
  base::Result<void> Append(std::span<const model::Action> actions, base::UnixNanos at);
  // Frames were appended by this object and not dropped.
  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

  // Reads back what this object, or a run before it, left. Empty actions when there is no file.
  base::Result<SpillContent> Read() const;
  // For a spill that the ledger has taken.
  base::Result<void> Drop();

 private:
  base::Result<void> WriteFrame(const std::string& payload);
  base::Result<void> Start(base::UnixNanos at);

  std::filesystem::path file_;
  model::InstrumentTable table_;
  SymbolMap symbols_;
  std::uint64_t epoch_;
  int descriptor_ = -1;
  std::size_t size_ = 0;  // Of the whole frames.
  std::uint64_t frames_ = 0;
  std::string last_sum_;
  mutable Sha256 sha_;
};

}  // namespace bulwark::ledger
