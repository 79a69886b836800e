// Keeps the last finished bars of each instrument, for the chart that is published.
//
// Shape:   kCandlesMax slots per instrument, allocated at construction; a new bar replaces the
//          oldest.
// Threads: one thread. Nothing allocates after construction, and nothing fails.
// Source:  contract section 1.4 (MARKET:OHLCV holds at most 50 rows, oldest first)

#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "base/ensure.h"
#include "model/instrument.h"
#include "model/market_data.h"

namespace bulwark::market {

class CandleRing {
 public:
  static constexpr std::size_t kCandlesMax = 50;

  explicit CandleRing(std::size_t instruments) : rows_(instruments) {}

  // Requires: the bar's instrument is below the count given to the constructor (as in all below).
  void Push(const model::Bar& bar) {
    Row& row = rows_.at(bar.instrument.index);
    row.bars[row.pushed % kCandlesMax] = bar;
    ++row.pushed;
  }

  [[nodiscard]] std::size_t size(model::InstrumentId instrument) const {
    const std::size_t pushed = rows_.at(instrument.index).pushed;
    return pushed < kCandlesMax ? pushed : kCandlesMax;
  }

  // The bar at `position`, 0 is the oldest kept. Requires: position < size(instrument).
  [[nodiscard]] const model::Bar& At(model::InstrumentId instrument, std::size_t position) const {
    ENSURE(position < size(instrument));
    const Row& row = rows_.at(instrument.index);
    return row.bars[(row.pushed - size(instrument) + position) % kCandlesMax];
  }

 private:
  struct Row {
    std::array<model::Bar, kCandlesMax> bars{};
    std::size_t pushed = 0;  // Ever; the next slot is its remainder.
  };

  std::vector<Row> rows_;
};

}  // namespace bulwark::market
