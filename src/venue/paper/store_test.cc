// Goal: paper.db gives back what was committed and nothing else, whatever the account did and
//       whenever its process died.
// Method: seeded random trading, recorded, committed or forgotten, and read back against a naive
//         memory, with reopening in between; children that die by SIGKILL around their commit.

#include "venue/paper/store.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "sql/sqlite_file.h"
#include "venue/paper/exchange.h"
#include "venue/paper/market_model.h"
#include "venue/paper/paper_order.h"
#include "venue/paper/protocol.h"
#include "venue/venue.h"

namespace bulwark::venue::paper {
namespace {

using base::Decimal;

constexpr base::UnixNanos kStart{std::chrono::seconds{1'700'000'000}};

const MarketModel& RoughMarket() {
  static const MarketModel market{.half_spread_bps = Decimal::FromInt(3),
                                  .taker_fee_bps = *Decimal::Parse("7.5"),
                                  .maker_fee_bps = Decimal::FromInt(2),
                                  .latency = std::chrono::microseconds{50},
                                  .partial_fill_chance = *Decimal::Parse("0.5"),
                                  .reject_chance = *Decimal::Parse("0.05"),
                                  .seed = 7};
  return market;
}

model::OrderId Id(std::uint64_t number) {
  return base::Uuid::Derive(1, 1, number);
}

model::Instrument MakeInstrument(std::size_t at) {
  model::Instrument instrument = *model::DefaultInstrument("BTCUSDT");
  instrument.symbol = instrument.venue_symbol = model::Symbol("S" + std::to_string(at));
  return instrument;
}

std::string TextOf(const FillLine& line) {
  std::string text;
  Append(Answer(line), text);
  return text;
}

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() {
    std::string name = (std::filesystem::temp_directory_path() / "bulwark-store-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::filesystem::path file() const { return folder_ / "paper.db"; }
  [[nodiscard]] std::unique_ptr<Store> Open() const {
    auto store = Store::Open(file(), Decimal::FromInt(100'000));
    EXPECT_TRUE(store.has_value()) << (store ? "" : store.error().message);
    return store ? *std::move(store) : nullptr;
  }

  std::filesystem::path folder_;
};

// All that a store must give back, kept in the simplest way.
struct Memory {
  std::map<model::OrderId, VenueOrder> orders;
  std::map<std::uint64_t, PaperOrder> working;
  std::vector<FillLine> fills;
  std::vector<Decimal> positions;
  Decimal cash = Decimal::FromInt(100'000);
  std::uint64_t orders_seen = 0;
  std::uint64_t duplicates = 0;
  base::UnixNanos clock;
  Fence fence;

  void Put(const PaperOrder& order, VenueOrderStatus status, const model::Reason& reason) {
    orders[order.asked.id] = {.id = order.asked.id,
                              .status = status,
                              .venue_order_id = VenueIdOf(order),
                              .cumulative_filled = order.filled,
                              .reason = reason};
    working.erase(order.number);
    if (status == VenueOrderStatus::kWorking) {
      working.emplace(order.number, order);
    }
  }
  void operator()(const Accepted& accepted) { Put(accepted.order, VenueOrderStatus::kWorking, {}); }
  void operator()(const Filled& filled) {
    const bool is_whole = filled.order.remaining().is_zero();
    Put(filled.order, is_whole ? VenueOrderStatus::kFilled : VenueOrderStatus::kWorking, {});
    fills.push_back({.is_past = true,
                     .symbol = filled.order.asked.symbol,
                     .fill = filled.fill,
                     .venue_order_id = VenueIdOf(filled.order)});
  }
  void operator()(const Ended& ended) {
    constexpr std::array kStatus = {
        std::pair{model::OrderEnd::kCancelled, VenueOrderStatus::kCancelled},
        std::pair{model::OrderEnd::kRejected, VenueOrderStatus::kRejected},
        std::pair{model::OrderEnd::kExpired, VenueOrderStatus::kExpired}};
    const auto* const found = std::find_if(kStatus.begin(), kStatus.end(),
                                           [&](const auto& row) { return row.first == ended.end; });
    Put(ended.order, found->second, ended.reason);
  }
  void operator()(const CancelRefused& /*refused*/) {}
  void operator()(const Duplicate& /*duplicate*/) {}

  // What Commit() writes besides.
  void Take(const Exchange& exchange) {
    positions.clear();
    for (const model::Instrument& instrument : exchange.instruments()) {
      positions.push_back(exchange.account().position(instrument.id));
    }
    cash = exchange.account().cash();
    orders_seen = exchange.orders_seen();
    duplicates = exchange.duplicates();
    clock = exchange.clock();
  }
};

void ExpectSame(const ExchangeState& read, const Memory& memory) {
  EXPECT_EQ(read.opening_cash, Decimal::FromInt(100'000));
  EXPECT_EQ(read.cash, memory.cash);
  EXPECT_EQ(read.positions, memory.positions);
  EXPECT_EQ(read.orders_seen, memory.orders_seen);
  EXPECT_EQ(read.duplicates, memory.duplicates);
  EXPECT_EQ(read.last_sequence, memory.fills.size());
  EXPECT_EQ(read.clock, memory.clock);
  std::vector<PaperOrder> working;
  working.reserve(memory.working.size());
  for (const auto& [number, order] : memory.working) {
    working.push_back(order);
  }
  EXPECT_EQ(read.working, working);
  std::vector<model::OrderId> seen = read.seen;
  std::sort(seen.begin(), seen.end());
  std::vector<model::OrderId> expected;
  expected.reserve(memory.orders.size());
  for (const auto& [id, order] : memory.orders) {
    expected.push_back(id);
  }
  EXPECT_EQ(seen, expected);
}

// An exchange with its store, and what the store should know: now, and after a loss of the process.
class Walk {
 public:
  explicit Walk(const std::filesystem::path& file) : file_(file) {
    Reopen();
    for (std::size_t at = 0; at < 2; ++at) {
      const auto listed = exchange_->List(MakeInstrument(at));
      EXPECT_TRUE(store_->RecordInstrument(exchange_->instruments().at(listed->index)).has_value());
    }
    Commit();
  }

  void Step() {
    now_ += std::chrono::microseconds{random_() % 40};
    Outcomes outcomes;
    switch (random_() % 8) {
      case 0:
      case 1:
      case 2:
        exchange_->Submit(RandomOrder(), outcomes);
        break;
      case 3:
        exchange_->Cancel(RandomId(), now_, outcomes);
        break;
      default:
        exchange_->OnTick(
            {.instrument = {static_cast<std::uint16_t>(random_() % 2)},
             .price = Decimal::FromInt(90 + static_cast<std::int64_t>(random_() % 20)),
             .size = Decimal::FromInt(1),
             .received_at = now_},
            outcomes);
    }
    for (const Outcome& outcome : outcomes) {
      const auto recorded = store_->Record(outcome);
      ASSERT_TRUE(recorded.has_value()) << recorded.error().message;
      std::visit(now_known_, outcome);
    }
    Finish();
  }

  [[nodiscard]] std::size_t fills() const { return now_known_.fills.size(); }
  [[nodiscard]] int losses() const { return losses_; }

 private:
  void Finish() {
    if (random_() % 50 == 0) {
      now_known_.fence = {.epoch = random_() % 100, .session = random_() % 100};
      ASSERT_TRUE(store_->RecordFence(now_known_.fence).has_value());
    }
    if (random_() % 3 == 0) {
      Commit();
    }
    AskForAnOrder();
    AskForFills();
    if (random_() % 40 == 0) {
      losses_ += store_->is_dirty() ? 1 : 0;
      Reopen();
    }
  }

  void Commit() {
    if (store_->is_dirty()) {
      now_known_.Take(*exchange_);
      committed_ = now_known_;
    }
    const auto committed = store_->Commit(*exchange_);
    ASSERT_TRUE(committed.has_value()) << committed.error().message;
    ASSERT_FALSE(store_->is_dirty());
  }

  // As after the loss of the process: what was not committed is gone.
  void Reopen() {
    store_.reset();
    auto opened = Store::Open(file_, Decimal::FromInt(100'000));
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    store_ = *std::move(opened);
    const auto state = store_->Load();
    ASSERT_TRUE(state.has_value()) << state.error().message;
    ExpectSame(*state, committed_);
    ASSERT_EQ(*store_->LoadFence(), committed_.fence);
    now_known_ = committed_;
    exchange_.emplace(RoughMarket(), *state);
  }

  void AskForAnOrder() {
    const model::OrderId id = RandomId();
    const auto found = store_->FindOrder(id);
    ASSERT_TRUE(found.has_value()) << found.error().message;
    const auto expected = now_known_.orders.find(id);
    ASSERT_EQ(found->has_value(), expected != now_known_.orders.end());
    if (*found) {
      const VenueOrder& order = **found;
      ASSERT_EQ(order.status, expected->second.status);
      ASSERT_EQ(order.venue_order_id, expected->second.venue_order_id);
      ASSERT_EQ(order.cumulative_filled, expected->second.cumulative_filled);
      ASSERT_EQ(order.reason, expected->second.reason);
    }
  }

  void AskForFills() {
    const std::size_t since = random_() % (now_known_.fills.size() + 2);
    const std::size_t limit = 1 + random_() % 5;
    std::vector<std::string> read;
    const auto has_more = store_->FillsAfter(
        since, limit, [&](const FillLine& line) { read.push_back(TextOf(line)); });
    ASSERT_TRUE(has_more.has_value()) << has_more.error().message;
    std::vector<std::string> expected;
    const std::size_t end = std::min(since + limit, now_known_.fills.size());
    for (std::size_t at = since; at < end; ++at) {
      expected.push_back(TextOf(now_known_.fills[at]));
    }
    ASSERT_EQ(read, expected);
    ASSERT_EQ(*has_more, since + limit < now_known_.fills.size());
  }

  model::OrderId RandomId() { return Id(1 + random_() % next_id_); }

  Submission RandomOrder() {
    const bool is_new = random_() % 10 != 0;
    Submission order{.id = is_new ? Id(++next_id_) : RandomId(),
                     .symbol = MakeInstrument(random_() % 3).symbol,  // One is not listed.
                     .side = random_() % 3 == 0 ? model::Side::kSell : model::Side::kBuy,
                     .time_in_force = static_cast<model::TimeInForce>(random_() % 3),
                     .quantity = Decimal::FromInt(1 + static_cast<std::int64_t>(random_() % 9)),
                     .at = now_};
    if (random_() % 2 == 0) {
      order.type = model::OrderType::kLimit;
      order.limit_price = Decimal::FromInt(90 + static_cast<std::int64_t>(random_() % 20));
    }
    return order;
  }

  std::filesystem::path file_;
  std::mt19937_64 random_{20260218};  // Fixed, so that a failure repeats; the trace names the step.
  std::unique_ptr<Store> store_;
  std::optional<Exchange> exchange_;
  Memory now_known_;
  Memory committed_;
  base::UnixNanos now_ = kStart;
  std::uint64_t next_id_ = 1;
  int losses_ = 0;
};

TEST_F(StoreTest, GivesBackWhatWasCommittedOverRandomTrading) {
  Walk walk(file());
  for (int step = 0; step < 3'000; ++step) {
    SCOPED_TRACE(step);
    walk.Step();
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GT(walk.fills(), 300U) << "the walk must trade to prove anything";
  EXPECT_GT(walk.losses(), 10) << "and lose what was not committed";
}

TEST_F(StoreTest, KeepsTheCashOfAnOldAccount) {
  Open().reset();
  const auto again = Store::Open(file(), Decimal::FromInt(5));

  ASSERT_TRUE(again.has_value());
  EXPECT_EQ((*again)->Load()->cash, Decimal::FromInt(100'000));
  EXPECT_EQ((*again)->Load()->opening_cash, Decimal::FromInt(100'000));
}

TEST_F(StoreTest, BeginsWithWhatTheAccountHeldBeforeAndOnlyOnce) {
  auto held = model::DefaultInstrument("BTC/USDT");
  ASSERT_TRUE(held.has_value());
  const std::vector<OpeningHolding> holdings = {
      {.instrument = *held, .quantity = Decimal::FromInt(3)}};

  for (int start = 0; start < 2; ++start) {
    const auto store = Store::Open(file(), Decimal(), holdings);

    ASSERT_TRUE(store.has_value()) << store.error().message;
    const auto state = (*store)->Load();
    EXPECT_TRUE(state->cash.is_zero());
    ASSERT_EQ(state->instruments.size(), 1U);
    EXPECT_EQ(state->instruments[0].venue_symbol.view(), "BTCUSDT");
    EXPECT_EQ(state->positions, std::vector{Decimal::FromInt(3)});
  }
}

TEST_F(StoreTest, RefusesAnAccountWithoutCashAndASecondOwner) {
  EXPECT_EQ(Store::Open(file(), Decimal()).error().code, base::ErrorCode::kInvalidArgument);
  const auto owner = Open();
  EXPECT_EQ(Store::Open(file(), Decimal::FromInt(1)).error().code, base::ErrorCode::kConflict);
}

TEST_F(StoreTest, RefusesRowsThatMakeNoSense) {
  for (const char* damage : {"UPDATE account SET orders_seen = 3",
                             "INSERT INTO orders VALUES (1, 'no id', 'S0', 'BUY', 'MARKET', 'GTC',"
                             " 0, 1, NULL, 1, 1, 1, 0, 0, 'WORKING', '')"}) {
    SCOPED_TRACE(damage);
    std::filesystem::remove(file());
    Open().reset();
    {
      auto connection = sql::OpenSqlite(file(), {});
      ASSERT_TRUE(connection.has_value());
      ASSERT_TRUE((*connection)->Run(damage).has_value());
    }

    const auto state = Open()->Load();

    ASSERT_FALSE(state.has_value());
    EXPECT_EQ(state.error().code, base::ErrorCode::kCorrupt);
  }
}

TEST_F(StoreTest, KeepsTheNewStepsOfAnInstrument) {
  auto store = Open();
  Exchange exchange(RoughMarket(), *store->Load());
  model::Instrument instrument = MakeInstrument(0);
  ASSERT_TRUE(exchange.List(instrument).has_value());
  ASSERT_TRUE(store->RecordInstrument(exchange.instruments().at(0)).has_value());
  ASSERT_TRUE(store->Commit(exchange).has_value());
  instrument.lot_size = Decimal::FromInt(2);
  ASSERT_TRUE(exchange.List(instrument).has_value());
  ASSERT_TRUE(store->RecordInstrument(exchange.instruments().at(0)).has_value());
  ASSERT_TRUE(store->Commit(exchange).has_value());
  store.reset();

  const auto state = Open()->Load();

  ASSERT_EQ(state->instruments.size(), 1U);
  EXPECT_EQ(state->instruments[0].lot_size, Decimal::FromInt(2));
}

// Buys one unit per order, each committed before it is acknowledged, until it is killed.
class Trader {
 public:
  explicit Trader(const std::filesystem::path& file)
      : store_(std::move(Store::Open(file, Decimal::FromInt(100'000)).value())),
        exchange_({}, store_->Load().value()) {
    const auto listed = exchange_.List(MakeInstrument(0));
    is_fine_ = store_->RecordInstrument(exchange_.instruments().at(listed->index)).has_value();
    Outcomes none;
    exchange_.OnTick({.price = Decimal::FromInt(1), .received_at = kStart}, none);
  }

  void Record() {
    Outcomes outcomes;
    exchange_.Submit({.id = Id(exchange_.orders_seen() + 1),
                      .symbol = MakeInstrument(0).symbol,
                      .quantity = Decimal::FromInt(1),
                      .at = kStart},
                     outcomes);
    for (const Outcome& outcome : outcomes) {
      is_fine_ = is_fine_ && store_->Record(outcome).has_value();
    }
  }
  void Commit() { is_fine_ = is_fine_ && store_->Commit(exchange_).has_value(); }
  [[nodiscard]] bool is_fine() const { return is_fine_; }
  [[nodiscard]] std::uint64_t last() const { return exchange_.orders_seen(); }

 private:
  std::unique_ptr<Store> store_;
  Exchange exchange_;
  bool is_fine_ = false;
};

// The account after the kill must be whole: each order with its fill, its unit and its price.
void ExpectWhole(const ExchangeState& state, std::uint64_t orders) {
  const auto units = static_cast<std::int64_t>(orders);
  EXPECT_EQ(state.orders_seen, orders);
  EXPECT_EQ(state.last_sequence, orders);
  EXPECT_EQ(state.cash, Decimal::FromInt(100'000 - units));
  EXPECT_TRUE(state.working.empty());
  ASSERT_EQ(state.positions.size(), orders == 0 ? state.positions.size() : 1U);
  EXPECT_EQ(state.positions.empty() ? Decimal() : state.positions[0], Decimal::FromInt(units));
}

TEST_F(StoreTest, DeathBeforeTheCommitTakesAllAndDeathAfterItTakesNothing) {
  std::uint64_t expected = 0;
  for (const bool is_committed : {true, false, false, true, true}) {
    SCOPED_TRACE(is_committed);
    const ::pid_t child = ::fork();
    if (child == 0) {
      Trader trader(file());
      trader.Record();
      if (is_committed) {
        trader.Commit();
      }
      // Here the reply would leave.
      ::kill(::getpid(), trader.is_fine() ? SIGKILL : SIGTERM);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    expected += is_committed ? 1 : 0;

    const auto store = Open();
    const auto state = store->Load();
    ASSERT_TRUE(state.has_value()) << state.error().message;
    ExpectWhole(*state, expected);
  }
}

TEST_F(StoreTest, DeathAtAnyMomentLosesNothingThatWasAcknowledged) {
  std::mt19937_64 random{20260219};
  std::uint64_t known = 0;
  for (int round = 0; round < 15; ++round) {
    SCOPED_TRACE(round);
    std::array<int, 2> channel{};
    ASSERT_EQ(::pipe(channel.data()), 0);
    const ::pid_t child = ::fork();
    if (child == 0) {
      Trader trader(file());
      for (std::uint64_t last = 0; trader.is_fine();) {
        trader.Record();
        trader.Commit();
        last = trader.last();
        if (::write(channel[1], &last, sizeof last) != sizeof last) {
          ::_exit(4);
        }
      }
      ::_exit(5);
    }
    ::close(channel[1]);
    const std::uint64_t enough = known + 1 + random() % 20;
    std::uint64_t last = 0;
    while (::read(channel[0], &last, sizeof last) == sizeof last) {
      known = last;
      if (last == enough) {
        // Only chooses the moment; nothing waits for it.
        std::this_thread::sleep_for(std::chrono::microseconds{random() % 2'000});
        ::kill(child, SIGKILL);
      }
    }
    ::close(channel[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);

    const auto store = Open();
    const auto state = store->Load();
    ASSERT_TRUE(state.has_value()) << state.error().message;
    ASSERT_GE(state->orders_seen, known);
    ASSERT_LE(state->orders_seen, known + 1) << "at most the one that was not acknowledged yet";
    ExpectWhole(*state, state->orders_seen);
    known = state->orders_seen;
    EXPECT_EQ((*store->FindOrder(Id(known)))->status, VenueOrderStatus::kFilled);
  }
}

}  // namespace
}  // namespace bulwark::venue::paper
