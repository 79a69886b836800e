// Goal: a session that lost its limit stops everything, for good prices and bad ones, over
//       restarts, and never for a single price.
// Method: equities a second apart.

#include "breakers/session_drawdown.h"

#include <chrono>
#include <optional>
#include <string_view>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"

namespace bulwark::breakers {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

base::Decimal D(std::string_view text) {
  return *base::Decimal::Parse(text);
}

class SessionDrawdownTest : public testing::Test {
 protected:
  bool See(std::string_view equity) {
    now_ += seconds{1};
    return session_.See(D(equity), now_);
  }
  void Begin() {
    for (int n = 0; n < 3; ++n) {
      EXPECT_FALSE(See("100000"));
    }
  }

  SessionDrawdown session_{D("10"), std::nullopt};
  base::UnixNanos now_{seconds{1'700'000'000}};
};

TEST_F(SessionDrawdownTest, StopsWhenThreeMeasurementsAreAtTheLimit) {
  Begin();
  EXPECT_FALSE(See("90000"));
  EXPECT_FALSE(See("90000"));
  EXPECT_TRUE(See("90000"));
  EXPECT_EQ(session_.drawdown(), D("10"));
}

TEST_F(SessionDrawdownTest, GoesOnJustAboveTheLimit) {
  Begin();
  for (int n = 0; n < 20; ++n) {
    EXPECT_FALSE(See("90000.01"));
  }
}

TEST_F(SessionDrawdownTest, IsNotStoppedByTwoBadPricesNorRaisedByTwoGoodOnes) {
  Begin();
  See("1");
  See("1000000");
  See("1000000");
  EXPECT_EQ(session_.peak(), D("100000"));
  for (int n = 0; n < 5; ++n) {
    EXPECT_FALSE(See("100000"));
  }
}

TEST_F(SessionDrawdownTest, CountsOncePerSecond) {
  Begin();
  See("80000");
  for (int n = 0; n < 9; ++n) {
    now_ += milliseconds{100};
    EXPECT_FALSE(session_.See(D("80000"), now_));
  }
}

TEST_F(SessionDrawdownTest, GoesOnAfterARestart) {
  session_ = SessionDrawdown(D("10"), D("100000"));
  EXPECT_FALSE(See("89000"));
  EXPECT_FALSE(See("89000"));
  EXPECT_TRUE(See("89000"));
}

TEST_F(SessionDrawdownTest, BeginsAnewWhenItEnded) {
  Begin();
  See("80000");
  See("80000");
  session_.End();
  EXPECT_EQ(session_.peak(), std::nullopt);
  EXPECT_EQ(session_.drawdown(), std::nullopt);
  for (int n = 0; n < 5; ++n) {
    EXPECT_FALSE(See("80000"));
  }
  EXPECT_EQ(session_.peak(), D("80000"));
}

TEST_F(SessionDrawdownTest, IsOffWithoutALimit) {
  session_ = SessionDrawdown(D("0"), D("100000"));
  for (int n = 0; n < 9; ++n) {
    EXPECT_FALSE(See("1"));
  }
}

}  // namespace
}  // namespace bulwark::breakers
