// What every strategy offers: a bar goes in, sometimes an opinion comes out.
//
// Shape:   one object serves all instruments; its state is an array over the instrument number,
//          sized when it is made. The answer depends on the bars seen so far and on nothing else.
// Errors:  none; a strategy with nothing to say answers empty.
// Threads: the engine thread. OnBar() neither allocates nor reads a clock.

#pragma once

#include <cstddef>
#include <optional>

#include "model/market_data.h"
#include "model/signal.h"

namespace bulwark::strategy {

class Strategy {
 public:
  Strategy() = default;
  virtual ~Strategy() = default;
  Strategy(const Strategy&) = delete;
  Strategy& operator=(const Strategy&) = delete;
  Strategy(Strategy&&) = delete;
  Strategy& operator=(Strategy&&) = delete;

  // Takes a finished bar. The signal's time is the bar's receipt time.
  // Requires: the bar's instrument is below the count the strategy was made for, and the bars of
  // one instrument come in order.
  virtual std::optional<model::Signal> OnBar(const model::Bar& bar) = 0;

  [[nodiscard]] virtual model::StrategyName name() const = 0;
  // Bars of an instrument that pass before the first signal is possible.
  [[nodiscard]] virtual std::size_t warm_up_bars() const = 0;
};

}  // namespace bulwark::strategy
