// Goal: a key read from Redis passes only with the type, life time and content of its entry; the
//       page
// about the keys is the one that is committed.
// Method: one good and one bad case per rule, by hand; the committed file against the generator.

#include "contract/validate.h"

#include <array>
#include <fstream>
#include <ios>
#include <iterator>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/catalogue.h"
#include "contract/json_reader.h"
#include "contract/keys_markdown.h"

namespace bulwark::contract {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ValidateTest, AcceptsEveryExample) {
  for (const Entry& entry : Catalogue()) {
    const std::array values = {std::string(entry.example)};
    const std::array scores = {std::string("739687")};  // 2026-03-12, the date of the example.

    EXPECT_THAT(Validate(entry, {.type = Name(entry.kind),
                                 .ttl_s = entry.ttl.is_none() ? -1 : entry.ttl.max_s,
                                 .values = values,
                                 .scores = scores}),
                IsEmpty())
        << entry.pattern;
  }
}

TEST(ValidateTest, NamesAWrongTypeLifeTimeAndValue) {
  const std::array bad = {std::string("NaN")};
  const std::array ticker = {std::string("AAPL")};
  const Entry& cash = Get(EntryId::kCash);
  const Entry& done = Get(EntryId::kDailyBarsDone);

  EXPECT_THAT(Validate(cash, {.type = "list"}),
              ElementsAre("is a list, but the contract says string"));
  EXPECT_THAT(Validate(cash, {.type = "string", .ttl_s = 9, .values = bad}),
              ElementsAre(HasSubstr("expires in 9 s"), HasSubstr("'NaN'")));
  EXPECT_THAT(Validate(done, {.type = "set", .values = ticker}),
              ElementsAre(HasSubstr("never expires")));
  EXPECT_THAT(Validate(done, {.type = "set", .ttl_s = 90'001, .values = ticker}),
              ElementsAre(HasSubstr("at most 90000 s")));
}

TEST(ValidateTest, WantsTheOrdinalOfItsDateAsTheScoreOfADayTrade) {
  const Entry& trades = Get(EntryId::kPdtTrades);
  const std::array values = {std::string(trades.example)};
  const std::array unix_day = {std::string("20524")};

  EXPECT_THAT(Validate(trades, {.type = "zset", .values = values, .scores = unix_day}),
              ElementsAre(HasSubstr("739687")));
}

TEST(ValidateTest, StopsAtItsLimit) {
  const std::vector<std::string> values(100, "not a uuid");

  EXPECT_EQ(Validate(Get(EntryId::kOpenOrders), {.type = "set", .values = values}).size(),
            kProblemsMax);
}

TEST(KeysMarkdownTest, IsCommittedAsGenerated) {
  std::ifstream in(BULWARK_SOURCE_DIR "/docs/keys.md", std::ios::binary);
  const std::string committed{std::istreambuf_iterator<char>(in), {}};

  EXPECT_EQ(committed, GenerateKeysMarkdown())
      << "run: build/debug/bulwark keys docs > docs/keys.md";
}

TEST(KeysMarkdownTest, NamesEveryEntryAlsoAsJson) {
  const std::string text = GenerateKeysMarkdown();
  const auto json = ParseJsonArray(GenerateKeysJson());

  ASSERT_TRUE(json.has_value()) << json.error().message;
  EXPECT_EQ(json->items.size(), kEntries);
  for (const Entry& entry : Catalogue()) {
    EXPECT_NE(text.find("### `" + std::string(entry.pattern) + "`"), std::string::npos);
  }
}

}  // namespace
}  // namespace bulwark::contract
