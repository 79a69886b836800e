// Goal: times are written exactly as the contract's examples and read from all their variants.
// Method: the literal examples, then round trips.

#include "base/iso_time.h"

#include <chrono>

#include <gtest/gtest.h>

#include "base/time.h"

namespace bulwark::base {
namespace {

constexpr UnixNanos kAt{std::chrono::nanoseconds{1'771'351'200'123'456'789}};

TEST(IsoTimeTest, WritesSixDigitsOrNone) {
  EXPECT_EQ(FormatIso(kAt, IsoSuffix::kOffset), "2026-02-17T18:00:00.123456+00:00");
  EXPECT_EQ(FormatIso(kAt, IsoSuffix::kZulu), "2026-02-17T18:00:00.123456Z");
  EXPECT_EQ(FormatIso(std::chrono::floor<std::chrono::seconds>(kAt), IsoSuffix::kOffset),
            "2026-02-17T18:00:00+00:00");
}

TEST(IsoTimeTest, ReadsEveryVariant) {
  const UnixNanos micros = std::chrono::floor<std::chrono::microseconds>(kAt);
  for (const char* text : {"2026-02-17T18:00:00.123456+00:00", "2026-02-17T18:00:00.123456Z",
                           "2026-02-17T18:00:00.123456", "2026-02-17T20:00:00.123456+02:00"}) {
    EXPECT_EQ(ParseIso(text), micros) << text;
  }
}

TEST(IsoTimeTest, RefusesWhatIsNotATime) {
  for (const char* text :
       {"", "2026-02-17", "2026-02-30T00:00:00Z", "2026-02-17T25:00:00Z", "2026-02-17T18:00:00.Z",
        "2026-02-17T18:00:00X", "9999-01-01T00:00:00Z"}) {
    EXPECT_FALSE(ParseIso(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace bulwark::base
