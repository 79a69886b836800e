// Goal: what may leave under which stop is exactly the table of docs/risk.md.
// Method: every combination of stop and kind of order that the table names.

#include "trader/exit_gate.h"

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

}  // namespace
}  // namespace bulwark::trader
