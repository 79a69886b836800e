// Goal: calls, pipelines, transactions, scripts, walks and subscriptions do what they promise on a
//       real
// server, also when it is stopped, killed or out of memory.
// Method: a private redis-server per test; SIGSTOP for a frozen one.

#include <array>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <signal.h>

#include "base/result.h"
#include "base/time.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/reply.h"
#include "redis/scan.h"
#include "redis/script.h"
#include "redis/subscriber.h"
#include "redis/test_server.h"
#include "redis/url.h"

namespace bulwark::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class ServerTest : public testing::Test {
 protected:
  TestServer test_;
  std::unique_ptr<Connection> connection_ = test_.Connect();
};

TEST_F(ServerTest, CallsAndAnswersBinaryValues) {
  const std::string value("a\0b\r\n", 5);

  EXPECT_TRUE(connection_->Call({"SET", "k", value})->is_ok());

  EXPECT_EQ(connection_->Call({"GET", "k"})->AsText(), value);
  EXPECT_TRUE(connection_->Call({"GET", "none"})->is_nil());
  EXPECT_EQ(connection_->Call({"DEL", "k", "none"})->AsInteger(), 1);
}

TEST_F(ServerTest, TranslatesErrorsAndStaysUsable) {
  ASSERT_TRUE(connection_->Call({"SADD", "set", "x"}));

  EXPECT_EQ(connection_->Call({"GET", "set"}).error().code, base::ErrorCode::kCorrupt);
  EXPECT_EQ(connection_->Call({"NOSUCH"}).error().code, base::ErrorCode::kInvalidArgument);
  ASSERT_TRUE(connection_->Call({"CONFIG", "SET", "maxmemory", "1"}));
  EXPECT_EQ(connection_->Call({"SET", "k", "v"}).error().code, base::ErrorCode::kUnavailable);

  ASSERT_TRUE(connection_->Call({"CONFIG", "SET", "maxmemory", "0"}));
  EXPECT_TRUE(connection_->Call({"SET", "k", "v"}));
  EXPECT_TRUE(connection_->is_alive());
}

TEST_F(ServerTest, UsesTheDatabaseAndNameOfItsUrlAndOptions) {
  Url url = test_.url();
  url.db = 3;
  auto other = Connection::Connect(url, {.client_name = "tester"});
  ASSERT_TRUE(other) << other.error().message;

  ASSERT_TRUE((*other)->Call({"SET", "k", "v"}));

  EXPECT_TRUE(connection_->Call({"GET", "k"})->is_nil());
  EXPECT_NE((*other)->Call({"CLIENT", "LIST"})->text.find("name=tester"), std::string::npos);
}

TEST_F(ServerTest, ExecutesABigPipelineInOrder) {
  constexpr int kCommands = 100'000;
  Pipeline pipeline;
  for (int i = 0; i < kCommands; ++i) {
    pipeline.Add({"RPUSH", "list", std::to_string(i)});
  }

  const auto done = connection_->Execute(pipeline);

  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(connection_->Call({"LLEN", "list"})->AsInteger(), kCommands);
  EXPECT_EQ(connection_->Call({"LINDEX", "list", "77777"})->AsText(), "77777");
}

TEST_F(ServerTest, ReadsBigReplies) {
  const std::string big(5'000'000, 'x');
  Pipeline pipeline;
  pipeline.Add({"SET", "big", big});
  pipeline.Add({"GET", "big"});
  pipeline.Add({"MGET", "big", "none", "big"});

  const auto replies = connection_->ExecuteForReplies(pipeline);

  ASSERT_TRUE(replies) << replies.error().message;
  EXPECT_EQ((*replies)[1].text, big);
  ASSERT_EQ((*replies)[2].elements.size(), 3U);
  EXPECT_EQ((*replies)[2].elements[2].text, big);
}

TEST_F(ServerTest, ReportsTheFirstErrorOfAPipelineWithItsPlace) {
  Pipeline pipeline;
  pipeline.Add({"SET", "a", "1"});
  pipeline.Add({"LPUSH", "a", "x"});
  pipeline.Add({"SET", "b", "2"});

  const auto done = connection_->Execute(pipeline);

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, base::ErrorCode::kCorrupt);
  EXPECT_NE(done.error().message.find("command 2 of 3"), std::string::npos);
  EXPECT_EQ(connection_->Call({"GET", "b"})->AsText(), "2");
}

