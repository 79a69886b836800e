// Goal: the role serves the truth of a real Redis, takes commands, and outlives the loss of Redis.
// Method: a real redis-server on a unix socket in a temporary folder, real HTTP and WebSocket
//         clients.

#include "api/service.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "api/commands.h"
#include "base/result.h"
#include "ledger/ledger.h"
#include "net/loopback_client.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/url.h"
#include "sql/sqlite_file.h"

namespace bulwark::api {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

constexpr auto kPatience = std::chrono::seconds{20};

// A private redis-server; Kill() and Start() may follow each other.
class RedisProcess {
 public:
  RedisProcess() {
    char name[] = "/tmp/bulwark_api_XXXXXX";
    folder_ = ::mkdtemp(name);
    Start();
  }
  ~RedisProcess() {
    Kill();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  RedisProcess(const RedisProcess&) = delete;
  RedisProcess& operator=(const RedisProcess&) = delete;
  RedisProcess(RedisProcess&&) = delete;
  RedisProcess& operator=(RedisProcess&&) = delete;

  void Start() {
    pid_ = ::fork();
    if (pid_ == 0) {
      ::execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", Socket().c_str(),
               "--save", "", "--dir", folder_.c_str(), "--logfile", "/dev/null", nullptr);
      ::_exit(127);
    }
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!Connect() && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
  }
  void Kill() const {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] redis::Url Url() const { return *redis::ParseUrl("unix://" + Socket()); }
  [[nodiscard]] std::unique_ptr<redis::Connection> Connect() const {
    auto connection = redis::Connection::Connect(Url());
    return connection ? std::move(*connection) : nullptr;
  }
  void Run(std::initializer_list<std::string_view> command) const {
    EXPECT_TRUE(Connect()->Call(redis::Args{command.begin(), command.size()}).has_value());
  }
  [[nodiscard]] std::string Do(std::initializer_list<std::string_view> command) const {
    const auto reply = Connect()->Call(command);
    return reply ? std::string(reply->AsText().value_or("")) : reply.error().message;
  }

 private:
  [[nodiscard]] std::string Socket() const { return folder_ + "/redis.sock"; }

  std::string folder_;
  pid_t pid_ = -1;
};

class ServiceTest : public testing::Test {
 protected:
  ServiceTest()
      : service_(std::move(*Service::Start({.redis = redis_.Url(),
                                            .ledger = redis_.folder() + "/ledger.db",
                                            .more_metrics = [] { return "bulwark_more 1\n"; },
                                            .call_timeout = std::chrono::milliseconds{300},
                                            .push_every = std::chrono::milliseconds{50}}))) {}

  [[nodiscard]] std::string Get(std::string_view path) const {
    return net::HttpGet(service_->port(), path);
  }
  [[nodiscard]] json GetJson(std::string_view path) const {
    const std::string response = Get(path);
    return json::parse(response.substr(response.find("\r\n\r\n") + 4));
  }
  [[nodiscard]] std::string Post(std::string_view path, std::string_view body,
                                 std::string_view header = "") const {
    return net::HttpPost(service_->port(), path, body, header);
  }
  [[nodiscard]] std::unique_ptr<net::LoopbackWs> Connect() const {
    return net::LoopbackWs::Connect(service_->port(), "/ws");
  }
  // The data of the next frame of that channel.
  static json Next(net::LoopbackWs& client, std::string_view channel) {
    while (auto text = client.Read()) {
      const json frame = json::parse(*text);
      if (frame.value("channel", "") == channel) {
        return frame.at("data");
      }
    }
    ADD_FAILURE() << "no frame of " << channel;
    return nullptr;
  }

