// The spill of one machine, on a disk of its own that fails too.
//
// Shape:   SpillFile is what survives every crash, FakeSpill one run's handle. A group is there as
//          a whole after the wait for the disk; a crash before that moment leaves nothing of it
//          (the real one cuts a torn frame off), one after it leaves all of it.
// Errors:  as ledger/spill.h.
// Threads: one.
// Source:  ledger/spill.h

#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/result.h"
#include "base/time.h"
#include "ledger/spill_store.h"
#include "model/action.h"
#include "sim/context.h"

namespace bulwark::sim {

using SpillFile = std::optional<ledger::SpillContent>;

class FakeSpill final : public ledger::SpillStore {
 public:
  FakeSpill(Context& context, SpillFile& file, std::uint64_t epoch)
      : context_(context), file_(file), epoch_(epoch) {}

  base::Result<void> Append(std::span<const model::Action> actions, base::UnixNanos at) override;
  [[nodiscard]] bool is_open() const override { return is_open_; }
  [[nodiscard]] bool Exists() const override {
    return file_.has_value() && context_.bug != Bug::kForgetSpill;
  }
  [[nodiscard]] base::Result<ledger::SpillContent> Read() const override;
  base::Result<void> Drop() override;

 private:
  base::Result<void> Reach(const char* call) const;

  Context& context_;
  SpillFile& file_;
  std::uint64_t epoch_;
  bool is_open_ = false;
  bool is_taken_ = false;
};

}  // namespace bulwark::sim
