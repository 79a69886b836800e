// Goal: risk:pdt:trades shows the day trades of the books and what others wrote, each once, through
//       losses and restarts; and the documented question counts no fewer than the guard.
// Method: a real redis-server; fills by hand, on the Monday of Thanksgiving week 2026.

#include "trader/day_trade_board.h"

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "base/uuid.h"
#include "calendar/day.h"
#include "calendar/exchange_calendar.h"
#include "contract/day_trade_document.h"
#include "engine/day_trade_book.h"
#include "model/accounting.h"
#include "model/action.h"
#include "model/adjustment.h"
#include "model/fill.h"
#include "model/foreign_day_trade.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/share_move.h"
#include "oms/oms.h"
#include "redis/connection.h"
#include "redis/reply.h"
#include "redis/test_server.h"

namespace bulwark::trader {
namespace {

using base::Decimal;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kKey = "risk:pdt:trades";
constexpr const char* kTheirs =
    R"({"symbol": "AAPL", "date": "2026-11-20", "recorded_at": "2026-11-20T20:40:32Z"})";

class DayTradeBoardTest : public testing::Test {
 protected:
  DayTradeBoardTest() {
    EXPECT_TRUE(table_.Add(*model::DefaultInstrument("AAPL")).has_value());
    EXPECT_TRUE(table_.Add(*model::DefaultInstrument("BTC/USDT")).has_value());
    Start();
  }

  // From what was booked so far, as a restart would.
  void Start(std::vector<model::ForeignDayTrade> foreign = {}) {
    const oms::OpeningBooks books{
        .portfolio = portfolio_, .share_moves = moves_, .foreign_day_trades = UnixDaysOf(foreign)};
    board_ = std::make_unique<DayTradeBoard>(engine::DayTradeSetup{}, table_, books, foreign);
  }
  void Fill(model::Side side, std::uint16_t instrument = 0) {
    now_ += std::chrono::seconds{60};
    const model::Fill fill{.order_id = base::Uuid::Derive(1, 1, ++orders_),
                           .trade_id = model::TradeId("T" + std::to_string(orders_)),
                           .instrument = {instrument},
                           .side = side,
                           .price = Decimal::FromInt(10),
                           .quantity = Decimal::FromInt(5),
                           .at = now_,
                           .booked_at = now_};
    const auto effect = model::ApplyFill(fill, portfolio_);
    moves_.rows.push_back({.what = fill, .quantity = effect.quantity});
    board_->Apply(model::FillBooked{.fill = fill}, now_);
  }
  void RoundTrip(std::uint16_t instrument = 0) {
    Fill(model::Side::kBuy, instrument);
    Fill(model::Side::kSell, instrument);
  }
  // Takes the last fill back.
  void Bust() {
    const auto& fill = std::get<model::Fill>(moves_.rows.back().what);
    model::Adjustment undo = model::Undo(fill, fill.quantity, Decimal::FromInt(50));
    undo.kind = model::AdjustmentKind::kBust;
    undo.at = now_;
    const auto effect = model::ApplyAdjustment(undo, portfolio_);
    moves_.rows.push_back({.what = undo, .quantity = effect.quantity});
    board_->Apply(model::BooksAdjusted{.adjustment = undo}, now_);
  }
  void Sync() { ASSERT_TRUE(board_->Sync(*connection_, now_)); }
  std::vector<ShownDayTrade> Shown() { return *ReadShownDayTrades(*connection_); }
  redis::Reply Call(std::initializer_list<std::string_view> words) {
    return *connection_->Call(words);
  }
  // Monday to Friday, without holidays, as the contract has it.
  std::int64_t DocumentedCount() {
    auto day = std::chrono::floor<std::chrono::days>(now_);
    for (int back = 0; back < 5;) {
      day -= std::chrono::days{1};
      const std::chrono::weekday weekday{day};
      back += weekday != std::chrono::Saturday && weekday != std::chrono::Sunday ? 1 : 0;
    }
    const std::string first = std::to_string(contract::DateOrdinal(day));
    return Call({"ZCOUNT", kKey, first, "+inf"}).AsInteger().value_or(-1);
  }

