// Budgets: a state change is visible in Redis within 100 us (p50) and 1 ms (p99), and composing and
// storing reach 80 % of what plain hiredis does with the same commands on the same socket. A state
// change here is one order made or filled, with all its documents, rows and messages ("books"); or
// that and the telemetry of that moment, four instruments with 50 candles each ("full"), which the
// trader shows ten times a second.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

#include <stdio.h>

#include "base/agent.h"
#include "base/ensure.h"
#include "base/time.h"
#include "base/triple_buffer.h"
#include "bench/decision_rig.h"
#include "bench/hiredis_baseline.h"
#include "bench/report.h"
#include "contract/keys.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/event.h"
#include "model/telemetry.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/managed_server.h"
#include "redis/test_server.h"
#include "redis/url.h"
#include "stateplane/publisher.h"
#include "trader/exit_gate.h"
#include "trader/health.h"
#include "trader/latency_board.h"
#include "trader/publisher_thread.h"
#include "trader/queues.h"

namespace bulwark::bench {
namespace {

constexpr std::size_t kChanges = 4'000;
constexpr int kDepth = 64;
constexpr int kSetPipelines = 4'000;

// Each order's making and each order's fill is one change of the books.
struct History {
  std::vector<std::vector<model::Action>> changes;
  std::vector<model::Telemetry> telemetry;  // After each of them.
};

History Record(DecisionRig& rig) {
  History history;
  model::ActionBuffer out;
  model::ActionBuffer answers;
  const auto note = [&](const model::ActionBuffer& actions) {
    history.changes.emplace_back(actions.begin(), actions.end());
    history.telemetry.emplace_back(DecisionRig::kInstruments);
    rig.engine().FillTelemetry(history.telemetry.back());
  };
  while (history.changes.size() < kChanges) {
    const model::Event event = rig.NextTick();
    out.Clear();
    rig.engine().Process(event, out);
    if (rig.WorkOf(out) != Work::kOrder) {
      continue;
    }
    note(out);
    answers.Clear();
    rig.FillAll(out.list(), answers);
    note(answers);
  }
  return history;
}

double PerSecond(std::size_t count, base::Nanos span) {
  return static_cast<double>(count) * 1e9 / static_cast<double>(span.count());
}

stateplane::Publisher MakePublisher(const DecisionRig& rig) {
  return stateplane::Publisher(rig.instruments(), {.epoch = 1, .opening_cash = rig.opening_cash()},
                               {.portfolio = {.cash = rig.opening_cash()}});
}

double HiredisRate(const std::vector<std::string>& stored, const redis::Url& url) {
  HiredisBaseline baseline(url);
  std::vector<std::vector<HiredisCommand>> blocks;
  std::size_t commands = 0;
  for (const std::string& bytes : stored) {
    blocks.push_back(SplitCommands(bytes));
    commands += blocks.back().size();
  }
  const base::Nanos start = base::MonotonicNow();
  for (const auto& block : blocks) {
    baseline.Execute(block);
  }
  return PerSecond(commands, base::MonotonicNow() - start);
}

// Composes and stores one transaction per state change, then lets plain hiredis store the same.
void StoreChanges(const std::string& name, const DecisionRig& rig, const History& history,
                  bool has_telemetry, const redis::TestServer& server) {
  const auto connection = server.Connect();
  stateplane::Publisher publisher = MakePublisher(rig);
  redis::Pipeline pipeline;
  std::vector<std::string> stored;
  Spans composing(kChanges);
  base::Nanos busy{0};
  std::size_t commands = 0;
  std::size_t bytes = 0;
  for (std::size_t at = 0; at < history.changes.size(); ++at) {
    const base::Nanos start = base::MonotonicNow();
    for (const model::Action& action : history.changes[at]) {
      publisher.Apply(action);
    }
    if (has_telemetry) {
      publisher.ApplyTelemetry(history.telemetry[at]);
    }
    pipeline.Clear();
    publisher.Compose(pipeline);
    const base::Nanos composed = base::MonotonicNow();
    ENSURE(connection->Execute(pipeline));
    publisher.Confirm();
    busy += base::MonotonicNow() - start;
    composing.Add(composed - start);
    commands += pipeline.size();
    bytes += pipeline.bytes().size();
    stored.emplace_back(pipeline.bytes());
  }
  const auto changes = static_cast<double>(history.changes.size());
  const double ours = PerSecond(commands, busy);
  const double least = HiredisRate(stored, server.url());
  Report(name + ".changes", PerSecond(history.changes.size(), busy), "/s");
  Report(name + ".commands", ours, "/s");
  Report(name + ".hiredis_commands", least, "/s");
  Report(name + ".of_hiredis", 100 * ours / least, "%");
  Report(name + ".commands_per_change", static_cast<double>(commands) / changes, "");
  Report(name + ".bytes_per_change", static_cast<double>(bytes) / changes, "B");
  Report(name + ".compose", composing);
}

// Under load the publisher thread stores many changes as one transaction.
void StoreGrouped(const DecisionRig& rig, const History& history, redis::Connection& connection) {
  stateplane::Publisher publisher = MakePublisher(rig);
  redis::Pipeline pipeline;
  const base::Nanos start = base::MonotonicNow();
  for (std::size_t at = 0; at < history.changes.size(); ++at) {
    for (const model::Action& action : history.changes[at]) {
      publisher.Apply(action);
    }
    if ((at + 1) % kDepth == 0 || at + 1 == history.changes.size()) {
      publisher.ApplyTelemetry(history.telemetry[at]);
      pipeline.Clear();
      publisher.Compose(pipeline);
      ENSURE(connection.Execute(pipeline));
      publisher.Confirm();
    }
  }
  Report("publish.changes_grouped_64",
         PerSecond(history.changes.size(), base::MonotonicNow() - start), "/s");
}

void SetPipelined(redis::Connection& connection, const redis::Url& url) {
  const std::string value(100, 'x');
  redis::Pipeline pipeline;
  base::Nanos start = base::MonotonicNow();
  for (int n = 0; n < kSetPipelines; ++n) {
    pipeline.Clear();
    for (int i = 0; i < kDepth; ++i) {
      pipeline.Add({"SET", "bench:key", value});
    }
    ENSURE(connection.Execute(pipeline));
  }
  constexpr std::size_t kSets = static_cast<std::size_t>(kSetPipelines) * kDepth;
  Report("set64.ours", PerSecond(kSets, base::MonotonicNow() - start), "/s");
  HiredisBaseline baseline(url);
  const std::vector<HiredisCommand> sets(kDepth, HiredisCommand{"SET", "bench:key", value});
  start = base::MonotonicNow();
  for (int n = 0; n < kSetPipelines; ++n) {
    baseline.Execute(sets);
  }
  Report("set64.hiredis", PerSecond(kSets, base::MonotonicNow() - start), "/s");
}

// redis-benchmark logs in as nobody: the server of this bench lets guests write its one key.
void RunRedisBenchmark(const redis::Url& url) {
  const std::string command = "redis-benchmark -s '" + url.socket_path +
                              "' -t set -P 64 -n 500000 -c 1 -d 100 --csv 2>/dev/null";
  FILE* output = popen(command.c_str(), "r");
  ENSURE(output != nullptr);
  std::array<char, 256> line{};
  std::optional<double> rate;
  while (std::fgets(line.data(), line.size(), output) != nullptr) {
    double parsed = 0;
    if (std::sscanf(line.data(), "\"SET\",\"%lf\"", &parsed) == 1) {
      rate = parsed;
    }
  }
  pclose(output);
  ENSURE(rate);
  Report("set64.redis_benchmark", *rate, "/s");
}

// Through the thread that the trader runs; a reader asks for the order until it is there.
class LiveRig {
 public:
  LiveRig(const DecisionRig& market, const redis::Url& url)
      : telemetry_(model::Telemetry(market.instruments().size())),
        publisher_(url, {}, MakePublisher(market),
                   {.queues = queues_,
                    .health = health_,
                    .latencies = latencies_,
                    .telemetry = telemetry_,
                    .exit_gate = exit_gate_,
                    .instruments = market.instruments()}) {}

