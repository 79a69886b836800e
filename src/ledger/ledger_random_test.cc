// Goal: after any history of orders, fills, cancels and restarts the ledger gives back exactly the
//       books
// of somebody who remembered everything.
// Method: random steps against a naive model with its own arithmetic; the file is closed and opened
// again at random points. The seed is fixed and the step is traced.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "ledger/ledger.h"
#include "ledger/ledger_backends.h"
#include "ledger/ledger_testing.h"
#include "ledger/recovered_books.h"
#include "model/action.h"
#include "model/fill.h"
#include "model/lots.h"
#include "model/market_data.h"
#include "model/order.h"

namespace bulwark::ledger {
namespace {

using base::Decimal;
using base::Int128;
using testing_support::AreEqual;
using testing_support::D;
using testing_support::MakeFill;
using testing_support::MakeOrder;
using testing_support::Pairs;

// a * b / c, to the nearest, ties to even; all positive. Written apart from base/decimal.cc on
// purpose.
std::int64_t Portion(std::int64_t a, std::int64_t b, std::int64_t c) {
  const Int128 product = static_cast<Int128>(a) * b;
  auto quotient = static_cast<std::int64_t>(product / c);
  const Int128 twice_rest = (product % c) * 2;
  if (twice_rest > c || (twice_rest == c && quotient % 2 == 1)) {
    ++quotient;
  }
  return quotient;
}

struct NaiveBooks {
  std::int64_t cash = D("100000").raw();
  std::int64_t realised = 0;
  std::int64_t fees = 0;
  struct Holding {
    std::int64_t quantity = 0;
    std::int64_t cost = 0;
    std::deque<std::pair<std::int64_t, std::int64_t>> lots;  // Quantity and cost, oldest first.

    void Add(std::int64_t more, std::int64_t value) {
      if (lots.size() == model::LotBook::kLotsMax) {
        lots.back().first += more;
        lots.back().second += value;
      } else {
        lots.emplace_back(more, value);
      }
    }
    // Answers what the oldest of it had cost.
    std::int64_t Remove(std::int64_t less) {
      std::int64_t spent = 0;
      while (less > 0) {
        auto& [held, value] = lots.front();
        const std::int64_t taken = std::min(held, less);
        const std::int64_t share = Portion(value, taken, held);
        spent += share;
        value -= share;
        held -= taken;
        less -= taken;
        if (held == 0) {
          lots.pop_front();
        }
      }
      return spent;
    }
  };
  std::vector<Holding> holdings = std::vector<Holding>(2);
  std::vector<model::Order> orders;
  std::vector<model::Fill> fills;

  // Answers what the fill realised.
  std::int64_t Apply(const model::Fill& fill) {
    Holding& holding = holdings[fill.instrument.index];
    const std::int64_t quantity = fill.quantity.raw();
    const std::int64_t notional = Portion(fill.price.raw(), quantity, Decimal::kScale);
    std::int64_t gain = -fill.fee.raw();
    if (fill.side == model::Side::kBuy) {
      cash -= notional;
      holding.quantity += quantity;
      holding.cost += notional;
      holding.Add(quantity, notional);
    } else {
      const std::int64_t share = holding.Remove(quantity);
      cash += notional;
      holding.quantity -= quantity;
      holding.cost -= share;
      gain += notional - share;
    }
    cash -= fill.fee.raw();
    fees += fill.fee.raw();
    realised += gain;
    fills.push_back(fill);
    return gain;
  }
};

// Makes the next random batch of actions and books it in the model.
class RandomTrader {
 public:
  explicit RandomTrader(std::uint64_t seed) : random_(seed) {}

  const NaiveBooks& books() const { return books_; }

