// What a position cost, told by the fills that made it.
//
// Shape:   fills in the order in which they happened; what is sold first was bought first, as in
//          our own books, and a trade beyond flat opens the other side. A fill is the filled part
//          of one order document: its quantity and value.
// Units:   quantity in base units, signed; cost in quote units, with the sign of the quantity, fees
//          not included.
// Errors:  none; amounts out of range make the cost unknown.
// Threads: a value. Allocates per open fill.
// Source:  docs/import.md#what-positions-cost

#pragma once

#include <deque>
#include <optional>

#include "base/decimal.h"

namespace bulwark::opening {

class CostBasis {
 public:
  // `quantity` is signed: negative for a sale. Both without loss of sign: value has none.
  void Add(base::Decimal quantity, base::Decimal value);

  [[nodiscard]] base::Decimal quantity() const { return quantity_; }
  // Of what is held. Empty when amounts went out of range.
  [[nodiscard]] std::optional<base::Decimal> cost() const;

 private:
  struct Part {
    base::Decimal quantity;  // Without sign.
    base::Decimal value;
  };

  void Close(Part& trade);

  std::deque<Part> parts_;  // All on the side of quantity_.
  base::Decimal quantity_;
  bool is_known_ = true;
};

}  // namespace bulwark::opening
