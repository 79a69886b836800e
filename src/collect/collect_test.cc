// Goal: what is marked is stored, what is not whole is not marked, a run that was interrupted
//       anywhere ends as one that was not, and no bar of an unfinished session is ever stored.
// Method: a source that plays, a real store and a real Redis, a clock that stands; interruptions at
//         every step.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
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
#include "collect/backfill.h"
#include "collect/daily_bars.h"
#include "jobs/fence.h"
#include "jobs/job.h"
#include "jobs/work_marks.h"
#include "redis/connection.h"
#include "redis/test_server.h"
#include "sources/alpha_vantage.h"
#include "sources/bar_source.h"
#include "sources/refusal.h"
#include "store/bar_table.h"
#include "store/rows.h"
#include "store/store.h"
#include "store/store_testing.h"
#include "store/universe_table.h"

namespace bulwark::collect {
namespace {

using store::testing_support::At;
using store::testing_support::BarOf;
using store::testing_support::Day;
using store::testing_support::DayAt;
using store::testing_support::StoreHome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Friday evening in New York.
const base::UnixNanos kEvening = At("2026-11-20T22:30:00Z");

class StandingClock final : public base::Clock {
 public:
  [[nodiscard]] base::UnixNanos WallNow() const override { return now; }
  [[nodiscard]] base::Nanos MonotonicNow() const override { return base::Nanos::zero(); }
  void Pause(base::Nanos /*span*/) const override {}

  base::UnixNanos now = kEvening;
};

// Every weekday has a bar, also the one that is not over yet.
class PlayedSource final : public sources::BarSource {
 public:
  [[nodiscard]] std::string_view name() const override { return "played"; }

  base::Result<sources::BarAnswer> Fetch(const sources::BarRequest& request) override {
    requests.push_back(request);
    on_fetch();
    ++fetched[request.series.symbol];
    if (const auto found = refusals.find(request.series.symbol); found != refusals.end()) {
      return found->second;
    }
    if (failing.contains(request.series.symbol)) {
      return base::Fail(base::ErrorCode::kUnavailable, "no answer");
    }
    sources::DailyBars daily{.bars = {}, .actions = {}, .known = known};
    for (base::UnixNanos at = request.window.from; at < DayAt("2026-11-24");
         at += std::chrono::days{1}) {
      const std::chrono::weekday weekday(std::chrono::floor<std::chrono::days>(at));
      if (weekday != std::chrono::Saturday && weekday != std::chrono::Sunday) {
        store::Bar bar = BarOf("2026-11-20", "10");
        bar.at = at;
        daily.bars.push_back(bar);
      }
    }
    return daily;
  }

  std::vector<sources::BarRequest> requests;
  std::map<std::string, int> fetched;
  std::map<std::string, sources::Refusal> refusals;
  std::map<std::string, bool> failing;
  std::optional<store::Window> known;
  std::function<void()> on_fetch = [] {};
};

class CollectTest : public testing::Test {
 protected:
  void SetUp() override {
    auto transaction = store_->Begin();
    ASSERT_TRUE(store::PutMembers(
        store_->connection(), "sp500", Day("2026-01-02"),
        std::vector<store::Member>{{.symbol = "AAA"}, {.symbol = "BBB"}, {.symbol = "CCC"}}));
    ASSERT_TRUE(transaction->Commit());
  }

  [[nodiscard]] std::vector<store::Bar> BarsOf(const std::string& symbol) const {
    return *store::ReadBars(store_->connection(), {.symbol = symbol}, store::kAllTime);
  }
  Backfill MakeBackfill() {
    return Backfill({.store = *store_,
                     .source = source_,
                     .marks = marks_,
                     .calendar = calendar_,
                     .clock = clock_});
  }
  BackfillReport RunBackfill(const std::vector<std::string>& symbols, int years = 1) {
    Backfill backfill = MakeBackfill();
    const auto plan = backfill.Plan(symbols, years);
    EXPECT_TRUE(plan.has_value()) << plan.error().message;
    return backfill.Run(*plan, [] { return false; }, [](const BackfillProgress&) {});
  }
  // One run of the job; the result is the run's own.
  base::Result<void> RunDaily(jobs::JobContext& context) {
    DailyBarsJob job({.store = *store_,
                      .source = source_,
                      .marks = marks_,
                      .calendar = calendar_,
                      .clock = clock_},
                     "sp500");
    return job.Run(context);
  }
  [[nodiscard]] jobs::JobContext Context(std::int64_t token = 1) const {
    return {{.fence = {.job = "daily_bars", .token = token}, .started_at = clock_.now}, clock_};
  }

