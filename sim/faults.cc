#include "sim/faults.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/time.h"
#include "sim/random.h"

namespace bulwark::sim {
namespace {

struct Spec {
  std::string_view name;
  std::uint32_t rate;  // Per million occasions, at ordinary strength.
};

// In the order of the enumeration. How often there is an occasion differs much: each turn of a
// thread for crashes and stalls, each call or message for the others, each second for people.
constexpr std::array<Spec, kFaults> kSpecs = {{
    {"crash", 350},
    {"orderly-stop", 200},
    {"second-trader", 60},
    {"stall", 3'000},
    {"clock-jump", 300},
    {"ledger-slow", 30'000},
    {"ledger-full", 10'000},
    {"ledger-busy", 10'000},
    {"ledger-unreadable", 3'000},
    {"redis-slow", 20'000},
    {"redis-freeze", 3'000},
    {"redis-reset", 5'000},
    {"redis-failover", 1'500},
    {"redis-evict", 2'000},
    {"redis-oom", 2'000},
    {"redis-scribble", 150},
    {"link-lost", 3'000},
    {"network-down", 60'000},
    {"send-cut", 30'000},
    {"frame-lost", 20'000},
    {"frame-twice", 60'000},
    {"frame-late", 60'000},
    {"answer-lost", 20'000},
    {"reject", 40'000},
    {"reject-after-accept", 30'000},
    {"late-fill", 300'000},
    {"slow-venue", 30'000},
    {"venue-clock-skew", 30'000},
    {"feed-silence", 10'000},
    {"halt-in-ledger", 20'000},
    {"halt-in-redis", 15'000},
    {"kill", 20'000},
    {"release", 200'000},
    {"flush-all", 4'000},
    {"trade-bust", 20'000},
    {"trade-correction", 30'000},
    {"overfill", 10'000},
    {"many-ids", 30'000},
    {"phantom-not-found", 60'000},
    {"spill-slow", 30'000},
    {"spill-full", 60'000},
    {"balance-moved", 15'000},
    {"hand-order", 30'000},
    {"accept", 60'000},
    {"adopt", 60'000},
}};

}  // namespace

std::string_view Name(Fault fault) {
  return kSpecs[static_cast<std::size_t>(fault)].name;
}

std::optional<Fault> FindFault(std::string_view name) {
  for (std::size_t at = 0; at < kFaults; ++at) {
    if (kSpecs[at].name == name) {
      return static_cast<Fault>(at);
    }
  }
  return std::nullopt;
}

Faults::Faults(std::uint64_t seed, std::set<Occasion> spared)
    : seed_(Mix(seed ^ 0xfa17U)), spared_(std::move(spared)) {
  // A third of the kinds is off in each seed, the others are weak to strong.
  for (std::size_t at = 0; at < kFaults; ++at) {
    const std::uint64_t draw = Mix(seed_ + at);
    constexpr std::array<std::uint32_t, 6> kStrengths = {0, 0, 1, 2, 4, 12};
    rates_[at] = std::min(900'000U, kSpecs[at].rate / 2 * kStrengths[draw % kStrengths.size()]);
  }
  // Without a release, a stop would be the end of everything that could go wrong.
  auto& release = rates_[static_cast<std::size_t>(Fault::kRelease)];
  release = std::max(release, kSpecs[static_cast<std::size_t>(Fault::kRelease)].rate);
}

bool Faults::Fires(Fault fault) {
  const auto at = static_cast<std::size_t>(fault);
  if (demanded_[at] > 0) {
    --demanded_[at];
    last_ = {fault, counts_[at]++};
    return true;
  }
  if (!is_on_ || rates_[at] == 0) {
    return false;
  }
  const std::uint32_t number = counts_[at]++;
  if (Draw(fault, number, 1) % 1'000'000 >= rates_[at]) {
    return false;
  }
  const Occasion occasion{fault, number};
  if (!spared_.empty() && spared_.contains(occasion)) {
    return false;
  }
  last_ = occasion;
  fired_.push_back(occasion);
  return true;
}

base::Nanos Faults::Span(base::Nanos least, base::Nanos most) {
  const auto width = static_cast<std::uint64_t>((most - least).count()) + 1;
  return least + base::Nanos{static_cast<std::int64_t>(Draw(last_.fault, last_.number, 2) % width)};
}

void Faults::OnlyOnDemand() {
  rates_.fill(0);
  is_by_chance_ = false;
}

void Faults::Demand(Fault fault, std::uint32_t times) {
  demanded_[static_cast<std::size_t>(fault)] += times;
}

std::uint64_t Faults::Draw(Fault fault, std::uint32_t number, std::uint64_t salt) const {
  return Mix(Mix(seed_ ^ (static_cast<std::uint64_t>(fault) << 40U) ^ (salt << 56U)) + number);
}

}  // namespace bulwark::sim
