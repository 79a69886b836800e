// The entries that were let through lately, for the guards that look back.
//
// Shape:   a ring of the newest kEntriesMax for the guard on duplicates, and counters for the day
//          (UTC date of the wall clock) and for each instrument's candle. The day's count is kept
//          over restarts by the ledger.
// Threads: one thread. Nothing allocates.
// Source:  docs/risk.md#pace

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/decimal.h"
#include "base/time.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"

namespace bulwark::risk {

// Days since the Unix epoch.
std::int32_t UtcDay(base::UnixNanos at);

class EntryLog {
 public:
  static constexpr std::size_t kEntriesMax = 64;

  // What an earlier run let through on that day.
  void Restore(std::int32_t utc_day, std::size_t entries);

  // `candle` is the length of the bars of the strategies.
  void Note(const model::NewOrder& order, base::UnixNanos now, base::Nanos candle);

  // When an order that asks for exactly the same was let through last.
  [[nodiscard]] std::optional<base::UnixNanos> SameAs(const model::NewOrder& order) const;
  [[nodiscard]] std::optional<base::UnixNanos> LastIn(model::InstrumentId instrument) const;
  [[nodiscard]] std::size_t OnDayOf(base::UnixNanos now) const;
  [[nodiscard]] std::size_t InCandleOf(model::InstrumentId instrument, base::UnixNanos now,
                                       base::Nanos candle) const;

 private:
  struct Entry {
    model::InstrumentId instrument;
    model::Side side = model::Side::kBuy;
    model::OrderType type = model::OrderType::kMarket;
    base::Decimal quantity;
    std::optional<base::Decimal> limit_price;
    std::optional<base::Decimal> stop_price;
    model::StrategyName strategy;

    bool operator==(const Entry&) const = default;
  };
  struct Row {
    Entry entry;
    base::UnixNanos at;
  };
  struct PerInstrument {
    std::optional<base::UnixNanos> last_at;
    std::int64_t candle = -1;  // Since the Unix epoch.
    std::size_t in_candle = 0;
  };

  static Entry EntryOf(const model::NewOrder& order);

  std::array<Row, kEntriesMax> rows_{};
  std::size_t noted_ = 0;  // Ever; the next slot is its remainder.
  std::array<PerInstrument, model::kInstrumentsMax> instruments_{};
  std::int32_t day_ = 0;
  std::size_t on_day_ = 0;
};

}  // namespace bulwark::risk
