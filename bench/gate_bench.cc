// What the whole gate costs one order, every guard configured and none of them off: pre-trade
// limits, pace, breakers, watchdog, scoped stops and the rules on day trades, in an account that
// holds shares, has orders working and has made day trades. One order that every guard lets pass,
// one that the last guard refuses. Neither may ask for memory: then the program ends with 1.
//
// Method:  `gate.check` is risk::Gate::Check() alone, on the very input that the engine made.
//          `gate.passed` and `gate.denied` are Engine::Process() of the wish: the figures of the
//          books, the day-trade question, the guards, and the booking or the denial.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/time.h"
#include "bench/allocation_count.h"
#include "bench/report.h"
#include "daytrade/entry_hours.h"
#include "engine/day_trade_book.h"
#include "engine/engine.h"
#include "market/bar_builder.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/denial.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/signal.h"
#include "model/venue_report.h"
#include "risk/gate.h"
#include "risk/guard_input.h"
#include "strategy/strategy.h"
#include "strategy/supervisor.h"

namespace bulwark::bench {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kWarmUp = 1'000;
constexpr std::size_t kOrders = 20'000;
constexpr int kChecks = 16;  // Of one input, timed together: the clock costs as much as one.
constexpr std::uint16_t kShares = 12;
constexpr int kCandles = 20;
constexpr std::uint16_t kTraded = 0;  // What the measured wishes are about.

base::Decimal D(std::string_view text) {
  return *base::Decimal::Parse(text);
}

// Nobody but the bench asks for orders.
class SilentStrategy final : public strategy::Strategy {
 public:
  std::optional<model::Signal> OnBar(const model::Bar& /*bar*/) override { return std::nullopt; }
  [[nodiscard]] model::StrategyName name() const override { return model::StrategyName("silent"); }
  [[nodiscard]] std::size_t warm_up_bars() const override { return 0; }
};

// Times the gate alone on what the engine asked it.
class CheckTimer final : public engine::Observer {
 public:
  explicit CheckTimer(Spans& spans) : spans_(spans) {}
  void OnDecision(const model::Bar& /*bar*/, const model::Decision& /*decision*/) override {}
  void OnAsked(const risk::Gate& gate, const risk::GuardInput& input,
               const risk::GateAnswer& answer) override {
    const base::Nanos start = base::MonotonicNow();
    int same = 0;
    for (int n = 0; n < kChecks; ++n) {
      same += gate.Check(input).index() == answer.index() ? 1 : 0;
    }
    const base::Nanos end = base::MonotonicNow();
    ENSURE(same == kChecks);
    spans_.Add((end - start) / kChecks);
    const auto* denial = std::get_if<model::Denial>(&answer);
    denial_ = denial != nullptr ? std::optional(denial->code) : std::nullopt;
  }
  [[nodiscard]] std::optional<model::DenialCode> denial() const { return denial_; }

