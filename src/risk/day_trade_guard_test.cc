// Goal: each reason of the day-trade guard becomes its code with its numbers for an entry, and no
//       reason ever holds back what reduces.
// Method: one judgement each, made by hand; how they come about is src/daytrade's to test.

#include "risk/day_trade_guard.h"

#include <array>
#include <cstddef>
#include <optional>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "daytrade/guard.h"
#include "model/denial.h"
#include "risk/guard_input.h"
#include "risk/risk_testing.h"

namespace bulwark::risk {
namespace {

using base::Decimal;
using daytrade::Reason;
using daytrade::Verdict;
using model::DenialCode;

daytrade::Decision Blocked(Reason reason) {
  daytrade::Decision decision;
  decision.verdict = Verdict::kBlock;
  decision.reasons.at(static_cast<std::size_t>(reason)) = true;
  decision.pattern = {.used = 1, .reserved = 1, .own_exit = 1, .limit = 2};
  decision.pattern.exposure = Decimal::FromInt(12);
  decision.pattern.buying_power = Decimal::FromInt(11);
  decision.margin.after = Decimal::FromInt(3);
  decision.margin.buffer = Decimal::FromInt(4);
  decision.margin.gross_after = Decimal::FromInt(6);
  decision.margin.gross_max = Decimal::FromInt(5);
  return decision;
}

class DayTradeGuardTest : public testing_support::GoodWorld {
 protected:
  risk::Verdict Ask(const daytrade::Decision* decision, bool reduce_only = false) {
    order_.reduce_only = reduce_only;
    GuardInput input = Input();
    input.day_trade = decision;
    return DayTradeGuard().Check(input);
  }
};

TEST_F(DayTradeGuardTest, LetsPassWhatTheRulesAreNotAbout) {
  EXPECT_EQ(Ask(nullptr), std::nullopt);
}

TEST_F(DayTradeGuardTest, LetsPassWhatIsAllowed) {
  const daytrade::Decision decision;
  EXPECT_EQ(Ask(&decision), std::nullopt);
}

TEST_F(DayTradeGuardTest, EachReasonHasItsCode) {
  struct Case {
    Reason reason;
    DenialCode code;
  };
  constexpr std::array kCases = {
      Case{Reason::kSnapshotMissing, DenialCode::kDayTradeAccountUnknown},
      Case{Reason::kOpenDeficit, DenialCode::kDayTradeDeficit},
      Case{Reason::kCountIncomplete, DenialCode::kDayTradeBooksDiffer},
      Case{Reason::kNoExitBudget, DenialCode::kDayTradeLimit},
      Case{Reason::kBuyingPower, DenialCode::kDayTradeBuyingPower},
      Case{Reason::kMarginBuffer, DenialCode::kDayTradeMargin},
      Case{Reason::kLeverage, DenialCode::kDayTradeLeverage},
      Case{Reason::kBelowMinimumEquity, DenialCode::kDayTradeMinimumEquity},
      Case{Reason::kOutsideHours, DenialCode::kMarketClosed},
      Case{Reason::kFreeRiding, DenialCode::kDayTradeUnsettled}};
  for (const Case& one : kCases) {
    SCOPED_TRACE(daytrade::ReasonName(one.reason));
    const daytrade::Decision decision = Blocked(one.reason);
    const auto denial = Ask(&decision);
    ASSERT_TRUE(denial.has_value());
    EXPECT_EQ(denial->code, one.code);
    EXPECT_EQ(Ask(&decision, true), std::nullopt);
  }
}

TEST_F(DayTradeGuardTest, SaysTheCountAndTheLimit) {
  const daytrade::Decision decision = Blocked(Reason::kNoExitBudget);
  EXPECT_EQ(Ask(&decision), (model::Denial{.code = DenialCode::kDayTradeLimit,
                                           .value = Decimal::FromInt(3),
                                           .limit = Decimal::FromInt(2)}));
}

TEST_F(DayTradeGuardTest, SaysWhatIsLeftAndWhatMustBe) {
  const daytrade::Decision buffer = Blocked(Reason::kMarginBuffer);
  EXPECT_EQ(Ask(&buffer), (model::Denial{.code = DenialCode::kDayTradeMargin,
                                         .value = Decimal::FromInt(3),
                                         .limit = Decimal::FromInt(4)}));
  const daytrade::Decision leverage = Blocked(Reason::kLeverage);
  EXPECT_EQ(Ask(&leverage), (model::Denial{.code = DenialCode::kDayTradeLeverage,
                                           .value = Decimal::FromInt(6),
                                           .limit = Decimal::FromInt(5)}));
  const daytrade::Decision power = Blocked(Reason::kBuyingPower);
  EXPECT_EQ(Ask(&power), (model::Denial{.code = DenialCode::kDayTradeBuyingPower,
                                        .value = Decimal::FromInt(12),
                                        .limit = Decimal::FromInt(11)}));
}

TEST_F(DayTradeGuardTest, WhatNeedsAPersonIsNotSentWithoutOne) {
  daytrade::Decision decision = Blocked(Reason::kNoExitBudget);
  decision.verdict = Verdict::kNeedsApproval;
  EXPECT_TRUE(Ask(&decision).has_value());
}

}  // namespace
}  // namespace bulwark::risk
