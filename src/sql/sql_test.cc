// Goal: what is committed is on disk, what failed says why, and a damaged file is never written to.
// Method: real files in a temporary folder; the faults are made for real (truncation, a held write
//         lock,
// a page limit, a file of another owner).

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/result.h"
#include "base/time.h"
#include "sql/connection.h"
#include "sql/migrations.h"
#include "sql/sqlite_file.h"
#include "sql/statement.h"

namespace bulwark::sql {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

constexpr base::DurableWrite kTestWrite{"test", "rows of a test"};

class SqlTest : public testing::Test {
 protected:
  SqlTest() {
    std::string name = (fs::temp_directory_path() / "bulwark sql= test-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    file_ = folder_ / "test.db";
  }
  void TearDown() override { fs::remove_all(folder_); }

  [[nodiscard]] std::unique_ptr<Connection> OpenOk(Access access = Access::kReadWrite) const {
    auto opened = OpenSqlite(file_, {.access = access});
    EXPECT_TRUE(opened.has_value()) << opened.error().message;
    return std::move(*opened);
  }
  [[nodiscard]] base::Error OpenError(const SqliteOptions& options = {}) const {
    const auto opened = OpenSqlite(file_, options);
    EXPECT_FALSE(opened.has_value());
    return opened.has_value() ? base::Error{} : opened.error();
  }
  [[nodiscard]] std::string Bytes() const {
    std::ifstream stream(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  void FillWithRows(int rows) const {
    const auto connection = OpenOk();
    ASSERT_TRUE(connection->Run("CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT)"));
    auto insert = connection->Prepare({.sql = "INSERT INTO t(b) VALUES(:b)", .params = "t"});
    auto transaction = Transaction::Begin(*connection, kTestWrite);
    for (int row = 0; row < rows; ++row) {
      ASSERT_TRUE(insert->Set(0, std::string(200, 'x')).Execute());
    }
    ASSERT_TRUE(transaction->Commit());
  }

  fs::path folder_;
  fs::path file_;
};

// As `bulwark halt` does beside a running trader, which has the file open twice.
TEST_F(SqlTest, KeepsTheWalUnderALivingWriterWhenAnotherProcessCloses) {
  const auto writer = OpenOk();
  ASSERT_TRUE(writer->Run("CREATE TABLE t(a INTEGER)"));
  const auto reader = OpenOk();
  ASSERT_EQ(**reader->QueryInt("SELECT count(*) FROM t"), 0);
  const ::pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const bool is_written = OpenOk()->Run("INSERT INTO t VALUES(1)").has_value();
    ::_exit(is_written ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(fs::exists(file_.string() + "-wal"));
  ASSERT_TRUE(writer->Run("INSERT INTO t VALUES(2)"));
  EXPECT_EQ(**reader->QueryInt("SELECT count(*) FROM t"), 2);
}

TEST_F(SqlTest, MakesAnOwnerOnlyWalFileAndReadsItBack) {
  {
    const auto connection = OpenOk();
    EXPECT_EQ(**connection->QueryText("PRAGMA journal_mode"), "wal");
    EXPECT_EQ(**connection->QueryInt("PRAGMA synchronous"), 2);
    EXPECT_EQ(**connection->QueryInt("PRAGMA foreign_keys"), 1);
    ASSERT_TRUE(connection->Run("CREATE TABLE t(a INTEGER, b TEXT)"));
    auto insert = connection->Prepare({.sql = "INSERT INTO t VALUES(:a, :b)", .params = "it"});
    EXPECT_EQ(*insert->Set(0, 7).Set(1, "seven").Execute(), 1);
    EXPECT_EQ(*insert->SetNull(0).Set(1, "none").Execute(), 1);
  }

  const auto reader = OpenOk(Access::kReadOnly);
  auto query = reader->Prepare({.sql = "SELECT a, b FROM t ORDER BY rowid", .columns = "it"});
  std::string seen;
  ASSERT_TRUE(query->ForEachRow([&](const Statement& row) {
    seen += (row.IsNull(0) ? "null" : std::to_string(row.Int(0))) + "=" + row.Text(1) + " ";
  }));

  EXPECT_EQ(seen, "7=seven null=none ");
  struct ::stat status{};
  ASSERT_EQ(::stat(file_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  const auto refused = reader->Run("INSERT INTO t VALUES(1, 'x')");
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("read-only"), std::string::npos);
}

TEST_F(SqlTest, UndoesATransactionThatIsNotCommitted) {
  const auto connection = OpenOk();
  ASSERT_TRUE(connection->Run("CREATE TABLE t(a INTEGER)"));
  {
    auto transaction = Transaction::Begin(*connection, kTestWrite);
    ASSERT_TRUE(transaction.has_value());
    ASSERT_TRUE(connection->Run("INSERT INTO t VALUES(1)"));
  }

  EXPECT_EQ(**connection->QueryInt("SELECT count(*) FROM t"), 0);
}

TEST_F(SqlTest, SaysThatThereIsNoFileWhenItMayNotMakeOne) {
  EXPECT_EQ(OpenError({.access = Access::kReadOnly}).code, ErrorCode::kNotFound);
  EXPECT_EQ(OpenError({.is_created_if_missing = false}).code, ErrorCode::kNotFound);
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(SqlTest, RefusesDamageOfEveryKindAndLeavesTheFileAlone) {
  FillWithRows(200);
  const std::string whole = Bytes();
  std::string scribbled = whole;
  scribbled.replace(4096, 4096, 4096, '\x5a');
  std::string bad_header = whole;
  bad_header.replace(0, 6, "NOTSQL");
  const std::array damaged{std::string{}, whole.substr(0, 7), bad_header,
                           whole.substr(0, whole.size() - 5000), scribbled};
  for (const std::string& bytes : damaged) {
    SCOPED_TRACE(bytes.size());
    std::ofstream(file_, std::ios::binary | std::ios::trunc) << bytes;

    const base::Error error = OpenError();

    EXPECT_EQ(error.code, ErrorCode::kCorrupt) << error.message;
    EXPECT_NE(error.message.find(file_.string()), std::string::npos) << error.message;
    EXPECT_EQ(Bytes(), bytes);
  }
}

TEST_F(SqlTest, RefusesANewDatabaseBesideTheWalOfALostOne) {
  std::ofstream(file_.string() + "-wal") << "frames of the lost database";

  const base::Error error = OpenError();

  EXPECT_EQ(error.code, ErrorCode::kCorrupt);
  EXPECT_NE(error.message.find("put the file back"), std::string::npos) << error.message;
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(SqlTest, GivesUpOnALockedFileAfterTheBusyTimeout) {
  const auto holder = OpenOk();
  ASSERT_TRUE(holder->Run("CREATE TABLE t(a INTEGER)"));
  const auto held = Transaction::Begin(*holder, kTestWrite);
  ASSERT_TRUE(held.has_value());
  const auto other = OpenSqlite(file_, {.busy_timeout = std::chrono::milliseconds{20}});
  ASSERT_TRUE(other.has_value());

  const auto refused = Transaction::Begin(**other, kTestWrite);

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(refused.error().message.find("another process holds the lock"), std::string::npos);
}

TEST_F(SqlTest, SaysThatTheDiskIsFullAndKeepsWhatWasThere) {
  FillWithRows(10);
  const auto connection = OpenOk();
  ASSERT_TRUE(connection->Run("PRAGMA max_page_count=4"));
  auto insert = connection->Prepare({.sql = "INSERT INTO t(b) VALUES(:b)", .params = "t"});
  base::Result<std::int64_t> inserted = 0;
  {
    const auto transaction = Transaction::Begin(*connection, kTestWrite);
    for (int row = 0; row < 200 && inserted; ++row) {
      inserted = insert->Set(0, std::string(200, 'y')).Execute();
    }
  }

  ASSERT_FALSE(inserted.has_value());
  EXPECT_EQ(inserted.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(inserted.error().message.find("disk is full"), std::string::npos);
  EXPECT_EQ(**connection->QueryInt("SELECT count(*) FROM t"), 10);
}

// Root writes to any file, so the check runs in a child that has given root up.
TEST_F(SqlTest, SaysThatTheFileIsReadOnly) {
  FillWithRows(1);
  fs::permissions(file_, fs::perms{0444});
  fs::permissions(folder_, fs::perms{0555});
  const ::pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && ::setuid(65534) != 0) {
      ::_exit(2);
    }
    const auto opened = OpenSqlite(file_, {});
    const auto refused = opened ? Transaction::Begin(**opened, kTestWrite)
                                : base::Result<Transaction>(tl::unexpected(opened.error()));
    ::_exit(!refused && refused.error().code == ErrorCode::kUnavailable ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  fs::permissions(folder_, fs::perms{0700});

  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

constexpr std::array kFirst{"CREATE TABLE t(a INTEGER)"};
constexpr std::array kSecond{"ALTER TABLE t ADD COLUMN b TEXT", "INSERT INTO t VALUES(1, 'new')"};
constexpr std::array kBroken{"INSERT INTO t VALUES(2, 'half')", "ALTER TABLE nowhere ADD COLUMN c"};

TEST_F(SqlTest, MigratesForwardWithACopyAndRefusesWhatIsNewer) {
  const std::array steps{Migration{"first", kFirst}, Migration{"second", kSecond}};
  const auto connection = OpenOk();
  ASSERT_TRUE(Migrate(*connection, std::span(steps).first(1), base::UnixNanos{}));
  ASSERT_TRUE(connection->Run("INSERT INTO t VALUES(0)"));
  EXPECT_FALSE(RequireSchema(*connection, steps));

  ASSERT_TRUE(Migrate(*connection, steps, base::UnixNanos{}));

  EXPECT_EQ(*SchemaVersion(*connection), 2U);
  EXPECT_EQ(**connection->QueryInt("SELECT count(*) FROM t"), 2);
  EXPECT_TRUE(RequireSchema(*connection, steps));
  const auto older = Migrate(*connection, std::span(steps).first(1), base::UnixNanos{});
  ASSERT_FALSE(older.has_value());
  EXPECT_NE(older.error().message.find("use the newer program"), std::string::npos);
  const auto copy =
      OpenSqlite(file_.string() + ".v1-19700101T000000Z.bak", {.access = Access::kReadOnly});
  ASSERT_TRUE(copy.has_value()) << copy.error().message;
  EXPECT_EQ(*SchemaVersion(**copy), 1U);
  EXPECT_EQ(**(*copy)->QueryInt("SELECT count(*) FROM t"), 1);
}

TEST_F(SqlTest, LeavesTheOldVersionWholeWhenAMigrationFails) {
  const std::array steps{Migration{"first", kFirst}, Migration{"second", kSecond},
                         Migration{"broken", kBroken}};
  const auto connection = OpenOk();
  ASSERT_TRUE(Migrate(*connection, std::span(steps).first(1), base::UnixNanos{}));

  const auto failed = Migrate(*connection, steps, base::UnixNanos{});

  ASSERT_FALSE(failed.has_value());
  EXPECT_NE(failed.error().message.find("'broken'"), std::string::npos) << failed.error().message;
  EXPECT_EQ(*SchemaVersion(*connection), 1U);
  EXPECT_EQ(**connection->QueryInt("SELECT count(*) FROM t"), 0);
}

}  // namespace
}  // namespace bulwark::sql
