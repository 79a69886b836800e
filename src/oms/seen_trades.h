// Remembers which trades were booked, so that none is booked twice.
//
// Shape:   the last kRemembered to 2 x kRemembered trade ids, whole (no hash stands for an id).
//          Older repeats are caught by the ledger's primary key.
// Threads: the engine thread only. Allocates at construction only.
// Source:  contract section 2.5, idempotency

#pragma once

#include <cstddef>
#include <functional>

#include <boost/unordered/unordered_flat_set.hpp>

#include "model/order.h"

namespace bulwark::oms {

class SeenTrades {
 public:
  static constexpr std::size_t kRemembered = 16'384;

  SeenTrades() {
    young_.reserve(kRemembered);
    old_.reserve(kRemembered);
  }

  [[nodiscard]] bool Contains(const model::TradeId& id) const {
    return young_.contains(id) || old_.contains(id);
  }

  // Answers false when the trade was seen before; remembers it otherwise.
  bool Insert(const model::TradeId& id) {
    if (Contains(id)) {
      return false;
    }
    if (young_.size() == kRemembered) {
      young_.swap(old_);
      young_.clear();
    }
    young_.insert(id);
    return true;
  }

 private:
  struct Hash {
    std::size_t operator()(const model::TradeId& id) const {
      return std::hash<std::string_view>{}(id.view());
    }
  };
  // Only asked and filled, never walked: its order cannot influence a decision.
  using Set = boost::unordered_flat_set<model::TradeId, Hash>;

  Set young_;
  Set old_;
};

}  // namespace bulwark::oms
