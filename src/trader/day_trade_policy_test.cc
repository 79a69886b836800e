// Goal: the settings' defaults are the guard's own careful policy, and each setting reaches its
//       place in it.
// Method: defaults from the table of settings; then every setting with another value.

#include "trader/day_trade_policy.h"

#include <chrono>
#include <optional>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "config/settings.h"
#include "config/settings_loader.h"
#include "daytrade/policy.h"
#include "model/instrument.h"

namespace bulwark::trader {
namespace {

using base::Decimal;

config::DayTradeSettings Defaults() {
  return config::DefaultSettings().daytrade;
}

TEST(DayTradePolicyTest, TheDefaultsAreTheCarefulPolicy) {
  const auto made = MakeDayTrades(Defaults());
  ASSERT_TRUE(made.has_value());
  ASSERT_TRUE(made->has_value());
  const daytrade::Policy& policy = (*made)->policy;
  const daytrade::Policy careful;

  EXPECT_EQ(policy.regime, careful.regime);
  EXPECT_EQ(policy.broker_state, careful.broker_state);
  EXPECT_EQ(policy.confirmed_on, careful.confirmed_on);
  EXPECT_EQ(policy.recheck_days, careful.recheck_days);
  EXPECT_EQ(policy.day_trades_max, careful.day_trades_max);
  EXPECT_EQ(policy.cap_even_above_floor, careful.cap_even_above_floor);
  EXPECT_EQ(policy.floor_headroom, careful.floor_headroom);
  EXPECT_EQ(policy.count_method, careful.count_method);
  EXPECT_EQ(policy.regular_hours_only, careful.regular_hours_only);
  EXPECT_EQ(policy.quiet_after_open, careful.quiet_after_open);
  EXPECT_EQ(policy.quiet_before_close, careful.quiet_before_close);
  EXPECT_EQ(policy.quiet_before_half_close, careful.quiet_before_half_close);
  EXPECT_EQ(policy.same_day, careful.same_day);
  EXPECT_EQ(policy.trade_date_cutoff_hour, careful.trade_date_cutoff_hour);
  EXPECT_EQ(policy.use_six_percent, careful.use_six_percent);
  EXPECT_EQ(policy.buying_power_use, careful.buying_power_use);
  EXPECT_EQ(policy.leverage_max, careful.leverage_max);
  EXPECT_EQ(policy.buffer_usd, careful.buffer_usd);
  EXPECT_EQ(policy.buffer_share, careful.buffer_share);
  EXPECT_EQ(policy.long_rate_floor, careful.long_rate_floor);
  EXPECT_EQ(policy.min_equity_for_leverage, careful.min_equity_for_leverage);
}

TEST(DayTradePolicyTest, EachSettingReachesThePolicy) {
  config::DayTradeSettings settings = Defaults();
  settings.regime = config::DayTradeRegime::kIntradayMargin;
  settings.broker = config::DayTradeBroker::kMigrated;
  settings.confirmed_on = "2026-11-20";
  settings.recheck_days = 31;
  settings.max_trades = 3;
  settings.cap_above_floor = false;
  settings.floor_headroom_pct = Decimal::FromInt(102);
  settings.count_method = config::DayTradeMethod::kM3;
  settings.same_day = config::DayTradeSameDay::kTradeDate;
  settings.cutoff_hour = 21;
  settings.six_percent = true;
  settings.buying_power_pct = Decimal::FromInt(90);
  settings.max_leverage = Decimal::FromInt(2);
  settings.buffer = Decimal::FromInt(100);
  settings.buffer_pct = Decimal::FromInt(5);
  settings.long_rate_pct = Decimal::FromInt(25);
  settings.min_equity = Decimal::FromInt(2'000);

  const auto made = MakeDayTrades(settings);
  ASSERT_TRUE(made.has_value());
  ASSERT_TRUE(made->has_value());
  const daytrade::Policy& policy = (*made)->policy;
  EXPECT_EQ(policy.regime, daytrade::Regime::kIntradayMargin);
  EXPECT_EQ(policy.broker_state, daytrade::BrokerState::kMigrated);
  EXPECT_EQ(policy.confirmed_on, std::chrono::sys_days{std::chrono::year{2026} / 11 / 20});
  EXPECT_EQ(policy.recheck_days, 31);
  EXPECT_EQ(policy.day_trades_max, 3);
  EXPECT_FALSE(policy.cap_even_above_floor);
  EXPECT_EQ(policy.floor_headroom, daytrade::Percent(102));
  EXPECT_EQ(policy.count_method, daytrade::CountMethod::kM3);
  EXPECT_EQ(policy.same_day, daytrade::SameDay::kTradeDate);
  EXPECT_EQ(policy.trade_date_cutoff_hour, 21);
  EXPECT_TRUE(policy.use_six_percent);
  EXPECT_EQ(policy.buying_power_use, daytrade::Percent(90));
  EXPECT_EQ(policy.leverage_max, Decimal::FromInt(2));
  EXPECT_EQ(policy.buffer_usd, Decimal::FromInt(100));
  EXPECT_EQ(policy.buffer_share, daytrade::Percent(5));
  EXPECT_EQ(policy.long_rate_floor, daytrade::Percent(25));
  EXPECT_EQ(policy.min_equity_for_leverage, Decimal::FromInt(2'000));
}

TEST(DayTradePolicyTest, WhoIsUnderNoSuchRulesHasNone) {
  config::DayTradeSettings settings = Defaults();
  settings.regime = config::DayTradeRegime::kNone;
  const auto made = MakeDayTrades(settings);
  ASSERT_TRUE(made.has_value());
  EXPECT_FALSE(made->has_value());
}

TEST(DayTradePolicyTest, ADateThatIsNoneIsRefusedByName) {
  config::DayTradeSettings settings = Defaults();
  settings.confirmed_on = "2026-02-30";
  const auto made = MakeDayTrades(settings);
  ASSERT_FALSE(made.has_value());
  EXPECT_NE(made.error().message.find("daytrade.confirmed_on"), std::string::npos);
}

constexpr base::UnixNanos kMondayNoon =
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + std::chrono::hours{17};

TEST(DayTradePolicyTest, TheGuardFollowsTheOverridesOfTheCalendar) {
  const auto made = MakeDayTrades(Defaults(), "2026-11-23 closed");
  ASSERT_TRUE(made.has_value() && made->has_value());
  EXPECT_FALSE((*made)->calendar.IsOpen(kMondayNoon));
  const auto wrong = MakeDayTrades(Defaults(), "2026-11-23 perhaps");
  ASSERT_FALSE(wrong.has_value());
  EXPECT_NE(wrong.error().message.find("calendar.overrides"), std::string::npos);
}

TEST(DayTradePolicyTest, OnlyAMarketOfSharesAloneCloses) {
  model::InstrumentTable shares;
  ASSERT_TRUE(shares.Add(*model::DefaultInstrument("AAPL")).has_value());
  const auto hours = MakeMarketHours(shares, "");
  ASSERT_TRUE(hours.has_value() && hours->has_value());
  EXPECT_TRUE((*hours)->IsOpen(kMondayNoon));

  ASSERT_TRUE(shares.Add(*model::DefaultInstrument("BTC/USDT")).has_value());
  EXPECT_EQ(MakeMarketHours(shares, "")->has_value(), false);
}

}  // namespace
}  // namespace bulwark::trader
