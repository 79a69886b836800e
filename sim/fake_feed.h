// Prices that swing, so that the strategies find something to do; or that stand still.
//
// Shape:   per instrument a tick and then a bar at the same price, in turn; while quiet, ticks at
//          one price and nothing else.
// Threads: one.
// Source:  market/feed.h

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "market/feed.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "sim/context.h"

namespace bulwark::sim {

// A price that a scenario asks for, as a tick or as a tick and a bar.
struct ScriptedPrice {
  model::InstrumentId instrument;
  base::Decimal price;
  bool is_bar = false;
};

// The market; the same for all lives.
struct Market {
  bool is_quiet = false;
  std::deque<ScriptedPrice> script;  // Comes before anything else.
  std::vector<base::Decimal> prices;
  base::Nanos silence{0};  // Before the next price, once.
};

class FakeFeed final : public market::Feed {
 public:
  FakeFeed(Context& context, Market& market, const model::InstrumentTable& instruments);

  base::Result<std::optional<model::MarketEvent>> Next() override;
  [[nodiscard]] const market::FeedHealth& health() const override { return health_; }

 private:
  base::Decimal Move(std::size_t instrument);
  std::optional<model::MarketEvent> NextOfScript();

  Context& context_;
  Market& market_;
  const model::InstrumentTable& instruments_;
  market::FeedHealth health_;
  Random random_;
  base::UnixNanos at_;
  std::uint64_t count_ = 0;
  std::optional<model::Bar> bar_;  // Follows the tick that was given last.
};

}  // namespace bulwark::sim
