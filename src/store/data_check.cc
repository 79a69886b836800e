#include "store/data_check.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/time.h"
#include "calendar/day.h"
#include "calendar/exchange_calendar.h"
#include "store/rows.h"

namespace bulwark::store {
namespace {

using base::Decimal;
using base::Rounding;
using std::chrono::days;
using std::chrono::sys_days;

constexpr Decimal kJumpRatio = Decimal::FromRaw(140'000'000);  // 1.4

sys_days DayOf(const Bar& bar) {
  return std::chrono::floor<days>(bar.at);
}

// The larger price over the smaller one.
Decimal RatioOf(Decimal a, Decimal b) {
  return base::CheckedDiv(std::max(a, b), std::min(a, b), Rounding::kHalfEven)
      .value_or(Decimal::Max());
}

// The bar itself, whatever was before it.
void CheckBar(const Bar& bar, std::vector<Finding>& findings) {
  if (!IsBracketed(bar)) {
    findings.push_back(
        {.kind = FindingKind::kNotBracketed,
         .day = DayOf(bar),
         .text = fmt::format("open {} high {} low {} close {}", bar.open.ToString(),
                             bar.high.ToString(), bar.low.ToString(), bar.close.ToString())});
  }
  if (bar.volume && bar.volume->is_zero()) {
    findings.push_back(
        {.kind = FindingKind::kNoVolume, .day = DayOf(bar), .text = "the volume is 0"});
  }
}

// The product of the actions between two bars.
Decimal FactorBetween(const Bar& before, const Bar& after,
                      std::span<const CorporateAction> actions) {
  Decimal factor = Decimal::FromInt(1);
  for (const CorporateAction& action : actions) {
    if (action.through >= DayOf(before) && action.through < DayOf(after)) {
      factor = base::CheckedMul(factor, action.factor, Rounding::kHalfEven).value_or(factor);
    }
  }
  return factor;
}

void CheckJump(const Bar& before, const Bar& after, std::span<const CorporateAction> actions,
               std::vector<Finding>& findings) {
  if (RatioOf(before.close, after.close) <= kJumpRatio) {
    return;
  }
  const Decimal factor = FactorBetween(before, after, actions);
  const auto expected = base::CheckedMul(before.close, factor, Rounding::kHalfEven);
  const bool is_explained = factor != Decimal::FromInt(1) && expected && expected->is_positive() &&
                            RatioOf(*expected, after.close) <= kJumpRatio;
  std::string text =
      fmt::format("close {} after {}", after.close.ToString(), before.close.ToString());
  if (is_explained) {
    text += fmt::format(", by corporate actions of factor {}", factor.ToString());
  }
  findings.push_back({.kind = is_explained ? FindingKind::kExplainedJump : FindingKind::kJump,
                      .day = DayOf(after),
                      .text = text});
}

bool IsAdjusted(const Bar& bar) {
  return bar.adjusted_close && *bar.adjusted_close != bar.close;
}

// Whether the whole series is adjusted, as some vendors deliver it; then there is nothing odd.
bool IsAdjustedThroughout(std::span<const Bar> bars) {
  return std::ranges::count_if(bars, IsAdjusted) * 2 > std::ssize(bars);
}

void CheckGap(const Bar& before, const Bar& after, const calendar::ExchangeCalendar& calendar,
              std::vector<Finding>& findings) {
  Finding gap{.kind = FindingKind::kMissingSessions, .count = 0, .text = {}};
  sys_days last{};
  for (sys_days day = calendar.NextSession(DayOf(before)); day < DayOf(after);
       day = calendar.NextSession(day)) {
    gap.day = gap.count == 0 ? day : gap.day;
    last = day;
    ++gap.count;
  }
  if (gap.count > 0) {
    gap.text = gap.count == 1
                   ? "1 session"
                   : fmt::format("{} sessions up to {}", gap.count, base::FormatDate(last));
    findings.push_back(std::move(gap));
  }
}

}  // namespace

std::string_view NameOf(FindingKind kind) {
  switch (kind) {
    case FindingKind::kMissingSessions:
      return "missing sessions";
    case FindingKind::kNoSession:
      return "no session";
    case FindingKind::kNotBracketed:
      return "not bracketed";
    case FindingKind::kNoVolume:
      return "no volume";
    case FindingKind::kJump:
      return "jump";
    case FindingKind::kExplainedJump:
      return "explained jump";
    case FindingKind::kFuture:
      return "of the future";
    default:
      return "adjustment lag";
  }
}

std::vector<Finding> CheckDays(std::span<const Bar> bars, std::span<const CorporateAction> actions,
                               const calendar::ExchangeCalendar& calendar) {
  std::vector<Finding> findings;
  const bool has_lags = !IsAdjustedThroughout(bars);
  for (std::size_t at = 0; at < bars.size(); ++at) {
    const Bar& bar = bars[at];
    if (at > 0) {
      CheckGap(bars[at - 1], bar, calendar, findings);
      CheckJump(bars[at - 1], bar, actions, findings);
    }
    const calendar::Day day = calendar.DayOf(DayOf(bar));
    if (!day.is_session()) {
      findings.push_back(
          {.kind = FindingKind::kNoSession, .day = DayOf(bar), .text = std::string(day.reason)});
    }
    CheckBar(bar, findings);
    if (has_lags && at > 0 && IsAdjusted(bar) && IsAdjusted(bars[at - 1])) {
      findings.push_back({.kind = FindingKind::kAdjustmentLag,
                          .day = DayOf(bar),
                          .text = fmt::format("adjusted close {} of {}, as on the bar before",
                                              bar.adjusted_close.value_or(bar.close).ToString(),
                                              bar.close.ToString())});
    }
  }
  return findings;
}

std::vector<Finding> CheckMinutes(std::span<const Bar> bars) {
  std::vector<Finding> findings;
  for (std::size_t at = 0; at < bars.size(); ++at) {
    CheckBar(bars[at], findings);
    if (at > 0) {
      CheckJump(bars[at - 1], bars[at], {}, findings);
    }
  }
  return findings;
}

std::vector<Finding> CheckFuture(std::span<const Bar> bars, base::UnixNanos now) {
  std::vector<Finding> findings;
  for (const Bar& bar : bars) {
    if (bar.at > now) {
      findings.push_back({.kind = FindingKind::kFuture,
                          .day = DayOf(bar),
                          .text = "today is " + base::FormatDate(now)});
    }
  }
  return findings;
}

}  // namespace bulwark::store
