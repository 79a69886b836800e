// Goal: short interest and insiders' filings are fetched once, a failure anywhere keeps last_run
//       where it was, and what was missed comes with the next run.
// Method: sources that play, a real store and a real Redis, runs at fixed moments.

#include "collect/altdata.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "jobs/fence.h"
#include "jobs/job.h"
#include "jobs/work_marks.h"
#include "redis/connection.h"
#include "redis/test_server.h"
#include "sources/company_sources.h"
#include "sources/edgar_index.h"
#include "sources/finra.h"
#include "sources/ownership.h"
#include "store/company_tables.h"
#include "store/rows.h"
#include "store/store.h"
#include "store/store_testing.h"
#include "store/universe_table.h"

namespace bulwark::collect {
namespace {

using store::testing_support::At;
using store::testing_support::Day;
using store::testing_support::StoreHome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Tuesday 07:00 in New York.
const base::UnixNanos kMorning = At("2026-12-01T12:00:00Z");

class PlayedShorts final : public sources::ShortInterestSource {
 public:
  [[nodiscard]] std::string_view name() const override { return "finra"; }
  base::Result<std::optional<sources::ShortInterestPage>> Fetch(
      std::chrono::sys_days settled) override {
    asked.push_back(settled);
    if (settled == missing) {
      return std::optional<sources::ShortInterestPage>();
    }
    return std::optional(sources::ShortInterestPage{
        .rows = {{.symbol = "ZZZT", .settled = settled, .shares = 1'500'000}}});
  }

  std::vector<std::chrono::sys_days> asked;
  std::chrono::sys_days missing;
};

// Two filings on each Thursday: one of a member, one of a stranger.
class PlayedFilings final : public sources::FilingSource {
 public:
  base::Result<std::optional<std::vector<sources::IndexEntry>>> List(
      std::chrono::sys_days day) override {
    listed.push_back(day);
    if (is_refusing) {
      return base::Fail(base::ErrorCode::kUnavailable, "status 403");
    }
    if (day == damaged) {
      return base::Fail(base::ErrorCode::kCorrupt, "no list");
    }
    if (std::chrono::weekday(day) != std::chrono::Thursday) {
      return std::optional<std::vector<sources::IndexEntry>>();
    }
    const auto number = std::to_string(100'000 + day.time_since_epoch().count());
    const std::string accession = "0001234567-26-" + number;
    return std::optional(std::vector<sources::IndexEntry>{
        {.form = "4", .ciks = {"7654321", "1234567"}, .filed = day, .accession = accession},
        {.form = "4", .ciks = {"99"}, .filed = day, .accession = "0000000099-26-" + number}});
  }
  base::Result<sources::Filing> Fetch(const sources::IndexEntry& entry) override {
    fetched.push_back(entry.accession);
    if (broken == entry.accession) {
      return base::Fail(base::ErrorCode::kCorrupt, "not XML");
    }
    if (empty == entry.accession) {
      return sources::Filing{.accession = entry.accession, .form = "4", .filed = entry.filed};
    }
    return sources::Filing{.accession = entry.accession,
                           .form = "4",
                           .filed = entry.filed,
                           .transactions = {{.accession = entry.accession,
                                             .form = "4",
                                             .symbol = "ZZZT",
                                             .traded = entry.filed,
                                             .code = "P"}}};
  }

  std::vector<std::chrono::sys_days> listed;
  std::vector<std::string> fetched;
  std::string broken;
  std::string empty;  // A filing without transactions.
  std::chrono::sys_days damaged;
  bool is_refusing = false;
};

class AltdataTest : public testing::Test {
 protected:
  void SetUp() override {
    auto transaction = store_->Begin();
    ASSERT_TRUE(store::PutMembers(
        store_->connection(), "sp500", Day("2026-01-02"),
        std::vector<store::Member>{{.symbol = "ZZZT", .cik = "0001234567"}, {.symbol = "AAA"}}));
    ASSERT_TRUE(transaction->Commit());
  }

  void Run(base::UnixNanos at, std::int64_t token) {
    jobs::JobContext context({.fence = {.job = "altdata", .token = token}, .started_at = at},
                             base::SystemClock());
    Altdata job({.store = *store_,
                 .shorts = shorts_,
                 .filings = filings_,
                 .marks = marks_,
                 .calendar = calendar_},
                "sp500");
    result_ = job.Run(context);
    counts_ = context.Counts();
    errors_ = context.Errors();
  }
  [[nodiscard]] std::vector<store::InsiderTransaction> Insiders() const {
    return *store::InsidersOf(store_->connection(), "ZZZT");
  }

