// Goal: the venue process refuses duplicates, obeys one fence, loses no acknowledged event when it
//       is
// killed, and is not held up by a client that does not read.
// Method: real sockets and files in a temporary folder. The server runs by DoWork() calls of the
//         test, in
// a thread where a blocking client needs it, and in a forked child that is killed with SIGKILL.

#include "venue/paper/server.h"

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
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
#include "base/uuid.h"
#include "venue/paper/line_socket.h"
#include "venue/paper/protocol.h"

namespace bulwark::venue::paper {
namespace {

using base::Decimal;
using std::chrono::milliseconds;

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() {
    std::string name = (std::filesystem::temp_directory_path() / "bulwark-venue-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    options_ = {.socket = folder_ / "venue.sock",
                .database = folder_ / "paper.db",
                .opening_cash = Decimal::FromInt(100'000)};
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void Start() {
    auto server = Server::Create(options_);
    ASSERT_TRUE(server.has_value()) << server.error().message;
    server_ = std::move(*server);
  }
  void Work() {
    const auto done = server_->DoWork(milliseconds{0});
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }

  [[nodiscard]] std::unique_ptr<LineSocket> Dial() const {
    const auto fd = LineSocket::Dial(options_.socket);
    EXPECT_TRUE(fd.has_value());
    return std::make_unique<LineSocket>(fd.value_or(-1));
  }
  static void Say(LineSocket& client, std::string_view text) {
    client.out() += text;
    EXPECT_TRUE(client.Flush());
  }
  static std::string NewLine(std::uint64_t number, std::string_view rest) {
    return "NEW " + base::Uuid::Derive(1, 1, number).ToString() + " BTCUSDT " + std::string(rest) +
           " - 1000\n";
  }
  // What the server had to say to `client` so far, without waiting.
  static std::vector<std::string> Hear(LineSocket& client) {
    std::vector<std::string> lines;
    ReadOutcome outcome = client.Read();
    for (; outcome == ReadOutcome::kSome; outcome = client.Read()) {
      while (const auto line = client.NextLine()) {
        lines.emplace_back(*line);
      }
    }
    if (outcome == ReadOutcome::kLost) {
      lines.emplace_back("(closed)");
    }
    return lines;
  }
  std::vector<std::string> Talk(LineSocket& client, std::string_view text) {
    Say(client, text);
    Work();  // Accepts, if the client is new.
    Work();
    return Hear(client);
  }
  std::unique_ptr<LineSocket> Trader(std::string_view fence = "1 1") {
    auto client = Dial();
    Talk(*client, "HELLO " + std::string(fence) +
                      "\nLIST BTCUSDT 0.01 0.00001 0\nTICK BTCUSDT BUY 100 1 1000 1000\n");
    return client;
  }

  std::filesystem::path folder_;
  ServerOptions options_;
  std::unique_ptr<Server> server_;
};

const std::string kFirst = base::Uuid::Derive(1, 1, 1).ToString();

TEST_F(ServerTest, AnswersAnOrderWithItsAcceptanceAndFill) {
  Start();
  auto client = Trader();

  const auto lines = Talk(*client, NewLine(1, "BUY MARKET GTC 2 -"));

  EXPECT_EQ(lines,
            (std::vector<std::string>{"ACCEPTED " + kFirst + " PO-1 1000",
                                      "FILL 1 " + kFirst + " PO-1 P-1 BTCUSDT BUY 100 2 0 1000"}));
  EXPECT_EQ(Talk(*client, "SNAPSHOT\n"),
            (std::vector<std::string>{"ACCOUNT 99800 100000 1 1 0", "POSITION BTCUSDT 2",
                                      "DONE SNAPSHOT"}));
  EXPECT_EQ(Talk(*client, "QUERY " + kFirst + "\n"),
            std::vector<std::string>{"ORDER " + kFirst + " FILLED PO-1 2 -"});
}

TEST_F(ServerTest, RefusesADuplicateAndRemembersThatItHappened) {
  Start();
  auto client = Trader();
  Talk(*client, NewLine(1, "BUY MARKET GTC 2 -"));

  const auto lines = Talk(*client, NewLine(1, "BUY MARKET GTC 2 -"));

  EXPECT_EQ(lines, std::vector<std::string>{"DUPLICATE " + kFirst});
  server_.reset();
  Start();
  EXPECT_EQ(server_->exchange().duplicates(), 1U);
  EXPECT_EQ(server_->exchange().orders_seen(), 1U);
  EXPECT_TRUE(server_->exchange().HasSeen(base::Uuid::Derive(1, 1, 1)));
}

TEST_F(ServerTest, ANewerHelloClosesTheOlderSessionAndDropsWhatItStillSent) {
  Start();
  auto older = Trader("1 1");
  auto newer = Dial();
  Work();

  Say(*newer, "HELLO 2 1\n");
  Say(*older, NewLine(1, "BUY MARKET GTC 2 -"));  // Readable in the same cycle, but later.
  Work();

  const auto lines = Hear(*older);
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines.back(), "(closed)");
  EXPECT_EQ(Hear(*newer), std::vector<std::string>{"WELCOME 2 1 0"});
  EXPECT_EQ(Talk(*newer, "QUERY " + kFirst + "\n"),
            std::vector<std::string>{"ORDER " + kFirst + " UNKNOWN - 0 -"});
}

TEST_F(ServerTest, AnOrderOfAFencedSessionNeverAppearsAfterTheNewSessionAsked) {
  Start();
  auto older = Trader("1 1");
  auto newer = Dial();
  Work();
  // Whichever is read first: the order comes before the fence or never.
  Say(*older, NewLine(1, "BUY MARKET GTC 2 -"));
  Say(*newer, "HELLO 2 1\n");

  Work();
  Work();

  const bool was_before = server_->exchange().HasSeen(base::Uuid::Derive(1, 1, 1));
  const auto answer = Talk(*newer, "QUERY " + kFirst + "\n");
  EXPECT_EQ(answer.back().find("UNKNOWN") == std::string::npos, was_before);
  Work();
  EXPECT_EQ(server_->exchange().HasSeen(base::Uuid::Derive(1, 1, 1)), was_before);
}

TEST_F(ServerTest, RefusesAFenceThatIsNotLargerAlsoAfterARestart) {
  Start();
  auto client = Trader("3 2");
  for (const char* fence : {"3 2", "3 1", "2 9"}) {
    auto late = Dial();
    const auto lines = Talk(*late, "HELLO " + std::string(fence) + "\n");
    ASSERT_EQ(lines.size(), 2U) << fence;
    EXPECT_EQ(lines[0], "ERROR CONFLICT session " + std::string(fence).replace(1, 1, ".") +
                            " is fenced by 3.2");
  }
  EXPECT_EQ(Talk(*client, "PING 5\n"), std::vector<std::string>{"PONG 5"});

  server_.reset();
  Start();
  auto late = Dial();
  EXPECT_EQ(Talk(*late, "HELLO 3 2\n").front(), "ERROR CONFLICT session 3.2 is fenced by 3.2");
  auto next = Dial();
  EXPECT_EQ(Talk(*next, "HELLO 3 3\n").front(), "WELCOME 3 3 0");
}

TEST_F(ServerTest, AnObserverAsksWithoutFencingAndCannotTrade) {
  Start();
  auto trader = Trader();
  auto observer = Dial();

  EXPECT_EQ(Talk(*observer, "OBSERVE\nFILLS 0\n"),
            (std::vector<std::string>{"OBSERVING 0", "DONE FILLS 0 END"}));
  EXPECT_EQ(Talk(*observer, NewLine(1, "BUY MARKET GTC 2 -")),
            (std::vector<std::string>{"ERROR INVALID an observer only asks", "(closed)"}));
  EXPECT_EQ(Talk(*trader, "PING 5\n"), std::vector<std::string>{"PONG 5"});
  EXPECT_EQ(server_->exchange().orders_seen(), 0U);
}

TEST_F(ServerTest, NamesABadLineAndEndsTheSession) {
  Start();
  for (const auto& [line, answer] : std::vector<std::pair<std::string, std::string>>{
           {"BUY EVERYTHING", "ERROR INVALID verb 'BUY' is not valid"},
           {"", "ERROR INVALID verb is missing"},
           {"TICK BTCUSDT BUY -5 1 1 1", "ERROR INVALID price '-5' is not valid"},
           {"TICK BTCUSDT BUY nan 1 1 1", "ERROR INVALID price 'nan' is not valid"},
           {"TICK NOPE BUY 5 1 1 1", "ERROR INVALID TICK of 'NOPE', which is not listed"},
           {"PING 1 2", "ERROR INVALID '2' is too much"},
           {"HELLO 9 9", "ERROR INVALID a session greets once, and first"},
           {"LIST A 0 1 0", "ERROR INVALID tick '0' is not valid"},
           {std::string(600, 'x'), "ERROR INVALID a line is longer than 511 bytes"}}) {
    static int session = 0;
    auto client = Trader("1 " + std::to_string(++session));
    const auto lines = Talk(*client, line + "\nPING 1\n");
    ASSERT_EQ(lines.size(), 2U) << line;
    EXPECT_EQ(lines[0], answer);
    EXPECT_EQ(lines[1], "(closed)");
  }
}

TEST_F(ServerTest, ClosesAClientThatDoesNotReadAndGoesOnWithTheOthers) {
  Start();
  auto trader = Trader();
  auto deaf = Dial();
  Say(*deaf, "OBSERVE\n");
  for (int order = 1; order <= 200; ++order) {
    Talk(*trader, NewLine(static_cast<std::uint64_t>(order), "BUY LIMIT GTC 0.1 99"));
  }

  std::string flood;
  for (int question = 0; question < 500; ++question) {
    flood += "SNAPSHOT\n";
  }
  Say(*deaf, flood);
  Work();
  Work();

  EXPECT_EQ(Talk(*trader, "PING 7\n"), std::vector<std::string>{"PONG 7"});
  const auto lines = Hear(*deaf);
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines.back(), "(closed)");
}

TEST_F(ServerTest, ASecondVenueOnTheSameAccountIsRefused) {
  Start();
  const auto second = Server::Create(options_);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, base::ErrorCode::kConflict);
}

TEST_F(ServerTest, ActivatesAWaitingOrderWithoutTicks) {
  options_.market.latency = milliseconds{2};
  Start();
  auto client = Trader();
  Talk(*client, NewLine(1, "BUY MARKET GTC 2 -"));

  for (int cycle = 0; cycle < 1'000 && server_->exchange().has_pending(); ++cycle) {
    ASSERT_TRUE(server_->DoWork(milliseconds{1}).has_value());
  }

  EXPECT_EQ(server_->exchange().last_sequence(), 1U);
}

// Runs the venue in a child until it is killed.
pid_t StartChild(const ServerOptions& options) {
  const pid_t child = ::fork();
  if (child != 0) {
    return child;
  }
  auto server = Server::Create(options);
  while (server && (*server)->DoWork(milliseconds{50})) {
  }
  ::_exit(1);
}

TEST_F(ServerTest, LosesNothingItAcknowledgedWhenItIsKilled) {
  std::uint64_t told_fill = 0;
  std::uint64_t told_order = 0;
  for (int round = 1; round <= 10; ++round) {
    const pid_t child = StartChild(options_);
    int fd = -1;
    while (fd < 0) {
      fd = LineSocket::Dial(options_.socket).value_or(-1);
    }
    LineSocket client(fd);
    Say(client, "HELLO " + std::to_string(round) +
                    " 1\nLIST BTCUSDT 0.01 0.00001 0\nTICK BTCUSDT BUY 100 1 1000 1000\n");
    const std::uint64_t stop_at = told_fill + 5;
    std::uint64_t next_order = told_order + 1'000;  // Ids never repeat between rounds.
    while (told_fill < stop_at) {
      Say(client, NewLine(++next_order, "BUY MARKET GTC 0.01 -"));
      for (const std::string& line : Hear(client)) {
        const auto answer = ParseAnswer(line);
        ASSERT_TRUE(answer.has_value()) << line;
        if (const auto* fill = std::get_if<FillLine>(&*answer)) {
          told_fill = fill->fill.venue_sequence;
        }
      }
    }
    told_order = next_order;
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }

  Start();

  const Exchange& exchange = server_->exchange();
  EXPECT_GE(exchange.last_sequence(), told_fill);
  EXPECT_EQ(exchange.duplicates(), 0U);
  const Decimal bought =
      base::Mul(*Decimal::Parse("0.01"),
                Decimal::FromInt(static_cast<std::int64_t>(exchange.last_sequence())),
                base::Rounding::kHalfEven);
  EXPECT_EQ(exchange.account().position({}), bought);
  EXPECT_EQ(exchange.account().cash(),
            Decimal::FromInt(100'000) -
                base::Mul(bought, Decimal::FromInt(100), base::Rounding::kHalfEven));
}

}  // namespace
}  // namespace bulwark::venue::paper
