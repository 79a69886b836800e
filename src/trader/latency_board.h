// The last measured latencies per instrument, from the engine's thread to the publisher's.
//
// Units:   nanoseconds; negative means never measured.
// Threads: the engine loop writes, the publisher reads. Nothing locks.
// Source:  contract section 3.8

#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.h"
#include "model/instrument.h"
#include "stateplane/publisher.h"

namespace bulwark::trader {

class LatencyBoard {
 public:
  LatencyBoard() {
    for (auto& row : spans_) {
      for (auto& span : row) {
        span.store(kNever);
      }
    }
  }

  void Record(stateplane::Latency which, model::InstrumentId instrument, base::Nanos span) {
    spans_[static_cast<std::size_t>(which)][instrument.index].store(span.count());
  }
  // The value since the last Take(), if there is one.
  std::optional<base::Nanos> Take(stateplane::Latency which, model::InstrumentId instrument) {
    const std::int64_t span =
        spans_[static_cast<std::size_t>(which)][instrument.index].exchange(kNever);
    if (span == kNever) {
      return std::nullopt;
    }
    return base::Nanos{span};
  }

 private:
  static constexpr std::int64_t kNever = -1;

  std::array<std::array<std::atomic<std::int64_t>, model::kInstrumentsMax>, stateplane::kLatencies>
      spans_;
};

}  // namespace bulwark::trader
