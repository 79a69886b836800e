#include "config/settings_rules.h"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include <fmt/format.h>

#include "config/duration.h"
#include "config/settings.h"

namespace bulwark::config {
namespace {

using Broken = std::optional<std::string>;

Broken PerpIsNotTradable(const Settings& settings) {
  if (settings.account.mode == AccountMode::kPerp) {
    return "perp cannot be traded yet; allowed now: spot or margin";
  }
  return std::nullopt;
}

Broken ReplayNeedsAFile(const Settings& settings) {
  if (settings.feed.kind == FeedKind::kReplay && settings.feed.file.empty()) {
    return "is empty, but feed.kind is replay; name a recording";
  }
  return std::nullopt;
}

Broken FastBelowSlow(const Settings& settings) {
  const EmaCrossSettings& ema = settings.strategy.ema_cross;
  if (ema.fast >= ema.slow) {
    return fmt::format("{} must be below strategy.ema_cross.slow, which is {}", ema.fast, ema.slow);
  }
  return std::nullopt;
}

Broken RsiLowBelowHigh(const Settings& settings) {
  const MeanReversionSettings& reversion = settings.strategy.mean_reversion;
  if (reversion.rsi_low >= reversion.rsi_high) {
    return fmt::format("{} must be below strategy.mean_reversion.rsi_high, which is {}",
                       reversion.rsi_low.ToString(), reversion.rsi_high.ToString());
  }
  return std::nullopt;
}

Broken EnoughStrategies(const Settings& settings) {
  const std::size_t enabled = settings.strategy.enabled.size();
  if (static_cast<std::size_t>(settings.supervisor.min_agreeing) > enabled) {
    return fmt::format("{} strategies can never agree: strategy.enabled has {}",
                       settings.supervisor.min_agreeing, enabled);
  }
  return std::nullopt;
}

Broken PortsDiffer(const Settings& settings) {
  if (settings.api.port != 0 && settings.redis.url.empty() &&
      settings.api.port == settings.redis.port) {
    return fmt::format("{} is also redis.port", settings.api.port);
  }
  return std::nullopt;
}

Broken BackoffGrows(const Settings& settings) {
  if (settings.up.backoff_min > settings.up.backoff_max) {
    return fmt::format("{} is above up.backoff_max, which is {}",
                       FormatDuration(settings.up.backoff_min),
                       FormatDuration(settings.up.backoff_max));
  }
  return std::nullopt;
}

Broken WatchdogWarnsFirst(const Settings& settings) {
  const WatchdogSettings& watchdog = settings.watchdog;
  if (!watchdog.stop_pct.is_zero() && watchdog.warn_pct >= watchdog.stop_pct) {
    return fmt::format("{} must be below watchdog.stop_pct, which is {}",
                       watchdog.warn_pct.ToString(), watchdog.stop_pct.ToString());
  }
  return std::nullopt;
}

constexpr std::array kRules = std::to_array<Rule>({
    {"account.mode", "", &PerpIsNotTradable},
    {"feed.file", "feed.kind", &ReplayNeedsAFile},
    {"strategy.ema_cross.fast", "strategy.ema_cross.slow", &FastBelowSlow},
    {"strategy.mean_reversion.rsi_low", "strategy.mean_reversion.rsi_high", &RsiLowBelowHigh},
    {"supervisor.min_agreeing", "strategy.enabled", &EnoughStrategies},
    {"api.port", "redis.port", &PortsDiffer},
    {"watchdog.warn_pct", "watchdog.stop_pct", &WatchdogWarnsFirst},
    {"up.backoff_min", "up.backoff_max", &BackoffGrows},
});

}  // namespace

std::span<const Rule> AllRules() {
  return kRules;
}

}  // namespace bulwark::config
