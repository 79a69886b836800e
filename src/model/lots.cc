#include "model/lots.h"

#include <cstddef>
#include <cstdint>

#include "base/decimal.h"
#include "base/ensure.h"
#include "model/instrument.h"

namespace bulwark::model {

void LotBook::Ring::Drop(End end) {
  if (end == End::kOldest) {
    first = (first + 1) % kLotsMax;
  }
  --count;
}

Lot& LotBook::Ring::Outer(End end) {
  ENSURE(count > 0);
  return At(end == End::kOldest ? 0 : count - 1);
}

void LotBook::Push(InstrumentId instrument, const Lot& lot, End end) {
  Ring& ring = rings.at(instrument.index);
  if (ring.count == kLotsMax) {
    Lot& neighbour = ring.At(end == End::kOldest ? 0 : ring.count - 1);
    neighbour.quantity += lot.quantity;
    neighbour.cost += lot.cost;
    return;
  }
  if (end == End::kOldest) {
    ring.first = (ring.first + kLotsMax - 1) % kLotsMax;
  }
  ++ring.count;
  ring.At(end == End::kOldest ? 0 : ring.count - 1) = lot;
}

base::Decimal LotBook::Take(InstrumentId instrument, base::Decimal quantity, End end) {
  ENSURE(!quantity.is_negative());
  base::Decimal cost;
  base::Decimal left = quantity;
  Ring& ring = rings.at(instrument.index);
  while (left.is_positive()) {
    Lot& lot = ring.Outer(end);
    const base::Decimal held = lot.quantity.Abs();
    if (held <= left) {
      cost += lot.cost;
      left -= held;
      ring.Drop(end);
      continue;
    }
    // The last part of a lot takes all that is left of its cost, so that nothing is lost.
    const base::Decimal share = base::MulDiv(lot.cost, left, held, base::Rounding::kHalfEven);
    cost += share;
    lot.cost -= share;
    lot.quantity = lot.quantity.is_negative() ? lot.quantity + left : lot.quantity - left;
    left = base::Decimal();
  }
  return cost;
}

void LotBook::Scale(InstrumentId instrument, base::Decimal total, std::uint32_t new_shares,
                    std::uint32_t old_shares) {
  Ring& ring = rings.at(instrument.index);
  base::Decimal left = total;
  for (std::size_t at = 0; at < ring.count; ++at) {
    Lot& lot = ring.At(at);
    lot.quantity = base::MulDiv(lot.quantity, base::Decimal::FromInt(new_shares),
                                base::Decimal::FromInt(old_shares), base::Rounding::kDown);
    left -= lot.quantity;
  }
  if (ring.count > 0) {
    ring.At(ring.count - 1).quantity += left;
  }
}

std::size_t LotBook::size(InstrumentId instrument) const {
  return rings.at(instrument.index).count;
}

const Lot& LotBook::At(InstrumentId instrument, std::size_t at) const {
  return rings.at(instrument.index).At(at);
}

bool LotBook::Ring::operator==(const Ring& other) const {
  bool is_same = count == other.count;
  for (std::size_t at = 0; is_same && at < count; ++at) {
    is_same = At(at) == other.At(at);
  }
  return is_same;
}

}  // namespace bulwark::model
