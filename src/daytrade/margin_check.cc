#include "daytrade/margin_check.h"

#include <algorithm>
#include <span>

#include "base/decimal.h"
#include "daytrade/account.h"
#include "daytrade/bounded.h"
#include "daytrade/policy.h"
#include "model/instrument.h"
#include "model/market_data.h"

namespace bulwark::daytrade {
namespace {

using base::Decimal;
using base::Rounding;

const Decimal kWhole = Percent(100);

Decimal HeldOf(std::span<const Holding> holdings, model::InstrumentId instrument) {
  Decimal held;
  for (const Holding& holding : holdings) {
    held = holding.instrument == instrument ? held + holding.quantity : held;
  }
  return held;
}

// The part of a trade that does not close what is held, with the sign of the trade.
Decimal OpeningPart(Decimal held, Decimal quantity) {
  const bool is_closing = (held.is_positive() && quantity.is_negative()) ||
                          (held.is_negative() && quantity.is_positive());
  if (!is_closing) {
    return quantity;
  }
  if (quantity.Abs() <= held.Abs()) {
    return {};
  }
  return quantity + held;
}

Decimal GrossOf(std::span<const Holding> holdings) {
  Decimal gross;
  for (const Holding& holding : holdings) {
    gross = Plus(gross, Times(holding.quantity.Abs(), holding.mark));
  }
  return gross;
}

struct Worst {
  Decimal level;
  Decimal gross;
  Decimal cash;
};

Worst AfterWorkingOrders(const Policy& policy, const Snapshot& snapshot,
                         std::span<const Holding> holdings, std::span<const Pending> pending) {
  Worst worst{.level = MarginLevel(policy, snapshot, holdings),
              .gross = GrossOf(holdings),
              .cash = snapshot.cash};
  for (const Pending& order : pending) {
    if (!order.is_opening) {
      continue;
    }
    const Decimal value = Times(order.quantity, order.worst_price, Rounding::kCeiling);
    const Decimal required =
        Requirement(policy, order.signed_quantity(), order.worst_price, order.terms);
    worst.level = Minus(worst.level, Plus(required, order.fees));
    worst.gross = Plus(worst.gross, value);
    worst.cash =
        order.side == model::Side::kBuy ? Minus(worst.cash, Plus(value, order.fees)) : worst.cash;
  }
  return worst;
}

Decimal Capacity(Decimal room, Decimal rate) {
  if (!room.is_positive() || !rate.is_positive()) {
    return {};
  }
  return Clamp(base::CheckedDiv(room, rate, Rounding::kDown).value_or(Decimal()));
}

// Per unit of value, whatever the side.
Decimal RateOf(const Policy& policy, Decimal opening, Decimal price, const MarginTerms& terms) {
  if (!price.is_positive()) {
    return kMost;
  }
  if (!opening.is_negative()) {
    return LongRate(policy, price, terms);
  }
  return base::CheckedDiv(ShortRequirementPerShare(policy, price, terms), price, Rounding::kCeiling)
      .value_or(kMost);
}

}  // namespace

Decimal LongRate(const Policy& policy, Decimal price, const MarginTerms& terms) {
  if (price < policy.rules.low_price || !terms.is_marginable) {
    return std::max(kWhole, terms.broker_rate.value_or(kWhole));
  }
  const Decimal of_fund = std::min(kWhole, Times(policy.rules.long_rate, terms.leverage_factor));
  return std::max({terms.broker_rate.value_or(Decimal()), policy.long_rate_floor, of_fund});
}

Decimal ShortRequirementPerShare(const Policy& policy, Decimal price, const MarginTerms& terms) {
  const RuleNumbers& rules = policy.rules;
  const bool is_low = price < rules.low_price;
  const Decimal share =
      Times(is_low ? rules.short_rate_low_price : rules.short_rate, price, Rounding::kCeiling);
  const Decimal least = is_low ? rules.short_per_share_low_price : rules.short_per_share;
  const Decimal by_rule = Times(std::max(share, least), terms.leverage_factor, Rounding::kCeiling);
  const Decimal by_broker = Times(terms.broker_rate.value_or(Decimal()), price, Rounding::kCeiling);
  return std::max(by_rule, by_broker);
}

Decimal Requirement(const Policy& policy, Decimal quantity, Decimal price,
                    const MarginTerms& terms) {
  if (quantity.is_negative()) {
    return Times(-quantity, ShortRequirementPerShare(policy, price, terms), Rounding::kCeiling);
  }
  return Times(Times(quantity, price, Rounding::kCeiling), LongRate(policy, price, terms),
               Rounding::kCeiling);
}

Decimal MarginLevel(const Policy& policy, const Snapshot& snapshot,
                    std::span<const Holding> holdings) {
  Decimal ours;
  for (const Holding& holding : holdings) {
    ours = Plus(ours, Requirement(policy, holding.quantity, holding.mark, holding.terms));
  }
  return Minus(Minus(snapshot.equity, snapshot.excluded_equity),
               std::max(ours, snapshot.maintenance));
}

MarginFigures MeasureMargin(const Policy& policy, const Snapshot& snapshot,
                            std::span<const Holding> holdings, std::span<const Pending> pending,
                            const Intent& intent) {
  MarginFigures figures;
  const Decimal held = HeldOf(holdings, intent.instrument);
  const Decimal opening = OpeningPart(held, intent.signed_quantity());
  const Decimal slip = intent.is_market ? policy.market_slip : Decimal();
  const Decimal rate = RateOf(policy, opening, intent.worst_price, intent.terms);
  const Decimal value = Times(opening.Abs(), intent.worst_price, Rounding::kCeiling);
  const Worst worst = AfterWorkingOrders(policy, snapshot, holdings, pending);

  figures.is_reducing_level = !opening.is_zero();
  figures.level = MarginLevel(policy, snapshot, holdings);
  figures.worst = worst.level;
  const Decimal required = Requirement(policy, opening, intent.worst_price, intent.terms);
  figures.after =
      Minus(worst.level, Plus(Plus(required, intent.fees), Times(value, slip, Rounding::kCeiling)));
  figures.buffer = std::max(policy.buffer_usd, Times(policy.buffer_share, snapshot.equity));
  figures.gross_after = Plus(worst.gross, value);
  const Decimal cash_after =
      intent.side == model::Side::kBuy ? Minus(worst.cash, Plus(value, intent.fees)) : worst.cash;
  figures.debit_after = std::max(Decimal(), -cash_after);
  figures.is_short_after = opening.is_negative();
  figures.capacity = Capacity(Minus(worst.level, figures.buffer), Plus(rate, slip));
  figures.gross_max = Times(policy.leverage_max, snapshot.equity, Rounding::kDown);
  figures.capacity_capped =
      std::min(figures.capacity, std::max(Decimal(), Minus(figures.gross_max, worst.gross)));
  return figures;
}

Decimal ToCutBeforeClose(Decimal multiple, Decimal equity, Decimal gross) {
  return std::max(Decimal(), Minus(gross, Times(multiple, std::max(Decimal(), equity))));
}

}  // namespace bulwark::daytrade
