#include "model/accounting.h"

#include <algorithm>

#include "base/decimal.h"
#include "base/ensure.h"
#include "model/fill.h"
#include "model/market_data.h"
#include "model/portfolio.h"

namespace bulwark::model {

FillEffect EffectOf(const Fill& fill, const Position& position) {
  ENSURE(fill.quantity.is_positive());
  const base::Decimal notional = fill.notional();
  const base::Decimal owned = position.owned();
  const bool is_buy = fill.side == Side::kBuy;
  const base::Decimal signed_quantity = is_buy ? fill.quantity : -fill.quantity;
  const base::Decimal signed_notional = is_buy ? notional : -notional;

  FillEffect effect;
  effect.cash = -signed_notional - fill.fee;
  effect.quantity = signed_quantity;
  effect.realised_pnl = -fill.fee;
  const bool reduces = (owned.is_positive() && !is_buy) || (owned.is_negative() && is_buy);
  if (!reduces) {
    effect.cost = signed_notional;
    return effect;
  }
  // The closed part gives back its share of the cost; what goes beyond flat opens anew at this
  // price.
  const base::Decimal closed = std::min(fill.quantity, owned.Abs());
  const base::Decimal cost_share =
      closed == owned.Abs()
          ? position.cost
          : base::MulDiv(position.cost, closed, owned.Abs(), base::Rounding::kHalfEven);
  const base::Decimal closed_notional =
      closed == fill.quantity
          ? signed_notional
          : base::MulDiv(signed_notional, closed, fill.quantity, base::Rounding::kHalfEven);
  effect.realised_pnl += -closed_notional - cost_share;
  effect.cost = (signed_notional - closed_notional) - cost_share;
  return effect;
}

FillEffect ApplyFill(const Fill& fill, Portfolio& portfolio) {
  Position& position = portfolio.at(fill.instrument);
  const FillEffect effect = EffectOf(fill, position);
  portfolio.cash += effect.cash;
  portfolio.realised_pnl += effect.realised_pnl;
  portfolio.fees_paid += fill.fee;
  position.quantity += effect.quantity;
  position.cost += effect.cost;
  position.realised_pnl += effect.realised_pnl;
  position.was_ever_held = true;
  return effect;
}

}  // namespace bulwark::model
