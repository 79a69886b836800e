// A strategy's opinion, and the decision the supervisor makes of several opinions.
//
// Shape:   confidence is finite, in [0, 1]. kFlat asks to leave the position, kNone says nothing.
// Threads: trivially copyable values.

#pragma once

#include <cstdint>

#include "base/fixed_string.h"
#include "base/time.h"
#include "base/uuid.h"
#include "model/instrument.h"

namespace bulwark::model {

using StrategyName = base::FixedString<24>;

enum class Direction : std::uint8_t { kLong, kShort, kFlat };

struct Signal {
  InstrumentId instrument;
  Direction direction = Direction::kFlat;
  double confidence = 0;
  StrategyName strategy;
  base::UnixNanos at;  // Receipt time of the market event that caused it.
};

// The domain of decision ids (base/uuid.h); the number is never given another meaning.
constexpr std::uint32_t kDecisionIds = 2;

struct Decision {
  base::Uuid id;
  InstrumentId instrument;
  Direction direction = Direction::kFlat;
  double confidence = 0;  // Of the signal that won; scales the size.
  StrategyName strategy;  // The winner.
  base::UnixNanos at;
};

}  // namespace bulwark::model
