// Numbers that look random and repeat exactly: splitmix64, one stream per seed.
//
// Shape:   Mix() is the same function without a state, for decisions that must not depend on what
//          was drawn before them.
// Threads: a value.

#pragma once

#include <cstdint>

#include "base/time.h"

namespace bulwark::sim {

constexpr std::uint64_t Mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31U);
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(Mix(seed)) {}

  std::uint64_t Next() { return Mix(state_++); }
  // In [0, count). Requires: count > 0.
  std::uint64_t Below(std::uint64_t count) { return Next() % count; }
  bool Chance(std::uint32_t per_million) { return Below(1'000'000) < per_million; }
  // In [least, most].
  base::Nanos Between(base::Nanos least, base::Nanos most) {
    const auto span = static_cast<std::uint64_t>((most - least).count()) + 1;
    return least + base::Nanos{static_cast<std::int64_t>(Below(span))};
  }

 private:
  std::uint64_t state_;
};

}  // namespace bulwark::sim
