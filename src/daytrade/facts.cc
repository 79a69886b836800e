#include "daytrade/facts.h"

#include <array>
#include <chrono>
#include <optional>
#include <span>

#include "base/decimal.h"
#include "daytrade/policy.h"

namespace bulwark::daytrade {
namespace {

using base::Decimal;

constexpr Date Day(int year, unsigned month, unsigned day) {
  return std::chrono::year{year} / static_cast<int>(month) / static_cast<int>(day);
}

constexpr Date kAsOf = Day(2026, 11, 21);
constexpr Date kOldRuleUntil = Day(2027, 10, 20);
constexpr Date kNewRuleFrom = Day(2026, 6, 4);

// clang-format off
constexpr std::array kFacts = {
    // The old rule: in force to 2026-06-03, and where a firm has not changed over, to the end of the phase-in.
    Fact{"rules.day_trades_max", "day trades", [](const Policy& p) { return Decimal::FromInt(p.rules.day_trades_max); }, std::nullopt, kOldRuleUntil, "FINRA Rule 4210(f)(8)(B); the fourth makes the pattern", kAsOf},
    Fact{"rules.window_sessions", "sessions", [](const Policy& p) { return Decimal::FromInt(p.rules.window_sessions); }, std::nullopt, kOldRuleUntil, "FINRA Rule 4210(f)(8)(B): five business days, today included", kAsOf},
    Fact{"rules.pattern_share", "of all orders", [](const Policy& p) { return p.rules.pattern_share; }, std::nullopt, kOldRuleUntil, "FINRA Rule 4210(f)(8)(B): six percent; not used by default", kAsOf},
    Fact{"rules.equity_floor", "USD", [](const Policy& p) { return p.rules.equity_floor; }, std::nullopt, kOldRuleUntil, "FINRA Rule 4210(f)(8)(B)", kAsOf},
    Fact{"rules.buying_power_multiple", "times", [](const Policy& p) { return p.rules.buying_power_multiple; }, std::nullopt, kOldRuleUntil, "FINRA Rule 4210(f)(8)(B): of the excess over maintenance at the last close", kAsOf},
    Fact{"rules.buying_power_multiple_in_call", "times", [](const Policy& p) { return p.rules.buying_power_multiple_in_call; }, std::nullopt, kOldRuleUntil, "FINRA questions and answers, brokers' help pages", kAsOf},
    // The new rule.
    Fact{"rules.minor_deficit_share", "of equity", [](const Policy& p) { return p.rules.minor_deficit_share; }, kNewRuleFrom, std::nullopt, "FINRA Rule 4210(d)(2), Regulatory Notice 26-10", kAsOf},
    Fact{"rules.minor_deficit_usd", "USD", [](const Policy& p) { return p.rules.minor_deficit_usd; }, kNewRuleFrom, std::nullopt, "FINRA Rule 4210(d)(2), Regulatory Notice 26-10", kAsOf},
    Fact{"rules.deficit_due_days", "business days", [](const Policy& p) { return Decimal::FromInt(p.rules.deficit_due_days); }, kNewRuleFrom, std::nullopt, "FINRA Rule 4210(d)(2)(D)", kAsOf},
    Fact{"rules.deficit_expiry_days", "business days", [](const Policy& p) { return Decimal::FromInt(p.rules.deficit_expiry_days); }, kNewRuleFrom, std::nullopt, "FINRA Rule 4210(d)(2)", kAsOf},
    Fact{"rules.freeze_days", "calendar days", [](const Policy& p) { return Decimal::FromInt(p.rules.freeze_days); }, kNewRuleFrom, std::nullopt, "FINRA Rule 4210(d)(2)(D)", kAsOf},
    // What did not change.
    Fact{"rules.long_rate", "of value", [](const Policy& p) { return p.rules.long_rate; }, std::nullopt, std::nullopt, "FINRA Rule 4210(c): maintenance of a long position", kAsOf},
    Fact{"rules.short_rate", "of value", [](const Policy& p) { return p.rules.short_rate; }, std::nullopt, std::nullopt, "FINRA Rule 4210(c): short at 5 USD or more", kAsOf},
    Fact{"rules.short_per_share", "USD a share", [](const Policy& p) { return p.rules.short_per_share; }, std::nullopt, std::nullopt, "FINRA Rule 4210(c): short at 5 USD or more", kAsOf},
    Fact{"rules.short_rate_low_price", "of value", [](const Policy& p) { return p.rules.short_rate_low_price; }, std::nullopt, std::nullopt, "FINRA Rule 4210(c): short below 5 USD", kAsOf},
    Fact{"rules.short_per_share_low_price", "USD a share", [](const Policy& p) { return p.rules.short_per_share_low_price; }, std::nullopt, std::nullopt, "FINRA Rule 4210(c): short below 5 USD", kAsOf},
    Fact{"rules.low_price", "USD", [](const Policy& p) { return p.rules.low_price; }, std::nullopt, std::nullopt, "FINRA Rule 4210(c)", kAsOf},
    // Ours.
    Fact{"day_trades_max", "day trades", [](const Policy& p) { return Decimal::FromInt(p.day_trades_max); }, std::nullopt, std::nullopt, "ours: one of the three is kept for an exit that cannot wait", kAsOf},
    Fact{"floor_headroom", "of the floor", [](const Policy& p) { return p.floor_headroom; }, std::nullopt, std::nullopt, "ours: a bad day must not cross the floor", kAsOf},
    Fact{"buying_power_use", "of buying power", [](const Policy& p) { return p.buying_power_use; }, std::nullopt, std::nullopt, "ours", kAsOf},
    Fact{"leverage_max", "times equity", [](const Policy& p) { return p.leverage_max; }, std::nullopt, std::nullopt, "ours: nothing is borrowed", kAsOf},
    Fact{"overnight_multiple", "times equity", [](const Policy& p) { return p.overnight_multiple; }, std::nullopt, std::nullopt, "ours; Regulation T (12 CFR 220.12) allows 2", kAsOf},
    Fact{"buffer_usd", "USD", [](const Policy& p) { return p.buffer_usd; }, std::nullopt, std::nullopt, "ours", kAsOf},
    Fact{"buffer_share", "of equity", [](const Policy& p) { return p.buffer_share; }, std::nullopt, std::nullopt, "ours", kAsOf},
    Fact{"long_rate_floor", "of value", [](const Policy& p) { return p.long_rate_floor; }, std::nullopt, std::nullopt, "ours: what brokers usually ask, 30 to 40 percent", kAsOf},
    Fact{"min_equity_for_leverage", "USD", [](const Policy& p) { return p.min_equity_for_leverage; }, std::nullopt, std::nullopt, "ours; FINRA Rule 4210(b) asks 2,000", kAsOf},
    Fact{"market_slip", "of notional", [](const Policy& p) { return p.market_slip; }, std::nullopt, std::nullopt, "ours; brokers value short market orders at 3 percent above the ask", kAsOf},
    Fact{"cure_days", "business days", [](const Policy& p) { return Decimal::FromInt(p.cure_days); }, std::nullopt, std::nullopt, "ours", kAsOf},
    Fact{"broker_cure_days", "business days", [](const Policy& p) { return Decimal::FromInt(p.broker_cure_days); }, kNewRuleFrom, std::nullopt, "Alpaca: The Intraday Margin Rule, 2026-04-27", kAsOf},
    Fact{"deficits_per_year_max", "deficits", [](const Policy& p) { return Decimal::FromInt(p.deficits_per_year_max); }, std::nullopt, std::nullopt, "ours; Interactive Brokers restricts at the fourth", kAsOf},
    Fact{"recheck_days", "calendar days", [](const Policy& p) { return Decimal::FromInt(p.recheck_days); }, std::nullopt, std::nullopt, "ours: how long a broker's written answer is believed", kAsOf},
};

constexpr std::array kBrokers = {
    BrokerFact{"Alpaca", Day(2026, 6, 4), 2, "changelog 2026-06-03 to 07-06; The Intraday Margin Rule, 2026-04-27", kAsOf},
    BrokerFact{"Interactive Brokers", std::nullopt, 3, "page of 2026-06-03: an account may be under the old rule until October 2027", kAsOf},
    BrokerFact{"Robinhood", Day(2026, 6, 4), std::nullopt, "news of the change; blocks what would create a deficit", kAsOf},
    BrokerFact{"Schwab", Day(2026, 6, 8), std::nullopt, "notes of June 2026", kAsOf},
    BrokerFact{"Webull", Day(2026, 6, 4), std::nullopt, "its blog; an earlier help page gave no date", kAsOf},
    BrokerFact{"Fidelity", std::nullopt, std::nullopt, "around 2026-06-04; no date that could be relied on", kAsOf},
    BrokerFact{"E*TRADE", Day(2026, 6, 9), std::nullopt, "a guide of June 2026", kAsOf},
    BrokerFact{"tastytrade", Day(2026, 6, 4), std::nullopt, "its documentation of the 90-day limit", kAsOf},
    BrokerFact{"SoFi", Day(2026, 6, 4), 5, "help pages 46257256742541 and 46257432595085", kAsOf},
    BrokerFact{"Firstrade", Day(2026, 6, 4), 5, "help page 15364814", kAsOf},
};
// clang-format on

}  // namespace

std::span<const Fact> Facts() {
  return kFacts;
}
std::span<const BrokerFact> BrokerFacts() {
  return kBrokers;
}

}  // namespace bulwark::daytrade
