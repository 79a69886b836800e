// What the paper venue costs: a tick through the socket, an order's round trip with its durable
// commit, and a tick through the bare exchange. A budget: at least 200,000 ticks/s through the
// socket.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <variant>

#include <benchmark/benchmark.h>
#include <stdlib.h>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/time.h"
#include "base/uuid.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "venue/paper/exchange.h"
#include "venue/paper/paper_client.h"
#include "venue/paper/paper_order.h"
#include "venue/paper/server.h"
#include "venue/venue.h"

namespace bulwark::venue::paper {
namespace {

using base::Decimal;
using std::chrono::milliseconds;

constexpr base::UnixNanos kStart{std::chrono::seconds{1'700'000'000}};

model::Tick NextTick(std::uint64_t number) {
  return {.price = Decimal::FromRaw(6'123'400'000'000 +
                                    static_cast<std::int64_t>(number % 100) * 1'000'000),
          .size = Decimal::FromRaw(123'000),
          .event_at = kStart + base::Nanos{number},
          .received_at = kStart + base::Nanos{number}};
}

class Rig {
 public:
  Rig() {
    std::string name = (std::filesystem::temp_directory_path() / "bulwark-bench-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    server_ = std::move(*Server::Create({.socket = folder_ / "venue.sock",
                                         .database = folder_ / "paper.db",
                                         .opening_cash = Decimal::FromInt(1'000'000'000)}));
    thread_ = std::thread([this] {
      while (is_running_ && server_->DoWork(milliseconds{1})) {
      }
    });
    ENSURE(instruments_.Add(*model::DefaultInstrument("BTCUSDT")));
    client_ =
        std::make_unique<PaperClient>(PaperClientOptions{.socket = folder_ / "venue.sock",
                                                         .call_timeout = std::chrono::seconds{10}},
                                      instruments_);
    is_ready_ = client_->Connect(1).has_value();
    client_->PublishTick(NextTick(0));
  }
  ~Rig() {
    is_running_ = false;
    thread_.join();
    std::filesystem::remove_all(folder_);
  }
  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;
  Rig(Rig&&) = delete;
  Rig& operator=(Rig&&) = delete;

  PaperClient& client() { return *client_; }
  [[nodiscard]] bool is_ready() const { return is_ready_; }

 private:
  std::filesystem::path folder_;
  std::unique_ptr<Server> server_;
  std::atomic<bool> is_running_ = true;
  std::thread thread_;
  model::InstrumentTable instruments_;
  std::unique_ptr<PaperClient> client_;
  bool is_ready_ = false;
};

// 50,000 ticks that all arrive (a dropped one is sent again), then a question that proves it.
void TicksThroughTheSocket(benchmark::State& state) {
  Rig rig;
  std::uint64_t number = 0;
  for (auto step : state) {
    for (int sent = 0; sent < 50'000;) {
      const std::uint64_t dropped = rig.client().dropped_ticks();
      rig.client().PublishTick(NextTick(++number));
      if (rig.client().dropped_ticks() == dropped) {
        ++sent;
      } else {
        rig.client().Poll([](const model::VenueReport& /*report*/) {});
      }
    }
    if (!rig.client().Snapshot()) {
      state.SkipWithError("the venue does not answer");
      break;
    }
  }
  state.SetItemsProcessed(state.iterations() * 50'000);
}
BENCHMARK(TicksThroughTheSocket)->UseRealTime()->Unit(benchmark::kMillisecond);

void OrderRoundTripDurable(benchmark::State& state) {
  Rig rig;
  std::uint64_t number = 0;
  for (auto step : state) {
    model::Order order;
    order.id = base::Uuid::Derive(1, 1, ++number);
    order.side = number % 2 == 1 ? model::Side::kBuy : model::Side::kSell;
    order.quantity = *Decimal::Parse("0.01");
    order.created_at = kStart;
    if (rig.client().Send(order) != SendOutcome::kMayHaveLeft) {
      state.SkipWithError("not sent");
      break;
    }
    bool is_filled = false;
    while (!is_filled && rig.client().is_connected()) {
      rig.client().Poll([&](const model::VenueReport& report) {
        is_filled = is_filled || std::holds_alternative<model::OrderFilled>(report);
      });
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(OrderRoundTripDurable)->UseRealTime()->Unit(benchmark::kMicrosecond);

void TickInTheExchange(benchmark::State& state) {
  ExchangeState start;
  start.opening_cash = start.cash = Decimal::FromInt(1'000'000);
  Exchange exchange({}, start);
  if (!exchange.List(*model::DefaultInstrument("BTCUSDT"))) {
    state.SkipWithError("not listed");
  }
  Outcomes outcomes;
  std::uint64_t number = 0;
  for (auto step : state) {
    exchange.OnTick(NextTick(++number), outcomes);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(TickInTheExchange);

}  // namespace
}  // namespace bulwark::venue::paper
