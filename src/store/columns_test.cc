// Goal: a file of columns gives back the bars it was made from, and any other bytes are refused.
// Method: round trips, every byte of a file damaged in turn, every length cut.

#include "store/columns.h"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/result.h"
#include "store/bar_table.h"
#include "store/rows.h"
#include "store/store_testing.h"

namespace bulwark::store {
namespace {

using testing_support::BarOf;
using testing_support::Dec;
using testing_support::StoreHome;

const Series kShare{.symbol = "BRK-B", .span = Span::kDay};

std::vector<Bar> TwoBars() {
  std::vector bars{BarOf("2026-11-19", "12.5"), BarOf("2026-11-20", "13.00000001")};
  bars.front().volume = std::nullopt;
  bars.back().adjusted_close = Dec("12.9");
  return bars;
}

TEST(ColumnsTest, GivesBackWhatWasWritten) {
  for (const auto& bars : {TwoBars(), std::vector<Bar>{}}) {
    const auto file = ParseColumns(FormatColumns(kShare, bars));

    ASSERT_TRUE(file.has_value()) << file.error().message;
    EXPECT_EQ(file->series.symbol, "BRK-B");
    EXPECT_EQ(file->series.span, Span::kDay);
    EXPECT_EQ(file->bars, bars);
  }
}

TEST(ColumnsTest, RefusesEveryDamagedByteAndEveryOtherLength) {
  const std::string whole = FormatColumns(kShare, TwoBars());
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    EXPECT_FALSE(ParseColumns(damaged).has_value()) << at;
    EXPECT_FALSE(ParseColumns(whole.substr(0, at)).has_value()) << at;
  }
  EXPECT_FALSE(ParseColumns(whole + '\0').has_value());
}

TEST(ColumnsTest, RefusesBarsThatAreNotInOrder) {
  const std::vector bars{BarOf("2026-11-20", "1"), BarOf("2026-11-20", "2")};

  const auto file = ParseColumns(FormatColumns(kShare, bars));

  ASSERT_FALSE(file.has_value());
  EXPECT_THAT(file.error().message, testing::HasSubstr("row 1"));
}

TEST(ColumnsTest, WritesAWholeFileUnderItsNameAndNamesTheOneThatIsMissing) {
  const StoreHome home;
  const auto path = home.folder() / ColumnFileName(kShare);
  EXPECT_EQ(ColumnFileName({.symbol = "BTC/USDT", .span = Span::kMinute}), "1m/BTC%2FUSDT.bars");

  ASSERT_TRUE(WriteColumns(path, kShare, TwoBars()).has_value());
  ASSERT_TRUE(WriteColumns(path, kShare, TwoBars()).has_value());

  EXPECT_EQ(ReadColumns(path)->bars, TwoBars());
  EXPECT_FALSE(std::filesystem::exists(path.string() + ".part"));
  const auto missing = ReadColumns(home.folder() / "none.bars");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, base::ErrorCode::kNotFound);
  EXPECT_THAT(missing.error().message, testing::HasSubstr("none.bars"));
}

}  // namespace
}  // namespace bulwark::store