  StoreHome home_;
  std::unique_ptr<store::Store> store_ = home_.Open();
  redis::TestServer server_;
  std::unique_ptr<redis::Connection> connection_ = server_.Connect();
  jobs::WorkMarks marks_{*connection_};
  calendar::ExchangeCalendar calendar_;
  StandingClock clock_;
  PlayedSource source_;
};

TEST_F(CollectTest, DailyBarsFetchesEachSymbolOnceADayAndMarksIt) {
  jobs::JobContext first = Context();
  ASSERT_TRUE(RunDaily(first).has_value());

  EXPECT_EQ(first.Counts().items_total, 3U);
  EXPECT_EQ(first.Counts().items_done, 3U);
  EXPECT_EQ(BarsOf("AAA").back().at, DayAt("2026-11-20"));
  EXPECT_EQ(*marks_.IsDailyBarsDone(Day("2026-11-20"), "CCC"), true);

  jobs::JobContext second = Context(2);
  ASSERT_TRUE(RunDaily(second).has_value());
  EXPECT_EQ(second.Counts().items_skipped, 3U);
  EXPECT_THAT(source_.requests, SizeIs(3));
}

TEST_F(CollectTest, NeverStoresTheBarOfAnUnfinishedSession) {
  clock_.now = At("2026-11-20T20:59:59Z");  // One second before the close.
  jobs::JobContext context = Context();

  ASSERT_TRUE(RunDaily(context).has_value());

  EXPECT_EQ(BarsOf("AAA").back().at, DayAt("2026-11-19"));
  EXPECT_EQ(store::ReadCoverage(store_->connection(), {.symbol = "AAA"})->back().to,
            DayAt("2026-11-20"));
}

TEST_F(CollectTest, FetchesTheEveningsBarAlthoughARunOfTheMorningMarkedTheDay) {
  clock_.now = At("2026-11-20T14:00:00Z");  // Made up for Thursday.
  jobs::JobContext morning = Context();
  ASSERT_TRUE(RunDaily(morning).has_value());
  jobs::JobContext again = Context(2);
  ASSERT_TRUE(RunDaily(again).has_value());
  EXPECT_EQ(again.Counts().items_skipped, 3U);

  clock_.now = kEvening;
  jobs::JobContext evening = Context(3);
  ASSERT_TRUE(RunDaily(evening).has_value());

  EXPECT_EQ(evening.Counts().items_done, 3U);
  EXPECT_EQ(BarsOf("AAA").back().at, DayAt("2026-11-20"));
}

TEST_F(CollectTest, AsksFromAWeekBeforeTheLastBarSoThatAFailedDayHeals) {
  clock_.now = At("2026-11-16T22:30:00Z");
  jobs::JobContext monday = Context();
  ASSERT_TRUE(RunDaily(monday).has_value());
  source_.failing["BBB"] = true;
  clock_.now = At("2026-11-17T22:30:00Z");
  jobs::JobContext tuesday = Context();
  ASSERT_TRUE(RunDaily(tuesday).has_value());
  EXPECT_EQ(tuesday.Counts().items_failed, 1U);
  EXPECT_EQ(tuesday.Errors().front().item, "BBB");
  EXPECT_EQ(*marks_.IsDailyBarsDone(Day("2026-11-17"), "BBB"), false);

  source_.failing.clear();
  clock_.now = kEvening;
  jobs::JobContext friday = Context();
  ASSERT_TRUE(RunDaily(friday).has_value());

  EXPECT_EQ(BarsOf("BBB"), BarsOf("AAA"));
  EXPECT_EQ(source_.requests.back().window.from, DayAt("2026-11-10"));
}

TEST_F(CollectTest, FetchesASymbolOfWhichABarOfTheFutureIsStored) {
  store::Bar wrong = BarOf("2026-11-20", "10");
  wrong.at = DayAt("2036-11-20");
  auto transaction = store_->Begin();
  ASSERT_TRUE(store::PutBars(store_->connection(), {.symbol = "AAA"}, "file",
                             std::vector<store::Bar>{wrong}));
  ASSERT_TRUE(transaction->Commit());

  clock_.now = kEvening;
  jobs::JobContext context = Context();
  ASSERT_TRUE(RunDaily(context).has_value());

  EXPECT_EQ(source_.fetched["AAA"], 1);
  EXPECT_EQ(BarsOf("AAA").size(), BarsOf("BBB").size() + 1);
}

TEST_F(CollectTest, EndsTheRunWhenTheQuotaIsGoneAndPassesOverAnUnknownSymbol) {
  source_.refusals["AAA"] = {.kind = sources::RefusalKind::kUnknownSymbol, .text = "?"};
  source_.refusals["BBB"] = {.kind = sources::RefusalKind::kQuotaGone, .text = "25 per day"};
  jobs::JobContext context = Context();

  const auto done = RunDaily(context);

  ASSERT_FALSE(done.has_value());
  EXPECT_THAT(done.error().message, HasSubstr("25 per day"));
  EXPECT_EQ(source_.fetched["CCC"], 0);
  EXPECT_EQ(context.Counts().items_failed, 2U);
}

TEST_F(CollectTest, OneSymbolWhoseDaysAreTooFarBackHoldsUpNoOther) {
  source_.refusals["AAA"] = {.kind = sources::RefusalKind::kTooFarBack, .text = "100 days"};
  jobs::JobContext context = Context();

  ASSERT_TRUE(RunDaily(context).has_value());

  EXPECT_EQ(context.Counts().items_failed, 1U);
  EXPECT_EQ(context.Counts().items_done, 2U);
  EXPECT_THAT(context.Errors().front().message, HasSubstr("too far back: 100 days"));
  // A backfill asks for the same days of all.
  EXPECT_THAT(RunBackfill({"AAA", "BBB"}).ended_by, HasSubstr("too far back"));
}

TEST_F(CollectTest, CommitsNothingForARunThatANewerOneOvertook) {
  ASSERT_TRUE(jobs::RaiseFence(store_->connection(), {.job = "daily_bars", .token = 7}));
  jobs::JobContext old = Context(6);

  const auto done = RunDaily(old);

  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, base::ErrorCode::kConflict);
  EXPECT_THAT(BarsOf("AAA"), IsEmpty());
}

TEST_F(CollectTest, StopsBetweenItemsAndRefusesAnEmptyUniverse) {
  jobs::JobContext context = Context();
  context.Stop(jobs::StopCause::kAsked);
  ASSERT_TRUE(RunDaily(context).has_value());
  EXPECT_THAT(source_.requests, IsEmpty());

  DailyBarsJob job({.store = *store_,
                    .source = source_,
                    .marks = marks_,
                    .calendar = calendar_,
                    .clock = clock_},
                   "nobody");
  EXPECT_FALSE(job.Run(context).has_value());
  EXPECT_TRUE(job.spec().schedule.has_value());
}

TEST_F(CollectTest, CountsASymbolAsFailedWhenRedisDoesNotAnswer) {
  server_.server().Stop();
  jobs::JobContext context = Context();

  ASSERT_TRUE(RunDaily(context).has_value());

  EXPECT_EQ(context.Counts().items_failed, 3U);
  EXPECT_THAT(source_.requests, IsEmpty());
}

TEST_F(CollectTest, BackfillTakesItsYearsOnceAndOnlyWhatIsMissing) {
  const auto first = RunBackfill({"AAA", "BBB", "AAA"});
  EXPECT_EQ(first.fetched, 2U);
  EXPECT_EQ(source_.requests.front().window,
            (store::Window{.from = DayAt("2025-11-20"), .to = DayAt("2026-11-21")}));
  EXPECT_EQ(BarsOf("AAA").front().at, DayAt("2025-11-20"));
  EXPECT_EQ(BarsOf("AAA").back().at, DayAt("2026-11-20"));

  EXPECT_EQ(RunBackfill({"AAA", "BBB", "CCC"}).fetched, 1U);
  // The job daily_bars fetches the days since; only after a week they are missing.
  clock_.now = kEvening + std::chrono::days{5};
  EXPECT_EQ(RunBackfill({"AAA", "BBB"}).fetched, 0U);
  clock_.now = kEvening + std::chrono::days{10};
  EXPECT_EQ(RunBackfill({"AAA"}).fetched, 1U);
  clock_.now = kEvening;
  // The mark says nothing of ten years; the store does.
  EXPECT_EQ(RunBackfill({"AAA", "BBB"}, 10).fetched, 2U);
}

TEST_F(CollectTest, BackfillCountsForeignMarksForNothingAndForgetsOnlyWhatItIsTold) {
  ASSERT_TRUE(marks_.MarkBackfilled("ZZZ"));
  ASSERT_TRUE(marks_.MarkBackfilled("CCC"));  // Marked, but the store has nothing of it.
  RunBackfill({"AAA"});
  Backfill backfill = MakeBackfill();

  EXPECT_THAT(backfill.Plan({"AAA", "BBB", "CCC"}, 1)->remaining, ElementsAre("BBB", "CCC"));

  ASSERT_TRUE(marks_.ForgetBackfilled(std::vector<std::string>{"AAA"}));
  EXPECT_THAT(backfill.Plan({"AAA"}, 1)->remaining, ElementsAre("AAA"));
  EXPECT_THAT(*marks_.Backfilled(std::vector<std::string>{"ZZZ"}), ElementsAre("ZZZ"));
}

TEST_F(CollectTest, CoversNoDayOfWhichTheSourceKnowsNothing) {
  source_.known = {.from = DayAt("2026-07-06"), .to = DayAt("2026-07-11")};  // Monday to Friday.

  const auto half = RunBackfill({"AAA"});

  EXPECT_EQ(half.failed, 1U);
  EXPECT_EQ(half.fetched, 0U);
  EXPECT_THAT(*marks_.Backfilled(std::vector<std::string>{"AAA"}), IsEmpty());
  // With the holiday and the weekends beside it.
  EXPECT_THAT(*store::ReadCoverage(store_->connection(), {.symbol = "AAA"}),
              ElementsAre(store::Window{.from = DayAt("2026-07-03"), .to = DayAt("2026-07-13")}));

  source_.known.reset();
  EXPECT_THAT(MakeBackfill().Plan({"AAA"}, 1)->remaining, ElementsAre("AAA"));
  EXPECT_EQ(RunBackfill({"AAA"}).fetched, 1U);
}

TEST_F(CollectTest, DailyBarsMarksNoSymbolWhoseSourceEndsBeforeTheSession) {
  source_.known = {.from = DayAt("2026-01-02"), .to = DayAt("2026-11-20")};  // To Thursday.
  jobs::JobContext early = Context();
  ASSERT_TRUE(RunDaily(early).has_value());
  EXPECT_EQ(early.Counts().items_failed, 3U);
  EXPECT_EQ(*marks_.IsDailyBarsDone(Day("2026-11-20"), "AAA"), false);

  source_.known->to = DayAt("2026-11-21");
  jobs::JobContext late = Context(2);
  ASSERT_TRUE(RunDaily(late).has_value());

  EXPECT_EQ(late.Counts().items_done, 3U);
}

TEST_F(CollectTest, BackfillGoesOnAfterAFailureAndEndsWithTheSource) {
  source_.failing["AAA"] = true;
  auto report = RunBackfill({"AAA", "BBB"});
  EXPECT_EQ(report.failed, 1U);
  EXPECT_EQ(report.fetched, 1U);

  source_.refusals["AAA"] = {.kind = sources::RefusalKind::kBadKey, .text = "no"};
  report = RunBackfill({"AAA", "CCC"});
  EXPECT_THAT(report.ended_by, HasSubstr("the key is not accepted"));
  EXPECT_EQ(source_.fetched["CCC"], 0);
}

TEST_F(CollectTest, BackfillEndsWhenNoMarkCanBeSetAndFetchesThatSymbolAgain) {
  Backfill backfill = MakeBackfill();
  const auto plan = backfill.Plan({"AAA", "BBB"}, 1);
  source_.on_fetch = [&] { server_.server().Stop(); };

  const auto report = backfill.Run(*plan, [] { return false; }, [](const BackfillProgress&) {});

  EXPECT_EQ(report.failed, 1U);
  EXPECT_THAT(report.ended_by, HasSubstr("no mark can be set"));
  EXPECT_EQ(source_.fetched["BBB"], 0);
  EXPECT_THAT(BarsOf("AAA"), testing::Not(IsEmpty()));
}

TEST_F(CollectTest, BackfillFetchesNothingThatItCouldNotMark) {
  Backfill backfill = MakeBackfill();
  const auto plan = backfill.Plan({"AAA", "BBB"}, 1);
  server_.server().Stop();

  const auto report = backfill.Run(*plan, [] { return false; }, [](const BackfillProgress&) {});

  EXPECT_THAT(report.ended_by, HasSubstr("the marks cannot be read"));
  EXPECT_THAT(source_.requests, IsEmpty());
}

TEST_F(CollectTest, BackfillStopsWhereItIsToldAndGoesOnThere) {
  Backfill backfill = MakeBackfill();
  const auto plan = backfill.Plan({"AAA", "BBB", "CCC"}, 1);
  std::vector<std::string> seen;

  const auto report = backfill.Run(
      *plan, [&] { return seen.size() == 2; },
      [&](const BackfillProgress& progress) {
        seen.push_back(progress.symbol);
        EXPECT_EQ(progress.total, 3U);
        EXPECT_EQ(progress.done, seen.size());
      });

  EXPECT_TRUE(report.is_stopped);
  EXPECT_THAT(seen, ElementsAre("AAA", "BBB"));
  EXPECT_THAT(backfill.Plan({"AAA", "BBB", "CCC"}, 1)->remaining, ElementsAre("CCC"));
}

TEST(ShownSpanTest, LeavesOutWhatIsZeroInFront) {
  EXPECT_EQ(ShownSpan(std::chrono::seconds{6003}), "1h 40m 3s");
  EXPECT_EQ(ShownSpan(std::chrono::seconds{100}), "1m 40s");
  EXPECT_EQ(ShownSpan(std::chrono::milliseconds{900}), "0s");
}

}  // namespace
}  // namespace bulwark::collect
