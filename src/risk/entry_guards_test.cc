// Goal: each limit on entries denies beyond its edge with code, value and limit, and allows at it.
// Method: one input that passes everything; each test moves one thing over the edge, asks the whole
//         gate, and asks again as an order that only reduces.

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
#include "model/portfolio.h"
#include "risk/approved.h"
#include "risk/entry_log.h"
#include "risk/gate.h"
#include "risk/guard_input.h"
#include "risk/message_log.h"
#include "risk/risk_testing.h"
#include "risk/wide_limits.h"

namespace bulwark::risk {
namespace {

using base::Decimal;
using model::Denial;
using model::DenialCode;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing_support::D;
using testing_support::kNow;

class EntryGuardsTest : public testing_support::GoodWorld {
 protected:
  EntryGuardsTest() { limits_.entry = WideLimits(); }

  [[nodiscard]] std::optional<Denial> Denied() const {
    const GateAnswer answer = Gate(limits_).Check(Input());
    const auto* denial = std::get_if<Denial>(&answer);
    return denial == nullptr ? std::nullopt : std::optional(*denial);
  }

  // Nothing that reduces is held up by the same state of the world.
  [[nodiscard]] bool MayReduce() const {
    model::NewOrder exit = order_;
    exit.side = model::Side::kSell;
    exit.intent = model::Intent::kCloseLong;
    exit.type = model::OrderType::kMarket;
    exit.limit_price = std::nullopt;
    exit.reduce_only = true;
    BookFigures held = books_;
    held.owned_quantity = held.free_quantity = exit.quantity;
    const GateAnswer answer = Gate(limits_).Check(
        {.order = exit, .instrument = instrument_, .state = state_, .books = held, .now = kNow});
    return std::holds_alternative<Approved<model::NewOrder>>(answer);
  }

  void ExpectDenied(DenialCode code, const char* value, const char* limit) const {
    EXPECT_EQ(Denied(), (Denial{.code = code, .value = D(value), .limit = D(limit)}));
    EXPECT_TRUE(MayReduce());
  }
  void ExpectAllowed() const { EXPECT_EQ(Denied(), std::nullopt); }

  void MakeLimit(const char* price) {
    order_.type = model::OrderType::kLimit;
    order_.limit_price = D(price);
  }
  void MakeShort() {
    order_.side = model::Side::kSell;
    order_.intent = model::Intent::kOpenShort;
    limits_.terms = {.mode = model::AccountMode::kMargin};
  }
  void MakeShare() {
    instrument_ = *model::DefaultInstrument("MSFT");
    order_.quantity = D("10");
  }

