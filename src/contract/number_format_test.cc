// Goal: numbers, times and texts are spelled exactly as Python and pydantic spell them.
// Method: the literals of the contract; ten thousand random numbers against python3's own repr();
// random texts written and read back.

#include "contract/number_format.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/time.h"
#include "contract/json_reader.h"
#include "contract/json_writer.h"

namespace bulwark::contract {
namespace {

using base::Decimal;

template <class Number>
std::string Plain(Number value) {
  std::string out;
  AppendFloat(out, value);
  return out;
}

template <class Number>
std::string Python(Number value) {
  std::string out;
  AppendPythonFloat(out, value);
  return out;
}

TEST(NumberFormatTest, WritesTheContractsExamples) {
  EXPECT_EQ(Python(100000.0), "100000.0");
  EXPECT_EQ(Python(30.0), "30.0");
  EXPECT_EQ(Python(-0.012), "-0.012");
  EXPECT_EQ(Python(1e-05), "1e-05");
  EXPECT_EQ(Python(1.5e-07), "1.5e-07");
  EXPECT_EQ(Python(1e16), "1e+16");
  EXPECT_EQ(Python(0.0001), "0.0001");
  EXPECT_EQ(Python(2.50549999998384), "2.50549999998384");
  EXPECT_EQ(Python(-0.0), "-0.0");
  EXPECT_EQ(Plain(1e-05), "0.00001");
  EXPECT_EQ(Plain(*Decimal::Parse("0.00001")), "0.00001");
  EXPECT_EQ(Plain(*Decimal::Parse("100000")), "100000.0");
  EXPECT_EQ(Plain(*Decimal::Parse("92233720368.54775807")), "92233720368.54775807");
  EXPECT_EQ(Python(*Decimal::Parse("-0.00000001")), "-1e-08");
  EXPECT_EQ(Plain(Decimal()), "0.0");
}

TEST(NumberFormatDeathTest, NeverWritesWhatIsNotANumber) {
  EXPECT_DEATH(Plain(std::numeric_limits<double>::infinity()), "ENSURE failed");
  EXPECT_DEATH(Python(std::nan("")), "ENSURE failed");
}

// Sends the lines through python3 and answers what it printed for each.
std::vector<std::string> AskPython(const std::string& program, const std::string& input) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("bulwark_repr_" + std::to_string(getpid()));
  std::ofstream(file) << input;
  const std::string command = "python3 -c '" + program + "' " + file.string();
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), &pclose);
  std::vector<std::string> lines;
  std::array<char, 256> line{};
  while (pipe && std::fgets(line.data(), line.size(), pipe.get()) != nullptr) {
    const std::string_view text(line.data());
    lines.emplace_back(text.substr(0, text.find('\n')));
  }
  std::filesystem::remove(file);
  return lines;
}

constexpr const char* kRepr =
    "import sys\n"
    "for line in open(sys.argv[1]): print(repr(float(line)))";

TEST(NumberFormatTest, PrintsDoublesLikePython) {
  std::mt19937_64 random{20261121};
  std::uniform_real_distribution<double> exponent(-20, 20);
  std::uniform_real_distribution<double> mantissa(-10, 10);
  std::vector<std::string> ours;
  std::string input;
  for (int at = 0; at < 10'000; ++at) {
    ours.push_back(Python(mantissa(random) * std::pow(10.0, exponent(random))));
    input += ours.back() + "\n";
  }

  EXPECT_EQ(AskPython(kRepr, input), ours);
}

