#include "reconcile/differ.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/decimal.h"
#include "base/ensure.h"
#include "model/instrument.h"
#include "model/order.h"
#include "reconcile/books.h"
#include "reconcile/difference.h"
#include "reconcile/own_id.h"

namespace bulwark::reconcile {
namespace {

using Differences = std::vector<Difference>;

std::optional<model::InstrumentId> FindInstrument(const OurBooks& ours,
                                                  const model::Symbol& venue_symbol) {
  for (std::size_t at = 0; at < ours.positions.size(); ++at) {
    if (ours.positions[at].venue_symbol == venue_symbol) {
      return model::InstrumentId{static_cast<std::uint16_t>(at)};
    }
  }
  return std::nullopt;
}

model::Symbol SymbolOf(const OurBooks& ours, const model::Symbol& venue_symbol) {
  const auto instrument = FindInstrument(ours, venue_symbol);
  return instrument ? ours.positions[instrument->index].symbol : venue_symbol;
}

void CompareFills(const OurBooks& ours, const VenueAccount& venue, Differences& found) {
  if (ours.fill_sequence == venue.fill_sequence) {
    return;
  }
  found.push_back(
      {.kind = ours.fill_sequence < venue.fill_sequence ? Kind::kMissingFills : Kind::kLostFills,
       .our_sequence = ours.fill_sequence,
       .venue_sequence = venue.fill_sequence});
}

Difference AboutOrder(Kind kind, const model::Order& order, const OurBooks& ours) {
  return {.kind = kind,
          .order_id = order.id,
          .venue_order_id = order.external_id,
          .instrument = order.instrument,
          .symbol = ours.positions.at(order.instrument.index).symbol,
          .side = order.side,
          .ours = order.filled_quantity,
          .was_acknowledged = !order.external_id.empty()};
}

bool MeansTheSame(const model::Order& order, const VenueWorkingOrder& working,
                  const OurBooks& ours) {
  return ours.positions.at(order.instrument.index).venue_symbol == working.venue_symbol &&
         order.side == working.side && order.quantity == working.quantity;
}

void CompareOurOrder(const model::Order& order, const OurBooks& ours, const VenueAccount& venue,
                     Differences& found) {
  const bool is_moving = order.updated_at >= venue.asked_at;
  const model::OrderState state = model::StateOf(order);
  if (state == model::OrderState::kWaiting || state == model::OrderState::kPending || is_moving) {
    return;
  }
  base::Decimal filled;
  std::size_t times = 0;
  for (const VenueWorkingOrder& working : venue.working) {
    if (working.id != order.id) {
      continue;
    }
    ++times;
    filled += working.filled;
    if (!MeansTheSame(order, working, ours)) {
      Difference other = AboutOrder(Kind::kOtherMeaning, order, ours);
      other.venue_order_id = working.venue_order_id;
      other.side = working.side;
      other.venue = working.quantity;
      found.push_back(other);
      return;
    }
  }
  if (times == 0) {
    found.push_back(AboutOrder(Kind::kOrderNotWorking, order, ours));
  } else if (times > 1) {
    found.push_back(AboutOrder(Kind::kDoubledOrder, order, ours));
  } else if (filled != order.filled_quantity && ours.fill_sequence == venue.fill_sequence) {
    found.push_back(AboutOrder(Kind::kQuantityDrift, order, ours));
    found.back().venue = filled;
  }
}

void CompareVenueOrder(const VenueWorkingOrder& working, const OurBooks& ours,
                       std::uint64_t epoch_max, Differences& found) {
  const bool is_open = std::any_of(ours.open_orders.begin(), ours.open_orders.end(),
                                   [&](const auto& order) { return order.id == working.id; });
  if (is_open) {
    return;
  }
  const Kind kind = IsOwnId(working.id, epoch_max) ? Kind::kUnjournaledOrder : Kind::kForeignOrder;
  found.push_back({.kind = kind,
                   .order_id = working.id,
                   .venue_order_id = working.venue_order_id,
                   .instrument = FindInstrument(ours, working.venue_symbol),
                   .symbol = SymbolOf(ours, working.venue_symbol),
                   .side = working.side,
                   .ours = base::Decimal{},
                   .venue = working.quantity,
                   .price = working.limit_price,
                   .filled = working.filled});
}

base::Decimal HeldAtVenue(const VenueAccount& venue, const model::Symbol& venue_symbol) {
  base::Decimal held;
  for (const VenuePosition& position : venue.positions) {
    if (position.venue_symbol == venue_symbol) {
      held += position.quantity;
    }
  }
  return held;
}

void ComparePositions(const OurBooks& ours, const VenueAccount& venue, Differences& found) {
  for (std::size_t at = 0; at < ours.positions.size(); ++at) {
    const OurPosition& position = ours.positions[at];
    const base::Decimal held = HeldAtVenue(venue, position.venue_symbol);
    if (held != position.quantity) {
      found.push_back({.kind = Kind::kPositionDrift,
                       .instrument = model::InstrumentId{static_cast<std::uint16_t>(at)},
                       .symbol = position.symbol,
                       .ours = position.quantity,
                       .venue = held,
                       .price = position.mark});
    }
  }
  for (const VenuePosition& position : venue.positions) {
    if (!position.quantity.is_zero() && !FindInstrument(ours, position.venue_symbol)) {
      found.push_back({.kind = Kind::kPositionDrift,
                       .symbol = position.venue_symbol,
                       .venue = position.quantity});
    }
  }
}

}  // namespace

std::vector<Difference> Compare(const OurBooks& ours, const VenueAccount& venue,
                                std::uint64_t epoch_max) {
  ENSURE(ours.token == venue.token);
  Differences found;
  CompareFills(ours, venue, found);
  for (const model::Order& order : ours.open_orders) {
    CompareOurOrder(order, ours, venue, found);
  }
  for (const VenueWorkingOrder& working : venue.working) {
    CompareVenueOrder(working, ours, epoch_max, found);
  }
  if (ours.fill_sequence == venue.fill_sequence) {
    ComparePositions(ours, venue, found);
    if (ours.cash != venue.cash) {
      found.push_back({.kind = Kind::kCashDrift, .ours = ours.cash, .venue = venue.cash});
    }
  }
  return found;
}

}  // namespace bulwark::reconcile
