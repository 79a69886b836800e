// One simulated system under one seed: lives of the trader one after the other (or two at once),
// around them the fakes, above them chance and people.
//
// Shape:   Step() gives one task its turn or lets one event of the outside happen, and checks.
//          Heal() ends all faults and goes on until everything agrees. What survives a crash is the
//          disk, Redis and the exchange; nothing else.
// Errors:  violation() is the first thing that must never happen and did.
// Threads: one. Two worlds share nothing.
// Source:  docs/simulator.md

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "config/settings.h"
#include "model/adjustment.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "oms/seen_trades.h"
#include "reconcile/report.h"
#include "sim/context.h"
#include "sim/fake_exchange.h"
#include "sim/fake_feed.h"
#include "sim/fake_ledger.h"
#include "sim/fake_redis.h"
#include "sim/fake_venue.h"
#include "sim/life.h"
#include "sim/scheduler.h"

namespace bulwark::sim {

struct WorldOptions {
  std::uint64_t seed = 1;
  Bug bug = Bug::kNone;
  bool keeps_trace = false;
  bool has_chance = true;  // False: only what a scenario asks for happens.
  std::set<Occasion> spared = {};
};

// What a run did, to see that it did something.
struct Tally {
  std::uint64_t steps = 0;
  std::uint64_t lives = 0;
  std::uint64_t orders = 0;
  std::uint64_t fills = 0;
  base::Nanos time{0};
};

class World final : public SendWatch {
 public:
  World(const WorldOptions& options, const config::Settings& settings, StackPool& stacks);
  ~World() override;
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  World(World&&) = delete;
  World& operator=(World&&) = delete;

  void Step();
  // Faults end; runs until all agree, or the time for it is over, which is a violation.
  void Heal();
  void RunFor(base::Nanos span);

  [[nodiscard]] const std::optional<std::string>& violation() const { return context_.violation; }
  [[nodiscard]] Tally tally() const;
  [[nodiscard]] const Trace& trace() const { return trace_; }
  [[nodiscard]] const Faults& faults() const { return faults_; }

  // For scenarios.
  Context& context() { return context_; }
  Disk& disk() { return disk_; }
  [[nodiscard]] base::UnixNanos WallNow() const { return wall_.WallNow(); }
  RedisServer& redis() { return redis_; }
  Exchange& exchange() { return exchange_; }
  Market& market() { return market_; }
  const model::InstrumentTable& instruments() { return instruments_; }
  // The newest life that is not over; null when none is.
  Life* current_life();
  void StartLife();
  void CrashLives();
  void StartOnAnotherMachine();
  // Whether a trader that ended is started again, as `bulwark up` does.
  void SetRestarts(bool restarts) { restarts_ = restarts; }
  // What people do to the stops: by the command (ledger, then Redis) or in Redis alone.
  void TurnByPerson(model::Switch which, bool is_on, bool in_ledger);
  // Why not everything agrees; empty when it does.
  [[nodiscard]] std::optional<std::string> WhatDiffers();

  void BeforeSend(int life, const model::Order& order) override;

 private:
  void AfterTurn(const Task& task);
  void BuryLives();
  void People();
  void OwnerActs();
  void DecideByPerson(reconcile::Verb verb);
  void ReleaseByPerson();
  void DisturbSurroundings();
  void CheckBooks(const Life& life);
  [[nodiscard]] base::Decimal AcceptedIn(const engine::Engine& engine) const;
  [[nodiscard]] bool IsBookingAccepted(const engine::Engine& engine) const;
  void CheckNewBookings();
  void CheckFill(const model::Fill& booked);
  void CheckAdjustment(const model::Adjustment& booked);
  void CheckAccepted(const model::Adjustment& booked, base::Decimal worth);
  [[nodiscard]] std::optional<std::string> WhatDiffersInOrders() const;
  [[nodiscard]] std::optional<std::string> WhatDiffersIn(const Life& life);
  [[nodiscard]] std::optional<std::string> WhatDiffersAtVenue(const engine::Engine& engine) const;
  [[nodiscard]] std::optional<std::string> WhatIsUnprotected(const engine::Engine& engine) const;
  [[nodiscard]] std::optional<std::string> WhatIsWrongWithStop(const engine::Engine& engine) const;
  [[nodiscard]] std::optional<std::string> WhatDiffersInRedis(const model::Portfolio& books) const;
  [[nodiscard]] Life* FindLife(int number);

  config::Settings settings_;
  model::InstrumentTable instruments_;
  Trace trace_;
  Faults faults_;
  Scheduler scheduler_;
  Context context_;
  Disk disk_;
  RedisServer redis_;
  Exchange exchange_;
  Market market_;
  WallClock wall_;
  std::vector<std::unique_ptr<Life>> lives_;
  int lives_started_ = 0;
  int machine_ = 0;  // Of two, where the next one starts.
  bool restarts_ = true;
  base::Nanos restart_at_{0};
  base::Nanos people_at_{0};
  std::uint64_t steps_ = 0;
  std::size_t fills_checked_ = 0;
  std::size_t adjustments_checked_ = 0;
  // The books as far as they are durable: replayed, and as plain sums.
  model::Portfolio durable_;
  std::array<base::Decimal, model::kInstrumentsMax> durable_positions_;
  struct Accepted {
    oms::AdjustmentId id;
    base::Decimal worth;  // Cash and cost that it brought.
  };
  std::vector<Accepted> accepted_;
};

}  // namespace bulwark::sim
