// Goal: once a newer run has raised the fence, an older run of the same job commits nothing.
// Method: two runs on two connections to one database, in every order; other jobs beside them.

#include "jobs/fence.h"

#include <array>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "base/crash_point.h"
#include "base/result.h"
#include "base/time.h"
#include "redis/test_server.h"
#include "sql/connection.h"
#include "sql/migrations.h"
#include "sql/sqlite_file.h"

namespace bulwark::jobs {
namespace {

constexpr base::DurableWrite kItem{"test.item", "an item"};

class FenceTest : public testing::Test {
 protected:
  std::unique_ptr<sql::Connection> Open() {
    auto opened = sql::OpenSqlite(folder_.path() + "/work.db", {});
    constexpr std::array<const char*, 2> kTables{
        kFenceTable, "CREATE TABLE items (name TEXT NOT NULL, token BIGINT NOT NULL)"};
    const std::array<sql::Migration, 1> steps{{{.name = "all", .statements = kTables}}};
    EXPECT_TRUE(opened && sql::Migrate(**opened, steps, base::UnixNanos()));
    return std::move(*opened);
  }

  static base::Result<void> CommitItem(sql::Connection& connection, const Fence& fence) {
    auto transaction = sql::Transaction::Begin(connection, kItem);
    if (!transaction) {
      return tl::unexpected(transaction.error());
    }
    if (auto held = RequireFence(connection, fence); !held) {
      return held;
    }
    const std::string insert =
        "INSERT INTO items VALUES ('" + fence.job + "', " + std::to_string(fence.token) + ")";
    if (auto written = connection.Run(insert); !written) {
      return written;
    }
    return transaction->Commit();
  }

  redis::TempFolder folder_;
};

TEST_F(FenceTest, LetsARunCommitUntilANewerOneRaisesIt) {
  const auto older = Open();
  const auto newer = Open();
  ASSERT_TRUE(RaiseFence(*older, {"daily_bars", 7}));
  ASSERT_TRUE(CommitItem(*older, {"daily_bars", 7}));

  ASSERT_TRUE(RaiseFence(*newer, {"daily_bars", 8}));
  const auto refused = CommitItem(*older, {"daily_bars", 7});

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, base::ErrorCode::kConflict);
  EXPECT_TRUE(CommitItem(*newer, {"daily_bars", 8}));
  EXPECT_EQ(newer->QueryInt("SELECT COUNT(*) FROM items"), 2);
  EXPECT_EQ(newer->QueryInt("SELECT COUNT(*) FROM items WHERE token = 7"), 1);
}

TEST_F(FenceTest, IsRaisedByTheFirstCommitTooAndNeverLowered) {
  const auto connection = Open();
  ASSERT_TRUE(CommitItem(*connection, {"altdata", 3}));

  EXPECT_FALSE(RaiseFence(*connection, {"altdata", 2}).has_value());
  EXPECT_TRUE(RaiseFence(*connection, {"altdata", 3}).has_value());
  EXPECT_EQ(connection->QueryInt("SELECT token FROM job_fences"), 3);
}

TEST_F(FenceTest, KeepsJobsApart) {
  const auto connection = Open();
  ASSERT_TRUE(RaiseFence(*connection, {"daily_bars", 100}));

  EXPECT_TRUE(CommitItem(*connection, {"altdata", 1}));
}

}  // namespace
}  // namespace bulwark::jobs
