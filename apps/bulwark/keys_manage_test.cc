// Goal: people list, measure, fill and clear keys without ever losing what steers the trader, and
//       without a command that walks or empties the whole server.
// Method: the real binary against a private redis-server; what must stay is compared byte by byte
//       before and after; MONITOR hears every command that was sent.

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/result.h"
#include "binary_fixture.h"
#include "contract/catalogue.h"
#include "contract/monitor_check.h"
#include "keys_clear.h"
#include "redis/connection.h"
#include "redis/managed_server.h"
#include "redis/reply.h"

namespace bulwark::app {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

// Whether FillWithWhatMatters() writes the example of the entry.
bool IsFilled(const contract::Entry& entry) {
  return entry.group == contract::Group::kRisk &&
         (entry.kind == contract::Kind::kSortedSet || entry.kind == contract::Kind::kList ||
          entry.kind == contract::Kind::kString);
}

class KeysManageTest : public BinaryTest {
 protected:
  KeysManageTest() {
    std::filesystem::create_directory(Data());
    server_ = redis::ManagedServer::Create({.data_folder = Data().string()});
    EXPECT_TRUE(server_ && server_->Start());
    connection_ = *redis::Connection::Connect(server_->url());
  }

  redis::Reply Do(std::initializer_list<std::string_view> words) {
    auto reply = connection_->Call(words);
    EXPECT_TRUE(reply.has_value()) << reply.error().message;
    return reply ? *reply : redis::Reply{};
  }

  // What steers a trader, and nothing may take away.
  void FillWithWhatMatters() {
    for (const contract::Entry& entry : contract::Catalogue()) {
      if (!IsFilled(entry)) {
        continue;
      }
      if (entry.kind == contract::Kind::kSortedSet) {
        Do({"ZADD", entry.example_key, "739687", entry.example});
      } else if (entry.kind == contract::Kind::kList) {
        Do({"RPUSH", entry.example_key, entry.example});
      } else {
        Do({"SET", entry.example_key, entry.example});
      }
    }
    Do({"SET", "SYSTEM:HALT", "true"});
    Do({"SET", "rate_limit:edgar:tokens", "4.0"});
    Do({"SET", "stray", "not ours"});
  }

  std::vector<std::string> Dumps(const std::vector<std::string>& names) {
    std::vector<std::string> dumps;
    dumps.reserve(names.size());
    for (const std::string& name : names) {
      dumps.push_back(Do({"DUMP", name}).text);
    }
    return dumps;
  }

  base::Result<redis::ManagedServer> server_ = base::Fail(base::ErrorCode::kNotFound, "not made");
  std::unique_ptr<redis::Connection> connection_;
};

// What FillWithWhatMatters() writes.
const std::vector<std::string>& WhatMatters() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> made = {"SYSTEM:HALT", "rate_limit:edgar:tokens", "stray"};
    for (const contract::Entry& entry : contract::Catalogue()) {
      if (IsFilled(entry)) {
        made.emplace_back(entry.example_key);
      }
    }
    return made;
  }();
  return names;
}

TEST_F(KeysManageTest, LsShowsTypeLifeMemoryAndText) {
  FillWithWhatMatters();
  Do({"SET", "cache:universe:sp500", "{}", "EX", "600"});

  const BinaryOutcome all = Run("keys ls");
  const auto some = nlohmann::json::parse(Run("keys ls 'cache:*' --json").text);

  EXPECT_EQ(all.exit_code, 0);
  EXPECT_THAT(all.text, AllOf(HasSubstr("risk:pdt:trades"), HasSubstr("zset"),
                              HasSubstr("One member per day trade"), HasSubstr("(not declared)")));
  ASSERT_EQ(some.size(), 1U);
  EXPECT_EQ(some[0]["pattern"], "cache:<domain>:<identifier>");
  EXPECT_GT(some[0]["bytes"], 0);
  EXPECT_LE(some[0]["ttl_s"], 600);
}

TEST_F(KeysManageTest, DuAddsUpMemoryByKind) {
  for (int at = 0; at < 300; ++at) {
    Do({"SET", "cache:quotes:" + std::to_string(at), "{}"});
  }
  Do({"SET", "stray", "x"});

  const auto rows = nlohmann::json::parse(Run("keys du --json").text);

  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0]["pattern"], "cache:<domain>:<identifier>");
  EXPECT_EQ(rows[0]["keys"], 300);
  EXPECT_EQ(rows[1]["pattern"], "(not declared)");
  EXPECT_THAT(Run("keys du").text, HasSubstr("301 keys"));
}

