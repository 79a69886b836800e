// Goal: each guard denies what its rule says with code, value and limit, and nothing that reduces
//       risk is held up by a rule about adding it.
// Method: one input that passes everything; each test breaks one thing. The truth table of the
//         stops is walked cell by cell.

#include "risk/gate.h"

#include <chrono>
#include <optional>
#include <variant>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "model/denial.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/watchdog.h"
#include "risk/guard_input.h"
#include "risk/risk_testing.h"
#include "risk/stale_data_guard.h"
#include "risk/wide_limits.h"

namespace bulwark::risk {
namespace {

using model::DenialCode;
using model::Origin;
using std::chrono::milliseconds;
using std::chrono::seconds;

using testing_support::D;
using testing_support::kNow;

class GateTest : public testing_support::GoodWorld {
 protected:
  void MakeExit(Origin origin) {
    order_.side = model::Side::kSell;
    order_.intent = model::Intent::kCloseLong;
    order_.reduce_only = true;
    order_.origin = origin;
    books_.owned_quantity = D("0.1");
    books_.free_quantity = D("0.1");
  }

  [[nodiscard]] std::optional<model::Denial> Denied() const {
    const GateAnswer answer = gate_.Check(Input());
    if (const auto* denial = std::get_if<model::Denial>(&answer)) {
      return *denial;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<DenialCode> Code() const {
    const auto denial = Denied();
    return denial ? std::optional(denial->code) : std::nullopt;
  }

  // The limits that this test holds at their edges; the others are entry_guards_test's.
  static GateLimits Limits() {
    GateLimits limits{.entry = WideLimits()};
    limits.entry.notional_max = D("10000");
    limits.entry.position_percent_max = D("25");
    limits.entry.cooldown = seconds{1};
    return limits;
  }

  Gate gate_{Limits()};
};

TEST_F(GateTest, ApprovesAnOrderThatBreaksNoRule) {
  EXPECT_EQ(Denied(), std::nullopt);
}

TEST_F(GateTest, SaysNoToEverythingBeforeTheFirstEvent) {
  state_ = GateState{};
  EXPECT_EQ(Code(), DenialCode::kHalted);
}

TEST_F(GateTest, LetsOnlyTheLiquidationTradeUnderHalt) {
  state_.is_halted = true;
  EXPECT_EQ(Code(), DenialCode::kHalted);
  for (const Origin origin : {Origin::kStrategy, Origin::kProtective, Origin::kOperator}) {
    MakeExit(origin);
    EXPECT_EQ(Code(), DenialCode::kHalted);
  }
  MakeExit(Origin::kLiquidation);
  EXPECT_EQ(Code(), std::nullopt);
}

TEST_F(GateTest, KeepsEntriesAndNoExitsWhileTheScopesOfThePermitAreNotKnown) {
  state_.scopes_wanted = 1;
  EXPECT_EQ(Code(), DenialCode::kScopesUnknown);
  MakeExit(Origin::kStrategy);
  EXPECT_EQ(Code(), std::nullopt);
}

TEST_F(GateTest, KeepsEntriesAndNoExitsWhileTheWatchdogHasStoppedThem) {
  state_.watchdog = {.level = model::WatchdogLevel::kReduced, .factor = D("0.5")};
  EXPECT_EQ(Code(), std::nullopt);
  state_.watchdog = {
      .level = model::WatchdogLevel::kStopped, .factor = D("0"), .value = D("9"), .limit = D("8")};
  EXPECT_EQ(Denied(),
            (model::Denial{.code = DenialCode::kWatchdog, .value = D("9"), .limit = D("8")}));
  MakeExit(Origin::kStrategy);
  EXPECT_EQ(Code(), std::nullopt);
}

TEST_F(GateTest, KeepsEntriesAndNoExitsWhileABreakerBlocks) {
  state_.breaker = BreakerBlock{.value = D("11"), .limit = D("10")};
  EXPECT_EQ(
      Denied(),
      (model::Denial{.code = DenialCode::kCircuitBreaker, .value = D("11"), .limit = D("10")}));
  MakeExit(Origin::kStrategy);
  EXPECT_EQ(Code(), std::nullopt);
}

TEST_F(GateTest, KeepsProtectiveExitsUnderTheKillSwitch) {
  state_.is_killed = true;
  EXPECT_EQ(Code(), DenialCode::kKillSwitch);
  MakeExit(Origin::kStrategy);
  EXPECT_EQ(Code(), DenialCode::kKillSwitch);
  for (const Origin origin : {Origin::kProtective, Origin::kOperator, Origin::kLiquidation}) {
    MakeExit(origin);
    EXPECT_EQ(Code(), std::nullopt);
  }
  MakeExit(Origin::kStrategy);
  gate_ = Gate(GateLimits{.allow_strategy_exits_when_killed = true});
  EXPECT_EQ(Code(), std::nullopt);
}

TEST_F(GateTest, NeedsAFreshPermitForEntriesOnly) {
  state_.permit_at = kNow - milliseconds{1'500};
  EXPECT_EQ(Denied(), (model::Denial{DenialCode::kPermitStale, D("1.5"), D("1")}));
  state_.permit_at = kNow - seconds{1};
  EXPECT_EQ(Code(), std::nullopt);  // Just as old as it may be.
  state_.permit_at = std::nullopt;
  EXPECT_EQ(Denied(), (model::Denial{DenialCode::kPermitStale, D("0"), D("1")}));

  MakeExit(Origin::kStrategy);
  EXPECT_EQ(Code(), std::nullopt);
}

TEST_F(GateTest, RefusesEntriesWhenAnythingItDependsOnIsAway) {
  const auto expect = [&](bool GateState::* link, DenialCode code) {
    state_.*link = false;
    EXPECT_EQ(Code(), code);
    state_.*link = true;
  };
  expect(&GateState::is_ledger_ok, DenialCode::kLedgerUnavailable);
  expect(&GateState::is_redis_ok, DenialCode::kRedisUnavailable);
  expect(&GateState::is_feed_up, DenialCode::kFeedDown);
  expect(&GateState::is_venue_up, DenialCode::kVenueDown);
  expect(&GateState::are_books_reconciled, DenialCode::kBooksUnreconciled);
}

TEST_F(GateTest, LetsExitsPassWhenOnlyTheVenueIsNeeded) {
  MakeExit(Origin::kStrategy);
  state_.is_ledger_ok = state_.is_redis_ok = state_.is_feed_up = false;
  state_.are_books_reconciled = false;
  state_.marks[0].received_at = kNow - seconds{60};
  EXPECT_EQ(Code(), std::nullopt);

  state_.is_venue_up = false;
  EXPECT_EQ(Code(), DenialCode::kVenueDown);
}

TEST_F(GateTest, RefusesEntriesOnOldOrMissingPrices) {
  state_.marks[0].received_at = kNow - seconds{6};
  EXPECT_EQ(Denied(), (model::Denial{DenialCode::kStaleData, D("6"), D("5")}));
  state_.marks[0].received_at = kNow - seconds{5};
  EXPECT_EQ(Code(), std::nullopt);  // Just as old as it may be.
  state_.marks[0].price = std::nullopt;
  EXPECT_EQ(Code(), DenialCode::kNoReferencePrice);

  // Other guards need a price as well; this one does not rely on them.
  EXPECT_EQ(StaleDataGuard(seconds{5}).Check(Input()),
            (model::Denial{.code = DenialCode::kNoReferencePrice}));
}

TEST_F(GateTest, RefusesALegOnTheWrongSideOfThePrice) {
  order_.protective_stop = D("49999.99");
  order_.profit_target = D("50000.01");
  EXPECT_EQ(Code(), std::nullopt);
  order_.protective_stop = D("50000");
  EXPECT_EQ(Denied(), (model::Denial{DenialCode::kBadPrice, D("50000"), instrument_.tick_size}));
  order_.protective_stop = std::nullopt;
  order_.profit_target = D("50000");
  EXPECT_EQ(Denied(), (model::Denial{DenialCode::kBadPrice, D("50000"), instrument_.tick_size}));
}

TEST_F(GateTest, RefusesAnEntryThatCallsItselfAnExit) {
  order_.reduce_only = true;
  books_.free_quantity = D("1");
  EXPECT_EQ(Code(), DenialCode::kReduceOnlyWouldIncrease);
}

TEST_F(GateTest, RefusesOrdersThatMeanNothing) {
  for (const char* quantity : {"0", "-0.1", "0.000001"}) {
    order_.quantity = D(quantity);
    EXPECT_EQ(Code(), DenialCode::kBadQuantity) << quantity;
  }
  order_.quantity = D("0.1");
  order_.type = model::OrderType::kLimit;
  EXPECT_EQ(Code(), DenialCode::kBadPrice);
  for (const char* price : {"0", "-1", "50000.001"}) {
    order_.limit_price = D(price);
    EXPECT_EQ(Code(), DenialCode::kBadPrice) << price;
  }
  order_.limit_price = D("50000.01");
  EXPECT_EQ(Code(), std::nullopt);
}

TEST_F(GateTest, NeverLetsAClosingOrderOpenSomething) {
  MakeExit(Origin::kStrategy);
  order_.quantity = D("0.2");
  EXPECT_EQ(Denied(), (model::Denial{DenialCode::kReduceOnlyWouldIncrease, D("0.2"), D("0.1")}));
  order_.intent = model::Intent::kOpenShort;
  EXPECT_EQ(Code(), DenialCode::kShortNotAllowed);
}

TEST_F(GateTest, HoldsEachLimitAtItsEdge) {
  order_.quantity = D("0.2");
  EXPECT_EQ(Code(), std::nullopt);  // Exactly 10,000.
  order_.quantity = D("0.20001");
  EXPECT_EQ(Denied(), (model::Denial{DenialCode::kMaxOrderNotional, D("10000.5"), D("10000")}));

  order_.quantity = D("0.1");
  books_.owned_quantity = D("0.3");
  books_.working_buy_quantity = D("0.1");
  EXPECT_EQ(Code(), std::nullopt);  // Exactly 25 %.
  books_.working_buy_quantity = D("0.10001");
  EXPECT_EQ(Denied(), (model::Denial{DenialCode::kMaxPosition, D("25000.5"), D("25000")}));

  books_.working_buy_quantity = D("0");
  books_.free_cash = D("5050");
  EXPECT_EQ(Code(), std::nullopt);
  books_.free_cash = D("5049.99999999");
  EXPECT_EQ(Denied(),
            (model::Denial{DenialCode::kInsufficientCash, D("5050"), D("5049.99999999")}));
}

TEST_F(GateTest, AnswersTooLargeInsteadOfOverflowing) {
  order_.quantity = D("90000000000");
  EXPECT_EQ(Code(), DenialCode::kMaxOrderNotional);
}

TEST_F(GateTest, PacesEntries) {
  state_.entries.Note(order_, kNow - milliseconds{500}, seconds{1});
  EXPECT_EQ(Denied(), (model::Denial{DenialCode::kEntryCooldown, D("0.5"), D("1")}));
  state_.entries.Note(order_, kNow - seconds{1}, seconds{1});
  EXPECT_EQ(Code(), std::nullopt);

  books_.has_working_order = true;
  EXPECT_EQ(Code(), DenialCode::kPendingOrder);
  books_.open_orders = 256;
  EXPECT_EQ(Code(), DenialCode::kTooManyOrders);
}

TEST_F(GateTest, KeepsRoomForExitsWhereEntriesHaveNone) {
  MakeExit(Origin::kStrategy);
  books_.open_orders = 447;
  EXPECT_EQ(Code(), std::nullopt);
  books_.open_orders = 448;
  EXPECT_EQ(Denied(), (model::Denial{DenialCode::kTooManyOrders, D("448"), D("448")}));
}

}  // namespace
}  // namespace bulwark::risk
