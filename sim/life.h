// One life of the trader: the real trader::Trader in a simulated environment, from its start to its
// end or its crash.
//
// Threads: one.
// Owner:   the world, which outlives it.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/worker.h"
#include "config/settings.h"
#include "ledger/ledger_store.h"
#include "ledger/report_store.h"
#include "market/feed.h"
#include "model/action.h"
#include "model/instrument.h"
#include "redis/dialer.h"
#include "sim/context.h"
#include "sim/fake_exchange.h"
#include "sim/fake_feed.h"
#include "sim/fake_ledger.h"
#include "sim/fake_redis.h"
#include "sim/fake_venue.h"
#include "trader/environment.h"
#include "trader/exit_gate.h"
#include "trader/trader.h"
#include "venue/venue.h"

namespace bulwark::sim {

// The machine's clocks: the monotonic one is virtual time, the wall clock may be set.
class WallClock final : public base::Clock {
 public:
  explicit WallClock(Context& context) : context_(context) {}

  [[nodiscard]] base::UnixNanos WallNow() const override {
    return kStart + context_.scheduler.now_for_code() + offset;
  }
  [[nodiscard]] base::Nanos MonotonicNow() const override {
    return kBoot + context_.scheduler.now_for_code();
  }
  void Pause(base::Nanos span) const override;

  base::Nanos offset{0};

 private:
  // A machine that has been up for a while: the code takes zero for "never".
  static constexpr base::Nanos kBoot{std::chrono::hours{1}};

  Context& context_;
};

// What a life meets; owned by the world.
struct Surroundings {
  Context& context;
  Disk& disk;
  int machine = 0;  // Where it runs: each has a spill of its own.
  RedisServer& redis;
  Exchange& exchange;
  Market& market;
  SendWatch& watch;
  WallClock& clock;
};

class Life final : public trader::Environment {
 public:
  Life(int number, const config::Settings& settings, const Surroundings& surroundings);
  ~Life() override;
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;
  Life(Life&&) = delete;
  Life& operator=(Life&&) = delete;

  // Spawns the main task.
  void Begin();

  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] int machine() const { return around_.machine; }
  // Its main task came to an end by itself.
  [[nodiscard]] bool has_ended() const { return has_ended_; }
  [[nodiscard]] bool has_started() const { return has_started_; }
  // Null before the books were opened.
  [[nodiscard]] const trader::Trader* trader() const { return trader_.get(); }
  [[nodiscard]] const LastReading& reading() const { return reading_; }
  void AskToStop() { wants_stop_ = true; }
  // For Bug::kHaltAtEngineOnly.
  void ForceGateOpen();

  [[nodiscard]] const base::Clock& clock() const override { return around_.clock; }
  base::Result<std::unique_ptr<ledger::LedgerStore>> OpenLedger() override;
  base::Result<std::unique_ptr<ledger::LedgerStore>> OpenWatchedLedger() override;
  std::unique_ptr<ledger::SpillStore> OpenSpill(const model::InstrumentTable& instruments,
                                                std::uint64_t epoch) override;
  base::Result<std::unique_ptr<ledger::ReportStore>> OpenReports() override;
  std::unique_ptr<redis::Dialer> MakeDialer() override;
  base::Result<std::unique_ptr<market::Feed>> MakeFeed(
      const config::Settings& settings, const model::InstrumentTable& instruments) override;
  std::unique_ptr<venue::Venue> MakeVenue(const config::Settings& settings,
                                          const model::InstrumentTable& instruments) override;
  std::unique_ptr<trader::ExitGate> MakeExitGate(const config::Settings& settings) override;
  std::unique_ptr<base::Worker> StartWorker(std::string name, base::Nanos idle,
                                            std::function<int()> work) override;

 private:
  void Main();
  // With the deliberate bug: orders leave before the ledger has them.
  void SendEarly(std::span<const model::Action> actions);

  int number_;
  const config::Settings& settings_;
  Surroundings around_;
  LastReading reading_;
  bool has_started_ = false;
  bool has_ended_ = false;
  bool wants_stop_ = false;
  trader::ExitGate* gate_ = nullptr;
  FakeVenue* venue_ = nullptr;
  std::unique_ptr<trader::Trader> trader_;
};

}  // namespace bulwark::sim
