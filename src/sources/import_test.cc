// Goal: a file is in the store as it is, once, however often and in whatever pieces it is imported;
//       of a bad row only that row is missing.
// Method: files by hand in a folder of their own; the real daily file, where it is.

#include "sources/import.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/result.h"
#include "calendar/exchange_calendar.h"
#include "market/feeds/replay/temp_files.h"
#include "store/bar_table.h"
#include "store/company_tables.h"
#include "store/data_check.h"
#include "store/rows.h"
#include "store/store.h"
#include "store/store_testing.h"
#include "store/universe_table.h"

namespace bulwark::sources {
namespace {

using store::testing_support::BarOf;
using store::testing_support::Day;
using store::testing_support::DayAt;
using store::testing_support::StoreHome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

const std::string kHeader = "timestamp,symbol,open,high,low,close,volume\n";
const store::Series kShare{.symbol = "ZZZT", .span = store::Span::kDay};

class ImportTest : public testing::Test {
 protected:
  ImportReport Import(const std::string& path, const ImportOptions& options = {}) {
    const auto report = ImportFile(*store_, path, options);
    EXPECT_TRUE(report.has_value()) << report.error().message;
    return report.value_or(ImportReport{});
  }

  StoreHome home_;
  market::TempFiles files_;
  std::unique_ptr<store::Store> store_ = home_.Open();
};

TEST_F(ImportTest, TakesSoundRowsAndExplainsTheOthers) {
  const std::string text = kHeader +
                           "2026-11-19T00:00:00Z,ZZZT,1,1,1,1,1000\n"
                           "2026-11-20T00:00:00Z,ZZZT,0,1,1,1,1000\n"
                           "\n"
                           "2026-11-20T00:00:00Z,ZZZT,2,2,2,2,1000\n"
                           "2026-11-20T12:00:00Z,ZZZT,2,2,2,2,1000\n";
  for (const std::string& path :
       {files_.Write("bars.csv", text), files_.WriteZstd("bars.csv.zst", text)}) {
    const auto report = Import(path);

    EXPECT_EQ(report.kind, "bars of 1d");
    EXPECT_EQ(report.rows, 2U);
    EXPECT_EQ(report.refused, 2U);
    EXPECT_EQ(report.symbols, 1U);
    EXPECT_THAT(report.problems, ElementsAre(HasSubstr(":3: open '0'"), HasSubstr(":6: a bar")));
  }
  EXPECT_THAT(*store::ReadBars(store_->connection(), kShare, store::kAllTime),
              ElementsAre(BarOf("2026-11-19", "1"), BarOf("2026-11-20", "2")));
  EXPECT_THAT(*store::ReadCoverage(store_->connection(), kShare),
              ElementsAre(store::Window{.from = DayAt("2026-11-19"), .to = DayAt("2026-11-21")}));
}

TEST_F(ImportTest, RefusesBarsOfTheFuture) {
  const std::string path = files_.Write("bars.csv", kHeader +
                                                        "2026-11-20T00:00:00Z,ZZZT,1,1,1,1,1000\n"
                                                        "2036-11-20T00:00:00Z,ZZZT,1,1,1,1,1000\n");

  const auto report = Import(path, {.now = DayAt("2026-11-21")});

  EXPECT_EQ(report.rows, 1U);
  EXPECT_THAT(report.problems, ElementsAre(HasSubstr(":3: a bar of the future")));
  EXPECT_EQ(store::ReadCoverage(store_->connection(), kShare)->back().to, DayAt("2026-11-21"));
}

TEST_F(ImportTest, ChangesNothingTheSecondTime) {
  const std::string path =
      files_.Write("bars.csv", kHeader + "2026-11-19T00:00:00Z,ZZZT,1,1,1,1,1000\n");

  EXPECT_EQ(Import(path).changed, 1);
  EXPECT_EQ(Import(path).changed, 0);
}

TEST_F(ImportTest, TakesMinutesForMinutesAlsoWhenTheyBeginAtMidnight) {
  const std::string path = files_.Write("bars.csv", kHeader +
                                                        "2026-11-19T00:00:00Z,ZZZT,1,1,1,1,1\n"
                                                        "2026-11-19T00:01:00Z,ZZZT,1,1,1,1,1\n");

  EXPECT_EQ(Import(path).kind, "bars of 1m");
  EXPECT_THAT(*store::ReadBars(store_->connection(),
                               {.symbol = "ZZZT", .span = store::Span::kMinute}, store::kAllTime),
              SizeIs(2));
}

TEST_F(ImportTest, TellsNothingToBeWholeWhenItWasStopped) {
  const std::string path =
      files_.Write("bars.csv", kHeader + "\n2026-11-19T00:00:00Z,ZZZT,1,1,1,1,1\n");

  const auto report = Import(path, {.is_stopped = [] { return true; }});

  EXPECT_TRUE(report.is_stopped);
  EXPECT_THAT(*store::ReadCoverage(store_->connection(), kShare), testing::IsEmpty());
}

std::string ManyRows() {
  std::string text = kHeader;
  for (int row = 0; row < 30'000; ++row) {
    text += "2026-11-19T00:00:00Z,Z" + std::to_string(row) + ",1,1,1,1,1\n";
  }
  return text;
}

TEST_F(ImportTest, StoresWhatCameBeforeTheDamageOfAFile) {
  const auto report = ImportFile(*store_, files_.WriteZstd("bars.csv.zst", ManyRows(), 0.9), {});

  ASSERT_FALSE(report.has_value());
  EXPECT_THAT(report.error().message, HasSubstr("truncated"));
  EXPECT_THAT(*store::Summaries(store_->connection()), testing::Not(testing::IsEmpty()));
}

TEST_F(ImportTest, RefusesWhatIsNoFileOfOurs) {
  for (const char* text : {"", "<html></html>\n", "a,b,c\n1,2,3\n"}) {
    const auto report = ImportFile(*store_, files_.Write("other.csv", text), {});
    ASSERT_FALSE(report.has_value()) << text;
    EXPECT_EQ(report.error().code, base::ErrorCode::kInvalidArgument);
    EXPECT_THAT(report.error().message, HasSubstr("other.csv"));
  }
  EXPECT_EQ(ImportFile(*store_, files_.Path("none.csv"), {}).error().code,
            base::ErrorCode::kNotFound);
}

TEST_F(ImportTest, TakesAListOfMembersWholeOrNotAtAll) {
  const ImportOptions options{.universe = "sp500", .today = Day("2026-11-20")};
  const auto report =
      Import(files_.Write("members.csv", "Symbol,Name,Sector\nAAA,A,Tech\nBRK.B,B,Fin\n"), options);
  EXPECT_EQ(report.changed, 2);

  const auto broken = ImportFile(
      *store_, files_.Write("broken.csv", "Symbol,Name,Sector\nAAA,A,Tech\n,nobody,\n"), options);

  EXPECT_FALSE(broken.has_value());
  EXPECT_THAT(*store::MembersOn(store_->connection(), "sp500", Day("2026-11-21")), SizeIs(2));
}

TEST_F(ImportTest, TakesActionsFundamentalsShortInterestAndFilings) {
  EXPECT_EQ(Import(files_.Write("actions.csv",
                                "symbol,last_session_before_ex,close,adj_close,factor,kind\n"
                                "ZZZT,2026-11-19,10,5,0.5,split_or_spinoff\n"))
                .changed,
            1);
  EXPECT_EQ(Import(files_.Write("reports.csv",
                                "crawl_date,symbol,end_date,revenues\n"
                                "20261119,ZZZT,2026-09-30,1.0\n"))
                .changed,
            1);
  EXPECT_EQ(Import(files_.Write("shrt20261113.csv",
                                "accountingYearMonthNumber|symbolCode|issueName|"
                                "issuerServicesGroupExchangeCode|marketClassCode|"
                                "currentShortPositionQuantity|previousShortPositionQuantity|"
                                "stockSplitFlag|averageDailyVolumeQuantity|daysToCoverQuantity|"
                                "revisionFlag|changePercent|changePreviousNumber|settlementDate\n"
                                "20261113|ZZZT|Zeta|A|NYSE|15|12||5|3.0||25.0|3|2026-11-13\n"))
                .changed,
            1);
  const auto known = store::ShortInterestAsOf(store_->connection(), "ZZZT", DayAt("2026-11-24"));
  EXPECT_THAT(*known, testing::IsEmpty());
  EXPECT_THAT(*store::ShortInterestAsOf(store_->connection(), "ZZZT", DayAt("2026-11-26")),
              SizeIs(1));
  EXPECT_THAT(*store::ReadActions(store_->connection(), "ZZZT"), SizeIs(1));
}

struct FoundFlaws {
  std::map<store::FindingKind, int> kinds;
  int symbols_with_gaps = 0;
};

FoundFlaws FlawsIn(store::Store& store) {
  FoundFlaws flaws;
  const auto summaries = store::Summaries(store.connection());
  for (const auto& summary : *summaries) {
    const auto findings =
        store::CheckDays(*store::ReadBars(store.connection(), summary.series, store::kAllTime),
                         *store::ReadActions(store.connection(), summary.series.symbol),
                         calendar::ExchangeCalendar());
    int gaps = 0;
    for (const auto& finding : findings) {
      ++flaws.kinds[finding.kind];
      gaps += finding.kind == store::FindingKind::kMissingSessions ? 1 : 0;
    }
    flaws.symbols_with_gaps += gaps > 0 ? 1 : 0;
  }
  return flaws;
}

// The file that comes with known flaws, each found, and nothing else.
TEST(RealDailyFileTest, IsImportedRowByRowAndItsKnownFlawsAreFound) {
  const std::filesystem::path folder =
      std::filesystem::path(BULWARK_SOURCE_DIR) / "../shared/data/daily";
  const std::string bars = folder / "pystock_us_daily_2015_2017.csv.zst";
  if (!std::filesystem::exists(bars)) {
    GTEST_SKIP() << "no ../shared/data";
  }
  const StoreHome home;
  const auto store = home.Open();

  const auto report = ImportFile(*store, bars, {});
  ASSERT_TRUE(report.has_value()) << report.error().message;
  ASSERT_TRUE(ImportFile(*store, folder / "pystock_corporate_actions_derived.csv", {}).has_value());

  EXPECT_EQ(report->rows, 242'921U);
  EXPECT_EQ(report->changed, 242'921);
  EXPECT_EQ(report->refused, 0U);
  EXPECT_EQ(report->symbols, 481U);
  const FoundFlaws flaws = FlawsIn(*store);
  auto found = flaws.kinds;
  EXPECT_EQ(found[store::FindingKind::kJump] + found[store::FindingKind::kExplainedJump], 39);
  EXPECT_EQ(found[store::FindingKind::kNoVolume], 5);
  EXPECT_EQ(found[store::FindingKind::kNoSession], 1);
  EXPECT_EQ(found[store::FindingKind::kAdjustmentLag], 1);
  EXPECT_EQ(found[store::FindingKind::kNotBracketed], 0);
  EXPECT_GE(flaws.symbols_with_gaps, 100);
}

}  // namespace
}  // namespace bulwark::sources
