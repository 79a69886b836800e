#include "market/feeds/simulated/simulated_feed.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/result.h"
#include "base/time.h"
#include "market/feed.h"
#include "model/instrument.h"
#include "model/market_data.h"

namespace bulwark::market {
namespace {

constexpr std::int64_t kNoiseUnit = 37'837;  // The standard deviation of Noise().
constexpr std::int64_t kBillion = 1'000'000'000;
constexpr std::int64_t kThousand = 1'000;
constexpr std::int64_t kMovePpb = 60'000;    // A usual tick moves 0.6 basis points.
constexpr std::int64_t kTrendPpb = 8'000;    // Drift of a trend, per tick.
constexpr std::int64_t kShockPpb = 500'000;  // A shock falls 5 basis points per tick,
constexpr std::int64_t kShockTicksMin = 6;   // for this many ticks or up to twice as many.
constexpr std::int64_t kPullDivisor = 60;    // A range takes back 1/60 of the distance per tick.
constexpr std::int64_t kShockOneIn = 600;    // Ticks of a range.

struct Listing {
  std::string_view symbol;
  std::string_view venue_symbol;
  std::string_view tick_size;
  std::string_view lot_size;
  std::string_view min_notional;
  std::int64_t first_price;  // Whole quote units.
};

constexpr std::array<Listing, 3> kListings = {{
    {"BTC/USDT", "BTCUSDT", "0.01", "0.00001", "5", 61'000},
    {"ETH/USDT", "ETHUSDT", "0.01", "0.0001", "5", 2'600},
    {"SOL/USDT", "SOLUSDT", "0.01", "0.001", "5", 155},
}};
constexpr std::int64_t kOtherFirstPrice = 100;

std::int64_t FirstPrice(std::string_view symbol) {
  const auto* const found = std::find_if(kListings.begin(), kListings.end(),
                                         [&](const Listing& l) { return l.symbol == symbol; });
  const std::int64_t whole = found == kListings.end() ? kOtherFirstPrice : found->first_price;
  return whole * base::Decimal::kScale;
}

// value * numerator / denominator with a wide product. Requires: the result fits.
std::int64_t Scaled(std::int64_t value, std::int64_t numerator, std::int64_t denominator) {
  return static_cast<std::int64_t>(base::Int128{value} * numerator / denominator);
}

// The U of the day in thousandths: 600 at noon UTC, 1800 at midnight, 1000 on average.
std::int64_t DayShape(base::UnixNanos at) {
  constexpr std::int64_t kDaySeconds = 86'400;
  const std::int64_t second =
      std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count() % kDaySeconds;
  const std::int64_t from_noon = (second - kDaySeconds / 2) * 2 * kThousand / kDaySeconds;
  return 600 + 1'200 * from_noon * from_noon / (kThousand * kThousand);
}

}  // namespace

base::Result<std::unique_ptr<SimulatedFeed>> SimulatedFeed::Create(
    const Options& options, const model::InstrumentTable& instruments) {
  if (instruments.size() == 0) {
    return base::Fail(base::ErrorCode::kInvalidArgument, "the simulated feed has no instruments");
  }
  if (!(options.ticks_per_second >= 0.001 && options.ticks_per_second <= 10'000)) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "ticks per second " + std::to_string(options.ticks_per_second) +
                          " is not in 0.001 to 10000");
  }
  for (const model::Instrument& row : instruments.rows()) {
    if (row.tick_size.raw() > FirstPrice(row.symbol.view()) / 100) {
      return base::Fail(base::ErrorCode::kInvalidArgument,
                        "tick size " + row.tick_size.ToString() + " of " +
                            std::string(row.symbol.view()) +
                            " is more than a hundredth of its simulated price");
    }
  }
  return std::unique_ptr<SimulatedFeed>(new SimulatedFeed(options, instruments));
}

SimulatedFeed::SimulatedFeed(const Options& options, const model::InstrumentTable& instruments)
    : interval_(static_cast<std::int64_t>(1e9 / options.ticks_per_second)), random_(options.seed) {
  walks_.reserve(instruments.size());
  for (const model::Instrument& row : instruments.rows()) {
    Walk walk = FirstWalk(row, options.start);
    walk.next_at += base::Nanos{Below(2 * interval_.count()) + 1};
    walks_.push_back(walk);
  }
}

SimulatedFeed::Walk SimulatedFeed::FirstWalk(const model::Instrument& instrument,
                                             base::UnixNanos start) {
  const std::int64_t price = FirstPrice(instrument.symbol.view());
  // A usual trade is worth about 1,500 quote units.
  const base::Decimal worth =
      base::CheckedMul(base::Decimal::FromRaw(price), instrument.lot_size, base::Rounding::kDown)
          .value_or(base::Decimal::Max());
  const std::int64_t lot_value = std::max<std::int64_t>(worth.raw(), 1);
  const std::int64_t lots = 1'500 * base::Decimal::kScale / lot_value;
  return {.instrument = instrument.id,
          .tick_size = instrument.tick_size.raw(),
          .lot_size = instrument.lot_size.raw(),
          .lots_mean = std::clamp<std::int64_t>(lots, 1, 100'000'000),
          .first_price = price,
          .price = price,
          .anchor = price,
          .regime_ends_at = start,
          .next_at = start};
}

base::Result<std::optional<model::MarketEvent>> SimulatedFeed::Next() {
  const auto walk =
      std::min_element(walks_.begin(), walks_.end(),
                       [](const Walk& a, const Walk& b) { return a.next_at < b.next_at; });
  ++health_.rows_read;
  ++health_.events;
  return std::optional<model::MarketEvent>(Trade(*walk));
}

model::Tick SimulatedFeed::Trade(Walk& walk) {
  const base::UnixNanos at = walk.next_at;
  const std::int64_t shape = DayShape(at);
  if (at >= walk.regime_ends_at) {
    ChooseRegime(walk);
  }
  const std::int64_t before = walk.price;
  MovePrice(walk, shape);

  const bool has_risen = walk.price >= before;
  const bool is_buy = (Below(100) < 70) == has_risen;
  // The product of two uniform numbers: many small trades, few large ones; the mean is a quarter.
  const std::int64_t draw = Below(kThousand) * Below(kThousand);
  const std::int64_t lots =
      1 + Scaled(4 * walk.lots_mean, draw * shape, kThousand * kThousand * kThousand);
  const std::int64_t price =
      std::max(walk.price / walk.tick_size, std::int64_t{1}) * walk.tick_size;
  walk.next_at = at + base::Nanos{Below(2 * interval_.count() * kThousand / shape) + 1};
  return {.instrument = walk.instrument,
          .side = is_buy ? model::Side::kBuy : model::Side::kSell,
          .price = base::Decimal::FromRaw(price),
          .size = base::Decimal::FromRaw(lots * walk.lot_size),
          .event_at = at};
}

void SimulatedFeed::ChooseRegime(Walk& walk) {
  const std::int64_t dice = Below(100);
  walk.regime = dice < 35 ? Regime::kUp : (dice < 70 ? Regime::kDown : Regime::kRange);
  // Far from home the way back is the only trend.
  if (walk.price > walk.first_price / 100 * 115 && walk.regime == Regime::kUp) {
    walk.regime = Regime::kDown;
  } else if (walk.price < walk.first_price / 100 * 85 && walk.regime == Regime::kDown) {
    walk.regime = Regime::kUp;
  }
  walk.anchor = walk.price;
  walk.shock_ticks = 0;
  walk.regime_ends_at = walk.next_at + std::chrono::milliseconds{30'000 + Below(210'000)};
}

void SimulatedFeed::MovePrice(Walk& walk, std::int64_t shape) {
  const std::int64_t move_ppb = kMovePpb * shape / kThousand;
  std::int64_t change = Scaled(walk.price, move_ppb * Noise(), kBillion * kNoiseUnit);
  if (walk.regime == Regime::kRange) {
    if (walk.shock_ticks == 0 && Below(kShockOneIn) == 0) {
      walk.shock_ticks = kShockTicksMin + Below(kShockTicksMin + 1);
    }
    if (walk.shock_ticks > 0) {
      --walk.shock_ticks;
      change -= Scaled(walk.price, kShockPpb, kBillion);
    } else {
      change += (walk.anchor - walk.price) / kPullDivisor;
    }
  } else {
    const std::int64_t drift = Scaled(walk.price, kTrendPpb * shape / kThousand, kBillion);
    change += walk.regime == Regime::kUp ? drift : -drift;
  }
  walk.price = std::clamp(walk.price + change, walk.first_price / 5, walk.first_price * 5);
}

std::int64_t SimulatedFeed::Below(std::int64_t bound) {
  ENSURE(bound > 0);
  // The high part of a wide product: no modulo bias worth the name, and fixed by the standard.
  const auto draw = static_cast<std::int64_t>(random_() >> 1U);
  return static_cast<std::int64_t>((base::Int128{draw} * bound) >> 63U);
}

std::int64_t SimulatedFeed::Noise() {
  // The sum of four 16-bit numbers out of one draw, moved to the middle.
  const std::uint64_t draw = random_();
  const std::uint64_t sum =
      (draw & 0xFFFFU) + ((draw >> 16U) & 0xFFFFU) + ((draw >> 32U) & 0xFFFFU) + (draw >> 48U);
  return static_cast<std::int64_t>(sum) - 2 * std::int64_t{0xFFFF};
}

model::InstrumentTable SimulatedInstruments() {
  model::InstrumentTable table;
  bool is_added = true;
  for (const Listing& listing : kListings) {
    is_added = table
                   .Add({.symbol = model::Symbol(listing.symbol),
                         .venue_symbol = model::Symbol(listing.venue_symbol),
                         .tick_size = *base::Decimal::Parse(listing.tick_size),
                         .lot_size = *base::Decimal::Parse(listing.lot_size),
                         .min_notional = *base::Decimal::Parse(listing.min_notional)})
                   .has_value() &&
               is_added;
  }
  ENSURE(is_added);
  return table;
}

}  // namespace bulwark::market
