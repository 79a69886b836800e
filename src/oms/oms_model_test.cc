// Goal: whatever is asked of the OMS and whatever the venue says to it, in spot, margin and perp
//       accounts, money and quantity are what a list of trades says, and what is blocked is what
//       orders and positions tie up.
// Method: seeded random commands (orders, brackets, stops, replacements, cancels, splits,
//         dividends) and reports (late, double, too much, taken back, corrected) against a model
//         that only keeps the trades and adds them up anew after each step.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "model/action_buffer.h"
#include "model/adjustment.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/venue_report.h"
#include "oms/oms.h"
#include "oms/oms_testing.h"

namespace bulwark::oms {
namespace {

using base::Decimal;
using model::AccountMode;
using testing_support::Approve;
using testing_support::D;
using testing_support::Id;
using testing_support::kNow;

const Decimal kOpeningCash = D("1000000");

// The trades as they stand, and what else moved cash. A split multiplies all that was held, and
// what was traded before it can no longer be changed.
class NaiveBooks {
 public:
  void See(const model::Fill& fill) {
    Trade& trade = trades_[std::string(fill.trade_id.view())];
    if (trade.fill.quantity.is_zero()) {
      trade.fill = fill;
    }
  }
  void Correct(const model::Fill& fill, std::uint32_t revision) {
    Trade& trade = trades_.at(std::string(fill.trade_id.view()));
    if (!trade.is_void && !trade.is_frozen && revision > trade.revision) {
      trade.fill = fill;
      trade.revision = revision;
    }
  }
  void Bust(const std::string& id) {
    Trade& trade = trades_.at(id);
    trade.is_void = trade.is_void || !trade.is_frozen;
  }
  void Split(int factor) {
    for (auto& [id, trade] : trades_) {
      trade.is_frozen = true;
      trade.factor *= factor;
    }
  }
  void AddCash(Decimal cash) { dividends_ += cash; }

  [[nodiscard]] Decimal quantity() const {
    Decimal sum;
    for (const auto& [id, trade] : trades_) {
      if (!trade.is_void) {
        for (int time = 0; time < trade.factor; ++time) {
          sum += trade.is_buy() ? trade.fill.quantity : -trade.fill.quantity;
        }
      }
    }
    return sum;
  }
  // What has been paid and received, fees included.
  [[nodiscard]] Decimal flow() const {
    Decimal sum = dividends_;
    for (const auto& [id, trade] : trades_) {
      if (!trade.is_void) {
        const Decimal value = trade.fill.notional();
        sum += (trade.is_buy() ? -value : value) - trade.fill.fee;
      }
    }
    return sum;
  }
  [[nodiscard]] const model::Fill* Any(std::uint64_t draw) const {
    if (trades_.empty()) {
      return nullptr;
    }
    auto at = trades_.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(draw % trades_.size()));
    return &at->second.fill;
  }

 private:
  struct Trade {
    model::Fill fill;
    std::uint32_t revision = 0;
    bool is_void = false;
    bool is_frozen = false;
    int factor = 1;

    [[nodiscard]] bool is_buy() const { return fill.side == model::Side::kBuy; }
  };
  std::map<std::string, Trade> trades_;
  Decimal dividends_;
};

class RandomAccount {
 public:
  RandomAccount(std::uint64_t seed, AccountMode mode)
      : random_(seed),
        oms_(OpeningBooks{
            .portfolio = {.cash = kOpeningCash, .terms = {.mode = mode, .leverage = D("4")}}}) {}

  void Step() {
    out_.Clear();
    const std::uint64_t draw = Below(100);
    if (draw < 20) {
      Submit();
    } else if (draw < 25) {
      Launch();
    } else if (draw < 30) {
      Replace();
    } else if (draw < 36) {
      Cancel();
    } else if (draw < 38) {
      BookEvent();
    } else if (draw < 46) {
      ChangeTrade();
    } else if (draw < 70) {
      Tell();
    } else {
      Fill();
    }
    while (const auto lost = oms_.TakeLostLeg()) {
      oms_.HoldAgain(*lost, NextId(), kNow, out_);
    }
    oms_.Sweep();
  }

  void Check() const {
    const model::Portfolio& books = oms_.portfolio();
    const model::Position& position = books.positions[0];
    ASSERT_EQ(position.owned(), naive_.quantity());
    if (books.terms.mode == AccountMode::kPerp) {
      // Cash moves by profit and loss alone: what was paid and not yet realised is the cost.
      ASSERT_EQ(books.owned_cash() - position.cost, kOpeningCash + naive_.flow());
      ASSERT_EQ(books.owned_cash() - books.realised_pnl, kOpeningCash);
    } else {
      ASSERT_EQ(books.owned_cash(), kOpeningCash + naive_.flow());
      ASSERT_EQ(books.owned_cash() + position.cost - books.realised_pnl, kOpeningCash);
    }
    CheckLots(books);
    CheckOrders(books);
  }

