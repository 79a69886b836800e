#include "daytrade/policy.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/decimal.h"
#include "base/time.h"

namespace bulwark::daytrade {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::array kRegimes = {"auto"sv, "pdt"sv, "intraday_margin"sv, "both"sv, "cash"sv};
constexpr std::array kMethods = {"strict"sv, "m1"sv, "m2"sv, "m3"sv};

template <class Enum, std::size_t N>
std::optional<Enum> FromName(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t index = 0; index < N; ++index) {
    if (names.at(index) == name) {
      return static_cast<Enum>(index);
    }
  }
  return std::nullopt;
}

}  // namespace

Policy OrdinaryPolicy() {
  Policy policy;
  policy.name = "ordinary";
  policy.recheck_days = 90;
  policy.day_trades_max = 3;
  policy.cap_even_above_floor = false;
  policy.floor_headroom = Percent(102);
  policy.count_method = CountMethod::kM1;
  policy.same_day = SameDay::kTradeDate;
  policy.allow_hold_overnight = true;
  policy.buying_power_use = Percent(90);
  policy.leverage_max = Dollars(2);
  policy.overnight_multiple = Percent(180);
  policy.buffer_usd = Dollars(100);
  policy.buffer_share = Percent(5);
  policy.long_rate_floor = Percent(25);
  policy.min_equity_for_leverage = Dollars(2'000);
  policy.allow_short = true;
  policy.allow_leveraged_funds = true;
  policy.cure_days = 2;
  policy.lock_on_minor = false;
  policy.cure_basis = CureBasis::kLiteral;
  policy.deficits_per_year_max = 3;
  policy.frozen_cash_buys = true;
  policy.snapshot_age_max = std::chrono::seconds{30};
  policy.quiet_after_open = base::Nanos{0};
  policy.quiet_before_close = policy.quiet_before_half_close = std::chrono::minutes{5};
  return policy;
}

Regime EffectiveRegime(const Policy& policy, Date today) {
  if (policy.account == AccountType::kCash) {
    return Regime::kCash;
  }
  if (policy.regime != Regime::kAuto) {
    return policy.regime;
  }
  const bool is_known = policy.confirmed_on && *policy.confirmed_on <= today &&
                        today - *policy.confirmed_on <= std::chrono::days{policy.recheck_days};
  if (!is_known || policy.broker_state == BrokerState::kUnknown) {
    return Regime::kBoth;
  }
  if (policy.broker_state == BrokerState::kMigrated) {
    return Regime::kIntradayMargin;
  }
  return policy.also_check_margin ? Regime::kBoth : Regime::kPdt;
}

bool IsLegacyOutdated(const Policy& policy, Date today) {
  return policy.broker_state == BrokerState::kLegacy && today > policy.rules.phase_in_ends_on;
}

std::string_view Name(Regime value) {
  return kRegimes.at(static_cast<std::size_t>(value));
}
std::string_view Name(CountMethod value) {
  return kMethods.at(static_cast<std::size_t>(value));
}

std::optional<Regime> RegimeFromName(std::string_view name) {
  return FromName<Regime>(kRegimes, name);
}
std::optional<CountMethod> CountMethodFromName(std::string_view name) {
  return FromName<CountMethod>(kMethods, name);
}

}  // namespace bulwark::daytrade
