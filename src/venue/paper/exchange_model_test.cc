// Goal: over random trading no cent and no unit appears or vanishes, also across restarts.
// Method: 20,000 seeded steps; a naive model adds up what the outcomes say and is compared each
//         step.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "base/uuid.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "venue/paper/account.h"
#include "venue/paper/exchange.h"
#include "venue/paper/market_model.h"
#include "venue/paper/paper_order.h"

namespace bulwark::venue::paper {
namespace {

using base::Decimal;
using model::Side;
using model::TimeInForce;

constexpr std::size_t kInstruments = 3;

MarketModel RoughMarket() {
  return {.half_spread_bps = Decimal::FromInt(3),
          .slippage_bps_max = Decimal::FromInt(20),
          .taker_fee_bps = *Decimal::Parse("7.5"),
          .maker_fee_bps = Decimal::FromInt(2),
          .latency = std::chrono::microseconds{50},
          .partial_fill_chance = *Decimal::Parse("0.5"),
          .reject_chance = *Decimal::Parse("0.05"),
          .seed = 7};
}

// Adds up what the exchange said, nothing else.
struct Sum {
  Decimal cash;
  std::array<Decimal, kInstruments> positions;
  std::map<model::OrderId, Decimal> filled;
  std::set<model::OrderId> open;
  std::uint64_t last_sequence = 0;

  void operator()(const Accepted& accepted) { open.insert(accepted.order.asked.id); }
  void operator()(const Filled& filled_now) {
    const model::Fill& fill = filled_now.fill;
    ASSERT_EQ(fill.venue_sequence, ++last_sequence);
    ASSERT_EQ(fill.trade_id.view(), "P-" + std::to_string(last_sequence));
    ASSERT_TRUE(open.contains(fill.order_id));
    ASSERT_TRUE(fill.price.is_positive() && fill.quantity.is_positive());
    const bool is_buy = fill.side == Side::kBuy;
    cash += (is_buy ? -fill.notional() : fill.notional()) - fill.fee;
    positions.at(fill.instrument.index) += is_buy ? fill.quantity : -fill.quantity;
    filled[fill.order_id] += fill.quantity;
    ASSERT_EQ(filled[fill.order_id], filled_now.order.filled);
    const auto& limit = filled_now.order.asked.limit_price;
    ASSERT_TRUE(!limit || (is_buy ? fill.price <= *limit : fill.price >= *limit));
    if (filled_now.order.remaining().is_zero()) {
      open.erase(fill.order_id);
    }
  }
  void operator()(const Ended& ended) {
    ASSERT_EQ(open.erase(ended.order.asked.id), ended.was_accepted ? 1U : 0U);
    ASSERT_EQ(ended.order.filled, filled[ended.order.asked.id]);
  }
  void operator()(const CancelRefused& refused) const { ASSERT_FALSE(open.contains(refused.id)); }
  void operator()(const Duplicate& duplicate) { duplicates += duplicate.id.is_nil() ? 0U : 1U; }

