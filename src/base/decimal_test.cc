// Goal: decimals are exact, never wrap, and read and write the same text.
// Method: edges by hand; random operations against 128-bit arithmetic written out.

#include "base/decimal.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <random>

#include <gtest/gtest.h>

namespace bulwark::base {
namespace {

TEST(DecimalTest, ReadsAndWritesTheSameText) {
  for (const char* text : {"0", "1", "-1", "12.5", "0.00000001", "-0.00000001",
                           "92233720368.54775807", "61837.63", "100000"}) {
    const auto value = Decimal::Parse(text);

    ASSERT_TRUE(value.has_value()) << text;
    EXPECT_EQ(value->ToString(), text);
  }
}

TEST(DecimalTest, RefusesWhatIsNotAnExactDecimal) {
  for (const char* text : {"", "-", ".", "1e5", "nan", "inf", "1.2.3", " 1", "1 ", "0x1",
                           "1.000000001", "92233720368.54775808", "99999999999999999999999"}) {
    EXPECT_FALSE(Decimal::Parse(text).has_value()) << text;
  }
}

TEST(DecimalTest, AcceptsTrailingZerosBeyondTheScale) {
  EXPECT_EQ(Decimal::Parse("61837.6300000000")->ToString(), "61837.63");
}

TEST(DecimalTest, AnswersEmptyInsteadOfOverflowing) {
  EXPECT_EQ(CheckedAdd(Decimal::Max(), Decimal::FromRaw(1)), std::nullopt);
  EXPECT_EQ(CheckedMul(Decimal::Max(), Decimal::FromInt(2), Rounding::kDown), std::nullopt);
  EXPECT_EQ(CheckedDiv(Decimal::FromInt(1), Decimal(), Rounding::kDown), std::nullopt);
  EXPECT_EQ(Decimal::FromDouble(std::numeric_limits<double>::quiet_NaN()), std::nullopt);
  EXPECT_EQ(Decimal::FromDouble(1e12), std::nullopt);
}

TEST(DecimalDeathTest, StopsTheProcessInsteadOfWrapping) {
  EXPECT_DEATH((void)(Decimal::Max() + Decimal::FromRaw(1)), "ENSURE failed");
}

TEST(DecimalTest, RoundsInTheNamedDirection) {
  const Decimal third = Decimal::FromInt(1);
  const Decimal three = Decimal::FromInt(3);

  EXPECT_EQ(Div(third, three, Rounding::kDown).raw(), 33333333);
  EXPECT_EQ(Div(third, three, Rounding::kCeiling).raw(), 33333334);
  EXPECT_EQ(Div(-third, three, Rounding::kDown).raw(), -33333333);
  EXPECT_EQ(Div(-third, three, Rounding::kFloor).raw(), -33333334);
  EXPECT_EQ(Mul(Decimal::FromRaw(5), Decimal::Parse("0.1").value(), Rounding::kHalfEven).raw(), 0);
  EXPECT_EQ(Mul(Decimal::FromRaw(15), Decimal::Parse("0.1").value(), Rounding::kHalfEven).raw(), 2);
}

TEST(DecimalTest, RoundsDownToAStepAlsoBelowZero) {
  EXPECT_EQ(Decimal::Parse("1.239")->RoundDownTo(*Decimal::Parse("0.01")).ToString(), "1.23");
  EXPECT_EQ(Decimal::Parse("-1.231")->RoundDownTo(*Decimal::Parse("0.01")).ToString(), "-1.24");
}

TEST(DecimalTest, AgreesWithWideArithmetic) {
  std::mt19937_64 random{7};
  for (int step = 0; step < 1'000; ++step) {
    SCOPED_TRACE(step);
    const auto a =
        static_cast<std::int64_t>(random() >> (1 + random() % 60)) * (random() % 2 == 0 ? 1 : -1);
    const auto b =
        static_cast<std::int64_t>(random() >> (1 + random() % 60)) * (random() % 2 == 0 ? 1 : -1);
    const Int128 exact = static_cast<Int128>(a) * b / Decimal::kScale;
    const bool fits = exact <= std::numeric_limits<std::int64_t>::max() &&
                      exact >= -std::numeric_limits<std::int64_t>::max();

    const auto product = CheckedMul(Decimal::FromRaw(a), Decimal::FromRaw(b), Rounding::kDown);

    ASSERT_EQ(product.has_value(), fits);
    if (fits) {
      EXPECT_EQ(product->raw(), static_cast<std::int64_t>(exact));
    }
    EXPECT_EQ(Decimal::Parse(Decimal::FromRaw(a).ToString())->raw(), a);
  }
}

}  // namespace
}  // namespace bulwark::base
