// Goal: text of any bytes becomes the JSON text that other writers make of it.
// Method: random ASCII with the characters that need an escape at any place, held against nlohmann.

#include "contract/json_writer.h"

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

namespace bulwark::contract {
namespace {

std::string Quoted(const std::string& text, Spelling spelling) {
  std::string out;
  AppendQuoted(out, text, spelling);
  return out;
}

RC_GTEST_PROP(JsonWriterTest, QuotesAsciiAsOthersDo, ()) {
  const auto character =
      rc::gen::weightedOneOf<char>({{8, rc::gen::inRange<char>(0x20, 0x7f)},
                                    {1, rc::gen::inRange<char>(0, 0x20)},
                                    {1, rc::gen::elementOf(std::string("\"\\\x7f"))}});
  const auto text = *rc::gen::container<std::string>(character);
  const std::string expected = nlohmann::json(text).dump();
  RC_ASSERT(Quoted(text, Spelling::kCompact) == expected);
  RC_ASSERT(Quoted(text, Spelling::kSpaced) == expected);
}

TEST(JsonWriterTest, EscapesWhereverItStandsInALongText) {
  for (const char wrong : std::string("\"\\\n\x01\x1f")) {
    for (std::size_t at = 0; at < 40; ++at) {
      std::string text(40, 'x');
      text[at] = wrong;
      EXPECT_EQ(Quoted(text, Spelling::kSpaced), nlohmann::json(text).dump()) << at;
    }
  }
  for (std::size_t at = 0; at < 20; ++at) {
    const std::string around(at, 'x');
    EXPECT_EQ(Quoted(around + "\u00e9" + around, Spelling::kSpaced),
              '"' + around + "\\u00e9" + around + '"');
    EXPECT_EQ(Quoted(around + "\u00e9" + around, Spelling::kCompact),
              '"' + around + "\u00e9" + around + '"');
  }
}

}  // namespace
}  // namespace bulwark::contract
