#include "trader/assembly.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "approvals/autonomy_policy.h"
#include "approvals/mode_change.h"
#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "breakers/board.h"
#include "breakers/breaker_rules.h"
#include "config/settings.h"
#include "engine/engine.h"
#include "market/bar_builder.h"
#include "market/feed.h"
#include "market/feeds/replay/replay_feed.h"
#include "market/feeds/replay/replay_scan.h"
#include "market/feeds/simulated/simulated_feed.h"
#include "market/pacer.h"
#include "model/action.h"
#include "model/autonomy.h"
#include "model/breaker.h"
#include "model/instrument.h"
#include "model/signal.h"
#include "risk/gate.h"
#include "strategy/ema_cross.h"
#include "strategy/mean_reversion.h"
#include "strategy/strategy.h"
#include "strategy/supervisor.h"
#include "trader/day_trade_policy.h"
#include "venue/paper/paper_client.h"
#include "venue/venue.h"

namespace bulwark::trader {
namespace {

using base::Result;

base::Result<model::Instrument> Configured(const config::InstrumentSettings& row) {
  auto instrument = model::DefaultInstrument(row.symbol);
  if (!instrument) {
    return base::FailWith("instruments", instrument.error());
  }
  if (row.venue_symbol) {
    const auto symbol = model::Symbol::Make(*row.venue_symbol);
    if (!symbol) {
      return base::Fail(base::ErrorCode::kInvalidArgument,
                        "instruments: venue_symbol '" + *row.venue_symbol + "' is too long");
    }
    instrument->venue_symbol = *symbol;
  }
  instrument->tick_size = row.tick.value_or(instrument->tick_size);
  instrument->lot_size = row.lot.value_or(instrument->lot_size);
  instrument->min_notional = row.min_notional.value_or(instrument->min_notional);
  const auto sector = model::Sector::Make(row.sector.value_or(""));
  if (!sector) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "instruments: sector '" + *row.sector + "' is too long");
  }
  instrument->sector = *sector;
  return instrument;
}

base::Result<void> AddSymbols(const std::vector<std::string>& symbols,
                              model::InstrumentTable& table) {
  for (const std::string& symbol : symbols) {
    if (table.Find(symbol)) {
      continue;
    }
    auto instrument = model::DefaultInstrument(symbol);
    if (!instrument) {
      return base::FailWith("feed.symbols", instrument.error());
    }
    if (auto added = table.Add(*instrument); !added) {
      return base::FailWith("feed.symbols", added.error());
    }
  }
  return {};
}

std::optional<double> SpeedOf(const config::Settings& settings) {
  if (!settings.feed.speed) {
    return std::nullopt;
  }
  return settings.feed.speed->ToDouble();
}

Result<std::unique_ptr<strategy::Strategy>> MakeStrategy(const std::string& name,
                                                         const config::StrategySettings& settings,
                                                         std::size_t instruments) {
  if (name == "ema_cross") {
    auto made = strategy::EmaCross::Create(
        {.fast_periods = static_cast<std::size_t>(settings.ema_cross.fast),
         .slow_periods = static_cast<std::size_t>(settings.ema_cross.slow)},
        instruments);
    if (!made) {
      return base::FailWith("strategy.ema_cross", made.error());
    }
    return std::unique_ptr<strategy::Strategy>(*std::move(made));
  }
  if (name == "mean_reversion") {
    const config::MeanReversionSettings& from = settings.mean_reversion;
    auto made =
        strategy::MeanReversion::Create({.band_periods = static_cast<std::size_t>(from.period),
                                         .band_width = from.deviations.ToDouble(),
                                         .rsi_periods = static_cast<std::size_t>(from.rsi_period),
                                         .rsi_low = from.rsi_low.ToDouble(),
                                         .rsi_high = from.rsi_high.ToDouble()},
                                        instruments);
    if (!made) {
      return base::FailWith("strategy.mean_reversion", made.error());
    }
    return std::unique_ptr<strategy::Strategy>(*std::move(made));
  }
  return base::Fail(base::ErrorCode::kInvalidArgument,
                    "strategy.enabled: '" + name + "' is not a strategy");
}

}  // namespace

Result<model::InstrumentTable> MakeInstruments(const config::Settings& settings) {
  model::InstrumentTable table;
  for (const config::InstrumentSettings& row : settings.instruments) {
    auto instrument = Configured(row);
    if (!instrument) {
      return tl::unexpected<base::Error>(instrument.error());
    }
    if (auto added = table.Add(*instrument); !added) {
      return base::FailWith("instruments", added.error());
    }
  }
  if (settings.feed.kind == config::FeedKind::kReplay) {
    return market::PrepareInstruments(settings.feed.file.string(), table);
  }
  if (auto added = AddSymbols(settings.feed.symbols, table); !added) {
    return tl::unexpected<base::Error>(added.error());
  }
  return table;
}