  std::vector<model::Action> NextBatch() {
    std::vector<model::Action> batch;
    for (std::uint64_t left = 1 + random_() % 4; left > 0; --left) {
      const std::uint64_t choice = random_() % 10;
      if (choice < 4) {
        OpenOrder(batch);
      } else if (choice < 9) {
        FillOrder(batch);
      } else {
        CancelOrder(batch);
      }
    }
    return batch;
  }

 private:
  std::int64_t Between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(high - low + 1));
  }

  void OpenOrder(std::vector<model::Action>& batch) {
    model::Order order = MakeOrder(++numbers_, model::Side::kBuy, "1");
    order.instrument.index = static_cast<std::uint16_t>(random_() % 2);
    order.quantity = Decimal::FromRaw(Between(1, 300'000'000));
    const std::int64_t owned = books_.holdings[order.instrument.index].quantity;
    if (owned > 0 && random_() % 2 == 0 && !HasOpenSale(order.instrument)) {
      order.side = model::Side::kSell;
      order.intent = model::Intent::kCloseLong;
      order.quantity = Decimal::FromRaw(Between(1, owned));
      order.reserved_quantity = order.reserved_quantity_remaining = order.quantity;
    } else {
      order.reserved_cash = order.reserved_cash_remaining = Decimal::FromRaw(Between(1, 1'000'000));
    }
    books_.orders.push_back(order);
    batch.emplace_back(model::OrderChanged{order});
  }

  bool HasOpenSale(model::InstrumentId instrument) const {
    return std::any_of(books_.orders.begin(), books_.orders.end(), [&](const model::Order& order) {
      return order.instrument == instrument && order.side == model::Side::kSell &&
             !model::IsTerminal(order.status);
    });
  }

  model::Order* PickOpenOrder() {
    std::vector<model::Order*> open;
    for (model::Order& order : books_.orders) {
      if (!model::IsTerminal(order.status)) {
        open.push_back(&order);
      }
    }
    return open.empty() ? nullptr : open[random_() % open.size()];
  }

