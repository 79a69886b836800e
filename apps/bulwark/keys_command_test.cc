// Goal: `bulwark keys` finds every kind of damage in a real Redis and in a capture of it, and calls
//       a good
// one good.
// Method: the real binary against a private redis-server, with one thing broken at a time.

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/result.h"
#include "base/time.h"
#include "binary_fixture.h"
#include "contract/catalogue.h"
#include "contract/keys_markdown.h"
#include "keys_watch.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/managed_server.h"
#include "redis/url.h"
#include "stop_signal.h"

namespace bulwark::app {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class KeysCommandTest : public BinaryTest {
 protected:
  KeysCommandTest() {
    std::filesystem::create_directory(Data());
    server_ = redis::ManagedServer::Create({.data_folder = Data().string()});
    EXPECT_TRUE(server_ && server_->Start());
    connection_ = *redis::Connection::Connect(server_->url());
  }

  void Do(std::initializer_list<std::string_view> words) {
    const auto reply = connection_->Call(words);
    ASSERT_TRUE(reply.has_value()) << reply.error().message;
  }

  // Every key of the catalogue with its example; answers how many.
  int FillWithExamples() {
    int keys = 0;
    for (const contract::Entry& entry : contract::Catalogue()) {
      const std::string_view key = entry.example_key;
      switch (entry.kind) {
        case contract::Kind::kString:
          Do({"SET", key, entry.example});
          break;
        case contract::Kind::kSet:
          Do({"SADD", key, entry.example});
          break;
        case contract::Kind::kSortedSet:
          Do({"ZADD", key, "739687", entry.example});
          break;
        case contract::Kind::kList:
          Do({"RPUSH", key, entry.example});
          break;
        case contract::Kind::kHash:
          Do({"HSET", key, "one", entry.example});
          break;
        default:
          continue;
      }
      if (!entry.ttl.is_none()) {
        Do({"EXPIRE", key, std::to_string(entry.ttl.max_s)});
      }
      ++keys;
    }
    return keys;
  }

  base::Result<redis::ManagedServer> server_ = base::Fail(base::ErrorCode::kNotFound, "not made");
  std::unique_ptr<redis::Connection> connection_;
};

TEST_F(KeysCommandTest, CheckFindsNoProblemInAnEmptyAndInAFullRedis) {
  EXPECT_EQ(Run("keys check").text, "0 problems in 0 keys\n");

  const int keys = FillWithExamples();
  const BinaryOutcome outcome = Run("keys check");

  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.text, "0 problems in " + std::to_string(keys) + " keys\n");
}

TEST_F(KeysCommandTest, CheckNamesEachKindOfDamageAndAsksForAttention) {
  FillWithExamples();
  Do({"SET", "SYSTEM:HALTED", "true"});  // Undeclared.
  Do({"SET", "stray", "x"});             // Undeclared, nothing is near.
  Do({"DEL", "METRICS:CASH"});
  Do({"RPUSH", "METRICS:CASH", "1.0"});                // Wrong type.
  Do({"SET", "METRICS:TOTAL_VALUE", "NaN"});           // Unparsable number.
  Do({"SET", "SYSTEM:HALT", "TRUE"});                  // A spelling the dashboard misreads.
  Do({"SET", "oms:portfolio", "{\"cash\":-1.0}"});     // Parsable, impossible.
  Do({"SET", "ALERTS:LAST", "{"});                     // Not JSON.
  Do({"EXPIRE", "risk:kill_switch", "100"});           // Expires, must not.
  Do({"PERSIST", "jobs:daily_bars:2026-03-12:done"});  // Does not expire, must.
  Do({"SADD", "oms:orders:open", "7"});                // A member that is no id.
  Do({"ZADD", "risk:pdt:trades", "1",                  // A score of another day.
      R"({"symbol": "A", "date": "2026-03-12", "recorded_at": "2026-03-12T14:30:00Z"})"});

  const BinaryOutcome outcome = Run("keys check");
  const auto json = nlohmann::json::parse(Run("keys check --json").text);

  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.text,
              AllOf(HasSubstr("SYSTEM:HALTED: is not declared; nearest is SYSTEM:HALT\n"),
                    HasSubstr("stray: is not declared\n"),
                    HasSubstr("METRICS:CASH: is a list, but the contract says string\n"),
                    HasSubstr("METRICS:TOTAL_VALUE: 'NaN' is not a finite number\n"),
                    HasSubstr("SYSTEM:HALT: 'TRUE' is neither true nor false\n"),
                    HasSubstr("oms:portfolio: field 'cash' is -1, below 0\n"),
                    HasSubstr("ALERTS:LAST: alert: '{': not JSON"),
                    HasSubstr("risk:kill_switch: expires in 100 s"),
                    HasSubstr("jobs:daily_bars:2026-03-12:done: never expires"),
                    HasSubstr("oms:orders:open: '7' is not a UUID\n")));
  EXPECT_THAT(outcome.text, AllOf(HasSubstr("risk:pdt:trades: score 1 is not 739687"),
                                  EndsWith("11 problems in 59 keys\n")));
  EXPECT_EQ(json["problem_count"], 11);
  EXPECT_EQ(json["problems"].size(), 11);
}

