// Goal: the page on risk names every code that the gate can answer, in the order of the codes.
// Method: the table beside the enumeration.

#include "risk/denial_table.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/denial.h"

namespace bulwark::risk {
namespace {

TEST(DenialTableTest, HasARowForEachCodeInOrder) {
  const std::span<const DenialRow> rows = DenialTable();
  ASSERT_EQ(rows.size(), static_cast<std::size_t>(model::kDenialCodes));
  for (std::size_t at = 0; at < rows.size(); ++at) {
    EXPECT_EQ(static_cast<std::size_t>(rows[at].code), at);
    EXPECT_FALSE(rows[at].meaning.empty());
  }
}

TEST(DenialTableTest, WritesCodeSettingAndDefault) {
  const std::string text = DenialMarkdown([](std::string_view setting) {
    return setting == "risk.restricted" ? std::string() : "7 of " + std::string(setting);
  });
  EXPECT_THAT(text, testing::HasSubstr("| `MIN_PRICE` | entries | the share costs too little | "
                                       "reference price | quote currency | `risk.min_price` | 7 of "
                                       "risk.min_price |\n"));
  EXPECT_THAT(text, testing::HasSubstr("| `risk.restricted` | empty |\n"));
  EXPECT_THAT(text, testing::HasSubstr("| `HALTED` | all | "));
}

}  // namespace
}  // namespace bulwark::risk