TEST(NumberFormatTest, PrintsDecimalsBelowTenMillionUnitsLikePython) {
  std::mt19937_64 random{20261122};
  std::vector<std::string> ours;
  std::string input;
  for (int at = 0; at < 10'000; ++at) {
    const auto steps = static_cast<std::int64_t>(random() % 1'000'000'000'000'000U);
    const auto raw = steps >> (random() % 50U);
    ours.push_back(Python(Decimal::FromRaw(at % 2 == 0 ? raw : -raw)));
    input += ours.back() + "\n";
  }

  EXPECT_EQ(AskPython(kRepr, input), ours);
}

RC_GTEST_PROP(NumberFormatProperty, ReadsEveryDecimalBackExactly, (std::int64_t raw)) {
  RC_PRE(raw != std::numeric_limits<std::int64_t>::min());
  const Decimal value = Decimal::FromRaw(raw);

  RC_ASSERT(*ParseDecimal(Plain(value)) == value);
  RC_ASSERT(*ParseDecimal(Python(value)) == value);
}

RC_GTEST_PROP(NumberFormatProperty, ReadsEveryFiniteDoubleBackExactly, (double value)) {
  RC_PRE(std::isfinite(value));

  RC_ASSERT(*ParseFloat(Python(value)) == value);
  RC_ASSERT(*ParseFloat(Plain(value)) == value);
}

RC_GTEST_PROP(NumberFormatProperty, WritesTimesLikeTheBaseFolder, (std::int64_t seconds)) {
  const std::int64_t in_range = std::abs(seconds % 7'000'000'000LL) * 1'000'000'000LL;
  const base::UnixNanos at{base::Nanos{in_range + (seconds % 3 == 0 ? 123'456'789LL : 0LL)}};
  for (const auto suffix : {base::IsoSuffix::kOffset, base::IsoSuffix::kZulu}) {
    std::string out;
    AppendTime(out, at, suffix);
    RC_ASSERT(out == base::FormatIso(at, suffix));
  }
}

TEST(ParseTest, RefusesWhatIsNoFiniteNumber) {
  for (const char* text : {"", " ", "nan", "inf", "-inf", "NaN", "Infinity", "1e999", "0x10", "1 2",
                           "1,5", "--1", "1e", "."}) {
    EXPECT_FALSE(ParseFloat(text).has_value()) << text;
    EXPECT_FALSE(ParseDecimal(text).has_value()) << text;
  }
  EXPECT_EQ(*ParseFloat(" 12.5\n"), 12.5);
  EXPECT_EQ(ParseDecimal("86.36363636363636")->ToString(), "86.36363636");
}

std::string Quoted(std::string_view text, Spelling spelling) {
  std::string out;
  AppendQuoted(out, text, spelling);
  return out;
}

TEST(JsonWriterTest, EscapesLikePythonAndKeepsUtf8InCompactDocuments) {
  EXPECT_EQ(Quoted("ü€😀\"\\\n\x01", Spelling::kSpaced),
            "\"\\u00fc\\u20ac\\ud83d\\ude00\\\"\\\\\\n\\u0001\"");
  EXPECT_EQ(Quoted("ü€😀", Spelling::kCompact), "\"ü€😀\"");
}

TEST(JsonWriterTest, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(Quoted("a\xff", Spelling::kCompact), "\"a\xef\xbf\xbd\"");
  EXPECT_EQ(Quoted("\xed\xa0\x80", Spelling::kSpaced), "\"\\ufffd\\ufffd\\ufffd\"");
  EXPECT_EQ(Quoted("\xc0\xaf", Spelling::kSpaced), "\"\\ufffd\\ufffd\"");
  EXPECT_EQ(Quoted("\xe2\x82", Spelling::kSpaced), "\"\\ufffd\\ufffd\"");
  EXPECT_EQ(Quoted("\xf5\x80\x80\x80", Spelling::kSpaced), "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
}

RC_GTEST_PROP(JsonWriterProperty, WritesAnyBytesAsTextThatBothSpellingsReadBackAlike,
              (const std::string& bytes)) {
  const auto spaced = ParseJson(Quoted(bytes, Spelling::kSpaced));
  const auto compact = ParseJson(Quoted(bytes, Spelling::kCompact));

  RC_ASSERT(spaced.has_value());
  RC_ASSERT(compact.has_value());
  RC_ASSERT(spaced->text == compact->text);
  for (const char c : Quoted(bytes, Spelling::kSpaced)) {
    RC_ASSERT(c >= 0x20 && c < 0x7f + 1);
  }
}

TEST(JsonReaderTest, RefusesWhatIsTooDeepTooLongOrNotANumber) {
  EXPECT_FALSE(ParseJson(std::string(100, '[') + std::string(100, ']')).has_value());
  EXPECT_FALSE(ParseJson(std::string(kJsonTextMax + 1, ' ')).has_value());
  EXPECT_FALSE(ParseJson("NaN").has_value());
  EXPECT_FALSE(ParseJson("[Infinity]").has_value());
  EXPECT_FALSE(ParseJson("{\"a\":-Infinity}").has_value());
  EXPECT_FALSE(ParseJson("1 2").has_value());
  EXPECT_FALSE(ParseJson("").has_value());
  EXPECT_FALSE(ParseJsonObject("[]").has_value());
  EXPECT_EQ(ParseJson("12.10")->text, "12.10");
  EXPECT_EQ(ParseJsonObject(R"({"a":1,"a":2})")->Find("a")->text, "2");
}

}  // namespace
}  // namespace bulwark::contract