Result<std::unique_ptr<market::Feed>> MakeFeed(const config::Settings& settings,
                                               const model::InstrumentTable& instruments) {
  if (settings.feed.kind == config::FeedKind::kReplay) {
    auto feed = market::ReplayFeed::Open(
        {.path = settings.feed.file.string(), .is_looping = settings.feed.loop}, instruments);
    if (!feed) {
      return tl::unexpected<base::Error>(feed.error());
    }
    return std::unique_ptr<market::Feed>(*std::move(feed));
  }
  // Only what is asked for is simulated; the table may know more from an earlier life of the
  // ledger.
  model::InstrumentTable simulated;
  for (const model::Instrument& instrument : instruments.rows()) {
    if (auto added = simulated.Add(instrument); !added) {
      return tl::unexpected<base::Error>(added.error());
    }
  }
  auto feed = market::SimulatedFeed::Create({.seed = settings.feed.seed, .start = base::WallNow()},
                                            simulated);
  if (!feed) {
    return base::FailWith("simulated feed", feed.error());
  }
  return std::unique_ptr<market::Feed>(*std::move(feed));
}

Result<market::Pacer> MakePacer(const config::Settings& settings) {
  return market::Pacer::Create({.speed = SpeedOf(settings)});
}

std::unique_ptr<venue::Venue> MakeVenue(const config::Settings& settings,
                                        const std::filesystem::path& socket,
                                        const model::InstrumentTable& instruments) {
  return std::make_unique<venue::paper::PaperClient>(
      venue::paper::PaperClientOptions{.socket = socket,
                                       .call_timeout = settings.venue.call_timeout},
      instruments);
}

model::AccountTerms MakeTerms(const config::Settings& settings) {
  model::AccountTerms terms{.leverage = settings.account.leverage};
  switch (settings.account.mode) {
    case config::AccountMode::kSpot:
      terms.mode = model::AccountMode::kSpot;
      break;
    case config::AccountMode::kMargin:
      terms.mode = model::AccountMode::kMargin;
      break;
    case config::AccountMode::kPerp:
      terms.mode = model::AccountMode::kPerp;
      break;
  }
  return terms;
}

risk::EntryLimits EntryLimitsOf(const config::Settings& settings) {
  const config::RiskSettings& risk = settings.risk;
  const auto count = [](std::int64_t value) { return static_cast<std::size_t>(value); };
  return {.price_min = risk.min_price,
          .collar_percent = risk.price_collar_pct,
          .quantity_max = risk.max_order_quantity,
          .notional_max = risk.max_order_notional,
          .volume_percent = risk.max_volume_pct,
          .position_percent_max = risk.max_position_pct,
          .sector_percent_max = risk.max_sector_pct,
          .gross_percent_max = risk.max_gross_pct,
          .cash_reserve_percent = risk.min_cash_reserve_pct,
          .positions_max = count(risk.max_positions),
          .daily_trades_max = count(risk.max_daily_trades),
          .candle_entries_max = count(risk.max_entries_per_candle),
          .candle = settings.bars.interval,
          .cooldown = risk.entry_cooldown,
          .duplicate_window = risk.duplicate_window,
          .messages = {.per_second = count(risk.messages_per_second),
                       .per_minute = count(risk.messages_per_minute),
                       .per_strategy_minute = count(risk.strategy_messages_per_minute)}};
}

// A symbol that is not traded restricts nothing.
risk::Instruments RestrictedOf(const config::Settings& settings,
                               const model::InstrumentTable& instruments) {
  risk::Instruments restricted;
  for (const std::string& symbol : settings.risk.restricted) {
    if (const auto id = instruments.Find(symbol)) {
      restricted.set(id->index);
    }
  }
  return restricted;
}

model::AutonomyMode OpeningModeOf(const config::Settings& settings) {
  return settings.autonomy.mode == config::OpeningMode::kManualApproval
             ? model::AutonomyMode::kManualApproval
             : model::AutonomyMode::kPaperOnly;
}

approvals::ApprovalRules MakeApprovalRules(const config::Settings& settings) {
  return {.lifetime = settings.approvals.expiry,
          .collar_percent = settings.approvals.collar_pct,
          .worth_max = settings.autonomy.bounded_notional};
}

approvals::ChangeRules MakeChangeRules(const config::Settings& settings) {
  return {.days_to_bounded = settings.autonomy.transition_min_days,
          .days_to_full = 3 * settings.autonomy.transition_min_days,
          .sharpe_min = settings.autonomy.min_sharpe,
          .drawdown_max = settings.autonomy.max_drawdown_pct};
}

risk::GateLimits MakeLimits(const config::Settings& settings) {
  return {.allow_strategy_exits_when_killed = settings.kill.allow_strategy_exits,
          .permit_lifetime = settings.risk.permit_ttl,
          .data_age_max = settings.risk.stale_data,
          .entry = EntryLimitsOf(settings),
          .terms = MakeTerms(settings)};
}

