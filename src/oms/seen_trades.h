// Remembers which trades and adjustments were booked, so that none is booked twice.
//
// Shape:   the last kRemembered to 2 x kRemembered ids, whole (no hash stands for one). Trades and
//          adjustments are named by different hands, so each kind has its own set. Older repeats
//          are caught by the ledger's primary key.
// Threads: the engine thread only. Allocates at construction only.
// Source:  contract section 2.5, idempotency

#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include <boost/unordered/unordered_flat_set.hpp>

#include "model/adjustment.h"
#include "model/order.h"

namespace bulwark::oms {

template <class Id, std::size_t Remembered>
class SeenIds {
 public:
  static constexpr std::size_t kRemembered = Remembered;

  SeenIds() {
    young_.reserve(kRemembered);
    old_.reserve(kRemembered);
  }

  [[nodiscard]] bool Contains(const Id& id) const {
    return young_.contains(id) || old_.contains(id);
  }

  // Answers false when the id was seen before; remembers it otherwise.
  bool Insert(const Id& id) {
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
    std::size_t operator()(const Id& id) const { return std::hash<std::string_view>{}(id.view()); }
  };
  // Only asked and filled, never walked: its order cannot influence a decision.
  using Set = boost::unordered_flat_set<Id, Hash>;

  Set young_;
  Set old_;
};

using AdjustmentId = decltype(model::Adjustment::id);
using SeenTrades = SeenIds<model::TradeId, 16'384>;
using SeenAdjustments = SeenIds<AdjustmentId, 4'096>;

}  // namespace bulwark::oms
