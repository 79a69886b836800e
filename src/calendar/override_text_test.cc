// Goal: the owner's list is read as it is meant, or refused with the entry that is wrong.
// Method: lists by hand, each way in which an entry can be wrong.

#include "calendar/override_text.h"

#include <chrono>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/result.h"
#include "calendar/day.h"

namespace bulwark::calendar {
namespace {

using std::chrono::year;

TEST(OverrideTextTest, ReadsEntriesWithBlanksAndALastComma) {
  const auto parsed = ParseOverrides(" 2027-03-04 closed,2027-07-02  half ,\n2027-11-26 full,");

  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  EXPECT_EQ(*parsed, (std::vector<Override>{
                         {year(2027) / 3 / 4, DayKind::kClosed},
                         {year(2027) / 7 / 2, DayKind::kHalf},
                         {year(2027) / 11 / 26, DayKind::kFull},
                     }));
}

TEST(OverrideTextTest, ReadsNothingAsNoOverride) {
  for (const std::string_view text : {"", "  ", "\n"}) {
    const auto parsed = ParseOverrides(text);

    ASSERT_TRUE(parsed.has_value());
    EXPECT_TRUE(parsed->empty());
  }
}

TEST(OverrideTextTest, RefusesWhatIsNotADateAndAWord) {
  for (const std::string_view text :
       {"2027-02-29 closed", "2027-13-01 closed", "2027-3-4 closed", "2027-03-04",
        "2027-03-04 shut", "2027-03-04closed", "closed 2027-03-04", "2027-03-04 closed half",
        ",2027-03-04 closed", "-027-03-04 closed", "2027-03-04 Closed"}) {
    const auto parsed = ParseOverrides(text);

    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code, base::ErrorCode::kInvalidArgument);
  }
}

TEST(OverrideTextTest, NamesTheEntryThatIsWrong) {
  const auto parsed = ParseOverrides("2027-03-04 closed, 2027-03-05 perhaps");

  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().message,
            "override \"2027-03-05 perhaps\" is not a date and one of closed, half, full");
}

}  // namespace
}  // namespace bulwark::calendar
