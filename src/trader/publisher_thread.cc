#include "trader/publisher_thread.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "base/clock.h"
#include "base/crash_point.h"
#include "base/log.h"
#include "base/time.h"
#include "base/triple_buffer.h"
#include "contract/keys.h"
#include "contract/system_documents.h"
#include "model/action.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/telemetry.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/dialer.h"
#include "redis/url.h"
#include "stateplane/publisher.h"
#include "trader/exit_gate.h"
#include "trader/health.h"
#include "trader/latency_board.h"
#include "trader/queues.h"

namespace bulwark::trader {
namespace {

constexpr std::size_t kActionsPerTransaction = 512;
constexpr base::Nanos kReconnectAfter{std::chrono::milliseconds{100}};
constexpr const char* kUnavailable = "redis unavailable";

}  // namespace

PublisherThread::PublisherThread(redis::Url url, const PublisherTiming& timing,
                                 stateplane::Publisher publisher, const PublisherPeers& peers)
    : PublisherThread(std::make_unique<redis::UrlDialer>(std::move(url)), timing,
                      std::move(publisher), peers) {}

PublisherThread::PublisherThread(std::unique_ptr<redis::Dialer> dialer,
                                 const PublisherTiming& timing, stateplane::Publisher publisher,
                                 const PublisherPeers& peers)
    : dialer_(std::move(dialer)),
      timing_(timing),
      publisher_(std::move(publisher)),
      queues_(peers.queues),
      health_(peers.health),
      latencies_(peers.latencies),
      telemetry_(peers.telemetry),
      exit_gate_(peers.exit_gate),
      instruments_(peers.instruments),
      clock_(peers.clock),
      day_trades_(peers.day_trades) {}

int PublisherThread::DoWork() {
  const base::Nanos now = clock_.MonotonicNow();
  const int taken = TakeActions();
  TakeTelemetry(now);
  Beat(now);
  NoticeLoss(now);
  publisher_.SetVenueLink(health_.is_venue_up.load());
  publisher_.SetGateClosed(exit_gate_.closed_at());
  if (exit_gate_.is_fenced()) {
    ReleaseEntries(ExitGate::kFencedReason);  // Redis speaks for the newer run now.
    return taken;
  }
  if (!publisher_.is_dirty() && entries_.empty()) {
    ShowDayTrades(now);
    return taken;
  }
  const bool is_stored = EnsureConnected(now) && Store();
  ReleaseEntries(is_stored ? nullptr : kUnavailable);
  ShowDayTrades(now);
  return taken + (is_stored ? 1 : 0);
}

// After the books, so that no order waits for it. Compared with the key when there is something
// new, and as often as the heart beats: somebody may have emptied it.
void PublisherThread::ShowDayTrades(base::Nanos now) {
  if (day_trades_ == nullptr || !connection_ || !connection_->is_alive()) {
    return;
  }
  const bool is_due = now - day_trades_at_ >= timing_.heartbeat_every;
  if (!is_due && (!day_trades_->is_dirty() || have_day_trades_failed_)) {
    return;
  }
  day_trades_at_ = now;
  const auto shown = day_trades_->Sync(*connection_, clock_.WallNow());
  have_day_trades_failed_ = !shown;
  if (!shown) {
    base::LogWarn("day_trades_not_shown").With("error", shown.error());
  }
  for (const model::AlertRaised& alert : day_trades_->TakeAlerts()) {
    publisher_.Apply(alert);
  }
}

void PublisherThread::Flush() {
  constexpr int kRoundsMax = 1'000;
  for (int round = 0; round < kRoundsMax && (queues_.published.size() > 0); ++round) {
    TakeActions();
  }
  TakeTelemetry(clock_.MonotonicNow());
  connect_at_ = base::Nanos{0};
  const bool is_stored = publisher_.is_dirty() && EnsureConnected(clock_.MonotonicNow()) && Store();
  ReleaseEntries(is_stored ? nullptr : kUnavailable);
}

int PublisherThread::TakeActions() {
  model::AlertRaised alert;
  while (queues_.switch_alerts.TryPop(alert)) {
    publisher_.Apply(alert);
  }
  const auto take = [&](const model::Action& action) {
    publisher_.Apply(action);
    if (day_trades_ != nullptr) {
      day_trades_->Apply(action, clock_.WallNow());
    }
    if (const auto* send = std::get_if<model::SendOrder>(&action)) {
      entries_.push_back(*send);
    }
  };
  const std::size_t taken = queues_.published.Drain(kActionsPerTransaction, take);
  return static_cast<int>(taken + TakeRestOfChange(queues_.published, take));
}

void PublisherThread::TakeTelemetry(base::Nanos now) {
  // Asked for a little before it is shown, so that it is there in time.
  if (now - asked_at_ >= timing_.telemetry_every) {
    asked_at_ = now;
    health_.wants_telemetry.store(true, std::memory_order_relaxed);
    queues_.bells.engine.Ring();
  }
  if (!telemetry_.Take()) {
    return;
  }
  publisher_.ApplyTelemetry(telemetry_.reading());
  for (const model::Instrument& instrument : instruments_.rows()) {
    for (std::size_t which = 0; which < stateplane::kLatencies; ++which) {
      const auto latency = static_cast<stateplane::Latency>(which);
      if (const auto span = latencies_.Take(latency, instrument.id)) {
        publisher_.SetLatency(latency, instrument.id, *span);
      }
    }
  }
}

// The heart beats only while the engine's loop turns.
void PublisherThread::Beat(base::Nanos now) {
  if (now - heartbeat_at_ < timing_.heartbeat_every) {
    return;
  }
  const std::uint64_t cycles = health_.engine_cycles.load(std::memory_order_relaxed);
  if (cycles == cycles_at_heartbeat_) {
    return;
  }
  heartbeat_at_ = now;
  cycles_at_heartbeat_ = cycles;
  publisher_.SetHeartbeat(clock_.WallNow());
}

// A FLUSHALL or an eviction leaves the connection as it was: the keys that change rarely would stay
// away. So would the books of a run that was paused and wrote once more after we took over.
void PublisherThread::NoticeLoss(base::Nanos now) {
  if (!connection_ || !connection_->is_alive() || !health_.is_redis_writable.load() ||
      now - looked_at_ < timing_.heartbeat_every) {
    return;
  }
  looked_at_ = now;
  redis::Pipeline questions;
  questions.Add({"EXISTS", contract::keys::State().view(), contract::keys::Status().view()});
  questions.Add({"GET", contract::keys::Epoch().view()});
  questions.Add({"GET", contract::keys::Portfolio().view()});
  const auto replies = connection_->ExecuteForReplies(questions);
  if (!replies) {
    return;
  }
  std::string epoch;
  contract::EncodeEpoch(epoch, publisher_.epoch());
  if (replies->at(0).AsInteger() != 2 || replies->at(1).AsText() != epoch ||
      replies->at(2).AsText() != publisher_.portfolio_text()) {
    base::LogWarn("redis_lost_keys");
    publisher_.MarkAllDirty();
  }
}

bool PublisherThread::EnsureConnected(base::Nanos now) {
  if (connection_ && connection_->is_alive()) {
    return true;
  }
  health_.is_redis_writable.store(false);
  if (now < connect_at_) {
    return false;
  }
  auto connection = dialer_->Connect({.connect_timeout = timing_.call_timeout,
                                      .call_timeout = timing_.call_timeout,
                                      .client_name = "bulwark-publisher"});
  if (!connection) {
    connect_at_ = clock_.MonotonicNow() + kReconnectAfter;
    base::LogDebug("redis_connect_failed").With("error", connection.error());
    return false;
  }
  connection_ = *std::move(connection);
  publisher_.MarkAllDirty();
  base::LogInfo("redis_connected").With("server", connection_->name());
  return true;
}

bool PublisherThread::Store() {
  pipeline_.Clear();
  publisher_.Compose(pipeline_);
  base::CrashBefore(kPublishWrite);
  const auto stored = connection_->Execute(pipeline_);
  base::CrashAfter(kPublishWrite);
  if (stored) {
    publisher_.Confirm();
    health_.transactions.fetch_add(1, std::memory_order_relaxed);
    health_.is_redis_writable.store(true);
    return true;
  }
  health_.transaction_failures.fetch_add(1, std::memory_order_relaxed);
  if (health_.is_redis_writable.exchange(false)) {
    base::LogError("redis_write_failed").With("error", stored.error());
  }
  // What an error answer left half done is written again from scratch on a new connection.
  connection_.reset();
  connect_at_ = clock_.MonotonicNow() + kReconnectAfter;
  return false;
}

void PublisherThread::ReleaseEntries(const char* objection) {
  for (const model::SendOrder& entry : entries_) {
    if (objection == nullptr) {
      Push(entry);
    } else {
      Push(RefuseOrder{.order_id = entry.order.id, .reason = model::Reason(objection)});
    }
  }
  entries_.clear();
}

void PublisherThread::Push(const VenueCommand& command) {
  while (!queues_.from_publisher.TryPush(command)) {
    clock_.Pause(base::Nanos{0});
  }
  queues_.bells.venue.Ring();
}

}  // namespace bulwark::trader
