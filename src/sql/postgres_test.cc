// Goal: PostgreSQL behaves as SQLite does where the ledger relies on it, and a server that is gone
//       or frozen is an answer in time.
// Method: a private server; it is stopped, killed and frozen for real.

#include "sql/postgres.h"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "base/crash_point.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "sql/connection.h"
#include "sql/migrations.h"
#include "sql/postgres_driver.h"
#include "sql/statement.h"
#include "sql/test_postgres.h"

namespace bulwark::sql {
namespace {

using base::ErrorCode;
using testing_support::PostgresSchema;
using testing_support::PostgresServer;

constexpr base::DurableWrite kTestWrite{"test", "rows of a test"};

class PostgresTest : public testing::Test {
 protected:
  [[nodiscard]] std::unique_ptr<Connection> OpenOk(const PostgresOptions& options = {}) const {
    auto opened = OpenPostgres(schema_.Url(), options);
    EXPECT_TRUE(opened.has_value()) << opened.error().message;
    return std::move(*opened);
  }

  PostgresSchema schema_;
};

TEST(NumberParametersTest, NumbersNamesAndLeavesTextsAndCastsAlone) {
  EXPECT_EQ(NumberParameters("SELECT :a, :b, :a FROM t WHERE c = ':a' AND d::text = :b2"),
            "SELECT $1, $2, $1 FROM t WHERE c = ':a' AND d::text = $3");
}

TEST_F(PostgresTest, ReadsBackWhatWasWrittenAndCountsChangedRows) {
  const auto connection = OpenOk();
  ASSERT_TRUE(connection->Run("CREATE TABLE t(a BIGINT, b TEXT)"));
  auto insert = connection->Prepare({.sql = "INSERT INTO t VALUES(:a, :b)", .params = "it"});
  EXPECT_EQ(*insert->Set(0, INT64_MIN).Set(1, "it's").Execute(), 1);
  EXPECT_EQ(*insert->SetNull(0).Set(1, "").Execute(), 1);
  EXPECT_EQ(*insert->Set(0, INT64_MAX).SetNull(1).Execute(), 1);

  auto query = connection->Prepare({.sql = "SELECT a, b FROM t ORDER BY a", .columns = "it"});
  for (int round = 0; round < 3; ++round) {
    std::string seen;
    ASSERT_TRUE(query->ForEachRow([&](const Statement& row) {
      seen += (row.IsNull(0) ? "null" : std::to_string(row.Int(0))) + "=" +
              (row.IsNull(1) ? "null" : row.Text(1)) + " ";
    }));
    EXPECT_EQ(seen, "-9223372036854775808=it's 9223372036854775807=null null= ");
  }
  EXPECT_EQ(**connection->QueryInt("SELECT count(*) FROM t"), 3);
}

TEST_F(PostgresTest, UndoesATransactionThatIsNotCommittedAndOneThatFailed) {
  const auto connection = OpenOk();
  ASSERT_TRUE(connection->Run("CREATE TABLE t(a BIGINT PRIMARY KEY)"));
  {
    auto transaction = Transaction::Begin(*connection, kTestWrite);
    ASSERT_TRUE(transaction.has_value());
    ASSERT_TRUE(connection->Run("INSERT INTO t VALUES(1)"));
  }
  {
    auto transaction = Transaction::Begin(*connection, kTestWrite);
    ASSERT_TRUE(connection->Run("INSERT INTO t VALUES(2)"));
    const auto twice = connection->Run("INSERT INTO t VALUES(2)");
    EXPECT_EQ(twice.error().code, ErrorCode::kCorrupt) << twice.error().message;
    EXPECT_EQ(transaction->Commit().error().code, ErrorCode::kCorrupt)
        << "a commit that the server turned into a rollback is no commit";
  }

  EXPECT_EQ(**connection->QueryInt("SELECT count(*) FROM t"), 0);
}

TEST_F(PostgresTest, LetsOneWriterInAndGivesTheSecondUpInTime) {
  const auto holder = OpenOk();
  const auto other = OpenOk({.call_timeout = std::chrono::milliseconds{300}});
  const auto held = Transaction::Begin(*holder, kTestWrite);
  ASSERT_TRUE(held.has_value());

  const auto refused = Transaction::Begin(*other, kTestWrite);

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable) << refused.error().message;
}

TEST_F(PostgresTest, RefusesToWriteThroughAReader) {
  ASSERT_TRUE(OpenOk()->Run("CREATE TABLE t(a BIGINT)"));
  const auto reader = OpenOk({.access = Access::kReadOnly});

  const auto refused = reader->Run("INSERT INTO t VALUES(1)");

  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("read-only"), std::string::npos);
}

