// Goal: an entry that is too large becomes the largest one that the gate lets pass, to the lot.
// Method: random books and limits; beside each answer the next larger lot is asked, and where the
//         lots are few, all of them.

#include "risk/size_reducer.h"

#include <cstdint>
#include <optional>
#include <random>
#include <variant>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "model/denial.h"
#include "model/order.h"
#include "risk/gate.h"
#include "risk/guard_input.h"
#include "risk/risk_testing.h"
#include "risk/wide_limits.h"

namespace bulwark::risk {
namespace {

using base::Decimal;
using testing_support::D;

class SizeReducerTest : public testing_support::GoodWorld {
 protected:
  SizeReducerTest() { limits_.entry = WideLimits(); }

  [[nodiscard]] std::optional<model::Denial> Denied(const Gate& gate, Decimal quantity) {
    order_.quantity = quantity;
    const GateAnswer answer = gate.Check(Input());
    const auto* denial = std::get_if<model::Denial>(&answer);
    return denial == nullptr ? std::nullopt : std::optional(*denial);
  }

  std::optional<Decimal> Largest(const Gate& gate, Decimal quantity) {
    const auto denial = Denied(gate, quantity);
    EXPECT_TRUE(denial.has_value());
    const auto smaller = LargestAllowed(gate, Input(), denial.value_or(model::Denial()));
    return smaller ? std::optional(smaller->quantity) : std::nullopt;
  }

  GateLimits limits_;
};

TEST_F(SizeReducerTest, GoesDownToTheLimitOfAPosition) {
  limits_.entry.position_percent_max = D("5");
  books_.owned_quantity = D("0.02");
  EXPECT_EQ(Largest(Gate(limits_), D("1")), D("0.08"));
}

TEST_F(SizeReducerTest, CountsTheBufferOfTheCash) {
  books_.free_cash = D("5050");
  EXPECT_EQ(Largest(Gate(limits_), D("1")), D("0.1"));
}

TEST_F(SizeReducerTest, LeavesTheReserve) {
  limits_.entry.cash_reserve_percent = D("94.95");
  EXPECT_EQ(Largest(Gate(limits_), D("1")), D("0.1"));
}

TEST_F(SizeReducerTest, HasNoAnswerWhereNothingPasses) {
  books_.free_cash = {};
  EXPECT_EQ(Largest(Gate(limits_), D("1")), std::nullopt);
}

TEST_F(SizeReducerTest, HasNoAnswerWhereSizeIsNotTheMatter) {
  state_.is_killed = true;
  EXPECT_EQ(Largest(Gate(limits_), D("1")), std::nullopt);
}

TEST_F(SizeReducerTest, NeverGoesBelowWhatTheVenueTakes) {
  instrument_.min_notional = D("1000");
  books_.free_cash = D("900");
  EXPECT_EQ(Largest(Gate(limits_), D("1")), std::nullopt);
  books_.free_cash = D("1010");
  EXPECT_EQ(Largest(Gate(limits_), D("1")), D("0.02"));
}

TEST_F(SizeReducerTest, AnswersForTheLargestOrderThereIs) {
  limits_.entry.quantity_max = D("1");
  const Decimal largest = Decimal::Max().RoundDownTo(instrument_.lot_size);
  EXPECT_EQ(Largest(Gate(limits_), largest), D("1"));
}

TEST_F(SizeReducerTest, FindsTheBorderOfRandomLimits) {
  std::mt19937_64 random{20'261'122};
  const auto below = [&](std::int64_t bound) {
    return Decimal::FromInt(
        static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(bound)));
  };
  int reduced = 0;
  int refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    instrument_.lot_size = D(random() % 2 == 0 ? "0.00001" : "0.013");
    instrument_.min_notional = below(100);
    books_.free_cash = below(20'000);
    books_.equity = below(100'000) + D("1");
    books_.owned_quantity = Decimal::FromRaw(below(1'000).raw() / 1'000);
    books_.gross_exposure = below(50'000);
    limits_.entry.position_percent_max = below(100);
    limits_.entry.gross_percent_max = below(100);
    limits_.entry.cash_reserve_percent = below(30);
    limits_.entry.notional_max = below(10'000) + D("1");
    const Gate gate(limits_);
    const Decimal wanted = Decimal::FromRaw(instrument_.lot_size.raw() *
                                            static_cast<std::int64_t>(1 + (random() % 100'000)));
    if (!Denied(gate, wanted)) {
      continue;
    }
    const std::optional<Decimal> largest = Largest(gate, wanted);
    if (!largest) {
      ++refused;
      continue;
    }
    ++reduced;
    ASSERT_EQ(Denied(gate, *largest), std::nullopt) << "round " << round;
    ASSERT_TRUE(Denied(gate, *largest + instrument_.lot_size).has_value()) << "round " << round;
    ASSERT_LT(*largest, wanted);
  }
  EXPECT_GT(reduced, 1'000);
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace bulwark::risk
