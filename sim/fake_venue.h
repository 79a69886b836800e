// The trader's side of the simulated venue: one session that loses, repeats, delays and reorders
// what the exchange says.
//
// Shape:   as venue/venue.h asks of every adapter: an order is in flight until it has ended; after
//          a lost link the missed fills and the orders in flight are asked for before the link is
//          up again. Frames are numbered, so a lost one is noticed: after a while the session is
//          given up and opened anew. Frames may come twice and overtake each other.
// Errors:  as venue/venue.h.
// Threads: one.
// Source:  venue/venue.h

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/action.h"
#include "model/fill.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "sim/context.h"
#include "sim/fake_exchange.h"
#include "venue/venue.h"

namespace bulwark::sim {

// Looks at each order right before its bytes leave.
class SendWatch {
 public:
  virtual ~SendWatch() = default;
  virtual void BeforeSend(int life, const model::Order& order) = 0;
};

class FakeVenue final : public venue::Venue, public Listener {
 public:
  FakeVenue(Context& context, Exchange& exchange, SendWatch& watch, int life);
  ~FakeVenue() override;
  FakeVenue(const FakeVenue&) = delete;
  FakeVenue& operator=(const FakeVenue&) = delete;
  FakeVenue(FakeVenue&&) = delete;
  FakeVenue& operator=(FakeVenue&&) = delete;

  base::Result<void> Connect(std::uint64_t epoch) override;
  venue::SendOutcome Send(const model::Order& order) override;
  venue::SendOutcome Cancel(const model::SendCancel& cancel) override;
  void PublishTick(const model::Tick& tick) override;
  int Poll(const venue::ReportSink& sink) override;
  base::Result<venue::AccountSnapshot> Snapshot() override;
  base::Result<std::vector<model::Fill>> FillsSince(std::uint64_t sequence) override;
  base::Result<venue::VenueOrder> QueryOrder(const model::OrderId& id) override;
  [[nodiscard]] bool is_connected() const override { return is_up_; }
  [[nodiscard]] std::uint64_t dropped_ticks() const override { return 0; }

  void Hear(const model::VenueReport& report) override;
  void Cut() override;

  // For Bug::kSendFirst: the order leaves before its turn, and Send() finds it done.
  void SendEarly(const model::Order& order);

 private:
  struct Frame {
    base::Nanos due;
    std::uint64_t number;
    model::VenueReport report;
  };
  struct InFlight {
    model::Order order;
    base::Decimal missing;
    bool is_cancel_wanted = false;
    base::Nanos sent_at{0};
  };

  void LinkLost(const char* reason);
  void Reopen();
  void Deliver(base::Nanos delay, const model::VenueReport& report);
  void Give(const model::VenueReport& report, const venue::ReportSink& sink);
  void Shrink(const model::Fill& fill);
  void Learn(const model::OrderId& id);
  void TellChanges();
  // Whether the venue does not find an order that it has.
  [[nodiscard]] bool IsPhantom(const venue::VenueOrder& found);
  base::Result<void> Question(const char* what);
  [[nodiscard]] venue::VenueOrder StateOf(const model::OrderId& id) const;

  Context& context_;
  Exchange& exchange_;
  SendWatch& watch_;
  int life_;
  std::uint64_t epoch_ = 0;
  bool is_up_ = false;
  bool is_fenced_ = false;
  std::map<model::OrderId, InFlight> in_flight_;
  std::set<model::OrderId> sent_early_;
  std::vector<Frame> frames_;  // By due time.
  std::uint64_t numbers_ = 0;
  std::uint64_t known_sequence_ = 0;         // All fills up to it were given.
  std::set<std::uint64_t> beyond_sequence_;  // Given, with a gap before them.
  base::Nanos reopen_at_{0};
  base::Nanos gap_noticed_at_ = base::Nanos::max();
};

}  // namespace bulwark::sim
