#include "stateplane/market_mirror.h"

#include <string_view>

#include "contract/keys.h"
#include "contract/market_documents.h"
#include "model/instrument.h"
#include "model/telemetry.h"
#include "redis/command.h"

namespace bulwark::stateplane {

MarketMirror::MarketMirror(const model::InstrumentTable& instruments)
    : instruments_(instruments),
      last_names_{.last_price = contract::keys::LastPrice(),
                  .last_tick = contract::keys::LastTick(),
                  .ohlcv = contract::keys::Ohlcv()} {
  for (const model::Instrument& instrument : instruments.rows()) {
    const std::string_view symbol = instrument.symbol.view();
    rows_.push_back({.names = {.last_price = contract::keys::LastPrice(symbol),
                               .last_tick = contract::keys::LastTick(symbol),
                               .ohlcv = contract::keys::Ohlcv(symbol)},
                     .candles = {}});
  }
}

void MarketMirror::Compose(const model::Telemetry& telemetry, redis::Pipeline& out) {
  for (const model::Instrument& instrument : instruments_.rows()) {
    ComposeOne(instrument, telemetry, out);
  }
}

void MarketMirror::ComposeOne(const model::Instrument& instrument,
                              const model::Telemetry& telemetry, redis::Pipeline& out) {
  const model::MarkView& mark = telemetry.marks[instrument.id.index];
  if (!mark.price) {
    return;  // Nothing is known of it yet.
  }
  Row& row = rows_.at(instrument.id.index);
  const bool is_last = telemetry.last_instrument == instrument.id.index;
  const auto set = [&](contract::Key Names::* name, std::string_view value) {
    out.Add({"SET", (row.names.*name).view(), value});
    if (is_last) {
      out.Add({"SET", (last_names_.*name).view(), value});
    }
  };
  value_.clear();
  contract::EncodeAmount(value_, *mark.price);
  set(&Names::last_price, value_);
  value_.clear();
  contract::EncodeLastTick(value_, instrument.symbol.view(), *mark.price, mark.event_at);
  set(&Names::last_tick, value_);
  set(&Names::ohlcv, row.candles.Of(telemetry.candles.at(instrument.id.index)));
}

}  // namespace bulwark::stateplane
