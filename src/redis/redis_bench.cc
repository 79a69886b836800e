// What a Redis costs us over its unix socket: one SET there and back, and SETs 64 to a pipeline.
// Source: design section 8 (8.8 us round trip; 1.25 million SET/s with preformatted commands).

#include <memory>
#include <string>

#include <benchmark/benchmark.h>

#include "base/ensure.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/test_server.h"

namespace bulwark::redis {
namespace {

const std::string kValue(100, 'x');

void SetRoundTrip(benchmark::State& state) {
  const TestServer test;
  const auto connection = test.Connect();
  for (auto step : state) {
    ENSURE(connection->Call({"SET", "bench:key", kValue}));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(SetRoundTrip)->UseRealTime();

void SetPipelined64(benchmark::State& state) {
  constexpr int kDepth = 64;
  const TestServer test;
  const auto connection = test.Connect();
  Pipeline pipeline;
  for (auto step : state) {
    pipeline.Clear();
    for (int i = 0; i < kDepth; ++i) {
      pipeline.Add({"SET", "bench:key", kValue});
    }
    ENSURE(connection->Execute(pipeline));
  }
  state.SetItemsProcessed(state.iterations() * kDepth);
}
BENCHMARK(SetPipelined64)->UseRealTime();

void FormatSet(benchmark::State& state) {
  Pipeline pipeline;
  for (auto step : state) {
    pipeline.Clear();
    pipeline.Add({"SET", "bench:key", kValue});
    benchmark::DoNotOptimize(pipeline.bytes().data());
  }
}
BENCHMARK(FormatSet);

}  // namespace
}  // namespace bulwark::redis