TEST_F(KeysCommandTest, CheckReadsManyKeysInBatches) {
  for (int at = 0; at < 1'200; ++at) {
    const contract::Entry& entry = contract::Get(contract::EntryId::kAlertsEvent);
    Do({"SET", "ALERTS:EVENT:" + std::to_string(1'795'293'558'000 + at), entry.example});
  }

  EXPECT_EQ(Run("keys check").text, "0 problems in 1200 keys\n");
}

TEST_F(KeysCommandTest, GetDecodesAndExplainsAKey) {
  FillWithExamples();

  const BinaryOutcome state = Run("keys get SYSTEM:STATE");
  const BinaryOutcome order = Run("keys get oms:order:1da26b1b-0000-4000-8000-000000000001");
  const BinaryOutcome trades = Run("keys get risk:pdt:trades");

  EXPECT_EQ(state.exit_code, 0);
  EXPECT_THAT(state.text, AllOf(StartsWith("SYSTEM:STATE   string"),
                                HasSubstr("\"state\": \"running\""), HasSubstr("written by:")));
  EXPECT_THAT(order.text, HasSubstr("\"filled_quantity\": 50.0"));
  EXPECT_THAT(trades.text, HasSubstr("score 739687"));
}

TEST_F(KeysCommandTest, GetSaysWhatIsWrongWithAKey) {
  Do({"SET", "METRICS:CASH", "many"});

  const BinaryOutcome absent = Run("keys get SYSTEM:HALT");
  const BinaryOutcome unknown = Run("keys get SYSTEM:HALTED");
  const BinaryOutcome wrong = Run("keys get METRICS:CASH");

  EXPECT_EQ(absent.exit_code, 1);
  EXPECT_THAT(absent.text, HasSubstr("(absent)"));
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.text, HasSubstr("not part of the contract; nearest is SYSTEM:HALT"));
  EXPECT_EQ(wrong.exit_code, 1);
  EXPECT_THAT(wrong.text, HasSubstr("problem: 'many' is not a finite number"));
}

// Writes and publishes without end until told to stop, so that the watcher cannot come too late.
void WriteUntil(const redis::Url& url, const std::atomic<bool>& is_done) {
  const auto connection = redis::Connection::Connect(url);
  ASSERT_TRUE(connection.has_value());
  for (int round = 0; !is_done; ++round) {
    const std::string value = std::to_string(round % 2) + ".0";
    ASSERT_TRUE((*connection)->Call({"SET", "METRICS:CASH", value}).has_value());
    ASSERT_TRUE((*connection)->Call({"SET", "METRICS_CASH", value}).has_value());
    ASSERT_TRUE((*connection)->Call({"PUBLISH", "risk:alert", "{}"}).has_value());
  }
}

// The lines of a watch, until a line about each of `wanted` has come.
std::vector<std::string> Watched(const redis::Url& url, std::vector<std::string> wanted) {
  StopSignal stop(std::chrono::seconds{30});
  std::atomic<bool> is_done = false;
  std::thread writer([&] { WriteUntil(url, is_done); });
  std::vector<std::string> lines;
  const WatchTarget target{.url = url, .options = {}, .pattern = "*"};
  const auto watched = WatchKeys(target, stop, [&](std::string_view line) {
    lines.emplace_back(line);
    std::erase_if(
        wanted, [&](const std::string& part) { return line.find(part) != std::string_view::npos; });
    if (wanted.empty() && !is_done.exchange(true)) {
      kill(getpid(), SIGTERM);
    }
  });
  is_done = true;
  writer.join();
  EXPECT_TRUE(watched.has_value());
  EXPECT_THAT(wanted, testing::IsEmpty());
  return lines;
}

TEST_F(KeysCommandTest, WatchShowsWritesAndMessagesAndMarksStrangers) {
  const std::vector<std::string> wanted = {"  METRICS:CASH  1.0", "  METRICS:CASH  0.0",
                                           "METRICS_CASH (not declared)", "risk:alert  {}"};

  EXPECT_THAT(Watched(server_->url(), wanted), Contains(HasSubstr("published")));
}

