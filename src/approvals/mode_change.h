// Which changes of the mode of autonomy are allowed, by what the program measured itself.
//
// Shape:   down is always allowed, up by one step at a time. What was not measured does not pass:
//          nobody's word replaces it.
// Errors:  WhyNotChange() answers the reasons against it; empty means it is allowed.
// Threads: pure; any.
// Source:  contract section 4.7, docs/approvals.md#changing-the-mode

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "model/autonomy.h"

namespace bulwark::approvals {

struct ChangeRules {
  std::int64_t days_to_bounded = 30;
  std::int64_t days_to_full = 90;
  base::Decimal sharpe_min = base::Decimal::FromRaw(50'000'000);  // 0.5.
  base::Decimal drawdown_max = base::Decimal::FromInt(10);        // Percent.
  base::Nanos drill_age_max{std::chrono::hours{24}};
};

// Of the time in the present mode.
struct Measures {
  std::int64_t days = 0;
  std::optional<base::Decimal> sharpe;        // Of daily returns, by the year.
  std::optional<base::Decimal> drawdown_pct;  // The deepest, of daily equity.
  bool are_breakers_tested = false;           // One tripped and ended.
  std::optional<base::Nanos> drill_age;       // Since the stops were last rehearsed.
};

// The word a person types for a change; empty when none is needed.
std::string_view WordFor(model::AutonomyMode from, model::AutonomyMode to);

struct ModeChange {
  model::AutonomyMode from = model::AutonomyMode::kPaperOnly;
  model::AutonomyMode to = model::AutonomyMode::kPaperOnly;
};
std::vector<std::string> WhyNotChange(const ModeChange& change, const Measures& measures,
                                      const ChangeRules& rules);

// Equity at the end of each day, oldest first. Empty with fewer than two returns, a return of a day
// that began with nothing, or returns that are all the same.
std::optional<base::Decimal> SharpeOf(const std::vector<base::Decimal>& equity);
// Empty without a day.
std::optional<base::Decimal> DrawdownOf(const std::vector<base::Decimal>& equity);

}  // namespace bulwark::approvals
