// Goal: people are told the truth about a limit, also about a damaged one, and can change and drain
//       it.
// Method: a limiter on a private redis-server whose time the test sets; for what reads the real
//       time, limits so wide that it does not matter.

#include "limiter/limit_status.h"

#include <chrono>
#include <memory>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/result.h"
#include "limiter/limiter.h"
#include "limiter/limiter_scripts.h"
#include "limiter/limiter_testing.h"

namespace bulwark::limiter {
namespace {

using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;

class LimitStatusTest : public LimiterFixture {
 protected:
  // One whose time is the server's own, as `limit status` reads it.
  std::unique_ptr<Limiter> MakeReal(std::string_view limits) {
    return Make(limits, [](LimiterOptions& options) { options.server_time = kServerTime; });
  }
  LimitStatus Read() {
    auto status = ReadLimitStatus(*connection_, "test");
    EXPECT_TRUE(status.has_value()) << status.error().message;
    return status ? *status : LimitStatus{};
  }
};

TEST_F(LimitStatusTest, TellsWhatIsUsedAndLeft) {
  auto limiter = MakeReal("100/day,40/h");
  EXPECT_TRUE(Grants(*limiter, {.weight = 3}));
  EXPECT_TRUE(Grants(*limiter, {.weight = 4}));

  const LimitStatus status = Read();

  EXPECT_EQ(status.limits, "default 100/day,40/h");
  ASSERT_EQ(status.windows.size(), 2U);
  EXPECT_EQ(status.windows[0].used, 7U);
  EXPECT_EQ(status.windows[0].shared, 80U);
  EXPECT_EQ(status.windows[1].used, 7U);
  EXPECT_NEAR(status.tokens.value_or(0), 73, 0.1);
  EXPECT_EQ(status.slots, 1U);
  EXPECT_THAT(status.problems, testing::IsEmpty());
  EXPECT_THAT(*ListLimits(*connection_), ElementsAre("test"));
}

TEST_F(LimitStatusTest, TellsOfAClosure) {
  auto limiter = MakeReal("100/day");
  ASSERT_TRUE(limiter->Report429(minutes{10}));

  const LimitStatus status = Read();

  EXPECT_GT(status.closed_for, minutes{9});
  EXPECT_LE(status.closed_for, minutes{10});
  EXPECT_THAT(status.counters, testing::Contains(testing::Pair("throttled", 1U)));
}

TEST_F(LimitStatusTest, NamesWhatIsDamagedAndTellsTheRest) {
  Do({"SET", "rate_limit:test:limits", "set 5/min"});
  Do({"SET", "rate_limit:test:tokens", "many"});
  Do({"SET", "rate_limit:test:last_refill", "1"});
  Do({"ZADD", "rate_limit:test:log", "1", "x"});
  Do({"RPUSH", "rate_limit:test:waiting", "x"});
  Do({"SET", "rate_limit:test:closed", "[]"});

  const LimitStatus status = Read();

  EXPECT_EQ(status.windows.size(), 1U);
  EXPECT_THAT(status.problems,
              ElementsAre(HasSubstr("test:log: holds 'x'"), HasSubstr("test:tokens: is no number"),
                          HasSubstr("test:waiting: WRONGTYPE"), HasSubstr("test:closed: is no")));
}

TEST_F(LimitStatusTest, SetsLimitsForAllAndGivesThemBack) {
  auto limiter = Make("5/min");
  EXPECT_TRUE(Grants(*limiter));

  ASSERT_TRUE(SetLimits(*connection_, "test", " 2 / min"));
  EXPECT_TRUE(Grants(*limiter));
  EXPECT_FALSE(Grants(*limiter));
  ASSERT_TRUE(SetLimits(*connection_, "test", "default"));
  EXPECT_TRUE(Grants(*limiter));

  EXPECT_EQ(SetLimits(*connection_, "test", "2/fortnight").error().code,
            base::ErrorCode::kInvalidArgument);
  EXPECT_EQ(Read().limits, "default 5/min");
}

TEST_F(LimitStatusTest, DrainTakesAllThatIsLeft) {
  auto limiter = MakeReal("5/h");
  EXPECT_TRUE(Grants(*limiter));

  EXPECT_THAT(*Drain(*connection_, "test"), testing::IsEmpty());

  EXPECT_FALSE(Grants(*limiter));
  EXPECT_EQ(Read().windows.front().used, 5U);
}

TEST_F(LimitStatusTest, DrainReplacesWhatCannotBeRead) {
  Do({"RPUSH", "rate_limit:test:log", "x"});
  Do({"SET", "rate_limit:test:limits", "nonsense"});
  auto limiter = MakeReal("5/h");
  EXPECT_FALSE(limiter->TryAcquire({}).has_value());

  const auto replaced = Drain(*connection_, "test");

  ASSERT_TRUE(replaced.has_value());
  EXPECT_THAT(*replaced, ElementsAre("a list at rate_limit:test:log",
                                     "an unreadable text at rate_limit:test:limits"));
  EXPECT_TRUE(limiter->TryAcquire({}).has_value());
}

}  // namespace
}  // namespace bulwark::limiter
