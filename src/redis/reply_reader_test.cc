// Goal: replies come out as they were sent, wherever the network cuts them; garbage and giants
//       fail.
// Method: literal bytes, fed whole and byte by byte; limits from both sides.

#include "redis/reply_reader.h"

#include <cstddef>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/result.h"
#include "redis/command.h"
#include "redis/reply.h"

namespace bulwark::redis {
namespace {

using Kind = Reply::Kind;

constexpr std::size_t kMax = 4096;
constexpr std::string_view kNested = "*4\r\n:-7\r\n*2\r\n$3\r\na\r\n\r\n$-1\r\n+OK\r\n-ERR no\r\n";

Reply Nested() {
  return {.kind = Kind::kArray,
          .integer = 0,
          .text = "",
          .elements = {
              {.kind = Kind::kInteger, .integer = -7, .text = "", .elements = {}},
              {.kind = Kind::kArray,
               .integer = 0,
               .text = "",
               .elements = {{.kind = Kind::kBulk, .integer = 0, .text = "a\r\n", .elements = {}},
                            Reply{}}},
              {.kind = Kind::kStatus, .integer = 0, .text = "OK", .elements = {}},
              {.kind = Kind::kError, .integer = 0, .text = "ERR no", .elements = {}}}};
}

TEST(ReplyReaderTest, ReadsEveryKindOfReply) {
  ReplyReader reader(kMax);
  ASSERT_TRUE(reader.Feed("+OK\r\n:42\r\n$5\r\nhello\r\n$-1\r\n*-1\r\n*0\r\n-LOADING wait\r\n"));

  const auto next = [&reader] {
    EXPECT_TRUE(*reader.Next());
    return reader.reply();
  };
  EXPECT_TRUE(next().is_ok());
  EXPECT_EQ(next().AsInteger(), 42);
  EXPECT_EQ(next().AsText(), "hello");
  EXPECT_TRUE(next().is_nil());
  EXPECT_TRUE(next().is_nil());
  EXPECT_EQ(next().kind, Kind::kArray);
  EXPECT_EQ(FirstError(next())->code, base::ErrorCode::kUnavailable);
  EXPECT_FALSE(*reader.Next());
}

TEST(ReplyReaderTest, ReadsANestedReplyCutAtEveryByte) {
  ReplyReader reader(kMax);
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i + 1 < kNested.size(); ++i) {
      ASSERT_TRUE(reader.Feed(kNested.substr(i, 1)));
      ASSERT_FALSE(*reader.Next());
    }
    ASSERT_TRUE(reader.Feed(kNested.substr(kNested.size() - 1)));

    ASSERT_TRUE(*reader.Next());
    EXPECT_EQ(reader.reply(), Nested());
  }
}

TEST(ReplyReaderTest, FailsForGoodOnBytesThatAreNoReply) {
  for (const std::string_view bytes :
       {"hello\r\n", "*1\r\n!\r\n", "$-2\r\n", "*-5\r\n", ":12x\r\n", "$99999999999999999999\r\n",
        "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n"}) {
    ReplyReader reader(kMax);
    ASSERT_TRUE(reader.Feed(bytes));

    const auto next = reader.Next();

    ASSERT_FALSE(next) << bytes;
    EXPECT_EQ(next.error().code, base::ErrorCode::kCorrupt);
    EXPECT_FALSE(reader.Feed("+OK\r\n"));
    EXPECT_FALSE(reader.Next());
  }
}

TEST(ReplyReaderTest, BelievesNoClaimedSize) {
  ReplyReader reader(kMax);
  ASSERT_TRUE(reader.Feed("*2147483647\r\n$1000000000\r\n"));
  ASSERT_FALSE(*reader.Next());

  base::Result<bool> next = false;
  std::size_t sent = 0;
  while (next && sent < 10 * kMax) {
    ASSERT_TRUE(reader.Feed(std::string(100, 'x')));
    sent += 100;
    next = reader.Next();
  }

  EXPECT_FALSE(next);
  EXPECT_LE(sent, 2 * kMax);
}

TEST(ReplyReaderTest, TakesManyRepliesThatTogetherExceedTheLimitOfOne) {
  ReplyReader reader(kMax);
  const std::string reply = "$1000\r\n" + std::string(1000, 'x') + "\r\n";
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(reader.Feed(reply)) << i;
    ASSERT_TRUE(*reader.Next());
  }
}

TEST(PipelineTest, WritesCommandsAsArraysOfBulkStrings) {
  Pipeline pipeline;
  pipeline.BeginTransaction();
  pipeline.Add({"SET", "k", std::string_view("\0\r\n", 3)});
  pipeline.EndTransaction();

  const std::string binary("\0\r\n", 3);
  EXPECT_EQ(pipeline.bytes(), "*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$3\r\n" + binary +
                                  "\r\n*1\r\n$4\r\nEXEC\r\n");
  EXPECT_EQ(pipeline.size(), 3U);
  pipeline.Clear();
  EXPECT_TRUE(pipeline.empty());
  EXPECT_TRUE(pipeline.bytes().empty());
}

TEST(ReplyTest, TranslatesTheFirstWordOfAnError) {
  EXPECT_EQ(ToError("OOM command not allowed").code, base::ErrorCode::kUnavailable);
  EXPECT_EQ(ToError("READONLY You can't write").code, base::ErrorCode::kUnavailable);
  EXPECT_EQ(ToError("WRONGTYPE Operation").code, base::ErrorCode::kCorrupt);
  EXPECT_EQ(ToError("NOSCRIPT No matching").code, base::ErrorCode::kNotFound);
  EXPECT_EQ(ToError("EXECABORT").code, base::ErrorCode::kConflict);
  EXPECT_EQ(ToError("NOPERM this user").code, base::ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace bulwark::redis
