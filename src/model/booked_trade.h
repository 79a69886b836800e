// A trade as it stands in the books, with what is needed to take it back exactly.
//
// Shape:   fill as booked last (its id may carry a revision); the closed parts are what ApplyFill()
//          answered. A trade declared void before it was heard of is not booked.
// Threads: a trivially copyable value.
// Source:  docs/orders.md#busts-and-corrections

#pragma once

#include <cstdint>

#include "base/decimal.h"
#include "model/fill.h"

namespace bulwark::model {

struct BookedTrade {
  Fill fill;
  base::Decimal closed_quantity;
  base::Decimal closed_cost;
  std::uint32_t revision = 0;
  bool is_booked = true;
  bool is_void = false;
};

}  // namespace bulwark::model
