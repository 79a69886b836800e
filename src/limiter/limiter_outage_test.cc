// Goal: without Redis each process goes on with its own part and nothing more, returns by itself,
//       and before, during and after an outage no window holds more than it may.
// Method: a redis-server that is stopped and started again; the time is the test's.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/result.h"
#include "base/time.h"
#include "limiter/limiter.h"
#include "limiter/limiter_testing.h"
#include "limiter/limits.h"

namespace bulwark::limiter {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class LimiterOutageTest : public LimiterFixture {
 protected:
  static bool IsLocal(const base::Result<Answer>& answer) {
    const auto* permit = answer ? std::get_if<Permit>(&*answer) : nullptr;
    return permit != nullptr && permit->is_local;
  }
};

TEST_F(LimiterOutageTest, GoesOnWithItsOwnPartAndReturnsByItself) {
  auto limiter = Make("10/s; slots=2; share=40");
  for (int call = 0; call < 6; ++call) {
    EXPECT_TRUE(Grants(*limiter));
  }
  EXPECT_FALSE(Grants(*limiter)) << "two parts of two are set aside";

  StopServer();
  EXPECT_TRUE(IsLocal(limiter->TryAcquire({})));
  EXPECT_TRUE(limiter->is_redis_away());
  EXPECT_TRUE(IsLocal(limiter->TryAcquire({})));
  EXPECT_EQ(RefusalOf(limiter->TryAcquire({})).reason, Refusal::Reason::kAway);
  Pass(seconds{2});
  EXPECT_TRUE(IsLocal(limiter->TryAcquire({})));

  StartServer();
  Pass(seconds{2});
  EXPECT_TRUE(IsLocal(limiter->TryAcquire({}))) << "the others may still have to tell";
  Pass(seconds{10});
  const auto answer = limiter->TryAcquire({});
  EXPECT_FALSE(IsLocal(answer));
  EXPECT_TRUE(answer && std::holds_alternative<Permit>(*answer));
  EXPECT_EQ(limiter->stats().local, 4U);
  EXPECT_GE(limiter->stats().outages, 1U);
}

TEST_F(LimiterOutageTest, HasNoPartWithoutASlot) {
  auto first = Make("10/s; slots=1; share=40");
  auto second = Make("10/s; slots=1; share=40");
  EXPECT_TRUE(Grants(*first));
  EXPECT_TRUE(Grants(*second));

  StopServer();

  EXPECT_TRUE(IsLocal(first->TryAcquire({})));
  EXPECT_EQ(RefusalOf(second->TryAcquire({})).reason, Refusal::Reason::kAway);
}

TEST_F(LimiterOutageTest, GivesItsSlotBackOnlyWhenItsPartIsUnused) {
  Make("10/s; slots=1; share=40").reset();
  {
    auto limiter = Make("10/s; slots=1; share=40");
    EXPECT_TRUE(Grants(*limiter));
    EXPECT_EQ(Number({"ZCARD", "rate_limit:test:slots"}), 1);
  }

  EXPECT_EQ(Number({"ZCARD", "rate_limit:test:slots"}), 0);
}

TEST_F(LimiterOutageTest, WaitsForRedisWhenItHasNoPartOfItsOwn) {
  auto limiter = Make("5/min; share=0");
  EXPECT_TRUE(Grants(*limiter));
  StopServer();
  int pauses = 0;
  clock_.pass = [&](base::Nanos span) {
    Pass(span);
    if (++pauses == 5) {
      StartServer();
    }
  };

  const auto answer = limiter->Acquire({}, minutes{1});

  EXPECT_TRUE(answer && std::holds_alternative<Permit>(*answer));
  EXPECT_LT(pauses, 20) << "it tries once a second";
}

TEST_F(LimiterOutageTest, KeepsAClosureWithoutRedis) {
  auto limiter = Make("10/s; slots=2; share=40");
  EXPECT_TRUE(Grants(*limiter));
  StopServer();

  ASSERT_TRUE(limiter->Report429(seconds{30}));

  EXPECT_EQ(RefusalOf(limiter->TryAcquire({})).reason, Refusal::Reason::kAway);
  Pass(seconds{31});
  EXPECT_TRUE(IsLocal(limiter->TryAcquire({})));
}

TEST_F(LimiterOutageTest, NeverGrantsTooMuchAcrossOutages) {
  std::mt19937_64 random{7};
  const Limits limits = *ParseLimits("10/s,45/10s; slots=3; share=60");
  std::vector<std::unique_ptr<Limiter>> processes;
  processes.reserve(3);
  for (int at = 0; at < 3; ++at) {
    processes.push_back(Make(FormatLimits(limits)));
  }
  std::vector<std::pair<base::Nanos, std::uint32_t>> grants;
  bool is_up = true;
  std::size_t local = 0;
  for (int step = 0; step < 3'000; ++step) {
    SCOPED_TRACE(step);
    if (step % 400 == 399) {
      is_up ? StopServer() : StartServer();
      is_up = !is_up;
    }
    Pass(milliseconds{random() % 120});
    const auto answer = processes[random() % processes.size()]->TryAcquire({});
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    if (std::holds_alternative<Permit>(*answer)) {
      grants.emplace_back(clock_.now, 1U);
      local += IsLocal(answer) ? 1U : 0U;
    }
  }
  EXPECT_GT(local, 100U);
  EXPECT_GT(grants.size(), local + 100);
  for (const Window& window : limits.windows) {
    for (std::size_t first = 0; first + window.units < grants.size(); ++first) {
      ASSERT_GE(grants[first + window.units].first - grants[first].first, window.span) << first;
    }
  }
}

}  // namespace
}  // namespace bulwark::limiter
