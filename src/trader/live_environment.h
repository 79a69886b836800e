// The real world around a trader: the machine's clock and threads, a ledger file, a Redis server,
// the venue's socket.
//
// Errors:  as trader/environment.h.
// Threads: as trader/environment.h.

#pragma once

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
#include "base/result.h"
#include "base/worker.h"
#include "config/settings.h"
#include "ledger/ledger_place.h"
#include "ledger/ledger_store.h"
#include "ledger/report_store.h"
#include "ledger/spill_store.h"
#include "market/feed.h"
#include "model/instrument.h"
#include "redis/dialer.h"
#include "redis/url.h"
#include "trader/day_trade_board.h"
#include "trader/environment.h"
#include "trader/exit_gate.h"
#include "venue/venue.h"

namespace bulwark::trader {

struct TraderInputs {
  ledger::LedgerPlace ledger;
  std::filesystem::path spill_file;  // Beside the ledger, on a disk of this machine.
  std::filesystem::path venue_socket;
  redis::Url redis;
  std::optional<JournalPlace> journal;
};

class LiveEnvironment final : public Environment {
 public:
  explicit LiveEnvironment(TraderInputs inputs) : inputs_(std::move(inputs)) {}

  [[nodiscard]] const base::Clock& clock() const override { return base::SystemClock(); }
  base::Result<std::unique_ptr<ledger::LedgerStore>> OpenLedger() override;
  base::Result<std::unique_ptr<ledger::LedgerStore>> OpenWatchedLedger() override;
  std::unique_ptr<ledger::SpillStore> OpenSpill(const model::InstrumentTable& instruments,
                                                std::uint64_t epoch) override;
  base::Result<void> RequireNoForeignBooks(base::Decimal initial_cash) override;
  base::Result<std::vector<ShownDayTrade>> ReadShownDayTrades() override;
  base::Result<std::unique_ptr<ledger::ReportStore>> OpenReports() override;
  std::unique_ptr<redis::Dialer> MakeDialer() override;
  base::Result<std::unique_ptr<market::Feed>> MakeFeed(
      const config::Settings& settings, const model::InstrumentTable& instruments) override;
  std::unique_ptr<venue::Venue> MakeVenue(const config::Settings& settings,
                                          const model::InstrumentTable& instruments) override;
  [[nodiscard]] std::optional<JournalPlace> journal() const override { return inputs_.journal; }
  std::unique_ptr<ExitGate> MakeExitGate(const config::Settings& settings) override;
  std::unique_ptr<base::Worker> StartWorker(std::string name, base::Nanos idle,
                                            std::function<int()> work) override;
  std::unique_ptr<base::Worker> StartRungWorker(std::string name, const base::AgentPace& pace,
                                                std::function<int()> work) override;

 private:
  TraderInputs inputs_;
};

}  // namespace bulwark::trader