  redis::TestServer server_;
  std::unique_ptr<redis::Connection> connection_ = server_.Connect();
  model::InstrumentTable table_;
  model::Portfolio portfolio_{.cash = Decimal::FromInt(100'000)};
  model::ShareMoves moves_;
  base::UnixNanos now_ =
      std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + std::chrono::hours{15};
  std::uint64_t orders_ = 0;
  std::unique_ptr<DayTradeBoard> board_;
};

TEST_F(DayTradeBoardTest, WritesWhatTheContractSays) {
  RoundTrip();
  RoundTrip(1);  // A pair: no day trade.
  Sync();

  const auto shown = Shown();
  ASSERT_THAT(shown, SizeIs(1));
  EXPECT_EQ(shown[0].ordinal, 739'943);
  EXPECT_EQ(shown[0].member,
            R"({"symbol": "AAPL", "date": "2026-11-23", "recorded_at": "2026-11-23T15:02:00Z", )"
            R"("order_id": ")" +
                base::Uuid::Derive(1, 1, 2).ToString() + R"(", "number": 1, "source": "bulwark"})");
  EXPECT_EQ(DocumentedCount(), 1);
  EXPECT_FALSE(board_->is_dirty());
}

TEST_F(DayTradeBoardTest, ARestartCountsNothingTwice) {
  RoundTrip();
  Sync();
  const auto before = Shown();
  Start();
  Sync();
  Sync();
  EXPECT_EQ(Shown(), before);
}

TEST_F(DayTradeBoardTest, WhatWasLostIsWrittenAgainWithWhatOthersWrote) {
  RoundTrip();
  Call({"ZADD", kKey, "739940", kTheirs});
  Sync();
  const auto before = Shown();
  ASSERT_THAT(before, SizeIs(2));
  EXPECT_THAT(board_->TakeAlerts(), SizeIs(1));

  Call({"FLUSHALL"});
  Sync();
  EXPECT_EQ(Shown(), before);
  EXPECT_EQ(DocumentedCount(), 2);
  EXPECT_THAT(board_->TakeAlerts(), IsEmpty());
}

TEST_F(DayTradeBoardTest, WhatTheLedgerKeptOfOthersIsShownAfterARestartWithoutRedis) {
  Start({{.member = kTheirs, .unix_day = 739'940 - contract::kOrdinalOfUnixDay}});
  Sync();
  EXPECT_THAT(Shown(), ElementsAre(ShownDayTrade{.member = kTheirs, .ordinal = 739'940}));
}

TEST_F(DayTradeBoardTest, ABustTakesTheMemberAwayAlsoWhenRedisWasNotThere) {
  RoundTrip();
  Sync();
  ASSERT_THAT(Shown(), SizeIs(1));
  Bust();
  Start();
  Sync();
  EXPECT_THAT(Shown(), IsEmpty());
}

TEST_F(DayTradeBoardTest, TrimsWhatIsOlderThanEightDaysAndKeepsTheWindow) {
  Call({"ZADD", kKey, "739934", "nine days"});
  Call({"ZADD", kKey, "739935", "eight days"});
  Sync();
  EXPECT_THAT(Shown(), ElementsAre(ShownDayTrade{.member = "eight days", .ordinal = 739'935}));
}

TEST_F(DayTradeBoardTest, AClosureMakesTheWindowReachFurtherBackThanEightDays) {
  const base::UnixNanos begun = now_;
  RoundTrip();
  std::vector<calendar::Override> closures;
  for (int day = 24; day <= 30; ++day) {
    closures.push_back({.date = std::chrono::sys_days{std::chrono::year{2026} / 11 / day},
                        .kind = calendar::DayKind::kClosed});
  }
  auto calendar = calendar::ExchangeCalendar::Create(closures);
  ASSERT_TRUE(calendar.has_value());
  board_ = std::make_unique<DayTradeBoard>(
      engine::DayTradeSetup{.policy = {}, .calendar = *std::move(calendar)}, table_,
      oms::OpeningBooks{.portfolio = portfolio_, .share_moves = moves_},
      std::vector<model::ForeignDayTrade>());
  now_ = begun + std::chrono::hours{24 * 11};  // Friday: the window begins on the 23rd.
  Sync();
  EXPECT_THAT(Shown(), SizeIs(1));
  now_ += std::chrono::hours{24 * 3};
  Sync();
  EXPECT_THAT(Shown(), IsEmpty());
}

TEST_F(DayTradeBoardTest, AForeignTypeIsReplacedAndTold) {
  RoundTrip();
  Call({"SET", kKey, "nonsense"});
  Sync();
  EXPECT_THAT(Shown(), SizeIs(1));
  const auto alerts = board_->TakeAlerts();
  ASSERT_THAT(alerts, SizeIs(1));
  EXPECT_EQ(alerts[0].event.view(), "DAY_TRADES_REPLACED");
}

TEST_F(DayTradeBoardTest, AMemberOfAnEarlierLedgerIsAnothers) {
  const std::string member =
      R"({"symbol": "AAPL", "date": "2026-11-20", "recorded_at": "2026-11-20T20:40:32Z", )"
      R"("order_id": "8a4f2c1e-5b7d-5e9f-a1b2-c3d4e5f60718", "number": 1, "source": "bulwark"})";
  Call({"ZADD", kKey, "739940", member});
  EXPECT_THAT(ForeignAmong(Shown(), OrdersIn(moves_)),
              ElementsAre(model::ForeignDayTrade{
                  .member = member, .unix_day = 739'940 - contract::kOrdinalOfUnixDay}));
  Sync();
  EXPECT_THAT(Shown(), SizeIs(1));
}

}  // namespace
}  // namespace bulwark::trader