 private:
  static void CheckLots(const model::Portfolio& books) {
    const model::InstrumentId id{0};
    Decimal quantity;
    Decimal cost;
    for (std::size_t at = 0; at < books.lots.size(id); ++at) {
      quantity += books.lots.At(id, at).quantity;
      cost += books.lots.At(id, at).cost;
    }
    ASSERT_EQ(quantity, books.positions[0].owned());
    ASSERT_EQ(cost, books.positions[0].cost);
  }

  void CheckOrders(const model::Portfolio& books) const {
    const model::Position& position = books.positions[0];
    Decimal cash = position.collateral;
    Decimal quantity;
    std::set<model::OrderId> replaced;
    for (const model::Order& order : oms_.open_orders()) {
      ASSERT_FALSE(model::IsTerminal(order.status));
      cash += order.reserved_cash_remaining;
      quantity += order.reserved_quantity_remaining;
      if (order.is_waiting && order.reduce_only) {
        const bool is_long = order.side == model::Side::kSell;
        const Decimal held = is_long ? position.owned() : -position.owned();
        ASSERT_LE(order.armed_quantity, std::max(held, Decimal()));
      }
      if (!order.replaces.is_nil()) {
        ASSERT_TRUE(replaced.insert(order.replaces).second) << "two orders in the place of one";
      }
    }
    ASSERT_EQ(books.blocked_cash, cash);
    ASSERT_EQ(position.blocked_quantity, quantity);
  }

