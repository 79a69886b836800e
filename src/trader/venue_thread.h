// Speaks with the venue: sends what the exit gate lets out, brings the venue's words to the engine.
//
// Shape:   an order leaves at most once; a cancel that comes before its order revokes it. Every
//          second the account is read and given to the engine for comparison.
// Errors:  none to the outside: what did not leave is told as OrderNotSent, a lost link as
//          VenueLink.
// Threads: DoWork() on the venue thread; it alone uses the Venue. Blocks only for the account's
//          snapshot, at most the adapter's timeout.
// Owner:   all references must outlive it.
// Source:  contract section 2.8, docs/risk.md#links

#pragma once

#include <cstdint>
#include <deque>

#include "base/clock.h"
#include "base/time.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/order.h"
#include "trader/exit_gate.h"
#include "trader/health.h"
#include "trader/queues.h"
#include "venue/venue.h"

namespace bulwark::trader {

class VenueThread {
 public:
  VenueThread(venue::Venue& venue, Queues& queues, Health& health, ExitGate& exit_gate,
              const model::InstrumentTable& instruments,
              const base::Clock& clock = base::SystemClock());

  int DoWork();

 private:
  void Handle(const model::SendOrder& send);
  void Handle(const model::SendCancel& cancel);
  void Handle(const RefuseOrder& refuse);
  void SendNow(const model::Order& order);
  void Refuse(const model::OrderId& id, const model::Reason& reason);
  void Report(const model::VenueReport& report);
  void Push(const model::Event& event);
  void CompareBooks(base::Nanos now);
  bool WasRevoked(const model::OrderId& id);

  venue::Venue& venue_;
  Queues& queues_;
  Health& health_;
  ExitGate& exit_gate_;
  const model::InstrumentTable& instruments_;
  const base::Clock& clock_;
  // Orders whose cancel overtook them: bounded, since each is followed by its order or its refusal.
  std::deque<model::OrderId> revoked_;
  std::deque<model::OrderId> sent_;  // The last ones, to tell an early cancel from a late one.
  base::Nanos compare_at_{0};
};

}  // namespace bulwark::trader
