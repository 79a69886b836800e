#include "risk/entry_log.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.h"
#include "model/instrument.h"
#include "model/order.h"

namespace bulwark::risk {
namespace {

std::int64_t CandleOf(base::UnixNanos at, base::Nanos candle) {
  return at.time_since_epoch() / candle;
}

}  // namespace

std::int32_t UtcDay(base::UnixNanos at) {
  return static_cast<std::int32_t>(
      std::chrono::floor<std::chrono::days>(at).time_since_epoch().count());
}

EntryLog::Entry EntryLog::EntryOf(const model::NewOrder& order) {
  return {.instrument = order.instrument,
          .side = order.side,
          .type = order.type,
          .quantity = order.quantity,
          .limit_price = order.limit_price,
          .stop_price = order.stop_price,
          .strategy = order.strategy};
}

void EntryLog::Restore(std::int32_t utc_day, std::size_t entries) {
  day_ = utc_day;
  on_day_ = entries;
}

void EntryLog::Note(const model::NewOrder& order, base::UnixNanos now, base::Nanos candle) {
  rows_.at(noted_ % kEntriesMax) = {.entry = EntryOf(order), .at = now};
  ++noted_;
  // A clock that was set back does not begin the older day anew.
  if (const std::int32_t day = UtcDay(now); day > day_) {
    day_ = day;
    on_day_ = 0;
  }
  ++on_day_;
  PerInstrument& own = instruments_.at(order.instrument.index);
  own.last_at = now;
  if (const std::int64_t at = CandleOf(now, candle); at != own.candle) {
    own.candle = at;
    own.in_candle = 0;
  }
  ++own.in_candle;
}

std::optional<base::UnixNanos> EntryLog::SameAs(const model::NewOrder& order) const {
  const Entry wanted = EntryOf(order);
  for (std::size_t back = 1; back <= std::min(noted_, kEntriesMax); ++back) {
    const Row& row = rows_.at((noted_ - back) % kEntriesMax);
    if (row.entry == wanted) {
      return row.at;
    }
  }
  return std::nullopt;
}

std::optional<base::UnixNanos> EntryLog::LastIn(model::InstrumentId instrument) const {
  return instruments_.at(instrument.index).last_at;
}

std::size_t EntryLog::OnDayOf(base::UnixNanos now) const {
  return UtcDay(now) > day_ ? 0 : on_day_;
}

std::size_t EntryLog::InCandleOf(model::InstrumentId instrument, base::UnixNanos now,
                                 base::Nanos candle) const {
  const PerInstrument& own = instruments_.at(instrument.index);
  return own.candle == CandleOf(now, candle) ? own.in_candle : 0;
}

}  // namespace bulwark::risk
