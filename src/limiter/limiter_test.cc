// Goal: a limiter on a real Redis grants what is allowed and no more, keeps priorities, learns from
//       429, tells when to come back, and goes on with its own part when Redis is away.
// Method: a private redis-server per test; the script's time is a key that the test sets, and a
//       clock that moves it when a limiter waits, so that nothing here takes time.

#include "limiter/limiter.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/result.h"
#include "base/time.h"
#include "limiter/limiter_testing.h"
#include "limiter/limits.h"

namespace bulwark::limiter {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

class LimiterTest : public LimiterFixture {};

TEST_F(LimiterTest, GrantsTheWindowAndSaysWhenTheNextUnitIsFree) {
  auto limiter = Make("5/min");
  for (int call = 0; call < 5; ++call) {
    EXPECT_TRUE(Grants(*limiter));
    Pass(seconds{1});
  }

  const Refusal refusal = RefusalOf(limiter->TryAcquire({}));

  EXPECT_EQ(refusal.reason, Refusal::Reason::kWindow);
  // The first was granted five seconds ago; a window is a tenth longer here, at most a second.
  EXPECT_EQ(refusal.retry_after, seconds{56});
  Pass(seconds{56});
  EXPECT_TRUE(Grants(*limiter));
  EXPECT_FALSE(Grants(*limiter));
}

TEST_F(LimiterTest, KeepsAllWindowsAtOnce) {
  auto limiter = Make("2/s,3/min,4/h; share=0");

  EXPECT_TRUE(Grants(*limiter));
  EXPECT_TRUE(Grants(*limiter));
  EXPECT_FALSE(Grants(*limiter));
  Pass(seconds{2});
  EXPECT_TRUE(Grants(*limiter));
  EXPECT_FALSE(Grants(*limiter));
  Pass(minutes{2});
  EXPECT_TRUE(Grants(*limiter));
  EXPECT_GT(RefusalOf(limiter->TryAcquire({})).retry_after, minutes{50});
}

TEST_F(LimiterTest, ShowsTheDocumentedPair) {
  auto limiter = Make("5/min,25/day");
  EXPECT_TRUE(Grants(*limiter));
  EXPECT_TRUE(Grants(*limiter, {.weight = 2}));

  EXPECT_EQ(Text({"GET", "rate_limit:test:tokens"}), "2.000000");
  EXPECT_EQ(Text({"GET", "rate_limit:test:last_refill"}), "1773309600.125000");
  EXPECT_EQ(Text({"GET", "rate_limit:test:limits"}), "default 5/min,25/day");
  // It refills as documented: a twelfth of a unit a second.
  Pass(seconds{12});
  EXPECT_TRUE(Grants(*limiter));
  EXPECT_EQ(Text({"GET", "rate_limit:test:tokens"}), "2.000000");
}

TEST_F(LimiterTest, CountsWhatAPlainBucketClientTook) {
  auto limiter = Make("5/min");
  EXPECT_TRUE(Grants(*limiter));
  // As the document has it: read, refill, take two, write both.
  Do({"MSET", "rate_limit:test:tokens", "2.5", "rate_limit:test:last_refill", "1773309606.125"});
  Pass(seconds{6});

  EXPECT_TRUE(Grants(*limiter));
  EXPECT_TRUE(Grants(*limiter));
  EXPECT_FALSE(Grants(*limiter));
  EXPECT_EQ(limiter->stats().healed, 1U);
}

TEST_F(LimiterTest, TakesOverABucketThatHasNoLog) {
  Do({"MSET", "rate_limit:test:tokens", "1.5", "rate_limit:test:last_refill", "1773309600.125"});
  auto limiter = Make("5/min");

  EXPECT_TRUE(Grants(*limiter));
  EXPECT_FALSE(Grants(*limiter));
}

TEST_F(LimiterTest, CountsAnUnreadablePairAsAnEmptyBucketAndHealsIt) {
  for (const std::string_view bad : {"many", "nan", "inf", "", "1,5", "0x10", "-1e300"}) {
    SCOPED_TRACE(bad);
    Do({"DEL", "rate_limit:test:log"});
    Do({"MSET", "rate_limit:test:tokens", bad, "rate_limit:test:last_refill", "1773309600.125"});
    auto limiter = Make("5/min");

    EXPECT_FALSE(Grants(*limiter));
    EXPECT_EQ(Text({"GET", "rate_limit:test:tokens"}), "0.000000");
    Pass(seconds{61});
    EXPECT_TRUE(Grants(*limiter));
  }
}

TEST_F(LimiterTest, WritesAMissingPairAgainFromTheLog) {
  auto limiter = Make("5/min");
  EXPECT_TRUE(Grants(*limiter, {.weight = 4}));
  Do({"DEL", "rate_limit:test:tokens", "rate_limit:test:last_refill"});

  EXPECT_TRUE(Grants(*limiter));
  EXPECT_FALSE(Grants(*limiter));
  EXPECT_EQ(Text({"GET", "rate_limit:test:tokens"}), "0.000000");
}

TEST_F(LimiterTest, CountsAnUnreadableLogAsAllWindowsUsed) {
  Do({"ZADD", "rate_limit:test:log", "7", "seven"});
  auto limiter = Make("5/min,25/h");

  EXPECT_GT(RefusalOf(limiter->TryAcquire({})).retry_after, minutes{59});
  Pass(minutes{61});
  EXPECT_TRUE(Grants(*limiter));
}

TEST_F(LimiterTest, GrantsNothingOnAKeyOfTheWrongTypeAndNamesIt) {
  for (const std::string key : {"tokens", "last_refill", "log", "waiting", "closed", "limits"}) {
    SCOPED_TRACE(key);
    const std::string name = "rate_limit:test:" + key;
    Do({"DEL", name});
    Do({"RPUSH", name, "x"});
    auto limiter = Make("5/min");

    const auto answer = limiter->TryAcquire({});

    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, base::ErrorCode::kCorrupt);
    EXPECT_THAT(answer.error().message, HasSubstr(name));
    EXPECT_EQ(Text({"TYPE", name}), "list") << "what is not ours stays";
    Do({"DEL", name});
  }
}

