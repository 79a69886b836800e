// Goal: the gate lets pass exactly what the published truth table of the stops says, cell by cell,
//       and a more severe stop never allows what a milder one forbids, but for the liquidation.
// Method: every mode with every request for an order through the real gate, with and without the
//         exception for strategies' exits. Cancels and replacements: engine/engine_orders_test.cc.

#include "risk/halt_lattice.h"

#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "model/market_data.h"
#include "model/order.h"
#include "model/stop_mode.h"
#include "risk/approved.h"
#include "risk/gate.h"
#include "risk/lattice_markdown.h"
#include "risk/risk_testing.h"
#include "risk/wide_limits.h"

namespace bulwark::risk {
namespace {

using model::Origin;
using model::StopMode;
using testing_support::D;

class HaltLatticeTest : public testing_support::GoodWorld {
 protected:
  // A request that passes when nothing stands in its way.
  void MakeOrder(Request request) {
    order_ = model::NewOrder{.quantity = D("0.1")};
    books_.owned_quantity = D("0.1");
    books_.free_quantity = D("0.1");
    if (request == Request::kEntry || request == Request::kReplace) {
      return;
    }
    order_.side = model::Side::kSell;
    order_.intent = model::Intent::kCloseLong;
    order_.reduce_only = true;
    order_.origin = request == Request::kLiquidation      ? Origin::kLiquidation
                    : request == Request::kProtectiveExit ? Origin::kProtective
                                                          : Origin::kStrategy;
  }
  void SetMode(StopMode mode) {
    state_.is_halted = mode == StopMode::kHalted;
    state_.is_killed = mode == StopMode::kKilled;
    const bool is_scoped = mode == StopMode::kReduceOnly || mode == StopMode::kCancelOnly;
    state_.scopes.account = is_scoped ? mode : StopMode::kActive;
  }
  [[nodiscard]] bool Passes(bool allow_strategy_exits) const {
    const Gate gate(GateLimits{.allow_strategy_exits_when_killed = allow_strategy_exits,
                               .entry = WideLimits()});
    return std::holds_alternative<Approved<model::NewOrder>>(gate.Check(Input()));
  }
};

TEST_F(HaltLatticeTest, IsWhatTheGateDoesInEveryCell) {
  for (const LatticeRow& row : HaltLattice()) {
    SetMode(row.mode);
    for (const Request request : {Request::kEntry, Request::kStrategyExit, Request::kProtectiveExit,
                                  Request::kLiquidation, Request::kReplace}) {
      MakeOrder(request);
      for (const bool allow : {false, true}) {
        EXPECT_EQ(Passes(allow), Allows(row.mode, request, allow))
            << model::Name(row.mode) << ", " << Name(request);
      }
    }
  }
}

TEST_F(HaltLatticeTest, GivesAPersonsExitTheCellOfAProtectiveOne) {
  MakeOrder(Request::kProtectiveExit);
  order_.origin = Origin::kOperator;
  EXPECT_EQ(RequestOf(order_), Request::kProtectiveExit);
}

TEST_F(HaltLatticeTest, TakesALiquidationThatAddsRiskForAnEntry) {
  MakeOrder(Request::kEntry);
  order_.origin = Origin::kLiquidation;
  EXPECT_EQ(RequestOf(order_), Request::kEntry);
  SetMode(StopMode::kHalted);
  EXPECT_FALSE(Passes(true));
}

TEST_F(HaltLatticeTest, AllowsNeverMoreWhenItIsMoreSevere) {
  for (int mode = 1; mode < model::kStopModes; ++mode) {
    for (int request = 0; request < kRequests; ++request) {
      const auto milder = static_cast<StopMode>(mode - 1);
      const auto severer = static_cast<StopMode>(mode);
      EXPECT_LE(Allows(severer, static_cast<Request>(request), true),
                Allows(milder, static_cast<Request>(request), true));
      EXPECT_EQ(MoreSevere(milder, severer), severer);
      EXPECT_EQ(MoreSevere(severer, milder), severer);
    }
  }
}

TEST_F(HaltLatticeTest, IsPublishedAsATable) {
  const std::string table = LatticeMarkdown();
  EXPECT_NE(table.find("| `halted` | HALT | no | no | no | yes | yes | no |"), std::string::npos)
      << table;
}

}  // namespace
}  // namespace bulwark::risk
