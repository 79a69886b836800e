#include "ledger/share_moves_now.h"

#include <utility>
#include <variant>

#include "base/time.h"
#include "model/accounting.h"
#include "model/adjustment.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/share_move.h"

namespace bulwark::ledger {
namespace {

base::UnixNanos TimeOf(const model::ShareMove& move) {
  const auto* fill = std::get_if<model::Fill>(&move.what);
  return fill != nullptr ? fill->booked_at : std::get<model::Adjustment>(move.what).at;
}

}  // namespace

bool ShareMovesNow::IsEquity(model::InstrumentId instrument) const {
  return model::KindOf(table_[instrument]) == model::AssetKind::kEquity;
}

void ShareMovesNow::See(const model::Fill& fill, const model::BooksEffect& effect) {
  // What was booked before the first that is seen was booked before its time.
  if (std::exchange(has_earlier_, false)) {
    complete_since_ = fill.booked_at;
  }
  if (IsEquity(fill.instrument)) {
    Put({.what = fill, .quantity = effect.quantity});
  }
}

void ShareMovesNow::See(const model::Adjustment& adjustment, const model::BooksEffect& effect) {
  const bool has_shares = adjustment.kind != model::AdjustmentKind::kAcceptedCash;
  if (has_shares && IsEquity(adjustment.instrument)) {
    Put({.what = adjustment, .quantity = effect.quantity});
  }
}

void ShareMovesNow::Put(const model::ShareMove& move) {
  rows_.push_back(move);
  if (rows_.size() > kShareMovesMax) {
    complete_since_ = TimeOf(rows_.front());
    rows_.pop_front();
  }
}

}  // namespace bulwark::ledger
