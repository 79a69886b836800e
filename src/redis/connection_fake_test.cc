// Goal: a server that is silent, slow, rude or gone never holds a caller beyond its timeout, and
//       never
// makes it believe an answer.
// Method: a TCP server on loopback that answers with given bytes, or none.

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/error_code.hpp>
#include <gtest/gtest.h>

#include "base/result.h"
#include "base/time.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/subscriber.h"
#include "redis/url.h"

namespace bulwark::redis {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Accepts one client, answers "+PONG" to its greeting and then `answer` to its first command, and
// keeps the line open until the client leaves; with `hangs_up` it leaves after the answer.
class FakeServer {
 public:
  explicit FakeServer(std::string answer, bool hangs_up = false, std::string greeting = "+PONG\r\n")
      : thread_([this, answer = std::move(answer), hangs_up, greeting = std::move(greeting)] {
          Serve(greeting, answer, hangs_up);
        }) {}
  ~FakeServer() { thread_.join(); }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;
  FakeServer(FakeServer&&) = delete;
  FakeServer& operator=(FakeServer&&) = delete;

  [[nodiscard]] Url url() const {
    Url url;
    url.host = "127.0.0.1";
    url.port = acceptor_.local_endpoint().port();
    return url;
  }

 private:
  void Serve(const std::string& greeting, const std::string& answer, bool hangs_up) {
    tcp::socket client(io_);
    acceptor_.accept(client);
    std::array<char, 4096> input{};
    boost::system::error_code error;
    for (const std::string& bytes : {greeting, answer}) {
      client.read_some(asio::buffer(input), error);
      asio::write(client, asio::buffer(bytes), error);
    }
    while (!hangs_up && !error) {
      client.read_some(asio::buffer(input), error);
    }
  }

  asio::io_context io_;
  tcp::acceptor acceptor_{io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::thread thread_;
};

ConnectionOptions Quick() {
  return {.connect_timeout = seconds{5},
          .call_timeout = milliseconds{150},
          .reply_bytes_max = 4096,
          .client_name = ""};
}

TEST(ConnectionFakeTest, GivesUpOnASilentServerAfterTheTimeout) {
  const FakeServer server("");
  auto connection = Connection::Connect(server.url(), Quick());
  ASSERT_TRUE(connection) << connection.error().message;

  const base::Nanos start = base::MonotonicNow();
  const auto reply = (*connection)->Call({"GET", "k"});
  const base::Nanos took = base::MonotonicNow() - start;

  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, base::ErrorCode::kUnavailable);
  EXPECT_GE(took, milliseconds{150});
  EXPECT_LT(took, seconds{2});
  EXPECT_FALSE((*connection)->is_alive());
}

TEST(ConnectionFakeTest, StaysDeadAfterATimeoutSoThatNoLateAnswerIsMistaken) {
  const FakeServer server("$1\r\n");
  auto connection = Connection::Connect(server.url(), Quick());
  ASSERT_TRUE(connection);
  ASSERT_FALSE((*connection)->Call({"GET", "k"}));

  const auto reply = (*connection)->Call({"GET", "other"});

  ASSERT_FALSE(reply);
  EXPECT_NE(reply.error().message.find("lost earlier"), std::string::npos);
}

TEST(ConnectionFakeTest, ReportsATruncatedReplyAndAHangUp) {
  for (const char* answer : {"", "$10\r\nabc", "*3\r\n:1\r\n"}) {
    const FakeServer server(answer, true);
    auto connection = Connection::Connect(server.url(), Quick());
    ASSERT_TRUE(connection);

    const auto reply = (*connection)->Call({"GET", "k"});

    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, base::ErrorCode::kUnavailable);
    EXPECT_FALSE((*connection)->is_alive());
  }
}

TEST(ConnectionFakeTest, ReportsGarbageAndGiantsAsCorrupt) {
  for (const std::string& answer :
       {std::string("HTTP/1.1 400 Bad Request\r\n\r\n"), "$9000\r\n" + std::string(8999, 'x')}) {
    const FakeServer server(answer);
    auto connection = Connection::Connect(
        server.url(), {.call_timeout = seconds{5}, .reply_bytes_max = 4096, .client_name = ""});
    ASSERT_TRUE(connection);

    const auto reply = (*connection)->Call({"GET", "k"});

    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, base::ErrorCode::kCorrupt);
    EXPECT_FALSE((*connection)->is_alive());
  }
}

TEST(ConnectionFakeTest, KeepsTheConnectionAfterAnErrorAnswer) {
  const FakeServer server("-OOM command not allowed when used memory > 'maxmemory'.\r\n");
  auto connection = Connection::Connect(server.url(), Quick());
  ASSERT_TRUE(connection);

  const auto reply = (*connection)->Call({"SET", "k", "v"});

  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, base::ErrorCode::kUnavailable);
  EXPECT_NE(reply.error().message.find("OOM"), std::string::npos);
  EXPECT_TRUE((*connection)->is_alive());
}

TEST(ConnectionFakeTest, BoundsTheGreetingByTheConnectTimeout) {
  const FakeServer server("", false, "");
  ConnectionOptions options = Quick();
  options.connect_timeout = milliseconds{150};

  const base::Nanos start = base::MonotonicNow();
  const auto connection = Connection::Connect(server.url(), options);

  ASSERT_FALSE(connection);
  EXPECT_LT(base::MonotonicNow() - start, seconds{2});
  EXPECT_NE(connection.error().message.find("127.0.0.1"), std::string::npos);
}

TEST(ConnectionFakeTest, NamesTheServerThatRefusesAndHidesThePassword) {
  Url url;
  {
    const FakeServer server("", true);
    url = server.url();
    ASSERT_TRUE(Connection::Connect(url, Quick()));
  }
  url.password = base::Secret("hunter2");

  const auto connection = Connection::Connect(url, Quick());

  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().code, base::ErrorCode::kUnavailable);
  EXPECT_NE(connection.error().message.find("127.0.0.1"), std::string::npos);
  EXPECT_EQ(connection.error().message.find("hunter2"), std::string::npos);
}

TEST(SubscriberFakeTest, NoticesASilentServerByItsOwnPing) {
  const FakeServer server("", false, "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n");
  constexpr std::array<std::string_view, 1> kChannels = {"c"};
  auto subscriber = Subscriber::Connect(server.url(), kChannels, {},
                                        {.connection = Quick(), .ping_every = milliseconds{50}});
  ASSERT_TRUE(subscriber) << subscriber.error().message;

  const base::Nanos start = base::MonotonicNow();
  base::Result<std::optional<Message>> next;
  while (next && base::MonotonicNow() - start < seconds{5}) {
    next = (*subscriber)->Next(milliseconds{10});
  }

  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, base::ErrorCode::kUnavailable);
  EXPECT_FALSE((*subscriber)->is_alive());
}

}  // namespace
}  // namespace bulwark::redis
