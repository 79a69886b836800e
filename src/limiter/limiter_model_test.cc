// Goal: the script agrees with a naive model, serves the queue in order and by priority, starves
//       nobody whom it should not, and needs few questions for that.
// Method: random calls against a model that remembers everything; then a simulated crowd of waiting
//       callers, each asking when it was told to, in a time that the test moves.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/time.h"
#include "limiter/limiter.h"
#include "limiter/limiter_testing.h"
#include "limiter/limits.h"
#include "limiter/shared_budget.h"

namespace bulwark::limiter {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr base::Nanos kSlack = milliseconds{100};

struct Use {
  base::Nanos at{};
  std::uint32_t units = 0;
};

std::uint32_t UsedSince(const std::vector<Use>& uses, base::Nanos from) {
  std::uint32_t used = 0;
  for (const Use& use : uses) {
    used += use.at > from ? use.units : 0;
  }
  return used;
}

class LimiterModelTest : public LimiterFixture {
 protected:
  // A caller who waits.
  struct Waiter {
    Priority priority = Priority::kData;
    base::Nanos comes_at{};
    std::string ticket;
    std::size_t questions = 0;
    std::optional<base::Nanos> granted_at;
  };

  SharedBudget Budget(std::string_view limits) {
    return SharedBudget({.name = "test",
                         .who = "crowd",
                         .limits = *ParseLimits(limits),
                         .slack = kSlack,
                         .waiters_max = 200,
                         .time = kTestTime});
  }

  void AskOnce(SharedBudget& budget, Waiter& waiter) {
    const auto answer =
        budget.Ask(*connection_, {.priority = waiter.priority, .patience = std::chrono::hours{10}},
                   waiter.ticket);
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    ++waiter.questions;
    if (std::holds_alternative<Granted>(*answer)) {
      waiter.granted_at = clock_.now;
      return;
    }
    const auto* place = std::get_if<Appointment>(&*answer);
    ASSERT_NE(place, nullptr);
    waiter.ticket = place->ticket;
    waiter.comes_at = clock_.now + place->after;
  }

