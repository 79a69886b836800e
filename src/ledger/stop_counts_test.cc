// Goal: the receipt of a stop counts each order once, by what became of it since.
// Method: orders that ended before and after a moment, and some that still work, on both databases.

#include "ledger/stop_counts.h"

#include <chrono>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "base/time.h"
#include "ledger/ledger.h"
#include "ledger/ledger_backends.h"
#include "ledger/ledger_testing.h"
#include "model/action.h"
#include "model/order.h"

namespace bulwark::ledger {
namespace {

using model::OrderStatus;
using model::Origin;
using std::chrono::seconds;
using testing_support::MakeOrder;
using testing_support::Pairs;

constexpr base::UnixNanos kStop{seconds{1'700'000'000}};

class StopCountsTest : public testing_support::BothBackendsTest {
 protected:
  void Add(OrderStatus status, base::UnixNanos at, Origin origin = Origin::kStrategy) {
    model::Order order = MakeOrder(++number_, model::Side::kSell, "1");
    order.origin = origin;
    order.reduce_only = origin != Origin::kStrategy;
    order.updated_at = at - seconds{1};
    actions_.emplace_back(model::OrderChanged{.order = order});
    order.status = status;
    order.updated_at = at;
    actions_.emplace_back(model::OrderChanged{.order = order});
  }

  std::uint64_t number_ = 0;
  std::vector<model::Action> actions_;
};

TEST_P(StopCountsTest, CountsWhatEndedSinceAndWhatWorksNow) {
  const auto ledger = home_.Open();
  ASSERT_TRUE(ledger->EnsureAccount({.at = kStop}));
  const auto epoch = ledger->BeginRun({}, Pairs());
  ASSERT_TRUE(epoch.has_value());
  Add(OrderStatus::kCancelled, kStop - seconds{1});
  Add(OrderStatus::kCancelled, kStop);
  Add(OrderStatus::kCancelled, kStop + seconds{1});
  Add(OrderStatus::kFilled, kStop + seconds{1});
  Add(OrderStatus::kFailed, kStop + seconds{1});
  Add(OrderStatus::kFilled, kStop + seconds{2}, Origin::kLiquidation);
  Add(OrderStatus::kFailed, kStop + seconds{2}, Origin::kLiquidation);
  Add(OrderStatus::kSubmitted, kStop - seconds{5});
  Add(OrderStatus::kSubmitted, kStop - seconds{5}, Origin::kProtective);
  const auto receipt = ledger->Commit(*epoch, actions_);
  ASSERT_TRUE(receipt.has_value()) << receipt.error().message;

  const auto counts = CountSince(**ledger->Connection(), kStop);

  ASSERT_TRUE(counts.has_value()) << counts.error().message;
  EXPECT_EQ(*counts,
            (StopCounts{
                .cancelled = 2, .filled = 1, .failed = 1, .sales = 1, .open = 1, .protective = 1}));
}

TEST_P(StopCountsTest, IsZeroForAnEmptyLedger) {
  const auto ledger = home_.Open();

  const auto counts = CountSince(**ledger->Connection(), kStop);

  ASSERT_TRUE(counts.has_value()) << counts.error().message;
  EXPECT_EQ(*counts, StopCounts{});
}

INSTANTIATE_TEST_SUITE_P(Both, StopCountsTest, testing_support::BothBackends(),
                         testing_support::BackendName);

}  // namespace
}  // namespace bulwark::ledger