  RedisProcess redis_;
  std::unique_ptr<Service> service_;
};

TEST_F(ServiceTest, ServesTheStateOfRedis) {
  redis_.Run({"SET", "METRICS:CASH", "90500.0"});
  redis_.Run({"SET", "MARKET:ACTIVE_SYMBOLS", R"(["BTC/USDT"])"});
  redis_.Run({"SET", "MARKET:OHLCV:BTC_USDT", R"([{"close": 110.0}])"});
  redis_.Run({"SADD", "oms:orders:open", "1da26b1b-0000-4000-8000-000000000001"});
  redis_.Run({"SET", "oms:order:1da26b1b-0000-4000-8000-000000000001", R"({"id":"o1"})"});
  redis_.Run({"LPUSH", "METRICS:TOTAL_VALUE", "a foreign type"});
  for (int i = 10; i < 40; ++i) {
    redis_.Run({"SET", "ALERTS:EVENT:17713512000" + std::to_string(i), R"({"level": "ERROR"})"});
  }
  redis_.Run({"SET", "ALERTS:EVENT:later", "no event"});
  redis_.Run({"SET", "ALERTS:LAST", R"({"level": "ERROR"})"});

  json state;
  do {
    state = GetJson("/api/state?symbol=BTC%2FUSDT");
    // Found by SCAN, which is done once a second and may have run between two of the writes.
  } while (state.at("alerts").size() < 25 ||
           state.at("alerts").at(0).at("event_key") != "ALERTS:EVENT:1771351200039");

  EXPECT_EQ(state.at("metrics").at("cash"), 90500.0);
  EXPECT_TRUE(state.at("metrics").at("total_value").is_null());
  EXPECT_THAT(state.at("problems").dump(), HasSubstr("WRONGTYPE"));
  EXPECT_EQ(state.at("open_orders").at(0).at("id"), "o1");
  EXPECT_EQ(state.at("candles").at("rows").at(0).at("close"), 110.0);
  EXPECT_EQ(state.at("alerts").size(), 25U);
  EXPECT_EQ(state.at("alerts").at(24).at("event_key"), "ALERTS:EVENT:1771351200015");
}

TEST_F(ServiceTest, HaltsAndResumesOnlyWithTheTypedWord) {
  EXPECT_THAT(Post("/api/halt", R"({"confirmation":"halt"})"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(Post("/api/halt", "HALT"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(Post("/api/halt", R"({"confirmation":"HALT","reason":7})"),
              StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(Post("/api/halt", R"({"confirmation":"HALT"})", "Origin: http://evil.example\r\n"),
              StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(Get("/api/halt"), StartsWith("HTTP/1.1 405"));
  EXPECT_EQ(redis_.Do({"GET", "SYSTEM:HALT"}), "");

  EXPECT_THAT(
      Post("/api/halt", R"({"confirmation":"HALT","reason":" too \n fast "})"),
      HasSubstr(R"({"halt":true,"reason":"too   fast","ledger":false,"redis":true,"warning":)"));
  EXPECT_EQ(redis_.Do({"GET", "SYSTEM:HALT"}), "true");

  EXPECT_THAT(Post("/api/resume", R"({"confirmation":"RESUME"})"), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(redis_.Do({"GET", "SYSTEM:HALT"}), "false");
}

TEST_F(ServiceTest, RecordsCommandsInTheLedgerAlsoWhileRedisIsAway) {
  const auto ledger = std::move(*ledger::Ledger::Open(redis_.folder() + "/ledger.db"));
  redis_.Kill();

  EXPECT_THAT(Post("/api/halt", R"({"confirmation":"HALT","reason":"too fast"})"),
              HasSubstr(R"({"halt":true,"reason":"too fast","ledger":true,"redis":false})"));
  EXPECT_THAT(Post("/api/kill", R"({"confirmation":"KILL"})"),
              HasSubstr(R"({"kill":true,"reason":"","ledger":true,"redis":false})"));

  const auto stopped = ledger->ReadSwitches();
  ASSERT_TRUE(stopped.has_value());
  EXPECT_TRUE(stopped->halt.is_on);
  EXPECT_EQ(stopped->halt.reason, "too fast");
  EXPECT_EQ(stopped->halt.actor, "human");
  EXPECT_TRUE(stopped->kill.is_on);
  EXPECT_EQ(stopped->kill.reason, "no reason given");

  EXPECT_THAT(Post("/api/resume", R"({"confirmation":"RESUME"})"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(Post("/api/release", R"({"confirmation":"RELEASE"})"), StartsWith("HTTP/1.1 200"));
  const auto running = ledger->ReadSwitches();
  EXPECT_FALSE(running->halt.is_on);
  EXPECT_FALSE(running->kill.is_on);
}

TEST_F(ServiceTest, StopsThroughRedisAloneWhenTheLedgerIsBrokenAndWarns) {
  std::ofstream(redis_.folder() + "/ledger.db") << "this is no database";

  EXPECT_THAT(Post("/api/kill", R"({"confirmation":"KILL"})"),
              testing::AllOf(StartsWith("HTTP/1.1 200"), HasSubstr(R"("ledger":false)"),
                             HasSubstr(R"("redis":true)"), HasSubstr("NOT RECORDED")));
  EXPECT_THAT(Post("/api/halt", R"({"confirmation":"HALT"})"),
              testing::AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("NOT RECORDED")));
  EXPECT_THAT(Post("/api/release", R"({"confirmation":"RELEASE"})"),
              testing::AllOf(StartsWith("HTTP/1.1 503"), HasSubstr("bulwark release")));
  EXPECT_THAT(Post("/api/resume", R"({"confirmation":"RESUME"})"), StartsWith("HTTP/1.1 503"));

  EXPECT_EQ(redis_.Do({"GET", "risk:kill_switch"}), "active");
  EXPECT_EQ(redis_.Do({"GET", "SYSTEM:HALT"}), "true");
}

TEST_F(ServiceTest, StopsThroughRedisAloneWhileTheLedgerIsLocked) {
  const auto ledger = std::move(*ledger::Ledger::Open(redis_.folder() + "/ledger.db"));
  const auto other = sql::OpenSqlite(redis_.folder() + "/ledger.db", {});
  ASSERT_TRUE(other && (*other)->Run("BEGIN IMMEDIATE"));

  EXPECT_THAT(Post("/api/kill", R"({"confirmation":"KILL"})"),
              testing::AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("NOT RECORDED")));

  EXPECT_EQ(redis_.Do({"GET", "risk:kill_switch"}), "active");
}

TEST_F(ServiceTest, ShowsAKillAndItsReleaseInRedis) {
  const auto ledger = std::move(*ledger::Ledger::Open(redis_.folder() + "/ledger.db"));

  EXPECT_THAT(Post("/api/kill", R"({"confirmation":"KILL","reason":"drill"})"),
              HasSubstr(R"("ledger":true,"redis":true)"));
  EXPECT_EQ(redis_.Do({"GET", "risk:kill_switch"}), "active");
  EXPECT_THAT(redis_.Do({"GET", "risk:kill_switch:meta"}), HasSubstr("drill"));

  EXPECT_THAT(Post("/api/release", R"({"confirmation":"RELEASE"})"), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(redis_.Do({"GET", "risk:kill_switch"}), "inactive");
}

TEST_F(ServiceTest, RefusesAReleaseBeforeItsTimeAndSaysWhen) {
  const auto ledger = std::move(*ledger::Ledger::Open(redis_.folder() + "/ledger.db"));
  EXPECT_THAT(Post("/api/kill", R"({"confirmation":"KILL"})"), StartsWith("HTTP/1.1 200"));
  Commands commands(redis_.folder() + "/ledger.db", redis_.Url(), {},
                    {.cooldown = std::chrono::minutes{60}});
  net::Request request;
  request.body = R"({"confirmation":"RELEASE"})";
  request.headers.emplace_back("content-type", "application/json");

  const net::Response refused = commands.Take(kReleaseCommand, request);

  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.body, HasSubstr("can be released in 60 min"));
  EXPECT_EQ(redis_.Do({"GET", "risk:kill_switch"}), "active");
  EXPECT_TRUE(ledger->ReadSwitches()->kill.is_on);
}

// The ledger is held, so that the release waits between its look at the key and its record.
TEST_F(ServiceTest, KeepsAStopThatIsSetWhileAnOlderOneIsReleased) {
  const auto ledger = std::move(*ledger::Ledger::Open(redis_.folder() + "/ledger.db"));
  ASSERT_THAT(Post("/api/halt", R"({"confirmation":"HALT"})"), StartsWith("HTTP/1.1 200"));
  const auto other = sql::OpenSqlite(redis_.folder() + "/ledger.db", {});
  ASSERT_TRUE(other && (*other)->Run("BEGIN IMMEDIATE"));
  std::string answer;
  std::thread release([&] { answer = Post("/api/resume", R"({"confirmation":"RESUME"})"); });
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (redis_.Do({"INFO", "commandstats"}).find("cmdstat_watch:") == std::string::npos &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  redis_.Run({"SET", "SYSTEM:HALT", "true"});
  EXPECT_TRUE((*other)->Run("COMMIT"));
  release.join();

  EXPECT_THAT(answer, testing::AllOf(StartsWith("HTTP/1.1 409"), HasSubstr("newer stop")));
  EXPECT_EQ(redis_.Do({"GET", "SYSTEM:HALT"}), "true");
  EXPECT_TRUE(ledger->ReadSwitches()->halt.is_on);
}

TEST_F(ServiceTest, RemembersEquityAndTheLastPortfolio) {
  redis_.Run({"SET", "METRICS:TOTAL_VALUE", "100.5"});
  const std::string update = R"({"total_equity":100.5,"positions":[]})";
  while (redis_.Connect()->Call({"PUBLISH", "portfolio:update", update})->integer == 0) {
  }
  const auto first = Connect();
  while (!Next(*first, "portfolio:update").contains("total_equity")) {
    ASSERT_FALSE(HasFailure());
  }
  while (GetJson("/api/equity").empty()) {
  }

  EXPECT_EQ(GetJson("/api/equity").at(0).at(1), 100.5);
}

TEST_F(ServiceTest, TakesJsonOnly) {
  net::LoopbackHttp client(service_->port());
  client.Send(
      "POST /api/halt HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
      "Content-Length: 23\r\nConnection: close\r\n\r\n{\"confirmation\":\"HALT\"}");

  EXPECT_THAT(client.ReadToEnd(), StartsWith("HTTP/1.1 415"));
}

TEST_F(ServiceTest, WelcomesClientsWithTheStateAndForwardsEvents) {
  redis_.Run({"SET", "system:status", R"({"broker": "connected", "feed": "connected"})"});
  redis_.Run({"SET", "risk:kill_switch", "inactive"});
  while (GetJson("/api/state").at("kill_switch") != "inactive") {
  }
  const auto first = Connect();
  const auto second = Connect();

  for (const auto* client : {&first, &second}) {
    EXPECT_EQ(Next(**client, "system:status").at("feed"), "connected");
    EXPECT_EQ(Next(**client, "risk:kill_switch").at("action"), "deactivate");
    EXPECT_TRUE(Next(**client, "portfolio:update").contains("total_equity"));
    EXPECT_TRUE(Next(**client, "state:snapshot").contains("metrics"));
  }
  // The subscription is there when Redis counts it.
  while (redis_.Connect()->Call({"PUBLISH", "trade:executed", R"({"symbol":"A"})"})->integer == 0) {
  }

  EXPECT_EQ(Next(*first, "trade:executed").at("symbol"), "A");
  EXPECT_EQ(Next(*second, "trade:executed").at("symbol"), "A");
}

TEST_F(ServiceTest, PushesWhatChangedAndAnswersPings) {
  const auto client = Connect();
  client->SendText(R"({"type":"ping"})");
  client->SendText("nonsense");
  bool has_pong = false;
  while (!has_pong) {
    const auto text = client->Read();
    ASSERT_TRUE(text.has_value());
    has_pong = text == R"({"type":"pong"})";
  }

  redis_.Run({"SET", "METRICS:CASH", "1.5"});

  while (Next(*client, "state:snapshot").at("metrics").at("cash") != 1.5) {
    ASSERT_FALSE(HasFailure());
  }
}

TEST_F(ServiceTest, OutlivesTheLossOfRedis) {
  const auto client = Connect();
  EXPECT_EQ(Next(*client, "system:redis").at("connected"), true);

  redis_.Kill();

  EXPECT_EQ(Next(*client, "system:redis").at("connected"), false);
  while (Next(*client, "state:snapshot").at("redis").at("connected") != false) {
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_EQ(GetJson("/api/state").at("redis").at("connected"), false);
  EXPECT_THAT(Get("/health"), StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(Get("/metrics"), testing::AllOf(HasSubstr("bulwark_redis_up 0"),
                                              testing::Not(HasSubstr("bulwark_more"))));
  EXPECT_THAT(Post("/api/halt", R"({"confirmation":"HALT"})"),
              testing::AllOf(StartsWith("HTTP/1.1 503"), HasSubstr("bulwark halt --reason")));

  redis_.Start();

  EXPECT_EQ(Next(*client, "system:redis").at("connected"), true);
  EXPECT_THAT(Post("/api/halt", R"({"confirmation":"HALT"})"), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServiceTest, AddsTheMetricsOfOthers) {
  EXPECT_THAT(Get("/metrics"), testing::AllOf(HasSubstr("\nbulwark_redis_up 1\n"),
                                              testing::EndsWith("\nbulwark_more 1\n")));
}

TEST_F(ServiceTest, ServesAPageEvenWhenNoneWasBuilt) {
  EXPECT_THAT(Get("/"), testing::AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("npm run build")));
  EXPECT_THAT(Get("/other"), StartsWith("HTTP/1.1 404"));
}

TEST(ServiceStartTest, RefusesAddressesThatOthersCanReach) {
  const auto service = Service::Start({.redis = {}, .host = "0.0.0.0"});

  ASSERT_FALSE(service.has_value());
  EXPECT_EQ(service.error().code, base::ErrorCode::kInvalidArgument);
  EXPECT_THAT(service.error().message, HasSubstr("api.host 0.0.0.0"));
}

TEST(CleanReasonTest, KeepsWholeCharactersOnOneLine) {
  EXPECT_EQ(CleanReason("  a\tb\x7F\n"), "a b");
  EXPECT_EQ(CleanReason(" \n "), "");
  EXPECT_EQ(CleanReason(std::string(199, 'x') + "é"), std::string(199, 'x'));
}

}  // namespace
}  // namespace bulwark::api
