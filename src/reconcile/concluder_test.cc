// Goal: a difference is waited for, asked about, and then concluded or raised, within its budgets.
// Method: one difference at a time, with a clock moved by hand.

#include "reconcile/concluder.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/time.h"
#include "model/instrument.h"
#include "model/venue_report.h"
#include "reconcile/difference.h"
#include "reconcile/judge.h"
#include "reconcile/reconcile_testing.h"

namespace bulwark::reconcile {
namespace {

using std::chrono::seconds;
using testing_support::CashDrift;
using testing_support::D;
using testing_support::Found;
using testing_support::kStart;
using testing_support::NotFound;
using testing_support::NotWorking;
using testing_support::OwnId;

class ConcluderTest : public testing::Test {
 protected:
  void Observe(const std::vector<Difference>& found, seconds at, bool is_quiet = false) {
    concluder_.Observe(found, {.is_quiet = is_quiet}, kStart + at, steps_);
  }
  void Answer(const OrderAnswer& answer, seconds at) {
    concluder_.OnAnswer(answer, kStart + at, steps_);
  }
  // How many steps of a kind came since the last call of TakeSteps().
  template <class What>
  [[nodiscard]] std::size_t Count() const {
    std::size_t count = 0;
    for (const Step& step : steps_) {
      count += std::holds_alternative<What>(step) ? 1U : 0U;
    }
    return count;
  }
  Steps TakeSteps() { return std::exchange(steps_, {}); }

