#include "sim/daytrade_policy_text.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/decimal.h"
#include "daytrade/policy.h"
#include "sim/scenario.h"

namespace bulwark::sim {
namespace {

using base::Decimal;
using daytrade::Policy;

const Complaint kDone = std::nullopt;

template <auto kField>
Complaint SetPolicy(daytrade::Policy& policy, std::string_view text) {
  using Field = std::remove_cvref_t<decltype(policy.*kField)>;
  if constexpr (std::is_same_v<Field, bool>) {
    policy.*kField = text == "yes";
    return text == "yes" || text == "no" ? kDone : Wrong("yes or no", text);
  } else {
    const auto number = Decimal::Parse(text);
    if (!number) {
      return Wrong("not a number", text);
    }
    if constexpr (std::is_same_v<Field, Decimal>) {
      policy.*kField = *number;
    } else {
      policy.*kField = static_cast<Field>(number->raw() / Decimal::kScale);
    }
    return kDone;
  }
}

Complaint SetRegime(daytrade::Policy& policy, std::string_view text) {
  const auto regime = daytrade::RegimeFromName(text);
  policy.regime = regime.value_or(policy.regime);
  return regime ? kDone : Wrong("no such regime", text);
}
Complaint SetMethod(daytrade::Policy& policy, std::string_view text) {
  const auto method = daytrade::CountMethodFromName(text);
  policy.count_method = method.value_or(policy.count_method);
  return method ? kDone : Wrong("no such method", text);
}
Complaint SetSameDay(daytrade::Policy& policy, std::string_view text) {
  policy.same_day = text == "union" ? daytrade::SameDay::kUnion : daytrade::SameDay::kTradeDate;
  return text == "union" || text == "trade_date" ? kDone : Wrong("union or trade_date", text);
}
Complaint SetBroker(daytrade::Policy& policy, std::string_view text) {
  policy.broker_state = text == "legacy"     ? daytrade::BrokerState::kLegacy
                        : text == "migrated" ? daytrade::BrokerState::kMigrated
                                             : daytrade::BrokerState::kUnknown;
  return kDone;
}
Complaint SetConfirmed(daytrade::Policy& policy, std::string_view text) {
  policy.confirmed_on = ParseDate(text);
  return policy.confirmed_on ? kDone : Wrong("not a date", text);
}
Complaint SetAccount(daytrade::Policy& policy, std::string_view text) {
  policy.account = text == "cash" ? daytrade::AccountType::kCash : daytrade::AccountType::kMargin;
  return text == "cash" || text == "margin" ? kDone : Wrong("cash or margin", text);
}
Complaint SetCureBasis(daytrade::Policy& policy, std::string_view text) {
  policy.cure_basis =
      text == "literal" ? daytrade::CureBasis::kLiteral : daytrade::CureBasis::kCustomerActions;
  return text == "literal" || text == "customer_actions" ? kDone : Wrong("no such basis", text);
}
Complaint SetSnapshotAge(daytrade::Policy& policy, std::string_view text) {
  const auto span = ParseSpan(text);
  policy.snapshot_age_max = span.value_or(policy.snapshot_age_max);
  return span ? kDone : Wrong("not a span of time", text);
}

struct PolicyField {
  std::string_view name;
  Complaint (*set)(daytrade::Policy& policy, std::string_view text);
};

constexpr std::array kPolicyFields = {
    PolicyField{"regime", SetRegime},
    PolicyField{"account", SetAccount},
    PolicyField{"broker", SetBroker},
    PolicyField{"confirmed_on", SetConfirmed},
    PolicyField{"recheck_days", SetPolicy<&Policy::recheck_days>},
    PolicyField{"also_check_margin", SetPolicy<&Policy::also_check_margin>},
    PolicyField{"max_day_trades", SetPolicy<&Policy::day_trades_max>},
    PolicyField{"cap_even_above_floor", SetPolicy<&Policy::cap_even_above_floor>},
    PolicyField{"headroom", SetPolicy<&Policy::floor_headroom>},
    PolicyField{"count_method", SetMethod},
    PolicyField{"same_day", SetSameDay},
    PolicyField{"cutoff_hour", SetPolicy<&Policy::trade_date_cutoff_hour>},
    PolicyField{"use_six_percent", SetPolicy<&Policy::use_six_percent>},
    PolicyField{"allow_hold_overnight", SetPolicy<&Policy::allow_hold_overnight>},
    PolicyField{"dtbp_use", SetPolicy<&Policy::buying_power_use>},
    PolicyField{"max_gross_leverage", SetPolicy<&Policy::leverage_max>},
    PolicyField{"overnight_multiple", SetPolicy<&Policy::overnight_multiple>},
    PolicyField{"buffer_usd", SetPolicy<&Policy::buffer_usd>},
    PolicyField{"buffer_share", SetPolicy<&Policy::buffer_share>},
    PolicyField{"long_rate_floor", SetPolicy<&Policy::long_rate_floor>},
    PolicyField{"min_equity_for_leverage", SetPolicy<&Policy::min_equity_for_leverage>},
    PolicyField{"market_slip", SetPolicy<&Policy::market_slip>},
    PolicyField{"allow_short", SetPolicy<&Policy::allow_short>},
    PolicyField{"allow_leveraged_funds", SetPolicy<&Policy::allow_leveraged_funds>},
    PolicyField{"cure_days", SetPolicy<&Policy::cure_days>},
    PolicyField{"broker_cure_days", SetPolicy<&Policy::broker_cure_days>},
    PolicyField{"lock_on_minor", SetPolicy<&Policy::lock_on_minor>},
    PolicyField{"cure_basis", SetCureBasis},
    PolicyField{"deficits_per_year", SetPolicy<&Policy::deficits_per_year_max>},
    PolicyField{"frozen_cash_buys", SetPolicy<&Policy::frozen_cash_buys>},
    PolicyField{"snapshot_ttl", SetSnapshotAge},
};

}  // namespace

Complaint Wrong(std::string_view what, std::string_view text) {
  return std::string(what) + ": '" + std::string(text) + "'";
}

std::optional<daytrade::Date> ParseDate(std::string_view text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  if (std::sscanf(std::string(text).c_str(), "%4d-%2u-%2u", &year, &month, &day) != 3) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{day}};
  return date.ok() ? std::optional(daytrade::Date{date}) : std::nullopt;
}

Complaint SetPolicyField(daytrade::Policy& policy, std::string_view name, std::string_view text) {
  const auto* const field = std::find_if(kPolicyFields.begin(), kPolicyFields.end(),
                                         [&](const PolicyField& row) { return row.name == name; });
  return field == kPolicyFields.end() ? Wrong("no such setting", name) : field->set(policy, text);
}

}  // namespace bulwark::sim
