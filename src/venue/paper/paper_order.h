// An order inside the paper exchange, and what the exchange says about it.
//
// Shape:   an order has a number, counting every client id the venue ever saw from 1; PO-<number>
//          is its venue id. An Outcome is first made durable, then told to the client: what is told
//          is never taken back by a crash.
// Units:   price in quote units, quantity in base units, times in the venue's time (exchange.h).
// Threads: values.

#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"

namespace bulwark::venue::paper {

// What a client asks for.
struct Submission {
  model::OrderId id;
  model::Symbol symbol;  // The venue's.
  model::Side side = model::Side::kBuy;
  model::OrderType type = model::OrderType::kMarket;
  model::TimeInForce time_in_force = model::TimeInForce::kGtc;
  bool reduce_only = false;
  base::Decimal quantity;
  std::optional<base::Decimal> limit_price;
  base::UnixNanos at;

  bool operator==(const Submission&) const = default;
};

struct PaperOrder {
  Submission asked;
  std::uint64_t number = 0;
  model::InstrumentId instrument;  // Means nothing in an order refused for its symbol.
  base::Decimal filled;
  base::Decimal reserve_price;  // What a buy ties up per unit: its limit, or the worst at arrival.
  base::Decimal blocked;        // What it ties up now: cash of a buy, quantity of a sell.
  base::UnixNanos active_at;

  [[nodiscard]] base::Decimal remaining() const { return asked.quantity - filled; }

  bool operator==(const PaperOrder&) const = default;
};

struct Accepted {
  PaperOrder order;
  base::UnixNanos at;
};
struct Filled {
  model::Fill fill;
  PaperOrder order;  // After the fill.
};
// The order is dead. was_accepted is false for one that was refused at arrival.
struct Ended {
  PaperOrder order;
  model::OrderEnd end = model::OrderEnd::kCancelled;
  model::Reason reason;
  base::UnixNanos at;
  bool was_accepted = false;
};
struct CancelRefused {
  model::OrderId id;
  model::Reason reason;
  base::UnixNanos at;
};
// The id was seen before; nothing was done.
struct Duplicate {
  model::OrderId id;
};

using Outcome = std::variant<Accepted, Filled, Ended, CancelRefused, Duplicate>;
using Outcomes = std::vector<Outcome>;

model::VenueOrderId VenueIdOf(const PaperOrder& order);

}  // namespace bulwark::venue::paper
