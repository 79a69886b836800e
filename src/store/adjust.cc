#include "store/adjust.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "store/rows.h"

namespace bulwark::store {
namespace {

using base::Decimal;
using base::Rounding;

constexpr Decimal kOne = Decimal::FromInt(1);

// What the actions after one day come to.
struct Factors {
  Decimal price = kOne;
  Decimal split = kOne;
};

bool Take(Factors& factors, const CorporateAction& action) {
  const auto price = base::CheckedMul(factors.price, action.factor, Rounding::kHalfEven);
  const auto split = action.kind == ActionKind::kSplit
                         ? base::CheckedMul(factors.split, action.factor, Rounding::kHalfEven)
                         : std::optional(factors.split);
  if (!price || !split || !price->is_positive() || !split->is_positive()) {
    return false;
  }
  factors = {.price = *price, .split = *split};
  return true;
}

bool Apply(const Factors& factors, Bar& bar) {
  for (Decimal Bar::* const price : std::array{&Bar::open, &Bar::high, &Bar::low, &Bar::close}) {
    const auto scaled = base::CheckedMul(bar.*price, factors.price, Rounding::kHalfEven);
    if (!scaled) {
      return false;
    }
    bar.*price = *scaled;
  }
  if (bar.volume) {
    bar.volume = base::CheckedDiv(*bar.volume, factors.split, Rounding::kHalfEven);
    if (!bar.volume) {
      return false;
    }
  }
  bar.adjusted_close = bar.close;
  return true;
}

}  // namespace

base::Result<std::vector<Bar>> Adjusted(std::span<const Bar> bars,
                                        std::span<const CorporateAction> actions) {
  std::vector<CorporateAction> latest_first(actions.begin(), actions.end());
  std::ranges::sort(latest_first, std::greater{}, &CorporateAction::through);
  std::vector<Bar> adjusted(bars.begin(), bars.end());
  Factors factors;
  auto next = latest_first.begin();
  for (auto bar = adjusted.rbegin(); bar != adjusted.rend(); ++bar) {
    const auto day = std::chrono::floor<std::chrono::days>(bar->at);
    bool is_sound = true;
    for (; is_sound && next != latest_first.end() && next->through >= day; ++next) {
      is_sound = Take(factors, *next);
    }
    if (!is_sound || !Apply(factors, *bar)) {
      return base::Fail(base::ErrorCode::kCorrupt,
                        "the corporate actions after " + base::FormatDate(bar->at) +
                            " cannot be applied: a factor or a price is out of range");
    }
  }
  return adjusted;
}

}  // namespace bulwark::store
