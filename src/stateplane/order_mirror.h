// The order documents as Redis should show them, and which of them it has not been told yet.
//
// Shape:   keeps every open order and the last kKeptMax changed ones with the trades booked on
//          each, so that they can be written again when the server lost them.
// Threads: one thread.
// Source:  contract sections 1.2.12, 2.1

#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/fill.h"
#include "model/instrument.h"
#include "model/order.h"
#include "redis/command.h"

namespace bulwark::stateplane {

class OrderMirror {
 public:
  static constexpr std::size_t kKeptMax = 8'192;

  explicit OrderMirror(const model::InstrumentTable& instruments) : instruments_(instruments) {}

  void Put(const model::Order& order);
  // A trade booked on an order; remembered also when the order's own change comes later.
  void AddTrade(const model::OrderId& id, const model::TradeId& trade);
  [[nodiscard]] const model::Order* Find(const model::OrderId& id) const;

  // Adds the writes that Redis lacks: documents, and membership in oms:orders:open.
  void Compose(redis::Pipeline& out);
  // The last composition was stored.
  void Confirm();
  // The server may have lost anything.
  void MarkAllDirty();
  [[nodiscard]] bool is_dirty() const { return !dirty_.empty(); }

 private:
  struct Entry {
    model::Order order;
    std::vector<model::TradeId> trades;
    bool is_dirty = false;
  };

  void MarkDirty(Entry& entry);
  void DropOldest();

  const model::InstrumentTable& instruments_;
  std::unordered_map<model::OrderId, Entry> entries_;
  std::deque<model::OrderId> ended_;   // In the order in which they ended; the oldest goes first.
  std::vector<model::OrderId> dirty_;  // In the order of change; is_dirty of the entries tells who.
  bool rewrite_open_set_ = true;
  std::string document_;
  std::string id_text_;
};

}  // namespace bulwark::stateplane
