// The open orders of the account, and the last ones that ended.
//
// Shape:   at most kOpenMax open orders, walked in the order they were made; an ended order is kept
//          among the last kEndedMax so that a late fill still finds it.
// Errors:  Insert() stops the process on a full store or an id that is already there: the gate
//          bounds open orders, and ids are never reused.
// Threads: the engine thread only. Allocates once, at construction.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/order.h"

namespace bulwark::oms {

class OrderStore {
 public:
  // Twice the gate's limit: an approved entry brings its two legs along, a replaced order its
  // successor.
  static constexpr std::size_t kOpenMax = 512;
  static constexpr std::size_t kEndedMax = 256;

  OrderStore();

  // The reference holds until the next Insert() or MoveEnded().
  model::Order& Insert(const model::Order& order);
  // Null when the order is neither open nor among the last ended.
  [[nodiscard]] model::Order* Find(const model::OrderId& id);
  // Moves every terminal order from the open ones to the ended ones.
  void MoveEnded();
  // How many of the open orders are held back by us; Recount() after one was let go.
  [[nodiscard]] std::size_t waiting() const { return waiting_; }
  void Recount();

  [[nodiscard]] const std::vector<model::Order>& open() const { return open_; }
  [[nodiscard]] std::vector<model::Order>& open() { return open_; }

 private:
  static std::uint32_t PrintOf(const model::OrderId& id);
  [[nodiscard]] bool MayHaveEnded(const model::OrderId& id) const;

  std::vector<model::Order> open_;
  std::vector<model::Order> ended_;  // Ring. The oldest is at next_ended_ once it is full.
  // A few bits of the id of each ended order: every new order asks whether its id is there, and
  // walking the orders themselves would read a cache line for each.
  std::array<std::uint32_t, kEndedMax> ended_prints_{};
  std::size_t next_ended_ = 0;
  std::size_t waiting_ = 0;
};

}  // namespace bulwark::oms