  GateLimits limits_;
};

TEST_F(EntryGuardsTest, RestrictedSymbolsAreNotEntered) {
  ExpectAllowed();
  limits_.entry.restricted.set(0);
  ExpectDenied(DenialCode::kRestrictedSymbol, "0", "0");
}

TEST_F(EntryGuardsTest, CheapSharesAreNotBought) {
  limits_.entry.price_min = D("5");
  MakeShare();
  state_.marks[0].price = D("5");
  ExpectAllowed();
  state_.marks[0].price = D("4.99");
  ExpectDenied(DenialCode::kMinPrice, "4.99", "5");
  instrument_ = *model::DefaultInstrument("DOGE/USDT");  // A pair has no least price.
  ExpectAllowed();
}

TEST_F(EntryGuardsTest, PurchasesStayWithinTheCollar) {
  limits_.entry.collar_percent = D("5");
  MakeLimit("52500");
  ExpectAllowed();
  MakeLimit("52500.01");
  ExpectDenied(DenialCode::kPriceCollar, "52500.01", "52500");
  MakeLimit("1");  // It would only wait.
  ExpectAllowed();
}

TEST_F(EntryGuardsTest, ShortSalesStayWithinTheCollar) {
  limits_.entry.collar_percent = D("5");
  MakeShort();
  MakeLimit("47500");
  ExpectAllowed();
  MakeLimit("47499.99");
  ExpectDenied(DenialCode::kPriceCollar, "47499.99", "47500");
  MakeLimit("90000");
  ExpectAllowed();
}

TEST_F(EntryGuardsTest, AShortPositionIsLimitedLikeALongOne) {
  limits_.entry.position_percent_max = D("25");
  MakeShort();
  books_.owned_quantity = D("-0.4");
  ExpectAllowed();  // Exactly 25 %.
  books_.owned_quantity = D("-0.40001");
  EXPECT_EQ(Denied(),
            (Denial{.code = DenialCode::kMaxPosition, .value = D("25000.5"), .limit = D("25000")}));
}

TEST_F(EntryGuardsTest, PiecesOfOneOrderAreLimited) {
  limits_.entry.quantity_max = D("0.1");
  ExpectAllowed();
  order_.quantity = D("0.10001");
  ExpectDenied(DenialCode::kMaxOrderQuantity, "0.10001", "0.1");
}

TEST_F(EntryGuardsTest, ShareOfTheVolumeIsLimited) {
  limits_.entry.volume_percent = D("10");
  books_.average_volume = D("2");
  books_.working_buy_quantity = D("0.1");
  ExpectAllowed();
  books_.working_buy_quantity = D("0.10001");
  ExpectDenied(DenialCode::kMaxVolumeShare, "0.20001", "0.2");
  books_.average_volume = std::nullopt;
  ExpectDenied(DenialCode::kMaxVolumeShare, "0.20001", "0");
  limits_.entry.volume_percent = {};
  ExpectAllowed();
}

TEST_F(EntryGuardsTest, PositionsAreLimitedAndAddingToOneIsNot) {
  limits_.entry.positions_max = 3;
  books_.other_positions = 2;
  ExpectAllowed();
  books_.other_positions = 3;
  ExpectDenied(DenialCode::kMaxPositions, "4", "3");
  books_.owned_quantity = D("0.001");
  ExpectAllowed();
  books_.owned_quantity = {};
  books_.working_buy_quantity = D("0.001");
  ExpectAllowed();
}

TEST_F(EntryGuardsTest, OneSectorIsLimited) {
  limits_.entry.sector_percent_max = D("25");
  instrument_.sector = model::Sector("layer one");
  books_.sector_exposure = D("20000");
  ExpectAllowed();
  books_.sector_exposure = D("20000.01");
  ExpectDenied(DenialCode::kMaxSector, "25000.01", "25000");
  books_.sector_exposure = std::nullopt;
  ExpectDenied(DenialCode::kNoReferencePrice, "0", "0");
  instrument_.sector = {};  // A pair without a sector is in none.
  ExpectAllowed();
}

TEST_F(EntryGuardsTest, SharesWithoutASectorAreOneSector) {
  limits_.entry.sector_percent_max = D("25");
  MakeShare();
  state_.marks[0].price = D("500");
  books_.sector_exposure = D("20000.01");
  ExpectDenied(DenialCode::kMaxSector, "25000.01", "25000");
}

TEST_F(EntryGuardsTest, NoMoneyIsBorrowed) {
  limits_.entry.gross_percent_max = D("100");
  books_.gross_exposure = D("95000");
  ExpectAllowed();
  books_.gross_exposure = D("95000.01");
  ExpectDenied(DenialCode::kMaxGrossExposure, "100000.01", "100000");
  books_.gross_exposure = std::nullopt;
  ExpectDenied(DenialCode::kNoReferencePrice, "0", "0");
}

TEST_F(EntryGuardsTest, SomeCashIsLeft) {
  limits_.entry.cash_reserve_percent = D("10");
  books_.free_cash = D("15050");
  ExpectAllowed();
  books_.free_cash = D("15049.99");
  ExpectDenied(DenialCode::kCashReserve, "9999.99", "10000");
}

TEST_F(EntryGuardsTest, NeverTradesWithItself) {
  MakeLimit("50000");
  books_.lowest_own_sale = D("50000.01");
  ExpectAllowed();
  books_.lowest_own_sale = D("50000");
  ExpectDenied(DenialCode::kSelfMatch, "50000", "50000");
  order_.type = model::OrderType::kMarket;
  order_.limit_price = std::nullopt;
  ExpectDenied(DenialCode::kSelfMatch, "0", "50000");

  books_.lowest_own_sale = std::nullopt;
  books_.highest_own_bid = D("50000");
  ExpectAllowed();
  MakeShort();
  MakeLimit("50000.01");
  ExpectAllowed();
  MakeLimit("50000");
  ExpectDenied(DenialCode::kSelfMatch, "50000", "50000");
}

TEST_F(EntryGuardsTest, ACandleHasItsEntries) {
  limits_.entry.candle = seconds{60};
  limits_.entry.candle_entries_max = 2;
  state_.entries.Note(order_, kNow, limits_.entry.candle);
  ExpectAllowed();
  state_.entries.Note(order_, kNow, limits_.entry.candle);
  ExpectDenied(DenialCode::kEntriesPerCandle, "2", "2");
  limits_.entry.candle_entries_max = 0;
  ExpectAllowed();
}

TEST_F(EntryGuardsTest, TheSameIsNotAskedForTwice) {
  limits_.entry.duplicate_window = seconds{5};
  state_.entries.Note(order_, kNow - seconds{5}, limits_.entry.candle);
  ExpectAllowed();
  state_.entries.Note(order_, kNow - milliseconds{4'999}, limits_.entry.candle);
  ExpectDenied(DenialCode::kDuplicateOrder, "4.999", "5");
  order_.quantity = D("0.10001");
  ExpectAllowed();
}

TEST_F(EntryGuardsTest, TheVenueIsNotFlooded) {
  state_.messages = MessageLog({.per_second = 2, .per_minute = 9, .per_strategy_minute = 9});
  state_.messages.Note(order_.strategy, kNow - milliseconds{999});
  ExpectAllowed();
  state_.messages.Note(order_.strategy, kNow);
  ExpectDenied(DenialCode::kMessageRate, "2", "2");
}

TEST_F(EntryGuardsTest, ADayHasItsEntries) {
  limits_.entry.daily_trades_max = 50;
  state_.entries.Restore(UtcDay(kNow), 49);
  ExpectAllowed();
  state_.entries.Restore(UtcDay(kNow), 50);
  ExpectDenied(DenialCode::kMaxDailyTrades, "50", "50");
  state_.entries.Restore(UtcDay(kNow) - 1, 50);
  ExpectAllowed();
}

TEST_F(EntryGuardsTest, HugeAmountsAreTooLargeAndNotAnError) {
  limits_.entry = EntryLimits();
  limits_.entry.quantity_max = Decimal::Max();
  limits_.entry.notional_max = Decimal::Max();
  order_.quantity = Decimal::Max().RoundDownTo(instrument_.lot_size);
  ASSERT_TRUE(Denied().has_value());
  books_.gross_exposure = books_.sector_exposure = Decimal::Max();
  books_.free_cash = -Decimal::Max();
  Gate(limits_).ForEachGuard([&](const auto& guard) { (void)guard.Check(Input()); });
}

}  // namespace
}  // namespace bulwark::risk
