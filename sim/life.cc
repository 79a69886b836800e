#include "sim/life.h"

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>

#include "base/result.h"
#include "base/time.h"
#include "base/worker.h"
#include "config/settings.h"
#include "ledger/ledger_store.h"
#include "ledger/report_store.h"
#include "ledger/spill_store.h"
#include "market/feed.h"
#include "model/action.h"
#include "model/instrument.h"
#include "redis/dialer.h"
#include "sim/context.h"
#include "sim/fake_feed.h"
#include "sim/fake_ledger.h"
#include "sim/fake_redis.h"
#include "sim/fake_reports.h"
#include "sim/fake_spill.h"
#include "sim/fake_venue.h"
#include "sim/faults.h"
#include "sim/random.h"
#include "sim/scheduler.h"
#include "trader/exit_gate.h"
#include "trader/trader.h"
#include "venue/venue.h"

namespace bulwark::sim {
namespace {

using base::Result;
using std::chrono::microseconds;
using std::chrono::milliseconds;

struct WorkerState {
  bool is_stopping = false;
  bool is_done = false;
};

// Marks the end of a task also when its life crashes.
class DoneMark {
 public:
  explicit DoneMark(std::shared_ptr<WorkerState> state) : state_(std::move(state)) {}
  ~DoneMark() { state_->is_done = true; }
  DoneMark(const DoneMark&) = delete;
  DoneMark& operator=(const DoneMark&) = delete;
  DoneMark(DoneMark&&) = delete;
  DoneMark& operator=(DoneMark&&) = delete;

 private:
  std::shared_ptr<WorkerState> state_;
};

class TaskWorker final : public base::Worker {
 public:
  TaskWorker(Scheduler& scheduler, std::shared_ptr<WorkerState> state)
      : scheduler_(scheduler), state_(std::move(state)) {}
  ~TaskWorker() override { TaskWorker::Stop(); }
  TaskWorker(const TaskWorker&) = delete;
  TaskWorker& operator=(const TaskWorker&) = delete;
  TaskWorker(TaskWorker&&) = delete;
  TaskWorker& operator=(TaskWorker&&) = delete;

  // Waits for the turn to end. Called for a life that is over, it has nothing to wait for.
  void Stop() override {
    state_->is_stopping = true;
    while (!state_->is_done && std::uncaught_exceptions() == 0 &&
           scheduler_.Rest(microseconds{100})) {
    }
  }

 private:
  Scheduler& scheduler_;
  std::shared_ptr<WorkerState> state_;
};

// One thread: work, then a short or a long rest, and sometimes one that nobody asked for.
void RunWorker(Context& context, const std::function<int()>& work, const WorkerState& state) {
  Random& random = context.scheduler.random();
  while (!state.is_stopping) {
    const int done = work();
    context.AwaitPoint("turn");
    if (context.faults.Fires(Fault::kStall)) {
      context.scheduler.Pause(context.faults.Span(milliseconds{1}, milliseconds{400}));
    }
    context.scheduler.Pause(done > 0 ? random.Between(microseconds{5}, microseconds{500})
                                     : random.Between(milliseconds{1}, milliseconds{20}));
  }
}

}  // namespace

void WallClock::Pause(base::Nanos span) const {
  // Giving way takes a little time, or nobody else would ever be due.
  context_.scheduler.Pause(span > base::Nanos{0} ? span : base::Nanos{microseconds{50}});
}

Life::Life(int number, const config::Settings& settings, const Surroundings& surroundings)
    : number_(number), settings_(settings), around_(surroundings) {}

Life::~Life() = default;

void Life::Begin() {
  around_.context.scheduler.Spawn(number_, "main", [this] { Main(); });
}

void Life::Main() {
  Context& context = around_.context;
  auto made = trader::Trader::Create(settings_, "simulated", *this);
  if (!made) {
    context.trace.Note("no-start", 0, [&] { return made.error().message; });
    has_ended_ = true;
    return;
  }
  trader_ = *std::move(made);
  const auto started = trader_->Start([this] { return wants_stop_; });
  if (!started) {
    context.trace.Note("no-start", 1, [&] { return started.error().message; });
    has_ended_ = true;
    return;
  }
  has_started_ = true;
  context.trace.Note("started");
  while (!wants_stop_ && !trader_->is_fenced() && !context.faults.Fires(Fault::kOrderlyStop)) {
    context.scheduler.Pause(milliseconds{100});
  }
  context.trace.Note("stopping");
  trader_->Stop();
  has_ended_ = true;
}

void Life::ForceGateOpen() {
  if (gate_ != nullptr && has_started_) {
    gate_->Set(false, false);
  }
}

Result<std::unique_ptr<ledger::LedgerStore>> Life::OpenLedger() {
  auto ledger = std::make_unique<FakeLedger>(around_.context, around_.disk, number_, nullptr);
  ledger->before_commit = [this](std::span<const model::Action> actions) { SendEarly(actions); };
  return std::unique_ptr<ledger::LedgerStore>(std::move(ledger));
}

void Life::SendEarly(std::span<const model::Action> actions) {
  for (const model::Action& action : actions) {
    const auto* send = std::get_if<model::SendOrder>(&action);
    if (send != nullptr && venue_ != nullptr) {
      venue_->SendEarly(send->order);
    }
  }
}

Result<std::unique_ptr<ledger::LedgerStore>> Life::OpenWatchedLedger() {
  return std::unique_ptr<ledger::LedgerStore>(
      std::make_unique<FakeLedger>(around_.context, around_.disk, number_, &reading_));
}

std::unique_ptr<ledger::SpillStore> Life::OpenSpill(const model::InstrumentTable& /*instruments*/,
                                                    std::uint64_t epoch) {
  return std::make_unique<FakeSpill>(around_.context, around_.disk.spills[around_.machine], epoch);
}

Result<std::unique_ptr<ledger::ReportStore>> Life::OpenReports() {
  return std::unique_ptr<ledger::ReportStore>(
      std::make_unique<FakeReports>(around_.context, around_.disk));
}

std::unique_ptr<redis::Dialer> Life::MakeDialer() {
  return std::make_unique<FakeDialer>(around_.context, around_.redis);
}

Result<std::unique_ptr<market::Feed>> Life::MakeFeed(const config::Settings& /*settings*/,
                                                     const model::InstrumentTable& instruments) {
  return std::unique_ptr<market::Feed>(
      std::make_unique<FakeFeed>(around_.context, around_.market, instruments));
}

std::unique_ptr<venue::Venue> Life::MakeVenue(const config::Settings& /*settings*/,
                                              const model::InstrumentTable& /*instruments*/) {
  auto venue =
      std::make_unique<FakeVenue>(around_.context, around_.exchange, around_.watch, number_);
  venue_ = venue.get();
  return venue;
}

std::unique_ptr<trader::ExitGate> Life::MakeExitGate(const config::Settings& settings) {
  auto gate = std::make_unique<trader::ExitGate>(settings.kill.allow_strategy_exits, around_.clock);
  gate_ = gate.get();
  return gate;
}

std::unique_ptr<base::Worker> Life::StartWorker(std::string name, base::Nanos /*idle*/,
                                                std::function<int()> work) {
  auto state = std::make_shared<WorkerState>();
  Context& context = around_.context;
  context.scheduler.Spawn(number_, std::move(name), [&context, state, work = std::move(work)] {
    const DoneMark mark(state);
    RunWorker(context, work, *state);
  });
  return std::make_unique<TaskWorker>(context.scheduler, state);
}

}  // namespace bulwark::sim
