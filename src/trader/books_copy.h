// Our books at one moment, for the venue thread to compare with the venue's.
//
// Shape:   of fixed size, so that the engine fills it without allocating. `token` names the venue's
//          account that was processed right before.
// Threads: a value; the engine thread writes it into a triple buffer, the venue thread reads it.

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/decimal.h"
#include "engine/engine.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "oms/order_store.h"

namespace bulwark::trader {

struct BooksCopy {
  std::uint64_t token = 0;
  model::Portfolio portfolio;
  std::array<std::optional<base::Decimal>, model::kInstrumentsMax> marks;
  std::uint64_t fill_sequence = 0;
  std::array<model::Order, oms::OrderStore::kOpenMax> orders;
  std::size_t order_count = 0;
};

// Only what the engine holds now.
inline void CopyBooks(const engine::Engine& engine, std::uint64_t token, BooksCopy& out) {
  out.token = token;
  out.portfolio = engine.oms().portfolio();
  out.fill_sequence = engine.oms().venue_sequence();
  for (std::size_t at = 0; at < out.marks.size(); ++at) {
    out.marks.at(at) = engine.gate_state().marks.at(at).price;
  }
  const auto& open = engine.oms().open_orders();
  out.order_count = std::min(open.size(), out.orders.size());
  std::copy_n(open.begin(), out.order_count, out.orders.begin());
}

}  // namespace bulwark::trader
