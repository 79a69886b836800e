// Goal: a check finds each kind of flaw once, names its day and values, and says nothing of sound
//       bars.
// Method: a week of sound bars, then one flaw at a time.

#include "store/data_check.h"

#include <cstddef>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "calendar/exchange_calendar.h"
#include "store/rows.h"
#include "store/store_testing.h"

namespace bulwark::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing_support::BarOf;
using testing_support::Day;
using testing_support::Dec;

// Thursday to Wednesday around Good Friday and the weekend.
std::vector<Bar> Sound() {
  return {BarOf("2015-04-01", "10"), BarOf("2015-04-02", "10.5"), BarOf("2015-04-06", "10"),
          BarOf("2015-04-07", "9.8"), BarOf("2015-04-08", "10")};
}

std::vector<Finding> Check(const std::vector<Bar>& bars,
                           const std::vector<CorporateAction>& actions = {}) {
  return CheckDays(bars, actions, calendar::ExchangeCalendar());
}

TEST(DataCheckTest, FindsBarsOfTheFuture) {
  const std::vector<Bar> bars{BarOf("2015-04-01", "10"), BarOf("2025-04-01", "10")};

  const auto findings = CheckFuture(bars, testing_support::DayAt("2015-04-01"));

  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].kind, FindingKind::kFuture);
  EXPECT_EQ(findings[0].day, Day("2025-04-01"));
  EXPECT_EQ(NameOf(findings[0].kind), "of the future");
}

TEST(DataCheckTest, SaysNothingOfSoundBarsAcrossHolidayAndWeekend) {
  EXPECT_THAT(Check(Sound()), IsEmpty());
  EXPECT_THAT(Check({}), IsEmpty());
}

TEST(DataCheckTest, CountsTheSessionsThatAreMissingFromTheFirst) {
  std::vector<Bar> bars = Sound();
  bars.erase(bars.begin() + 1, bars.begin() + 4);

  EXPECT_THAT(Check(bars), ElementsAre(Finding{.kind = FindingKind::kMissingSessions,
                                               .day = Day("2015-04-02"),
                                               .count = 3,
                                               .text = "3 sessions up to 2015-04-07"}));
}

TEST(DataCheckTest, FindsABarOnAHolidayAndOneOnAWeekend) {
  std::vector<Bar> bars = Sound();
  bars.insert(bars.begin() + 2, {BarOf("2015-04-03", "10"), BarOf("2015-04-04", "10")});

  EXPECT_THAT(
      Check(bars),
      ElementsAre(
          Finding{.kind = FindingKind::kNoSession, .day = Day("2015-04-03"), .text = "Good Friday"},
          Finding{.kind = FindingKind::kNoSession, .day = Day("2015-04-04"), .text = "weekend"}));
}

TEST(DataCheckTest, TellsAJumpFromOneThatCorporateActionsExplain) {
  std::vector<Bar> bars = Sound();
  for (std::size_t at = 3; at < bars.size(); ++at) {
    bars[at] = BarOf(at == 3 ? "2015-04-07" : "2015-04-08", "5.05");
  }
  EXPECT_THAT(Check(bars), ElementsAre(Finding{.kind = FindingKind::kJump,
                                               .day = Day("2015-04-07"),
                                               .text = "close 5.05 after 10"}));

  const CorporateAction split{
      .through = Day("2015-04-06"), .kind = ActionKind::kSplit, .factor = Dec("0.5")};
  const auto explained = Check(bars, {split});
  ASSERT_EQ(explained.size(), 1U);
  EXPECT_EQ(explained.front().kind, FindingKind::kExplainedJump);

  // A split in the other direction explains nothing, nor one of another day.
  CorporateAction other = split;
  other.factor = Dec("2");
  EXPECT_EQ(Check(bars, {other}).front().kind, FindingKind::kJump);
  other = split;
  other.through = Day("2015-04-07");
  EXPECT_EQ(Check(bars, {other}).front().kind, FindingKind::kJump);
}

TEST(DataCheckTest, TakesARiseAndAFallOfTheSameRatioAlikeAndStopsShortOfTheLimit) {
  for (const char* close : {"14", "7.15"}) {
    EXPECT_THAT(Check({BarOf("2015-04-01", "10"), BarOf("2015-04-02", close)}), IsEmpty()) << close;
  }
  for (const char* close : {"14.01", "7.14"}) {
    EXPECT_EQ(Check({BarOf("2015-04-01", "10"), BarOf("2015-04-02", close)}).size(), 1U) << close;
  }
}

TEST(DataCheckTest, FindsPricesOutsideOfHighAndLowAndDaysWithoutVolume) {
  std::vector<Bar> bars = Sound();
  bars[1].high = Dec("10.4");
  bars[2].volume = base::Decimal();
  bars[3].volume.reset();  // An index: nothing to say.

  const auto findings = Check(bars);
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].kind, FindingKind::kNotBracketed);
  EXPECT_EQ(findings[1].kind, FindingKind::kNoVolume);
  EXPECT_EQ(CheckMinutes(bars).size(), 2U);
}

TEST(DataCheckTest, FindsAnAdjustmentThatStaysTwoSessionsButNotASeriesThatIsAdjusted) {
  std::vector<Bar> bars = Sound();
  bars[1].adjusted_close = Dec("10.4");
  EXPECT_THAT(Check(bars), IsEmpty());
  bars[2].adjusted_close = Dec("9.9");
  const auto findings = Check(bars);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings.front().kind, FindingKind::kAdjustmentLag);
  EXPECT_EQ(findings.front().day, Day("2015-04-06"));

  for (Bar& bar : bars) {
    bar.adjusted_close = Dec("5");
  }
  EXPECT_THAT(Check(bars), IsEmpty());
}

}  // namespace
}  // namespace bulwark::store