  // Requires: the change's first order is new or has a new state.
  std::optional<base::Nanos> TimeUntilVisible(const std::vector<model::Action>& change,
                                              redis::Connection& reader) {
    const auto* changed = FirstOrder(change);
    if (changed == nullptr) {
      return std::nullopt;
    }
    const contract::Key key = contract::keys::Order(changed->order.id);
    const base::Nanos start = base::MonotonicNow();
    ENSURE(queues_.published.TryPushAll(change.begin(), change.end()));
    queues_.bells.publisher.Ring();
    for (;;) {
      const auto reply = reader.Call({"EXISTS", key.view()});
      ENSURE(reply);
      if (reply->integer == 1) {
        break;
      }
    }
    const base::Nanos span = base::MonotonicNow() - start;
    queues_.from_publisher.Drain(SIZE_MAX, [](const auto&) {});
    return span;
  }

 private:
  static const model::OrderChanged* FirstOrder(const std::vector<model::Action>& change) {
    for (const model::Action& action : change) {
      if (const auto* changed = std::get_if<model::OrderChanged>(&action)) {
        return changed;
      }
    }
    return nullptr;
  }

  trader::Queues queues_;
  trader::Health health_;
  trader::LatencyBoard latencies_;
  trader::ExitGate exit_gate_{false};
  base::TripleBuffer<model::Telemetry> telemetry_;
  trader::PublisherThread publisher_;
  base::Agent agent_{"publisher",
                     {.bell = &queues_.bells.publisher,
                      .nap = std::chrono::milliseconds{5},
                      .nap_max = std::chrono::milliseconds{5}},
                     [this] { return publisher_.DoWork(); }};
};

void TimeVisibility(const DecisionRig& market, const History& history,
                    const redis::TestServer& server) {
  LiveRig rig(market, server.url());
  const auto reader = server.Connect();
  Spans spans(kChanges);
  // Every second change makes an order; the one after it fills it.
  for (std::size_t at = 0; at + 1 < history.changes.size(); at += 2) {
    if (const auto span = rig.TimeUntilVisible(history.changes[at], *reader)) {
      spans.Add(*span);
    }
    // Random enough a pause that the publisher is asleep, as between two events of a quiet market.
    std::this_thread::sleep_for(std::chrono::microseconds{200});
  }
  Report("publish.visible", spans);
}

void Run() {
  const redis::TestServer server(
      redis::GuestAccess{.readable_keys = {"key:*"}, .writable_keys = {"key:*"}});
  const auto connection = server.Connect();
  DecisionRig market(1);
  const History history = Record(market);
  StoreChanges("publish.books", market, history, false, server);
  StoreChanges("publish.full", market, history, true, server);
  StoreGrouped(market, history, *connection);
  SetPipelined(*connection, server.url());
  RunRedisBenchmark(server.url());
  ENSURE(connection->Call({"FLUSHALL"}));
  TimeVisibility(market, history, server);
}

}  // namespace
}  // namespace bulwark::bench

int main() {
  bulwark::bench::Run();
  return 0;
}
