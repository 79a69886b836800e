// Cash and positions of the account, with what open orders have reserved.
//
// Shape:   cash and quantity are free amounts; the blocked ones belong to working orders. The
//          account owns cash + blocked_cash and, per instrument, quantity + blocked_quantity.
//          cost is what the owned quantity cost, fees excluded; realised_pnl is net of fees.
// Units:   cash, cost and P&L in quote units (one account currency), quantity in base units,
//          signed.
// Threads: a value of fixed size; copying does not allocate.
// Source:  contract section 2.2

#pragma once

#include <array>
#include <cstddef>

#include "base/decimal.h"
#include "model/instrument.h"

namespace bulwark::model {

struct Position {
  base::Decimal quantity;
  base::Decimal blocked_quantity;
  base::Decimal cost;
  base::Decimal realised_pnl;
  bool was_ever_held =
      false;  // Keeps the entry at 0.0 in oms:portfolio once flat, as readers expect.

  [[nodiscard]] base::Decimal owned() const { return quantity + blocked_quantity; }
  bool operator==(const Position&) const = default;
};

struct Portfolio {
  base::Decimal cash;
  base::Decimal blocked_cash;
  base::Decimal realised_pnl;
  base::Decimal fees_paid;
  std::array<Position, kInstrumentsMax> positions;

  [[nodiscard]] base::Decimal owned_cash() const { return cash + blocked_cash; }
  [[nodiscard]] Position& at(InstrumentId id) { return positions.at(id.index); }
  [[nodiscard]] const Position& at(InstrumentId id) const { return positions.at(id.index); }
  bool operator==(const Portfolio&) const = default;
};

}  // namespace bulwark::model
