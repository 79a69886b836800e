// The two sides of a comparison: our books and the venue's account, each at one moment.
//
// Shape:   the two may be compared when ours were copied after everything that the venue had said
//          before it gave its account was booked. One client id may stand for several venue orders.
// Units:   amounts are owned ones: what working orders tie up is included.
// Threads: values.
// Source:  docs/reconciliation.md#what-is-compared

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "model/instrument.h"
#include "model/order.h"

namespace bulwark::reconcile {

struct OurPosition {
  model::Symbol symbol;        // Ours.
  model::Symbol venue_symbol;  // The venue's name of it.
  base::Decimal quantity;
  std::optional<base::Decimal> mark;
};

struct OurBooks {
  std::uint64_t token = 0;  // Of the account that these books answer.
  base::Decimal cash;
  std::vector<OurPosition> positions;  // By instrument number.
  std::vector<model::Order> open_orders;
  std::uint64_t fill_sequence = 0;  // The venue's number of the newest fill that is booked.
};

struct VenuePosition {
  model::Symbol venue_symbol;
  base::Decimal quantity;
};

struct VenueWorkingOrder {
  model::OrderId id;
  model::VenueOrderId venue_order_id;
  model::Symbol venue_symbol;
  model::Side side = model::Side::kBuy;
  base::Decimal quantity;
  base::Decimal filled;
  std::optional<base::Decimal> limit_price;
};

struct VenueAccount {
  std::uint64_t token = 0;
  base::Decimal cash;
  std::vector<VenuePosition> positions;
  std::vector<VenueWorkingOrder> working;
  std::uint64_t fill_sequence = 0;
  base::UnixNanos asked_at;  // Our clock, before the question left.
};

}  // namespace bulwark::reconcile