 private:
  Spans& spans_;
  std::optional<model::DenialCode> denial_;
};

// The documents' limits; what is off by default is on.
risk::GateLimits AllLimits() {
  risk::GateLimits limits;
  limits.entry = {.price_min = D("5"),
                  .collar_percent = D("5"),
                  .quantity_max = D("1000000"),
                  .notional_max = D("10000"),
                  .volume_percent = D("50"),
                  .position_percent_max = D("5"),
                  .sector_percent_max = D("25"),
                  .gross_percent_max = D("100"),
                  .cash_reserve_percent = D("10"),
                  .positions_max = 20,
                  .daily_trades_max = 1'000'000,
                  .candle_entries_max = 1,
                  .candle = seconds{1},
                  .cooldown = seconds{1},
                  .duplicate_window = seconds{5},
                  .messages = {.per_second = 20, .per_minute = 300, .per_strategy_minute = 60}};
  limits.entry.restricted.set(kShares - 1);
  return limits;
}

engine::EngineOptions AllOptions() {
  return {.epoch = 1,
          .risk_fraction = D("0.1"),
          .feed_silence_max = hours{24},
          .breakers = {.vix = D("35"),
                       .data_age = seconds{300},
                       .drawdown = D("10"),
                       .daily_loss = D("3"),
                       .drift = D("1"),
                       .heartbeat_age = hours{48},
                       .feed_outage = seconds{30},
                       .losses = 20,
                       .rejects = 10,
                       .venue_errors = 10,
                       .latency = seconds{5}},
          .watchdog =
              {.warn = D("5"), .stop = D("8"), .week = D("15"), .factor = D("0.5"), .recovery = 30},
          .session_drawdown = D("10"),
          .stop_loss_percent = D("2")};
}

class Rig {
 public:
  Rig() {
    for (std::uint16_t n = 0; n < kShares; ++n) {
      const std::string symbol = std::string("SHR") + static_cast<char>('A' + n);
      auto instrument = *model::DefaultInstrument(symbol);
      instrument.sector = *model::Sector::Make(n % 3 == 0 ? "technology" : "energy");
      ENSURE(instruments_.Add(instrument));
    }
    std::vector<std::unique_ptr<strategy::Strategy>> strategies;
    strategies.push_back(std::make_unique<SilentStrategy>());
    const std::vector<model::StrategyName> names = {strategies.front()->name()};
    engine_ = std::make_unique<engine::Engine>(
        AllOptions(),
        engine::EngineParts{
            .instruments = instruments_,
            .bars = *market::BarBuilder::Create(seconds{1}, instruments_.size()),
            .strategies = std::move(strategies),
            .supervisor = *strategy::Supervisor::Create({}, names, instruments_.size()),
            .gate = risk::Gate(AllLimits()),
            .books = {.portfolio = {.cash = D("100000")}},
            .breakers = {.operator_seen_at = now_},
            .day_trades = engine::DayTradeSetup{.policy = {}, .calendar = {}}});
    Give(model::VenueLink{.is_up = true, .at = now_});
    Give(model::VenueBooks{.cash = D("100000"), .at = now_});
    Furnish();
  }

  // Everything proven anew, `span` later.
  void Pass(base::Nanos span) {
    now_ += span;
    while (!daytrade::IsEntryTime({}, {}, now_)) {
      now_ += std::chrono::hours{1};  // To the next session.
    }
    Give(model::Permit{.is_redis_ok = true, .is_ledger_ok = true, .at = now_});
    for (std::uint16_t n = 0; n < kShares; ++n) {
      Give(model::Tick{.instrument = {n},
                       .price = D("100"),
                       .size = D("500"),
                       .event_at = now_,
                       .received_at = now_});
    }
    Give(model::OperatorSeen{.seen_at = now_, .at = now_});
    Give(model::VixRead{.level = D("18"), .read_at = now_, .at = now_});
    Give(model::Timer{.at = now_});
  }
  [[nodiscard]] model::PlaceOrder Wish(std::uint16_t instrument, std::string_view price) const {
    return {.order = {.instrument = {instrument},
                      .type = model::OrderType::kLimit,
                      .origin = model::Origin::kOperator,
                      .quantity = D("10"),
                      .limit_price = D(price),
                      .strategy = model::StrategyName("silent")},
            .at = now_};
  }
  [[nodiscard]] model::PlaceOrder Sale(std::uint16_t instrument, std::string_view price) const {
    model::PlaceOrder sale = Wish(instrument, price);
    sale.order.side = model::Side::kSell;
    sale.order.intent = model::Intent::kCloseLong;
    sale.order.reduce_only = true;
    return sale;
  }
  model::ActionBuffer& Give(const model::Event& event) {
    out_.Clear();
    engine_->Process(event, out_);
    return out_;
  }
  // The order of the last event that is to be sent.
  [[nodiscard]] const model::Order& Sent() const {
    const model::Order* sent = nullptr;
    for (const model::Action& action : out_) {
      if (const auto* send = std::get_if<model::SendOrder>(&action)) {
        sent = &send->order;
      } else if (const auto* denied = std::get_if<model::OrderDenied>(&action)) {
        const auto code = model::DenialName(denied->denial.code);
        std::fprintf(stderr, "gate_bench: denied, %.*s\n", static_cast<int>(code.size()),
                     code.data());
      }
    }
    ENSURE(sent != nullptr);
    return *sent;
  }
  void Cancel(const model::OrderId& id) {
    Give(model::OrderAccepted{
        .order_id = id, .venue_order_id = model::VenueOrderId("V"), .at = now_});
    Give(model::CancelOrder{.order_id = id, .at = now_});
    Give(model::OrderEnded{.order_id = id, .end = model::OrderEnd::kCancelled, .at = now_});
  }
  // Bought and sold on one day.
  void DayTrade(std::uint16_t instrument) {
    Buy(instrument);
    Pass(seconds{61});
    Give(Sale(instrument, "100"));
    FillSent();
    Pass(seconds{61});
  }
  engine::Engine& engine() { return *engine_; }

