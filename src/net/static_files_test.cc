// Goal: the files of one folder are served, and nothing else on the disk.
// Method: a real folder with a secret beside it, and every known way to ask for the secret.

#include "net/static_files.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <gtest/gtest.h>
#include <unistd.h>

#include "net/message.h"

namespace bulwark::net {
namespace {

namespace fs = std::filesystem;

class StaticFilesTest : public testing::Test {
 public:
  StaticFilesTest(const StaticFilesTest&) = delete;
  StaticFilesTest& operator=(const StaticFilesTest&) = delete;
  StaticFilesTest(StaticFilesTest&&) = delete;
  StaticFilesTest& operator=(StaticFilesTest&&) = delete;
  ~StaticFilesTest() override {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }

 protected:
  StaticFilesTest() {
    fs::create_directories(root_ / "web/assets");
    Write("secret", "secret");
    Write("web-other/file", "secret");
    Write("web/index.html", "<p>page</p>");
    Write("web/assets/app-1a2b.js", "run()");
    Write("web/.hidden", "secret");
    fs::create_symlink(root_ / "secret", root_ / "web/link");
  }

  void Write(std::string_view name, std::string_view text) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }

  static Response Ask(const StaticFiles& files, std::string_view path, std::string_view tag = "") {
    return files.Serve({.method = "GET",
                        .target = {std::string(path), {}},
                        .headers = {{"if-none-match", std::string(tag)}},
                        .body = ""});
  }

  fs::path root_ =
      fs::temp_directory_path() / ("bulwark_static_test_" + std::to_string(::getpid()));
};

TEST_F(StaticFilesTest, ServesFilesWithTypeAndCaching) {
  const auto files = StaticFiles::Open(root_ / "web");
  ASSERT_TRUE(files.has_value());

  const Response page = Ask(*files, "/");
  const Response script = Ask(*files, "/assets/app-1a2b.js");

  EXPECT_EQ(page.body, "<p>page</p>");
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(page.headers.at(1), (std::pair<std::string, std::string>{"Cache-Control", "no-cache"}));
  EXPECT_EQ(script.content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(script.headers.at(1).second, "public, max-age=31536000, immutable");
}

TEST_F(StaticFilesTest, AnswersNotModifiedToTheSameTag) {
  const auto files = StaticFiles::Open(root_ / "web");
  const std::string tag = Ask(*files, "/").headers.at(0).second;

  const Response again = Ask(*files, "/", tag);
  Write("web/index.html", "<p>other page</p>");
  const Response changed = Ask(*files, "/", tag);

  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(changed.status, 200);
}

TEST_F(StaticFilesTest, NeverLeavesItsFolder) {
  const auto files = StaticFiles::Open(root_ / "web");
  for (const std::string_view path :
       {"/../secret", "/assets/../../secret", "//etc/passwd", "/./index.html", "/.hidden", "/link",
        "/..\\secret", "/../web-other/file", "/assets", "/assets/", "/none", "/index.html/x"}) {
    const Response response = Ask(*files, path);

    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(response.body.find("secret"), std::string::npos) << path;
  }
}

TEST_F(StaticFilesTest, OpenWantsAPage) {
  const auto files = StaticFiles::Open(root_ / "web/assets");

  ASSERT_FALSE(files.has_value());
  EXPECT_NE(files.error().message.find("no index.html"), std::string::npos);
}

}  // namespace
}  // namespace bulwark::net
