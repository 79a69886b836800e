// Goal: limits are read as people write them, printed so that they are read back the same, and what
//       makes no sense is refused with the word that is wrong.
// Method: examples by hand; the parts of a window added up for many limits.

#include "limiter/limits.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/result.h"

namespace bulwark::limiter {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(LimitsTest, ReadsWindowsAndOptions) {
  const auto limits = ParseLimits(" 5/min, 25/day ;slots=2; share=50; reserve=10,5,0");

  ASSERT_TRUE(limits.has_value()) << limits.error().message;
  EXPECT_THAT(limits->windows, testing::ElementsAre(Window{.units = 5, .span = minutes{1}},
                                                    Window{.units = 25, .span = hours{24}}));
  EXPECT_EQ(limits->slots, 2U);
  EXPECT_EQ(limits->share_percent, 50U);
  EXPECT_THAT(limits->reserve_percent, testing::ElementsAre(10, 5, 0));
}

TEST(LimitsTest, PrintsWhatItReads) {
  for (const std::string text :
       {"5/min", "10/s", "50/10s,1200/min,20000/day", "3/90s", "1/10ms", "7/25h",
        "5/min,25/day; slots=8; share=80; reserve=10,10,20", "200/min; share=0"}) {
    const auto limits = ParseLimits(text);

    ASSERT_TRUE(limits.has_value()) << text;
    EXPECT_EQ(FormatLimits(*limits), text);
  }
}

TEST(LimitsTest, RefusesWhatMakesNoSenseAndNamesIt) {
  for (const std::string text : {"",
                                 "5",
                                 "/min",
                                 "0/min",
                                 "5/fortnight",
                                 "5/0s",
                                 "5/1ms",
                                 "5/32day",
                                 "20001/min",
                                 "-5/min",
                                 "5/min,",
                                 "5/min;",
                                 "5/min; slots=0",
                                 "5/min; slots=65",
                                 "5/min; share=91",
                                 "5/min; reserve=50,50,1",
                                 "5/min; reserve=1,1",
                                 "5/min; colour=red",
                                 "1e3/min",
                                 "5/min/day",
                                 "1/s,1/s,1/s,1/s,1/s,1/s,1/s",
                                 "99999999999/min",
                                 "5/99999999999999999999s"}) {
    const auto limits = ParseLimits(text);

    ASSERT_FALSE(limits.has_value()) << text;
    EXPECT_EQ(limits.error().code, base::ErrorCode::kInvalidArgument);
    EXPECT_THAT(limits.error().message, testing::StartsWith("limits '"));
  }
}

TEST(LimitsTest, PartsNeverAddUpToMoreThanTheWindow) {
  for (std::uint32_t units = 1; units < 300; units += 7) {
    for (const std::uint32_t share : {0U, 20U, 90U}) {
      for (const std::uint32_t slots : {1U, 3U, 8U, 64U}) {
        Limits limits{.windows = {{.units = units, .span = seconds{1}}},
                      .slots = slots,
                      .share_percent = share,
                      .reserve_percent = {30, 30, 30}};
        const Window& window = limits.windows.front();

        EXPECT_EQ(limits.LocalUnits(window) * slots + limits.SharedUnits(window), units);
        EXPECT_GE(limits.SharedUnits(window), 1U);
        EXPECT_EQ(limits.UnitsFor(window, Priority::kCancel), limits.SharedUnits(window));
        EXPECT_GE(limits.UnitsFor(window, Priority::kData), 1U);
        EXPECT_LE(limits.UnitsFor(window, Priority::kData),
                  limits.UnitsFor(window, Priority::kEntry));
        EXPECT_LE(limits.UnitsFor(window, Priority::kEntry),
                  limits.UnitsFor(window, Priority::kExit));
      }
    }
  }
}

}  // namespace
}  // namespace bulwark::limiter
