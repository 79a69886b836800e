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

#include "base/crash_point.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/chain.h"
#include "ledger/spill_store.h"
#include "ledger/symbols.h"
#include "model/action.h"
#include "model/instrument.h"

namespace bulwark::ledger {

inline constexpr base::DurableWrite kSpillWrite{"spill.append",
                                                "a group that the ledger could not take"};
inline constexpr base::DurableWrite kSpillDrop{"spill.drop",
                                               "the end of a spill that the ledger has taken"};

class Spill final : public SpillStore {
 public:
  static constexpr std::size_t kBytesMax = std::size_t{64} << 20U;

  // Makes no file yet. `table` gives the instruments' symbols.
  Spill(std::filesystem::path file, const model::InstrumentTable& table, std::uint64_t epoch);
  ~Spill() override;
  Spill(const Spill&) = delete;
  Spill& operator=(const Spill&) = delete;
  Spill(Spill&&) = delete;
  Spill& operator=(Spill&&) = delete;

  base::Result<void> Append(std::span<const model::Action> actions, base::UnixNanos at) override;
  [[nodiscard]] bool is_open() const override { return descriptor_ >= 0; }
  // Also when it cannot be looked at: Read() says what is wrong with it.
  [[nodiscard]] bool Exists() const override;
  [[nodiscard]] base::Result<SpillContent> Read() const override;
  base::Result<void> Drop() override;

 private:
  base::Result<void> WriteFrame(const std::string& payload);
  base::Result<void> Start(base::UnixNanos at);

  std::filesystem::path file_;
  model::InstrumentTable table_;
  SymbolMap symbols_;
  std::uint64_t epoch_;
  int descriptor_ = -1;
  bool is_taken_ = false;  // The file is there, and the ledger has all of it.
  std::size_t size_ = 0;   // Of the whole frames.
  std::uint64_t frames_ = 0;
  std::string last_sum_;
  mutable Sha256 sha_;
};

}  // namespace bulwark::ledger
