// Goal: spans read as people write them, exactly, and print back to the same span.
// Method: examples of each unit and each refusal, then random spans there and back.

#include "config/duration.h"

#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/time.h"

namespace bulwark::config {
namespace {

using base::Nanos;

TEST(DurationTest, ReadsEveryUnit) {
  const std::vector<std::pair<std::string, Nanos>> examples{
      {"1ns", Nanos{1}},
      {"250us", std::chrono::microseconds{250}},
      {"250ms", std::chrono::milliseconds{250}},
      {"5s", std::chrono::seconds{5}},
      {"30m", std::chrono::minutes{30}},
      {"48h", std::chrono::hours{48}},
      {"7d", std::chrono::hours{168}},
      {"1.5s", std::chrono::milliseconds{1500}},
      {"0.25ms", std::chrono::microseconds{250}},
      {"-2s", std::chrono::seconds{-2}},
      {"0", Nanos::zero()},
      {"0s", Nanos::zero()}};

  for (const auto& [text, span] : examples) {
    const auto parsed = ParseDuration(text);

    ASSERT_TRUE(parsed.has_value()) << text;
    EXPECT_EQ(*parsed, span) << text;
  }
}

TEST(DurationTest, RefusesWhatIsNotADurationAndSaysWhy) {
  const std::vector<std::pair<std::string, std::string>> examples{
      {"", "'' is not a duration"},
      {"soon", "'soon' is not a duration"},
      {"ms", "'ms' is not a duration"},
      {"5", "'5' has no unit"},
      {"1e3s", "'1e3s' is not a duration"},
      {"nan", "'nan' is not a duration"},
      {"1h30m", "'1h30m' is not a duration"},
      {"5 s", "'5 s' has the unknown unit ' s'"},
      {"5S", "'5S' has the unknown unit 'S'"},
      {"5 parsecs", "'5 parsecs' has the unknown unit ' parsecs'"},
      {"0.5ns", "'0.5ns' is finer than one nanosecond"},
      {"106752d", "'106752d' is too long"}};

  for (const auto& [text, message] : examples) {
    const auto parsed = ParseDuration(text);

    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().message, message);
  }
}

TEST(DurationTest, PrintsTheLargestUnitThatIsExact) {
  EXPECT_EQ(FormatDuration(Nanos::zero()), "0s");
  EXPECT_EQ(FormatDuration(std::chrono::seconds{90}), "90s");
  EXPECT_EQ(FormatDuration(std::chrono::seconds{120}), "2m");
  EXPECT_EQ(FormatDuration(std::chrono::hours{48}), "2d");
  EXPECT_EQ(FormatDuration(Nanos{1'000'001}), "1000001ns");
}

TEST(DurationTest, ReadsBackWhatItPrints) {
  std::mt19937_64 random{20261121};  // Fixed, so that a failure repeats.
  for (int step = 0; step < 10'000; ++step) {
    const auto size = static_cast<int>(random() % 40);
    const Nanos span{static_cast<std::int64_t>(random() >> (24 + size)) *
                     (random() % 2 == 0 ? 1'000'000 : 1)};

    const auto parsed = ParseDuration(FormatDuration(span));

    ASSERT_TRUE(parsed.has_value()) << span.count();
    ASSERT_EQ(*parsed, span);
  }
}

}  // namespace
}  // namespace bulwark::config