  void FillOrder(std::vector<model::Action>& batch) {
    model::Order* order = PickOpenOrder();
    if (order == nullptr) {
      return;
    }
    model::Fill fill = MakeFill(*order, "t-" + std::to_string(++trades_), "1", "1");
    fill.quantity = Decimal::FromRaw(Between(1, order->remaining().raw()));
    fill.price = Decimal::FromRaw(Between(1'000'000, 90'000'000'000));
    fill.fee = Decimal::FromRaw(Between(0, 10'000'000));
    fill.venue_sequence = trades_;
    order->filled_quantity += fill.quantity;
    order->filled_notional += fill.notional();
    order->fees_paid += fill.fee;
    order->status = order->remaining().is_zero() ? model::OrderStatus::kFilled
                                                 : model::OrderStatus::kPartiallyFilled;
    Release(*order, fill.quantity);
    const std::int64_t gain = books_.Apply(fill);
    batch.emplace_back(model::OrderChanged{*order});
    batch.emplace_back(model::FillBooked{fill, Decimal::FromRaw(gain)});
  }

  void CancelOrder(std::vector<model::Action>& batch) {
    if (model::Order* order = PickOpenOrder()) {
      order->status = model::OrderStatus::kCancelled;
      Release(*order, {});
      batch.emplace_back(model::OrderChanged{*order});
    }
  }

  static void Release(model::Order& order, Decimal filled) {
    if (model::IsTerminal(order.status)) {
      order.reserved_cash_remaining = order.reserved_quantity_remaining = {};
    } else if (order.side == model::Side::kSell) {
      order.reserved_quantity_remaining -= filled;
    }
  }

  std::mt19937_64 random_;
  NaiveBooks books_;
  std::uint64_t numbers_ = 0;
  std::uint64_t trades_ = 0;
};

void ExpectEqual(const RecoveredBooks& recovered, const NaiveBooks& books) {
  std::vector<model::Order> open;
  Decimal blocked_cash;
  std::vector<Decimal> blocked(2);
  for (const model::Order& order : books.orders) {
    if (!model::IsTerminal(order.status)) {
      open.push_back(order);
      blocked_cash += order.reserved_cash_remaining;
      blocked[order.instrument.index] += order.reserved_quantity_remaining;
    }
  }
  ASSERT_EQ(recovered.open_orders.size(), open.size());
  for (std::size_t at = 0; at < open.size(); ++at) {
    ASSERT_TRUE(AreEqual(recovered.open_orders[at], open[at])) << open[at].id.ToString();
  }
  ASSERT_EQ(recovered.portfolio.owned_cash().raw(), books.cash);
  ASSERT_EQ(recovered.portfolio.blocked_cash, blocked_cash);
  ASSERT_EQ(recovered.portfolio.realised_pnl.raw(), books.realised);
  ASSERT_EQ(recovered.portfolio.fees_paid.raw(), books.fees);
  for (std::size_t at = 0; at < blocked.size(); ++at) {
    const model::Position& position = recovered.portfolio.positions.at(at);
    ASSERT_EQ(position.owned().raw(), books.holdings[at].quantity);
    ASSERT_EQ(position.blocked_quantity, blocked[at]);
    ASSERT_EQ(position.cost.raw(), books.holdings[at].cost);
  }
  ASSERT_EQ(recovered.fills, books.fills.size());
  ASSERT_EQ(recovered.trade_ids.size(), books.fills.size());
  ASSERT_EQ(recovered.last_fills.size(), std::min(kLastFillsMax, books.fills.size()));
  if (!books.fills.empty()) {
    ASSERT_EQ(recovered.venue_sequence_max, books.fills.back().venue_sequence);
    ASSERT_EQ(recovered.trade_ids.back(), books.fills.back().trade_id);
    ASSERT_EQ(recovered.last_fills.back().fill.trade_id, books.fills.back().trade_id);
  }
}

using LedgerRandomTest = testing_support::BothBackendsTest;

TEST_P(LedgerRandomTest, RecoversTheBooksOfSomebodyWhoRememberedEverything) {
  RandomTrader trader(20260217);
  std::mt19937_64 restarts(7);
  std::unique_ptr<Ledger> ledger = home_.Open();
  ASSERT_TRUE(ledger->EnsureAccount({.opening_cash = D("100000")}));
  std::uint64_t epoch = *ledger->BeginRun({.fills_per_snapshot = 37}, Pairs());
  for (int step = 0; step < 400; ++step) {
    SCOPED_TRACE(step);
    const auto receipt = ledger->Commit(epoch, trader.NextBatch());
    ASSERT_TRUE(receipt.has_value()) << receipt.error().message;
    ASSERT_TRUE(receipt->duplicates.empty());
    if (restarts() % 20 == 0) {
      ledger.reset();
      ledger = home_.Open();
      const std::uint64_t next =
          testing_support::LedgerHome::BeginRunAgain(*ledger, {.fills_per_snapshot = 37}, Pairs());
      ASSERT_EQ(next, epoch + 1);
      epoch = next;
    }
    if (restarts() % 10 == 0) {
      const auto recovered = ledger->Recover(Pairs());
      ASSERT_TRUE(recovered.has_value()) << recovered.error().message;
      ExpectEqual(*recovered, trader.books());
    }
  }
  const auto contradictions = ledger->FindContradictions(Pairs(), 5);
  ASSERT_TRUE(contradictions.has_value());
  EXPECT_THAT(*contradictions, testing::IsEmpty());
  EXPECT_EQ(*ledger->FindChainBreak(Depth::kWhole), std::nullopt);
  EXPECT_GT(**home_.Connect()->QueryInt("SELECT count(*) FROM snapshots"), 5);
}

INSTANTIATE_TEST_SUITE_P(Both, LedgerRandomTest, testing_support::BothBackends(),
                         testing_support::BackendName);

}  // namespace
}  // namespace bulwark::ledger
