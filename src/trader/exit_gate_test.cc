// Goal: what may leave under which stop is exactly the table of docs/risk.md.
// Method: every combination of stop and kind of order that the table names.

#include "trader/exit_gate.h"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "base/time.h"
#include "model/order.h"
#include "trader/trader_testing.h"

namespace bulwark::trader {
namespace {

using testing_support::Entry;
using testing_support::Exit;

model::Order ExitBy(model::Origin origin) {
  model::Order order = Exit(1);
  order.origin = origin;
  return order;
}

TEST(ExitGateTest, IsClosedUntilTheStopsWereRead) {
  ExitGate gate(false);
  EXPECT_NE(gate.Objection(Entry(1)), nullptr);
  EXPECT_NE(gate.Objection(Exit(1)), nullptr);

  gate.Set(false, false);
  EXPECT_EQ(gate.Objection(Entry(1)), nullptr);
  EXPECT_EQ(gate.Objection(Exit(1)), nullptr);
}

TEST(ExitGateTest, LetsOnlyTheLiquidationOutWhileHalted) {
  ExitGate gate(true);
  gate.Set(true, false);

  EXPECT_STREQ(gate.Objection(Entry(1)), "halted before it was sent");
  EXPECT_NE(gate.Objection(ExitBy(model::Origin::kStrategy)), nullptr);
  EXPECT_NE(gate.Objection(ExitBy(model::Origin::kProtective)), nullptr);
  EXPECT_EQ(gate.Objection(ExitBy(model::Origin::kLiquidation)), nullptr);
}

TEST(ExitGateTest, LetsNothingOutOnceANewerTraderHoldsTheAccount) {
  ExitGate gate(true);
  gate.Set(false, false);

  gate.FenceOff();
  gate.Set(false, false);

  EXPECT_TRUE(gate.is_fenced());
  EXPECT_STREQ(gate.Objection(Entry(1)), "a newer trader holds the account");
  EXPECT_NE(gate.Objection(ExitBy(model::Origin::kProtective)), nullptr);
  EXPECT_NE(gate.Objection(ExitBy(model::Origin::kLiquidation)), nullptr);
}

TEST(ExitGateTest, LetsProtectiveExitsOutWhileKilled) {
  ExitGate gate(false);
  gate.Set(false, true);

  EXPECT_STREQ(gate.Objection(Entry(1)), "kill switch before it was sent");
  EXPECT_NE(gate.Objection(ExitBy(model::Origin::kStrategy)), nullptr);
  EXPECT_EQ(gate.Objection(ExitBy(model::Origin::kProtective)), nullptr);
  EXPECT_EQ(gate.Objection(ExitBy(model::Origin::kOperator)), nullptr);
  EXPECT_EQ(gate.Objection(ExitBy(model::Origin::kLiquidation)), nullptr);
}

TEST(ExitGateTest, LetsStrategiesExitWhileKilledWhenThatIsConfigured) {
  ExitGate gate(true);
  gate.Set(false, true);

  EXPECT_EQ(gate.Objection(ExitBy(model::Origin::kStrategy)), nullptr);
  EXPECT_NE(gate.Objection(Entry(1)), nullptr);
}

TEST(ExitGateTest, KeepsTheTimeOfClosingWhileASecondStopComesAndTheFirstGoes) {
  ExitGate gate(false);
  gate.Set(false, false);
  EXPECT_FALSE(gate.closed_at().has_value());

  const base::UnixNanos before = base::WallNow();
  gate.Set(true, false);
  const auto closed_at = gate.closed_at();
  ASSERT_TRUE(closed_at.has_value());
  EXPECT_GE(*closed_at, before);
  EXPECT_LE(*closed_at, base::WallNow());

  gate.Set(true, true);
  gate.Set(false, true);
  EXPECT_EQ(gate.closed_at(), closed_at);

  gate.Set(false, false);
  EXPECT_FALSE(gate.closed_at().has_value());
}

TEST(ExitGateTest, ClosesOnlyWhenTheOrderThatWasPassingIsThrough) {
  ExitGate gate(false);
  gate.Set(false, false);
  std::thread watcher;
  base::UnixNanos left_at;
  {
    const ExitGate::Passage passage = gate.Pass(Entry(1));
    ASSERT_EQ(passage.objection(), nullptr);
    watcher = std::thread([&gate] { gate.Set(true, false); });
    while (gate.Objection(Entry(2)) == nullptr) {
      std::this_thread::yield();
    }
    left_at = base::WallNow();
  }
  watcher.join();

  ASSERT_TRUE(gate.closed_at().has_value());
  EXPECT_GE(gate.closed_at().value_or(base::UnixNanos{}), left_at);
}

TEST(ExitGateTest, NeverLetsAnOrderThroughAfterTheTimeOfClosing) {
  for (int round = 0; round < 200; ++round) {
    ExitGate gate(false);
    gate.Set(false, false);
    std::atomic<bool> is_done = false;
    base::UnixNanos last_left;
    std::thread venue([&] {
      while (!is_done.load()) {
        const ExitGate::Passage passage = gate.Pass(Entry(1));
        if (passage.objection() == nullptr) {
          last_left = base::WallNow();
        }
      }
    });
    gate.Set(true, false);
    is_done.store(true);
    venue.join();
    EXPECT_LE(last_left, gate.closed_at().value_or(base::UnixNanos{}));
  }
}

}  // namespace
}  // namespace bulwark::trader
