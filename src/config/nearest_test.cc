// Goal: a typo finds the name that was meant, and nonsense finds nothing.
// Method: examples; the distance also against its own symmetry on random words.

#include "config/nearest.h"

#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace bulwark::config {
namespace {

std::vector<std::string> Names() {
  return {"api.port", "api.host", "feed.seed", "strategy.ema_cross.fast"};
}

TEST(NearestTest, CountsTheStepsBetweenTwoWords) {
  EXPECT_EQ(EditDistance("", ""), 0U);
  EXPECT_EQ(EditDistance("port", ""), 4U);
  EXPECT_EQ(EditDistance("port", "prot"), 1U);
  EXPECT_EQ(EditDistance("port", "PORT"), 0U);
  EXPECT_EQ(EditDistance("port", "ports"), 1U);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3U);
}

TEST(NearestTest, FindsTheNameThatWasMeant) {
  EXPECT_EQ(Nearest("api.prot", Names()), "api.port");
  EXPECT_EQ(Nearest("apihost", Names()), "api.host");
  EXPECT_EQ(Nearest("fast", Names()), "strategy.ema_cross.fast");
}

TEST(NearestTest, FindsNothingForNonsense) {
  EXPECT_EQ(Nearest("", Names()), std::nullopt);
  EXPECT_EQ(Nearest("xyzzy", Names()), std::nullopt);
  EXPECT_EQ(Nearest("completely.different", Names()), std::nullopt);
}

TEST(NearestTest, MeasuresTheSameInBothDirections) {
  std::mt19937_64 random{7};
  for (int step = 0; step < 1'000; ++step) {
    std::string a;
    std::string b;
    for (auto i = random() % 8; i > 0; --i) {
      a += static_cast<char>('a' + random() % 3);
      b += static_cast<char>('a' + random() % 3);
    }

    ASSERT_EQ(EditDistance(a, b), EditDistance(b, a)) << a << " " << b;
    ASSERT_EQ(EditDistance(a, b) == 0, a == b) << a << " " << b;
  }
}

}  // namespace
}  // namespace bulwark::config
