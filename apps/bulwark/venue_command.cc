#include "venue_command.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app_context.h"
#include "await_ledger.h"
#include "base/decimal.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "config/settings.h"
#include "data_paths.h"
#include "ledger/ledger.h"
#include "ledger/opening.h"
#include "ledger_access.h"
#include "model/instrument.h"
#include "stop_signal.h"
#include "venue/paper/exchange.h"
#include "venue/paper/market_model.h"
#include "venue/paper/server.h"
#include "venue/paper/store.h"

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

struct OpeningBooks {
  base::Decimal cash;
  std::vector<venue::paper::OpeningHolding> holdings;
};

// What the ledger began with; empty without one. Not read-only: an import may have been made by an
// older version of the program.
base::Result<std::optional<ledger::Opening>> LedgerOpening(const config::Settings& settings,
                                                           const DataPaths& paths) {
  const auto ledger = ledger::Ledger::Open(LedgerPlaceOf(settings, paths),
                                           {.is_created_if_missing = false, .is_checked = false});
  if (!ledger) {
    if (ledger.error().code == base::ErrorCode::kNotFound) {
      return std::optional<ledger::Opening>();
    }
    return tl::unexpected<base::Error>(ledger.error());
  }
  const auto connection = (*ledger)->Connection();
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  return ledger::ReadOpeningOf(**connection);
}

// As the trader will name it to the venue.
base::Result<model::Instrument> InstrumentOf(const std::string& symbol,
                                             const config::Settings& settings) {
  auto instrument = model::DefaultInstrument(symbol);
  if (!instrument) {
    return instrument;
  }
  for (const config::InstrumentSettings& configured : settings.instruments) {
    const auto same = model::DefaultInstrument(configured.symbol);
    if (same && same->symbol == instrument->symbol && configured.venue_symbol) {
      instrument->venue_symbol = model::Symbol::Cut(*configured.venue_symbol);
    }
  }
  return instrument;
}

// What a new paper account begins with: what an import brought into the ledger, else the settings.
base::Result<OpeningBooks> OpeningOf(const config::Settings& settings, const DataPaths& paths) {
  const auto opening = LedgerOpening(settings, paths);
  if (!opening) {
    return tl::unexpected<base::Error>(opening.error());
  }
  OpeningBooks books{.cash = settings.account.initial_cash};
  const std::optional<ledger::Opening>& imported = *opening;
  if (!imported) {
    return books;  // The trader makes the ledger, with the cash of the settings.
  }
  books.cash = imported->cash;
  books.holdings.reserve(imported->positions.size());
  for (const ledger::OpeningPosition& position : imported->positions) {
    const auto instrument = InstrumentOf(position.symbol, settings);
    if (!instrument) {
      return tl::unexpected<base::Error>(instrument.error());
    }
    books.holdings.push_back({.instrument = *instrument, .quantity = position.quantity});
  }
  return books;
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
  const auto opening =
      std::filesystem::exists(paths->PaperFile())
          ? OpeningBooks{.cash = settings.account.initial_cash}
          : AwaitLedger(settings, stop, [&] { return OpeningOf(settings, *paths); });
  if (!opening && stop.IsRequested()) {
    return kExitDone;
  }
  if (!opening) {
    fmt::print(stderr, "error: {}\n", opening.error().message);
    return kExitFailed;
  }
  const auto server = venue::paper::Server::Create({.socket = paths->VenueSocket(),
                                                    .database = paths->PaperFile(),
                                                    .market = ModelOf(settings.paper),
                                                    .opening_cash = opening->cash,
                                                    .holdings = opening->holdings});
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
