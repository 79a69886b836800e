// The paper account: cash and positions, and what working orders tie up of them.
//
// Shape:   cash and every position are never negative; 0 <= blocked amounts. Blocked cash may
//          exceed nothing but what was free when it was blocked.
// Units:   cash in quote units, quantities in base units, by instrument number.
// Errors:  none: who asks checks first. A settlement that would break the shape stops the process.
// Threads: one. Nothing allocates except Add().

#pragma once

#include <vector>

#include "base/decimal.h"
#include "model/fill.h"
#include "model/instrument.h"

namespace bulwark::venue::paper {

class Account {
 public:
  explicit Account(base::Decimal cash) : cash_(cash) {}

  // One more instrument, with what is held of it.
  void Add(base::Decimal quantity) { rows_.push_back({.quantity = quantity}); }

  [[nodiscard]] base::Decimal cash() const { return cash_; }
  [[nodiscard]] base::Decimal free_cash() const { return cash_ - blocked_cash_; }
  [[nodiscard]] base::Decimal position(model::InstrumentId id) const {
    return rows_.at(id.index).quantity;
  }
  [[nodiscard]] base::Decimal free_position(model::InstrumentId id) const {
    return rows_.at(id.index).quantity - rows_.at(id.index).blocked;
  }

  // Ties up or, with a negative amount, frees.
  void BlockCash(base::Decimal amount);
  void BlockPosition(model::InstrumentId id, base::Decimal amount);

  // Moves cash and position by exactly fill.notional() and fill.fee.
  void Settle(const model::Fill& fill);

 private:
  struct Row {
    base::Decimal quantity;
    base::Decimal blocked;
  };

  base::Decimal cash_;
  base::Decimal blocked_cash_;
  std::vector<Row> rows_;
};

}  // namespace bulwark::venue::paper
