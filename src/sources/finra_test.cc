// Goal: short interest has every field as FINRA wrote it, from the file and from the interface, and
//       is known from its publication on.
// Method: a real row of the file, hand-read; rows by hand for what is empty, wrong or revised.

#include "sources/finra.h"

#include <optional>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "calendar/exchange_calendar.h"
#include "sources/publication.h"
#include "store/rows.h"
#include "store/store_testing.h"

namespace bulwark::sources {
namespace {

using store::testing_support::Day;
using store::testing_support::DayAt;
using store::testing_support::Dec;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kHeader =
    "accountingYearMonthNumber|symbolCode|issueName|issuerServicesGroupExchangeCode|"
    "marketClassCode|currentShortPositionQuantity|previousShortPositionQuantity|stockSplitFlag|"
    "averageDailyVolumeQuantity|daysToCoverQuantity|revisionFlag|changePercent|"
    "changePreviousNumber|settlementDate\n";

TEST(FinraFileTest, ReadsEveryFieldOfARow) {
  const auto page = ParseFinraFile(
      kHeader +
      "20250630|A|Agilent Technologies Inc.|A|NYSE|3354818|4110706||1749336|1.92||-18.39|-755888|"
      "2025-06-30\r\n");

  ASSERT_TRUE(page.has_value()) << page.error().message;
  EXPECT_THAT(page->rows,
              ElementsAre(store::ShortInterest{.symbol = "A",
                                               .settled = Day("2025-06-30"),
                                               .issue_name = "Agilent Technologies Inc.",
                                               .market = "NYSE",
                                               .shares = 3'354'818,
                                               .shares_before = 4'110'706,
                                               .average_daily_volume = 1'749'336,
                                               .days_to_cover = Dec("1.92"),
                                               .change_percent = Dec("-18.39"),
                                               .is_split = false,
                                               .is_revised = false}));
}

TEST(FinraFileTest, KeepsEmptyFieldsEmptyAndMarksRevisionsSplitsAndTheCap) {
  const auto page =
      ParseFinraFile(kHeader +
                     "20261113|ZZZT|\"Zeta\" Corp|A|OTC|100|||0|999.99|R|||2026-11-13\n"
                     "20261113|BRK.B|B|A|NYSE|100|90|S|10|10|||10|2026-11-13\n"
                     "\n"
                     "20261113|AB+ C*|warrant|A|NYSE|100|90||10|10|||10|2026-11-13\n");

  ASSERT_TRUE(page.has_value()) << page.error().message;
  ASSERT_EQ(page->rows.size(), 2U);
  EXPECT_EQ(page->skipped, 1U);
  EXPECT_EQ(page->rows[0].issue_name, "\"Zeta\" Corp");
  EXPECT_EQ(page->rows[0].shares_before, std::nullopt);
  EXPECT_EQ(page->rows[0].average_daily_volume, 0);
  EXPECT_EQ(page->rows[0].days_to_cover, Dec("999.99"));
  EXPECT_EQ(page->rows[0].change_percent, std::nullopt);
  EXPECT_TRUE(page->rows[0].is_revised);
  EXPECT_EQ(page->rows[1].symbol, "BRK-B");
  EXPECT_TRUE(page->rows[1].is_split);
}

TEST(FinraFileTest, RefusesAnotherDocumentAndNamesTheWrongLine) {
  EXPECT_FALSE(ParseFinraFile("<html><body>403 Forbidden</body></html>").has_value());
  EXPECT_FALSE(ParseFinraFile("").has_value());
  const auto cut = ParseFinraFile(kHeader + "20261113|ZZZT|Zeta\n");
  ASSERT_FALSE(cut.has_value());
  EXPECT_THAT(cut.error().message, HasSubstr("line 2"));
  const auto wrong =
      ParseFinraFile(kHeader + "20261113|ZZZT|Z|A|NYSE|many|90||10|10|||10|2026-11-13\n");
  ASSERT_FALSE(wrong.has_value());
  EXPECT_THAT(wrong.error().message, HasSubstr("currentShortPositionQuantity 'many'"));
}

TEST(FinraJsonTest, GivesTheSameRowAsTheFile) {
  const auto page = ParseFinraJson(
      R"([{"symbolCode":"ZZZT","settlementDate":"2026-11-13","currentShortPositionQuantity":1500000,
      "previousShortPositionQuantity":1200000,"averageDailyVolumeQuantity":500000,
      "daysToCoverQuantity":3.0,"changePercent":25.0,"changePreviousNumber":300000,
      "issueName":"Zeta Test Corp","marketClassCode":"NYSE","revisionFlag":null,
      "stockSplitFlag":null}])");
  const auto file = ParseFinraFile(
      kHeader +
      "20261113|ZZZT|Zeta Test Corp|A|NYSE|1500000|1200000||500000|3.0||25.0|300000|2026-11-13\n");

