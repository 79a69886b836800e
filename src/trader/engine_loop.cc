#include "trader/engine_loop.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>

#include "base/ensure.h"
#include "base/time.h"
#include "engine/engine.h"
#include "journal/tap.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/event.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "oms/order_store.h"
#include "stateplane/publisher.h"
#include "trader/books_copy.h"

namespace bulwark::trader {
namespace {

constexpr std::size_t kPermitsPerCycle = 8;
constexpr std::size_t kReportsPerCycle = 64;
constexpr std::size_t kMarketPerCycle = 256;
constexpr base::Nanos kTimerEvery{std::chrono::milliseconds{20}};
constexpr base::Nanos kJournalAlertEvery{std::chrono::minutes{1}};
constexpr base::Nanos kCycleBudget{std::chrono::milliseconds{1}};

model::Event AsEvent(const model::MarketEvent& event) {
  return std::visit([](const auto& what) { return model::Event(what); }, event);
}

bool IsNotice(const model::Action& action) {
  return std::holds_alternative<model::SignalGenerated>(action) ||
         std::holds_alternative<model::OrderDenied>(action);
}

}  // namespace

EngineLoop::EngineLoop(engine::Engine& engine, const EngineLoopPeers& peers)
    : engine_(engine),
      queues_(peers.queues),
      health_(peers.health),
      latencies_(peers.latencies),
      telemetry_(peers.telemetry),
      clock_(peers.clock),
      tap_(peers.tap),
      books_(peers.books) {
  submissions_.reserve(oms::OrderStore::kOpenMax);
}

int EngineLoop::DoWork() {
  const base::Nanos started = clock_.MonotonicNow();
  int work = 0;
  if (!HasRoom()) {
    health_.cycles_held_back.fetch_add(1, std::memory_order_relaxed);
    EndCycle(started, work);
    return work;
  }
  // Each drain re-checks the room, since one event may cause many actions.
  model::Permit permit;
  for (std::size_t n = 0; n < kPermitsPerCycle && HasRoom() && queues_.permits.TryPop(permit);
       ++n) {
    Process(permit);
    ++work;
  }
  model::Event news;
  for (std::size_t n = 0; n < kPermitsPerCycle && HasRoom() && queues_.guard_news.TryPop(news);
       ++n) {
    Process(news);
    ++work;
  }
  model::Event report;
  for (std::size_t n = 0; n < kReportsPerCycle && HasRoom() && queues_.reports.TryPop(report);
       ++n) {
    Process(report);
    ++work;
  }
  model::MarketEvent market;
  std::size_t taken = 0;
  while (taken < kMarketPerCycle && HasRoom() && queues_.market.TryPop(market)) {
    ProcessMarket(market);
    ++taken;
  }
  work += static_cast<int>(taken);
  model::FeedLink link;
  if (taken == 0 && HasRoom() && queues_.feed_links.TryPop(link)) {
    Process(link);
    ++work;
  }
  const base::UnixNanos now = clock_.WallNow();
  if (now - timer_at_ >= kTimerEvery && HasRoom()) {
    timer_at_ = now;
    Process(model::Timer{.at = now});
  }
  if (HasRoom() && wants_shutdown_.exchange(false)) {
    Process(model::Shutdown{.at = now});
  }
  EndCycle(started, work);
  return work;
}

bool EngineLoop::HasRoom() const {
  return queues_.journal.free() >= model::ActionBuffer::kCapacity;
}

void EngineLoop::Process(const model::Event& event) {
  actions_.Clear();
  if (tap_ != nullptr) {
    tap_->Note(event);
  }
  engine_.Process(event, actions_);
  if (tap_ != nullptr) {
    TellJournalGap(event);
  }
  Measure(event);
  health_.wants_halt.store(engine_.wants_halt(), std::memory_order_relaxed);
  HandOver();
  if (const auto* venue = std::get_if<model::VenueBooks>(&event); venue != nullptr && books_) {
    CopyBooks(engine_, venue->token, books_->writing());
    books_->Publish();
  }
}

// What the journal lost cannot be explained later; trading goes on. Looked at with each timer.
void EngineLoop::TellJournalGap(const model::Event& event) {
  const auto* timer = std::get_if<model::Timer>(&event);
  if (timer == nullptr || (tap_->lost() == lost_events_told_ && !tap_->is_failing()) ||
      timer->at - journal_alert_at_ < kJournalAlertEvery ||
      actions_.size() == model::ActionBuffer::kCapacity) {
    return;
  }
  journal_alert_at_ = timer->at;
  lost_events_told_ = tap_->lost();
  actions_.Add(model::AlertRaised{
      .level = model::AlertLevel::kWarning,
      .event = model::AlertName("JOURNAL_GAP"),
      .reason = model::Reason(tap_->is_failing() ? "the journal cannot be written"
                                                 : "the journal is too slow"),
      .at = timer->at});
}

void EngineLoop::ProcessMarket(const model::MarketEvent& event) {
  Process(AsEvent(event));
}

// In one step: a fill and what it did to its order must never be committed apart.
void EngineLoop::HandOver() {
  if (queues_.journal.free() < 2 * model::ActionBuffer::kCapacity) {
    health_.notices_dropped.fetch_add(actions_.RemoveIf(IsNotice), std::memory_order_relaxed);
  }
  // HasRoom() was asked before the event.
  ENSURE(queues_.journal.TryPushAll(actions_.begin(), actions_.end()));
  if (!actions_.empty()) {
    queues_.bells.ledger.Ring();
  }
}

// Latencies of the contract: arrival of the tick to the strategies' word, submission to the venue's
// first answer, and both together.
void EngineLoop::Measure(const model::Event& event) {
  const auto* tick = std::get_if<model::Tick>(&event);
  const auto* bar = std::get_if<model::Bar>(&event);
  if (tick != nullptr || bar != nullptr) {
    const base::UnixNanos arrived = tick != nullptr ? tick->received_at : bar->received_at;
    const model::InstrumentId instrument = tick != nullptr ? tick->instrument : bar->instrument;
    std::optional<base::UnixNanos> now;
    for (const model::Action& action : actions_) {
      const auto* sent = std::get_if<model::SendOrder>(&action);
      if (!now && (sent != nullptr || std::holds_alternative<model::SignalGenerated>(action))) {
        now = clock_.WallNow();
        latencies_.Record(stateplane::Latency::kTickToDecision, instrument, *now - arrived);
      }
      if (sent != nullptr && submissions_.size() < submissions_.capacity()) {
        submissions_.push_back(
            {.order_id = sent->order.id, .tick_at = arrived, .decided_at = *now});
      }
    }
    return;
  }
  if (const auto* filled = std::get_if<model::OrderFilled>(&event)) {
    NoteFirstAnswer(filled->fill.order_id, filled->fill.instrument);
  } else if (const auto* ended = std::get_if<model::OrderEnded>(&event)) {
    std::erase_if(submissions_, [&](const auto& row) { return row.order_id == ended->order_id; });
  } else if (const auto* unsent = std::get_if<model::OrderNotSent>(&event)) {
    std::erase_if(submissions_, [&](const auto& row) { return row.order_id == unsent->order_id; });
  }
}

void EngineLoop::NoteFirstAnswer(const model::OrderId& id, model::InstrumentId instrument) {
  const auto found = std::find_if(submissions_.begin(), submissions_.end(),
                                  [&](const auto& row) { return row.order_id == id; });
  if (found == submissions_.end()) {
    return;
  }
  const base::UnixNanos now = clock_.WallNow();
  latencies_.Record(stateplane::Latency::kDecisionToFill, instrument, now - found->decided_at);
  latencies_.Record(stateplane::Latency::kTickToFill, instrument, now - found->tick_at);
  submissions_.erase(found);
}

void EngineLoop::ShareTelemetry() {
  if (health_.wants_telemetry.load(std::memory_order_relaxed)) {
    health_.wants_telemetry.store(false, std::memory_order_relaxed);
    engine_.FillTelemetry(telemetry_.writing());
    telemetry_.Publish();
    queues_.bells.publisher.Ring();
  }
}

void EngineLoop::EndCycle(base::Nanos started, int work) {
  ShareTelemetry();
  open_orders_.store(engine_.oms().open_orders().size(), std::memory_order_relaxed);
  health_.engine_cycles.fetch_add(1, std::memory_order_relaxed);
  if (work == 0) {
    return;
  }
  const auto span = static_cast<std::uint64_t>((clock_.MonotonicNow() - started).count());
  if (span > health_.worst_cycle_ns.load(std::memory_order_relaxed)) {
    health_.worst_cycle_ns.store(span, std::memory_order_relaxed);
  }
  if (span > static_cast<std::uint64_t>(kCycleBudget.count())) {
    health_.cycles_over_budget.fetch_add(1, std::memory_order_relaxed);
  }
}

}  // namespace bulwark::trader
