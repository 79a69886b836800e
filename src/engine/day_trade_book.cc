#include "engine/day_trade_book.h"

#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "daytrade/execution.h"
#include "daytrade/policy.h"
#include "model/action.h"
#include "model/adjustment.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/share_move.h"
#include "oms/oms.h"

namespace bulwark::engine {
namespace {

using base::Decimal;

Decimal Signed(model::Side side, Decimal quantity) {
  return side == model::Side::kBuy ? quantity : -quantity;
}

model::InstrumentId InstrumentOf(const model::ShareMove& move) {
  return std::visit([](const auto& what) { return what.instrument; }, move.what);
}

// A total that the venue told has no time of its own; then ours counts.
base::UnixNanos TimeOf(const model::Fill& fill) {
  return fill.at == base::UnixNanos{} ? fill.booked_at : fill.at;
}

daytrade::Execution ExecutionOf(const model::Fill& fill) {
  return {.instrument = fill.instrument,
          .order = fill.order_id,
          .trade = fill.trade_id,
          .quantity = Signed(fill.side, fill.moved_quantity()),
          .price = fill.price,
          .at = TimeOf(fill)};
}

// What the remembered moves do not explain.
Decimal HeldBefore(const oms::OpeningBooks& books, model::InstrumentId instrument) {
  Decimal before = books.portfolio.at(instrument).owned();
  for (const model::ShareMove& move : books.share_moves.rows) {
    if (InstrumentOf(move) == instrument) {
      before -= move.quantity;
    }
  }
  return before;
}

}  // namespace

DayTradeBook::DayTradeBook(DayTradeSetup setup, const model::InstrumentTable& instruments,
                           const oms::OpeningBooks& books)
    : setup_(std::move(setup)),
      instruments_(instruments),
      trades_(setup_.calendar, setup_.policy, kExecutionsMax),
      complete_since_(books.share_moves.complete_since),
      knows_others_(books.are_foreign_day_trades_known) {
  Recover(books);
}

bool DayTradeBook::Governs(model::InstrumentId instrument) const {
  return model::KindOf(instruments_[instrument]) == model::AssetKind::kEquity;
}

void DayTradeBook::Recover(const oms::OpeningBooks& books) {
  for (const model::Instrument& instrument : instruments_.rows()) {
    if (!Governs(instrument.id)) {
      continue;
    }
    trades_.SetOpening(instrument.id, HeldBefore(books, instrument.id));
  }
  std::vector<daytrade::Date> elsewhere;
  elsewhere.reserve(books.foreign_day_trades.size());
  for (const std::int64_t unix_day : books.foreign_day_trades) {
    elsewhere.emplace_back(std::chrono::days{unix_day});
  }
  trades_.SetElsewhere(std::move(elsewhere));
  for (const model::ShareMove& move : books.share_moves.rows) {
    // As of then: nothing that the ledger holds is from the future.
    if (const auto* fill = std::get_if<model::Fill>(&move.what)) {
      See(*fill, TimeOf(*fill));
    } else {
      const auto& adjustment = std::get<model::Adjustment>(move.what);
      See(adjustment, adjustment.at);
    }
  }
}

bool DayTradeBook::Follow(const model::Action& action, base::UnixNanos now) {
  if (const auto* booked = std::get_if<model::FillBooked>(&action)) {
    return See(booked->fill, now);
  }
  if (const auto* adjusted = std::get_if<model::BooksAdjusted>(&action)) {
    return See(adjusted->adjustment, now);
  }
  return false;
}

bool DayTradeBook::See(const model::Fill& fill, base::UnixNanos now) {
  if (!Governs(fill.instrument)) {
    return false;
  }
  trades_.Add(ExecutionOf(fill), now);
  return true;
}

bool DayTradeBook::See(const model::Adjustment& adjustment, base::UnixNanos now) {
  using Kind = model::AdjustmentKind;
  if (adjustment.kind == Kind::kAcceptedCash || !Governs(adjustment.instrument)) {
    return false;
  }
  if (adjustment.kind == Kind::kSplit && adjustment.old_shares > 0) {
    const Decimal held = trades_.Held(adjustment.instrument);
    const auto scaled =
        base::CheckedMulDiv(held, Decimal::FromInt(adjustment.new_shares),
                            Decimal::FromInt(adjustment.old_shares), base::Rounding::kDown);
    Move(adjustment, scaled.value_or(held) - held, daytrade::Moved::kTransfer, now);
  } else if (adjustment.kind == Kind::kAcceptedPosition) {
    Move(adjustment, adjustment.taken.quantity, daytrade::Moved::kAccepted, now);
  } else if (!adjustment.trade_id.empty() && !trades_.Bust(adjustment.trade_id)) {
    // Of a trade that is not kept any more.
    Move(adjustment, adjustment.restored.quantity + adjustment.taken.quantity,
         daytrade::Moved::kTransfer, now);
  }
  return true;
}

void DayTradeBook::Move(const model::Adjustment& adjustment, Decimal quantity, daytrade::Moved how,
                        base::UnixNanos now) {
  if (quantity.is_zero()) {
    return;
  }
  trades_.Add({.instrument = adjustment.instrument,
               .order = {},
               .trade = {},
               .quantity = quantity,
               .price = {},
               .at = adjustment.at,
               .moved = how},
              now);
}

}  // namespace bulwark::engine
