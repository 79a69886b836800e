// An engine under the test's hand: it gives events and reads what the engine wants done.
//
// Shape:   a base for fixtures. Build() makes an engine with one strategy; time is `now_`, which
//          the test moves. What the engine said since `out_` was emptied is asked with All() and
//          Sent().
// Errors:  none; what cannot be made stops the process.
// Threads: the test's.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/time.h"
#include "breakers/board.h"
#include "engine/day_trade_book.h"
#include "engine/engine.h"
#include "market/bar_builder.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/event.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/signal.h"
#include "model/venue_report.h"
#include "oms/oms.h"
#include "risk/gate.h"
#include "risk/wide_limits.h"
#include "strategy/strategy.h"
#include "strategy/supervisor.h"

namespace bulwark::engine::testing_support {

inline base::Decimal D(std::string_view text) {
  return *base::Decimal::Parse(text);
}

// Nobody but the test asks for orders.
class SilentStrategy final : public strategy::Strategy {
 public:
  std::optional<model::Signal> OnBar(const model::Bar& /*bar*/) override { return std::nullopt; }
  [[nodiscard]] model::StrategyName name() const override { return model::StrategyName("silent"); }
  [[nodiscard]] std::size_t warm_up_bars() const override { return 0; }
};

// What of an engine a test wants to be its own.
// Limits that let the fixture's orders pass; tests of the limits set their own.
inline risk::GateLimits TestLimits() {
  risk::GateLimits limits{.entry = risk::WideLimits()};
  limits.entry.notional_max = D("10000");
  limits.entry.position_percent_max = D("25");
  limits.entry.cooldown = std::chrono::seconds{1};
  return limits;
}

struct Wanted {
  std::unique_ptr<strategy::Strategy> strategy = std::make_unique<SilentStrategy>();
  EngineOptions options{.epoch = 3, .risk_fraction = D("0.1")};
  risk::GateLimits limits = TestLimits();
  oms::OpeningBooks books{.portfolio = {.cash = D("100000")}};
  std::optional<DayTradeSetup> day_trades;
  EntriesOfDay entries;
  breakers::Opening breakers;
  OpenApprovals approvals;
};

class EngineFixture : public testing::Test {
 protected:
  void AddInstrument(const model::Instrument& instrument) {
    ENSURE(instruments_.Add(instrument).has_value());
  }
  void AddInstrument(std::string_view symbol) { AddInstrument(*model::DefaultInstrument(symbol)); }

  void Build(Wanted wanted) {
    const std::vector<model::StrategyName> names = {wanted.strategy->name()};
    std::vector<std::unique_ptr<strategy::Strategy>> strategies;
    strategies.push_back(std::move(wanted.strategy));
    engine_ = std::make_unique<Engine>(
        std::move(wanted.options),
        EngineParts{
            .instruments = instruments_,
            .bars = *market::BarBuilder::Create(std::chrono::seconds{1}, instruments_.size()),
            .strategies = std::move(strategies),
            .supervisor = *strategy::Supervisor::Create({}, names, instruments_.size()),
            .gate = risk::Gate(wanted.limits),
            .books = std::move(wanted.books),
            .anchor = std::nullopt,
            .breakers = wanted.breakers,
            .entries = wanted.entries,
            .day_trades = std::move(wanted.day_trades),
            .approvals = std::move(wanted.approvals)});
  }

  void Give(const model::Event& event) { engine_->Process(event, out_); }
  void SetLink(bool is_up) { Give(model::VenueLink{.is_up = is_up, .at = now_}); }
  void Permit(bool is_halted = false, bool is_killed = false) {
    Give(model::Permit{.is_halted = is_halted,
                       .is_killed = is_killed,
                       .is_redis_ok = true,
                       .is_ledger_ok = true,
                       .reason = model::Reason("drill"),
                       .at = now_});
  }
  void Tick(std::string_view price, std::uint16_t instrument = 0) {
    Give(model::Tick{.instrument = {instrument},
                     .price = D(price),
                     .size = D("1"),
                     .event_at = now_,
                     .received_at = now_});
  }
  void Wait(base::Nanos span) {
    now_ += span;
    Permit();
    Give(model::Timer{.at = now_});
  }
  // A person's order; answers what was sent for it, if it was.
  std::optional<model::Order> Place(const model::NewOrder& order) {
    out_.Clear();
    Give(model::PlaceOrder{.order = order, .at = now_});
    return LastSent();
  }
  // Everything proven: an entry may leave.
  void BringUp() {
    SetLink(true);
    Give(model::VenueBooks{.cash = D("100000"), .at = now_});
    Permit();
    Tick("50000");
  }
  model::Fill FillOf(const model::Order& order, std::string_view price, base::Decimal quantity) {
    return {.order_id = order.id,
            .trade_id = model::TradeId("T" + std::to_string(++trades_)),
            .instrument = order.instrument,
            .side = order.side,
            .price = D(price),
            .quantity = quantity,
            .at = now_};
  }
  void Fill(const model::Order& order, std::string_view price, base::Decimal quantity) {
    Give(model::OrderFilled{.fill = FillOf(order, price, quantity)});
  }

  template <class T>
  [[nodiscard]] std::vector<T> All() const {
    std::vector<T> all;
    for (const model::Action& action : out_) {
      if (const auto* found = std::get_if<T>(&action)) {
        all.push_back(*found);
      }
    }
    return all;
  }
  template <class T>
  [[nodiscard]] int Count() const {
    return static_cast<int>(All<T>().size());
  }
  [[nodiscard]] std::optional<model::Order> LastSent() const {
    const std::vector<model::Order> sent = Sent();
    return sent.empty() ? std::nullopt : std::optional(sent.back());
  }
  [[nodiscard]] const model::Portfolio& books() const { return engine_->oms().portfolio(); }
  [[nodiscard]] base::Decimal owned() const { return books().positions[0].owned(); }
  [[nodiscard]] std::vector<model::Order> Sent() const {
    std::vector<model::Order> sent;
    for (const auto& send : All<model::SendOrder>()) {
      sent.push_back(send.order);
    }
    return sent;
  }

  model::InstrumentTable instruments_;
  std::unique_ptr<Engine> engine_;
  model::ActionBuffer out_;
  base::UnixNanos now_{std::chrono::seconds{1'700'000'000}};

 private:
  int trades_ = 0;
};

}  // namespace bulwark::engine::testing_support
