// Endless made-up trades of several instruments, the same for the same seed.
//
// Shape:   each instrument walks through regimes of 30 to 240 seconds: a trend up or down, or a
//          pull back to the price at which the regime began, in which sudden drops occur that are
//          bought up again; so both kinds of strategy find work. Trades come more often, are larger
//          and move more near midnight UTC than at noon (the U of a session that lasts a day).
//          Prices stay within a fifth and five times the first one, on the instrument's tick; sizes
//          are whole lots. Times never go back.
// Units:   all arithmetic is in integers (prices in steps of 1e-8), so that the same seed gives the
//          same bytes on every machine and compiler.
// Errors:  Create() refuses an empty table, a rate outside 0.001 to 10,000 per second, and an
//          instrument whose tick exceeds a hundredth of its first price. Next() cannot fail and
//          never ends.
// Threads: one thread. Next() does not allocate. The generator is std::mt19937_64 seeded by the
//          caller (its numbers are fixed by the standard): no randomness of the world enters.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "market/feed.h"
#include "model/instrument.h"
#include "model/market_data.h"

namespace bulwark::market {

class SimulatedFeed final : public Feed {
 public:
  struct Options {
    std::uint64_t seed = 1;
    base::UnixNanos start;          // Time of the first events.
    double ticks_per_second = 5.0;  // Of each instrument, on the average of a day.
  };

  static base::Result<std::unique_ptr<SimulatedFeed>> Create(
      const Options& options, const model::InstrumentTable& instruments);

  base::Result<std::optional<model::MarketEvent>> Next() override;

  [[nodiscard]] const FeedHealth& health() const override { return health_; }

 private:
  enum class Regime : std::uint8_t { kUp, kDown, kRange };

  struct Walk {
    model::InstrumentId instrument;
    std::int64_t tick_size = 1;  // All prices and sizes here are raw decimals.
    std::int64_t lot_size = 1;
    std::int64_t lots_mean = 1;  // Of one trade.
    std::int64_t first_price = 0;
    std::int64_t price = 0;   // Between ticks; what is published is rounded.
    std::int64_t anchor = 0;  // The price to which a range pulls.
    Regime regime = Regime::kRange;
    base::UnixNanos regime_ends_at;
    std::int64_t shock_ticks = 0;  // Ticks left of a sudden drop.
    base::UnixNanos next_at;
  };

  SimulatedFeed(const Options& options, const model::InstrumentTable& instruments);

  static Walk FirstWalk(const model::Instrument& instrument, base::UnixNanos start);

  // Uniform in [0, bound). Requires: bound > 0.
  std::int64_t Below(std::int64_t bound);
  // Bell-shaped around 0; about two thirds lie within +-kNoiseUnit.
  std::int64_t Noise();
  void ChooseRegime(Walk& walk);
  void MovePrice(Walk& walk, std::int64_t shape);
  model::Tick Trade(Walk& walk);

  base::Nanos interval_;  // Mean time between two ticks of one instrument.
  std::mt19937_64 random_;
  std::vector<Walk> walks_;
  FeedHealth health_;
};

// The instruments of the demo: BTC/USDT, ETH/USDT, SOL/USDT with the venue's real steps.
model::InstrumentTable SimulatedInstruments();

}  // namespace bulwark::market
