#include "daytrade/day_counter.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/decimal.h"
#include "daytrade/bounded.h"
#include "daytrade/policy.h"

namespace bulwark::daytrade {
namespace {

using base::Decimal;

bool HaveOtherSigns(Decimal a, Decimal b) {
  return (a.is_positive() && b.is_negative()) || (a.is_negative() && b.is_positive());
}

// `quantity` made smaller by `taken`, which has no sign.
Decimal Less(Decimal quantity, Decimal taken) {
  return quantity.is_negative() ? quantity + taken : quantity - taken;
}

}  // namespace

std::int32_t Counts::strict() const {
  return std::max({m1, m2, m3});
}

std::int32_t Counts::By(CountMethod method) const {
  switch (method) {
    case CountMethod::kM1:
      return m1;
    case CountMethod::kM2:
      return m2;
    case CountMethod::kM3:
      return m3;
    case CountMethod::kStrict:
      break;
  }
  return strict();
}

void DayCounter::Trade(Decimal quantity, Decimal cost) {
  if (quantity.is_zero()) {
    return;
  }
  const Decimal whole = quantity.Abs();
  quantity = MatchOvernight(MatchToday(quantity, true));
  if (!quantity.is_zero()) {
    const auto share = base::CheckedMulDiv(cost, quantity.Abs(), whole, base::Rounding::kCeiling);
    Open(quantity, share.value_or(kMost));
  }
}

void DayCounter::Accept(Decimal quantity, Decimal cost) {
  quantity = MatchToday(MatchOvernight(quantity), false);
  if (!quantity.is_zero()) {
    Open(quantity, cost);
  }
}

Decimal DayCounter::MatchOvernight(Decimal quantity) {
  if (!HaveOtherSigns(quantity, overnight_)) {
    return quantity;
  }
  const Decimal taken = std::min(quantity.Abs(), overnight_.Abs());
  overnight_ = Less(overnight_, taken);
  return Less(quantity, taken);
}

Decimal DayCounter::MatchToday(Decimal quantity, bool is_trade) {
  bool is_closing = false;
  while (lots_held_ > 0 && HaveOtherSigns(quantity, lots_.at(lots_held_ - 1).quantity)) {
    Lot& newest = lots_.at(lots_held_ - 1);
    const Decimal held = newest.quantity.Abs();
    const Decimal taken = std::min(quantity.Abs(), held);
    if (is_trade) {
      counts_.m1 += is_opening_ ? 1 : 0;
      counts_.m2 += newest.orders;
      newest.orders = 0;
      is_opening_ = false;
      is_closing = true;
    }
    quantity = Less(quantity, taken);
    if (taken == held) {
      --lots_held_;
      continue;
    }
    newest.cost = base::CheckedMulDiv(newest.cost, held - taken, held, base::Rounding::kCeiling)
                      .value_or(kMost);
    newest.quantity = Less(newest.quantity, taken);
  }
  counts_.m3 += is_closing ? 1 : 0;
  return quantity;
}

void DayCounter::Open(Decimal quantity, Decimal cost) {
  is_opening_ = true;
  opened_cost_ = Plus(opened_cost_, cost);
  if (lots_held_ == kLotsMax) {
    Lot& newest = lots_.at(lots_held_ - 1);
    newest.quantity += quantity;
    newest.cost = Plus(newest.cost, cost);
    ++newest.orders;
    return;
  }
  lots_.at(lots_held_) = Lot{.quantity = quantity, .cost = cost, .orders = 1};
  ++lots_held_;
}

void DayCounter::CloseToday() {
  Trade(-opened_today(), Decimal());
}

Decimal DayCounter::opened_today() const {
  Decimal sum;
  for (std::size_t index = 0; index < lots_held_; ++index) {
    sum += lots_.at(index).quantity;
  }
  return sum;
}

Decimal DayCounter::cost_of_today() const {
  Decimal sum;
  for (std::size_t index = 0; index < lots_held_; ++index) {
    sum = Plus(sum, lots_.at(index).cost);
  }
  return sum;
}

}  // namespace bulwark::daytrade
