// Goal: one owner at a time, named to the second one; the lock ends with its owner.
// Method: two objects on one file in a temporary folder.

#include "process/lock_file.h"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/result.h"

namespace bulwark::process {
namespace {

std::string PathOf(const std::string& name) {
  return testing::TempDir() + "bulwark_lock_" + std::to_string(getpid()) + "_" + name;
}

TEST(LockFileTest, RefusesASecondOwnerAndNamesTheFirst) {
  const std::string path = PathOf("second");
  const auto first = LockFile::Acquire(path);
  ASSERT_TRUE(first);

  const auto second = LockFile::Acquire(path);

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, base::ErrorCode::kConflict);
  EXPECT_NE(second.error().message.find(std::to_string(getpid())), std::string::npos);
  std::filesystem::remove(path);
}

TEST(LockFileTest, IsFreeAgainWhenItsOwnerIsGone) {
  const std::string path = PathOf("free");
  {
    const auto first = LockFile::Acquire(path);
    ASSERT_TRUE(first);
  }

  EXPECT_TRUE(LockFile::Acquire(path));
  std::filesystem::remove(path);
}

TEST(LockFileTest, NamesThePathThatCannotBeOpened) {
  const auto lock = LockFile::Acquire("/nonexistent/lock");

  ASSERT_FALSE(lock);
  EXPECT_NE(lock.error().message.find("/nonexistent/lock"), std::string::npos);
}

}  // namespace
}  // namespace bulwark::process
