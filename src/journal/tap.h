// Where the engine thread leaves a copy of each event it processes, for the recorder.
//
// Shape:   a ring of bytes. Each event is a frame: its length (2 bytes, not 0) and its bytes. A
//          frame of length 0 is followed by the number (8 bytes) of the event that comes next: the
//          ones before it are lost. Events are numbered from 1 in the order of processing.
// Errors:  a full ring loses the event, never waits: it is counted and the numbers have a gap.
// Threads: Note() on the engine thread, Read() on the recorder's; the counters by anybody.
//          Allocates at construction only.
// Source:  docs/explain.md#the-journal

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/queue.h"
#include "model/event.h"

namespace bulwark::journal {

class Tap {
 public:
  // Seconds of a busy market, while the disk is slow.
  static constexpr std::size_t kRingBytes = std::size_t{2} << 20U;

  explicit Tap(std::size_t ring_bytes = kRingBytes) : ring_(ring_bytes) {}

  // Takes the next event. Costs tens of nanoseconds, whatever the disk does.
  void Note(const model::Event& event);

  // Moves at most `count` bytes to `out`; answers how many.
  std::size_t Read(char* out, std::size_t count) { return ring_.TryPopSome(out, count); }

  // The number of the last event, lost ones included.
  [[nodiscard]] std::uint64_t sequence() const { return sequence_.load(std::memory_order_acquire); }
  [[nodiscard]] std::uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }

  // What is taken cannot be written; set by the recorder.
  void SetFailing(bool is_failing) { is_failing_.store(is_failing, std::memory_order_relaxed); }
  [[nodiscard]] bool is_failing() const { return is_failing_.load(std::memory_order_relaxed); }

 private:
  base::SpscQueue<char> ring_;
  std::atomic<std::uint64_t> sequence_ = 0;
  std::atomic<std::uint64_t> lost_ = 0;
  std::atomic<bool> is_failing_ = false;
  bool has_gap_ = false;  // The last event was lost.
};

}  // namespace bulwark::journal
