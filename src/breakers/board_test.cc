// Goal: each circuit breaker trips beyond its limit and not at it, stays tripped until its rule
//       ends it, and what is unknown blocks or passes as its rule says.
// Method: a board under the test's hand; time is a variable.

#include "breakers/board.h"

#include <chrono>
#include <optional>
#include <string_view>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "breakers/breaker_rules.h"
#include "model/breaker.h"

namespace bulwark::breakers {
namespace {

using model::Breaker;
using model::BreakerState;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

base::Decimal D(std::string_view text) {
  return *base::Decimal::Parse(text);
}

// As the documents say.
Limits Documented() {
  return {.vix = D("35"),
          .data_age = seconds{300},
          .drawdown = D("10"),
          .daily_loss = D("3"),
          .drift = D("1"),
          .heartbeat_age = hours{48},
          .feed_outage = seconds{30},
          .losses = 5,
          .rejects = 4,
          .venue_errors = 10,
          .latency = seconds{2}};
}

class BoardTest : public testing::Test {
 protected:
  // Everything is known and well.
  void BeWell() {
    board_.SeeMarketData(now_);
    board_.SeeHeartbeat(now_, now_);
    board_.SeeDrift(D("0"), now_);
    board_.SeeEquity(D("100000"), D("0"), now_);
  }

  Changes Look() {
    const Changes changes = board_.Evaluate(now_);
    for (const Change& change : changes) {
      last_ = change;
    }
    return changes;
  }

  Changes After(base::Nanos span) {
    now_ += span;
    return Look();
  }

  // Time with prices, so that only what the test wants goes wrong.
  void Live(base::Nanos span) {
    for (const base::UnixNanos end = now_ + span; now_ < end;) {
      now_ += seconds{10};
      board_.SeeMarketData(now_);
      Look();
    }
  }

  void Equities(std::string_view equity, std::string_view day, int count) {
    for (int n = 0; n < count; ++n) {
      now_ += seconds{1};
      board_.SeeMarketData(now_);
      board_.SeeEquity(D(equity), D(day), now_);
      Look();
    }
  }

  [[nodiscard]] BreakerState StateOf(Breaker which) const {
    return board_.Views().at(model::IndexOf(which)).state;
  }
  [[nodiscard]] bool IsTripped(Breaker which) const {
    return StateOf(which) == BreakerState::kTripped;
  }

