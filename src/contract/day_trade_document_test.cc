// Goal: members of risk:pdt:trades are byte for byte as documented, scores are ordinals, and what
//       other tools write is read.
// Method: the examples of the contract.

#include "contract/day_trade_document.h"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "base/iso_time.h"
#include "contract/catalogue.h"

namespace bulwark::contract {
namespace {

constexpr std::chrono::sys_days kDate = std::chrono::year{2026} / 3 / 12;

TEST(DayTradeDocumentTest, ScoresAreProlepticOrdinals) {
  EXPECT_EQ(DateOrdinal(kDate), 739'687);
  EXPECT_EQ(DateOrdinal(std::chrono::year{2026} / 11 / 21), 739'941);
  EXPECT_EQ(DateOrdinal(std::chrono::year{1} / 1 / 1), 1);
}

TEST(DayTradeDocumentTest, WritesTheExampleOfTheCatalogue) {
  std::string text;
  EncodeDayTrade(text, {.symbol = "AAPL",
                        .date = kDate,
                        .recorded_at = *base::ParseIso("2026-03-12T14:30:00.123456Z"),
                        .order_id = "8a4f2c1e-5b7d-5e9f-a1b2-c3d4e5f60718",
                        .number = 1,
                        .source = std::string(kDayTradeSource)});
  EXPECT_EQ(text, Get(EntryId::kPdtTrades).example);

  const auto back = DecodeDayTrade(text);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->symbol, "AAPL");
  EXPECT_EQ(back->date, kDate);
  EXPECT_EQ(back->number, 1);
  EXPECT_EQ(back->source, kDayTradeSource);
}

TEST(DayTradeDocumentTest, ReadsWhatOthersWrite) {
  const auto seen = DecodeDayTrade(
      R"({"symbol": "AAPL", "date": "2026-11-21", "recorded_at": )"
      R"("2026-11-21T20:40:32.839978+00:00", "order_id": "abc123", "strategy": "swing"})");
  ASSERT_TRUE(seen.has_value());
  EXPECT_EQ(seen->order_id, "abc123");
  EXPECT_EQ(seen->source, "");
}

TEST(DayTradeDocumentTest, NamesWhatIsWrong) {
  const auto missing = DecodeDayTrade(R"({"symbol": "AAPL", "date": "2026-02-30", )"
                                      R"("recorded_at": "2026-11-21T20:40:32Z"})");
  ASSERT_FALSE(missing.has_value());
  EXPECT_NE(missing.error().message.find("date"), std::string::npos);
  EXPECT_FALSE(DecodeDayTrade("[]").has_value());
}

}  // namespace
}  // namespace bulwark::contract
