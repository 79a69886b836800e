// Goal: an order takes exactly the steps of docs/orders.md, and no other.
// Method: the table of that page is repeated here; each of its cells is tried, the refused ones in
//         a death test of the machine and of the table both.

#include "oms/order_machine.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "base/uuid.h"
#include "model/names.h"
#include "model/order.h"
#include "oms/transitions.h"

namespace bulwark::oms {
namespace {

using model::OrderState;

constexpr base::UnixNanos kNow{std::chrono::seconds{1'700'000'000}};

// One row per state it comes from, one column per state it goes to, both in the order of the
// enumeration: Waiting Pending Unresolved Submitted PartiallyFilled PendingCancel, then Filled
// Cancelled Replaced Failed eXpired.
constexpr std::array<std::string_view, model::kOrderStates> kExpected = {
    // WPUSPC FCRFX
    "xx.....xx.x",  // Waiting
    "..xx.x...x.",  // Pending
    "...x.x...x.",  // Unresolved
    "..x.xxxx.xx",  // Submitted
    "....xxxx.xx",  // PartiallyFilled
    ".xxxxxxxxxx",  // PendingCancel
    "...........", "...........", "...........", "...........", "...........",
};

// An order that is in `state`, with nothing about it that the state does not need.
model::Order OrderIn(OrderState state) {
  model::Order order;
  order.quantity = base::Decimal::FromInt(2);
  switch (state) {
    case OrderState::kWaiting:
      order.is_waiting = true;
      break;
    case OrderState::kPending:
      break;
    case OrderState::kUnresolved:
      order.status = model::OrderStatus::kSubmitted;
      order.is_unresolved = true;
      break;
    case OrderState::kPartiallyFilled:
      order.filled_quantity = base::Decimal::FromInt(1);
      order.status = model::OrderStatus::kPartiallyFilled;
      break;
    case OrderState::kSubmitted:
      order.status = model::OrderStatus::kSubmitted;
      break;
    case OrderState::kPendingCancel:
      order.status = model::OrderStatus::kSubmitted;
      order.is_cancel_requested = true;
      break;
    case OrderState::kFilled:
      order.status = model::OrderStatus::kFilled;
      break;
    case OrderState::kReplaced:
      order.replaced_by = base::Uuid::Derive(1, 1, 9);
      [[fallthrough]];
    case OrderState::kCancelled:
      order.status = model::OrderStatus::kCancelled;
      break;
    case OrderState::kFailed:
      order.status = model::OrderStatus::kFailed;
      break;
    case OrderState::kExpired:
      order.status = model::OrderStatus::kExpired;
      break;
  }
  return order;
}

// What must be true of the order besides, for it to be in `to`.
void Prepare(model::Order& order, OrderState to) {
  if (to == OrderState::kReplaced) {
    order.replaced_by = base::Uuid::Derive(1, 1, 9);
  }
  if (to == OrderState::kPartiallyFilled) {
    order.filled_quantity = base::Decimal::FromInt(1);
  }
}

TEST(OrderMachineTest, TakesEachStepOfTheTable) {
  for (std::size_t from = 0; from < kExpected.size(); ++from) {
    for (std::size_t to = 0; to < kExpected.size(); ++to) {
      const auto start = static_cast<OrderState>(from);
      const auto end = static_cast<OrderState>(to);
      SCOPED_TRACE(std::string(Name(start)) + " -> " + std::string(Name(end)));
      ASSERT_EQ(StateOf(OrderIn(start)), start);
      ASSERT_EQ(IsAllowed(start, end), kExpected.at(from).at(to) == 'x');
      if (!IsAllowed(start, end)) {
        continue;
      }
      model::Order order = OrderIn(start);
      Prepare(order, end);
      Enter(order, end, kNow);
      EXPECT_EQ(StateOf(order), end);
      EXPECT_EQ(order.updated_at, kNow);
    }
  }
}

TEST(OrderMachineDeathTest, StopsTheProcessAtEachStepThatTheTableRefuses) {
  GTEST_FLAG_SET(death_test_style, "fast");
  for (std::size_t from = 0; from < kExpected.size(); ++from) {
    for (std::size_t to = 0; to < kExpected.size(); ++to) {
      if (kExpected.at(from).at(to) == 'x') {
        continue;
      }
      model::Order order = OrderIn(static_cast<OrderState>(from));
      EXPECT_DEATH(Enter(order, static_cast<OrderState>(to), kNow), "ENSURE failed");
    }
  }
}

TEST(OrderMachineTest, ShowsTheContractsStatusForEachState) {
  for (std::size_t at = 0; at < kExpected.size(); ++at) {
    const auto state = static_cast<OrderState>(at);
    const model::Order order = OrderIn(state);
    const std::string_view status = Name(order.status);
    if (state == OrderState::kWaiting) {
      EXPECT_EQ(status, "PENDING");
    } else if (state == OrderState::kUnresolved || state == OrderState::kPendingCancel) {
      EXPECT_EQ(status, "SUBMITTED");
    } else if (state == OrderState::kReplaced) {
      EXPECT_EQ(status, "CANCELLED");
    } else {
      EXPECT_EQ(status, Name(state));
    }
  }
}

TEST(OrderMachineTest, GoesBackToWhereItWasWhenTheCancelIsRefused) {
  for (const auto state : {OrderState::kPending, OrderState::kUnresolved, OrderState::kSubmitted,
                           OrderState::kPartiallyFilled}) {
    model::Order order = OrderIn(state);
    Enter(order, OrderState::kPendingCancel, kNow);
    WithdrawCancel(order, kNow);
    EXPECT_EQ(StateOf(order), state);
  }
}

TEST(OrderMachineTest, KeepsTheWishToCancelWhenTheVenueProvesThatItHasTheOrder) {
  for (const auto state : {OrderState::kPending, OrderState::kUnresolved}) {
    model::Order order = OrderIn(state);
    Enter(order, OrderState::kPendingCancel, kNow);
    ProveAtVenue(order, kNow);
    EXPECT_EQ(StateOf(order), OrderState::kPendingCancel);
    EXPECT_EQ(order.status, model::OrderStatus::kSubmitted);
    WithdrawCancel(order, kNow);
    EXPECT_EQ(StateOf(order), OrderState::kSubmitted);
  }
}

}  // namespace
}  // namespace bulwark::oms