TEST_F(ServerTest, DoesATransactionWhollyOrTellsWhyNot) {
  Pipeline refused;
  refused.BeginTransaction();
  refused.Add({"SET", "a", "1"});
  refused.Add({"NOSUCH"});
  refused.EndTransaction();
  Pipeline failing;
  failing.BeginTransaction();
  failing.Add({"SET", "b", "1"});
  failing.Add({"LPUSH", "b", "x"});
  failing.EndTransaction();
  Pipeline good;
  good.BeginTransaction();
  good.Add({"SET", "c", "1"});
  good.EndTransaction();

  EXPECT_FALSE(connection_->Execute(refused));
  EXPECT_TRUE(connection_->Call({"GET", "a"})->is_nil());
  const auto failed = connection_->Execute(failing);
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("command 4 of 4"), std::string::npos);
  EXPECT_TRUE(connection_->Execute(good));
  EXPECT_EQ(connection_->Call({"GET", "c"})->AsText(), "1");
}

TEST_F(ServerTest, ReportsATransactionWhoseWatchedKeyChanged) {
  const auto other = test_.Connect();
  ASSERT_TRUE(connection_->Call({"WATCH", "k"}));
  ASSERT_TRUE(other->Call({"SET", "k", "theirs"}));
  Pipeline pipeline;
  pipeline.BeginTransaction();
  pipeline.Add({"SET", "k", "ours"});
  pipeline.EndTransaction();

  const auto done = connection_->Execute(pipeline);

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, base::ErrorCode::kConflict);
  EXPECT_EQ(connection_->Call({"GET", "k"})->AsText(), "theirs");
}

TEST_F(ServerTest, WaitsForAFrozenServerNoLongerThanTheTimeout) {
  const ConnectionOptions options = {
      .connect_timeout = milliseconds{100}, .call_timeout = milliseconds{100}, .client_name = ""};
  const auto quick = test_.Connect(options);
  Pipeline pipeline;
  const std::string value(1 << 20U, 'x');
  for (int i = 0; i < 16; ++i) {
    pipeline.Add({"SET", "k", value});  // More than the socket's buffers hold.
  }
  kill(*test_.server().pid(), SIGSTOP);

  const base::Nanos start = base::MonotonicNow();
  const auto called = quick->Execute(pipeline);
  const auto connected = Connection::Connect(test_.url(), options);
  const base::Nanos took = base::MonotonicNow() - start;
  kill(*test_.server().pid(), SIGCONT);

  ASSERT_FALSE(called);
  EXPECT_EQ(called.error().code, base::ErrorCode::kUnavailable);
  EXPECT_FALSE(quick->is_alive());
  EXPECT_FALSE(connected);
  EXPECT_GE(took, milliseconds{200});
  EXPECT_LT(took, seconds{3});
  EXPECT_TRUE(test_.Connect()->Call({"PING"}));
}

TEST_F(ServerTest, NoticesAKilledServerAndConnectsAnew) {
  test_.server().Stop();
  EXPECT_FALSE(connection_->Call({"PING"}));
  EXPECT_FALSE(connection_->is_alive());
  EXPECT_FALSE(Connection::Connect(test_.url()));

  ASSERT_TRUE(test_.server().Start());

  EXPECT_TRUE(test_.Connect()->Call({"PING"}));
}

TEST_F(ServerTest, RunsAScriptByItsDigestAlsoWhenTheServerForgotIt) {
  const Script script("return {KEYS[1], ARGV[1], redis.call('INCR', KEYS[1])}");
  constexpr std::array<std::string_view, 1> kKeys = {"n"};
  constexpr std::array<std::string_view, 1> kArgs = {"x"};

  for (int round = 1; round <= 4; ++round) {
    const auto reply = script.Run(*connection_, kKeys, kArgs);

    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(reply->elements[1].text, "x");
    EXPECT_EQ(reply->elements[2].AsInteger(), round);
    if (round == 2) {
      ASSERT_TRUE(connection_->Call({"SCRIPT", "FLUSH"}));
    }
  }
  EXPECT_EQ(connection_
                ->Call({"SCRIPT", "LOAD",
                        "return {KEYS[1], ARGV[1], redis.call('INCR', "
                        "KEYS[1])}"})
                ->AsText(),
            script.digest());
  EXPECT_EQ(Script("return redis.error_reply('ERR mine')").Run(*connection_, {}, {}).error().code,
            base::ErrorCode::kInvalidArgument);
}

