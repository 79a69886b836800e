// Goal: every client gets every frame once and in order, and no client can hold the server up.
// Method: a real server and real WebSocket clients, some of which misbehave or do not read.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/loopback_client.h"
#include "net/server.h"

namespace bulwark::net {
namespace {

Frame MakeFrame(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

std::unique_ptr<Server> Start(WsOptions ws = {}) {
  if (!ws.welcome) {
    ws.welcome = [] { return std::vector<Frame>{MakeFrame("welcome"), MakeFrame("to you")}; };
  }
  if (!ws.reply) {
    ws.reply = [](std::string_view text) {
      return text == "ping" ? std::optional<std::string>("pong") : std::nullopt;
    };
  }
  auto server = std::move(*Server::Listen({.ws = std::move(ws)}));
  server->Run(Router{});
  return server;
}

// A client that has joined: its welcome came through.
std::unique_ptr<LoopbackWs> Join(const Server& server) {
  auto client = LoopbackWs::Connect(server.port(), "/ws");
  EXPECT_EQ(client->Read(), "welcome");
  EXPECT_EQ(client->Read(), "to you");
  return client;
}

TEST(WsTest, WelcomesAndBroadcastsInOrder) {
  const auto server = Start();
  const auto first = Join(*server);
  const auto second = Join(*server);

  for (int i = 0; i < 100; ++i) {
    server->Broadcast(MakeFrame(std::to_string(i)));
  }

  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(first->Read(), std::to_string(i));
    ASSERT_EQ(second->Read(), std::to_string(i));
  }
  EXPECT_EQ(server->counters().ws_clients, 2U);
}

TEST(WsTest, RepliesToMessages) {
  const auto server = Start();
  const auto client = Join(*server);

  client->SendText("noise");
  client->SendText("ping");

  EXPECT_EQ(client->Read(), "pong");
}

TEST(WsTest, RefusesForeignOriginsAndOtherPaths) {
  const auto server = Start();

  EXPECT_EQ(LoopbackWs::Connect(server->port(), "/ws", "http://evil.example"), nullptr);
  EXPECT_EQ(LoopbackWs::Connect(server->port(), "/other"), nullptr);
  EXPECT_NE(LoopbackWs::Connect(server->port(), "/ws",
                                fmt::format("http://127.0.0.1:{}", server->port())),
            nullptr);
}

TEST(WsTest, RefusesAnUpgradeWithoutAKey) {
  const auto server = Start();
  LoopbackHttp client(server->port());

  client.Send(
      "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\n\r\n");

  EXPECT_THAT(client.ReadToEnd(), testing::StartsWith("HTTP/1.1 400"));
  EXPECT_NE(Join(*server), nullptr);
}

TEST(WsTest, ClosesWithTheCodeThatSaysWhy) {
  const auto server = Start({.message_bytes_max = 100});
  const auto binary = Join(*server);
  const auto large = Join(*server);
  const auto broken = Join(*server);

  binary->SendBinary("x");
  large->SendText(std::string(101, 'x'));
  broken->SendText("\xFF\xFE");

  EXPECT_EQ(binary->ReadCloseCode(), 1003);
  EXPECT_EQ(large->ReadCloseCode(), 1009);
  EXPECT_EQ(broken->ReadCloseCode(), 1007);
}

// A client that does not read while more is sent than sockets and its queue can hold.
void Flood(Server& server) {
  for (int i = 0; i < 200; ++i) {
    server.Broadcast(MakeFrame(fmt::format("{:04}", i) + std::string(500'000, 'x')));
  }
}

TEST(WsTest, DropsTheOldestForASlowClientOnly) {
  const auto server = Start({.queue_frames_max = 4, .queue_bytes_max = 100'000'000});
  const auto slow = Join(*server);

  Flood(*server);
  const auto quick = Join(*server);
  server->Broadcast(MakeFrame("last"));

  EXPECT_EQ(quick->Read(), "last");
  std::string newest;
  while (newest != "last") {
    const std::string text = slow->Read().value_or("");
    ASSERT_GT(text.substr(0, 4), newest.substr(0, 4));
    newest = text;
  }
  EXPECT_GT(server->counters().frames_dropped, 0U);
  EXPECT_EQ(server->counters().slow_disconnects, 0U);
}

TEST(WsTest, DisconnectsASlowClientWhenToldTo) {
  const auto server = Start({.queue_frames_max = 4, .slow_client = SlowClient::kDisconnect});
  const auto slow = Join(*server);

  Flood(*server);

  EXPECT_EQ(slow->ReadCloseCode(), 1013);
  EXPECT_EQ(server->counters().slow_disconnects, 1U);
}

TEST(WsTest, CutsOffAClientThatIsSilent) {
  const auto server = Start({.idle = std::chrono::milliseconds{100}});
  LoopbackHttp dead(server->port());  // Upgrades by hand and then never answers a ping.
  dead.Send(
      "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");

  EXPECT_THAT(dead.ReadToEnd(), testing::StartsWith("HTTP/1.1 101"));
}

TEST(WsTest, SaysGoodbyeWhenTheServerStops) {
  auto server = Start();
  const auto client = Join(*server);

  server.reset();

  EXPECT_EQ(client->ReadCloseCode(), 1001);
}

}  // namespace
}  // namespace bulwark::net
