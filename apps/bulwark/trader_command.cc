#include "trader_command.h"

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app_context.h"
#include "await_ledger.h"
#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "config/settings.h"
#include "config/settings_loader.h"
#include "data_paths.h"
#include "ledger_access.h"
#include "redis_access.h"
#include "stop_signal.h"
#include "trader/environment.h"
#include "trader/live_environment.h"
#include "trader/run_record.h"
#include "trader/trader.h"

namespace bulwark::app {
namespace {

constexpr base::Nanos kCheckEvery = std::chrono::milliseconds{100};

int FailWithText(const std::string& text) {
  fmt::print(stderr, "error: {}\n", text);
  return kExitFailed;
}

void PrintSummary(const trader::Summary& run) {
  const std::string equity = run.equity ? run.equity->ToString() : "not known (a price is missing)";
  fmt::print(
      "summary of run {}\n"
      "  market events   {}\n"
      "  orders sent     {}   refused at the exit {}   denied by the gate {}\n"
      "  fills           {}   repeats ignored {}\n"
      "  equity          {}   (started with {})\n"
      "  cash            {}\n"
      "  realised P&L    {}\n"
      "  open orders     {}\n",
      run.epoch, run.feed_events, run.orders_sent, run.refused_at_exit, run.denials, run.fills,
      run.duplicate_fills, equity, run.opening_cash.ToString(), run.cash.ToString(),
      run.realised_pnl.ToString(), run.open_orders);
  for (const std::string& position : run.positions) {
    fmt::print("  position        {}\n", position);
  }
  fmt::print(
      "  ledger commits  {}   Redis transactions {} ({} failed)\n"
      "  worst engine cycle {:.3f} ms, {} over budget\n",
      run.commits, run.transactions, run.transaction_failures,
      static_cast<double>(run.worst_cycle_ns) / 1e6, run.cycles_over_budget);
  static_cast<void>(std::fflush(stdout));
}

int RunTrader(const AppContext& context, const config::Loaded& loaded) {
  const config::Settings& settings = loaded.settings;
  StopSignal stop(context.run_for());
  const auto paths = PathsOf(settings);
  if (!paths) {
    return kExitUsage;
  }
  if (const auto prepared = paths->Prepare(); !prepared) {
    return FailWithText(prepared.error().message);
  }
  const auto redis = RedisUrlOf(settings, *paths);
  if (!redis) {
    return FailWithText(redis.error().message);
  }
  trader::LiveEnvironment environment(
      {.ledger = LedgerPlaceOf(settings, *paths),
       .spill_file = paths->SpillFile(),
       .venue_socket = paths->VenueSocket(),
       .redis = *redis,
       .journal = trader::JournalPlace{.folder = paths->JournalDir(),
                                       .settings = trader::SettingsToRecord(loaded)}});
  auto trader = AwaitLedger(settings, stop, [&] {
    return trader::Trader::Create(settings, BULWARK_VERSION, environment);
  });
  if (!trader) {
    return stop.IsRequested() ? kExitDone : FailWithText(trader.error().message);
  }
  const auto started = (*trader)->Start([&stop] { return stop.IsRequested(); });
  if (!started) {
    return stop.IsRequested() ? kExitDone : FailWithText(started.error().message);
  }
  while (!stop.WaitFor(kCheckEvery) && !(*trader)->is_fenced()) {
  }
  (*trader)->Stop();
  PrintSummary((*trader)->Summarize());
  return (*trader)->is_fenced() ? FailWithText("another trader took this account over") : kExitDone;
}

}  // namespace

void AddTraderCommand(CLI::App& root, AppContext& context) {
  CLI::App& command = context.AddCommand(
      root, {.purpose = Purpose::kRun,
             .name = "trader",
             .text = "Trade one account (started by `up`; needs Redis and the venue)"});
  context.AddFeedFlags(command);
  context.AddForFlag(command);
  context.SetPlainAction(command, [&context] {
    const auto loaded = context.Load();
    return loaded ? RunTrader(context, *loaded) : kExitUsage;
  });
}

}  // namespace bulwark::app