  std::uint64_t Below(std::uint64_t limit) { return random_() % limit; }
  Decimal Quantity() {
    return Decimal::FromRaw(static_cast<std::int64_t>(1 + Below(5'000)) * 1'000);
  }
  Decimal Price() {
    return Decimal::FromRaw(static_cast<std::int64_t>(8'000 + Below(4'000)) * 1'000'000);
  }
  model::OrderId NextId() { return Id(++sequence_); }

  // An open order, or one that ended, or one that never was.
  model::OrderId AnyId() {
    const auto& open = oms_.open_orders();
    return open.empty() || Below(4) == 0 ? Id(1 + Below(sequence_ + 2))
                                         : open[Below(open.size())].id;
  }
  const model::Order* AnyOpen() {
    const auto& open = oms_.open_orders();
    return open.empty() ? nullptr : &open[Below(open.size())];
  }

  // What to do with the position: more of it or less.
  model::NewOrder AnyWish() {
    using enum model::Intent;
    const model::Portfolio& books = oms_.portfolio();
    const bool is_closing = Below(2) == 0;
    model::NewOrder wish{.reduce_only = is_closing, .quantity = Quantity()};
    if (is_closing) {
      wish.intent = books.positions[0].owned().is_negative() ? kCloseShort : kCloseLong;
    } else if (books.terms.mode != AccountMode::kSpot && Below(2) == 0) {
      wish.intent = kOpenShort;
    }
    const bool is_buy = wish.intent == kOpenLong || wish.intent == kCloseShort;
    wish.side = is_buy ? model::Side::kBuy : model::Side::kSell;
    if (!is_closing && Below(2) == 0) {
      wish.protective_stop = is_buy ? D("90") : D("110");
      wish.profit_target = is_buy ? D("110") : D("90");
    }
    return wish;
  }
  [[nodiscard]] bool IsPossible(const model::NewOrder& wish) const {
    const model::Portfolio& books = oms_.portfolio();
    const model::Position& position = books.positions[0];
    const Decimal closable = position.owned().is_negative() ? -position.owned() : position.quantity;
    return oms_.open_orders().size() <= 24 &&
           (wish.reduce_only ? wish.quantity <= closable : books.cash >= D("1000"));
  }

  void Submit() {
    model::NewOrder wish = AnyWish();
    if (!IsPossible(wish)) {
      return;
    }
    const BracketIds ids{.entry = NextId(), .stop = NextId(), .target = NextId()};
    const Decimal reserve = wish.reduce_only ? Decimal() : D("800");
    if (Below(3) == 0) {
      wish.type = model::OrderType::kStop;
      wish.stop_price = D("100");
      oms_.Hold(Approve(wish, oms_.portfolio()), ids, reserve, kNow, out_);
    } else {
      oms_.Submit(Approve(wish, oms_.portfolio()), ids, reserve, kNow, out_);
    }
  }

  void Launch() {
    const model::Order* const order = AnyOpen();
    if (order == nullptr || !order->is_waiting || !order->armed_quantity.is_positive()) {
      return;
    }
    const model::Portfolio& books = oms_.portfolio();
    const model::OrderId id = order->id;
    if (!order->is_triggered) {
      oms_.Trigger(id, kNow, out_);
    }
    Decimal quantity = order->armed_quantity;
    if (order->reduce_only) {
      const model::Position& position = books.positions[0];
      quantity = std::min(quantity, order->side == model::Side::kSell
                                        ? position.quantity
                                        : std::max(-position.owned(), Decimal()));
      quantity = quantity.RoundDownTo(D("0.00001"));
    }
    if (!quantity.is_positive()) {
      return;
    }
    const model::NewOrder wish{.side = order->side,
                               .intent = order->intent,
                               .origin = order->origin,
                               .reduce_only = order->reduce_only,
                               .quantity = quantity};
    const Decimal reserved = order->reserved_cash_remaining;
    const Decimal wanted = order->reduce_only ? Decimal() : D("800");
    oms_.Launch(id, Approve(wish, books), reserved.is_positive() ? reserved : wanted, kNow, out_);
  }

  void Replace() {
    const model::Order* const order = AnyOpen();
    if (order == nullptr || order->is_cancel_requested || oms_.open_orders().size() > 24) {
      return;
    }
    const Decimal quantity = order->filled_quantity + Quantity();
    oms_.Replace({.order_id = order->id, .quantity = quantity}, NextId(), kNow, out_);
  }

  void Cancel() {
    const model::Order* const order = AnyOpen();
    if (order != nullptr && !order->is_cancel_requested) {
      oms_.RequestCancel(order->id, kNow, out_);
    }
  }

  void BookEvent() {
    model::Adjustment event{.at = kNow};
    const std::string id = "event-" + std::to_string(++events_);
    event.id = decltype(event.id)(id);
    const Decimal owned = oms_.portfolio().positions[0].owned();
    if (Below(2) == 0) {
      event.kind = model::AdjustmentKind::kDividend;
      event.cash = owned;
      naive_.AddCash(owned);
    } else if (splits_ < 3 && oms_.open_orders().empty()) {
      event.kind = model::AdjustmentKind::kSplit;
      event.new_shares = 2;
      ++splits_;
      naive_.Split(2);
    } else {
      return;
    }
    oms_.Book(event, kNow, out_);
    oms_.Book(event, kNow, out_);
  }

  void ChangeTrade() {
    const model::Fill* const known = naive_.Any(random_());
    if (known == nullptr) {
      return;
    }
    model::Fill fill = *known;
    if (Below(2) == 0) {
      naive_.Bust(std::string(fill.trade_id.view()));
      oms_.On(model::TradeBusted{.fill = fill}, kNow, out_);
      return;
    }
    fill.price = Price();
    fill.quantity = Quantity();
    const auto revision = static_cast<std::uint32_t>(1 + Below(3));
    naive_.Correct(fill, revision);
    oms_.On(model::TradeCorrected{.fill = fill, .revision = revision}, kNow, out_);
  }

  void Tell() {
    const model::OrderId id = AnyId();
    switch (Below(6)) {
      case 0:
        oms_.On(model::OrderSent{.order_id = id}, kNow, out_);
        break;
      case 1:
        oms_.On(model::OrderAccepted{.order_id = id, .venue_order_id = model::VenueOrderId("V")},
                kNow, out_);
        break;
      case 2:
        oms_.On(model::OrderNotSent{.order_id = id}, kNow, out_);
        break;
      case 3:
        oms_.On(model::OrderUnresolved{.order_id = id}, kNow, out_);
        break;
      case 4:
        oms_.On(model::CancelRejected{.order_id = id}, kNow, out_);
        break;
      default:
        oms_.On(model::OrderEnded{.order_id = id, .end = static_cast<model::OrderEnd>(Below(3))},
                kNow, out_);
    }
  }

  void Fill() {
    const model::Order* const order = AnyOpen();
    model::Fill fill{.order_id = AnyId(), .side = model::Side::kBuy};
    if (order != nullptr && !order->is_waiting && Below(8) != 0) {
      fill.order_id = order->id;
      fill.side = order->side;
    }
    const std::string id = "T" + std::to_string(Below(400 + 20 * sequence_));
    fill.trade_id = model::TradeId(id);
    fill.price = Price();
    fill.quantity = Quantity();
    fill.fee = D("0.01");
    fill.at = kNow;
    naive_.See(fill);
    oms_.On(model::OrderFilled{.fill = fill}, kNow, out_);
  }

  std::mt19937_64 random_;
  Oms oms_;
  model::ActionBuffer out_;
  NaiveBooks naive_;
  std::uint64_t sequence_ = 0;
  int events_ = 0;
  int splits_ = 0;
};

class OmsModelTest : public testing::TestWithParam<AccountMode> {};

TEST_P(OmsModelTest, KeepsTheBooksThatAListOfTradesGives) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomAccount account(seed, GetParam());
    for (int step = 0; step < 500; ++step) {
      SCOPED_TRACE("seed " + std::to_string(seed) + " step " + std::to_string(step));
      account.Step();
      account.Check();
      if (testing::Test::HasFatalFailure()) {
        return;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EachMode, OmsModelTest,
                         testing::Values(AccountMode::kSpot, AccountMode::kMargin,
                                         AccountMode::kPerp));

}  // namespace
}  // namespace bulwark::oms