  std::uint64_t duplicates = 0;
};

class Walk {
 public:
  Walk() {
    state_.opening_cash = state_.cash = model_.cash = Decimal::FromInt(10'000);
    const std::array<const char*, kInstruments> steps = {"0.01", "0.00000001", "0.5"};
    const std::array<const char*, kInstruments> lots = {"0.00001", "0.00000001", "1"};
    for (std::size_t at = 0; at < kInstruments; ++at) {
      model::Instrument instrument;
      instrument.symbol = instrument.venue_symbol = model::Symbol("S" + std::to_string(at));
      instrument.tick_size = *Decimal::Parse(steps.at(at));
      instrument.lot_size = *Decimal::Parse(lots.at(at));
      state_.instruments.push_back(instrument);
      state_.positions.emplace_back();
    }
    exchange_.emplace(RoughMarket(), state_);
  }

  void Step() {
    now_ += std::chrono::microseconds{random_() % 40};
    Outcomes outcomes;
    switch (random_() % 8) {
      case 0:
      case 1:
        exchange_->Submit(RandomOrder(), outcomes);
        break;
      case 2:
        exchange_->Cancel(RandomId(), now_, outcomes);
        break;
      default:
        exchange_->OnTick(RandomTick(), outcomes);
    }
    for (const Outcome& outcome : outcomes) {
      std::visit(model_, outcome);
    }
    Compare();
    if (random_() % 500 == 0) {
      Restart();
    }
  }

  [[nodiscard]] const Sum& model() const { return model_; }

 private:
  model::OrderId RandomId() { return base::Uuid::Derive(1, 1, 1 + random_() % next_id_); }

  Submission RandomOrder() {
    const bool is_new = random_() % 10 != 0;
    const std::size_t at = random_() % kInstruments;
    Submission order;
    order.id = is_new ? base::Uuid::Derive(1, 1, ++next_id_) : RandomId();
    order.symbol = state_.instruments[at].venue_symbol;
    order.side = random_() % 2 == 0 ? Side::kBuy : Side::kSell;
    order.time_in_force = static_cast<TimeInForce>(random_() % 3);
    order.quantity = Grid(Decimal::FromRaw(static_cast<std::int64_t>(random_() % 1'500'000'000)),
                          state_.instruments[at].lot_size);
    if (random_() % 2 == 0) {
      order.type = model::OrderType::kLimit;
      order.limit_price = Grid(prices_.at(at) + Jitter(), state_.instruments[at].tick_size);
    }
    order.at = now_;
    return order;
  }

  static Decimal Grid(Decimal value, Decimal step) {
    return std::max(value.RoundDownTo(step), step);
  }
  Decimal Jitter() {
    return Decimal::FromRaw(static_cast<std::int64_t>(random_() % 400'000'000) - 200'000'000);
  }

  model::Tick RandomTick() {
    const std::size_t at = random_() % kInstruments;
    prices_.at(at) = std::max(prices_.at(at) + Jitter(), Decimal::FromInt(1));
    return {.instrument = model::InstrumentId{static_cast<std::uint16_t>(at)},
            .price = prices_.at(at),
            .size = Decimal::FromRaw(static_cast<std::int64_t>(random_() % 500'000'000)),
            .received_at = now_};
  }

  void Compare() {
    const Account& account = exchange_->account();
    ASSERT_EQ(account.cash(), model_.cash);
    ASSERT_FALSE(account.cash().is_negative() || account.free_cash().is_negative());
    for (std::size_t at = 0; at < kInstruments; ++at) {
      const model::InstrumentId id{static_cast<std::uint16_t>(at)};
      ASSERT_EQ(account.position(id), model_.positions.at(at));
      ASSERT_FALSE(account.free_position(id).is_negative());
    }
    ASSERT_EQ(exchange_->working().size(), model_.open.size());
    ASSERT_EQ(exchange_->duplicates(), model_.duplicates);
    if (model_.open.empty()) {
      ASSERT_EQ(account.free_cash(), account.cash());
    }
  }

  // What a store would have kept.
  void Restart() {
    state_.cash = exchange_->account().cash();
    for (std::size_t at = 0; at < kInstruments; ++at) {
      state_.positions[at] =
          exchange_->account().position(model::InstrumentId{static_cast<std::uint16_t>(at)});
    }
    state_.orders_seen = exchange_->orders_seen();
    state_.duplicates = exchange_->duplicates();
    state_.last_sequence = exchange_->last_sequence();
    state_.clock = exchange_->clock();
    state_.working.clear();
    for (const auto& [number, order] : exchange_->working()) {
      state_.working.push_back(order);
    }
    state_.seen.clear();
    for (std::uint64_t id = 1; id <= next_id_; ++id) {
      if (exchange_->HasSeen(base::Uuid::Derive(1, 1, id))) {
        state_.seen.push_back(base::Uuid::Derive(1, 1, id));
      }
    }
    exchange_.emplace(RoughMarket(), state_);
  }

  std::mt19937_64 random_{20260217};
  ExchangeState state_;
  std::optional<Exchange> exchange_;
  Sum model_;
  std::array<Decimal, kInstruments> prices_ = {Decimal::FromInt(100), Decimal::FromInt(20),
                                               Decimal::FromInt(50)};
  base::UnixNanos now_{std::chrono::seconds{1'700'000'000}};
  std::uint64_t next_id_ = 1;
};

TEST(ExchangeModelTest, LosesNoCentAndNoUnitOverRandomTrading) {
  Walk walk;
  for (int step = 0; step < 20'000; ++step) {
    SCOPED_TRACE(step);
    walk.Step();
    ASSERT_FALSE(::testing::Test::HasFatalFailure());
  }
  EXPECT_GT(walk.model().last_sequence, 1'000U) << "the walk must trade to prove anything";
}

}  // namespace
}  // namespace bulwark::venue::paper
