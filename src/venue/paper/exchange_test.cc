// Goal: the paper exchange fills, refuses and ends orders as its header says, on exact amounts.
// Method: single cases by hand on one instrument; the random walk is in exchange_model_test.cc.

#include "venue/paper/exchange.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "venue/paper/market_model.h"
#include "venue/paper/order_checks.h"
#include "venue/paper/paper_order.h"

namespace bulwark::venue::paper {
namespace {

using base::Decimal;
using model::OrderType;
using model::Side;
using model::TimeInForce;
using std::chrono::milliseconds;

constexpr base::UnixNanos kStart{std::chrono::seconds{1'700'000'000}};

Decimal D(std::string_view text) {
  return *Decimal::Parse(text);
}

model::OrderId Id(std::uint64_t number) {
  return base::Uuid::Derive(1, 1, number);
}

class ExchangeTest : public ::testing::Test {
 protected:
  Exchange& Make(const MarketModel& model, std::string_view cash = "1000") {
    ExchangeState state;
    state.opening_cash = state.cash = D(cash);
    exchange_.emplace(model, state);
    model::Instrument instrument = *model::DefaultInstrument("BTCUSDT");
    instrument.min_notional = D("1");
    EXPECT_TRUE(exchange_->List(instrument).has_value());
    return *exchange_;
  }

  void Tick(std::string_view price, std::string_view size = "0") {
    now_ += milliseconds{1};
    exchange_->OnTick({.price = D(price), .size = D(size), .received_at = now_}, outcomes_);
  }

  static Submission Market(std::uint64_t id, Side side, std::string_view quantity) {
    return {
        .id = Id(id), .symbol = model::Symbol("BTCUSDT"), .side = side, .quantity = D(quantity)};
  }
  static Submission Limit(std::uint64_t id, Side side, std::string_view quantity,
                          std::string_view price) {
    Submission submission = Market(id, side, quantity);
    submission.type = OrderType::kLimit;
    submission.limit_price = D(price);
    return submission;
  }

  void Submit(Submission submission) {
    submission.at = now_;
    outcomes_.clear();
    exchange_->Submit(submission, outcomes_);
  }

  // The reason of the only outcome, an end.
  std::string_view EndReason() {
    EXPECT_FALSE(outcomes_.empty());
    const auto* ended = std::get_if<Ended>(&outcomes_.back());
    return ended == nullptr ? "not ended" : ended->reason.view();
  }
  const model::Fill& LastFill() { return std::get<Filled>(outcomes_.back()).fill; }

  std::optional<Exchange> exchange_;
  base::UnixNanos now_ = kStart;
  Outcomes outcomes_;
};

TEST_F(ExchangeTest, FillsAMarketBuyAtTheSpreadAndChargesTheFee) {
  const Exchange& exchange = Make({.half_spread_bps = D("10"), .taker_fee_bps = D("10")});
  Tick("100");

  Submit(Market(1, Side::kBuy, "2"));

  ASSERT_EQ(outcomes_.size(), 2U);
  EXPECT_EQ(VenueIdOf(std::get<Accepted>(outcomes_[0]).order).view(), "PO-1");
  EXPECT_EQ(LastFill().price, D("100.1"));
  EXPECT_EQ(LastFill().fee, D("0.2002"));
  EXPECT_EQ(LastFill().trade_id.view(), "P-1");
  EXPECT_EQ(LastFill().venue_sequence, 1U);
  EXPECT_EQ(exchange.account().cash(), D("1000") - D("200.2") - D("0.2002"));
  EXPECT_EQ(exchange.account().position({}), D("2"));
  EXPECT_EQ(exchange.account().free_cash(), exchange.account().cash());
  EXPECT_TRUE(exchange.working().empty());
}

TEST_F(ExchangeTest, KeepsPricesOnTheTickGridAwayFromTheTaker) {
  Make({.half_spread_bps = D("1"), .slippage_bps_max = D("3")});
  Tick("33.33");

  for (std::uint64_t id = 1; id <= 20; ++id) {
    Submit(Market(id, Side::kBuy, "0.1"));
    EXPECT_TRUE(LastFill().price.IsMultipleOf(D("0.01")));
    EXPECT_GE(LastFill().price, D("33.34"));
    EXPECT_LE(LastFill().price, D("33.36"));
  }
}

TEST_F(ExchangeTest, RefusesWhatItShouldAndNamesTheReason) {
  Make({});
  Submit(Market(1, Side::kBuy, "1"));
  EXPECT_EQ(EndReason(), kNoPrice);
  Tick("100");
  Submission bad = Market(2, Side::kBuy, "1");
  bad.symbol = model::Symbol("NOPE");
  Submit(bad);
  EXPECT_EQ(EndReason(), kUnknownSymbol);
  Submit(Market(3, Side::kBuy, "0.000001"));
  EXPECT_EQ(EndReason(), kBadQuantity);
  Submit(Market(4, Side::kBuy, "0"));
  EXPECT_EQ(EndReason(), kBadQuantity);
  Submit(Limit(5, Side::kBuy, "1", "99.999"));
  EXPECT_EQ(EndReason(), kBadPrice);
  Submit(Market(6, Side::kBuy, "11"));
  EXPECT_EQ(EndReason(), kInsufficientCash);
  Submit(Market(7, Side::kSell, "1"));
  EXPECT_EQ(EndReason(), kInsufficientPosition);
  Submit(Limit(8, Side::kBuy, "0.00001", "99"));
  EXPECT_EQ(EndReason(), kMinNotional);
  Submit(Limit(9, Side::kBuy, "90000000000", "90000000000"));
  EXPECT_EQ(EndReason(), kTooLarge);
  bad = Market(10, Side::kBuy, "1");
  bad.reduce_only = true;
  Submit(bad);
  EXPECT_EQ(EndReason(), kReduceOnly);
  bad = Market(11, Side::kBuy, "1");
  bad.time_in_force = TimeInForce::kDay;
  Submit(bad);
  EXPECT_EQ(EndReason(), kUnsupportedTime);
  bad.id = Id(12);
  bad.type = OrderType::kStop;
  Submit(bad);
  EXPECT_EQ(EndReason(), kUnsupportedType);
  EXPECT_EQ(exchange_->orders_seen(), 12U);
  EXPECT_EQ(exchange_->account().cash(), D("1000"));
}

TEST_F(ExchangeTest, RefusesAnIdItHasSeenEvenOneThatWasRefused) {
  const Exchange& exchange = Make({});
  Submit(Market(1, Side::kBuy, "1"));  // No price yet: refused, but seen.
  Tick("100");

  Submit(Market(1, Side::kBuy, "1"));

  ASSERT_EQ(outcomes_.size(), 1U);
  EXPECT_EQ(std::get<Duplicate>(outcomes_[0]).id, Id(1));
  EXPECT_EQ(exchange.duplicates(), 1U);
  EXPECT_EQ(exchange.orders_seen(), 1U);
  EXPECT_EQ(exchange.account().position({}), Decimal());
}

TEST_F(ExchangeTest, RestsALimitUntilTheMarketGoesThroughIt) {
  const Exchange& exchange = Make({.maker_fee_bps = D("5")});
  Tick("100");
  Submit(Limit(1, Side::kBuy, "1", "99"));
  EXPECT_EQ(exchange.account().free_cash(), D("1000") - D("99") - D("0.0495"));

  outcomes_.clear();
  Tick("99");
  EXPECT_TRUE(outcomes_.empty()) << "a trade at the limit does not go through it";
  Tick("98.99", "0.4");

  EXPECT_EQ(LastFill().price, D("99"));
  EXPECT_EQ(LastFill().quantity, D("0.4"));
  EXPECT_EQ(LastFill().fee, D("0.0198"));
  Tick("98.5");
  EXPECT_EQ(LastFill().quantity, D("0.6"));
  EXPECT_EQ(exchange.account().cash(), D("1000") - D("99") - D("0.0495"));
  EXPECT_TRUE(exchange.working().empty());
}

TEST_F(ExchangeTest, FillsTheBestPriceFirstAndThenTheOlder) {
  Make({});
  Tick("100");
  Submit(Limit(1, Side::kBuy, "1", "98"));
  Submit(Limit(2, Side::kBuy, "1", "99"));
  Submit(Limit(3, Side::kBuy, "1", "99"));

  outcomes_.clear();
  Tick("97", "2.5");

  ASSERT_EQ(outcomes_.size(), 3U);
  EXPECT_EQ(std::get<Filled>(outcomes_[0]).fill.order_id, Id(2));
  EXPECT_EQ(std::get<Filled>(outcomes_[1]).fill.order_id, Id(3));
  EXPECT_EQ(std::get<Filled>(outcomes_[2]).fill.order_id, Id(1));
  EXPECT_EQ(LastFill().quantity, D("0.5"));
}

TEST_F(ExchangeTest, WaitsForTheLatencyInReceivedTime) {
  Make({.latency = milliseconds{5}});
  Tick("100");
  Submit(Market(1, Side::kBuy, "1"));
  ASSERT_EQ(outcomes_.size(), 1U);

  outcomes_.clear();
  exchange_->OnTime(now_ + milliseconds{4}, outcomes_);
  EXPECT_TRUE(outcomes_.empty());
  EXPECT_TRUE(exchange_->has_pending());
  exchange_->OnTime(now_ + milliseconds{5}, outcomes_);

  EXPECT_EQ(LastFill().at, now_ + milliseconds{5});
  EXPECT_FALSE(exchange_->has_pending());
}

TEST_F(ExchangeTest, EndsImmediateOrdersThatDoNotFill) {
  const Exchange& exchange = Make({.partial_fill_chance = D("1")});
  Tick("100");
  Submission order = Limit(1, Side::kBuy, "1", "99");
  order.time_in_force = TimeInForce::kIoc;
  Submit(order);
  EXPECT_EQ(EndReason(), kNotFilledAtOnce);
  order.id = Id(2);
  order.time_in_force = TimeInForce::kFok;
  Submit(order);
  EXPECT_EQ(EndReason(), kNotFilledAtOnce);

  order = Limit(3, Side::kBuy, "1", "101");
  order.time_in_force = TimeInForce::kIoc;
  Submit(order);
  ASSERT_EQ(outcomes_.size(), 3U);
  const auto& ended = std::get<Ended>(outcomes_[2]);
  EXPECT_EQ(ended.end, model::OrderEnd::kExpired);
  EXPECT_TRUE(ended.order.filled.is_positive() && ended.order.filled < D("1"));
  order.id = Id(4);
  order.time_in_force = TimeInForce::kFok;
  Submit(order);
  EXPECT_EQ(LastFill().quantity, D("1")) << "all or nothing knows no partial fill";
  EXPECT_EQ(exchange.account().free_cash(), exchange.account().cash());
}

TEST_F(ExchangeTest, FillsAMarketOrderInPartsOverTheNextTicks) {
  const Exchange& exchange = Make({.partial_fill_chance = D("1")});
  Tick("100");
  Submit(Market(1, Side::kBuy, "3"));
  EXPECT_EQ(exchange.working().size(), 1U);

  for (int tick = 0; tick < 100 && !exchange.working().empty(); ++tick) {
    Tick("101");
  }

  EXPECT_EQ(exchange.account().position({}), D("3"));
  EXPECT_GT(exchange.last_sequence(), 2U);
}

TEST_F(ExchangeTest, EndsAMarketOrderWhosePriceRanAwayFromTheCash) {
  const Exchange& exchange = Make({.latency = milliseconds{1}});
  Tick("100");
  Submit(Limit(1, Side::kBuy, "5", "50"));
  Submit(Market(2, Side::kBuy, "7"));
  outcomes_.clear();

  exchange_->OnTime(now_, outcomes_);
  now_ -= milliseconds{1};
  Tick("200");  // Before the order is active.
  now_ += milliseconds{5};
  exchange_->OnTime(now_, outcomes_);

  EXPECT_EQ(EndReason(), kInsufficientCash);
  EXPECT_EQ(exchange.account().position({}), D("3.75")) << "750 of the 1000 belong to it";
  EXPECT_EQ(exchange.account().cash(), D("250"));
  EXPECT_TRUE(exchange.account().free_cash().is_zero());
}

TEST_F(ExchangeTest, CancelsWorkingOrdersAndRefusesTheOthers) {
  const Exchange& exchange = Make({});
  Tick("100");
  Submit(Limit(1, Side::kBuy, "1", "99"));
  Submit(Market(2, Side::kBuy, "1"));

  outcomes_.clear();
  exchange_->Cancel(Id(1), now_, outcomes_);
  exchange_->Cancel(Id(1), now_, outcomes_);
  exchange_->Cancel(Id(2), now_, outcomes_);
  exchange_->Cancel(Id(3), now_, outcomes_);

  ASSERT_EQ(outcomes_.size(), 4U);
  EXPECT_EQ(std::get<Ended>(outcomes_[0]).end, model::OrderEnd::kCancelled);
  EXPECT_EQ(std::get<CancelRefused>(outcomes_[1]).reason.view(), kNotWorking);
  EXPECT_EQ(std::get<CancelRefused>(outcomes_[2]).reason.view(), kNotWorking);
  EXPECT_EQ(std::get<CancelRefused>(outcomes_[3]).reason.view(), kUnknownOrder);
  EXPECT_EQ(exchange.account().free_cash(), D("900"));
}

TEST_F(ExchangeTest, NeverSellsTheSameUnitTwice) {
  Make({});
  Tick("100");
  Submit(Market(1, Side::kBuy, "1"));
  Submit(Limit(2, Side::kSell, "0.6", "110"));

  Submit(Market(3, Side::kSell, "0.5"));

  EXPECT_EQ(EndReason(), kInsufficientPosition);
}

TEST_F(ExchangeTest, ListsAgainOnlyWithTheSameStepsWhileOrdersWork) {
  Exchange& exchange = Make({});
  model::Instrument other = *model::DefaultInstrument("BTCUSDT");
  EXPECT_TRUE(exchange.List(other).has_value()) << "no orders: the steps may change";
  Tick("100");
  Submit(Limit(1, Side::kBuy, "1", "99"));
  other.tick_size = D("0.1");

  const auto listed = exchange.List(other);

  ASSERT_FALSE(listed.has_value());
  EXPECT_EQ(listed.error().code, base::ErrorCode::kConflict);
}

TEST(MarketModelTest, CheckNamesTheSettingThatMeansNothing) {
  EXPECT_TRUE(Check({}).has_value());
  const auto checked = Check({.partial_fill_chance = Decimal::FromInt(2)});
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().message, "partial_fill_chance is 2, not from 0 to 1");
  EXPECT_FALSE(Check({.taker_fee_bps = Decimal::FromInt(-1)}).has_value());
  EXPECT_FALSE(Check({.latency = std::chrono::minutes{2}}).has_value());
}

}  // namespace
}  // namespace bulwark::venue::paper
