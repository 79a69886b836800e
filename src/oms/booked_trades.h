// The last trades as they stand in the books, so that one can be taken back when the venue says so.
//
// Shape:   the last kRemembered to 2 x kRemembered trades by the id the venue first gave them. A
//          trade declared void before it was heard of is kept too: is_booked is false then.
// Threads: the engine thread only. Allocates at construction only.
// Source:  docs/orders.md#busts-and-corrections

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

#include "model/booked_trade.h"
#include "model/instrument.h"
#include "model/order.h"

namespace bulwark::oms {

using model::BookedTrade;

// The id of a corrected trade as it is booked: the first id, "~" and the revision; empty when that
// is too long. The first id of a booked one.
std::optional<model::TradeId> RevisedId(const model::TradeId& first, std::uint32_t revision);
model::TradeId FirstIdOf(const model::TradeId& booked);
// The id of what a total told of an order, the n-th time.
model::TradeId InferredId(const model::OrderId& order, std::uint32_t number);

class BookedTrades {
 public:
  static constexpr std::size_t kRemembered = 2'048;

  BookedTrades() {
    young_.reserve(kRemembered);
    old_.reserve(kRemembered);
  }

  // Null when it is not remembered. Holds until the next Put().
  [[nodiscard]] BookedTrade* Find(const model::TradeId& id) {
    const auto young = young_.find(id);
    if (young != young_.end()) {
      return &young->second;
    }
    const auto old = old_.find(id);
    return old == old_.end() ? nullptr : &old->second;
  }

  void Put(const model::TradeId& id, const BookedTrade& trade) {
    if (BookedTrade* known = Find(id)) {
      *known = trade;
      return;
    }
    if (young_.size() == kRemembered) {
      young_.swap(old_);
      young_.clear();
    }
    young_.emplace(id, trade);
  }

  // Whether a remembered trade is of the order. Looks at all of them.
  [[nodiscard]] bool HasTradeOf(const model::OrderId& order) const {
    const auto is_its = [&](const auto& row) { return row.second.fill.order_id == order; };
    return std::any_of(young_.begin(), young_.end(), is_its) ||
           std::any_of(old_.begin(), old_.end(), is_its);
  }

  // What was booked of an instrument before its split counts other shares.
  void Forget(model::InstrumentId instrument) {
    for (Map* map : {&young_, &old_}) {
      boost::unordered::erase_if(*map, [&](const auto& row) {
        return row.second.is_booked && row.second.fill.instrument == instrument;
      });
    }
  }

 private:
  struct Hash {
    std::size_t operator()(const model::TradeId& id) const {
      return std::hash<std::string_view>{}(id.view());
    }
  };
  // Asked, filled and thinned out; what walks it asks about all rows, so that its order cannot
  // influence a decision.
  using Map = boost::unordered_flat_map<model::TradeId, BookedTrade, Hash>;

  Map young_;
  Map old_;
};

}  // namespace bulwark::oms