  Concluder concluder_{ConcluderLimits{}};
  Steps steps_;
};

TEST_F(ConcluderTest, WaitsBeforeItAsks) {
  Observe({NotWorking(1)}, seconds{0});
  EXPECT_TRUE(steps_.empty());
  EXPECT_EQ(concluder_.blocking(), 0U);

  Observe({NotWorking(1)}, seconds{2});

  ASSERT_EQ(Count<AskOrder>(), 1U);
  EXPECT_EQ(std::get<AskOrder>(steps_[0]).order_id, OwnId(1));
  EXPECT_EQ(concluder_.blocking(), 1U);
}

TEST_F(ConcluderTest, AsksAtOnceWhenNothingCanBeOnItsWay) {
  Observe({NotWorking(1)}, seconds{0}, /*is_quiet=*/true);

  EXPECT_EQ(Count<AskOrder>(), 1U);
}

TEST_F(ConcluderTest, ForgetsWhatVanishesByItself) {
  Observe({NotWorking(1)}, seconds{0});
  Observe({}, seconds{1});
  Observe({NotWorking(1)}, seconds{2});

  EXPECT_TRUE(steps_.empty());
}

TEST_F(ConcluderTest, ConcludesWithAProofAndForgetsOnceTheBooksFollow) {
  Observe({NotWorking(1)}, seconds{0}, true);
  TakeSteps();
  Answer(NotFound(1, true), seconds{1});

  ASSERT_EQ(Count<Conclude>(), 1U);
  EXPECT_TRUE(std::holds_alternative<model::OrderNotSent>(std::get<Conclude>(steps_[0]).report));
  TakeSteps();
  Observe({}, seconds{2});
  EXPECT_TRUE(steps_.empty());
  EXPECT_EQ(concluder_.blocking(), 0U);
}

TEST_F(ConcluderTest, RaisesAConclusionThatDidNotHelp) {
  Observe({NotWorking(1)}, seconds{0}, true);
  Answer(NotFound(1, true), seconds{1});
  TakeSteps();
  Observe({NotWorking(1)}, seconds{2});
  EXPECT_TRUE(steps_.empty());

  Observe({NotWorking(1)}, seconds{3});

  EXPECT_EQ(Count<Raise>(), 1U);
  EXPECT_EQ(Count<AskOrder>(), 0U);
}

TEST_F(ConcluderTest, AsksAgainAfterNoAnswerWithGrowingPauses) {
  Observe({NotWorking(1)}, seconds{0}, true);
  std::vector<long> asked;
  for (int at = 1; at <= 20; ++at) {
    if (Count<AskOrder>() > 0) {
      asked.push_back(at - 1);
      concluder_.OnNoAnswer(OwnId(1));
    }
    TakeSteps();
    concluder_.OnTime(kStart + seconds{at}, steps_);
  }

  EXPECT_EQ(asked, (std::vector<long>{0, 1, 3, 7, 15}));
}

TEST_F(ConcluderTest, NeverConcludesFromSilenceButRaisesIt) {
  Observe({NotWorking(1)}, seconds{0}, true);
  for (int at = 1; at <= 60; ++at) {
    Answer(NotFound(1, /*is_definitive=*/false), seconds{at});
    concluder_.OnNoAnswer(OwnId(1));
    concluder_.OnTime(kStart + seconds{at}, steps_);
  }

  EXPECT_EQ(Count<Conclude>(), 0U);
  EXPECT_EQ(Count<Raise>(), 1U);
  EXPECT_EQ(concluder_.raised().size(), 1U);
}

TEST_F(ConcluderTest, BringsMissingFillsBeforeItEndsAnOrder) {
  Observe({NotWorking(1, true)}, seconds{0}, true);
  TakeSteps();
  Answer(Found(1, OrderLife::kFilled, "2"), seconds{0});
  EXPECT_EQ(Count<AskFills>(), 1U);
  EXPECT_EQ(Count<Conclude>(), 0U);
  Difference known = NotWorking(1, true);
  known.ours = D("2");
  Observe({known}, seconds{1});
  Answer(Found(1, OrderLife::kFilled, "2"), seconds{1});

  EXPECT_EQ(Count<Conclude>(), 1U);
}

TEST_F(ConcluderTest, RaisesABalanceOnlyWhenItWasSeenTwiceTheSame) {
  Observe({CashDrift("990")}, seconds{0});
  Observe({CashDrift("980")}, seconds{3});
  EXPECT_TRUE(steps_.empty());

  Observe({CashDrift("980")}, seconds{4});

  ASSERT_EQ(Count<Raise>(), 1U);
  EXPECT_EQ(std::get<Raise>(steps_[0]).difference.delta(), D("-20"));
}

TEST_F(ConcluderTest, KeepsABalanceThatNobodyCouldJudgeWhileAFillIsOnItsWay) {
  Observe({CashDrift("990")}, seconds{0});
  Observe({CashDrift("990")}, seconds{3});
  ASSERT_EQ(Count<Raise>(), 1U);

  concluder_.Observe(std::vector<Difference>{}, {.are_fills_equal = false}, kStart + seconds{4},
                     steps_);
  EXPECT_EQ(Count<Clear>(), 0U);
  EXPECT_EQ(concluder_.blocking(), 1U);
  EXPECT_FALSE(concluder_.raised().at(0).is_current);

  Observe({}, seconds{5});
  EXPECT_EQ(Count<Clear>(), 1U);
  EXPECT_EQ(concluder_.blocking(), 0U);
}

TEST_F(ConcluderTest, RaisesADriftThatStaysWhileTradesAndThePriceGoOn) {
  const auto drift = [](const char* ours, const char* venue, const char* price) {
    return Difference{.kind = Kind::kPositionDrift,
                      .symbol = model::Symbol("BTC/USDT"),
                      .ours = D(ours),
                      .venue = D(venue),
                      .price = D(price)};
  };
  Observe({drift("1", "1.25", "60000")}, seconds{0}, true);
  Observe({drift("2", "2.25", "60001")}, seconds{1});

  EXPECT_EQ(Count<Raise>(), 1U);
}

TEST_F(ConcluderTest, RaisesABalanceAnewWhenItMovesAndClearsItWhenItIsGone) {
  Observe({CashDrift("980")}, seconds{0}, true);
  Observe({CashDrift("980")}, seconds{1});
  TakeSteps();
  Observe({CashDrift("970")}, seconds{2});
  Observe({CashDrift("970")}, seconds{3});
  EXPECT_EQ(Count<Clear>(), 1U);
  EXPECT_EQ(Count<Raise>(), 1U);
  TakeSteps();

  Observe({}, seconds{4});

  EXPECT_EQ(Count<Clear>(), 1U);
  EXPECT_EQ(concluder_.blocking(), 0U);
}

TEST_F(ConcluderTest, ShowsAForeignOrderWithoutStoppingEntries) {
  const Difference foreign{.kind = Kind::kForeignOrder, .order_id = OwnId(9)};
  Observe({foreign}, seconds{0}, true);
  Observe({foreign}, seconds{1});

  EXPECT_EQ(Count<Raise>(), 1U);
  EXPECT_EQ(concluder_.blocking(), 0U);
}

TEST_F(ConcluderTest, CancelsAnOrderOfOursThatTheBooksDoNotHaveUntilItIsGone) {
  const Difference lost{.kind = Kind::kUnjournaledOrder, .order_id = OwnId(9)};
  Observe({lost}, seconds{0}, true);
  Observe({lost}, seconds{1});
  EXPECT_EQ(Count<CancelAtVenue>(), 2U);
  EXPECT_EQ(concluder_.blocking(), 1U);

  Observe({}, seconds{2});
  EXPECT_EQ(concluder_.blocking(), 0U);
}

TEST_F(ConcluderTest, KeepsToItsQuestionsPerMinute) {
  Concluder concluder({.age_max = std::chrono::hours{1}, .asks_per_minute = 5});
  std::vector<Difference> many;
  for (std::uint64_t number = 1; number <= 100; ++number) {
    many.push_back(NotWorking(number));
  }
  concluder.Observe(many, {.is_quiet = true}, kStart, steps_);
  EXPECT_EQ(Count<AskOrder>(), 5U);

  for (int at = 1; at <= 60; ++at) {
    concluder.OnTime(kStart + seconds{at}, steps_);
  }
  EXPECT_EQ(Count<AskOrder>(), 10U);
}

TEST_F(ConcluderTest, TakesMoreDifferencesThanItHoldsLater) {
  Concluder concluder({.cases_max = 2});
  concluder.Observe(std::vector{NotWorking(1), NotWorking(2), NotWorking(3)}, {.is_quiet = true},
                    kStart, steps_);
  EXPECT_EQ(concluder.size(), 2U);

  concluder.Observe(std::vector{NotWorking(3)}, {.is_quiet = true}, kStart + seconds{1}, steps_);
  EXPECT_EQ(concluder.size(), 1U);
}

}  // namespace
}  // namespace bulwark::reconcile