  base::UnixNanos now_{hours{24 * 365 * 30}};
  Board board_{Documented()};
  std::optional<Change> last_;
  Changes reset_;
};

TEST_F(BoardTest, BlocksUntilWhatMustBeKnownIsKnown) {
  Look();
  ASSERT_TRUE(board_.Blocking());
  EXPECT_EQ(board_.Blocking()->which, Breaker::kStaleData);
  EXPECT_EQ(board_.Blocking()->state, BreakerState::kUnknown);
  BeWell();
  EXPECT_EQ(Look().size(), 0U);
  EXPECT_FALSE(board_.Blocking());
  EXPECT_EQ(StateOf(Breaker::kVixSpike), BreakerState::kUnknown);
}

TEST_F(BoardTest, TripsOnAVixAboveTheLimitTwiceAndRecoversAfterAnHourBelow) {
  BeWell();
  board_.SeeVix(D("80"), now_);
  board_.SeeVix(D("80"), now_);  // The same reading again confirms nothing.
  EXPECT_EQ(After(seconds{1}).size(), 0U);
  board_.SeeVix(D("35"), now_);  // Exactly the limit is none too many.
  EXPECT_EQ(After(seconds{1}).size(), 0U);
  board_.SeeVix(D("35.1"), now_);
  EXPECT_EQ(After(seconds{1}).size(), 1U);
  ASSERT_TRUE(last_ && last_->is_tripped);
  EXPECT_EQ(last_->value, D("35.1"));
  EXPECT_EQ(last_->limit, D("35"));
  Live(hours{2});
  EXPECT_TRUE(IsTripped(Breaker::kVixSpike));  // The last reading stands.
  board_.SeeVix(D("20"), now_);
  Live(minutes{59});
  EXPECT_TRUE(IsTripped(Breaker::kVixSpike));
  Live(minutes{2});
  EXPECT_EQ(StateOf(Breaker::kVixSpike), BreakerState::kOk);
}

TEST_F(BoardTest, ForgetsAnOldVixWithoutEndingItsTrip) {
  BeWell();
  board_.SeeVix(D("40"), now_);
  board_.SeeVix(D("40"), now_ + seconds{1});
  After(seconds{2});
  After(hours{97});
  EXPECT_TRUE(IsTripped(Breaker::kVixSpike));
  EXPECT_EQ(board_.Reset(Breaker::kVixSpike, now_, reset_), ResetAnswer::kDone);
  EXPECT_EQ(StateOf(Breaker::kVixSpike), BreakerState::kUnknown);
}

TEST_F(BoardTest, TripsOnOldDataOnlyWhileASessionIsOpen) {
  BeWell();
  EXPECT_EQ(After(seconds{300}).size(), 0U);
  board_.SeeSession(false, now_);
  EXPECT_EQ(After(hours{12}).size(), 0U);
  board_.SeeSession(true, now_);
  EXPECT_EQ(After(seconds{300}).size(), 0U);  // Counted from the opening.
  EXPECT_EQ(After(milliseconds{1}).size(), 1U + (IsTripped(Breaker::kDeadMan) ? 1U : 0U));
  EXPECT_TRUE(IsTripped(Breaker::kStaleData));
  board_.SeeMarketData(now_);
  Live(seconds{50});
  EXPECT_TRUE(IsTripped(Breaker::kStaleData));
  Live(seconds{20});
  EXPECT_EQ(StateOf(Breaker::kStaleData), BreakerState::kOk);
}

TEST_F(BoardTest, TripsOnADrawdownThatLastsAndBeginsAnewAfterAReset) {
  BeWell();
  Equities("200000", "0", 3);
  EXPECT_EQ(board_.peak_equity(), D("200000"));
  Equities("180000", "0", 6);  // Exactly 10 %.
  EXPECT_FALSE(IsTripped(Breaker::kDrawdown));
  Equities("179999", "0", 2);
  Equities("180001", "0", 1);
  EXPECT_FALSE(IsTripped(Breaker::kDrawdown));
  Equities("179999", "0", 1);
  EXPECT_TRUE(IsTripped(Breaker::kDrawdown));
  Equities("200000", "0", 100);
  EXPECT_TRUE(IsTripped(Breaker::kDrawdown));  // Only a person ends it.
  Equities("150000", "0", 1);
  EXPECT_EQ(board_.Reset(Breaker::kDrawdown, now_, reset_), ResetAnswer::kDone);
  Equities("150000", "0", 9);
  EXPECT_FALSE(IsTripped(Breaker::kDrawdown));
  EXPECT_EQ(board_.peak_equity(), D("150000"));
}

TEST_F(BoardTest, MakesNoPeakOfASingleHighPrice) {
  BeWell();
  Equities("100000", "0", 3);
  Equities("900000", "0", 2);
  Equities("100000", "0", 5);
  EXPECT_EQ(board_.peak_equity(), D("100000"));
  EXPECT_FALSE(IsTripped(Breaker::kDrawdown));
}

TEST_F(BoardTest, TripsOnADaysLossAndIsNotResetWhileItLasts) {
  BeWell();
  Equities("97000", "-0.03", 6);
  EXPECT_FALSE(IsTripped(Breaker::kDailyLoss));
  Equities("96990", "-0.0301", 3);
  EXPECT_TRUE(IsTripped(Breaker::kDailyLoss));
  ASSERT_TRUE(last_);
  EXPECT_EQ(last_->value, D("-3.01"));
  EXPECT_EQ(last_->limit, D("-3"));
  EXPECT_EQ(board_.Reset(Breaker::kDailyLoss, now_, reset_), ResetAnswer::kCauseLasts);
  EXPECT_EQ(reset_.size(), 0U);
  Equities("96990", "0", 1);  // A new day.
  EXPECT_EQ(board_.Reset(Breaker::kDailyLoss, now_, reset_), ResetAnswer::kDone);
  EXPECT_FALSE(IsTripped(Breaker::kDailyLoss));
}

TEST_F(BoardTest, EndsADaysLossWithTheDayAndNotBefore) {
  BeWell();
  Equities("96000", "-0.04", 3);
  EXPECT_TRUE(IsTripped(Breaker::kDailyLoss));
  Equities("100000", "0", 5);
  EXPECT_TRUE(IsTripped(Breaker::kDailyLoss)) << "the loss is back, the day is not over";
  const base::UnixNanos tripped_at = now_;
  now_ = std::chrono::ceil<std::chrono::days>(now_) - seconds{1};
  Equities("96000", "-0.04", 2);  // The second one is of the new day, and still bad.
  EXPECT_TRUE(IsTripped(Breaker::kDailyLoss));
  Equities("96000", "0", 5);
  EXPECT_TRUE(IsTripped(Breaker::kDailyLoss)) << "bad on the new day, too";
  now_ = std::chrono::ceil<std::chrono::days>(now_);
  Equities("96000", "0", 1);
  EXPECT_FALSE(IsTripped(Breaker::kDailyLoss));

  Opening opening{.operator_seen_at = now_};
  opening.latched.at(model::IndexOf(Breaker::kDailyLoss)) = {.value = D("-4"), .at = tripped_at};
  board_ = Board(Documented(), opening);
  EXPECT_TRUE(IsTripped(Breaker::kDailyLoss)) << "of the day before, but nothing is measured yet";
  Equities("96000", "0", 1);
  EXPECT_FALSE(IsTripped(Breaker::kDailyLoss));
}

TEST_F(BoardTest, BlocksWhileEquityIsUnknown) {
  BeWell();
  Look();
  now_ += seconds{1};
  board_.SeeEquity(std::nullopt, std::nullopt, now_);
  Look();
  ASSERT_TRUE(board_.Blocking());
  EXPECT_EQ(board_.Blocking()->which, Breaker::kDrawdown);
  EXPECT_EQ(board_.Blocking()->state, BreakerState::kUnknown);
}

TEST_F(BoardTest, TripsOnADriftThatASecondComparisonConfirms) {
  BeWell();
  board_.SeeDrift(D("50"), now_);
  board_.SeeDrift(D("1"), now_);
  board_.SeeDrift(D("1.01"), now_);
  EXPECT_EQ(Look().size(), 0U);
  board_.SeeDrift(D("2"), now_);
  EXPECT_EQ(Look().size(), 1U);
  EXPECT_EQ(board_.Reset(Breaker::kReconciliation, now_, reset_), ResetAnswer::kCauseLasts);
  board_.SeeDrift(D("0"), now_);
  Live(hours{1});
  EXPECT_TRUE(IsTripped(Breaker::kReconciliation));
  EXPECT_EQ(board_.Reset(Breaker::kReconciliation, now_, reset_), ResetAnswer::kDone);
}

TEST_F(BoardTest, WarnsTheDeadManTwiceTripsAndIsEndedByASignOfLife) {
  BeWell();
  Live(hours{24});
  EXPECT_EQ(board_.dead_man_stage(), 0);
  Live(hours{1});
  EXPECT_EQ(board_.dead_man_stage(), 1);
  Live(hours{14});
  EXPECT_EQ(board_.dead_man_stage(), 2);
  Live(hours{9});
  EXPECT_FALSE(IsTripped(Breaker::kDeadMan));  // Exactly 48 hours.
  Live(seconds{10});
  EXPECT_TRUE(IsTripped(Breaker::kDeadMan));
  board_.SeeHeartbeat(now_ + hours{1}, now_);  // From the future: no sign of life.
  Look();
  EXPECT_TRUE(IsTripped(Breaker::kDeadMan));
  board_.SeeHeartbeat(now_, now_);
  EXPECT_EQ(Look().size(), 1U);
  EXPECT_TRUE(last_ && !last_->is_tripped && last_->is_by_operator);
  EXPECT_EQ(board_.dead_man_stage(), 0);
}

TEST_F(BoardTest, TripsWhenTheFeedStaysAway) {
  BeWell();
  board_.SeeFeed(false, now_);
  EXPECT_EQ(After(seconds{30}).size(), 0U);
  EXPECT_EQ(After(milliseconds{1}).size(), 1U);
  board_.SeeFeed(true, now_);
  EXPECT_EQ(After(seconds{9}).size(), 0U);
  EXPECT_EQ(After(seconds{1}).size(), 1U);
  EXPECT_FALSE(IsTripped(Breaker::kFeedDisconnected));
}

TEST_F(BoardTest, CountsLossesAndRejectsInARow) {
  BeWell();
  for (int n = 0; n < 4; ++n) {
    board_.SeeRoundTrip(D("-1"), now_);
  }
  board_.SeeRoundTrip(D("0"), now_);
  for (int n = 0; n < 3; ++n) {
    board_.SeeRoundTrip(D("-1"), now_);
    board_.SeeEntryAnswer(true, now_);
  }
  EXPECT_EQ(Look().size(), 0U);
  board_.SeeEntryAnswer(true, now_);
  board_.SeeRoundTrip(D("-1"), now_);
  board_.SeeRoundTrip(D("-1"), now_);
  EXPECT_EQ(Look().size(), 2U);
  EXPECT_EQ(board_.Reset(Breaker::kConsecutiveRejects, now_, reset_), ResetAnswer::kDone);
  EXPECT_EQ(board_.Reset(Breaker::kConsecutiveLosses, now_, reset_), ResetAnswer::kDone);
  board_.SeeRoundTrip(D("-1"), now_);
  EXPECT_EQ(Look().size(), 0U);
}

TEST_F(BoardTest, TripsOnErrorsAndSlownessOfTheVenueAndRecoversAfterFiveMinutes) {
  BeWell();
  for (int n = 0; n < 9; ++n) {
    board_.SeeVenueCall(true, now_);
    board_.SeeVenueCall(false, now_);
    board_.SeeLatency(n < 4 ? seconds{3} : seconds{2}, now_);
  }
  EXPECT_EQ(Look().size(), 0U);
  board_.SeeVenueCall(true, now_);
  board_.SeeLatency(milliseconds{2'001}, now_);
  EXPECT_EQ(Look().size(), 2U);
  EXPECT_TRUE(IsTripped(Breaker::kVenueErrors));
  EXPECT_TRUE(IsTripped(Breaker::kLatency));
  Live(minutes{4});
  EXPECT_TRUE(IsTripped(Breaker::kVenueErrors));
  Live(minutes{1});
  EXPECT_FALSE(IsTripped(Breaker::kVenueErrors));
  EXPECT_FALSE(IsTripped(Breaker::kLatency));
  board_.SeeVenueCall(true, now_);
  EXPECT_EQ(Look().size(), 0U);  // It counts from the beginning.
}

TEST_F(BoardTest, GoesOnTrippedAfterARestart) {
  Opening opening{.peak_equity = D("100000"), .operator_seen_at = now_};
  opening.latched.at(model::IndexOf(Breaker::kDrawdown)) = {.value = D("12"), .at = now_};
  opening.latched.at(model::IndexOf(Breaker::kLatency)) = {.value = D("5"), .at = now_};
  board_ = Board(Documented(), opening);
  EXPECT_TRUE(IsTripped(Breaker::kDrawdown));
  ASSERT_TRUE(board_.Blocking());
  EXPECT_EQ(board_.Blocking()->value, D("12"));
  EXPECT_EQ(Look().size(), 0U);
  EXPECT_EQ(board_.Reset(Breaker::kDrawdown, now_, reset_), ResetAnswer::kCauseLasts);
  Live(minutes{5});
  EXPECT_FALSE(IsTripped(Breaker::kLatency));
  EXPECT_TRUE(IsTripped(Breaker::kDrawdown));
}

TEST_F(BoardTest, JudgesNothingWithALimitOfZero) {
  Opening opening;
  opening.latched.at(model::IndexOf(Breaker::kDrawdown)) = {.value = D("12"), .at = now_};
  board_ = Board(Limits{}, opening);
  Equities("1", "-0.9", 10);
  board_.SeeRoundTrip(D("-1"), now_);
  EXPECT_EQ(After(hours{1'000}).size(), 0U);
  EXPECT_FALSE(board_.Blocking());
  EXPECT_TRUE(board_.Views().at(0).is_off);
  EXPECT_EQ(board_.dead_man_stage(), 0);
}

TEST_F(BoardTest, AnswersAResetOfWhatIsNotTripped) {
  BeWell();
  Look();
  EXPECT_EQ(board_.Reset(Breaker::kDrawdown, now_, reset_), ResetAnswer::kWasNotTripped);
}

TEST(DriftTest, IsAShareOfTheLargerSideAndFullWhereOneHasNothing) {
  EXPECT_EQ(DriftPercent(D("100"), D("99")), D("1"));
  EXPECT_EQ(DriftPercent(D("99"), D("100")), D("1"));
  EXPECT_EQ(DriftPercent(D("0"), D("0.001")), D("100"));
  EXPECT_EQ(DriftPercent(D("10"), D("-10")), D("200"));
  EXPECT_EQ(DriftPercent(D("0"), D("0")), D("0"));
}

TEST(BreakerNamesTest, AreFoundByBothWords) {
  for (const Rule& rule : AllRules()) {
    EXPECT_EQ(model::BreakerFromName(model::Name(rule.which)), rule.which);
    EXPECT_EQ(model::BreakerFromName(model::EventWord(rule.which)), rule.which);
  }
  EXPECT_EQ(model::BreakerFromName("fuse"), std::nullopt);
}

}  // namespace
}  // namespace bulwark::breakers
