// What the paper exchange charges for trading against it: spread, slippage, fees, and its chances.
//
// Shape:   pure functions of a model, the last trade price and a draw. A draw is not a generator's
//          next number but a hash of (seed, order number, quantity already filled): it does not
//          depend on what other orders do, and a restarted venue goes on as if it had not stopped.
// Units:   *_bps in 1/100 of a percent; *_chance from 0 to 1; prices in quote units.
// Errors:  Check() answers kInvalidArgument naming the setting. The price functions answer empty
//          where the result leaves the range of Decimal.
// Threads: any. Nothing allocates.

#pragma once

#include <cstdint>
#include <optional>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "model/market_data.h"

namespace bulwark::venue::paper {

struct MarketModel {
  base::Decimal half_spread_bps;   // Bid and ask are this far from the last trade.
  base::Decimal slippage_bps_max;  // A taker pays between 0 and this on top, evenly spread.
  base::Decimal taker_fee_bps;
  base::Decimal maker_fee_bps;
  base::Nanos latency{};              // From arrival to the moment an order can trade.
  base::Decimal partial_fill_chance;  // That a fill takes 30 to 90 % of what it could.
  base::Decimal reject_chance;        // That a good order is refused all the same.
  std::uint64_t seed = 1;
};

base::Result<void> Check(const MarketModel& model);

// What a draw is for; two purposes of one order are independent.
enum class Chance : std::uint8_t { kSlippage, kPartial, kPartialSize, kReject };

struct DrawKey {
  std::uint64_t order_number = 0;
  base::Decimal filled;
};

// A number from 0 to 99,999,999, each equally likely: compares with the raw value of a chance.
std::int64_t Draw(const MarketModel& model, const DrawKey& key, Chance chance);

// The quote a taker of `side` meets without slippage, on the tick grid, never better than the
// spread.
std::optional<base::Decimal> Touch(const MarketModel& model, model::Side side, base::Decimal last,
                                   base::Decimal tick_size);
// The same with slippage: by this order's draw, or the worst there can be.
std::optional<base::Decimal> SlippedPrice(const MarketModel& model, model::Side side,
                                          base::Decimal touch, base::Decimal tick_size,
                                          const DrawKey& key);
std::optional<base::Decimal> WorstPrice(const MarketModel& model, model::Side side,
                                        base::Decimal last, base::Decimal tick_size);

// Rounded half even. Empty when out of range.
std::optional<base::Decimal> Fee(base::Decimal notional, base::Decimal fee_bps);

// How much of `possible` this fill takes: all, or by chance a part on the lot grid of at least one
// lot. Requires: possible is a positive multiple of lot_size.
base::Decimal FillSize(const MarketModel& model, base::Decimal possible, base::Decimal lot_size,
                       const DrawKey& key);

}  // namespace bulwark::venue::paper
