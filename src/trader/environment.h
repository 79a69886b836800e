// The world around a trader: its clock, its ledger, Redis, the venue, the feed, and its threads.
//
// Shape:   LiveEnvironment is the real one. The simulator has another, in which time is counted and
//          everything may fail; the trader is the same.
// Errors:  as the parts.
// Threads: the main thread makes all calls, at start.
// Owner:   must outlive the trader.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/agent.h"
#include "base/clock.h"
#include "base/decimal.h"
#include "base/result.h"
#include "base/worker.h"
#include "config/settings.h"
#include "ledger/ledger_store.h"
#include "ledger/report_store.h"
#include "ledger/spill_store.h"
#include "market/feed.h"
#include "model/instrument.h"
#include "redis/dialer.h"
#include "trader/day_trade_board.h"
#include "trader/exit_gate.h"
#include "trader/run_record.h"
#include "venue/venue.h"

namespace bulwark::trader {

struct JournalPlace {
  std::filesystem::path folder;
  RecordedSettings settings;  // So that a replay can be set up the same way.
};

class Environment {
 public:
  Environment() = default;
  virtual ~Environment() = default;
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  Environment(Environment&&) = delete;
  Environment& operator=(Environment&&) = delete;

  [[nodiscard]] virtual const base::Clock& clock() const = 0;
  // The first is the trader's, and is checked for damage; the second the watcher's, which reads and
  // turns stops.
  virtual base::Result<std::unique_ptr<ledger::LedgerStore>> OpenLedger() = 0;
  virtual base::Result<std::unique_ptr<ledger::LedgerStore>> OpenWatchedLedger() = 0;
  // Where this run keeps journaled actions while the ledger is away; null keeps them in memory.
  virtual std::unique_ptr<ledger::SpillStore> OpenSpill(
      const model::InstrumentTable& /*instruments*/, std::uint64_t /*epoch*/) {
    return nullptr;
  }
  // For a new ledger: fails when Redis shows books that somebody else keeps, or may do so.
  virtual base::Result<void> RequireNoForeignBooks(base::Decimal /*initial_cash*/) { return {}; }
  // The day trades that Redis shows, by whomever.
  virtual base::Result<std::vector<ShownDayTrade>> ReadShownDayTrades() {
    return std::vector<ShownDayTrade>();
  }
  // Where reconciliation keeps its reports; null: nowhere.
  virtual base::Result<std::unique_ptr<ledger::ReportStore>> OpenReports() {
    return std::unique_ptr<ledger::ReportStore>();
  }
  virtual std::unique_ptr<redis::Dialer> MakeDialer() = 0;
  virtual base::Result<std::unique_ptr<market::Feed>> MakeFeed(
      const config::Settings& settings, const model::InstrumentTable& instruments) = 0;
  virtual std::unique_ptr<venue::Venue> MakeVenue(const config::Settings& settings,
                                                  const model::InstrumentTable& instruments) = 0;
  // Where the run's events are kept; empty: nowhere.
  [[nodiscard]] virtual std::optional<JournalPlace> journal() const { return std::nullopt; }
  virtual std::unique_ptr<ExitGate> MakeExitGate(const config::Settings& settings) = 0;
  // Repeats `work` until it is stopped, with a rest of `idle` where there is none to do.
  virtual std::unique_ptr<base::Worker> StartWorker(std::string name, base::Nanos idle,
                                                    std::function<int()> work) = 0;
  // The same for one that others ring. An environment without bells looks by its own clock.
  virtual std::unique_ptr<base::Worker> StartRungWorker(std::string name,
                                                        const base::AgentPace& /*pace*/,
                                                        std::function<int()> work) {
    return StartWorker(std::move(name), std::chrono::microseconds{50}, std::move(work));
  }
};

}  // namespace bulwark::trader
