// The newest trades as they stand after all that was booked, so that the OMS can take them back.
//
// Shape:   at most kBookedTradesMax, oldest first; a trade declared void before it came is among
//          them, not booked.
// Threads: one thread.
// Source:  docs/orders.md#busts-and-corrections

#pragma once

#include <deque>
#include <set>
#include <string>
#include <vector>

#include "model/accounting.h"
#include "model/adjustment.h"
#include "model/booked_trade.h"
#include "model/fill.h"
#include "model/order.h"

namespace bulwark::ledger {

class TradesNow {
 public:
  // `effect` is what booking the fill did.
  void See(const model::Fill& fill, const model::FillEffect& effect);
  void See(const model::Adjustment& adjustment);

  [[nodiscard]] std::vector<model::BookedTrade> Take() const {
    return {trades_.begin(), trades_.end()};
  }

 private:
  void See(const model::TradeId& corrected);
  void Put(const model::BookedTrade& trade);

  std::deque<model::BookedTrade> trades_;
  std::set<std::string> void_ids_;
  std::set<std::string> corrected_ids_;
};

}  // namespace bulwark::ledger
