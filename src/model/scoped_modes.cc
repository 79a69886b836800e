#include "model/scoped_modes.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "model/instrument.h"
#include "model/signal.h"
#include "model/stop_mode.h"

namespace bulwark::model {
namespace {

constexpr std::array<std::string_view, 3> kScopes = {"account", "strategy", "symbol"};

}  // namespace

std::string_view Name(StopScope value) {
  return kScopes.at(static_cast<std::size_t>(value));
}

std::optional<StopScope> StopScopeFromName(std::string_view name) {
  for (std::size_t at = 0; at < kScopes.size(); ++at) {
    if (kScopes.at(at) == name) {
      return static_cast<StopScope>(at);
    }
  }
  return std::nullopt;
}

void StopStrategy(ScopedModes& modes, std::string_view name, StopMode mode) {
  const auto fitting = StrategyName::Make(name);
  if (!fitting || mode == StopMode::kActive) {
    return;  // No strategy has a longer name.
  }
  for (StrategyMode& row : modes.strategies) {
    if (row.mode == StopMode::kActive || row.name == *fitting) {
      row = {.name = *fitting, .mode = std::max(row.mode, mode)};
      return;
    }
  }
  modes.account = std::max(modes.account, mode);
}

StopMode ModeFor(const ScopedModes& modes, InstrumentId instrument, const StrategyName& strategy) {
  StopMode mode = std::max(modes.account, modes.symbols.at(instrument.index));
  for (const StrategyMode& row : modes.strategies) {
    if (row.mode != StopMode::kActive && row.name == strategy) {
      mode = std::max(mode, row.mode);
    }
  }
  return mode;
}

}  // namespace bulwark::model
