// Goal: each member's overview is fetched once a week and marked after it is stored; the job
//       backfill does what its arguments say, under its run's fence.
// Method: sources that play, a real store and a real Redis.

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "collect/backfill_job.h"
#include "collect/weekly_fundamentals.h"
#include "jobs/fence.h"
#include "jobs/job.h"
#include "jobs/work_marks.h"
#include "redis/connection.h"
#include "redis/test_server.h"
#include "sources/alpha_vantage.h"
#include "sources/bar_source.h"
#include "sources/company_sources.h"
#include "sources/refusal.h"
#include "store/company_tables.h"
#include "store/rows.h"
#include "store/store.h"
#include "store/store_testing.h"
#include "store/universe_table.h"

namespace bulwark::collect {
namespace {

using store::testing_support::At;
using store::testing_support::BarOf;
using store::testing_support::Day;
using store::testing_support::StoreHome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Saturday 06:00 in New York, of ISO week 48.
const base::UnixNanos kSaturday = At("2026-11-28T11:00:00Z");

class FixedClock final : public base::Clock {
 public:
  [[nodiscard]] base::UnixNanos WallNow() const override { return kSaturday; }
  [[nodiscard]] base::Nanos MonotonicNow() const override { return base::Nanos::zero(); }
  void Pause(base::Nanos /*span*/) const override {}
};

class PlayedOverviews final : public sources::OverviewSource {
 public:
  [[nodiscard]] std::string_view name() const override { return "played"; }
  base::Result<sources::OverviewAnswer> Fetch(const std::string& symbol,
                                              base::UnixNanos now) override {
    asked.push_back(symbol);
    if (const auto found = refusals.find(symbol); found != refusals.end()) {
      return found->second;
    }
    return std::vector<store::Fundamental>{
        {.metric = "PERatio", .period_end = Day("2026-09-30"), .known_at = now, .value = "18.2"}};
  }

  std::vector<std::string> asked;
  std::map<std::string, sources::Refusal> refusals;
};

class PlayedBars final : public sources::BarSource {
 public:
  [[nodiscard]] std::string_view name() const override { return "played"; }
  base::Result<sources::BarAnswer> Fetch(const sources::BarRequest& request) override {
    asked.push_back(request.series.symbol);
    sources::DailyBars daily;
    daily.bars.push_back(BarOf("2026-11-20", "10"));
    return daily;
  }

  std::vector<std::string> asked;
};

class JobsTest : public testing::Test {
 protected:
  void SetUp() override {
    auto transaction = store_->Begin();
    ASSERT_TRUE(
        store::PutMembers(store_->connection(), "sp500", Day("2026-01-02"),
                          std::vector<store::Member>{{.symbol = "AAA"}, {.symbol = "BBB"}}));
    ASSERT_TRUE(transaction->Commit());
  }

  base::Result<void> RunWeekly(std::int64_t token, base::UnixNanos due_at = kSaturday,
                               base::UnixNanos started_at = kSaturday) {
    jobs::JobContext context({.fence = {.job = "weekly_fundamentals", .token = token},
                              .due_at = due_at,
                              .started_at = started_at},
                             clock_);
    WeeklyFundamentals job(
        {.store = *store_, .source = overviews_, .marks = marks_, .clock = clock_}, "sp500");
    auto done = job.Run(context);
    counts_ = context.Counts();
    return done;
  }
  base::Result<void> RunFill(const std::string& arguments, std::int64_t token,
                             jobs::Trigger trigger = jobs::Trigger::kDemand) {
    jobs::JobContext context({.fence = {.job = "backfill", .token = token},
                              .trigger = trigger,
                              .started_at = kSaturday,
                              .arguments = arguments},
                             clock_);
    auto done = RunBackfill({.store = *store_,
                             .source = bars_,
                             .marks = marks_,
                             .calendar = calendar_,
                             .clock = clock_},
                            "sp500", context);
    counts_ = context.Counts();
    return done;
  }

