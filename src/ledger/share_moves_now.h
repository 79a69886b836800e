// The newest moves of shares, for counting day trades after a start.
//
// Shape:   what is booked in its order; at most kShareMovesMax of equities are kept, the newest.
// Threads: one thread.
// Source:  docs/day-trades.md#in-the-trader

#pragma once

#include <cstddef>
#include <deque>
#include <optional>

#include "base/decimal.h"
#include "base/time.h"
#include "model/accounting.h"
#include "model/adjustment.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/share_move.h"

namespace bulwark::ledger {

constexpr std::size_t kShareMovesMax = 4'000;

class ShareMovesNow {
 public:
  // `has_earlier` is whether others were booked before the first that is going to be seen.
  ShareMovesNow(const model::InstrumentTable& table, bool has_earlier)
      : table_(table), has_earlier_(has_earlier) {}

  // `effect` is what booking it did.
  void See(const model::Fill& fill, const model::BooksEffect& effect);
  void See(const model::Adjustment& adjustment, const model::BooksEffect& effect);

  [[nodiscard]] model::ShareMoves Take() const {
    return {.rows = {rows_.begin(), rows_.end()}, .complete_since = complete_since_};
  }

 private:
  [[nodiscard]] bool IsEquity(model::InstrumentId instrument) const;
  void Put(const model::ShareMove& move);

  const model::InstrumentTable& table_;
  bool has_earlier_;
  std::deque<model::ShareMove> rows_;
  std::optional<base::UnixNanos> complete_since_;
};

}  // namespace bulwark::ledger
