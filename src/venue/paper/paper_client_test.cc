// Goal: the client tells the engine the truth about each order over lost links, killed venues and
//       fences.
// Method: a real server in a thread, stopped and started at will, on real sockets and files.

#include "venue/paper/paper_client.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/poll.h>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "venue/paper/line_socket.h"
#include "venue/paper/server.h"
#include "venue/venue.h"

namespace bulwark::venue::paper {
namespace {

using base::Decimal;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr base::UnixNanos kStart{seconds{1'700'000'000}};

model::OrderId Id(std::uint64_t number) {
  return base::Uuid::Derive(1, 1, number);
}

model::Order MakeOrder(std::uint64_t number, const char* quantity, const char* limit = nullptr) {
  model::Order order;
  order.id = Id(number);
  order.quantity = *Decimal::Parse(quantity);
  order.created_at = kStart;
  if (limit != nullptr) {
    order.type = model::OrderType::kLimit;
    order.limit_price = *Decimal::Parse(limit);
  }
  return order;
}

class PaperClientTest : public ::testing::Test {
 protected:
  PaperClientTest() {
    std::string name = (std::filesystem::temp_directory_path() / "bulwark-client-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    server_options_ = {.socket = folder_ / "venue.sock",
                       .database = folder_ / "paper.db",
                       .opening_cash = Decimal::FromInt(100'000)};
    EXPECT_TRUE(instruments_.Add(*model::DefaultInstrument("BTCUSDT")).has_value());
    EXPECT_TRUE(instruments_.Add(*model::DefaultInstrument("MSFT")).has_value());
  }
  void TearDown() override {
    StopServer();
    std::filesystem::remove_all(folder_);
  }

  void StartServer() {
    auto server = Server::Create(server_options_);
    ASSERT_TRUE(server.has_value()) << server.error().message;
    server_ = std::move(*server);
    GoOn();
  }
  void GoOn() {
    is_running_ = true;
    thread_ = std::thread([this] {
      while (is_running_ && server_->DoWork(milliseconds{1})) {
      }
    });
  }
  // The process is there and its socket open, but it reads nothing.
  void StallServer() {
    is_running_ = false;
    if (thread_.joinable()) {
      thread_.join();
    }
  }
  void StopServer() {
    StallServer();
    server_.reset();
  }

  [[nodiscard]] std::unique_ptr<PaperClient> MakeClient(base::Nanos timeout = seconds{5}) const {
    return std::make_unique<PaperClient>(PaperClientOptions{.socket = server_options_.socket,
                                                            .call_timeout = timeout,
                                                            .backoff_min = milliseconds{1},
                                                            .backoff_max = milliseconds{20}},
                                         instruments_);
  }
  std::unique_ptr<PaperClient> Connected(std::uint64_t epoch) {
    auto client = MakeClient();
    const auto connected = client->Connect(epoch);
    EXPECT_TRUE(connected.has_value()) << (connected ? "" : connected.error().message);
    Collect(*client);
    reports_.clear();
    client->PublishTick({.price = Decimal::FromInt(100), .received_at = kStart});
    return client;
  }

  void Collect(PaperClient& client) {
    client.Poll([this](const model::VenueReport& report) { reports_.push_back(report); });
  }
  // Polls until `is_done` or ten seconds: a bound for a broken build, not a wait.
  bool PollUntil(PaperClient& client, const std::function<bool()>& is_done) {
    const base::Nanos deadline = base::MonotonicNow() + seconds{10};
    while (!is_done() && base::MonotonicNow() < deadline) {
      Collect(client);
      ::poll(nullptr, 0, 1);
    }
    return is_done();
  }
  // The answer to the one question that was asked.
  std::optional<Finding> Found(PaperClient& client) {
    std::optional<Finding> finding;
    PollUntil(client, [&] {
      if (!finding) {
        finding = client.TakeFinding();
      }
      return finding.has_value();
    });
    return finding;
  }
  template <class Report>
  [[nodiscard]] std::vector<Report> Of() const {
    std::vector<Report> found;
    for (const model::VenueReport& report : reports_) {
      if (const auto* of = std::get_if<Report>(&report)) {
        found.push_back(*of);
      }
    }
    return found;
  }

  std::filesystem::path folder_;
  ServerOptions server_options_;
  model::InstrumentTable instruments_;
  std::unique_ptr<Server> server_;
  std::atomic<bool> is_running_ = false;
  std::thread thread_;
  std::vector<model::VenueReport> reports_;
};

TEST_F(PaperClientTest, SendsAnOrderAndReportsAcceptanceAndFill) {
  StartServer();
  auto client = Connected(1);

  EXPECT_EQ(client->Send(MakeOrder(1, "2")), SendOutcome::kMayHaveLeft);

  ASSERT_TRUE(PollUntil(*client, [&] { return Of<model::OrderFilled>().size() == 1; }));
  ASSERT_EQ(Of<model::OrderAccepted>().size(), 1U);
  const auto filled = Of<model::OrderFilled>().front();
  EXPECT_EQ(filled.fill.order_id, Id(1));
  EXPECT_EQ(filled.fill.price, Decimal::FromInt(100));
  EXPECT_EQ(filled.fill.instrument, model::InstrumentId{0});
  EXPECT_EQ(filled.venue_order_id.view(), "PO-1");
  const auto snapshot = client->Snapshot();
  ASSERT_TRUE(snapshot.has_value());
  EXPECT_EQ(snapshot->cash, Decimal::FromInt(99'800));
  EXPECT_EQ(snapshot->last_fill_sequence, 1U);
  ASSERT_EQ(snapshot->positions.size(), 2U);
  EXPECT_EQ(snapshot->positions[0].quantity, Decimal::FromInt(2));
  EXPECT_EQ(snapshot->positions[0].instrument, model::InstrumentId{0});
}

TEST_F(PaperClientTest, SaysNotSentWhileThereIsNoSession) {
  auto client = MakeClient(milliseconds{30});
  const auto connected = client->Connect(1);

  ASSERT_FALSE(connected.has_value());
  EXPECT_EQ(connected.error().code, base::ErrorCode::kUnavailable);
  EXPECT_NE(connected.error().message.find("venue.sock"), std::string::npos);
  EXPECT_EQ(client->Send(MakeOrder(1, "2")), SendOutcome::kNotSent);
  client->PublishTick({.price = Decimal::FromInt(100), .received_at = kStart});
  EXPECT_EQ(client->dropped_ticks(), 1U);
  EXPECT_FALSE(client->Snapshot().has_value());
  StartServer();
  // The short timeout of this client may pass on a busy machine; asking again is allowed.
  bool is_found = false;
  for (int tries = 0; tries < 200 && !is_found; ++tries) {
    is_found = client->Connect(1).has_value();
  }
  EXPECT_TRUE(is_found) << "a venue that came late is found";
}

TEST_F(PaperClientTest, LearnsAfterAReconnectWhatHappenedMeanwhile) {
  server_options_.market.latency = milliseconds{3};
  StartServer();
  auto client = Connected(1);
  // Accepted before the venue dies, filled by nobody's tick while the client is away: the order
  // waits for its latency when the venue stops, and becomes active in the next process.
  EXPECT_EQ(client->Send(MakeOrder(1, "2", "99")), SendOutcome::kMayHaveLeft);
  ASSERT_TRUE(PollUntil(*client, [&] { return Of<model::OrderAccepted>().size() == 1; }));
  reports_.clear();
  StopServer();
  ASSERT_TRUE(PollUntil(*client, [&] { return Of<model::VenueLink>().size() == 1; }));
  EXPECT_FALSE(Of<model::VenueLink>().front().is_up);
  EXPECT_EQ(client->Send(MakeOrder(2, "1")), SendOutcome::kNotSent);
  EXPECT_EQ(client->Cancel({.order_id = Id(1)}), SendOutcome::kNotSent);
  reports_.clear();

  StartServer();
  ASSERT_TRUE(PollUntil(*client, [&] { return Of<model::OrderEnded>().size() == 1; }));

  EXPECT_EQ(Of<model::OrderEnded>().front().end, model::OrderEnd::kCancelled)
      << "the cancel that could not leave is repeated";
  ASSERT_EQ(Of<model::OrderAccepted>().size(), 1U) << "still working after the restart";
  EXPECT_TRUE(Of<model::VenueLink>().back().is_up);
  EXPECT_EQ(client->duplicates(), 0U);
}

TEST_F(PaperClientTest, AnOrderThatTheVenueNeverReadIsReportedAsNotSent) {
  StartServer();
  auto client = Connected(1);
  // Stop the loop, so that the order stays in the socket, and then lose the process with it.
  is_running_ = false;
  thread_.join();
  EXPECT_EQ(client->Send(MakeOrder(1, "2")), SendOutcome::kMayHaveLeft);
  StopServer();
  StartServer();

  ASSERT_TRUE(PollUntil(*client, [&] { return Of<model::OrderNotSent>().size() == 1; }));

  EXPECT_EQ(Of<model::OrderNotSent>().front().order_id, Id(1));
  EXPECT_TRUE(Of<model::OrderAccepted>().empty());
  EXPECT_EQ(client->QueryOrder(Id(1))->status, VenueOrderStatus::kUnknown);
}

TEST_F(PaperClientTest, ReplaysMissedFillsBeforeTheEndOfTheirOrder) {
  StartServer();
  auto first = Connected(1);
  EXPECT_EQ(first->Send(MakeOrder(1, "2", "99")), SendOutcome::kMayHaveLeft);
  ASSERT_TRUE(PollUntil(*first, [&] { return Of<model::OrderAccepted>().size() == 1; }));
  // Moved on by hand: what happens now is not heard by the client, whose session is gone.
  StopServer();
  auto server = Server::Create(server_options_);
  ASSERT_TRUE(server.has_value());
  LineSocket other(LineSocket::Dial(server_options_.socket).value_or(-1));
  other.out() +=
      "HELLO 1 2\nTICK BTCUSDT BUY 98 0.5 1700000000000000001 1700000000000000001\nCANCEL " +
      Id(1).ToString() + " 1700000000000000001\n";
  EXPECT_TRUE(other.Flush());
  ASSERT_TRUE((*server)->DoWork(milliseconds{0}).has_value());
  ASSERT_TRUE((*server)->DoWork(milliseconds{0}).has_value());
  ASSERT_TRUE((*server)->exchange().working().empty());
  server->reset();
  reports_.clear();
  StartServer();

  // The first dial says session 2 and is fenced by what was done by hand: a newer run would be
  // needed.
  auto second = MakeClient();
  ASSERT_TRUE(second->Connect(2).has_value());
  const auto fills = second->FillsSince(0);
  ASSERT_TRUE(fills.has_value());
  ASSERT_EQ(fills->size(), 1U);
  EXPECT_EQ(fills->front().quantity, *Decimal::Parse("0.5"));
  const auto order = second->QueryOrder(Id(1));
  ASSERT_TRUE(order.has_value());
  EXPECT_EQ(order->status, VenueOrderStatus::kCancelled);
  EXPECT_EQ(order->cumulative_filled, *Decimal::Parse("0.5"));
  ASSERT_TRUE(PollUntil(*first, [&] { return first->is_fenced(); }));
}

TEST_F(PaperClientTest, CatchesUpWithAStreamItMissed) {
  server_options_.market.latency = seconds{50};
  StartServer();
  auto client = Connected(1);
  for (std::uint64_t number = 1; number <= 1'500; ++number) {
    // The venue may be slow to read; what did not leave may be sent again.
    bool has_left = false;
    ASSERT_TRUE(PollUntil(*client, [&] {
      has_left = has_left || client->Send(MakeOrder(number, "0.001")) == SendOutcome::kMayHaveLeft;
      return has_left;
    }));
  }
  ASSERT_TRUE(PollUntil(*client, [&] { return Of<model::OrderAccepted>().size() == 1'500; }));
  reports_.clear();
  StopServer();
  // All become active in the new process, with their fills and ends around the greeting.
  StartServer();
  client->PublishTick({.price = Decimal::FromInt(100), .received_at = kStart + seconds{100}});
  ASSERT_TRUE(PollUntil(*client, [&] { return client->is_connected(); }));
  const auto fill_all = [&] {
    client->PublishTick({.price = Decimal::FromInt(100), .received_at = kStart + seconds{100}});
    return Of<model::OrderFilled>().size() == 1'500;
  };
  ASSERT_TRUE(PollUntil(*client, fill_all));

  std::uint64_t expected = 0;
  for (const auto& filled : Of<model::OrderFilled>()) {
    ASSERT_EQ(filled.fill.venue_sequence, ++expected);
  }
  EXPECT_EQ(client->FillsSince(0)->size(), 1'500U) << "more than one page";
  EXPECT_EQ(client->Snapshot()->duplicates, 0U);
}

TEST_F(PaperClientTest, ANewerRunFencesTheOlderForEver) {
  StartServer();
  auto older = Connected(1);
  auto newer = Connected(2);

  ASSERT_TRUE(PollUntil(*older, [&] { return older->is_fenced(); }));

  EXPECT_EQ(older->Send(MakeOrder(1, "1")), SendOutcome::kNotSent);
  EXPECT_FALSE(older->Connect(1).has_value());
  EXPECT_EQ(older->Connect(1).error().code, base::ErrorCode::kConflict);
  EXPECT_TRUE(newer->Snapshot().has_value());
}

TEST_F(PaperClientTest, AVenueThatStandsStillCountsAsLost) {
  StartServer();
  auto client = MakeClient(milliseconds{40});
  ASSERT_TRUE(client->Connect(1).has_value());
  is_running_ = false;
  thread_.join();

  ASSERT_TRUE(PollUntil(*client, [&] { return !client->is_connected(); }));

  EXPECT_EQ(client->Send(MakeOrder(1, "1")), SendOutcome::kNotSent);
  const base::Nanos before = base::MonotonicNow();
  EXPECT_FALSE(client->Snapshot().has_value());
  EXPECT_LT(base::MonotonicNow() - before, seconds{1});
}

TEST_F(PaperClientTest, DropsTicksWhileTheVenueDoesNotReadButKeepsRoomForOrders) {
  StartServer();
  auto client = Connected(1);
  is_running_ = false;
  thread_.join();

  for (int tick = 0; tick < 20'000; ++tick) {
    client->PublishTick({.price = Decimal::FromInt(100), .received_at = kStart});
  }

  EXPECT_GT(client->dropped_ticks(), 0U);
  EXPECT_EQ(client->Send(MakeOrder(1, "1")), SendOutcome::kMayHaveLeft);
}

// The exit gate is asked before Send(): what waited here would leave after a halt all the same.
TEST_F(PaperClientTest, KeepsNoOrderToLeaveLaterWhileTheVenueDoesNotRead) {
  StartServer();
  auto client = Connected(1);
  Collect(*client);  // The tick leaves.
  PaperClient observer({.socket = server_options_.socket, .is_observer = true}, instruments_);
  ASSERT_TRUE(observer.Connect(0).has_value());
  StallServer();
  std::uint64_t left = 0;
  std::uint64_t refused = 0;
  for (std::uint64_t number = 1; number <= 2'000; ++number) {
    const bool has_left = client->Send(MakeOrder(number, "0.001")) == SendOutcome::kMayHaveLeft;
    ++(has_left ? left : refused);
  }
  EXPECT_GT(left, 0U);
  ASSERT_GT(refused, 0U) << "the socket never filled: nothing is shown";

  // Here the gate is closed. The client is not polled, so only what had left can arrive.
  GoOn();
  const auto arrived = [&] {
    const auto account = observer.Snapshot();
    return account ? account->orders_seen : 0;
  };
  ASSERT_TRUE(PollUntil(observer, [&] { return arrived() == left; }))
      << arrived() << " of " << left;
  // What it does once it is polled again brings no order.
  ASSERT_TRUE(PollUntil(*client, [&] { return Of<model::OrderFilled>().size() == left; }));
  ASSERT_TRUE(client->Snapshot().has_value());
  EXPECT_EQ(arrived(), left);
  EXPECT_EQ(client->Send(MakeOrder(3'000, "0.001")), SendOutcome::kMayHaveLeft);
}

TEST_F(PaperClientTest, RefusesToTradeWithOtherStepsThanWorkingOrdersHave) {
  StartServer();
  auto client = Connected(1);
  EXPECT_EQ(client->Send(MakeOrder(1, "1", "99")), SendOutcome::kMayHaveLeft);
  ASSERT_TRUE(PollUntil(*client, [&] { return Of<model::OrderAccepted>().size() == 1; }));
  model::Instrument coarse = *model::DefaultInstrument("BTCUSDT");
  coarse.tick_size = Decimal::FromInt(1);
  model::InstrumentTable table;
  ASSERT_TRUE(table.Add(coarse).has_value());

  PaperClient other({.socket = server_options_.socket}, table);
  const auto connected = other.Connect(2);

  ASSERT_FALSE(connected.has_value());
  EXPECT_EQ(connected.error().code, base::ErrorCode::kInvalidArgument);
  EXPECT_NE(connected.error().message.find("the steps of BTCUSDT"), std::string::npos);
}

TEST_F(PaperClientTest, AnObserverReadsTheAccountBesideTheTrader) {
  StartServer();
  auto trader = Connected(1);
  EXPECT_EQ(trader->Send(MakeOrder(1, "2")), SendOutcome::kMayHaveLeft);
  ASSERT_TRUE(PollUntil(*trader, [&] { return Of<model::OrderFilled>().size() == 1; }));

  PaperClient observer({.socket = server_options_.socket, .is_observer = true}, instruments_);
  ASSERT_TRUE(observer.Connect(0).has_value());

  EXPECT_EQ(observer.FillsSince(0)->size(), 1U);
  EXPECT_EQ(observer.Snapshot()->orders_seen, 1U);
  EXPECT_EQ(observer.QueryOrder(Id(1))->status, VenueOrderStatus::kFilled);
  EXPECT_EQ(observer.Send(MakeOrder(2, "2")), SendOutcome::kNotSent);
  EXPECT_TRUE(trader->Snapshot().has_value()) << "the trader is not fenced";
}

TEST_F(PaperClientTest, GivesTheAccountRightAfterWhatWasReportedBeforeIt) {
  StartServer();
  auto client = Connected(1);
  EXPECT_EQ(client->Send(MakeOrder(1, "2")), SendOutcome::kMayHaveLeft);
  ASSERT_TRUE(client->Ask(AskAccount{}));
  EXPECT_FALSE(client->Ask(AskAccount{})) << "one at a time";

  const auto finding = Found(*client);
  ASSERT_TRUE(finding.has_value());

  const auto& account = std::get<AccountSnapshot>(*finding);
  EXPECT_EQ(account.last_fill_sequence, Of<model::OrderFilled>().size());
  EXPECT_EQ(account.orders_seen, 1U);
  EXPECT_FALSE(client->TakeFinding().has_value());
  EXPECT_TRUE(client->Ask(AskAccount{}));
}

TEST_F(PaperClientTest, FindsFillsAndOrdersWithoutWaiting) {
  StartServer();
  auto client = Connected(1);
  EXPECT_EQ(client->Send(MakeOrder(1, "2")), SendOutcome::kMayHaveLeft);
  ASSERT_TRUE(PollUntil(*client, [&] { return Of<model::OrderFilled>().size() == 1; }));

  ASSERT_TRUE(client->Ask(AskFills{0}));
  std::optional<Finding> finding = Found(*client);
  ASSERT_TRUE(finding.has_value());
  ASSERT_EQ(std::get<FillsFound>(*finding).fills.size(), 1U);
  EXPECT_EQ(std::get<FillsFound>(*finding).fills[0].order_id, Id(1));

  ASSERT_TRUE(client->Ask(AskOrder{Id(1)}));
  finding = Found(*client);
  ASSERT_TRUE(finding.has_value());
  EXPECT_EQ(std::get<VenueOrder>(*finding).status, VenueOrderStatus::kFilled);

  ASSERT_TRUE(client->Ask(AskOrder{Id(9)}));
  finding = Found(*client);
  ASSERT_TRUE(finding.has_value());
  EXPECT_EQ(std::get<VenueOrder>(*finding).status, VenueOrderStatus::kUnknown);
}

TEST_F(PaperClientTest, FindsNothingWhenTheVenueDiesBeforeItAnswers) {
  StartServer();
  auto client = Connected(1);
  StallServer();
  ASSERT_TRUE(client->Ask(AskAccount{}));
  StopServer();

  const auto finding = Found(*client);
  ASSERT_TRUE(finding.has_value());

  EXPECT_TRUE(std::holds_alternative<NoAnswer>(*finding));
  EXPECT_FALSE(client->Ask(AskAccount{})) << "there is no link";
}

}  // namespace
}  // namespace bulwark::venue::paper
