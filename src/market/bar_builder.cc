#include "market/bar_builder.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "model/market_data.h"

namespace bulwark::market {
namespace {

// The start of the interval that holds `at`, also for times before 1970.
base::UnixNanos StartOfInterval(base::UnixNanos at, base::Nanos interval) {
  base::Nanos into = at.time_since_epoch() % interval;
  if (into < base::Nanos::zero()) {
    into += interval;
  }
  return at - into;
}

model::Bar OpenBar(const model::Tick& tick, base::Nanos interval) {
  const base::UnixNanos open_at = StartOfInterval(tick.event_at, interval);
  return {.instrument = tick.instrument,
          .open = tick.price,
          .high = tick.price,
          .low = tick.price,
          .close = tick.price,
          .volume = tick.size,
          .open_at = open_at,
          .close_at = open_at + interval,
          .received_at = tick.received_at};
}

}  // namespace

base::Result<BarBuilder> BarBuilder::Create(base::Nanos interval, std::size_t instruments) {
  if (interval <= base::Nanos::zero()) {
    return base::Fail(base::ErrorCode::kInvalidArgument, "the bar interval is not positive");
  }
  return BarBuilder(interval, instruments);
}

std::optional<model::Bar> BarBuilder::OnTick(const model::Tick& tick) {
  std::optional<model::Bar>& open = open_.at(tick.instrument.index);
  if (!open) {
    open = OpenBar(tick, interval_);
    return std::nullopt;
  }
  if (tick.event_at < open->open_at) {
    ++late_ticks_;
    return std::nullopt;
  }
  if (tick.event_at >= open->close_at) {
    model::Bar finished = *open;
    finished.received_at = tick.received_at;
    open = OpenBar(tick, interval_);
    return finished;
  }
  open->high = std::max(open->high, tick.price);
  open->low = std::min(open->low, tick.price);
  open->close = tick.price;
  open->volume = base::CheckedAdd(open->volume, tick.size).value_or(base::Decimal::Max());
  open->received_at = tick.received_at;
  return std::nullopt;
}

}  // namespace bulwark::market
