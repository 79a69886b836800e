// The market as Redis should show it: last price, last tick and candles of each instrument.
//
// Shape:   composes the same keys each time, but keeps the text of candles that have not changed.
// Threads: one thread. Encoding allocates only while its buffers grow.
// Owner:   the instrument table must outlive it.
// Source:  contract sections 1.2.7, 1.2.8

#pragma once

#include <string>
#include <vector>

#include "contract/keys.h"
#include "contract/market_documents.h"
#include "model/instrument.h"
#include "model/telemetry.h"
#include "redis/command.h"

namespace bulwark::stateplane {

class MarketMirror {
 public:
  explicit MarketMirror(const model::InstrumentTable& instruments);

  // Instruments without a price are left out.
  void Compose(const model::Telemetry& telemetry, redis::Pipeline& out);

 private:
  struct Names {
    contract::Key last_price;
    contract::Key last_tick;
    contract::Key ohlcv;
  };
  struct Row {
    Names names;
    contract::BarsText candles;
  };

  void ComposeOne(const model::Instrument& instrument, const model::Telemetry& telemetry,
                  redis::Pipeline& out);

  const model::InstrumentTable& instruments_;
  std::vector<Row> rows_;  // By instrument.
  Names last_names_;       // Of the instrument that moved last.
  std::string value_;      // Scratch for encoders.
};

}  // namespace bulwark::stateplane
