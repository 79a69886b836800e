// Goal: a run that was recorded is replayed to the same rows, the first difference is found, and
//       the story of an order has every step from the trade to the profit.
// Method: a real engine on simulated trades with a venue that fills at once, recorded and committed
//         as a trader does it; then the ledger or the journal is changed.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "config/settings_loader.h"
#include "engine/engine.h"
#include "explain/replay.h"
#include "explain/story.h"
#include "explain/story_report.h"
#include "journal/recorder.h"
#include "journal/segment.h"
#include "journal/tap.h"
#include "journal/testing.h"
#include "ledger/ledger.h"
#include "ledger/run_history.h"
#include "market/feeds/simulated/simulated_feed.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/denial.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "trader/assembly.h"
#include "trader/run_record.h"

namespace bulwark::explain {
namespace {

using testing::HasSubstr;

constexpr base::UnixNanos kStart{std::chrono::seconds{1'790'000'000}};
constexpr int kTicks = 6'000;

config::Loaded LoadForTest() {
  std::vector<config::FlagValue> flags;
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"bars.interval", "1s"},
                                                        {"strategy.enabled", "ema_cross"},
                                                        {"strategy.ema_cross.fast", "3"},
                                                        {"strategy.ema_cross.slow", "7"},
                                                        {"risk.entry_cooldown", "20s"}}) {
    flags.push_back({"--set", name, value});
  }
  return *config::LoadSettings({.flags = flags});
}

// One run as a trader records it; each Run() is the next epoch.
class ExplainTest : public testing::Test {
 protected:
  ExplainTest() : loaded_(LoadForTest()), instruments_(*trader::MakeInstruments(loaded_.settings)) {
    ledger_ = *ledger::Ledger::Open(folder_.path() / "ledger.db");
    EXPECT_TRUE(
        ledger_->EnsureAccount({.opening_cash = base::Decimal::FromInt(100'000), .at = kStart}));
  }

  void Run(bool is_closed = true) {
    epoch_ = *ledger_->BeginRun({.version = "test"}, instruments_);
    const auto books = *ledger_->Recover(instruments_);
    const trader::EngineStart start{
        .epoch = epoch_,
        .books = {.portfolio = books.portfolio,
                  .open_orders = books.open_orders,
                  .trades = books.trade_ids,
                  .venue_sequence = books.venue_sequence_max},
        .anchor = books.anchor,
        .breakers = trader::OpeningOf(books.breakers, {.peak = books.peak_anchor})};
    venue_sequence_ = books.venue_sequence_max;
    engine_ = *trader::MakeEngine(loaded_.settings, instruments_, start);
    tap_ = std::make_unique<journal::Tap>();
    recorder_ = std::make_unique<journal::Recorder>(
        journal::RecorderOptions{
            .root = Journal(),
            .epoch = epoch_,
            .layout = trader::RecordLayout(),
            .start = trader::EncodeRunRecord({.version = "test",
                                              .settings = trader::SettingsToRecord(loaded_),
                                              .instruments = instruments_.rows(),
                                              .start = start})},
        *tap_);
    Trade();
    if (is_closed) {
      recorder_->Finish();
    }
  }

  void Trade() {
    const auto feed = *market::SimulatedFeed::Create({.seed = 42, .start = kStart}, instruments_);
    Process(model::VenueLink{.is_up = true, .at = kStart});
    Process(BooksNow(kStart));
    for (int count = 0; count < kTicks; ++count) {
      auto tick = std::get<model::Tick>(**feed->Next());
      tick.received_at = tick.event_at;
      Process(model::Permit{.is_redis_ok = true, .is_ledger_ok = true, .at = tick.event_at});
      Process(tick);
      Process(model::Timer{.at = tick.event_at});  // Judges the circuit breakers.
    }
  }
  [[nodiscard]] model::VenueBooks BooksNow(base::UnixNanos at) const {
    model::VenueBooks books{.cash = engine_->oms().portfolio().owned_cash(),
                            .fill_sequence = engine_->oms().venue_sequence(),
                            .at = at};
    for (std::size_t index = 0; index < model::kInstrumentsMax; ++index) {
      books.positions[index] = engine_->oms().portfolio().positions[index].owned();
    }
    return books;
  }
  void Process(const model::Event& event) {
    Feed(event);
    while (!sent_.empty()) {
      const model::Order order = sent_.front();
      sent_.erase(sent_.begin());
      Fill(order);
    }
  }
  void Feed(const model::Event& event) {
    model::ActionBuffer actions;
    tap_->Note(event);
    engine_->Process(event, actions);
    recorder_->DoWork();
    ASSERT_TRUE(ledger_->Commit(epoch_, actions.list()));
    for (const model::Action& action : actions) {
      if (const auto* sent = std::get_if<model::SendOrder>(&action)) {
        sent_.push_back(sent->order);
      }
    }
  }
  void Fill(const model::Order& order) {
    const base::UnixNanos at = order.created_at + std::chrono::milliseconds{1};
    Feed(model::Timer{.at = at});
    const model::VenueOrderId venue_id("V" + std::to_string(venue_sequence_ + 1));
    Feed(model::OrderSent{.order_id = order.id, .at = at});
    Feed(model::OrderAccepted{.order_id = order.id, .venue_order_id = venue_id, .at = at});
    ++venue_sequence_;
    Feed(model::Timer{.at = at + std::chrono::milliseconds{2}});
    Feed(model::OrderFilled{
        .fill = {.order_id = order.id,
                 .trade_id = model::TradeId("T" + std::to_string(venue_sequence_)),
                 .instrument = order.instrument,
                 .side = order.side,
                 .price = *engine_->gate_state().marks[order.instrument.index].price,
                 .quantity = order.quantity,
                 .fee = base::Decimal::FromInt(1),
                 .at = at + std::chrono::milliseconds{2},
                 .venue_sequence = venue_sequence_},
        .venue_order_id = venue_id});
  }

  [[nodiscard]] std::filesystem::path Journal() const { return folder_.path() / "journal"; }
  [[nodiscard]] ledger::History History() { return *ledger_->RunHistory(instruments_, epoch_); }
  [[nodiscard]] ReplayReport ReplayAll(const ledger::History& history, ReplayLimit limit = {}) {
    auto report = Replay(Journal(), epoch_, limit, history);
    EXPECT_TRUE(report) << report.error().message;
    return *std::move(report);
  }
  [[nodiscard]] ledger::History HistoryOf(const model::OrderId& id) {
    return *ledger_->OrderHistory(instruments_, id);
  }

  journal::TempFolder folder_;
  config::Loaded loaded_;
  model::InstrumentTable instruments_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::uint64_t epoch_ = 0;
  std::uint64_t venue_sequence_ = 0;
  std::vector<model::Order> sent_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<journal::Tap> tap_;
  std::unique_ptr<journal::Recorder> recorder_;
};

TEST_F(ExplainTest, ReplaysAWholeRunToTheRowsOfTheLedger) {
  Run();
  const ledger::History history = History();

  const ReplayReport report = ReplayAll(history);
  const ReplayReport again = ReplayAll(history);

  EXPECT_TRUE(report.is_identical()) << DescribeReplay(report);
  EXPECT_TRUE(report.is_whole);
  EXPECT_EQ(report.events, tap_->sequence());
  EXPECT_GT(report.fills, 10U);
  EXPECT_EQ(report.fills, history.fills.size());
  EXPECT_EQ(report.orders, history.orders.size());
  EXPECT_EQ(report.only_in_ledger + report.only_replayed, 0U);
  EXPECT_EQ(report.hash, again.hash);
  EXPECT_THAT(DescribeReplay(report), HasSubstr("identical, run 1"));
}

TEST_F(ExplainTest, ReplaysARunThatBeganWithTheBooksOfTheLastOne) {
  Run();
  Run();

  const ReplayReport report = ReplayAll(History());

  EXPECT_EQ(report.epoch, 2U);
  EXPECT_TRUE(report.is_identical()) << DescribeReplay(report);
}

TEST_F(ExplainTest, ShowsTheFirstDifference) {
  Run();
  ledger::History history = History();
  history.fills[3].fill.price += base::Decimal::FromRaw(1);

  const ReplayReport report = ReplayAll(history);

  ASSERT_TRUE(report.difference.has_value());
  EXPECT_FALSE(report.is_identical());
  EXPECT_THAT(report.difference->replayed, HasSubstr("fill T4 "));
  EXPECT_NE(report.difference->replayed, report.difference->in_ledger);
  EXPECT_THAT(DescribeReplay(report), HasSubstr("DIFFERENT at event "));
}

TEST_F(ExplainTest, MissesARowThatTheLedgerLostOrHasTooMany) {
  Run();
  ledger::History fewer = History();
  fewer.orders.pop_back();
  ledger::History more = History();
  more.orders.push_back(more.orders.back());

  EXPECT_FALSE(ReplayAll(fewer).is_identical());
  EXPECT_FALSE(ReplayAll(more).is_identical());
}

TEST_F(ExplainTest, StopsAtTheEventOrAtTheOrder) {
  Run();
  const ledger::History history = History();
  const model::OrderId id = history.orders[10].order.id;

  const ReplayReport event = ReplayAll(history, {.event = 500});
  const ReplayReport order = ReplayAll(history, {.decided = id});
  const ReplayReport beyond = ReplayAll(history, {.event = tap_->sequence() + 1});

  EXPECT_TRUE(event.is_identical());
  EXPECT_EQ(event.events, 500U);
  EXPECT_TRUE(order.is_identical());
  EXPECT_EQ(history.orders[order.orders - 1].order.id, id);
  EXPECT_FALSE(beyond.is_identical());
}

TEST_F(ExplainTest, TakesATornEndForTheEnd) {
  Run(false);
  const auto file = Journal() / "1" / journal::SegmentName(1);
  std::filesystem::resize_file(file, std::filesystem::file_size(file) * 2 / 3);

  const ReplayReport report = ReplayAll(History());

  EXPECT_TRUE(report.is_identical());
  EXPECT_FALSE(report.is_whole);
  EXPECT_GT(report.events, 100U);
  EXPECT_GT(report.only_in_ledger, 0U);
}

TEST_F(ExplainTest, TellsAnOrderFromTheTradeToTheProfit) {
  Run();
  const ledger::History all = History();
  // The second order is the first sale: it has a profit or a loss.
  const auto sale = std::ranges::find_if(
      all.orders, [](const auto& row) { return row.order.side == model::Side::kSell; });
  ASSERT_NE(sale, all.orders.end());

  const auto story = TellOrder(Journal(), HistoryOf(sale->order.id), model::Symbol("X/Y"));
  ASSERT_TRUE(story) << story.error().message;
  const auto json = nlohmann::json::parse(StoryAsJson(*story));
  std::vector<std::string> names;
  for (const auto& step : json["steps"]) {
    if (names.empty() || names.back() != step["step"].get<std::string>()) {
      names.push_back(step["step"].get<std::string>());
    }
  }

  EXPECT_TRUE(story->missing.empty());
  EXPECT_THAT(names, testing::ElementsAre("event", "bar", "signal", "decision", "wish", "check",
                                          "intent", "order sent", "order accepted", "status",
                                          "fill", "status", "result"));
  EXPECT_EQ(json["steps"].back()["status"], "FILLED");
  EXPECT_NE(json["steps"].back()["realised_pnl"], "0");
  EXPECT_THAT(DescribeStory(*story), HasSubstr("check            permit age             passed"));
}

TEST_F(ExplainTest, TellsThatAnEntryWasMadeSmaller) {
  Run();
  const model::OrderId id = History().orders[0].order.id;

  const auto story = TellOrder(Journal(), HistoryOf(id), model::Symbol("X/Y"));

  ASSERT_TRUE(story && story->cause && story->cause->asked);
  EXPECT_EQ(story->cause->asked->denial, std::nullopt);
  EXPECT_EQ(story->cause->asked->first_denial->code, model::DenialCode::kMaxPosition);
  EXPECT_GT(*story->cause->asked->first_quantity, story->cause->asked->order.quantity);
  EXPECT_THAT(DescribeStory(*story), HasSubstr("was refused, MAX_POSITION"));
}

TEST_F(ExplainTest, TellsWhyADecisionWasDenied) {
  Run();
  const auto denied = ListDenied(Journal(), epoch_, 5);
  ASSERT_TRUE(denied);
  ASSERT_FALSE(denied->empty());
  EXPECT_LE(denied->size(), 5U);
  const DeniedDecision& last = denied->back();

  const auto story = TellDecision(Journal(), last.decision_id);

  ASSERT_TRUE(story && *story);
  EXPECT_FALSE((*story)->order_id.has_value());
  ASSERT_TRUE((*story)->cause && (*story)->cause->asked);
  EXPECT_EQ((*story)->cause->asked->denial, last.denial);
  EXPECT_THAT(DescribeStory(**story), HasSubstr("DENIED"));
  EXPECT_THAT(DescribeStory(**story), HasSubstr(model::DenialName(last.denial.code)));
}

TEST_F(ExplainTest, SaysPlainlyWhatIsGone) {
  Run();
  const model::OrderId id = History().orders[0].order.id;
  std::filesystem::remove_all(Journal());

  const auto story = TellOrder(Journal(), HistoryOf(id), model::Symbol("X/Y"));

  ASSERT_TRUE(story);
  EXPECT_FALSE(story->cause.has_value());
  ASSERT_EQ(story->missing.size(), 1U);
  EXPECT_THAT(DescribeStory(*story), HasSubstr("NOT KNOWN ANY MORE"));
  EXPECT_THAT(DescribeStory(*story), HasSubstr("fill"));
  EXPECT_THAT(DescribeStory(*story), HasSubstr("result"));
}

}  // namespace
}  // namespace bulwark::explain
