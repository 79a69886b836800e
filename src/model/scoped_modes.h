// Stops of a part of the account: all of it, one strategy, one symbol.
//
// Shape:   ScopeTurn is a row of the ledger: a scope's mode from then on, kActive for its end. The
//          newest row of each scope together make ScopedModes, what the gate asks; of all scopes an
//          order belongs to, the most severe is in force.
// Errors:  with more strategies than fit the account is stopped: never less than was asked for.
// Threads: values; ScopedModes is trivially copyable.
// Source:  docs/risk.md#scoped-stops

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "model/instrument.h"
#include "model/signal.h"
#include "model/stop_mode.h"

namespace bulwark::model {

enum class StopScope : std::uint8_t { kAccount, kStrategy, kSymbol };
std::string_view Name(StopScope value);  // account strategy symbol
std::optional<StopScope> StopScopeFromName(std::string_view name);

struct ScopeTurn {
  std::uint64_t sequence = 0;
  StopScope scope = StopScope::kAccount;
  std::string name;  // Of the strategy or symbol; empty for the account.
  StopMode mode = StopMode::kActive;
  std::string reason;
  std::string actor;
  base::UnixNanos at;
};

struct StrategyMode {
  StrategyName name;
  StopMode mode = StopMode::kActive;
};

struct ScopedModes {
  static constexpr std::size_t kStrategiesMax = 16;

  std::uint64_t version = 0;  // Sequence of the newest row; 0: there never was one.
  StopMode account = StopMode::kActive;
  std::array<StopMode, kInstrumentsMax> symbols{};
  std::array<StrategyMode, kStrategiesMax> strategies{};
};

void StopStrategy(ScopedModes& modes, std::string_view name, StopMode mode);
// The most severe of all scopes that an order of this strategy for this instrument belongs to.
StopMode ModeFor(const ScopedModes& modes, InstrumentId instrument, const StrategyName& strategy);

}  // namespace bulwark::model