  ASSERT_TRUE(page.has_value()) << page.error().message;
  ASSERT_TRUE(file.has_value()) << file.error().message;
  EXPECT_EQ(page->rows, file->rows);
  EXPECT_EQ(page->rows.front().shares, 1'500'000);
}

TEST(FinraFileTest, RefusesNumbersOfSharesBelowZero) {
  for (const char* values : {"-1|90||10", "100|-5||10", "100|90||-7", "|90||10"}) {
    const auto page =
        ParseFinraFile(kHeader + "20261113|ZZZT|Z|A|NYSE|" + values + "|10|||10|2026-11-13\n");
    ASSERT_FALSE(page.has_value()) << values;
    EXPECT_THAT(page.error().message, HasSubstr("line 2")) << values;
  }
}

TEST(FinraFileTest, RefusesASecondRowOfTheSameSymbolAndTakesItsRevision) {
  const std::string row = "20261113|ZZZT|Z|A|NYSE|100|90||10|10|";
  const std::string first = kHeader + row + "||10|2026-11-13\n";

  const auto revised = ParseFinraFile(first + row + "R||10|2026-11-13\n");
  ASSERT_TRUE(revised.has_value()) << revised.error().message;
  EXPECT_EQ(revised->rows.size(), 2U);

  const auto twice = ParseFinraFile(first + row + "||10|2026-11-13\n");
  ASSERT_FALSE(twice.has_value());
  EXPECT_EQ(twice.error().message, "two rows of ZZZT for 2026-11-13");
}

TEST(FinraJsonTest, RefusesWhatIsNoArrayOfRows) {
  for (const char* body : {"", "{", "{}", "[1]", "[{}]", "<html>", "[{\"symbolCode\":\"A\"}]"}) {
    const auto page = ParseFinraJson(body);
    // An element without a symbol is none of ours.
    EXPECT_TRUE(!page.has_value() || page->rows.empty()) << body;
  }
  EXPECT_FALSE(ParseFinraJson("{}").has_value());
}

TEST(PublicationTest, IsTheSeventhSessionAfterTheSettlement) {
  const calendar::ExchangeCalendar calendar;
  for (const auto& [settled, published] :
       {std::pair{"2026-10-30", "2026-11-10"}, std::pair{"2026-11-13", "2026-11-24"},
        std::pair{"2026-11-30", "2026-12-09"}, std::pair{"2026-12-15", "2026-12-24"},
        std::pair{"2026-12-31", "2027-01-12"}, std::pair{"2027-01-15", "2027-01-27"},
        std::pair{"2027-02-12", "2027-02-24"}, std::pair{"2027-03-31", "2027-04-09"},
        std::pair{"2027-06-15", "2027-06-25"}, std::pair{"2027-06-30", "2027-07-12"}}) {
    const auto known = ShortInterestKnownAt(calendar, Day(settled));
    EXPECT_EQ(known, DayAt(published) + std::chrono::hours{29}) << settled;
  }
}

TEST(FinraUrlTest, NamesTheFileByItsSettlementDay) {
  EXPECT_EQ(FinraFileUrl("https://cdn.finra.org", Day("2026-11-13")),
            "https://cdn.finra.org/equity/otcmarket/biweekly/shrt20261113.csv");
}

}  // namespace
}  // namespace bulwark::sources
