#include "trader/live_environment.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/agent.h"
#include "base/result.h"
#include "base/time.h"
#include "base/worker.h"
#include "config/settings.h"
#include "ledger/ledger.h"
#include "ledger/ledger_store.h"
#include "market/feed.h"
#include "model/instrument.h"
#include "redis/dialer.h"
#include "trader/assembly.h"
#include "trader/exit_gate.h"
#include "venue/venue.h"

namespace bulwark::trader {
namespace {

base::Result<std::unique_ptr<ledger::LedgerStore>> Opened(const std::filesystem::path& file,
                                                          const ledger::OpenOptions& options) {
  auto opened = ledger::Ledger::Open(file, options);
  if (!opened) {
    return tl::unexpected<base::Error>(opened.error());
  }
  return std::unique_ptr<ledger::LedgerStore>(*std::move(opened));
}

}  // namespace

base::Result<std::unique_ptr<ledger::LedgerStore>> LiveEnvironment::OpenLedger() {
  return Opened(inputs_.ledger_file, {});
}

base::Result<std::unique_ptr<ledger::LedgerStore>> LiveEnvironment::OpenWatchedLedger() {
  return Opened(inputs_.ledger_file, {.is_checked = false});
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