TEST_F(KeysManageTest, DemoFillsWhatTheContractAcceptsAndClearDemoTakesItAway) {
  const BinaryOutcome filled = Run("keys demo");
  EXPECT_EQ(filled.exit_code, 0) << filled.text;
  EXPECT_EQ(Run("keys check").exit_code, 0) << Run("keys check").text;
  EXPECT_GT(*Do({"DBSIZE"}).AsInteger(), 25);
  EXPECT_EQ(Do({"EXISTS", "risk:kill_switch", "SYSTEM:HALT", "risk:pdt:trades", "oms:epoch",
                "SYSTEM:HEARTBEAT"})
                .AsInteger(),
            0);
  EXPECT_THAT(Run("keys demo").text, HasSubstr("demo data is here already"));

  const BinaryOutcome dry = Run("keys clear-demo");
  EXPECT_THAT(dry.text, HasSubstr("nothing was removed"));
  EXPECT_GT(*Do({"DBSIZE"}).AsInteger(), 25);
  EXPECT_EQ(Run("keys clear-demo --yes").exit_code, 0);
  EXPECT_EQ(Do({"DBSIZE"}).AsInteger(), 0);
}

TEST_F(KeysManageTest, DemoRefusesWhereATraderHasWritten) {
  Do({"SET", "oms:epoch", "7"});

  const BinaryOutcome outcome = Run("keys demo");

  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.text, HasSubstr("a trader has written here (oms:epoch exists)"));
  EXPECT_EQ(Do({"DBSIZE"}).AsInteger(), 1);
}

TEST_F(KeysManageTest, ClearDemoLeavesDayTradesAndKillSwitchAsTheyAre) {
  FillWithWhatMatters();
  EXPECT_EQ(Run("keys demo").exit_code, 0);
  Do({"SET", "METRICS:CASH:mine", "1"});
  Do({"SADD", "system:demo:keys", "risk:pdt:trades", "risk:kill_switch", "SYSTEM:HALT", "stray"});
  const auto before = Dumps(WhatMatters());

  EXPECT_EQ(Run("keys clear-demo --yes").exit_code, 0);

  EXPECT_EQ(Dumps(WhatMatters()), before);
  EXPECT_EQ(*Do({"DBSIZE"}).AsInteger(), static_cast<long>(WhatMatters().size()) + 1);
}

TEST_F(KeysManageTest, ClearDemoLeavesKeysThatATraderTookOver) {
  EXPECT_EQ(Run("keys demo").exit_code, 0);
  Do({"SET", "oms:epoch", "1"});

  EXPECT_EQ(Run("keys clear-demo --yes").exit_code, 0);

  EXPECT_EQ(Do({"EXISTS", "oms:portfolio", "METRICS:CASH"}).AsInteger(), 2);
  EXPECT_EQ(
      Do({"EXISTS", "backfill:completed", "cache:universe:demo", "system:demo:keys"}).AsInteger(),
      0);
}

TEST(KeysClearTest, MayRemoveNothingThatSteers) {
  for (const contract::Entry& entry : contract::Catalogue()) {
    SCOPED_TRACE(entry.pattern);
    const bool steers =
        entry.group == contract::Group::kRisk || entry.id == contract::EntryId::kSystemHalt ||
        entry.id == contract::EntryId::kEpoch || entry.pattern.starts_with("rate_limit:");
    EXPECT_FALSE(steers && (IsMarkOrCache(entry) || IsForDemo(entry)));
  }
}

TEST_F(KeysManageTest, FlushRefusesOutsideADevelopmentEnvironment) {
  FillWithWhatMatters();
  const auto before = Dumps(WhatMatters());

  EXPECT_EQ(Run("keys flush --yes").exit_code, 2) << "the word is missing";
  const BinaryOutcome refused = Run("keys flush --development --yes");

  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.text, HasSubstr("is not `development`"));
  EXPECT_EQ(Dumps(WhatMatters()), before);
}

TEST_F(KeysManageTest, FlushRemovesWhatIsDeclaredAndNothingElse) {
  FillWithWhatMatters();
  const std::string development = "BULWARK_ENVIRONMENT=development";
  const std::string declared = std::to_string(WhatMatters().size() - 1);

  EXPECT_THAT(Run("keys flush --development", development).text,
              HasSubstr(declared + " keys to remove"));
  EXPECT_EQ(Do({"DBSIZE"}).AsInteger(), static_cast<long>(WhatMatters().size()));
  EXPECT_EQ(Run("keys flush --development --yes", development).exit_code, 0);

  EXPECT_EQ(Do({"DBSIZE"}).AsInteger(), 1);
  EXPECT_EQ(Do({"GET", "stray"}).text, "not ours");
}

TEST_F(KeysManageTest, CacheCountsAndClearsOneDomain) {
  Do({"SET", "cache:a:1", "{}", "EX", "600"});
  Do({"SET", "cache:a:2:x", "{}", "EX", "300"});
  Do({"SET", "cache_lock:a:2:x", "t", "EX", "60"});
  Do({"SET", "cache:ab:1", "{}", "EX", "600"});
  Do({"ZADD", "cache_counters:a", "12", "hits", "3", "fetches"});

  const auto stats = nlohmann::json::parse(Run("cache stats --json").text);
  EXPECT_EQ(stats["a"]["values"], 2);
  EXPECT_EQ(stats["ab"]["values"], 1);
  EXPECT_EQ(stats["a"]["counters"]["hits"], 12);
  EXPECT_THAT(Run("cache stats").text, HasSubstr("3 fetches, 12 hits\n"));
  EXPECT_THAT(Run("cache clear a").text, HasSubstr("3 keys of a removed"));
  EXPECT_EQ(Do({"EXISTS", "cache:ab:1", "cache_counters:a"}).AsInteger(), 2);
  EXPECT_EQ(Do({"DBSIZE"}).AsInteger(), 2);
}

