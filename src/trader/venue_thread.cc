#include "trader/venue_thread.h"

#include <algorithm>
#include <cstddef>
#include <variant>

#include "base/clock.h"
#include "base/log.h"
#include "base/time.h"
#include "model/event.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "trader/exit_gate.h"
#include "trader/health.h"
#include "trader/queues.h"
#include "trader/reconciler.h"
#include "venue/venue.h"

namespace bulwark::trader {
namespace {

constexpr std::size_t kCommandsPerCycle = 64;
constexpr std::size_t kTicksPerCycle = 512;
constexpr std::size_t kRememberedMax = 4'096;

void Remember(std::deque<model::OrderId>& ids, const model::OrderId& id) {
  if (ids.size() == kRememberedMax) {
    ids.pop_front();
  }
  ids.push_back(id);
}

bool Has(const std::deque<model::OrderId>& ids, const model::OrderId& id) {
  // The newest are asked for most.
  return std::find(ids.rbegin(), ids.rend(), id) != ids.rend();
}

}  // namespace

VenueThread::VenueThread(venue::Venue& venue, Queues& queues, Health& health, ExitGate& exit_gate,
                         Reconciler& reconciler, const base::Clock& clock)
    : venue_(venue),
      queues_(queues),
      health_(health),
      exit_gate_(exit_gate),
      reconciler_(reconciler),
      clock_(clock) {}

int VenueThread::DoWork() {
  int work = 0;
  const auto handle = [&](const VenueCommand& command) {
    std::visit([this](const auto& what) { Handle(what); }, command);
  };
  work += static_cast<int>(queues_.from_ledger.Drain(kCommandsPerCycle, handle));
  work += static_cast<int>(queues_.from_publisher.Drain(kCommandsPerCycle, handle));
  const std::size_t ticks = queues_.venue_ticks.Drain(
      kTicksPerCycle, [&](const model::Tick& tick) { venue_.PublishTick(tick); });
  // Ticks alone promise no answer: the thread need not stay awake for one, unless more wait.
  work += ticks == kTicksPerCycle ? 1 : 0;
  work += venue_.Poll([this](const model::VenueReport& report) { Report(report); });
  health_.is_venue_up.store(venue_.is_connected(), std::memory_order_relaxed);
  reconciler_.DoWork();
  return work;
}

void VenueThread::NoteSentEarlier(const model::OrderId& id) {
  Remember(sent_, id);
}

void VenueThread::Handle(const model::SendOrder& send) {
  if (WasRevoked(send.order.id)) {
    Refuse(send.order.id, model::Reason("cancelled before it was sent"));
    return;
  }
  if (reconciler_.CountsAsNeverSent(send.order.id)) {
    Refuse(send.order.id, model::Reason("counts as never sent"));
    return;
  }
  const ExitGate::Passage passage = exit_gate_.Pass(send.order);
  if (passage.objection() != nullptr) {
    health_.orders_refused_at_exit.fetch_add(1, std::memory_order_relaxed);
    Refuse(send.order.id, model::Reason(passage.objection()));
    return;
  }
  SendNow(send.order);
}

void VenueThread::SendNow(const model::Order& order) {
  Remember(sent_, order.id);
  reconciler_.NoteSent(order.id);
  if (venue_.Send(order) == venue::SendOutcome::kNotSent) {
    Refuse(order.id, model::Reason(venue_.is_connected() ? "the venue does not read its orders"
                                                         : "venue link is down"));
    return;
  }
  health_.orders_sent.fetch_add(1, std::memory_order_relaxed);
  Push(model::OrderSent{.order_id = order.id, .at = clock_.WallNow()});
}

void VenueThread::Handle(const model::SendCancel& cancel) {
  if (!cancel.was_sent && !Has(sent_, cancel.order_id)) {
    Remember(revoked_, cancel.order_id);
    return;
  }
  if (exit_gate_.is_fenced()) {
    Push(model::CancelRejected{.order_id = cancel.order_id,
                               .reason = model::Reason(ExitGate::kFencedReason),
                               .at = clock_.WallNow()});
    return;
  }
  if (venue_.Cancel(cancel) == venue::SendOutcome::kNotSent) {
    base::LogWarn("cancel_not_sent").With("order_id", cancel.order_id.ToString());
    Push(model::CancelRejected{.order_id = cancel.order_id,
                               .reason = model::Reason("venue link is down"),
                               .at = clock_.WallNow()});
  }
}

void VenueThread::Handle(const RefuseOrder& refuse) {
  WasRevoked(refuse.order_id);
  Refuse(refuse.order_id, refuse.reason);
}

bool VenueThread::WasRevoked(const model::OrderId& id) {
  return std::erase(revoked_, id) > 0;
}

void VenueThread::Refuse(const model::OrderId& id, const model::Reason& reason) {
  base::LogWarn("order_not_sent").With("order_id", id.ToString()).With("reason", reason.view());
  Push(model::OrderNotSent{.order_id = id, .reason = reason, .at = clock_.WallNow()});
}

void VenueThread::Report(const model::VenueReport& report) {
  std::visit([this](const auto& what) { Push(what); }, report);
  reconciler_.See(report);
}

void VenueThread::Push(const model::Event& event) {
  while (!queues_.reports.TryPush(event)) {
    clock_.Pause(base::Nanos{0});
  }
  queues_.bells.engine.Ring();
}

}  // namespace bulwark::trader
