// What asking the limiter costs beside the same script called bare, in one run on one server.
// Source: docs/limiter.md#what-it-costs

#include <array>
#include <chrono>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "base/ensure.h"
#include "base/time.h"
#include "contract/keys.h"
#include "limiter/limiter.h"
#include "limiter/limiter_scripts.h"
#include "limiter/limits.h"
#include "redis/connection.h"
#include "redis/dialer.h"
#include "redis/script.h"
#include "redis/test_server.h"

namespace bulwark::limiter {
namespace {

// So wide that nothing waits; two windows, as the smallest of the real limits have.
constexpr std::string_view kLimits = "2000/10ms,20000/s; share=0";

// The smallest script there is: what any limiter in Redis has to pay.
void BareEvalshaOfNothing(benchmark::State& state) {
  const redis::TestServer server;
  const auto connection = server.Connect();
  const redis::Script script("return 1");
  while (state.KeepRunning()) {
    ENSURE(script.Run(*connection, {}, {}));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BareEvalshaOfNothing)->UseRealTime();

// The script as a client calls it that does nothing else: no clock, no counters, no answer read.
class BareScript {
 public:
  void Run(redis::Connection& connection) const {
    const std::array<std::string_view, 7> names = {
        keys_.tokens.view(), keys_.last_refill.view(), keys_.log.view(),     keys_.waiting.view(),
        keys_.closed.view(), keys_.limits.view(),      keys_.counters.view()};
    ENSURE(script_.Run(connection, names, args_));
  }

 private:
  redis::Script script_{TakeScript()};
  contract::keys::RateLimitKeys keys_ = contract::keys::RateLimit("bare");
  std::vector<std::string_view> args_ = {"try",     "default 2000/10ms,20000/s; share=0",
                                         "1",       "3",
                                         "",        "a-0",
                                         "0",       "0",
                                         "64",      "",
                                         "10000",   "20000",
                                         "2000",    "2000",
                                         "1010000", "20000",
                                         "20000"};
};

void BareEvalshaOfTheScript(benchmark::State& state) {
  const redis::TestServer server;
  const auto connection = server.Connect();
  const BareScript bare;
  while (state.KeepRunning()) {
    bare.Run(*connection);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BareEvalshaOfTheScript)->UseRealTime();

std::unique_ptr<Limiter> MakeLimiter(redis::Dialer& dialer) {
  const auto limits = ParseLimits(kLimits);
  ENSURE(limits);
  auto limiter = Limiter::Create(
      {.name = "bench", .limits = *limits, .call_timeout = std::chrono::seconds{5}}, dialer);
  ENSURE(limiter);
  return *std::move(limiter);
}

void TryAcquire(benchmark::State& state) {
  const redis::TestServer server;
  redis::UrlDialer dialer(server.url());
  const auto limiter = MakeLimiter(dialer);
  while (state.KeepRunning()) {
    ENSURE(limiter->TryAcquire({}));
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["granted"] = static_cast<double>(limiter->stats().granted);
}
BENCHMARK(TryAcquire)->UseRealTime();

// Both in turns on one server, so that what else the machine does slows both alike.
void TryAcquireBesideTheBareScript(benchmark::State& state) {
  constexpr int kTurn = 50;
  const redis::TestServer server;
  const auto connection = server.Connect();
  redis::UrlDialer dialer(server.url());
  const auto limiter = MakeLimiter(dialer);
  const BareScript bare;
  base::Nanos bare_time{};
  base::Nanos acquire_time{};
  while (state.KeepRunning()) {
    const base::Nanos begun = base::MonotonicNow();
    for (int call = 0; call < kTurn; ++call) {
      bare.Run(*connection);
    }
    const base::Nanos between = base::MonotonicNow();
    for (int call = 0; call < kTurn; ++call) {
      ENSURE(limiter->TryAcquire({}));
    }
    bare_time += between - begun;
    acquire_time += base::MonotonicNow() - between;
  }
  const auto calls = static_cast<double>(state.iterations() * kTurn);
  const auto seconds = [](base::Nanos span) { return std::chrono::duration<double>(span).count(); };
  state.counters["bare_per_s"] = calls / seconds(bare_time);
  state.counters["acquire_per_s"] = calls / seconds(acquire_time);
  state.counters["acquire_of_bare"] = seconds(bare_time) / seconds(acquire_time);
}
BENCHMARK(TryAcquireBesideTheBareScript)->UseRealTime();

}  // namespace
}  // namespace bulwark::limiter
