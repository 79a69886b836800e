// A fill that the ledger refused because its trade was there before.
//
// Shape:   is_same tells whether the stored one has the same order, instrument, side, price,
//          quantity and fee. Either way the books should have refused it: the caller's memory now
//          holds it twice.
// Threads: a value.

#pragma once

#include "model/order.h"

namespace bulwark::ledger {

struct DuplicateFill {
  model::TradeId trade_id;
  bool is_same = false;
};

}  // namespace bulwark::ledger
