// Goal: a dump is read whole or refused with its line; nothing in it is taken for something else.
// Method: dumps as people make them, and with everything that can be wrong about them.

#include "opening/documents.h"

#include <cstddef>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/result.h"

namespace bulwark::opening {
namespace {

using testing::HasSubstr;

std::string ErrorOf(std::string_view dump) {
  const auto documents = ParseDump(dump);
  return documents ? "" : documents.error().message;
}

TEST(DocumentsTest, ReadsTheWantedKeysAndCountsTheOthers) {
  const auto documents = ParseDump(
      "oms:portfolio\t{\"cash\": 1.0}\r\n"
      "METRICS:CASH 1.0\n"
      "\n"
      "oms:order:b {\"id\": \"b\"}\n"
      "oms:order:a\t{}\n"
      "oms:orders:open a");

  ASSERT_TRUE(documents.has_value()) << documents.error().message;
  EXPECT_THAT(documents->rows, testing::ElementsAre(Document{"oms:order:a", "{}"},
                                                    Document{"oms:order:b", "{\"id\": \"b\"}"},
                                                    Document{"oms:portfolio", "{\"cash\": 1.0}"}));
  EXPECT_EQ(documents->other_keys, 2U);
}

TEST(DocumentsTest, WritesTheDumpThatItReads) {
  const std::string dump = "oms:order:a\t{}\noms:portfolio\t{\"cash\": 1.0}\n";

  EXPECT_EQ(DumpOf(*ParseDump(dump)), dump);
}

TEST(DocumentsTest, SaysWhichLineIsNone) {
  EXPECT_THAT(ErrorOf("oms:portfolio {}\nnonsense\n"), HasSubstr("line 2 is 'nonsense'"));
  EXPECT_THAT(ErrorOf(" {}\n"), HasSubstr("line 1 is ' {}'"));
  EXPECT_THAT(ErrorOf("oms:portfolio {}\noms:portfolio {}\n"),
              HasSubstr("key 'oms:portfolio' is there twice"));
}

TEST(DocumentsTest, HasALimitOnDocuments) {
  std::string dump;
  for (std::size_t at = 0; at <= kDocumentsMax; ++at) {
    dump += "oms:order:" + std::to_string(at) + " {}\n";
  }

  const auto documents = ParseDump(dump);

  ASSERT_FALSE(documents.has_value());
  EXPECT_EQ(documents.error().code, base::ErrorCode::kInvalidArgument);
  EXPECT_THAT(documents.error().message, HasSubstr("line 200001: more than 200000 documents"));
}

TEST(OpeningDocuments, ReadsADumpOfItsOwnDumpTheSameHoweverManyCarriageReturnsEndALine) {
  const auto once = ParseDump("oms:portfolio {}\r\r\n");
  ASSERT_TRUE(once);
  EXPECT_EQ(once->rows.at(0).text, "{}");
  const auto again = ParseDump(DumpOf(*once));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->rows, once->rows);
}

}  // namespace
}  // namespace bulwark::opening
