#include "journal/tap.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "journal/codec.h"
#include "model/event.h"

namespace bulwark::journal {
namespace {

using Length = std::uint16_t;
constexpr std::size_t kEventBytesMax = Codec<model::Event>::kBytesMax;
constexpr std::size_t kGapBytes = sizeof(Length) + sizeof(std::uint64_t);
static_assert(kEventBytesMax <= std::numeric_limits<Length>::max());

}  // namespace

void Tap::Note(const model::Event& event) {
  const std::uint64_t sequence = sequence_.load(std::memory_order_relaxed) + 1;
  std::array<char, kGapBytes + sizeof(Length) + kEventBytesMax> frame;
  char* at = frame.data();
  if (has_gap_) {
    FixedSink gap(at);
    Put(gap, Length{0});
    Put(gap, sequence);
    at = gap.end();
  }
  FixedSink sink(at + sizeof(Length));
  Put(sink, event);
  const auto length = static_cast<Length>(sink.end() - at - static_cast<long>(sizeof(Length)));
  std::memcpy(at, &length, sizeof length);
  has_gap_ = !ring_.TryPushAll(frame.data(), sink.end());
  if (has_gap_) {
    lost_.store(lost_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  sequence_.store(sequence, std::memory_order_release);
}

}  // namespace bulwark::journal
