// Sums the ticks of each instrument up to bars of one fixed interval.
//
// Shape:   one open bar per instrument, held in an array sized at construction. Intervals are
//          aligned to the Unix epoch. A bar is finished by the first tick of a later interval;
//          intervals without a tick give no bar. A finished bar never changes: a tick of an earlier
//          interval than the open one is late, is counted and is not folded in (its price may still
//          be shown elsewhere). A tick of the open interval counts in the order of arrival, also
//          when its time goes back a little.
// Units:   event time decides the interval, never receipt time: a recording's clock may be behind
//          the exchange's. Volume saturates at the largest decimal instead of wrapping.
// Errors:  Create() refuses an interval that is not positive. OnTick() cannot fail.
// Threads: one thread. Nothing allocates after Create().

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/instrument.h"
#include "model/market_data.h"

namespace bulwark::market {

class BarBuilder {
 public:
  static base::Result<BarBuilder> Create(base::Nanos interval, std::size_t instruments);

  // Folds the tick in; answers the bar that it finished, which carries the tick's receipt time.
  // Requires: the instrument's number is below the count given to Create().
  [[nodiscard]] std::optional<model::Bar> OnTick(const model::Tick& tick);

  // The unfinished bar of an instrument, empty before its first tick.
  [[nodiscard]] const std::optional<model::Bar>& open_bar(model::InstrumentId instrument) const {
    return open_.at(instrument.index);
  }
  [[nodiscard]] base::Nanos interval() const { return interval_; }
  [[nodiscard]] std::uint64_t late_ticks() const { return late_ticks_; }

 private:
  BarBuilder(base::Nanos interval, std::size_t instruments)
      : interval_(interval), open_(instruments) {}

  base::Nanos interval_;
  std::vector<std::optional<model::Bar>> open_;  // Indexed by instrument.
  std::uint64_t late_ticks_ = 0;
};

}  // namespace bulwark::market
