// The part of a start that books what happened at the venue while nobody listened.

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "model/event.h"
#include "model/fill.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "reconcile/difference.h"
#include "reconcile/own_id.h"
#include "trader/reconciler.h"
#include "trader/trader.h"
#include "venue/venue.h"

namespace bulwark::trader {
namespace {

// Fills before the last one booked that the venue is asked for again: far more than can overtake
// each other.
constexpr std::uint64_t kFillsAskedAgain = 1'000;

model::OrderEnd EndOf(venue::VenueOrderStatus status) {
  switch (status) {
    case venue::VenueOrderStatus::kRejected:
      return model::OrderEnd::kRejected;
    case venue::VenueOrderStatus::kExpired:
      return model::OrderEnd::kExpired;
    default:
      return model::OrderEnd::kCancelled;
  }
}

}  // namespace

// What happened at the venue while nobody listened: first the fills, then how each open order
// stands.
base::Result<void> Trader::CatchUpWithVenue() {
  // Fills may have come out of order: one before the last of them may still be missing.
  const auto fills =
      venue_->FillsSince(venue_sequence_ - std::min(venue_sequence_, kFillsAskedAgain));
  if (!fills) {
    return tl::unexpected<base::Error>(fills.error());
  }
  AwayNews news;
  for (const model::Fill& fill : *fills) {
    if (!booked_.contains(fill.trade_id)) {
      Report(model::OrderFilled{.fill = fill});
      NoteUnknownOrder(fill, news);
      news.fills.push_back(fill);
    }
  }
  booked_.clear();
  for (const model::Order& order : open_orders_) {
    if (order.is_waiting) {
      continue;  // Held back by us: the venue knows nothing of it.
    }
    const auto found = venue_->QueryOrder(order.id);
    if (!found) {
      return tl::unexpected<base::Error>(found.error());
    }
    CatchUpWithOrder(order, *found, news);
  }
  base::LogInfo("caught_up_with_venue")
      .With("fills", news.fills.size())
      .With("orders", open_orders_.size());
  reconciler_->Begin(std::move(news));
  return {};
}

// A fill of an order that was not open in the books: placed by somebody else, or by us while the
// ledger could not take it.
void Trader::NoteUnknownOrder(const model::Fill& fill, AwayNews& news) const {
  const bool is_known = std::any_of(open_orders_.begin(), open_orders_.end(),
                                    [&](const auto& order) { return order.id == fill.order_id; });
  if (!is_known) {
    news.orders.push_back({.kind = reconcile::IsOwnId(fill.order_id, epoch_)
                                       ? reconcile::Kind::kUnjournaledOrder
                                       : reconcile::Kind::kForeignOrder,
                           .order_id = fill.order_id,
                           .instrument = fill.instrument,
                           .symbol = instruments_[fill.instrument].symbol,
                           .side = fill.side,
                           .venue = fill.quantity});
  }
}

void Trader::CatchUpWithOrder(const model::Order& order, const venue::VenueOrder& found,
                              AwayNews& news) {
  const base::UnixNanos now = clock_.WallNow();
  switch (found.status) {
    case venue::VenueOrderStatus::kUnknown:
      // Definite: the venue fenced the session that could have carried it.
      Report(model::OrderNotSent{
          .order_id = order.id, .reason = model::Reason("never reached the venue"), .at = now});
      news.ended.push_back({.order_id = order.id, .what = "never reached the venue"});
      break;
    case venue::VenueOrderStatus::kWorking:
    case venue::VenueOrderStatus::kFilled:
      Report(model::OrderAccepted{
          .order_id = order.id, .venue_order_id = found.venue_order_id, .at = now});
      if (order.is_cancel_requested) {
        // The wish is durable, but nobody knows whether it left.
        RepeatCancel(order);
      }
      break;
    case venue::VenueOrderStatus::kCancelled:
    case venue::VenueOrderStatus::kRejected:
    case venue::VenueOrderStatus::kExpired:
      Report(model::OrderEnded{.order_id = order.id,
                               .end = EndOf(found.status),
                               .cumulative_filled = found.cumulative_filled,
                               .reason = found.reason,
                               .at = now});
      news.ended.push_back({.order_id = order.id, .what = "ended at the venue"});
      break;
  }
  if (found.status == venue::VenueOrderStatus::kFilled) {
    news.ended.push_back({.order_id = order.id, .what = "filled"});
  }
}

void Trader::RepeatCancel(const model::Order& order) {
  const auto sent =
      venue_->Cancel({.order_id = order.id, .instrument = order.instrument, .was_sent = true});
  if (sent == venue::SendOutcome::kNotSent) {
    Report(model::CancelRejected{.order_id = order.id,
                                 .reason = model::Reason("venue link is down"),
                                 .at = clock_.WallNow()});
  }
}

}  // namespace bulwark::trader
