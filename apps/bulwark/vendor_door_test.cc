// Goal: keys of vendors are taken from a file that is ours alone, and without what an editor adds.
// Method: files in a temporary folder; another owner where the test may make one.

#include "vendor_door.h"

#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/result.h"
#include "data_paths.h"

namespace bulwark::app {
namespace {
namespace fs = std::filesystem;

constexpr const char* kName = "BULWARK_TEST_VENDOR_KEY";  // In no environment.

class VendorKeyTest : public testing::Test {
 protected:
  void SetUp() override { fs::create_directory(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
  void Write(const std::string& text) {
    std::ofstream(paths_.VendorKeysFile()) << text;
    fs::permissions(paths_.VendorKeysFile(), fs::perms::owner_read | fs::perms::owner_write);
  }
  [[nodiscard]] std::string Key() const {
    const auto key = VendorKey(paths_, kName);
    return key ? key->Reveal() : "error: " + key.error().message;
  }

  fs::path folder_ =
      fs::temp_directory_path() / ("bulwark_keys_" + std::to_string(std::random_device{}()));
  DataPaths paths_ = DataPaths::Create(folder_).value();
};

TEST_F(VendorKeyTest, TakesAKeyWithoutTheBlanksAndTheCrAroundIt) {
  for (const std::string line : {"=SECRET", "=SECRET\r", "= SECRET ", " =\tSECRET \r"}) {
    Write("OTHER=1\n" + std::string(kName) + line + "\nLAST=2\n");
    EXPECT_EQ(Key(), "SECRET") << line;
  }
  Write(std::string(kName) + "= \r\n");
  EXPECT_THAT(Key(), testing::HasSubstr("neither in the environment nor in"));
}

TEST_F(VendorKeyTest, RefusesAFileThatOthersMayReadOrThatIsAnotherUsers) {
  Write(std::string(kName) + "=SECRET\n");
  fs::permissions(paths_.VendorKeysFile(), fs::perms::group_read, fs::perm_options::add);
  EXPECT_THAT(Key(), testing::HasSubstr("others may read it"));

  Write(std::string(kName) + "=SECRET\n");
  constexpr unsigned kNobody = 65'534;
  if (::chown(paths_.VendorKeysFile().c_str(), kNobody, kNobody) != 0) {
    GTEST_SKIP() << "only root can give a file away";
  }
  EXPECT_THAT(Key(), testing::HasSubstr("belongs to another user"));
}

}  // namespace
}  // namespace bulwark::app