breakers::Limits MakeBreakerLimits(const config::Settings& settings) {
  const config::BreakerSettings& from = settings.breakers;
  return {.vix = from.vix,
          .data_age = from.stale_data,
          .drawdown = from.drawdown_pct,
          .daily_loss = from.daily_loss_pct,
          .drift = from.drift_pct,
          .heartbeat_age = from.dead_man,
          .feed_outage = from.feed_disconnected,
          .losses = from.consecutive_losses,
          .rejects = from.consecutive_rejects,
          .venue_errors = from.venue_errors,
          .latency = from.latency};
}

breakers::Opening OpeningOf(const model::BreakerRecord& record, const KeptAnchors& kept) {
  const auto equity = [](const std::optional<model::AnchorSet>& anchor) {
    return anchor ? std::optional(anchor->equity) : std::nullopt;
  };
  const bool has_session = kept.session && kept.session->equity.is_positive();
  return {.latched = record.latched,
          .peak_equity = equity(kept.peak),
          .operator_seen_at = record.operator_seen_at,
          .session_peak = has_session ? equity(kept.session) : std::nullopt,
          .watchdog_factor = equity(kept.watchdog)};
}

breakers::WatchdogLimits MakeWatchdogLimits(const config::Settings& settings) {
  const config::WatchdogSettings& from = settings.watchdog;
  return {.warn = from.warn_pct,
          .stop = from.stop_pct,
          .week = from.week_pct,
          .factor = from.size_factor,
          .recovery = from.recovery};
}

Result<std::unique_ptr<engine::Engine>> MakeEngine(const config::Settings& settings,
                                                   const model::InstrumentTable& instruments,
                                                   EngineStart start) {
  if (settings.account.mode != config::AccountMode::kSpot &&
      settings.venue.kind == config::VenueKind::kPaper) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "account.mode: the paper venue keeps 'spot' accounts only");
  }
  std::vector<std::unique_ptr<strategy::Strategy>> strategies;
  std::vector<model::StrategyName> names;
  for (const std::string& name : settings.strategy.enabled) {
    auto made = MakeStrategy(name, settings.strategy, instruments.size());
    if (!made) {
      return tl::unexpected<base::Error>(made.error());
    }
    names.push_back((*made)->name());
    strategies.push_back(*std::move(made));
  }
  auto supervisor = strategy::Supervisor::Create(
      {.min_confidence = settings.supervisor.min_confidence.ToDouble(),
       .min_agreeing = static_cast<std::size_t>(settings.supervisor.min_agreeing)},
      names, instruments.size());
  if (!supervisor) {
    return base::FailWith("supervisor", supervisor.error());
  }
  auto bars = market::BarBuilder::Create(settings.bars.interval, instruments.size());
  if (!bars) {
    return base::FailWith("bars.interval", bars.error());
  }
  auto day_trades = MakeDayTrades(settings.daytrade, settings.calendar.overrides);
  if (!day_trades) {
    return tl::unexpected<base::Error>(day_trades.error());
  }
  risk::GateLimits limits = MakeLimits(settings);
  limits.entry.restricted = RestrictedOf(settings, instruments);
  return std::make_unique<engine::Engine>(
      engine::EngineOptions{
          .epoch = start.epoch,
          .risk_fraction = settings.account.risk_fraction,
          .liquidate_on_halt = settings.halt.liquidate,
          .feed_silence_max = settings.feed.stale_after,
          // Buying a dip waits for its price; following a trend does not.
          .limit_entries = {model::StrategyName("mean_reversion")},
          .borrow_bps_per_day = settings.account.borrow_bps_per_day,
          .replaces_per_minute = static_cast<std::size_t>(settings.risk.replaces_per_minute),
          .breakers = MakeBreakerLimits(settings),
          .approvals = MakeApprovalRules(settings),
          .watchdog = MakeWatchdogLimits(settings),
          .session_drawdown = settings.halt.max_session_drawdown_pct,
          .stop_loss_percent = settings.risk.stop_loss_pct,
          .reduces_size = settings.risk.reduce_size},
      engine::EngineParts{.instruments = instruments,
                          .bars = *std::move(bars),
                          .strategies = std::move(strategies),
                          .supervisor = *std::move(supervisor),
                          .gate = risk::Gate(limits),
                          .books = std::move(start.books),
                          .anchor = start.anchor,
                          .week_anchor = start.week_anchor,
                          .inception_anchor = start.inception_anchor,
                          .breakers = start.breakers,
                          .entries = start.entries,
                          .day_trades = *std::move(day_trades),
                          .approvals = std::move(start.approvals)});
}

Result<void> CheckInputs(const config::Settings& settings) {
  const auto instruments = MakeInstruments(settings);
  if (!instruments) {
    return tl::unexpected<base::Error>(instruments.error());
  }
  if (const auto feed = MakeFeed(settings, *instruments); !feed) {
    return tl::unexpected<base::Error>(feed.error());
  }
  if (const auto engine = MakeEngine(settings, *instruments, {}); !engine) {
    return tl::unexpected<base::Error>(engine.error());
  }
  return {};
}

}  // namespace bulwark::trader
