#include "sim/settings.h"

#include <chrono>
#include <string>

#include "base/decimal.h"
#include "base/ensure.h"
#include "config/settings.h"
#include "config/settings_loader.h"
#include "model/instrument.h"

namespace bulwark::sim {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

const char* const kSymbols[] = {"BTC/USDT", "ETH/USDT", "SOL/USDT"};

void AddDefault(const char* symbol, model::InstrumentTable& table) {
  const auto instrument = model::DefaultInstrument(symbol);
  const bool is_added = instrument && table.Add(*instrument);
  ENSURE(is_added);
}

}  // namespace

config::Settings SimSettings() {
  config::Settings settings = config::DefaultSettings();
  settings.feed.symbols.assign(std::begin(kSymbols), std::end(kSymbols));
  settings.feed.stale_after = seconds{1};
  settings.bars.interval = hours{24};  // The feed brings bars of its own.
  settings.strategy.ema_cross = {.fast = 1, .slow = 2};
  settings.strategy.mean_reversion.period = 3;
  settings.strategy.mean_reversion.deviations = base::Decimal::FromRaw(80'000'000);
  settings.strategy.mean_reversion.rsi_period = 2;
  settings.supervisor.min_confidence = base::Decimal::FromRaw(10'000'000);
  settings.risk.entry_cooldown = milliseconds{100};
  // Many orders find more than few; the day of a seed is short.
  settings.risk.max_position_pct = base::Decimal::FromInt(25);
  settings.risk.max_daily_trades = 0;
  settings.risk.max_entries_per_candle = 0;
  settings.risk.duplicate_window = base::Nanos{0};
  settings.risk.stale_data = seconds{1};
  // Each position gets a stop; what an account loses in a seed shrinks and ends its entries.
  settings.risk.stop_loss_pct = base::Decimal::FromInt(2);
  settings.watchdog.warn_pct = base::Decimal::FromInt(1);
  settings.watchdog.stop_pct = base::Decimal::FromInt(2);
  settings.watchdog.recovery = 2;
  settings.halt.max_session_drawdown_pct = base::Decimal::FromInt(4);
  settings.publisher.interval = seconds{1};
  return settings;
}

model::InstrumentTable SimInstruments() {
  model::InstrumentTable table;
  for (const char* symbol : kSymbols) {
    AddDefault(symbol, table);
  }
  return table;
}

}  // namespace bulwark::sim
