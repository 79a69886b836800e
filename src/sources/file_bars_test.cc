// Goal: a file answers for the days that it has, and for no others.
// Method: small files by hand.

#include "sources/file_bars.h"

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "base/result.h"
#include "market/feeds/replay/temp_files.h"
#include "sources/alpha_vantage.h"
#include "sources/bar_source.h"
#include "sources/refusal.h"
#include "store/bar_table.h"
#include "store/store_testing.h"

namespace bulwark::sources {
namespace {

using store::testing_support::DayAt;

const std::string kText =
    "timestamp,symbol,open,high,low,close,volume\n"
    "2024-11-22T00:00:00Z,AAA,1,1,1,1,1\n"
    "2024-11-25T00:00:00Z,BBB,1,1,1,1,1\n"
    "2036-11-26T00:00:00Z,BBB,1,1,1,1,1\n";

class FileBarsTest : public testing::Test {
 protected:
  [[nodiscard]] BarAnswer Ask(const char* symbol, store::Window window) const {
    const auto source = FileBars::Load(files_.Write("bars.csv", kText));
    EXPECT_TRUE(source.has_value());
    auto answer = (*source)->Fetch({.series = {.symbol = symbol}, .window = window});
    EXPECT_TRUE(answer.has_value());
    return answer.value_or(BarAnswer{});
  }

  market::TempFiles files_;
};

TEST_F(FileBarsTest, VouchesForTheDaysBetweenItsFirstAndLastBarOfWhateverSymbol) {
  const auto daily =
      std::get<DailyBars>(Ask("AAA", {.from = DayAt("2024-11-01"), .to = DayAt("2026-11-21")}));

  EXPECT_EQ(daily.bars.size(), 1U);
  // The row of a wrong year says nothing of the years before it.
  EXPECT_EQ(daily.known, (store::Window{.from = DayAt("2024-11-22"), .to = DayAt("2024-11-26")}));
}

TEST_F(FileBarsTest, VouchesForNothingBeforeItsFirstBarAndRefusesWhatItDoesNotHave) {
  const store::Window before{.from = DayAt("2020-01-01"), .to = DayAt("2020-02-01")};
  const auto daily = std::get<DailyBars>(Ask("AAA", before));

  ASSERT_TRUE(daily.known.has_value());
  EXPECT_EQ(daily.known->from, daily.known->to);
  EXPECT_EQ(std::get<Refusal>(Ask("CCC", before)).kind, RefusalKind::kUnknownSymbol);
}

}  // namespace
}  // namespace bulwark::sources
