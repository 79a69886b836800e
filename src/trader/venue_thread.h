// Speaks with the venue: sends what the exit gate lets out, brings the venue's words to the engine.
//
// Shape:   an order leaves at most once; a cancel that comes before its order revokes it. What
//          arrives while an order is being handed over waits until the engine was told that it was
//          sent. The reconciler works here too, as only this thread may ask the venue.
// Errors:  none to the outside: what did not leave is told as OrderNotSent, a lost link as
//          VenueLink.
// Threads: DoWork() on the venue thread; it alone uses the Venue.
// Owner:   all references must outlive it.
// Source:  contract section 2.8, docs/risk.md#links

#pragma once

#include <cstdint>
#include <deque>

#include "base/clock.h"
#include "model/event.h"
#include "model/order.h"
#include "trader/exit_gate.h"
#include "trader/health.h"
#include "trader/queues.h"
#include "trader/reconciler.h"
#include "venue/venue.h"

namespace bulwark::trader {

class VenueThread {
 public:
  VenueThread(venue::Venue& venue, Queues& queues, Health& health, ExitGate& exit_gate,
              Reconciler& reconciler, const base::Clock& clock = base::SystemClock());

  int DoWork();
  // For an open order of an earlier run, before the first turn: nobody will send it again, so that
  // a cancel of it is for the venue. Whether it was sent, the venue knows.
  void NoteSentEarlier(const model::OrderId& id);

 private:
  void Handle(const model::SendOrder& send);
  void Handle(const model::SendCancel& cancel);
  void Handle(const RefuseOrder& refuse);
  void SendNow(const model::Order& order);
  void Refuse(const model::OrderId& id, const model::Reason& reason);
  void Report(const model::VenueReport& report);
  void Push(const model::Event& event);
  bool WasRevoked(const model::OrderId& id);

  venue::Venue& venue_;
  Queues& queues_;
  Health& health_;
  ExitGate& exit_gate_;
  Reconciler& reconciler_;
  const base::Clock& clock_;
  // Orders whose cancel overtook them: bounded, since each is followed by its order or its refusal.
  std::deque<model::OrderId> revoked_;
  std::deque<model::OrderId> sent_;  // The last ones, to tell an early cancel from a late one.
};

}  // namespace bulwark::trader
