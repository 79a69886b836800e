// Goal: a trace says what each guard measured, agrees with the gate, and names the one that
//       objected.
// Method: one order that passes, then one broken rule after another, and random inputs held against
//         the gate's own answer.

#include "risk/gate_trace.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <random>
#include <string_view>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "model/denial.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "risk/gate.h"
#include "risk/guard_input.h"
#include "risk/risk_testing.h"
#include "risk/wide_limits.h"

namespace bulwark::risk {
namespace {

using model::DenialCode;
using std::chrono::milliseconds;
using std::chrono::seconds;

using testing_support::D;
using testing_support::kNow;

class GateTraceTest : public testing_support::GoodWorld {
 protected:
  GateTraceTest() {
    // Ages that a trace can show.
    state_.permit_at = kNow - milliseconds{20};
    state_.marks[0].received_at = kNow - milliseconds{3};
  }

  [[nodiscard]] TracedCheck Row(std::string_view guard) const {
    const std::vector<TracedCheck> trace = TraceOf(gate_, Input());
    const auto found = std::ranges::find(trace, guard, &TracedCheck::guard);
    EXPECT_NE(found, trace.end()) << guard;
    return found == trace.end() ? TracedCheck{} : *found;
  }

  // The defaults may change; this test is not about them.
  static GateLimits Limits() {
    GateLimits limits{.entry = WideLimits()};
    limits.entry.notional_max = D("10000");
    limits.entry.position_percent_max = D("25");
    limits.entry.cooldown = seconds{1};
    return limits;
  }

  Gate gate_{Limits()};
};

TEST_F(GateTraceTest, GivesValueAndLimitOfEveryGuardThatPassed) {
  struct Expected {
    std::string_view guard;
    const char* value;
    const char* limit;
  };
  for (const Expected& expected : {Expected{"permit age", "0.02", "1"},
                                   {"price age", "0.003", "5"},
                                   {"order value", "5000", "10000"},
                                   {"position value", "5000", "25000"},
                                   {"cash needed", "5050", "100000"}}) {
    const TracedCheck row = Row(expected.guard);

    EXPECT_EQ(row.outcome, CheckOutcome::kPassed) << expected.guard;
    EXPECT_EQ(row.value, D(expected.value)) << expected.guard;
    EXPECT_EQ(row.limit, D(expected.limit)) << expected.guard;
  }
  for (const std::string_view guard : {"halt", "kill switch", "links and books", "order itself"}) {
    EXPECT_EQ(Row(guard).outcome, CheckOutcome::kPassed);
    EXPECT_EQ(Row(guard).value, std::nullopt);
  }
}

TEST_F(GateTraceTest, NamesTheGuardThatObjectedAndThoseThatWereNotAsked) {
  order_.quantity = D("0.3");

  const TracedCheck row = Row("order value");

  EXPECT_EQ(row.outcome, CheckOutcome::kObjected);
  EXPECT_EQ(row.code, DenialCode::kMaxOrderNotional);
  EXPECT_EQ(row.value, D("15000"));
  EXPECT_EQ(row.limit, D("10000"));
  EXPECT_EQ(Row("price age").outcome, CheckOutcome::kPassed);
  EXPECT_EQ(Row("cash needed").outcome, CheckOutcome::kNotAsked);
  EXPECT_EQ(Row("cash needed").value, std::nullopt);
}

TEST_F(GateTraceTest, ShowsNoNumbersWhereNoLimitApplies) {
  order_.side = model::Side::kSell;
  order_.intent = model::Intent::kCloseLong;
  order_.reduce_only = true;
  books_.owned_quantity = books_.free_quantity = D("0.1");

  for (const TracedCheck& row : TraceOf(gate_, Input())) {
    EXPECT_EQ(row.outcome, CheckOutcome::kPassed);
    EXPECT_EQ(row.value, std::nullopt) << row.guard;
  }
}

TEST_F(GateTraceTest, AgreesWithTheGateOnRandomInputs) {
  std::mt19937_64 random{20'261'122};
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  int objections = 0;
  for (int round = 0; round < 5'000; ++round) {
    state_.is_killed = below(20) == 0;
    state_.is_feed_up = below(20) != 0;
    state_.permit_at = kNow - milliseconds{below(1'200)};
    state_.marks[0].received_at = kNow - milliseconds{below(6'000)};
    state_.entries.Note(model::NewOrder(), kNow - milliseconds{below(2'000)}, seconds{1});
    order_.quantity = base::Decimal::FromRaw(static_cast<std::int64_t>(below(30'000) * 1'000));
    books_.free_cash = base::Decimal::FromInt(static_cast<std::int64_t>(below(10'000)));
    books_.owned_quantity = base::Decimal::FromRaw(static_cast<std::int64_t>(below(60'000'000)));
    const GateAnswer answer = gate_.Check(Input());
    const std::vector<TracedCheck> trace = TraceOf(gate_, Input());

    const auto objected = std::ranges::find(trace, CheckOutcome::kObjected, &TracedCheck::outcome);
    const auto* denial = std::get_if<model::Denial>(&answer);

    ASSERT_EQ(objected != trace.end(), denial != nullptr) << "round " << round;
    if (denial != nullptr) {
      ++objections;
      ASSERT_EQ(objected->code, denial->code);
      ASSERT_EQ(objected->value.value_or(base::Decimal()), denial->value);
    }
    for (auto at = trace.begin(); at != objected; ++at) {
      ASSERT_EQ(at->outcome, CheckOutcome::kPassed);
      const bool is_lower_bound =
          at->guard == "since last entry" || at->guard == "cash left" || at->guard == "least price";
      if (at->value && at->limit) {
        ASSERT_TRUE(is_lower_bound ? *at->value >= *at->limit : *at->value <= *at->limit)
            << at->guard << " in round " << round;
      }
    }
  }
  EXPECT_GT(objections, 500);
}

}  // namespace
}  // namespace bulwark::risk