TEST_F(ServerTest, WalksAllKeysOnceAndStopsAtTheLimit) {
  Pipeline pipeline;
  for (int i = 0; i < 2'000; ++i) {
    pipeline.Add({"SET", "walk:" + std::to_string(i), "v"});
  }
  pipeline.Add({"SET", "other", "v"});
  ASSERT_TRUE(connection_->Execute(pipeline));

  const auto all = ScanKeys(*connection_, "walk:*", 10'000);
  const auto some = ScanKeys(*connection_, "walk:*", 10);

  ASSERT_TRUE(all && some);
  EXPECT_TRUE(all->is_complete);
  EXPECT_EQ(all->keys.size(), 2'000U);
  EXPECT_FALSE(some->is_complete);
  EXPECT_EQ(some->keys.size(), 10U);
}

class SubscriberTest : public ServerTest {
 protected:
  static constexpr std::array<std::string_view, 2> kChannels = {"c1", "c2"};
  static constexpr std::array<std::string_view, 1> kPatterns = {"__keyspace@0__:SYSTEM:*"};
};

TEST_F(SubscriberTest, ReceivesChannelsPatternsAndKeyspaceEvents) {
  auto subscriber = Subscriber::Connect(test_.url(), kChannels, kPatterns);
  ASSERT_TRUE(subscriber) << subscriber.error().message;
  ASSERT_TRUE(connection_->Call({"PUBLISH", "c2", "hello"}));
  ASSERT_TRUE(connection_->Call({"SET", "SYSTEM:HALT", "true"}));
  ASSERT_TRUE(connection_->Call({"DEL", "SYSTEM:HALT"}));

  const auto next = [&subscriber] { return **(*subscriber)->Next(seconds{10}); };
  EXPECT_EQ(next(), (Message{"", "c2", "hello"}));
  EXPECT_EQ(next(), (Message{std::string(kPatterns[0]), "__keyspace@0__:SYSTEM:HALT", "set"}));
  EXPECT_EQ(next(), (Message{std::string(kPatterns[0]), "__keyspace@0__:SYSTEM:HALT", "del"}));
  EXPECT_EQ(*(*subscriber)->Next(base::Nanos::zero()), std::nullopt);
}

TEST_F(SubscriberTest, StaysAliveOverSilenceThanksToItsPings) {
  auto subscriber = Subscriber::Connect(test_.url(), kChannels, {},
                                        {.connection = {}, .ping_every = milliseconds{5}});
  ASSERT_TRUE(subscriber);
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(*(*subscriber)->Next(milliseconds{10}), std::nullopt);
  }
  ASSERT_TRUE(connection_->Call({"PUBLISH", "c1", "still here"}));

  EXPECT_EQ((**(*subscriber)->Next(seconds{10})).payload, "still here");
}

TEST_F(SubscriberTest, ReportsALostServer) {
  auto subscriber = Subscriber::Connect(test_.url(), kChannels, {});
  ASSERT_TRUE(subscriber);
  test_.server().Stop();

  EXPECT_EQ((*subscriber)->Next(seconds{10}).error().code, base::ErrorCode::kUnavailable);
  EXPECT_FALSE((*subscriber)->is_alive());
  EXPECT_FALSE((*subscriber)->Next(seconds{10}));
}

TEST_F(SubscriberTest, NoticesAFrozenServer) {
  auto subscriber =
      Subscriber::Connect(test_.url(), kChannels, {},
                          {.connection = {.call_timeout = milliseconds{50}, .client_name = ""},
                           .ping_every = milliseconds{20}});
  ASSERT_TRUE(subscriber);
  kill(*test_.server().pid(), SIGSTOP);

  const base::Nanos start = base::MonotonicNow();
  base::Result<std::optional<Message>> next;
  while (next && base::MonotonicNow() - start < seconds{10}) {
    next = (*subscriber)->Next(milliseconds{10});
  }
  kill(*test_.server().pid(), SIGCONT);

  EXPECT_FALSE(next);
}

}  // namespace
}  // namespace bulwark::redis
