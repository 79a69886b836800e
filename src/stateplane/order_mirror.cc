#include "stateplane/order_mirror.h"

#include <algorithm>

#include "contract/keys.h"
#include "contract/order_document.h"
#include "model/order.h"
#include "redis/command.h"

namespace bulwark::stateplane {

void OrderMirror::Put(const model::Order& order) {
  Entry& entry = entries_[order.id];
  const bool had_ended = model::IsTerminal(entry.order.status) && !entry.order.id.is_nil();
  entry.order = order;
  if (model::IsTerminal(order.status) && !had_ended) {
    ended_.push_back(order.id);
    DropOldest();
  }
  MarkDirty(entry);
}

void OrderMirror::AddTrade(const model::OrderId& id, const model::TradeId& trade) {
  const auto found = entries_.find(id);
  // A fill for an order nobody made has no document to stand in.
  if (found == entries_.end()) {
    return;
  }
  found->second.trades.push_back(trade);
  MarkDirty(found->second);
}

const model::Order* OrderMirror::Find(const model::OrderId& id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second.order;
}

void OrderMirror::Compose(redis::Pipeline& out) {
  if (rewrite_open_set_) {
    out.Add({"DEL", contract::keys::OpenOrders().view()});
  }
  for (const model::OrderId& id : dirty_) {
    const Entry& entry = entries_.at(id);
    document_.clear();
    contract::EncodeOrder(document_, entry.order,
                          instruments_[entry.order.instrument].symbol.view(), entry.trades);
    id_text_ = id.ToString();
    out.Add({"SET", contract::keys::Order(id).view(), document_});
    const bool is_open = !model::IsTerminal(entry.order.status);
    out.Add({is_open ? "SADD" : "SREM", contract::keys::OpenOrders().view(), id_text_});
  }
}

void OrderMirror::Confirm() {
  for (const model::OrderId& id : dirty_) {
    entries_.at(id).is_dirty = false;
  }
  dirty_.clear();
  rewrite_open_set_ = false;
}

void OrderMirror::MarkAllDirty() {
  // Written in one order on every machine, so that captures of two runs compare.
  dirty_.clear();
  for (auto& [id, entry] : entries_) {
    entry.is_dirty = true;
    dirty_.push_back(id);
  }
  std::sort(dirty_.begin(), dirty_.end());
  rewrite_open_set_ = true;
}

void OrderMirror::MarkDirty(Entry& entry) {
  if (!entry.is_dirty) {
    entry.is_dirty = true;
    dirty_.push_back(entry.order.id);
  }
}

void OrderMirror::DropOldest() {
  if (ended_.size() <= kKeptMax) {
    return;
  }
  // What Redis has not been told yet stays until it has.
  const auto oldest = entries_.find(ended_.front());
  if (oldest != entries_.end() && !oldest->second.is_dirty) {
    entries_.erase(oldest);
    ended_.pop_front();
  }
}

}  // namespace bulwark::stateplane
