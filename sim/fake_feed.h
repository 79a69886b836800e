// Prices that swing, so that the strategies find something to do; or that stand still.
//
// Shape:   per instrument a tick and then a bar at the same price, in turn; while quiet, ticks at one
//          price and nothing else.
// Threads: one.
// Source:  market/feed.h

#pragma once

#include <cstddef>
#include <cstdint>
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

// The market; the same for all lives.
struct Market {
  bool is_quiet = false;
  // Set by scenarios: events in the order they are to be seen. Chance rules when it is empty.
  std::vector<model::MarketEvent> script;
  bool is_scripted = false;
  std::vector<base::Decimal> prices;
};

class FakeFeed final : public market::Feed {
 public:
  FakeFeed(Context& context, Market& market, const model::InstrumentTable& instruments);

  base::Result<std::optional<model::MarketEvent>> Next() override;
  [[nodiscard]] const market::FeedHealth& health() const override { return health_; }

 private:
  base::Decimal Move(std::size_t instrument);

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
