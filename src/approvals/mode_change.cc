#include "approvals/mode_change.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "model/autonomy.h"

namespace bulwark::approvals {
namespace {

using base::Decimal;
using model::AutonomyMode;

constexpr double kDaysOfTheYear = 365;

void AgainstFigures(const Measures& measures, const ChangeRules& rules,
                    std::vector<std::string>& reasons) {
  if (!measures.sharpe) {
    reasons.emplace_back("the Sharpe ratio is not known yet");
  } else if (*measures.sharpe < rules.sharpe_min) {
    reasons.push_back("Sharpe ratio " + measures.sharpe->ToString() + ", at least " +
                      rules.sharpe_min.ToString() + " is needed");
  }
  if (!measures.drawdown_pct) {
    reasons.emplace_back("the drawdown is not known yet");
  } else if (*measures.drawdown_pct > rules.drawdown_max) {
    reasons.push_back("drawdown " + measures.drawdown_pct->ToString() + " %, at most " +
                      rules.drawdown_max.ToString() + " % is allowed");
  }
}

void AgainstDays(std::int64_t days, std::int64_t needed, std::vector<std::string>& reasons) {
  if (days < needed) {
    reasons.push_back(std::to_string(days) + " days in this mode, at least " +
                      std::to_string(needed) + " are needed");
  }
}

}  // namespace

std::string_view WordFor(AutonomyMode from, AutonomyMode to) {
  return to > from ? Name(to) : std::string_view();
}

std::vector<std::string> WhyNotChange(const ModeChange& change, const Measures& measures,
                                      const ChangeRules& rules) {
  if (change.to == change.from) {
    return {"the mode is " + std::string(Name(change.to)) + " already"};
  }
  if (change.to < change.from) {
    return {};
  }
  const auto next = static_cast<AutonomyMode>(static_cast<int>(change.from) + 1);
  if (change.to != next) {
    return {"no step is left out: the next mode is " + std::string(Name(next))};
  }
  std::vector<std::string> reasons;
  if (next == AutonomyMode::kBoundedAutonomous) {
    AgainstDays(measures.days, rules.days_to_bounded, reasons);
    AgainstFigures(measures, rules, reasons);
  }
  if (next == AutonomyMode::kFullAutonomous) {
    AgainstDays(measures.days, rules.days_to_full, reasons);
    AgainstFigures(measures, rules, reasons);
    if (!measures.are_breakers_tested) {
      reasons.emplace_back("no circuit breaker has tripped and ended in this mode");
    }
    if (!measures.drill_age || *measures.drill_age > rules.drill_age_max) {
      reasons.emplace_back("the stops were not rehearsed lately: run `bulwark drill kill`");
    }
  }
  return reasons;
}

std::optional<Decimal> SharpeOf(const std::vector<Decimal>& equity) {
  std::vector<double> returns;
  for (std::size_t at = 1; at < equity.size(); ++at) {
    if (!equity.at(at - 1).is_positive()) {
      return std::nullopt;
    }
    returns.push_back(equity.at(at).ToDouble() / equity.at(at - 1).ToDouble() - 1);
  }
  if (returns.size() < 2) {
    return std::nullopt;
  }
  const auto count = static_cast<double>(returns.size());
  double mean = 0;
  for (const double value : returns) {
    mean += value / count;
  }
  double variance = 0;
  for (const double value : returns) {
    variance += (value - mean) * (value - mean) / (count - 1);
  }
  if (variance <= 0) {
    return std::nullopt;
  }
  return Decimal::FromDouble(mean / std::sqrt(variance) * std::sqrt(kDaysOfTheYear));
}

std::optional<Decimal> DrawdownOf(const std::vector<Decimal>& equity) {
  if (equity.empty()) {
    return std::nullopt;
  }
  Decimal peak = equity.front();
  Decimal deepest;
  for (const Decimal value : equity) {
    peak = std::max(peak, value);
    if (!peak.is_positive()) {
      return std::nullopt;
    }
    deepest = std::max(deepest, base::MulDiv(peak - value, Decimal::FromInt(100), peak,
                                             base::Rounding::kHalfEven));
  }
  return deepest;
}

}  // namespace bulwark::approvals
