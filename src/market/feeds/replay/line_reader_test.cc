// Goal: every line of a file arrives once, whole and numbered, whatever the file looks like.
// Method: hand-made files, plain and compressed, with each kind of damage.

#include "market/feeds/replay/line_reader.h"

#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/result.h"
#include "market/feeds/replay/temp_files.h"

namespace bulwark::market {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Outcome {
  std::vector<std::string> lines;
  std::optional<base::Error> error;
};

Outcome ReadAll(LineReader& reader) {
  Outcome outcome;
  for (;;) {
    const auto line = reader.Next();
    if (!line) {
      outcome.error = line.error();
      return outcome;
    }
    if (!*line) {
      return outcome;
    }
    EXPECT_EQ((*line)->number, outcome.lines.size() + 1);
    outcome.lines.emplace_back((*line)->is_too_long ? "<too long>" : (*line)->text);
  }
}

Outcome ReadAll(const std::string& path) {
  auto reader = LineReader::Open(path);
  return reader ? ReadAll(*reader) : Outcome{.lines = {}, .error = reader.error()};
}

// About 1 MB of numbered lines.
std::string ManyLines() {
  std::string text;
  for (int i = 0; i < 60'000; ++i) {
    text += "line number " + std::to_string(i) + "\n";
  }
  return text;
}

TEST(LineReaderTest, ReadsEveryEndOfLine) {
  const TempFiles files;

  EXPECT_THAT(ReadAll(files.Write("a", "one\ntwo\r\n\nlast")).lines,
              ElementsAre("one", "two", "", "last"));
  EXPECT_THAT(ReadAll(files.Write("b", "\xEF\xBB\xBFone\n")).lines, ElementsAre("one"));
  EXPECT_TRUE(ReadAll(files.Write("c", "")).lines.empty());
}

TEST(LineReaderTest, ReadsTheSameFromPlainAndCompressedFiles) {
  const TempFiles files;
  const std::string text = ManyLines();

  const Outcome plain = ReadAll(files.Write("a.csv", text));
  const Outcome named = ReadAll(files.WriteZstd("a.csv.zst", text));
  const Outcome unnamed = ReadAll(files.WriteZstd("b.csv", text));

  EXPECT_EQ(plain.lines.size(), 60'000U);
  EXPECT_EQ(plain.lines.back(), "line number 59999");
  EXPECT_EQ(named.lines, plain.lines);
  EXPECT_EQ(unnamed.lines, plain.lines);
  EXPECT_FALSE(named.error.has_value());
}

TEST(LineReaderTest, ReportsATruncatedStreamAfterItsLastWholeLine) {
  const TempFiles files;
  const std::string path = files.WriteZstd("a.csv.zst", ManyLines(), 0.5);

  const Outcome outcome = ReadAll(path);

  ASSERT_TRUE(outcome.error.has_value());
  EXPECT_EQ(outcome.error->code, base::ErrorCode::kCorrupt);
  EXPECT_EQ(outcome.error->message, path + ": the zstd stream is truncated after line " +
                                        std::to_string(outcome.lines.size()));
  EXPECT_GT(outcome.lines.size(), 100U);
}

TEST(LineReaderTest, ReportsBytesThatAreNotZstd) {
  const TempFiles files;

  const Outcome outcome = ReadAll(files.Write("a.csv.zst", "timestamp,symbol\n"));

  ASSERT_TRUE(outcome.error.has_value());
  EXPECT_EQ(outcome.error->code, base::ErrorCode::kCorrupt);
  EXPECT_THAT(outcome.error->message, HasSubstr("a.csv.zst: the zstd stream is damaged"));
}

TEST(LineReaderTest, PassesOverALineThatIsTooLong) {
  const TempFiles files;
  const std::string longest(LineReader::kLineMax, 'x');

  EXPECT_THAT(ReadAll(files.Write("a", "one\n" + longest + "x\nthree\n")).lines,
              ElementsAre("one", "<too long>", "three"));
  EXPECT_THAT(ReadAll(files.Write("b", "one\n" + longest + "\nthree")).lines,
              ElementsAre("one", longest, "three"));
  EXPECT_THAT(ReadAll(files.Write("c", longest + longest)).lines, ElementsAre("<too long>"));
}

TEST(LineReaderTest, StartsAgainAfterRewind) {
  const TempFiles files;
  auto reader = LineReader::Open(files.WriteZstd("a.zst", "one\ntwo\n"));
  ASSERT_TRUE(reader.has_value());
  EXPECT_EQ(ReadAll(*reader).lines.size(), 2U);

  ASSERT_TRUE(reader->Rewind().has_value());

  EXPECT_THAT(ReadAll(*reader).lines, ElementsAre("one", "two"));
}

TEST(LineReaderTest, NamesTheFileThatCannotBeRead) {
  const TempFiles files;

  const auto missing = LineReader::Open(files.Path("none.csv"));
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, base::ErrorCode::kNotFound);
  EXPECT_THAT(missing.error().message, HasSubstr("none.csv: cannot open: No such file"));

  const Outcome directory = ReadAll(files.Path("."));
  ASSERT_TRUE(directory.error.has_value());
  EXPECT_EQ(directory.error->code, base::ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace bulwark::market
