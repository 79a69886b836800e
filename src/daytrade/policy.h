// What the day-trade guard holds an account to: regime, counting, limits and the numbers of the
// rules, all of them data.
//
// Shape:   the defaults are those of an owner who has nothing in writing from the broker. No rule
//          below src/daytrade knows a number that is not in here; facts.h says for each where it
//          comes from and when it was in force.
// Units:   rates and shares are fractions (0.25 is 25 percent), money in US dollars.
// Threads: values.
// Source:  docs/day-trades.md#policy

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/decimal.h"
#include "base/time.h"

namespace bulwark::daytrade {

using Date = std::chrono::sys_days;

enum class Regime : std::uint8_t { kAuto, kPdt, kIntradayMargin, kBoth, kCash };
// What decides: the counting method of the broker, or the largest of the three.
enum class CountMethod : std::uint8_t { kStrict, kM1, kM2, kM3 };
// Which two trades are of one day: the same trade date, or that or the same date in New York.
enum class SameDay : std::uint8_t { kUnion, kTradeDate };
// Which rule the broker says it applies to the account.
enum class BrokerState : std::uint8_t { kUnknown, kLegacy, kMigrated };
enum class AccountType : std::uint8_t { kMargin, kCash };
// What counts towards curing a deficit: deposits and sales of older positions, or any gain.
enum class CureBasis : std::uint8_t { kCustomerActions, kLiteral };

constexpr base::Decimal Percent(std::int64_t percent) {
  return base::Decimal::FromRaw(percent * (base::Decimal::kScale / 100));
}
constexpr base::Decimal Dollars(std::int64_t dollars) {
  return base::Decimal::FromInt(dollars);
}

// The numbers of FINRA's and the Federal Reserve's rules.
struct RuleNumbers {
  std::int32_t day_trades_max = 3;           // One more makes a pattern day trader.
  std::int32_t window_sessions = 5;          // Today and the four sessions before.
  base::Decimal pattern_share = Percent(6);  // Of all orders; above it the pattern counts.
  base::Decimal equity_floor = Dollars(25'000);
  base::Decimal buying_power_multiple = Dollars(4);
  base::Decimal buying_power_multiple_in_call = Dollars(2);
  base::Decimal long_rate = Percent(25);
  base::Decimal short_rate = Percent(30);
  base::Decimal short_per_share = Dollars(5);
  base::Decimal short_rate_low_price = Percent(100);
  base::Decimal short_per_share_low_price = base::Decimal::FromRaw(250'000'000);
  base::Decimal low_price = Dollars(5);  // Shares below it are charged more.
  base::Decimal minor_deficit_share = Percent(5);
  base::Decimal minor_deficit_usd = Dollars(1'000);
  std::int32_t deficit_due_days = 5;
  std::int32_t deficit_expiry_days = 15;
  std::int32_t freeze_days = 90;  // Calendar days.
  Date new_rule_on{std::chrono::year{2026} / std::chrono::June / 4};
  Date phase_in_ends_on{std::chrono::year{2027} / std::chrono::October / 20};
};

struct Policy {
  std::string_view name = "conservative";
  RuleNumbers rules;

  Regime regime = Regime::kAuto;
  AccountType account = AccountType::kMargin;
  BrokerState broker_state = BrokerState::kUnknown;
  std::optional<Date> confirmed_on;  // Of the broker's written answer.
  std::int32_t recheck_days = 30;
  bool also_check_margin = true;  // Where the broker still counts day trades.

  std::int32_t day_trades_max = 2;  // One is kept for an exit that cannot wait.
  bool cap_even_above_floor = true;
  base::Decimal floor_headroom = Percent(110);
  CountMethod count_method = CountMethod::kStrict;
  SameDay same_day = SameDay::kUnion;
  std::int32_t trade_date_cutoff_hour = 20;  // New York; 21 where the venue's night begins then.
  bool use_six_percent = false;
  bool allow_hold_overnight = false;
  base::Decimal buying_power_use = Percent(25);

  base::Decimal leverage_max = Dollars(1);
  base::Decimal overnight_multiple = Dollars(1);
  base::Decimal buffer_usd = Dollars(250);
  base::Decimal buffer_share = Percent(10);  // Of equity.
  base::Decimal long_rate_floor = Percent(30);
  base::Decimal min_equity_for_leverage = Dollars(2'500);
  base::Decimal market_slip = Percent(3);
  bool allow_short = false;
  bool allow_leveraged_funds = false;
  bool regular_hours_only = true;  // For entries; see entry_hours.h.

  std::int32_t cure_days = 1;
  std::int32_t broker_cure_days = 2;
  bool lock_on_minor = true;
  CureBasis cure_basis = CureBasis::kCustomerActions;
  std::int32_t deficits_per_year_max = 1;
  bool frozen_cash_buys = false;
  base::Nanos snapshot_age_max = std::chrono::seconds{15};

  base::Nanos quiet_after_open = std::chrono::minutes{5};
  base::Nanos quiet_before_close = std::chrono::minutes{15};
  base::Nanos quiet_before_half_close = std::chrono::minutes{30};
};

// For an account whose broker confirmed its rules, and an owner who uses them.
Policy OrdinaryPolicy();

// What `auto` comes to: unknown is the strictest.
Regime EffectiveRegime(const Policy& policy, Date today);
// Whether a broker that still counts day trades can only do so as a house rule by now.
bool IsLegacyOutdated(const Policy& policy, Date today);

constexpr bool CountsDayTrades(Regime regime) {
  return regime == Regime::kPdt || regime == Regime::kBoth;
}
constexpr bool ChecksMargin(Regime regime) {
  return regime == Regime::kIntradayMargin || regime == Regime::kBoth;
}

std::string_view Name(Regime value);       // auto pdt intraday_margin both cash
std::string_view Name(CountMethod value);  // strict m1 m2 m3
std::optional<Regime> RegimeFromName(std::string_view name);
std::optional<CountMethod> CountMethodFromName(std::string_view name);

}  // namespace bulwark::daytrade
