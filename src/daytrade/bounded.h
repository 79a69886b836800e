// Sums and products that stop at the end of the range instead of stopping the process.
//
// Shape:   what is too large becomes kMost, with its sign: a requirement that cannot be computed is
//          then larger than any account, and an account never has less than -kMost. kMost leaves
//          room for a million additions.
// Errors:  none.
// Threads: any. Nothing allocates.

#pragma once

#include <algorithm>

#include "base/decimal.h"

namespace bulwark::daytrade {

inline constexpr base::Decimal kMost = base::Decimal::FromInt(40'000'000'000);

inline base::Decimal Clamp(base::Decimal value) {
  return std::clamp(value, -kMost, kMost);
}

inline base::Decimal Plus(base::Decimal a, base::Decimal b) {
  return Clamp(Clamp(a) + Clamp(b));
}
inline base::Decimal Minus(base::Decimal a, base::Decimal b) {
  return Clamp(Clamp(a) - Clamp(b));
}

inline base::Decimal Times(base::Decimal a, base::Decimal b,
                           base::Rounding rounding = base::Rounding::kHalfEven) {
  const auto product = base::CheckedMul(a, b, rounding);
  if (product) {
    return Clamp(*product);
  }
  return a.is_negative() == b.is_negative() ? kMost : -kMost;
}

}  // namespace bulwark::daytrade
