// The queues between the trader's threads, with what "full" means for each.
//
// Shape:   feed -> engine -> ledger writer -> publisher -> venue, and back from the venue to the
//          engine.
// Threads: each queue has one producer and one consumer, named beside it; docs/threads.md draws
//          them.

#pragma once

#include <cstddef>
#include <variant>

#include "base/bell.h"
#include "base/queue.h"
#include "model/action.h"
#include "model/event.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "reconcile/report.h"

namespace bulwark::trader {

// The order is not to be sent; the venue thread says so to the engine, as it is the one that knows.
struct RefuseOrder {
  model::OrderId order_id;
  model::Reason reason;
};

using VenueCommand = std::variant<model::SendOrder, model::SendCancel, RefuseOrder>;

// A change is an order as it is now, the fill that made it so, and the books after both: the last
// two belong to what stands before them. Ledger and Redis take whole changes only, or a reader
// would see the order of one moment beside the cash of another.
inline bool ContinuesChange(const model::Action& action) {
  const auto* order = std::get_if<model::OrderChanged>(&action);
  return (order != nullptr && order->continues) ||
         std::holds_alternative<model::FillBooked>(action) ||
         std::holds_alternative<model::BooksAdjusted>(action) ||
         std::holds_alternative<model::RoundTripClosed>(action) ||
         std::holds_alternative<model::PortfolioChanged>(action);
}

// Takes what continues the change taken last; it was handed over in one step, so it is there.
template <class Consume>
std::size_t TakeRestOfChange(base::SpscQueue<model::Action>& queue, Consume&& consume) {
  std::size_t taken = 0;
  for (const model::Action* next = queue.Front(); next != nullptr && ContinuesChange(*next);
       next = queue.Front()) {
    taken += queue.Drain(1, consume);
  }
  return taken;
}

// Each thread sleeps at its own; whoever hands it something rings.
struct Bells {
  base::Bell engine;
  base::Bell ledger;
  base::Bell publisher;
  base::Bell venue;
};

struct Queues {
  // feed -> engine. Full: the feed waits; a replay loses nothing.
  base::SpscQueue<model::MarketEvent> market{16'384};
  // feed -> engine, read when `market` is empty. Full: the feed waits.
  base::SpscQueue<model::FeedLink> feed_links{64};
  // feed -> venue. Full: the tick is dropped and counted; the venue needs recent prices only.
  base::SpscQueue<model::Tick> venue_ticks{16'384};
  // venue -> engine. Full: the venue thread waits; the venue's words are never dropped.
  base::SpscQueue<model::Event> reports{2'048};
  // watcher -> engine. Full: the permit is dropped; the next one comes within its lease.
  base::SpscQueue<model::Permit> permits{64};
  // watcher -> engine: what the circuit breakers are told. Full: it is told again a second later.
  base::SpscQueue<model::Event> guard_news{64};
  // watcher -> publisher. Full: the alert is dropped; the log has it.
  base::SpscQueue<model::AlertRaised> switch_alerts{64};
  // engine -> ledger writer. Nearly full: the engine takes no new events until there is room.
  base::SpscQueue<model::Action> journal{8'192};
  // ledger writer -> publisher. Full: the ledger writer waits.
  base::SpscQueue<model::Action> published{8'192};
  // ledger writer -> venue: exits and cancels, which wait for nothing but the ledger.
  base::SpscQueue<VenueCommand> from_ledger{4'096};
  // venue -> reconcile desk. Full: the newest report is kept and offered again.
  base::SpscQueue<reconcile::Report> reports_made{16};
  // reconcile desk -> venue. Full: offered again.
  base::SpscQueue<reconcile::Decision> decisions{64};
  // venue -> reconcile desk. Full: offered again.
  base::SpscQueue<reconcile::DecisionOutcome> outcomes{64};
  // publisher -> venue: entries, once Redis shows them.
  base::SpscQueue<VenueCommand> from_publisher{4'096};
  Bells bells;
};

}  // namespace bulwark::trader
