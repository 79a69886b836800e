// Goal: a server that would lose or refuse a halt is refused; a doubtful one is warned about.
// Method: one good set of facts, and one change of it per rule.

#include "redis/health.h"

#include <algorithm>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace bulwark::redis {
namespace {

using Level = Finding::Level;

ServerFacts Good() {
  ServerFacts facts;
  facts.version = "7.0.15";
  facts.role = "master";
  facts.is_aof_on = true;
  facts.maxmemory_policy = "noeviction";
  facts.save_points = "";
  facts.append_fsync = "everysec";
  facts.notify_events = "xeg$K";
  return facts;
}

Level LevelOf(const ServerFacts& facts, const std::string& topic) {
  const auto findings = Judge(facts);
  const auto found = std::find_if(findings.begin(), findings.end(),
                                  [&topic](const Finding& f) { return f.topic == topic; });
  return found->level;
}

TEST(HealthTest, AcceptsOurOwnConfiguration) {
  EXPECT_EQ(WorstOf(Judge(Good())), Level::kOk);
}

TEST(HealthTest, RefusesEvictionWhenMemoryIsLimited) {
  ServerFacts facts = Good();
  facts.maxmemory_policy = "allkeys-lru";
  EXPECT_EQ(LevelOf(facts, "eviction"), Level::kWarn);

  facts.maxmemory_bytes = 256 << 20;
  EXPECT_EQ(LevelOf(facts, "eviction"), Level::kRefuse);
  EXPECT_EQ(WorstOf(Judge(facts)), Level::kRefuse);
}

TEST(HealthTest, WarnsWhenLittleOrNothingIsKeptOnDisk) {
  ServerFacts facts = Good();
  facts.append_fsync = "no";
  EXPECT_EQ(LevelOf(facts, "persistence"), Level::kWarn);

  facts.is_aof_on = false;
  for (const auto& save : {std::optional<std::string>("3600 1"), std::optional<std::string>(""),
                           std::optional<std::string>()}) {
    facts.save_points = save;
    EXPECT_EQ(LevelOf(facts, "persistence"), Level::kWarn);
  }
}

TEST(HealthTest, RefusesAServerThatCannotWriteItsFiles) {
  ServerFacts aof = Good();
  aof.is_last_aof_write_ok = false;
  ServerFacts rdb = Good();
  rdb.is_last_rdb_save_ok = false;

  EXPECT_EQ(LevelOf(aof, "persistence"), Level::kRefuse);
  EXPECT_EQ(LevelOf(rdb, "persistence"), Level::kRefuse);
}

TEST(HealthTest, RefusesReplicasLoadingServersAndOldVersions) {
  ServerFacts replica = Good();
  replica.role = "slave";
  ServerFacts loading = Good();
  loading.is_loading = true;
  ServerFacts old = Good();
  old.version = "5.0.14";
  ServerFacts strange = Good();
  strange.version = "valkey";

  EXPECT_EQ(LevelOf(replica, "role"), Level::kRefuse);
  EXPECT_EQ(LevelOf(loading, "role"), Level::kRefuse);
  EXPECT_EQ(LevelOf(old, "version"), Level::kRefuse);
  EXPECT_EQ(LevelOf(strange, "version"), Level::kRefuse);
  old.version = "6.2.1";
  EXPECT_EQ(LevelOf(old, "version"), Level::kWarn);
}

TEST(HealthTest, WarnsWhenKeyChangesAreNotNotified) {
  ServerFacts facts = Good();
  for (const auto& flags : {std::optional<std::string>(""), std::optional<std::string>("Eg$"),
                            std::optional<std::string>("Kg"), std::optional<std::string>()}) {
    facts.notify_events = flags;
    EXPECT_EQ(LevelOf(facts, "notifications"), Level::kWarn);
  }
  facts.notify_events = "AK";
  EXPECT_EQ(LevelOf(facts, "notifications"), Level::kOk);
}

}  // namespace
}  // namespace bulwark::redis
