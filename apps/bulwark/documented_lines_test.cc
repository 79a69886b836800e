// Goal: every line of redis-cli that the pages print works as it is written there.
// Method: the lines are read from the pages and given to a shell in which `bulwark` is the real
//         binary; a private redis-server holds the example of every key.

#include <array>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/result.h"
#include "binary_fixture.h"
#include "contract/catalogue.h"
#include "redis/connection.h"
#include "redis/managed_server.h"

namespace bulwark::app {
namespace {

using testing::AllOf;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class DocumentedLinesTest : public BinaryTest {
 protected:
  DocumentedLinesTest() {
    std::filesystem::create_directory(Data());
    std::filesystem::create_directory(folder_ / "bin");
    std::filesystem::create_symlink(BULWARK_BINARY, folder_ / "bin" / "bulwark");
    server_ = redis::ManagedServer::Create({.data_folder = Data().string()});
    EXPECT_TRUE(server_ && server_->Start());
    connection_ = *redis::Connection::Connect(server_->url());
    for (const contract::Entry& entry : contract::Catalogue()) {
      WriteExample(entry);
    }
  }

  void Do(std::initializer_list<std::string_view> words) {
    const auto reply = connection_->Call(words);
    ASSERT_TRUE(reply.has_value()) << reply.error().message;
  }

  void WriteExample(const contract::Entry& entry) {
    switch (entry.kind) {
      case contract::Kind::kString:
        return Do({"SET", entry.example_key, entry.example});
      case contract::Kind::kSet:
        return Do({"SADD", entry.example_key, entry.example});
      case contract::Kind::kSortedSet:
        return Do({"ZADD", entry.example_key, "739687", entry.example});
      case contract::Kind::kList:
        return Do({"RPUSH", entry.example_key, entry.example});
      case contract::Kind::kHash:
        return Do({"HSET", entry.example_key, "one", entry.example});
      default:
        return;
    }
  }

  // As a person types it; a line that never ends is stopped once it has answered.
  [[nodiscard]] BinaryOutcome Typed(const std::string& line) const {
    const std::string enter = "cd '" + folder_.string() + "' && export PATH=\"$PWD/bin:$PATH\" && ";
    if (line.find("SUBSCRIBE") == std::string::npos) {
      return Shell(enter + "{ " + line + "\n} 2>&1");
    }
    // The shell's `$!` is redis-cli itself, for the binary becomes it. Reading waits for its word.
    return Shell(enter + "rm -f heard && mkfifo heard && { " + line.substr(0, line.find(" #")) +
                 " > heard & } ; timeout 60 head -n 1 heard; done=$?; kill $! 2>/dev/null; "
                 "exit $done");
  }

  base::Result<redis::ManagedServer> server_ = base::Fail(base::ErrorCode::kNotFound, "not made");
  std::unique_ptr<redis::Connection> connection_;
};

// The lines of redis-cli in the code blocks of a page.
std::vector<std::string> LinesOf(std::string_view page) {
  static constexpr std::array<std::string_view, 2> kStarts = {
      "bulwark redis-cli ", "redis-cli -u \"$(bulwark redis-url)\" "};
  std::ifstream file(std::filesystem::path(BULWARK_SOURCE_DIR) / page);
  std::vector<std::string> lines;
  bool is_code = false;
  for (std::string line; std::getline(file, line);) {
    is_code = is_code != line.starts_with("```");
    for (const std::string_view start : kStarts) {
      if (is_code && line.starts_with(start)) {
        lines.push_back(line);
      }
    }
  }
  return lines;
}

TEST_F(DocumentedLinesTest, AllWorkAsWritten) {
  std::size_t tried = 0;
  // The last page ends with FLUSHALL.
  for (const std::string_view page : {"README.md", "docs/keys.md", "docs/keys-by-hand.md"}) {
    for (const std::string& line : LinesOf(page)) {
      SCOPED_TRACE(line);
      const BinaryOutcome outcome = Typed(line);
      EXPECT_EQ(outcome.exit_code, 0);
      EXPECT_THAT(outcome.text, AllOf(Not(IsEmpty()), Not(StartsWith("ERR ")),
                                      Not(StartsWith("WRONGTYPE ")), Not(StartsWith("error: "))));
      ++tried;
    }
  }
  EXPECT_GT(tried, 80U);
}

}  // namespace
}  // namespace bulwark::app
