// oms:order:<id>, one order as Redis shows it.
//
// Shape:   compact JSON, 21 fields in the order of the contract, then ours: origin, strategy,
//          fees_paid, filled_notional, reason; then, where an order has them, state (what it is
//          when the status does not say it), role, parent_id, oco_group, replaces, replaced_by,
//          armed_quantity. The status words are the OMS's, with FAILED.
// Units:   as model::Order; numbers with their exact digits; times with Z.
// Errors:  decoding ignores unknown fields and defaults missing ones; id, instrument_id, side and
//          quantity are required. Errors are kCorrupt and name the field and its value.
// Threads: any. Encoding allocates only when `out` has to grow.
// Source:  contract section 2.1

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/order.h"

namespace bulwark::contract {

// An order read back. `order.instrument` is unset: the reader finds it by `symbol`.
struct OrderDocument {
  model::Order order;
  std::string symbol;
  std::vector<std::string> applied_fill_ids;
};

// `symbol` is the canonical one; `applied_fill_ids` are the trade ids booked so far, oldest first.
void EncodeOrder(std::string& out, const model::Order& order, std::string_view symbol,
                 std::span<const model::TradeId> applied_fill_ids);
base::Result<OrderDocument> DecodeOrder(std::string_view text);

// The word for REST and order:status, where a failed order is REJECTED.
std::string_view PublicStatus(model::OrderStatus status);

}  // namespace bulwark::contract
