// Makes at most one decision of what the strategies say about one bar: highest confidence wins.
//
// Shape:   keeps the latest opinion of each strategy per instrument. An opinion to hold a position
//          lives for `memory_bars` bars of its instrument (the bar it was said on is the first) so
//          that strategies that speak on neighbouring bars can agree; it is replaced by the
//          strategy's next word and all opinions on the instrument are dropped when a flat decision
//          is made. Rules, in order: 1. any fresh kFlat wins, whatever its confidence; the highest
//          confidence of them; 2. of the directions that have a fresh signal, and `min_agreeing`
//          living opinions of at
//             least `min_confidence`, the one with the most confident living opinion wins.
//          Equal confidences: the strategy named earlier to Create() wins. A signal whose
//          confidence is not in [0, 1] (NaN too) is ignored and counted.
// Errors:  Create() refuses no or too many strategies, min_confidence outside [0, 1], min_agreeing
//          of 0 or above the number of strategies, memory_bars of 0.
// Threads: the engine thread. Nothing allocates after Create().
// Source:  contract section 3.4 (highest_confidence)

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/uuid.h"
#include "model/market_data.h"
#include "model/signal.h"

namespace bulwark::strategy {

class Supervisor {
 public:
  static constexpr std::size_t kStrategiesMax = 16;

  struct Options {
    double min_confidence = 0.6;
    std::size_t min_agreeing = 1;
    std::size_t memory_bars = 3;
  };

  static base::Result<Supervisor> Create(const Options& options,
                                         std::span<const model::StrategyName> strategies,
                                         std::size_t instruments);

  // Decides on the signals that `bar` caused; call it for every bar, since the calls count the
  // bars by which opinions age. The decision carries `id` and the bar's receipt time.
  // Requires: the signals are of the bar's instrument and of strategies named to Create().
  [[nodiscard]] std::optional<model::Decision> OnBar(const model::Bar& bar,
                                                     std::span<const model::Signal> signals,
                                                     const base::Uuid& id);

  [[nodiscard]] std::uint64_t ignored_signals() const { return ignored_signals_; }

 private:
  struct Opinion {
    model::Direction direction = model::Direction::kFlat;
    double confidence = 0;
    std::uint64_t bar = 0;  // Number of the bar it was said on; 0 for none.
  };
  struct Row {
    std::uint64_t bar = 0;  // Bars seen of this instrument.
    std::vector<Opinion> opinions;
  };

  Supervisor(const Options& options, std::span<const model::StrategyName> strategies,
             std::size_t instruments);

  void Take(Row& row, const model::Signal& signal);
  [[nodiscard]] bool IsAlive(const Row& row, const Opinion& opinion) const;
  [[nodiscard]] bool IsFreshAndAgreed(const Row& row, model::Direction direction) const;
  [[nodiscard]] std::optional<std::size_t> Flat(const Row& row) const;
  [[nodiscard]] std::optional<std::size_t> Entry(const Row& row) const;

  Options options_;
  std::vector<model::StrategyName> strategies_;
  std::vector<Row> rows_;  // Indexed by instrument.
  std::uint64_t ignored_signals_ = 0;
};

}  // namespace bulwark::strategy
