// A bounded queue between exactly one producer thread and one consumer thread.
//
// Shape:   a ring of `capacity` values, sized once. Full means TryPush() answers false; what "full"
//          means for the caller is written beside each queue (docs/threads.md).
// Threads: one thread pushes, one thread pops. Nothing locks, blocks or allocates after
//          construction.

#pragma once

#include <cstddef>
#include <iterator>

#include <boost/lockfree/spsc_queue.hpp>

namespace bulwark::base {

template <class T>
class SpscQueue {
 public:
  explicit SpscQueue(std::size_t capacity) : ring_(capacity) {}

  [[nodiscard]] bool TryPush(const T& value) { return ring_.push(value); }

  // The consumer sees all of them or none. False, and nothing is pushed, when they do not fit.
  template <class Iterator>
  [[nodiscard]] bool TryPushAll(Iterator begin, Iterator end) {
    if (free() < static_cast<std::size_t>(std::distance(begin, end))) {
      return false;
    }
    return ring_.push(begin, end) == end;
  }

  [[nodiscard]] bool TryPop(T& value) { return ring_.pop(value); }

  // Moves at most `limit` values to `out`, oldest first; answers how many.
  [[nodiscard]] std::size_t TryPopSome(T* out, std::size_t limit) { return ring_.pop(out, limit); }

  // The oldest value, which stays; null when there is none. For the consumer only.
  [[nodiscard]] const T* Front() { return ring_.read_available() > 0 ? &ring_.front() : nullptr; }

  // Gives at most `limit` values to `consume`, oldest first; answers how many.
  template <class Consume>
  std::size_t Drain(std::size_t limit, Consume&& consume) {
    std::size_t drained = 0;
    while (drained < limit && ring_.consume_one(consume)) {
      ++drained;
    }
    return drained;
  }

  // For the producer only: how many TryPush() will succeed at least.
  [[nodiscard]] std::size_t free() const { return ring_.write_available(); }

  // For the consumer only.
  [[nodiscard]] std::size_t size() const { return ring_.read_available(); }

 private:
  boost::lockfree::spsc_queue<T> ring_;
};

}  // namespace bulwark::base