  StoreHome home_;
  std::unique_ptr<store::Store> store_ = home_.Open();
  redis::TestServer server_;
  std::unique_ptr<redis::Connection> connection_ = server_.Connect();
  jobs::WorkMarks marks_{*connection_};
  calendar::ExchangeCalendar calendar_;
  FixedClock clock_;
  PlayedOverviews overviews_;
  PlayedBars bars_;
  jobs::RunCounts counts_;
};

TEST_F(JobsTest, FundamentalsAreFetchedOnceAWeekAndKnownFromThen) {
  ASSERT_TRUE(RunWeekly(1).has_value());

  EXPECT_EQ(counts_.items_done, 2U);
  const auto facts = store::FundamentalsAsOf(store_->connection(), "AAA", kSaturday);
  ASSERT_THAT(*facts, SizeIs(1));
  EXPECT_EQ(facts->front().value, "18.2");
  EXPECT_EQ(*marks_.IsWeeklyFundamentalsDone(Day("2026-11-23"), "BBB"), true);

  ASSERT_TRUE(RunWeekly(2).has_value());
  EXPECT_EQ(counts_.items_skipped, 2U);
  EXPECT_THAT(overviews_.asked, SizeIs(2));
}

TEST_F(JobsTest, FundamentalsThatAreLateLeaveTheNewWeekToItsOwnRun) {
  const std::chrono::days kWeek{7};
  ASSERT_TRUE(RunWeekly(1, kSaturday, kSaturday + std::chrono::days{2}).has_value());  // Monday.
  EXPECT_EQ(*marks_.IsWeeklyFundamentalsDone(Day("2026-11-28"), "AAA"), true);

  ASSERT_TRUE(RunWeekly(2, kSaturday + kWeek, kSaturday + kWeek).has_value());

  EXPECT_EQ(counts_.items_done, 2U);
  EXPECT_THAT(overviews_.asked, SizeIs(4));
}

TEST_F(JobsTest, ACompanyThatTheSourceDoesNotKnowIsNotDone) {
  overviews_.refusals["AAA"] = {.kind = sources::RefusalKind::kUnknownSymbol, .text = "{}"};

  ASSERT_TRUE(RunWeekly(1).has_value());

  EXPECT_EQ(counts_.items_failed, 1U);
  EXPECT_EQ(*marks_.IsWeeklyFundamentalsDone(Day("2026-11-28"), "AAA"), false);
  EXPECT_EQ(*marks_.IsWeeklyFundamentalsDone(Day("2026-11-28"), "BBB"), true);
}

TEST_F(JobsTest, FundamentalsEndWhenTheQuotaIsGone) {
  overviews_.refusals["AAA"] = {.kind = sources::RefusalKind::kQuotaGone, .text = "25 per day"};

  const auto done = RunWeekly(1);

  ASSERT_FALSE(done.has_value());
  EXPECT_THAT(done.error().message, HasSubstr("25 per day"));
  EXPECT_THAT(overviews_.asked, ElementsAre("AAA"));
}

TEST_F(JobsTest, FundamentalsOfARunThatWasOvertakenAreNotStored) {
  ASSERT_TRUE(jobs::RaiseFence(store_->connection(), {.job = "weekly_fundamentals", .token = 5}));

  const auto done = RunWeekly(4);

  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, base::ErrorCode::kConflict);
  EXPECT_THAT(overviews_.asked, IsEmpty());
}

TEST_F(JobsTest, BackfillDoesWhatItsArgumentsSayAndGoesOn) {
  ASSERT_TRUE(RunFill(R"({"years":1,"symbols":["ccc"]})", 1).has_value());
  EXPECT_THAT(bars_.asked, ElementsAre("CCC"));

  ASSERT_TRUE(RunFill("", 2).has_value());
  EXPECT_THAT(bars_.asked, ElementsAre("CCC", "AAA", "BBB"));
  EXPECT_EQ(counts_.items_done, 2U);
  EXPECT_EQ(counts_.rows, 2U);

  ASSERT_TRUE(RunFill(R"({"symbols":["AAA","CCC"]})", 3).has_value());
  EXPECT_EQ(counts_.items_skipped, 1U);  // Of CCC only one year is there.
  EXPECT_THAT(bars_.asked, ElementsAre("CCC", "AAA", "BBB", "CCC"));
}

TEST_F(JobsTest, BackfillResetsOnceAndNotAgainWhenItGoesOnWithALostRun) {
  ASSERT_TRUE(RunFill("", 1).has_value());

  ASSERT_TRUE(RunFill(R"({"reset":true})", 2, jobs::Trigger::kResume).has_value());
  EXPECT_EQ(counts_.items_skipped, 2U);
  ASSERT_TRUE(RunFill(R"({"reset":true})", 3).has_value());
  EXPECT_EQ(counts_.items_done, 2U);
}

TEST_F(JobsTest, BackfillRefusesArgumentsThatItDoesNotUnderstand) {
  for (const char* arguments :
       {"[]", "{", R"({"years":0})", R"({"years":51})", R"({"year":1})", R"({"symbols":"AAA"})",
        R"({"symbols":["A*B"]})", R"({"symbols":[1]})", R"({"reset":1})"}) {
    const auto done = RunFill(arguments, 1);

    ASSERT_FALSE(done.has_value()) << arguments;
    EXPECT_EQ(done.error().code, base::ErrorCode::kInvalidArgument) << arguments;
  }
  EXPECT_THAT(bars_.asked, IsEmpty());
}

TEST_F(JobsTest, ABackfillThatWasOvertakenEnds) {
  ASSERT_TRUE(jobs::RaiseFence(store_->connection(), {.job = "backfill", .token = 5}));

  const auto done = RunFill("", 4);

  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, base::ErrorCode::kConflict);
}

}  // namespace
}  // namespace bulwark::collect