 private:
  void Buy(std::uint16_t instrument) {
    Give(Wish(instrument, "100"));
    FillSent();
    Pass(seconds{61});
  }
  void FillSent() {
    const model::Order order = Sent();
    Give(model::OrderAccepted{
        .order_id = order.id, .venue_order_id = model::VenueOrderId("V"), .at = now_});
    Give(model::OrderFilled{.fill = {.order_id = order.id,
                                     .trade_id = model::TradeId("T" + std::to_string(++trades_)),
                                     .instrument = order.instrument,
                                     .side = order.side,
                                     .price = D("100"),
                                     .quantity = order.quantity,
                                     .at = now_}});
  }
  void Rest(const model::PlaceOrder& wish) {
    Give(wish);
    Give(model::OrderAccepted{
        .order_id = Sent().id, .venue_order_id = model::VenueOrderId("V"), .at = now_});
    Pass(seconds{61});
  }
  // Candles with volume, a day trade that no longer counts, six positions from an earlier week with
  // their stops, four sales and a purchase that rest. More that is opened on one day would leave no
  // day trade for an exit.
  void Furnish() {
    for (int n = 0; n < kCandles; ++n) {
      Pass(seconds{2});
    }
    DayTrade(8);
    for (std::uint16_t n = 1; n <= 6; ++n) {
      Pass(hours{72});
      Buy(n);
    }
    Pass(hours{24 * 10});
    for (std::uint16_t n = 1; n <= 4; ++n) {
      Rest(Sale(n, "104"));
    }
    Rest(Wish(7, "99"));
  }

  model::InstrumentTable instruments_;
  std::unique_ptr<engine::Engine> engine_;
  model::ActionBuffer out_;
  base::UnixNanos now_ =
      std::chrono::sys_days{std::chrono::year{2026} / 11 / 9} + std::chrono::hours{15};
  std::uint64_t trades_ = 0;
};

struct Measured {
  Spans whole{kOrders};
  Spans check{kOrders + kWarmUp};
  std::uint64_t allocations = 0;
};

// The same wish again and again; what passed is cancelled before the next.
void Measure(Rig& rig, std::optional<model::DenialCode> denial, Measured& measured) {
  CheckTimer timer(measured.check);
  const base::Nanos step = denial ? milliseconds{1'100} : milliseconds{61'000};
  for (std::size_t n = 0; n < kWarmUp + kOrders; ++n) {
    rig.Pass(step);
    const model::Event wish = rig.Wish(kTraded, "100");
    // Every other wish is watched, so that the looking on is in none of the spans of the whole.
    const bool is_watched = n % 2 == 0;
    rig.engine().SetObserver(is_watched ? &timer : nullptr);
    const std::uint64_t allocations = Allocations();
    const base::Nanos start = base::MonotonicNow();
    rig.Give(wish);
    const base::Nanos end = base::MonotonicNow();
    const std::uint64_t asked_for = Allocations() - allocations;
    ENSURE(!is_watched || timer.denial() == denial);
    if (n >= kWarmUp) {
      measured.allocations += asked_for;
      if (!is_watched) {
        measured.whole.Add(end - start);
      }
    }
    if (!denial) {
      rig.engine().SetObserver(nullptr);
      rig.Cancel(rig.Sent().id);
    }
  }
  rig.engine().SetObserver(nullptr);
}

std::uint64_t Run() {
  Measured passed;
  Rig rig;
  Measure(rig, std::nullopt, passed);
  Measured denied;
  Rig full;
  full.DayTrade(kTraded);
  Measure(full, model::DenialCode::kDayTradeLimit, denied);
  Report("gate.passed", passed.whole);
  Report("gate.check_passed", passed.check);
  Report("gate.denied", denied.whole);
  Report("gate.check_denied", denied.check);
  const std::uint64_t allocations = passed.allocations + denied.allocations;
  Report("gate.allocations", static_cast<double>(allocations), "");
  return allocations;
}

}  // namespace
}  // namespace bulwark::bench

int main() {
  const std::uint64_t allocations = bulwark::bench::Run();
  if (allocations != 0) {
    std::fputs("gate_bench: the gate asked for memory\n", stderr);
  }
  return allocations == 0 ? 0 : 1;
}
