#include "model/breaker.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace bulwark::model {
namespace {

struct Words {
  std::string_view name;
  std::string_view event;
};

// In the order of the enumeration.
constexpr std::array<Words, kBreakers> kWords = {{{"vix", "vix_spike"},
                                                  {"stale_data", "stale_data"},
                                                  {"drawdown", "drawdown"},
                                                  {"daily_loss", "daily_loss"},
                                                  {"reconciliation", "reconciliation_failed"},
                                                  {"dead_man_switch", "dead_man"},
                                                  {"feed_disconnected", "feed_disconnected"},
                                                  {"consecutive_losses", "consecutive_losses"},
                                                  {"consecutive_rejects", "consecutive_rejects"},
                                                  {"venue_errors", "venue_errors"},
                                                  {"latency", "latency"}}};
constexpr std::array<std::string_view, 3> kStates = {"ok", "tripped", "unknown"};
constexpr std::array<std::string_view, 5> kEvents = {"tripped", "ended", "reset", "refused",
                                                     "heartbeat"};

}  // namespace

std::string_view Name(Breaker value) {
  return kWords.at(IndexOf(value)).name;
}

std::string_view EventWord(Breaker value) {
  return kWords.at(IndexOf(value)).event;
}

std::string_view Name(BreakerState value) {
  return kStates.at(static_cast<std::size_t>(value));
}

std::string_view Name(BreakerEvent value) {
  return kEvents.at(static_cast<std::size_t>(value));
}

std::optional<BreakerEvent> BreakerEventFromName(std::string_view name) {
  for (std::size_t at = 0; at < kEvents.size(); ++at) {
    if (kEvents.at(at) == name) {
      return static_cast<BreakerEvent>(at);
    }
  }
  return std::nullopt;
}

std::optional<Breaker> BreakerFromName(std::string_view name) {
  for (std::size_t at = 0; at < kBreakers; ++at) {
    if (kWords.at(at).name == name || kWords.at(at).event == name) {
      return static_cast<Breaker>(at);
    }
  }
  return std::nullopt;
}

}  // namespace bulwark::model
