#include "risk/day_trade_guard.h"

#include <optional>

#include "base/decimal.h"
#include "daytrade/guard.h"
#include "daytrade/pattern_check.h"
#include "model/denial.h"
#include "risk/guard_input.h"

namespace bulwark::risk {
namespace {

using base::Decimal;
using daytrade::Reason;
using model::Denial;
using model::DenialCode;

Denial CountDenial(const daytrade::PatternFigures& figures) {
  return {.code = DenialCode::kDayTradeLimit,
          .value = Decimal::FromInt(figures.used + figures.reserved + figures.own_exit),
          .limit = Decimal::FromInt(figures.limit)};
}

Denial MarginDenial(const daytrade::Decision& decision, Reason reason) {
  if (reason == Reason::kMarginBuffer) {
    return {.code = DenialCode::kDayTradeMargin,
            .value = decision.margin.after,
            .limit = decision.margin.buffer};
  }
  return {.code = DenialCode::kDayTradeLeverage,
          .value = decision.margin.gross_after,
          .limit = decision.margin.gross_max};
}

Denial DenialOf(const daytrade::Decision& decision, Reason reason) {
  switch (daytrade::RuleOf(reason)) {
    case 4:
      return {.code = DenialCode::kDayTradeDeficit, .value = decision.margin.level};
    case 5:
      return {.code = DenialCode::kDayTradeBooksDiffer};
    case 6:
      return CountDenial(decision.pattern);
    case 8:
      return {.code = DenialCode::kDayTradeBuyingPower,
              .value = decision.pattern.exposure,
              .limit = decision.pattern.buying_power};
    case 9:
      return MarginDenial(decision, reason);
    case 10:
      return {.code = DenialCode::kDayTradeMinimumEquity, .value = decision.margin.debit_after};
    case 11:
      return {.code = DenialCode::kMarketClosed};
    case 13:
      return {.code = DenialCode::kDayTradeUnsettled};
    default:
      return {.code = DenialCode::kDayTradeAccountUnknown};
  }
}

}  // namespace

Verdict DayTradeGuard::Check(const GuardInput& input) const {
  if (input.day_trade == nullptr || input.order.reduce_only || input.day_trade->is_allowed()) {
    return std::nullopt;
  }
  const std::optional<Reason> reason = input.day_trade->first_reason();
  return DenialOf(*input.day_trade, reason.value_or(Reason::kSnapshotMissing));
}

}  // namespace bulwark::risk
