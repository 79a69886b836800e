#include "trader/live_environment.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/agent.h"
#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "base/worker.h"
#include "config/settings.h"
#include "ledger/chain.h"
#include "ledger/ledger.h"
#include "ledger/ledger_place.h"
#include "ledger/ledger_store.h"
#include "ledger/report_log.h"
#include "ledger/report_store.h"
#include "ledger/session.h"
#include "ledger/spill.h"
#include "ledger/spill_store.h"
#include "market/feed.h"
#include "model/instrument.h"
#include "redis/connection.h"
#include "redis/dialer.h"
#include "trader/assembly.h"
#include "trader/day_trade_board.h"
#include "trader/exit_gate.h"
#include "trader/shown_books.h"
#include "venue/venue.h"

namespace bulwark::trader {
namespace {

constexpr std::chrono::milliseconds kWatchTimeout{250};
constexpr std::chrono::milliseconds kFileTimeout{2'000};

base::Result<std::unique_ptr<ledger::LedgerStore>> Opened(const ledger::LedgerPlace& place,
                                                          const ledger::OpenOptions& options) {
  auto opened = ledger::Ledger::Open(place, options);
  if (!opened) {
    return tl::unexpected<base::Error>(opened.error());
  }
  return std::unique_ptr<ledger::LedgerStore>(*std::move(opened));
}

}  // namespace

base::Result<std::unique_ptr<ledger::LedgerStore>> LiveEnvironment::OpenLedger() {
  // Reading a large file to its end would hold up the start: there, the newest rows are checked,
  // and all of it by `ledger verify`.
  constexpr std::uintmax_t kWholeCheckMax = std::uintmax_t{64} << 20U;
  std::error_code ignored;  // No file yet: it is made.
  const std::uintmax_t size = std::filesystem::file_size(inputs_.ledger.file, ignored);
  auto opened = ledger::Ledger::Open(inputs_.ledger, {.is_checked = size <= kWholeCheckMax});
  if (!opened) {
    return tl::unexpected<base::Error>(opened.error());
  }
  const auto found = (*opened)->FindChainBreak(ledger::Depth::kTail);
  if (!found) {
    return tl::unexpected<base::Error>(found.error());
  }
  if (const auto& broken = *found) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      inputs_.ledger.Name() + ": row " + std::to_string(broken->sequence) + " of " +
                          broken->table + ": " + broken->what + "; see `bulwark ledger verify`");
  }
  return std::unique_ptr<ledger::LedgerStore>(*std::move(opened));
}

base::Result<std::unique_ptr<ledger::LedgerStore>> LiveEnvironment::OpenWatchedLedger() {
  // A server that does not answer must not hold up a stop that was written to Redis.
  return Opened(inputs_.ledger,
                {.is_checked = false,
                 .call_timeout = inputs_.ledger.is_postgres() ? kWatchTimeout : kFileTimeout});
}

std::unique_ptr<ledger::SpillStore> LiveEnvironment::OpenSpill(
    const model::InstrumentTable& instruments, std::uint64_t epoch) {
  return std::make_unique<ledger::Spill>(inputs_.spill_file, instruments, epoch);
}

base::Result<void> LiveEnvironment::RequireNoForeignBooks(base::Decimal initial_cash) {
  const auto connection = redis::Connection::Connect(inputs_.redis);
  if (!connection) {
    return base::FailWith("a new ledger begins only when Redis is known to hold no other books",
                          connection.error());
  }
  return trader::RequireNoForeignBooks(**connection, initial_cash);
}

base::Result<std::vector<ShownDayTrade>> LiveEnvironment::ReadShownDayTrades() {
  const auto connection = redis::Connection::Connect(inputs_.redis);
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  return trader::ReadShownDayTrades(**connection);
}

base::Result<std::unique_ptr<ledger::ReportStore>> LiveEnvironment::OpenReports() {
  auto opened = ledger::Ledger::Open(inputs_.ledger, {.is_checked = false});
  if (!opened) {
    return tl::unexpected<base::Error>(opened.error());
  }
  return std::unique_ptr<ledger::ReportStore>(
      std::make_unique<ledger::ReportLog>(*std::move(opened)));
}

std::unique_ptr<redis::Dialer> LiveEnvironment::MakeDialer() {
  return std::make_unique<redis::UrlDialer>(inputs_.redis);
}

base::Result<std::unique_ptr<market::Feed>> LiveEnvironment::MakeFeed(
    const config::Settings& settings, const model::InstrumentTable& instruments) {
  return trader::MakeFeed(settings, instruments);
}

std::unique_ptr<venue::Venue> LiveEnvironment::MakeVenue(
    const config::Settings& settings, const model::InstrumentTable& instruments) {
  return trader::MakeVenue(settings, inputs_.venue_socket, instruments);
}

std::unique_ptr<ExitGate> LiveEnvironment::MakeExitGate(const config::Settings& settings) {
  return std::make_unique<ExitGate>(settings.kill.allow_strategy_exits);
}

std::unique_ptr<base::Worker> LiveEnvironment::StartWorker(std::string name, base::Nanos idle,
                                                           std::function<int()> work) {
  return std::make_unique<base::Agent>(std::move(name), idle, std::move(work));
}

std::unique_ptr<base::Worker> LiveEnvironment::StartRungWorker(std::string name,
                                                               const base::AgentPace& pace,
                                                               std::function<int()> work) {
  return std::make_unique<base::Agent>(std::move(name), pace, std::move(work));
}

}  // namespace bulwark::trader