TEST_F(PostgresTest, HidesThePasswordWhereverItSpeaksOfTheUrl) {
  const base::Secret url("postgresql://u:s3cret@127.0.0.1:1/books");

  EXPECT_EQ(PlaceOfUrl(url), "postgresql://127.0.0.1:1/books");
  const auto refused = OpenPostgres(url, {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(refused.error().message.find("s3cret"), std::string::npos);
  const auto unreadable = OpenPostgres(base::Secret("postgresql://u:s3cret@[h/"), {});
  EXPECT_EQ(unreadable.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(unreadable.error().message.find("s3cret"), std::string::npos);
}

constexpr std::array kFirst{"CREATE TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT, c BIGINT)"};
constexpr std::array kSecond{"ALTER TABLE t ADD COLUMN b TEXT"};
constexpr std::array kBroken{"INSERT INTO t(c) VALUES(2)", "ALTER TABLE nowhere ADD COLUMN c TEXT"};

TEST_F(PostgresTest, MigratesForwardWithACopyAndLeavesTheOldVersionWholeOnFailure) {
  const std::array steps{Migration{"first", kFirst}, Migration{"second", kSecond},
                         Migration{"broken", kBroken}};
  const auto connection = OpenOk();
  ASSERT_TRUE(Migrate(*connection, std::span(steps).first(1), base::UnixNanos{}));
  ASSERT_TRUE(connection->Run("INSERT INTO t(c) VALUES(7)"));

  const auto failed = Migrate(*connection, steps, base::UnixNanos{});
  EXPECT_NE(failed.error().message.find("'broken'"), std::string::npos) << failed.error().message;
  EXPECT_EQ(*SchemaVersion(*connection), 1U);
  const auto migrated =
      Migrate(*connection, std::span(steps).first(2), base::UnixNanos{std::chrono::hours{24}});

  ASSERT_TRUE(migrated) << migrated.error().message;
  EXPECT_EQ(*SchemaVersion(*connection), 2U);
  EXPECT_EQ(**connection->QueryInt("SELECT c FROM \"backup_v1_19700102T000000Z\".t"), 7);
  EXPECT_FALSE(connection->QueryInt("SELECT c FROM \"backup_v1_19700101T000000Z\".t"));
}

TEST_F(PostgresTest, HoldsASessionLockForOneConnectionUntilItEnds) {
  auto first = OpenOk();
  const auto second = OpenOk();

  EXPECT_TRUE(*TrySessionLock(*first, 1));
  EXPECT_FALSE(*TrySessionLock(*second, 1));
  first.reset();
  bool is_free = false;
  for (int tries = 0; tries < 200 && !is_free; ++tries) {
    is_free = *TrySessionLock(*second, 1);  // The server notices the end of the first by itself.
  }
  EXPECT_TRUE(is_free);
}

TEST(PostgresServerTest, AnswersInTimeWhenTheServerIsFrozenOrGone) {
  PostgresServer server;
  const PostgresOptions options{.call_timeout = std::chrono::milliseconds{300}};
  auto frozen = OpenPostgres(server.Url(), options);
  auto killed = OpenPostgres(server.Url(), options);
  ASSERT_TRUE(frozen.has_value() && killed.has_value());
  // The process that serves this connection, not the one that takes new ones.
  const auto pid = (*frozen)->QueryInt("SELECT pg_backend_pid()");
  ::kill(static_cast<::pid_t>(**pid), SIGSTOP);

  const auto no_answer = (*frozen)->QueryInt("SELECT 1");

  ASSERT_FALSE(no_answer.has_value());
  EXPECT_EQ(no_answer.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(no_answer.error().message.find("within 300 ms"), std::string::npos);
  EXPECT_FALSE((*frozen)->is_alive());
  EXPECT_EQ((*frozen)->Run("SELECT 1").error().code, ErrorCode::kUnavailable);
  ::kill(static_cast<::pid_t>(**pid), SIGCONT);

  server.Kill(SIGQUIT);
  const auto gone = (*killed)->QueryInt("SELECT 1");
  EXPECT_EQ(gone.error().code, ErrorCode::kUnavailable) << gone.error().message;
  EXPECT_FALSE((*killed)->is_alive());
  EXPECT_EQ(OpenPostgres(server.Url(), options).error().code, ErrorCode::kUnavailable);

  server.Run();
  EXPECT_TRUE(OpenPostgres(server.Url(), options).has_value());
}

TEST(PostgresServerTest, RefusesAServerThatWouldLoseCommits) {
  PostgresServer server;
  ASSERT_TRUE((*OpenPostgres(server.Url(), {}))->Run("ALTER SYSTEM SET fsync TO off"));
  server.Kill(SIGINT);
  server.Run();

  const auto refused = OpenPostgres(server.Url(), {});

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(refused.error().message.find("fsync=off"), std::string::npos);
}

}  // namespace
}  // namespace bulwark::sql