// The commands that MONITOR heard while `commands` ran, in capitals.
class Monitored : public KeysManageTest {
 protected:
  std::vector<std::string> Heard(const std::vector<std::string>& commands) {
    const std::filesystem::path capture = folder_ / "capture.txt";
    const std::string program = std::string("'") + BULWARK_BINARY + "'";
    std::string script = "cd '" + folder_.string() + "' && { " + program +
                         " redis-cli MONITOR > '" + capture.string() +
                         "' & } ; watcher=$!; while ! grep -q OK '" + capture.string() +
                         "' 2>/dev/null; do :; done; ";
    for (const std::string& command : commands) {
      script.append("BULWARK_ENVIRONMENT=development ").append(program).append(" ");
      script.append(command).append(" >/dev/null 2>&1; ");
    }
    script += program + " redis-cli SET stray-end 1 >/dev/null; while ! grep -q stray-end '" +
              capture.string() + "'; do :; done; kill -KILL $watcher";
    EXPECT_EQ(Shell(script).exit_code, 0);
    std::vector<std::string> heard;
    std::ifstream file(capture);
    for (std::string line; std::getline(file, line);) {
      if (const auto words = contract::ParseMonitorLine(line); words && !words->empty()) {
        std::string word = words->front();
        std::ranges::transform(word, word.begin(), [](unsigned char c) { return std::toupper(c); });
        heard.push_back(word);
      }
    }
    return heard;
  }
};

TEST_F(Monitored, NoCommandEverSendsKeysOrFlushes) {
  FillWithWhatMatters();
  const auto heard =
      Heard({"keys demo", "keys ls", "keys du", "keys check", "keys get SYSTEM:HALT",
             "keys clear-demo", "keys clear-demo --yes", "keys demo", "keys watch --for 100ms",
             "cache stats", "cache clear universe", "limit wait edgar --max-wait 0s",
             "limit status", "limit set edgar 5/min", "limit drain edgar", "status", "doctor",
             "keys flush --development", "keys flush --development --yes"});

  EXPECT_GT(heard.size(), 100U);
  EXPECT_THAT(heard, AllOf(Contains("SCAN"), Contains("UNLINK"), Contains("EVAL")));
  EXPECT_THAT(heard, Not(Contains(testing::AnyOf("KEYS", "FLUSHALL", "FLUSHDB", "SWAPDB"))));
}

TEST_F(KeysManageTest, TheDocumentedLinesOfRedisCliWorkAsWritten) {
  FillWithWhatMatters();
  EXPECT_EQ(Run("keys demo").exit_code, 0);
  Do({"SADD", "jobs:daily_bars:2026-03-12:done", "AAPL"});

  EXPECT_THAT(Run("redis-cli KEYS '*'").text, HasSubstr("risk:kill_switch"));
  EXPECT_EQ(Run("redis-cli GET risk:kill_switch").text, "inactive\n");
  EXPECT_THAT(Run("redis-cli SMEMBERS jobs:daily_bars:2026-03-12:done").text, HasSubstr("AAPL"));
  EXPECT_THAT(Run("redis-cli ZRANGE risk:pdt:trades 0 -1 WITHSCORES").text, HasSubstr("739687"));
  EXPECT_EQ(Run("redis-cli FLUSHALL").text, "OK\n");
  EXPECT_EQ(Do({"DBSIZE"}).AsInteger(), 0);
}

TEST_F(KeysManageTest, TheScriptClearsLikeTheCommand) {
  FillWithWhatMatters();
  Do({"SADD", "backfill:completed", "AAPL"});
  const auto before = Dumps(WhatMatters());
  const auto script = [&](const std::string& arguments) {
    const std::string line = "cd '" + folder_.string() + "' && BULWARK='" + BULWARK_BINARY + "' '" +
                             BULWARK_SOURCE_DIR + "/scripts/clear_database.sh' " + arguments +
                             " >/dev/null 2>&1";
    return Shell(line).exit_code;
  };

  EXPECT_EQ(script("--data data"), 0);
  EXPECT_EQ(Do({"EXISTS", "backfill:completed"}).AsInteger(), 1) << "without --yes it only shows";
  EXPECT_EQ(script("--yes --data data"), 0);
  EXPECT_EQ(Do({"EXISTS", "backfill:completed"}).AsInteger(), 0);
  EXPECT_EQ(Dumps(WhatMatters()), before);
}

}  // namespace
}  // namespace bulwark::app
