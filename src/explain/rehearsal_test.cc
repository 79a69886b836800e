// Goal: what the gate would say now is what a trader that starts now says, and nothing is written.
// Method: books by hand: a purchase and day trades of this week; orders are asked about.

#include "explain/rehearsal.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "base/uuid.h"
#include "config/settings_loader.h"
#include "explain/day_trade_report.h"
#include "ledger/recovered_books.h"
#include "model/accounting.h"
#include "model/denial.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/scoped_modes.h"
#include "model/stop_mode.h"
#include "trader/assembly.h"

namespace bulwark::explain {
namespace {

using base::Decimal;
using testing::HasSubstr;

class RehearsalTest : public testing::Test {
 protected:
  RehearsalTest() {
    books_.portfolio.cash = Decimal::FromInt(100'000);
    books_.breakers.operator_seen_at = now_;
  }

  void Fill(model::Side side, std::string_view symbol) {
    now_ += std::chrono::seconds{60};
    const model::Fill fill{.order_id = base::Uuid::Derive(1, 1, ++orders_),
                           .trade_id = model::TradeId("T" + std::to_string(orders_)),
                           .instrument = *instruments_.Find(symbol),
                           .side = side,
                           .price = Decimal::FromInt(10),
                           .quantity = Decimal::FromInt(5),
                           .at = now_,
                           .booked_at = now_};
    const auto effect = model::ApplyFill(fill, books_.portfolio);
    books_.share_moves.rows.push_back({.what = fill, .quantity = effect.quantity});
  }
  std::unique_ptr<Rehearsal> Make() {
    Moment moment{.scopes = scopes_, .is_redis_ok = true, .now = now_};
    for (const model::Instrument& instrument : instruments_.rows()) {
      moment.prices.push_back(
          {.instrument = instrument.id, .price = Decimal::FromInt(10), .at = now_});
    }
    return *Rehearsal::Make(loaded_.settings, instruments_, books_, moment);
  }
  static Rehearsed Ask(Rehearsal& rehearsal, std::string_view symbol, model::Side side,
                       int quantity) {
    return rehearsal.Ask(rehearsal.OrderFor(*rehearsal.instruments().Find(symbol), side,
                                            Decimal::FromInt(quantity)));
  }

  config::Loaded loaded_ = *config::LoadSettings(
      {.flags = {{.flag = "test", .name = "feed.symbols", .value = "AAPL,MSFT,NVDA,BTC/USDT"}}});
  model::InstrumentTable instruments_ = *trader::MakeInstruments(loaded_.settings);
  ledger::RecoveredBooks books_;
  model::ScopedModes scopes_;
  base::UnixNanos now_ =
      std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + std::chrono::hours{15};
  std::uint64_t orders_ = 0;
};

TEST_F(RehearsalTest, AnOrderThatWouldPassIsTracedThroughEveryGuard) {
  const auto rehearsal = Make();
  const Rehearsed asked = Ask(*rehearsal, "AAPL", model::Side::kBuy, 5);

  EXPECT_FALSE(asked.denial.has_value());
  EXPECT_GT(asked.checks.size(), 10U);
  ASSERT_TRUE(asked.day_trade.has_value());
  EXPECT_EQ(asked.day_trade->pattern.own_exit, 1);
  EXPECT_THAT(DescribeRehearsed(asked, rehearsal->instruments()[{0}]), HasSubstr("would be sent"));
}

TEST_F(RehearsalTest, AnEntryWithoutADayTradeForItsExitIsDenied) {
  for (const char* symbol : {"AAPL", "MSFT"}) {
    Fill(model::Side::kBuy, symbol);
    Fill(model::Side::kSell, symbol);
  }
  const auto rehearsal = Make();
  const Rehearsed asked = Ask(*rehearsal, "NVDA", model::Side::kBuy, 5);
  ASSERT_TRUE(asked.denial.has_value());
  EXPECT_EQ(asked.denial->code, model::DenialCode::kDayTradeLimit);
  EXPECT_THAT(DescribeRehearsed(asked, rehearsal->instruments()[{2}]),
              HasSubstr("DAY_TRADE_NO_EXIT_BUDGET"));

  // Pairs are under no such rules.
  EXPECT_FALSE(Ask(*rehearsal, "BTC/USDT", model::Side::kBuy, 5).day_trade.has_value());
}

TEST_F(RehearsalTest, AnExitIsNeverHeldBack) {
  Fill(model::Side::kBuy, "AAPL");
  const auto rehearsal = Make();
  const model::NewOrder sale = rehearsal->OrderFor({0}, model::Side::kSell, Decimal::FromInt(5));
  EXPECT_TRUE(sale.reduce_only);
  EXPECT_FALSE(rehearsal->Ask(sale).denial.has_value());
  EXPECT_FALSE(rehearsal->OrderFor({0}, model::Side::kSell, Decimal::FromInt(6)).reduce_only);
}

TEST_F(RehearsalTest, AStopOfTheLedgerHolds) {
  books_.switches.kill.is_on = true;
  const auto rehearsal = Make();
  const Rehearsed asked = Ask(*rehearsal, "AAPL", model::Side::kBuy, 5);
  ASSERT_TRUE(asked.denial.has_value());
  EXPECT_EQ(asked.denial->code, model::DenialCode::kKillSwitch);
}

TEST_F(RehearsalTest, AStoppedScopeHolds) {
  scopes_.version = 4;
  scopes_.symbols.at(instruments_.Find("AAPL")->index) = model::StopMode::kReduceOnly;
  const auto rehearsal = Make();
  const Rehearsed asked = Ask(*rehearsal, "AAPL", model::Side::kBuy, 5);
  ASSERT_TRUE(asked.denial.has_value());
  EXPECT_EQ(asked.denial->code, model::DenialCode::kReduceOnlyScope);
  EXPECT_FALSE(Ask(*rehearsal, "MSFT", model::Side::kBuy, 5).denial.has_value());
}

TEST_F(RehearsalTest, TellsWhatIsCountedAndUntilWhen) {
  Fill(model::Side::kBuy, "AAPL");
  Fill(model::Side::kSell, "AAPL");
  Fill(model::Side::kBuy, "MSFT");
  books_.foreign_day_trades = {{.member = "theirs", .unix_day = 20'777}};  // Friday, the 20th.
  const auto rehearsal = Make();
  const auto status = StatusOf(*rehearsal, now_);
  ASSERT_TRUE(status.has_value());

  EXPECT_EQ(status->used, 2);
  EXPECT_EQ(status->elsewhere, 1);
  EXPECT_EQ(status->reserved, 1);
  EXPECT_EQ(status->limit, 2);
  EXPECT_TRUE(status->is_complete);
  const std::string text = DescribeStatus(*status);
  EXPECT_THAT(text, HasSubstr("2 of 2 used in the sessions 2026-11-17 to 2026-11-23"));
  EXPECT_THAT(text, HasSubstr("leaves the window on 2026-12-01"));  // Over Thanksgiving.
  EXPECT_THAT(text, HasSubstr("opened today  MSFT 5"));
  EXPECT_THAT(DescribeTrades(*status), HasSubstr("2026-11-23  AAPL     no. 1"));
  EXPECT_THAT(StatusAsJson(*status), HasSubstr(R"("leaves": "2026-12-01")"));
}

TEST_F(RehearsalTest, WhereNoEquityIsTradedNothingIsCounted) {
  loaded_ = *config::LoadSettings(
      {.flags = {{.flag = "test", .name = "feed.symbols", .value = "BTC/USDT"}}});
  instruments_ = *trader::MakeInstruments(loaded_.settings);
  EXPECT_FALSE(StatusOf(*Make(), now_).has_value());
}

}  // namespace
}  // namespace bulwark::explain
