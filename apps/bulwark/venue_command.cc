#include "venue_command.h"

#include <chrono>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app_context.h"
#include "base/decimal.h"
#include "base/log.h"
#include "base/time.h"
#include "config/settings.h"
#include "data_paths.h"
#include "stop_signal.h"
#include "venue/paper/exchange.h"
#include "venue/paper/market_model.h"
#include "venue/paper/server.h"

namespace bulwark::app {
namespace {

// How long a stop request may wait for a quiet socket.
constexpr base::Nanos kCycleWait = std::chrono::milliseconds{50};

venue::paper::MarketModel ModelOf(const config::PaperSettings& paper) {
  const auto divided = [](base::Decimal value, int by) {
    return base::Div(value, base::Decimal::FromInt(by), base::Rounding::kHalfEven);
  };
  return {.half_spread_bps = divided(paper.spread_bps, 2),
          .slippage_bps_max = paper.slippage_bps,
          .taker_fee_bps = paper.fee_bps,
          .maker_fee_bps = paper.fee_bps,
          .latency = paper.latency,
          .partial_fill_chance = divided(paper.partial_fill_pct, 100),
          .seed = paper.seed};
}

int RunVenue(const config::Settings& settings, const AppContext& context) {
  StopSignal stop(context.run_for());
  const auto paths = PathsOf(settings);
  if (!paths) {
    return kExitUsage;
  }
  if (auto prepared = paths->Prepare(); !prepared) {
    fmt::print(stderr, "error: {}\n", prepared.error().message);
    return kExitFailed;
  }
  const auto server = venue::paper::Server::Create({.socket = paths->VenueSocket(),
                                                    .database = paths->PaperFile(),
                                                    .market = ModelOf(settings.paper),
                                                    .opening_cash = settings.account.initial_cash});
  if (!server) {
    fmt::print(stderr, "error: {}\n", server.error().message);
    return kExitFailed;
  }
  const venue::paper::Exchange& exchange = (*server)->exchange();
  base::LogInfo("venue_started")
      .With("socket", paths->VenueSocket().string())
      .With("cash", exchange.account().cash().ToString())
      .With("orders_seen", exchange.orders_seen())
      .With("last_fill", exchange.last_sequence());
  if (exchange.opening_cash() != settings.account.initial_cash) {
    base::LogWarn("venue_opening_cash_kept")
        .With("stored", exchange.opening_cash().ToString())
        .With("configured", settings.account.initial_cash.ToString());
  }
  while (!stop.IsRequested()) {
    if (const auto done = (*server)->DoWork(kCycleWait); !done) {
      base::LogError("venue_failed").With("reason", done.error());
      return kExitFailed;
    }
  }
  base::LogInfo("venue_stopped").With("signal", stop.signal());
  return kExitDone;
}

}  // namespace

void AddVenueCommand(CLI::App& root, AppContext& context) {
  CLI::App& command = context.AddCommand(
      root, {Purpose::kRun, "venue", "Run the paper exchange; `up` starts it by itself"});
  context.AddForFlag(command);
  context.SetAction(command, [&context](const config::Settings& settings) {
    return RunVenue(settings, context);
  });
}

}  // namespace bulwark::app
