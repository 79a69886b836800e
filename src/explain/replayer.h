// Runs the engine again on the journal of one run.
//
// Shape:   the engine is made of what the journal says the run started from; Step() gives it the
//          next event and keeps what it answered. It stops where the journal ends, and before a
//          gap: after one the engine would not be the same.
// Errors:  kNotFound when the run has no journal or its beginning was deleted. kCorrupt and
//          kInvalidArgument for a journal that this version cannot replay.
// Threads: one. Reads the files of the journal.
// Owner:   the observer must outlive it.

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/result.h"
#include "engine/engine.h"
#include "journal/run_reader.h"
#include "model/action_buffer.h"
#include "model/instrument.h"
#include "trader/run_record.h"

namespace bulwark::explain {

class Replayer {
 public:
  static base::Result<std::unique_ptr<Replayer>> Open(const std::filesystem::path& journal,
                                                      std::uint64_t epoch,
                                                      engine::Observer* observer = nullptr);
  Replayer(const Replayer&) = delete;
  Replayer& operator=(const Replayer&) = delete;
  Replayer(Replayer&&) = delete;
  Replayer& operator=(Replayer&&) = delete;
  ~Replayer() = default;

  // False when there is nothing more to replay.
  base::Result<bool> Step();

  // Of the last Step() that was true.
  [[nodiscard]] const journal::RecordedEvent& event() const { return event_; }
  [[nodiscard]] const model::ActionBuffer& actions() const { return actions_; }

  [[nodiscard]] const trader::RunRecord& record() const { return record_; }
  [[nodiscard]] const model::InstrumentTable& instruments() const { return instruments_; }
  // The number of the first event that is missing; empty when none is known to be.
  [[nodiscard]] std::optional<std::uint64_t> gap() const { return gap_; }
  // The run ended in good order and all of it was replayed.
  [[nodiscard]] bool is_whole() const { return is_whole_; }

 private:
  Replayer(trader::RunRecord record, model::InstrumentTable instruments, journal::RunReader reader);
  base::Result<bool> ReadNext();

  trader::RunRecord record_;
  model::InstrumentTable instruments_;
  journal::RunReader reader_;
  std::unique_ptr<engine::Engine> engine_;
  journal::RecordedEvent event_;
  model::ActionBuffer actions_;
  std::optional<std::uint64_t> gap_;
  bool is_whole_ = false;
};

}  // namespace bulwark::explain
