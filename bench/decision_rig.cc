#include "bench/decision_rig.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <numbers>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/time.h"
#include "engine/engine.h"
#include "market/bar_builder.h"
#include "model/action.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/signal.h"
#include "model/venue_report.h"
#include "risk/gate.h"
#include "risk/wide_limits.h"
#include "strategy/ema_cross.h"
#include "strategy/mean_reversion.h"
#include "strategy/strategy.h"
#include "strategy/supervisor.h"

namespace bulwark::bench {
namespace {

constexpr std::uint64_t kTicksPerBar = 20;
constexpr std::uint64_t kPermitEvery = 8;  // Rounds of all instruments: 0.4 s.
constexpr base::Nanos kRound{std::chrono::milliseconds{50}};
constexpr double kSwingBars = 60;  // One slow swing up and down.

void AddDefault(const char* symbol, model::InstrumentTable& instruments) {
  ENSURE(instruments.Add(*model::DefaultInstrument(symbol)));
}

std::unique_ptr<engine::Engine> MakeEngine(const model::InstrumentTable& instruments,
                                           std::uint64_t epoch, base::Decimal cash) {
  std::vector<std::unique_ptr<strategy::Strategy>> strategies;
  strategies.push_back(*strategy::EmaCross::Create({}, instruments.size()));
  strategies.push_back(*strategy::MeanReversion::Create({}, instruments.size()));
  std::vector<model::StrategyName> names;
  names.reserve(strategies.size());
  for (const auto& strategy : strategies) {
    names.push_back(strategy->name());
  }
  return std::make_unique<engine::Engine>(
      engine::EngineOptions{.epoch = epoch,
                            .risk_fraction = *base::Decimal::Parse("0.1"),
                            .limit_entries = {model::StrategyName("mean_reversion")}},
      engine::EngineParts{
          .instruments = instruments,
          .bars = *market::BarBuilder::Create(std::chrono::seconds{1}, instruments.size()),
          .strategies = std::move(strategies),
          .supervisor = *strategy::Supervisor::Create({}, names, instruments.size()),
          .gate = risk::Gate(risk::GateLimits{.entry = risk::WideLimits()}),
          .books = {.portfolio = {.cash = cash}},
          .anchor = std::nullopt});
}

}  // namespace

DecisionRig::DecisionRig(std::uint64_t epoch) {
  for (const char* symbol : {"BTC/USDT", "ETH/USDT", "SOL/USDT", "XRP/USDT"}) {
    AddDefault(symbol, instruments_);
  }
  engine_ = MakeEngine(instruments_, epoch, opening_cash_);
  engine_->Process(model::VenueLink{.is_up = true, .at = now_}, scratch_);
  engine_->Process(model::VenueBooks{.cash = opening_cash_, .at = now_}, scratch_);
}

model::Event DecisionRig::NextTick() {
  if (instrument_ == 0 && steps_ % kPermitEvery == 0) {
    scratch_.Clear();
    engine_->Process(model::Permit{.is_redis_ok = true, .is_ledger_ok = true, .at = now_},
                     scratch_);
  }
  const model::Tick tick{.instrument = {instrument_},
                         .price = NextPrice(),
                         .size = base::Decimal::FromInt(1),
                         .event_at = now_,
                         .received_at = now_};
  prices_.at(instrument_) = tick.price;
  ends_bar_ = steps_ > 0 && steps_ % kTicksPerBar == 0;
  if (++instrument_ == kInstruments) {
    instrument_ = 0;
    ++steps_;
    now_ += kRound;
  }
  return tick;
}

base::Decimal DecisionRig::NextPrice() {
  const double bars = static_cast<double>(steps_) / static_cast<double>(kTicksPerBar);
  const double phase = 2 * std::numbers::pi * (bars / kSwingBars + instrument_ / 4.0);
  const auto noise = static_cast<double>(random_() % 2'001) - 1'000;
  const double cents = 5'000'000 + 50'000 * std::sin(phase) + noise;
  return base::Decimal::FromRaw(std::llround(cents) * 1'000'000);
}

Work DecisionRig::WorkOf(const model::ActionBuffer& out) const {
  const bool has_sent = std::any_of(out.begin(), out.end(), [](const auto& action) {
    return std::holds_alternative<model::SendOrder>(action);
  });
  return has_sent ? Work::kOrder : ends_bar_ ? Work::kBar : Work::kTick;
}

void DecisionRig::FillAll(const std::vector<model::Action>& sent, model::ActionBuffer& out) {
  for (const model::Action& action : sent) {
    const auto* send = std::get_if<model::SendOrder>(&action);
    if (send == nullptr) {
      continue;
    }
    std::array<char, 24> trade{};
    const int length = std::snprintf(trade.data(), trade.size(), "T%llu",
                                     static_cast<unsigned long long>(++trades_));
    engine_->Process(
        model::OrderFilled{.fill = {.order_id = send->order.id,
                                    .trade_id = model::TradeId(std::string_view(
                                        trade.data(), static_cast<std::size_t>(length))),
                                    .instrument = send->order.instrument,
                                    .side = send->order.side,
                                    .price = prices_.at(send->order.instrument.index),
                                    .quantity = send->order.quantity,
                                    .at = now_,
                                    .venue_sequence = trades_}},
        out);
  }
}

}  // namespace bulwark::bench
