// Goal: well-formed requests are answered, everything else is refused early and the server lives
//       on.
// Method: a real server on a free loopback port, clients that send raw bytes.

#include "net/server.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/result.h"
#include "net/loopback_client.h"
#include "net/message.h"
#include "net/router.h"

namespace bulwark::net {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

Router EchoRouter() {
  Router router;
  router.Add("GET", "/hello", [](const Request& request) {
    return Response{.body = std::string(request.Query("name").value_or("nobody"))};
  });
  router.Add("POST", "/echo",
             [](const Request& request) { return Response{.body = request.body}; });
  return router;
}

std::unique_ptr<Server> Start(ServerOptions options = {}) {
  auto server = std::move(*Server::Listen(std::move(options)));
  server->Run(EchoRouter());
  return server;
}

TEST(ServerTest, AnswersOnAKeptConnection) {
  const auto server = Start();
  LoopbackHttp client(server->port());

  client.Send("GET /hello?name=Ada HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::string first = client.ReadResponse();
  client.Send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nok");
  const std::string second = client.ReadResponse();

  EXPECT_THAT(first, StartsWith("HTTP/1.1 200 OK"));
  EXPECT_THAT(first, EndsWith("\r\n\r\nAda"));
  EXPECT_THAT(first, HasSubstr("X-Content-Type-Options: nosniff"));
  EXPECT_THAT(first, HasSubstr("Cache-Control: no-store"));
  EXPECT_THAT(second, EndsWith("\r\n\r\nok"));
}

TEST(ServerTest, AnswersHeadWithoutABody) {
  const auto server = Start();
  LoopbackHttp client(server->port());

  client.Send("HEAD /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const std::string response = client.ReadToEnd();

  EXPECT_THAT(response, HasSubstr("Content-Length: 6"));
  EXPECT_THAT(response, EndsWith("\r\n\r\n"));
}

TEST(ServerTest, RefusesWhatIsTooLargeOrNoHttp) {
  const auto server = Start({.header_bytes_max = 2048, .body_bytes_max = 100});
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"GET /hello HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(4000, 'x') + "\r\n\r\n",
       "HTTP/1.1 431"},
      {"GET /" + std::string(9000, 'a'), "HTTP/1.1 431"},
      {"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 101\r\n\r\n", "HTTP/1.1 413"},
      {"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 400"},
      {"POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n" +
           std::string(255, 'x'),
       "HTTP/1.1 413"},
      {"\x16\x03\x01\x02 tls hello", "HTTP/1.1 400"},
      {"GET /%FF HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "HTTP/1.1 400"},
      {"GET /hello HTTP/1.1\r\nHost: rebound.example\r\n\r\n", "HTTP/1.1 421"},
      {"GET /hello HTTP/1.1\r\n\r\n", "HTTP/1.1 421"},
      {"POST /echo HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n"
       "Content-Length: 0\r\n\r\n",
       "HTTP/1.1 403"},
      {"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "HTTP/1.1 426"},
      {"GET /none HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "HTTP/1.1 404"},
  };
  for (const auto& [request, status] : cases) {
    LoopbackHttp client(server->port());
    client.Send(request);
    EXPECT_THAT(client.ReadToEnd(), StartsWith(status)) << request.substr(0, 60);
  }

  EXPECT_THAT(HttpGet(server->port(), "/hello"), EndsWith("nobody"));
}

TEST(ServerTest, DropsClientsThatNeverFinishTheirRequest) {
  const auto server = Start({.idle = std::chrono::milliseconds{50}});
  LoopbackHttp client(server->port());

  client.Send("GET /hello HTTP/1.1\r\nHost: ");

  EXPECT_THAT(client.ReadToEnd(), testing::AnyOf(IsEmpty(), StartsWith("HTTP/1.1 408")));
}

TEST(ServerTest, RefusesConnectionsOverTheLimit) {
  const auto server = Start({.connections_max = 1});
  LoopbackHttp first(server->port());
  first.Send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(first.ReadResponse(), Not(IsEmpty()));

  LoopbackHttp second(server->port());

  EXPECT_THAT(second.ReadToEnd(), StartsWith("HTTP/1.1 503"));
  EXPECT_EQ(server->counters().connections_refused, 1U);
}

TEST(ServerTest, NamesTheAddressThatIsTaken) {
  const auto server = Start();

  const auto second = Server::Listen({.port = server->port()});

  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, base::ErrorCode::kConflict);
  EXPECT_EQ(second.error().message,
            fmt::format("cannot listen on 127.0.0.1:{}: Address already in use", server->port()));
}

TEST(ServerTest, RefusesAnAddressThatIsNone) {
  const auto server = Server::Listen({.address = "elsewhere"});

  ASSERT_FALSE(server.has_value());
  EXPECT_THAT(server.error().message, StartsWith("cannot listen on elsewhere:0: "));
}

TEST(ServerTest, StopsAtOnceWithOpenConnections) {
  auto server = Start();
  LoopbackHttp client(server->port());
  client.Send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(client.ReadResponse(), Not(IsEmpty()));

  server.reset();

  EXPECT_EQ(client.ReadToEnd(), "");
}

}  // namespace
}  // namespace bulwark::net
