// How soon the liquidation of one instrument may be tried again, so that a sale which cannot
// succeed does not become a storm of orders.
//
// Shape:   per instrument a pause that doubles with each attempt that sold nothing, from kPauseMin
//          to kPauseMax. A sale ends the growth, and so does a price for what had none.
// Units:   times are those of the engine's events.
// Threads: the engine thread only. A value of fixed size; nothing allocates.
// Source:  docs/risk.md#halt

#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

#include "base/decimal.h"
#include "base/time.h"
#include "model/instrument.h"

namespace bulwark::engine {

class LiquidationPace {
 public:
  static constexpr base::Nanos kPauseMin{std::chrono::milliseconds{200}};
  static constexpr base::Nanos kPauseMax{std::chrono::seconds{30}};
  // An older price counts as none: the venue may not have it either.
  static constexpr base::Nanos kPriceAgeMax{std::chrono::seconds{1}};
  // So many attempts in a row are worth an alert.
  static constexpr std::uint32_t kAttemptsToTell = 3;

  // What is held, and when it last had a price (the epoch: never).
  struct Holding {
    base::Decimal owned;
    base::UnixNanos priced_at;
  };

  // A new halt: everything is due and nothing was told.
  void Restart() { rows_ = {}; }

  // The venue is back: what failed without it may be tried again now.
  void Hurry() {
    for (Row& row : rows_) {
      row.next_at = base::UnixNanos();
      row.pause = kPauseMin;
    }
  }

  void Learn(model::InstrumentId id, const Holding& holding) {
    Row& row = rows_.at(id.index);
    const bool has_sold = row.attempts > 0 && holding.owned < row.owned;
    const bool has_price = row.was_without_price && holding.priced_at > row.attempted_at;
    if (has_sold || has_price) {
      row.attempts = 0;
      row.pause = kPauseMin;
      row.next_at = row.attempted_at + kPauseMin;
      row.was_without_price = false;
    }
  }

  [[nodiscard]] bool IsDue(model::InstrumentId id, base::UnixNanos now) const {
    return now >= rows_.at(id.index).next_at;
  }

  // An order went out. True once per halt: when people must know that it leads nowhere.
  bool Attempt(model::InstrumentId id, const Holding& holding, base::UnixNanos now) {
    Row& row = rows_.at(id.index);
    ++row.attempts;
    row.owned = holding.owned;
    row.was_without_price = now - holding.priced_at > kPriceAgeMax;
    row.attempted_at = now;
    row.next_at = now + row.pause;
    row.pause = std::min(row.pause * 2, kPauseMax);
    const bool is_news = row.attempts == kAttemptsToTell && !row.is_failure_told;
    row.is_failure_told = row.is_failure_told || is_news;
    return is_news;
  }

  // Whether the last attempt sold nothing, or has not ended yet.
  [[nodiscard]] bool WasTried(model::InstrumentId id) const {
    return rows_.at(id.index).attempts > 0;
  }

  // True once per halt and instrument.
  bool TellResidue(model::InstrumentId id) {
    Row& row = rows_.at(id.index);
    const bool is_news = !row.is_residue_told;
    row.is_residue_told = true;
    return is_news;
  }

 private:
  struct Row {
    base::UnixNanos next_at;
    base::UnixNanos attempted_at;
    base::Nanos pause = kPauseMin;
    base::Decimal owned;         // At the last attempt.
    std::uint32_t attempts = 0;  // In a row, without a sale.
    bool was_without_price = false;
    bool is_failure_told = false;
    bool is_residue_told = false;
  };

  std::array<Row, model::kInstrumentsMax> rows_;
};

}  // namespace bulwark::engine
