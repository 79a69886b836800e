// Says what the venue's answer about one order proves.
//
// Shape:   a pure function of our side and one answer. A definitive answer is one that no older
//          message of ours can still change: the venue has fenced or read everything that could
//          carry the order. Silence, an error and a "not found" that is not definitive prove
//          nothing; an order that the venue shows is proof in any case.
// Threads: any.
// Source:  docs/reconciliation.md#what-counts-as-proof

#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "reconcile/difference.h"

namespace bulwark::reconcile {

enum class OrderLife : std::uint8_t { kWorking, kFilled, kCancelled, kRejected, kExpired };

struct OrderState {
  OrderLife life = OrderLife::kWorking;
  model::VenueOrderId venue_order_id;
  base::Decimal filled;
  model::Reason reason;
};

struct OrderAnswer {
  model::OrderId order_id;
  std::vector<OrderState> found;  // Every venue order of this client id; empty: not found.
  bool is_definitive = false;
  base::UnixNanos at;
};

// Ask again later.
struct ProvesNothing {};
// The order stands as it should; nothing is to be done.
struct IsWorking {};
// Fills are missing; they come first.
struct NeedsFills {};
// The books can be put right with this.
struct Proves {
  model::VenueReport report;
};
// Only a person can tell.
struct Contradicts {
  model::Reason why;
};
using Verdict = std::variant<ProvesNothing, IsWorking, NeedsFills, Proves, Contradicts>;

// `ours` is a kOrderNotWorking difference of the order that was asked for.
Verdict Judge(const Difference& ours, const OrderAnswer& answer);

}  // namespace bulwark::reconcile
