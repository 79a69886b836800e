// Goal: rows of CSV become exactly the values that stand there, and anything else is refused with
//       its place.
// Method: lines by hand, sound and wrong ones.

#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/result.h"
#include "sources/bar_csv.h"
#include "sources/company_csv.h"
#include "sources/csv_fields.h"
#include "sources/field_values.h"
#include "store/rows.h"
#include "store/store_testing.h"

namespace bulwark::sources {
namespace {

using store::testing_support::Day;
using store::testing_support::DayAt;
using store::testing_support::Dec;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kBarHeader = "timestamp,symbol,open,high,low,close,volume,adj_close";

TEST(CsvFieldsTest, CutsAtSeparatorsOutsideOfQuotes) {
  CsvFields fields;
  EXPECT_THAT(fields.Split("a,,c"), ElementsAre("a", "", "c"));
  EXPECT_THAT(fields.Split(""), ElementsAre(""));
  EXPECT_THAT(fields.Split("a,"), ElementsAre("a", ""));
  EXPECT_THAT(fields.Split(R"("Saint Paul, Minnesota",1,"say ""yes""")"),
              ElementsAre("Saint Paul, Minnesota", "1", "say \"yes\""));
  EXPECT_THAT(fields.Split(R"("never closed,1)"), ElementsAre("never closed,1"));
  EXPECT_THAT(CsvFields('|').Split("a|b,c"), ElementsAre("a", "b,c"));
  EXPECT_EQ(fields.Split(std::string(500, ',')).size(), kFieldsMax + 1);
}

TEST(FieldValuesTest, ReadsNumbersAsVendorsWriteThem) {
  EXPECT_EQ(*PositiveOf("open", "12.4000"), Dec("12.4"));
  EXPECT_EQ(*NumberOf("change", "-18.39"), Dec("-18.39"));
  EXPECT_EQ(*NumberOf("x", "0.123456785"), Dec("0.12345679"));
  EXPECT_EQ(*NumberOf("x", "-0.123456785"), Dec("-0.12345679"));
  EXPECT_EQ(*SizeOf("volume", ""), std::nullopt);
  EXPECT_EQ(*SizeOf("volume", "000"), Dec("0"));
  EXPECT_EQ(*CountOf("shares", "1500.0"), 1500);
  EXPECT_EQ(*CountOf("shares", "-5"), -5);
  EXPECT_EQ(*DateOf("day", "20261120"), Day("2026-11-20"));
  EXPECT_EQ(CanonicalSymbol(" brk.b "), "BRK-B");

  for (const char* wrong : {"", "-1", "0", "1e5", "abc", "nan", "1,000", "0.1234567890x"}) {
    EXPECT_FALSE(PositiveOf("open", wrong).has_value()) << wrong;
  }
  EXPECT_FALSE(CountOf("shares", "1.5").has_value());
  EXPECT_FALSE(DateOf("day", "2026-02-30").has_value());
  EXPECT_EQ(PositiveOf("open", "abc\n").error().message, "open 'abc?' is not a positive number");
}

TEST(BarCsvTest, ReadsEveryColumnOfABar) {
  auto csv = BarCsv::FromHeader(kBarHeader);
  ASSERT_TRUE(csv.has_value());
  SymbolBar row;

  ASSERT_TRUE(csv->Decode("2015-03-20T00:00:00Z,A,42.39,42.53,42.20,42.21,2216600,42.11", row));

  EXPECT_EQ(row.symbol, "A");
  EXPECT_EQ(row.bar, (store::Bar{.at = DayAt("2015-03-20"),
                                 .open = Dec("42.39"),
                                 .high = Dec("42.53"),
                                 .low = Dec("42.2"),
                                 .close = Dec("42.21"),
                                 .volume = Dec("2216600"),
                                 .adjusted_close = Dec("42.11")}));
}

TEST(BarCsvTest, TakesEmptyVolumesAndPricesThatAreNotBracketed) {
  auto csv = BarCsv::FromHeader("timestamp,symbol,open,high,low,close,volume");
  SymbolBar row;

  ASSERT_TRUE(csv->Decode("1990-01-02T00:00:00Z,VIX,17.24,17,17.5,17.24,", row));

  EXPECT_EQ(row.bar.volume, std::nullopt);
  EXPECT_EQ(row.bar.adjusted_close, std::nullopt);
  EXPECT_FALSE(store::IsBracketed(row.bar));
}

TEST(BarCsvTest, NamesWhatIsWrongInARow) {
  auto csv = BarCsv::FromHeader(kBarHeader);
  SymbolBar row;
  const auto why = [&](const char* line) {
    const auto decoded = csv->Decode(line, row);
    return decoded ? std::string("taken") : decoded.error().message;
  };
  EXPECT_THAT(why("2015-03-20T00:00:00Z,A,42,42,42"), HasSubstr("5 columns, the header 8"));
  EXPECT_THAT(why("yesterday,A,1,1,1,1,1,1"), HasSubstr("timestamp 'yesterday'"));
  EXPECT_THAT(why("2015-03-20T00:00:00Z,a b,1,1,1,1,1,1"), HasSubstr("symbol 'a b'"));
  EXPECT_THAT(why("2015-03-20T00:00:00Z,A,1,1,0,1,1,1"), HasSubstr("low '0'"));
  EXPECT_THAT(why("2015-03-20T00:00:00Z,A,1,1,1,1,-1,1"), HasSubstr("volume '-1'"));
  EXPECT_THAT(BarCsv::FromHeader("timestamp,symbol,open,high,low,volume").error().message,
              HasSubstr("'close'"));
}

TEST(CompanyCsvTest, TellsFilesApartByTheirFirstLine) {
  EXPECT_EQ(KindOf(kBarHeader), FileKind::kBars);
  EXPECT_EQ(KindOf("symbol,last_session_before_ex,close,adj_close,factor,kind"),
            FileKind::kActions);
  EXPECT_EQ(KindOf("crawl_date,symbol,end_date,revenues"), FileKind::kFundamentals);
  EXPECT_EQ(KindOf("Symbol,Security,GICS Sector,CIK"), FileKind::kMembers);
  EXPECT_EQ(KindOf("Symbol,Name,Sector"), FileKind::kMembers);
  EXPECT_EQ(KindOf("accountingYearMonthNumber|symbolCode"), FileKind::kShortInterest);
  EXPECT_EQ(KindOf("<html>"), FileKind::kUnknown);
}

TEST(CompanyCsvTest, ReadsActionsFundamentalsAndMembers) {
  CompanyCsv actions("symbol,last_session_before_ex,close,adj_close,factor,kind");
  const auto split = actions.Action("NFLX,2015-07-14,702.60,100.37,0.142857,split_or_spinoff");
  ASSERT_TRUE(split.has_value()) << split.error().message;
  EXPECT_EQ(split->action, (store::CorporateAction{.through = Day("2015-07-14"),
                                                   .kind = store::ActionKind::kSplit,
                                                   .factor = Dec("0.142857")}));
  EXPECT_FALSE(actions.Action("NFLX,2015-07-14,702.60,100.37,0,split").has_value());
  EXPECT_FALSE(actions.Action("NFLX,2015-07-14,702.60,100.37,0.5,merger").has_value());
  EXPECT_FALSE(actions.Action("NFLX").has_value());

  CompanyCsv reports("crawl_date,symbol,end_date,doc_type,revenues,op_income");
  const auto report = reports.Fundamentals("20150323,DG,2015-01-30,10-K,18909588000.0,");
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(report->symbol, "DG");
  ASSERT_EQ(report->facts.size(), 2U);
  EXPECT_EQ(report->facts.back(), (store::Fundamental{.metric = "revenues",
                                                      .period_end = Day("2015-01-30"),
                                                      .known_at = DayAt("2015-03-24"),
                                                      .value = "18909588000.0"}));

  CompanyCsv members("Symbol,Security,GICS Sector,Headquarters Location,CIK");
  const auto member =
      members.Member(R"(BRK.B,Berkshire Hathaway,Financials,"Omaha, Nebraska",1067983)");
  ASSERT_TRUE(member.has_value()) << member.error().message;
  EXPECT_EQ(*member, (store::Member{.symbol = "BRK-B",
                                    .name = "Berkshire Hathaway",
                                    .sector = "Financials",
                                    .cik = "1067983"}));
}

}  // namespace
}  // namespace bulwark::sources