TEST_F(KeysCommandTest, WatchShowsEachChangeOnceAndOfEveryType) {
  StopSignal stop(std::chrono::seconds{30});
  const WatchTarget target{.url = server_->url(), .options = {}, .pattern = "*"};
  std::vector<std::string> lines;
  // Once the watch listens, each write once; the last one ends it.
  std::thread writer([&] {
    const auto connection = *redis::Connection::Connect(server_->url());
    const base::Nanos deadline = base::MonotonicNow() + std::chrono::seconds{20};
    while (connection->Call({"PUBSUB", "NUMPAT"})->AsInteger() < 2 &&
           base::MonotonicNow() < deadline) {
      std::this_thread::yield();
    }
    redis::Pipeline pipeline;
    pipeline.Add({"SET", "METRICS:CASH", "1.0"});
    pipeline.Add({"RPUSH", "risk:kill_switch:log", "{}"});
    pipeline.Add({"SADD", "oms:orders:open", "7"});
    pipeline.Add({"ZADD", "risk:pdt:trades", "1", "{}"});
    pipeline.Add({"PUBLISH", "risk:alert", "{}"});
    EXPECT_TRUE(connection->Execute(pipeline));
  });
  const auto watched = WatchKeys(target, stop, [&](std::string_view line) {
    lines.emplace_back(line);
    if (line.find("risk:alert") != std::string_view::npos) {
      kill(getpid(), SIGTERM);
    }
  });
  writer.join();

  EXPECT_TRUE(watched.has_value());
  EXPECT_THAT(lines, testing::ElementsAre(HasSubstr("METRICS:CASH  1.0"),
                                          HasSubstr("risk:kill_switch:log  list of 1"),
                                          HasSubstr("oms:orders:open  set of 1"),
                                          HasSubstr("risk:pdt:trades  zset of 1"),
                                          HasSubstr("risk:alert  {}")));
}

TEST_F(KeysCommandTest, WatchLooksForItselfWhereTheServerSendsNoEvents) {
  Do({"CONFIG", "SET", "notify-keyspace-events", ""});

  const auto lines = Watched(server_->url(), {"METRICS:CASH  ", "risk:alert  {}"});

  EXPECT_THAT(lines, Contains(HasSubstr("changed")));
}

TEST_F(KeysCommandTest, WatchEndsByItself) {
  EXPECT_EQ(Run("keys watch 'METRICS:*' --for 100ms").exit_code, 0);
}

TEST_F(KeysCommandTest, ConformReadsACaptureOfTheRealServer) {
  const std::filesystem::path capture = folder_ / "capture.txt";
  // MONITOR answers OK before it prints; the capture is complete once the last key is in it.
  const std::string line =
      "cd '" + folder_.string() + "' && { '" + BULWARK_BINARY + "' redis-cli MONITOR > '" +
      capture.string() + "' & } ; watcher=$!; while ! grep -q OK '" + capture.string() +
      "' 2>/dev/null; do :; done; '" + BULWARK_BINARY +
      "' redis-cli SET METRICS:CASH 1.0 >/dev/null; '" + BULWARK_BINARY +
      "' redis-cli SET METRICS:CASSH '\"é\\n' >/dev/null; while ! grep -q CASSH '" +
      capture.string() + "'; do :; done; kill -KILL $watcher";
  FILE* const script = popen(line.c_str(), "w");
  ASSERT_NE(script, nullptr);
  ASSERT_EQ(pclose(script), 0);

  const BinaryOutcome outcome = Run("keys conform --partial --monitor capture.txt");
  const BinaryOutcome complete = Run("keys conform --monitor capture.txt");

  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.text, AllOf(HasSubstr("METRICS:CASSH: the key is not declared"),
                                  HasSubstr("1 problems, 0 never seen, in 2 writes"),
                                  Not(HasSubstr("never seen: "))));
  EXPECT_THAT(complete.text, HasSubstr("never seen: channel portfolio:update\n"));
}

class KeysPagesTest : public BinaryTest {};

TEST_F(KeysPagesTest, ListAndDocsNeedNoRedis) {
  const BinaryOutcome list = Run("keys list");
  const auto json = nlohmann::json::parse(Run("keys list --json").text);

  EXPECT_EQ(list.exit_code, 0);
  EXPECT_THAT(list.text, AllOf(StartsWith("System\n  SYSTEM:HALT"), HasSubstr("trade:executed")));
  EXPECT_EQ(json.size(), contract::kEntries);
  EXPECT_EQ(Run("keys docs").text, contract::GenerateKeysMarkdown());
}

TEST_F(KeysPagesTest, SaysWhatToDoWithoutRedisAndWithoutACapture) {
  std::ofstream(folder_ / "empty.txt") << "OK\n";

  const BinaryOutcome check = Run("keys check");

  EXPECT_EQ(check.exit_code, 3);
  EXPECT_THAT(check.text, HasSubstr("start `bulwark up` first"));
  EXPECT_THAT(Run("keys conform --monitor nowhere.txt").text, HasSubstr("No such file"));
  EXPECT_THAT(Run("keys conform --monitor empty.txt").text, HasSubstr("no line of MONITOR"));
}

}  // namespace
}  // namespace bulwark::app
