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
  return open_.emplace_back(order);
}

model::Order* OrderStore::Find(const model::OrderId& id) {
  model::Order* order = FindIn(open_, id);
  return order != nullptr ? order : FindIn(ended_, id);
}

void OrderStore::MoveEnded() {
  for (const model::Order& order : open_) {
    if (!model::IsTerminal(order.status)) {
      continue;
    }
    if (ended_.size() < kEndedMax) {
      ended_.push_back(order);
    } else {
      ended_[next_ended_] = order;
      next_ended_ = (next_ended_ + 1) % kEndedMax;
    }
  }
  std::erase_if(open_, [](const auto& order) { return model::IsTerminal(order.status); });
}

}  // namespace bulwark::oms
