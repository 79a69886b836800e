// The scoped stops as flags that one thread sets and another reads with no lock between them.
//
// Shape:   a strategy keeps the place that its name first got; what finds no place stops the
//          account. A reader may see some flags of a new set and some of the old one: each is right
//          as of a moment, and the engine judges by whole sets.
// Threads: one thread sets, any may read.
// Source:  docs/risk.md#scoped-stops

#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>

#include "model/instrument.h"
#include "model/order.h"
#include "model/scoped_modes.h"
#include "model/signal.h"
#include "model/stop_mode.h"

namespace bulwark::trader {

class ScopeFlags {
 public:
  void Set(const model::ScopedModes& modes) {
    model::StopMode account = modes.account;
    std::array<model::StopMode, kPlaces> wanted{};
    for (const model::StrategyMode& row : modes.strategies) {
      if (row.mode == model::StopMode::kActive) {
        continue;
      }
      const std::size_t place = PlaceOf(row.name);
      if (place < kPlaces) {
        wanted.at(place) = row.mode;
      } else {
        account = std::max(account, row.mode);
      }
    }
    account_.store(account);
    for (std::size_t at = 0; at < modes.symbols.size(); ++at) {
      symbols_.at(at).store(modes.symbols.at(at));
    }
    for (std::size_t at = 0; at < kPlaces; ++at) {
      strategies_.at(at).store(wanted.at(at));
    }
  }

  [[nodiscard]] model::StopMode ModeFor(const model::Order& order) const {
    model::StopMode mode = std::max(account_.load(), symbols_.at(order.instrument.index).load());
    const std::size_t used = used_.load(std::memory_order_acquire);
    for (std::size_t at = 0; at < used; ++at) {
      if (names_.at(at) == order.strategy) {
        mode = std::max(mode, strategies_.at(at).load());
      }
    }
    return mode;
  }

 private:
  static constexpr std::size_t kPlaces = 64;

  // A new name is written before it is counted, and never changed.
  std::size_t PlaceOf(const model::StrategyName& name) {
    const std::size_t used = used_.load(std::memory_order_relaxed);
    for (std::size_t at = 0; at < used; ++at) {
      if (names_.at(at) == name) {
        return at;
      }
    }
    if (used < kPlaces) {
      names_.at(used) = name;
      used_.store(used + 1, std::memory_order_release);
    }
    return used;
  }

  std::atomic<model::StopMode> account_ = model::StopMode::kActive;
  std::array<std::atomic<model::StopMode>, model::kInstrumentsMax> symbols_{};
  std::array<model::StrategyName, kPlaces> names_{};
  std::array<std::atomic<model::StopMode>, kPlaces> strategies_{};
  std::atomic<std::size_t> used_ = 0;
};

}  // namespace bulwark::trader
