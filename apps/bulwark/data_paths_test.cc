// Goal: every path lies in the data folder, and a folder that cannot work is refused with the
// reason.
// Method: temporary folders; one too deep for a unix socket, one where a file is in the way.

#include "data_paths.h"

#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace bulwark::app {
namespace {
namespace fs = std::filesystem;

class DataPathsTest : public testing::Test {
 protected:
  void SetUp() override { fs::create_directory(folder_); }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path folder_ =
      fs::temp_directory_path() / ("bulwark_paths_" + std::to_string(std::random_device{}()));
};

TEST_F(DataPathsTest, NamesAbsolutePathsBelowTheRoot) {
  const auto paths = DataPaths::Create("data/../here");

  ASSERT_TRUE(paths.has_value());
  const fs::path root = fs::current_path() / "here";
  EXPECT_EQ(paths->Root(), root);
  EXPECT_EQ(paths->RedisSocket(), root / "run/redis.sock");
  EXPECT_EQ(paths->VenueSocket(), root / "run/venue.sock");
  EXPECT_EQ(paths->RoleFile("api"), root / "run/api.json");
  EXPECT_EQ(paths->LockFile("trader"), root / "run/trader.lock");
  EXPECT_EQ(paths->LedgerFile(), root / "ledger.db");
  EXPECT_EQ(paths->PaperFile(), root / "paper.db");
}

TEST_F(DataPathsTest, RefusesAFolderTooDeepForASocket) {
  const auto paths = DataPaths::Create("/" + std::string(100, 'x'));

  ASSERT_FALSE(paths.has_value());
  EXPECT_NE(paths.error().message.find("is too deep"), std::string::npos);
}

TEST_F(DataPathsTest, MakesTheFoldersForThisUserOnlyAndAgain) {
  const auto paths = DataPaths::Create(folder_ / "data");
  ASSERT_TRUE(paths.has_value());

  ASSERT_TRUE(paths->Prepare().has_value());
  ASSERT_TRUE(paths->Prepare().has_value());

  EXPECT_EQ(fs::status(paths->Root()).permissions(), fs::perms::owner_all);
  EXPECT_EQ(fs::status(paths->RunDir()).permissions(), fs::perms::owner_all);
  EXPECT_EQ(fs::status(paths->RedisDir()).permissions(), fs::perms::owner_all);
}

TEST_F(DataPathsTest, LeavesTheRightsOfARootThatWasThere) {
  const auto paths = DataPaths::Create(folder_ / "data");
  ASSERT_TRUE(paths.has_value());
  fs::create_directory(folder_ / "data");
  const fs::perms shared = fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec;
  fs::permissions(folder_ / "data", shared);

  ASSERT_TRUE(paths->Prepare().has_value());

  EXPECT_EQ(fs::status(paths->Root()).permissions(), shared);
}

TEST_F(DataPathsTest, SaysWhichFolderCannotBeMade) {
  std::ofstream(folder_ / "data") << "a file in the way";
  const auto paths = DataPaths::Create(folder_ / "data");
  ASSERT_TRUE(paths.has_value());

  const auto prepared = paths->Prepare();

  ASSERT_FALSE(prepared.has_value());
  EXPECT_TRUE(prepared.error().message.starts_with("cannot make the folder " +
                                                   (folder_ / "data").string() + ": "))
      << prepared.error().message;
}

}  // namespace
}  // namespace bulwark::app
