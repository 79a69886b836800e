// Hands the newest value from one thread to another without waiting on either side.
//
// Shape:   three copies: one being written, one being read, one in between. A value that is not
//          read in time is replaced by the next; none is read half written.
// Threads: one writer, one reader. Nothing locks or blocks; allocates at construction only.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace bulwark::base {

template <class T>
class TripleBuffer {
 public:
  explicit TripleBuffer(const T& initial) : slots_{initial, initial, initial} {}

  // The writer's copy; fill it, then Publish().
  [[nodiscard]] T& writing() { return slots_[write_]; }
  void Publish() { write_ = middle_.exchange(write_ | kFresh, std::memory_order_acq_rel) & kIndex; }

  // Takes the newest value, if there is one since the last call; then reading() is it.
  bool Take() {
    if ((middle_.load(std::memory_order_relaxed) & kFresh) == 0) {
      return false;
    }
    read_ = middle_.exchange(read_, std::memory_order_acq_rel) & kIndex;
    return true;
  }
  [[nodiscard]] const T& reading() const { return slots_[read_]; }

 private:
  static constexpr std::uint32_t kIndex = 3;
  static constexpr std::uint32_t kFresh = 4;  // The middle slot has not been read yet.

  std::array<T, 3> slots_;
  std::uint32_t write_ = 0;
  std::uint32_t read_ = 1;
  std::atomic<std::uint32_t> middle_{2};
};

}  // namespace bulwark::base