TEST_F(LimiterTest, CountsAgainWhatTheServerForgot) {
  auto limiter = Make("5/min");
  EXPECT_TRUE(Grants(*limiter, {.weight = 3}));
  const std::string kept = Text({"ZRANGE", "rate_limit:test:log", "0", "0"});
  EXPECT_TRUE(Grants(*limiter, {.weight = 2}));
  Pass(seconds{30});
  // The end of the append-only file is gone.
  Do({"DEL", "rate_limit:test:log", "rate_limit:test:tokens", "rate_limit:test:last_refill"});
  Do({"ZADD", "rate_limit:test:log", "3", kept});

  EXPECT_FALSE(Grants(*limiter));
  Pass(seconds{31});  // The three are a minute old, the two count as used now.
  EXPECT_TRUE(Grants(*limiter, {.weight = 3}));
  EXPECT_FALSE(Grants(*limiter));
}

TEST_F(LimiterTest, CountsTheFutureAsNowWhenTheServersClockGoesBack) {
  auto limiter = Make("5/min");
  EXPECT_TRUE(Grants(*limiter, {.weight = 3}));
  PassServerOnly(-minutes{60});

  EXPECT_TRUE(Grants(*limiter, {.weight = 2}));
  EXPECT_EQ(RefusalOf(limiter->TryAcquire({})).retry_after, seconds{61});
  Pass(seconds{61});
  EXPECT_TRUE(Grants(*limiter, {.weight = 5}));
}

TEST_F(LimiterTest, ClosesForEverybodyAfterA429) {
  auto limiter = Make("5/min");
  auto other = Make("5/min");
  EXPECT_TRUE(Grants(*limiter));

  ASSERT_TRUE(limiter->Report429(seconds{90}));

  EXPECT_EQ(RefusalOf(other->TryAcquire({.priority = Priority::kCancel})).reason,
            Refusal::Reason::kClosed);
  EXPECT_EQ(RefusalOf(other->TryAcquire({})).retry_after, seconds{90});
  Pass(seconds{90});
  EXPECT_TRUE(Grants(*other));
}

TEST_F(LimiterTest, DoublesTheTimeWhenTheServerDoesNotSayHowLong) {
  auto limiter = Make("10/s");
  for (const base::Nanos expected : {seconds{1}, seconds{2}, seconds{4}}) {
    ASSERT_TRUE(limiter->Report429(std::nullopt));
    ASSERT_TRUE(limiter->Report429(std::nullopt)) << "of the same burst";
    EXPECT_EQ(RefusalOf(limiter->TryAcquire({})).retry_after, expected);
    Pass(expected);
    EXPECT_TRUE(Grants(*limiter));
  }
  Pass(minutes{15});  // Long enough to forget.
  ASSERT_TRUE(limiter->Report429(std::nullopt, 418));
  EXPECT_EQ(RefusalOf(limiter->TryAcquire({})).retry_after, minutes{2});
}

TEST_F(LimiterTest, ClosesForASecondAtLeastWhenTheServerNamesNoTimeToCome) {
  // "Retry-After: 0", or a date that is past by our clock.
  auto limiter = Make("5/min");
  ASSERT_TRUE(limiter->Report429(base::Nanos::zero()));
  const Refusal refusal = RefusalOf(limiter->TryAcquire({}));
  EXPECT_EQ(refusal.reason, Refusal::Reason::kClosed);
  EXPECT_EQ(refusal.retry_after, seconds{1});
}

