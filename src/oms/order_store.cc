#include "oms/order_store.h"

#include <algorithm>
#include <vector>

#include "base/ensure.h"
#include "model/order.h"

namespace bulwark::oms {
namespace {

model::Order* FindIn(std::vector<model::Order>& orders, const model::OrderId& id) {
  const auto found =
      std::find_if(orders.begin(), orders.end(), [&](const auto& order) { return order.id == id; });
  return found == orders.end() ? nullptr : &*found;
}

}  // namespace

OrderStore::OrderStore() {
  open_.reserve(kOpenMax);
  ended_.reserve(kEndedMax);
}

model::Order& OrderStore::Insert(const model::Order& order) {
  ENSURE(open_.size() < kOpenMax);
  ENSURE(Find(order.id) == nullptr);
  waiting_ += order.is_waiting ? 1U : 0U;
  return open_.emplace_back(order);
}

void OrderStore::Recount() {
  waiting_ = static_cast<std::size_t>(std::count_if(
      open_.begin(), open_.end(), [](const auto& order) { return order.is_waiting; }));
}

model::Order* OrderStore::Find(const model::OrderId& id) {
  model::Order* order = FindIn(open_, id);
  if (order == nullptr && MayHaveEnded(id)) {
    order = FindIn(ended_, id);
  }
  return order;
}

std::uint32_t OrderStore::PrintOf(const model::OrderId& id) {
  return static_cast<std::uint32_t>(id.low() ^ id.high());
}

// No early exit, so that the compiler compares many at a time.
bool OrderStore::MayHaveEnded(const model::OrderId& id) const {
  const std::uint32_t print = PrintOf(id);
  std::uint32_t matches = 0;
  for (const std::uint32_t ended : ended_prints_) {
    matches |= ended == print ? 1U : 0U;
  }
  return matches != 0;
}

void OrderStore::MoveEnded() {
  for (const model::Order& order : open_) {
    if (!model::IsTerminal(order.status)) {
      continue;
    }
    if (ended_.size() < kEndedMax) {
      ended_prints_.at(ended_.size()) = PrintOf(order.id);
      ended_.push_back(order);
    } else {
      ended_prints_.at(next_ended_) = PrintOf(order.id);
      ended_[next_ended_] = order;
      next_ended_ = (next_ended_ + 1) % kEndedMax;
    }
  }
  std::erase_if(open_, [](const auto& order) { return model::IsTerminal(order.status); });
  Recount();
}

}  // namespace bulwark::oms
