// Goal: a process without Redis never uses more than its part in any window, and uses all of it.
// Method: random calls against a model that keeps every grant; the seed is fixed.

#include "limiter/local_share.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/time.h"
#include "limiter/limits.h"

namespace bulwark::limiter {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Parts of one of two processes: 5 in a second, 12 in ten.
Limits Halves() {
  return {.windows = {{.units = 20, .span = seconds{1}}, {.units = 48, .span = seconds{10}}},
          .slots = 2,
          .share_percent = 50,
          .reserve_percent = {}};
}

TEST(LocalShareTest, AgreesWithAModelThatRemembersEverything) {
  constexpr base::Nanos kSlack = milliseconds{50};
  LocalShare share(Halves(), kSlack, LocalShare::kNever);
  std::mt19937_64 random{20261122};
  std::vector<std::pair<base::Nanos, std::uint32_t>> model;
  const auto used_since = [&](base::Nanos from) {
    std::uint32_t used = 0;
    for (const auto& [at, units] : model) {
      used += at > from ? units : 0;
    }
    return used;
  };
  base::Nanos now = seconds{100};
  for (int step = 0; step < 2'000; ++step) {
    SCOPED_TRACE(step);
    now += milliseconds{random() % 400};
    const auto units = static_cast<std::uint32_t>(1 + random() % 3);
    const bool is_allowed = used_since(now - seconds{1} - kSlack) + units <= 5 &&
                            used_since(now - seconds{10} - kSlack) + units <= 12;

    const auto ready = share.ReadyAt(units, now);
    ASSERT_TRUE(ready.has_value());
    ASSERT_EQ(*ready == now, is_allowed);
    if (is_allowed) {
      share.Record(units, now);
      model.emplace_back(now, units);
    } else {
      // What it promises is true: then, and not a moment before.
      ASSERT_EQ(share.ReadyAt(units, *ready), ready);
      ASSERT_GT(*share.ReadyAt(units, *ready - base::Nanos{1}), *ready - base::Nanos{1});
    }
  }
}

TEST(LocalShareTest, NeverAllowsWhatIsMoreThanThePart) {
  const LocalShare share(Halves(), milliseconds{50}, LocalShare::kNever);
  Limits few = Halves();
  few.windows.push_back({.units = 3, .span = seconds{60}});
  const LocalShare none(few, milliseconds{50}, LocalShare::kNever);

  EXPECT_EQ(share.ReadyAt(5, seconds{1}), seconds{1});
  EXPECT_EQ(share.ReadyAt(6, seconds{1}), std::nullopt);
  EXPECT_EQ(none.ReadyAt(1, seconds{1}), std::nullopt);
}

TEST(LocalShareTest, StartsUsedUpWhenItWas) {
  const LocalShare share(Halves(), milliseconds{50}, seconds{7});

  EXPECT_EQ(share.ReadyAt(1, seconds{8}), seconds{17} + milliseconds{50});
  EXPECT_EQ(share.ClearAt(), seconds{17} + milliseconds{50});
}

}  // namespace
}  // namespace bulwark::limiter