TEST_F(LimiterTest, WaitsInTheQueueAndComesBackWhenItIsItsTurn) {
  auto limiter = Make("5/min");
  EXPECT_TRUE(Grants(*limiter, {.weight = 5}));
  const base::Nanos start = clock_.MonotonicNow();

  const auto answer = limiter->Acquire({}, minutes{2});

  ASSERT_TRUE(answer && std::holds_alternative<Permit>(*answer));
  EXPECT_EQ(clock_.MonotonicNow() - start, seconds{61});
  EXPECT_LE(limiter->stats().questions, 15U) << "it looks every five seconds, and when it is time";
  EXPECT_EQ(Number({"ZCARD", "rate_limit:test:waiting"}), 0);
}

TEST_F(LimiterTest, RefusesAtOnceWhatTheWaitCannotReach) {
  auto limiter = Make("5/min");
  EXPECT_TRUE(Grants(*limiter, {.weight = 5}));
  const base::Nanos start = clock_.MonotonicNow();

  const Refusal refusal = RefusalOf(limiter->Acquire({}, seconds{30}));

  EXPECT_EQ(refusal.retry_after, seconds{61});
  EXPECT_EQ(clock_.MonotonicNow(), start);
  EXPECT_EQ(Number({"ZCARD", "rate_limit:test:waiting"}), 0);
}

TEST_F(LimiterTest, LeavesTheQueueWhenToldToStop) {
  bool is_stopped = false;
  auto limiter = Make("5/min", [&](LimiterOptions& options) {
    options.is_stopped = [&] { return std::exchange(is_stopped, true); };
  });
  EXPECT_TRUE(Grants(*limiter, {.weight = 5}));

  EXPECT_EQ(RefusalOf(limiter->Acquire({}, minutes{5})).reason, Refusal::Reason::kStopped);
  EXPECT_EQ(Number({"ZCARD", "rate_limit:test:waiting"}), 0);
}

TEST_F(LimiterTest, RefusesAWeightThatNoWindowEverAllows) {
  auto limiter = Make("10/s; reserve=10,10,20");

  EXPECT_EQ(limiter->TryAcquire({.weight = 7}).error().code, base::ErrorCode::kInvalidArgument);
  EXPECT_THAT(limiter->TryAcquire({.weight = 0}).error().message, HasSubstr("not in 1..6"));
  EXPECT_TRUE(Grants(*limiter, {.priority = Priority::kCancel, .weight = 10}));
}

TEST_F(LimiterTest, DropsAPermitWhoseAnswerCameTooLate) {
  auto limiter = Make("5/min");
  clock_.advance_per_look = milliseconds{1'100};  // A machine that does not come round to us.

  const auto answer = limiter->Acquire({}, seconds{10});
  clock_.advance_per_look = base::Nanos::zero();

  ASSERT_TRUE(answer.has_value());
  EXPECT_GT(limiter->stats().late, 0U);
  EXPECT_EQ(limiter->stats().granted, 0U);
}

TEST_F(LimiterTest, TakesOverLimitsThatAnOperatorSet) {
  auto limiter = Make("5/min");
  EXPECT_TRUE(Grants(*limiter));
  Do({"SET", "rate_limit:test:limits", "set 2/min"});

  EXPECT_EQ(FormatLimits(limiter->limits()), "5/min");
  EXPECT_TRUE(Grants(*limiter));
  EXPECT_FALSE(Grants(*limiter));
  EXPECT_EQ(FormatLimits(limiter->limits()), "2/min");
  Do({"DEL", "rate_limit:test:limits"});
  EXPECT_TRUE(Grants(*limiter));
  EXPECT_EQ(FormatLimits(limiter->limits()), "5/min");
}

TEST_F(LimiterTest, GrantsNothingUnderLimitsThatItCannotRead) {
  auto limiter = Make("5/min");
  for (const std::string_view bad : {"set many", "set 05/min", "5/min", "set "}) {
    Do({"SET", "rate_limit:test:limits", bad});
    const auto answer = limiter->TryAcquire({});

    ASSERT_FALSE(answer.has_value()) << bad;
    EXPECT_THAT(answer.error().message, HasSubstr("rate_limit:test:limits"));
  }
}

TEST_F(LimiterTest, AddsItsCountersInRedis) {
  {
    auto limiter = Make("5/min");
    EXPECT_TRUE(Grants(*limiter, {.weight = 5}));
    EXPECT_FALSE(Grants(*limiter));
  }

  EXPECT_EQ(Text({"ZSCORE", "rate_limit:test:counters", "granted"}), "5");
  EXPECT_EQ(Text({"ZSCORE", "rate_limit:test:counters", "refused"}), "1");
}

}  // namespace
}  // namespace bulwark::limiter