  // Everybody comes when he was told to, until all were served or `until` is over.
  void Simulate(SharedBudget& budget, std::vector<Waiter>& crowd, base::Nanos until) {
    for (;;) {
      Waiter* next = nullptr;
      for (Waiter& waiter : crowd) {
        const bool is_next = next == nullptr || waiter.comes_at < next->comes_at;
        next = !waiter.granted_at && is_next ? &waiter : next;
      }
      if (next == nullptr || next->comes_at > until) {
        return;
      }
      Pass(std::max(base::Nanos::zero(), next->comes_at - clock_.now));
      AskOnce(budget, *next);
    }
  }
};

TEST_F(LimiterModelTest, AgreesWithAModelThatRemembersEverything) {
  std::mt19937_64 random{20261122};  // Fixed, so a failure repeats; the trace names the step.
  const Limits limits = *ParseLimits("4/s,11/10s,30/min; share=0; reserve=10,20,20");
  std::vector<std::unique_ptr<Limiter>> processes;
  processes.reserve(3);
  for (int at = 0; at < 3; ++at) {
    processes.push_back(Make(FormatLimits(limits)));
  }
  std::vector<Use> model;
  int granted = 0;
  for (int step = 0; step < 1'500; ++step) {
    SCOPED_TRACE(step);
    Pass(milliseconds{random() % 700});
    const Call call{.priority = static_cast<Priority>(random() % kPriorities),
                    .weight = static_cast<std::uint32_t>(1 + random() % 2)};
    const bool is_allowed = std::ranges::all_of(limits.windows, [&](const Window& window) {
      return UsedSince(model, clock_.now - window.span - kSlack) + call.weight <=
             limits.UnitsFor(window, call.priority);
    });

    ASSERT_EQ(Grants(*processes[random() % processes.size()], call), is_allowed);
    if (is_allowed) {
      model.push_back({.at = clock_.now, .units = call.weight});
      ++granted;
    }
  }
  EXPECT_GT(granted, 150);
  EXPECT_LE(Number({"ZCARD", "rate_limit:test:log"}), 30) << "the log is bounded";
}

TEST_F(LimiterModelTest, ServesFirstComeFirstServedByAppointment) {
  SharedBudget budget = Budget("5/min; share=0");
  std::vector<Waiter> crowd(17);
  for (std::size_t at = 0; at < crowd.size(); ++at) {
    crowd[at].comes_at = clock_.now + milliseconds{at};
  }
  const base::Nanos start = clock_.now;

  Simulate(budget, crowd, start + minutes{10});

  for (std::size_t at = 1; at < crowd.size(); ++at) {
    ASSERT_TRUE(crowd[at].granted_at.has_value());
    EXPECT_LE(*crowd[at - 1].granted_at, *crowd[at].granted_at);
  }
  EXPECT_LT(*crowd.back().granted_at - start, seconds{181 + 1}) << "no unit was wasted";
  for (const Waiter& waiter : crowd) {
    const auto waited = std::chrono::duration_cast<seconds>(*waiter.granted_at - start);
    EXPECT_LE(waiter.questions, 3 + static_cast<std::size_t>(waited / seconds{5}));
  }
}

TEST_F(LimiterModelTest, LetsACancelOvertakeACrowdOfData) {
  SharedBudget budget = Budget("10/s; share=0");
  std::vector<Waiter> crowd(60);
  for (Waiter& waiter : crowd) {
    waiter.comes_at = clock_.now;
  }
  crowd.push_back({.priority = Priority::kCancel, .comes_at = clock_.now + milliseconds{500}});
  crowd.push_back({.priority = Priority::kExit, .comes_at = clock_.now + milliseconds{500}});
  const base::Nanos start = clock_.now;

  Simulate(budget, crowd, start + minutes{1});

  // The first ten of the data were first; then the cancel and the exit, before fifty others.
  EXPECT_LE(*crowd[60].granted_at - start, seconds{1} + kSlack);
  EXPECT_LE(*crowd[61].granted_at - start, seconds{1} + kSlack);
  EXPECT_TRUE(
      std::ranges::all_of(crowd, [](const Waiter& each) { return each.granted_at.has_value(); }));
}

TEST_F(LimiterModelTest, KeepsCapacityForThoseWhoseCallsMatterMore) {
  auto limiter = Make("10/s; share=0; reserve=20,10,10");
  const auto grants_of = [&](Priority priority) {
    int granted = 0;
    while (Grants(*limiter, {.priority = priority})) {
      ++granted;
    }
    return granted;
  };

  EXPECT_EQ(grants_of(Priority::kData), 6);
  EXPECT_EQ(grants_of(Priority::kEntry), 1);
  EXPECT_EQ(grants_of(Priority::kExit), 1);
  EXPECT_EQ(grants_of(Priority::kCancel), 2);
}

TEST_F(LimiterModelTest, DoesNotLetEntriesStarveData) {
  SharedBudget budget = Budget("1/s; share=0");
  std::vector<Waiter> crowd(1);
  crowd.front().comes_at = clock_.now + milliseconds{1};
  const base::Nanos start = clock_.now;
  // Two entries a second, where one a second is allowed.
  for (std::size_t at = 0; at < 120; ++at) {
    crowd.push_back({.priority = Priority::kEntry, .comes_at = start + milliseconds{500} * at});
  }

  Simulate(budget, crowd, start + minutes{2});

  ASSERT_TRUE(crowd.front().granted_at.has_value());
  const base::Nanos waited = *crowd.front().granted_at - start;
  EXPECT_GT(waited, seconds{20}) << "entries go first";
  EXPECT_LT(waited, seconds{50}) << "but not for ever";
}

TEST_F(LimiterModelTest, DoesNotWaitForOneWhoNeverComesBack) {
  SharedBudget budget = Budget("1/10s; share=0");
  std::vector<Waiter> crowd(3);
  AskOnce(budget, crowd[0]);
  AskOnce(budget, crowd[1]);  // Dies now.
  crowd[2].comes_at = clock_.now;
  const base::Nanos start = clock_.now;
  std::vector<Waiter> rest = {crowd[2]};

  Simulate(budget, rest, start + minutes{1});

  EXPECT_LT(*rest.front().granted_at - start, seconds{20});
}

TEST_F(LimiterModelTest, BoundsTheQueue) {
  auto limiter = Make("5/min", [](LimiterOptions& options) { options.waiters_max = 1; });
  EXPECT_TRUE(Grants(*limiter, {.weight = 5}));
  Do({"ZADD", "rate_limit:test:waiting", "9999999999999999", "3:1:1773309600000000:someone"});

  EXPECT_EQ(RefusalOf(limiter->Acquire({}, minutes{10})).reason, Refusal::Reason::kFull);
}

TEST_F(LimiterModelTest, LetsNoCrowdOfOnePriorityTakeThePlacesOfAnother) {
  auto limiter = Make("5/min", [](LimiterOptions& options) { options.waiters_max = 1; });
  EXPECT_TRUE(Grants(*limiter, {.weight = 5}));
  for (const std::string_view waiter : {"3:1:1773309600000000:data", "3:1:1773309600000001:data",
                                        "1:1:1773309600000000:exit", "1:1:1773309600000001:exit"}) {
    Do({"ZADD", "rate_limit:test:waiting", "9999999999999999", waiter});
  }
  const auto answer_to = [&](Priority priority) {
    return limiter->Acquire({.priority = priority}, minutes{10});
  };

  EXPECT_EQ(RefusalOf(answer_to(Priority::kData)).reason, Refusal::Reason::kFull);
  EXPECT_EQ(RefusalOf(answer_to(Priority::kExit)).reason, Refusal::Reason::kFull);
  for (const Priority priority : {Priority::kCancel, Priority::kEntry}) {
    const auto answer = answer_to(priority);
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_TRUE(std::holds_alternative<Permit>(*answer)) << "it has a place of its own";
  }
}

}  // namespace
}  // namespace bulwark::limiter
