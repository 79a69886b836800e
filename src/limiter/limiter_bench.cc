// What asking the limiter costs beside the same script called bare, in one run on one server.
// Source: docs/limiter.md#what-it-costs

#include <array>
#include <chrono>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include "base/ensure.h"
#include "contract/keys.h"
#include "limiter/limiter.h"
#include "limiter/limiter_scripts.h"
#include "limiter/limits.h"
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

void BareEvalshaOfTheScript(benchmark::State& state) {
  const redis::TestServer server;
  const auto connection = server.Connect();
  const redis::Script script(TakeScript());
  const auto keys = contract::keys::RateLimit("bench");
  const std::array<std::string_view, 7> names = {
      keys.tokens.view(), keys.last_refill.view(), keys.log.view(),     keys.waiting.view(),
      keys.closed.view(), keys.limits.view(),      keys.counters.view()};
  const std::vector<std::string_view> args = {"try",     "default 2000/10ms,20000/s; share=0",
                                              "1",       "3",
                                              "",        "a-0",
                                              "0",       "0",
                                              "64",      "",
                                              "10000",   "20000",
                                              "2000",    "2000",
                                              "1010000", "20000",
                                              "20000"};
  while (state.KeepRunning()) {
    ENSURE(script.Run(*connection, names, args));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BareEvalshaOfTheScript)->UseRealTime();

void TryAcquire(benchmark::State& state) {
  const redis::TestServer server;
  redis::UrlDialer dialer(server.url());
  const auto limits = ParseLimits(kLimits);
  ENSURE(limits);
  const auto limiter = Limiter::Create(
      {.name = "bench", .limits = *limits, .call_timeout = std::chrono::seconds{5}}, dialer);
  ENSURE(limiter);
  while (state.KeepRunning()) {
    ENSURE((*limiter)->TryAcquire({}));
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["granted"] = static_cast<double>((*limiter)->stats().granted);
}
BENCHMARK(TryAcquire)->UseRealTime();

}  // namespace
}  // namespace bulwark::limiter
