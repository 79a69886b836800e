#include "venue/paper/market_model.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/result.h"
#include "base/time.h"
#include "model/market_data.h"

namespace bulwark::venue::paper {
namespace {

using base::Decimal;
using base::Rounding;
using model::Side;

constexpr Decimal kOne = Decimal::FromInt(1);
constexpr Decimal kWholeInBps = Decimal::FromInt(10'000);
constexpr Decimal kPartLeast = Decimal::FromRaw(Decimal::kScale * 3 / 10);
constexpr Decimal kPartSpan = Decimal::FromRaw(Decimal::kScale * 6 / 10);
constexpr base::Nanos kLatencyMax = std::chrono::seconds{60};

std::uint64_t Mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31U);
}

base::Result<void> InRange(const char* name, Decimal value, Decimal max) {
  if (value.is_negative() || value > max) {
    return base::Fail(
        base::ErrorCode::kInvalidArgument,
        std::string(name) + " is " + value.ToString() + ", not from 0 to " + max.ToString());
  }
  return {};
}

// Away from the taker's advantage, onto the grid, at least one tick.
std::optional<Decimal> Worsen(Side side, Decimal price, Decimal bps, Decimal tick_size) {
  const bool is_buy = side == Side::kBuy;
  const Decimal factor = is_buy ? kWholeInBps + bps : kWholeInBps - bps;
  const auto moved = base::CheckedMulDiv(price, factor, kWholeInBps,
                                         is_buy ? Rounding::kCeiling : Rounding::kFloor);
  if (!moved) {
    return std::nullopt;
  }
  const Decimal down = moved->RoundDownTo(tick_size);
  if (is_buy && down != *moved) {
    return base::CheckedAdd(down, tick_size);
  }
  return std::max(down, tick_size);
}

}  // namespace

base::Result<void> Check(const MarketModel& model) {
  const Decimal half = Decimal::FromInt(5'000);
  if (auto checked = InRange("half_spread_bps", model.half_spread_bps, half); !checked) {
    return checked;
  }
  if (auto checked = InRange("slippage_bps_max", model.slippage_bps_max, half); !checked) {
    return checked;
  }
  if (auto checked = InRange("taker_fee_bps", model.taker_fee_bps, half); !checked) {
    return checked;
  }
  if (auto checked = InRange("maker_fee_bps", model.maker_fee_bps, half); !checked) {
    return checked;
  }
  if (auto checked = InRange("partial_fill_chance", model.partial_fill_chance, kOne); !checked) {
    return checked;
  }
  if (auto checked = InRange("reject_chance", model.reject_chance, kOne); !checked) {
    return checked;
  }
  if (model.latency < base::Nanos::zero() || model.latency > kLatencyMax) {
    return base::Fail(
        base::ErrorCode::kInvalidArgument,
        "latency is " + std::to_string(model.latency.count()) + " ns, not from 0 to 60 s");
  }
  return {};
}

std::int64_t Draw(const MarketModel& model, const DrawKey& key, Chance chance) {
  std::uint64_t state = Mix(model.seed);
  state = Mix(state ^ key.order_number);
  state = Mix(state ^ static_cast<std::uint64_t>(key.filled.raw()));
  state = Mix(state ^ static_cast<std::uint64_t>(chance));
  return static_cast<std::int64_t>(state % static_cast<std::uint64_t>(Decimal::kScale));
}

std::optional<Decimal> Touch(const MarketModel& model, Side side, Decimal last, Decimal tick_size) {
  return Worsen(side, last, model.half_spread_bps, tick_size);
}

std::optional<Decimal> SlippedPrice(const MarketModel& model, Side side, Decimal touch,
                                    Decimal tick_size, const DrawKey& key) {
  const Decimal part = Decimal::FromRaw(Draw(model, key, Chance::kSlippage));
  const Decimal bps = base::Mul(model.slippage_bps_max, part, Rounding::kDown);
  return Worsen(side, touch, bps, tick_size);
}

std::optional<Decimal> WorstPrice(const MarketModel& model, Side side, Decimal last,
                                  Decimal tick_size) {
  const auto touch = Touch(model, side, last, tick_size);
  return touch ? Worsen(side, *touch, model.slippage_bps_max, tick_size) : std::nullopt;
}

std::optional<Decimal> Fee(Decimal notional, Decimal fee_bps) {
  return base::CheckedMulDiv(notional, fee_bps, kWholeInBps, Rounding::kHalfEven);
}

Decimal FillSize(const MarketModel& model, Decimal possible, Decimal lot_size, const DrawKey& key) {
  ENSURE(possible.is_positive() && possible.IsMultipleOf(lot_size));
  if (Draw(model, key, Chance::kPartial) >= model.partial_fill_chance.raw()) {
    return possible;
  }
  const Decimal draw = Decimal::FromRaw(Draw(model, key, Chance::kPartialSize));
  const Decimal part = kPartLeast + base::Mul(kPartSpan, draw, Rounding::kDown);
  return std::max(base::Mul(possible, part, Rounding::kDown).RoundDownTo(lot_size), lot_size);
}

}  // namespace bulwark::venue::paper