  StoreHome home_;
  std::unique_ptr<store::Store> store_ = home_.Open();
  redis::TestServer server_;
  std::unique_ptr<redis::Connection> connection_ = server_.Connect();
  jobs::WorkMarks marks_{*connection_};
  calendar::ExchangeCalendar calendar_;
  PlayedShorts shorts_;
  PlayedFilings filings_;
  base::Result<void> result_;
  jobs::RunCounts counts_;
  std::vector<jobs::ItemError> errors_;
};

TEST_F(AltdataTest, FetchesWhatIsDueAndTheMembersFilingsAndAdvances) {
  Run(kMorning, 1);

  ASSERT_TRUE(result_.has_value()) << result_.error().message;
  EXPECT_EQ(counts_.items_failed, 0U);
  // The file of 30 November is not published yet.
  EXPECT_THAT(shorts_.asked, ElementsAre(Day("2026-09-30"), Day("2026-10-15"), Day("2026-10-30"),
                                         Day("2026-11-13")));
  EXPECT_EQ(filings_.listed.front(), Day("2026-11-02"));
  EXPECT_EQ(filings_.listed.back(), Day("2026-11-30"));
  EXPECT_THAT(filings_.fetched, SizeIs(4));
  ASSERT_THAT(Insiders(), SizeIs(4));
  EXPECT_EQ(Insiders()[3].traded, Day("2026-11-26"));
  EXPECT_THAT(*store::ShortInterestAsOf(store_->connection(), "ZZZT", At("2026-11-25T04:59:59Z")),
              SizeIs(3));
  EXPECT_THAT(*store::ShortInterestAsOf(store_->connection(), "ZZZT", At("2026-11-25T05:00:00Z")),
              SizeIs(4));
  EXPECT_EQ(*marks_.AltdataLastRun(), kMorning);
}

TEST_F(AltdataTest, AsksForNothingTwiceAndListsAgainFromAWeekBeforeTheLastRun) {
  Run(kMorning, 1);
  shorts_.asked.clear();
  filings_.listed.clear();
  filings_.fetched.clear();

  Run(kMorning + std::chrono::days{14}, 2);

  EXPECT_THAT(shorts_.asked, ElementsAre(Day("2026-11-30")));
  EXPECT_EQ(filings_.listed.front(), Day("2026-11-24"));
  EXPECT_THAT(filings_.fetched, SizeIs(2));  // Of 3 and 10 December; 26 November is there.
  EXPECT_THAT(Insiders(), SizeIs(6));
}

TEST_F(AltdataTest, LeavesNoHoleWhenLastRunIsLostBetweenTwoRuns) {
  Run(At("2026-11-15T12:00:00Z"), 1);
  ASSERT_TRUE(connection_->Call({"DEL", "jobs:altdata:last_run"}).has_value());
  filings_.listed.clear();

  Run(kMorning, 2);

  // The run of the 15th listed the days up to the 14th.
  EXPECT_LE(filings_.listed.front(), Day("2026-11-13"));
  EXPECT_EQ(filings_.listed.back(), Day("2026-11-30"));
}

TEST_F(AltdataTest, KeepsLastRunWhenAFilingCannotBeReadAndTakesItTheNextTime) {
  filings_.broken = "0001234567-26-120776";  // Of 19 November.
  Run(kMorning, 1);
  ASSERT_TRUE(result_.has_value());
  ASSERT_THAT(errors_, SizeIs(1));
  EXPECT_EQ(errors_[0].item, filings_.broken);
  EXPECT_THAT(Insiders(), SizeIs(3));
  EXPECT_EQ(*marks_.AltdataLastRun(), std::nullopt);

  filings_.broken.clear();
  Run(kMorning + std::chrono::hours{1}, 2);

  EXPECT_THAT(Insiders(), SizeIs(4));
  EXPECT_EQ(*marks_.AltdataLastRun(), kMorning + std::chrono::hours{1});
}

TEST_F(AltdataTest, SetsAFilingAsideThatCannotBeReadOnThreeDays) {
  filings_.broken = "0001234567-26-120776";  // Of 19 November.
  Run(kMorning, 1);
  Run(kMorning + std::chrono::hours{1}, 2);  // The same day once more.
  Run(kMorning + std::chrono::days{1}, 3);
  EXPECT_EQ(*marks_.AltdataLastRun(), std::nullopt);

  Run(kMorning + std::chrono::days{2}, 4);
  ASSERT_THAT(errors_, SizeIs(1));
  EXPECT_EQ(errors_[0].item, filings_.broken);
  EXPECT_THAT(errors_[0].message, HasSubstr("not XML; failed on 3 days and is set aside"));
  EXPECT_EQ(*marks_.AltdataLastRun(), kMorning + std::chrono::days{2});

  filings_.fetched.clear();
  Run(kMorning + std::chrono::days{3}, 5);
  EXPECT_THAT(filings_.fetched, testing::Not(testing::Contains(filings_.broken)));
  EXPECT_EQ(counts_.items_failed, 0U);
}

TEST_F(AltdataTest, SetsNothingAsideBecauseNobodyAnswered) {
  filings_.is_refusing = true;
  for (int day = 0; day < 4; ++day) {
    Run(kMorning + std::chrono::days{day}, day + 1);
  }
  EXPECT_EQ(*marks_.AltdataLastRun(), std::nullopt);

  filings_.is_refusing = false;
  Run(kMorning + std::chrono::days{4}, 5);

  EXPECT_EQ(counts_.items_failed, 0U);
  EXPECT_THAT(Insiders(), testing::Not(IsEmpty()));
}

TEST_F(AltdataTest, WaitsForALateSettlementDayAndTellsWhenItSetsItAside) {
  shorts_.missing = Day("2026-11-13");
  std::int64_t token = 0;
  for (const int day : {0, 1, 2, 3}) {
    Run(kMorning + std::chrono::days{day}, ++token);
  }
  EXPECT_EQ(*marks_.AltdataLastRun(), std::nullopt);  // It may still come.
  ASSERT_TRUE(marks_.AdvanceAltdata(kMorning));

  for (const int day : {60, 61, 62}) {
    Run(kMorning + std::chrono::days{day}, ++token);
  }

  ASSERT_THAT(errors_, SizeIs(1));
  EXPECT_EQ(errors_[0].item, "short interest of 2026-11-13");
  EXPECT_THAT(errors_[0].message, HasSubstr("is set aside"));
  EXPECT_EQ(*marks_.AltdataLastRun(), kMorning + std::chrono::days{62});
}

TEST_F(AltdataTest, FetchesAFilingWithoutTransactionsOnce) {
  filings_.empty = "0001234567-26-120776";  // Of 19 November.
  Run(kMorning, 1);
  EXPECT_THAT(filings_.fetched, testing::Contains(filings_.empty));
  EXPECT_THAT(Insiders(), SizeIs(3));
  filings_.fetched.clear();

  Run(kMorning + std::chrono::hours{1}, 2);

  EXPECT_THAT(filings_.fetched, IsEmpty());
}

TEST_F(AltdataTest, TellsWhichDaysALongAbsenceLeavesOutAndGoesOn) {
  ASSERT_TRUE(marks_.AdvanceAltdata(At("2026-06-01T12:00:00Z")));

  Run(kMorning, 1);

  ASSERT_THAT(errors_, SizeIs(1));
  EXPECT_EQ(errors_[0].item, "filings from 2026-06-01 to before 2026-08-31");
  EXPECT_EQ(shorts_.asked.front(), Day("2026-03-31"));  // 62 days before.
  EXPECT_EQ(*marks_.AltdataLastRun(), kMorning);
  EXPECT_THAT(LeftOut(At("2026-11-15T12:00:00Z"), kMorning), IsEmpty());
  EXPECT_THAT(LeftOut(At("2025-01-01T12:00:00Z"), kMorning), SizeIs(2));
}

TEST_F(AltdataTest, LeavesARefusingServerAloneAndStillTakesTheOther) {
  filings_.is_refusing = true;
  shorts_.missing = Day("2026-11-13");

  Run(kMorning, 1);

  EXPECT_THAT(filings_.listed, SizeIs(1));
  EXPECT_EQ(counts_.items_done, 3U);
  EXPECT_EQ(counts_.items_failed, 2U);
  EXPECT_EQ(errors_[0].item, "short interest of 2026-11-13");
  EXPECT_THAT(errors_[1].message, HasSubstr("403"));
  EXPECT_EQ(*marks_.AltdataLastRun(), std::nullopt);
}

TEST_F(AltdataTest, ADamagedListDoesNotHideTheDaysAfterIt) {
  filings_.damaged = Day("2026-11-19");

  Run(kMorning, 1);

  ASSERT_THAT(errors_, SizeIs(1));
  EXPECT_EQ(errors_[0].item, "filings of 2026-11-19");
  EXPECT_EQ(filings_.listed.back(), Day("2026-11-30"));
  ASSERT_THAT(Insiders(), SizeIs(3));
  EXPECT_EQ(Insiders()[2].traded, Day("2026-11-26"));
  EXPECT_EQ(*marks_.AltdataLastRun(), std::nullopt);
}

TEST_F(AltdataTest, EndsWhenANewerRunTookOver) {
  ASSERT_TRUE(jobs::RaiseFence(store_->connection(), {.job = "altdata", .token = 9}));

  Run(kMorning, 8);

  ASSERT_FALSE(result_.has_value());
  EXPECT_EQ(result_.error().code, base::ErrorCode::kConflict);
  EXPECT_THAT(Insiders(), IsEmpty());
  EXPECT_EQ(*marks_.AltdataLastRun(), std::nullopt);
}

TEST_F(AltdataTest, FailsWithoutAKnownLastRun) {
  server_.server().Stop();

  Run(kMorning, 1);

  EXPECT_FALSE(result_.has_value());
  EXPECT_THAT(shorts_.asked, IsEmpty());
}

TEST(FilingDaysTest, TakesALastRunOfTheFutureForNone) {
  EXPECT_EQ(FilingDays(At("2030-01-01T00:00:00Z"), kMorning), FilingDays(std::nullopt, kMorning));
}

TEST(FilingDaysTest, NeverGoesBackMoreThanAQuarter) {
  const auto days = FilingDays(At("2020-01-01T00:00:00Z"), kMorning);

  EXPECT_EQ(days.front(), Day("2026-08-31"));
  EXPECT_EQ(days.back(), Day("2026-11-30"));
}

}  // namespace
}  // namespace bulwark::collect
