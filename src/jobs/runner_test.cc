// Goal: each planned run takes place once, whoever runs it; what is killed, frozen or stopped is
// gone on with, and nothing is committed twice.
// Method: real stores on one file, runners of several "processes" on a clock set by hand, jobs that
// commit items under the fence; two years of fire times against a list made by other means.

#include "jobs/runner.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/crash_point.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "calendar/date_text.h"
#include "calendar/exchange_calendar.h"
#include "jobs/fence.h"
#include "jobs/function_job.h"
#include "jobs/job.h"
#include "jobs/job_store.h"
#include "jobs/job_testing.h"
#include "jobs/plan.h"
#include "jobs/schedule.h"
#include "redis/test_server.h"
#include "sql/connection.h"
#include "sql/migrations.h"
#include "sql/sqlite_file.h"

namespace bulwark::jobs {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr base::DurableWrite kItemWrite{"test.item", "an item"};

base::UnixNanos Utc(std::string_view text) {
  return base::ParseIso(text).value();
}

// Friday 2026-11-20 16:59 in New York: a minute before daily_bars.
const base::UnixNanos kBefore = Utc("2026-11-20T21:59:00Z");

JobSpec Spec(std::string id, std::string_view cron, Days days) {
  return {.id = std::move(id),
          .name = "Test",
          .schedule = Schedule::Create(cron, days).value(),
          .overrun_after = hours(4)};
}

JobSpec DailyBars() {
  return Spec("daily_bars", "0 17 * * 1-5", Days::kSessions);
}

class RunnerTest : public testing::Test {
 protected:
  std::unique_ptr<JobStore> OpenStore() {
    auto store = JobStore::Open(folder_.path() + "/jobs.db", sql::Access::kReadWrite);
    EXPECT_TRUE(store.has_value());
    return std::move(*store);
  }
  RunnerOptions Options(std::string owner) {
    RunnerOptions options{.owner = std::move(owner)};
    options.on_alert = [this](const JobAlert& alert) { alerts_.push_back(alert); };
    return options;
  }
  static int Work(Runner& runner) { return runner.DoWork().value_or(-1); }
  static void WorkAndDrain(Runner& runner) {
    ASSERT_TRUE(runner.DoWork().has_value());
    Drain(runner);
  }

  redis::TempFolder folder_;
  HandClock clock_{kBefore};
  calendar::ExchangeCalendar calendar_;
  std::vector<JobAlert> alerts_;
  std::unique_ptr<JobStore> store_ = OpenStore();
};

TEST_F(RunnerTest, RunsAJobAtItsTimeOnceAndStoresWhatItDid) {
  FunctionJob job(DailyBars(), [](JobContext& context) {
    context.SetTotal(3);
    context.CountDone(10);
    context.CountDone(20);
    context.CountSkipped();
    return base::Result<void>();
  });
  Runner runner(*store_, {&job}, calendar_, clock_, Options("a"));
  EXPECT_EQ(Work(runner), 0);

  clock_.Advance(minutes(1));
  WorkAndDrain(runner);
  WorkAndDrain(runner);

  const auto runs = store_->Runs("daily_bars", 10).value();
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].state, RunState::kDone);
  EXPECT_EQ(runs[0].trigger, Trigger::kSchedule);
  EXPECT_EQ(runs[0].due_at, Utc("2026-11-20T22:00:00Z"));
  EXPECT_EQ(runs[0].counts,
            (RunCounts{.items_total = 3, .items_done = 2, .items_skipped = 1, .rows = 30}));
  EXPECT_TRUE(alerts_.empty());
}

TEST_F(RunnerTest, SharesJobsAmongRunnersSoThatEachRunTakesPlaceOnce) {
  const auto other_store = OpenStore();
  std::atomic<int> runs = 0;
  std::counting_semaphore<> gate(0);
  const auto work = [&](JobContext&) {
    ++runs;
    gate.acquire();
    return base::Result<void>();
  };
  FunctionJob first(DailyBars(), work);
  FunctionJob second(DailyBars(), work);
  Runner a(*store_, {&first}, calendar_, clock_, Options("a"));
  Runner b(*other_store, {&second}, calendar_, clock_, Options("b"));
  Work(a);

  clock_.Advance(minutes(1));
  EXPECT_EQ(Work(a), 1);
  EXPECT_EQ(Work(b), 0);
  gate.release();
  Drain(a);

  EXPECT_EQ(Work(b), 0);
  EXPECT_EQ(runs, 1);
}

// Items committed under the fence, in a database of their own.
class ItemDatabase {
 public:
  explicit ItemDatabase(const std::string& folder) {
    auto opened = sql::OpenSqlite(folder + "/work.db", {});
    constexpr std::array<const char*, 2> kTables{
        kFenceTable, "CREATE TABLE items (name TEXT NOT NULL, token BIGINT NOT NULL)"};
    const std::array<sql::Migration, 1> steps{{{.name = "all", .statements = kTables}}};
    EXPECT_TRUE(opened && sql::Migrate(**opened, steps, base::UnixNanos()));
    connection_ = std::move(*opened);
  }

  std::int64_t Count(const std::string& where = "1 = 1") {
    return connection_->QueryInt("SELECT COUNT(*) FROM items WHERE " + where).value().value_or(-1);
  }
  base::Result<void> Raise(const Fence& fence) { return RaiseFence(*connection_, fence); }
  base::Result<void> Commit(const Fence& fence, const std::string& item) {
    auto transaction = sql::Transaction::Begin(*connection_, kItemWrite);
    auto done = transaction ? RequireFence(*connection_, fence)
                            : base::Result<void>(tl::unexpected(transaction.error()));
    if (done) {
      done = connection_->Run("INSERT INTO items VALUES ('" + item + "', " +
                              std::to_string(fence.token) + ")");
    }
    return done ? transaction->Commit() : done;
  }

 private:
  std::unique_ptr<sql::Connection> connection_;
};

// Ten items; those that are there are skipped. `before` is called in front of each commit.
FunctionJob::Function TenItems(ItemDatabase& items, const std::function<void(int)>& before) {
  return [&items, before](JobContext& context) -> base::Result<void> {
    if (auto raised = items.Raise(context.fence()); !raised) {
      return raised;
    }
    context.SetTotal(10);
    for (int item = 0; item < 10 && !context.ShouldStop(); ++item) {
      if (items.Count("name = 'i" + std::to_string(item) + "'") > 0) {
        context.CountSkipped();
        continue;
      }
      before(item);
      if (auto done = items.Commit(context.fence(), "i" + std::to_string(item)); !done) {
        return done;
      }
      context.CountDone(1);
    }
    return {};
  };
}

TEST_F(RunnerTest, LetsAFrozenRunCommitNothingAfterItsLease) {
  const auto other_store = OpenStore();
  ItemDatabase frozen_items(folder_.path());
  ItemDatabase items(folder_.path());
  std::binary_semaphore reached(0);
  std::binary_semaphore thaw(0);
  // Frozen right before the commit of item 4: the worst moment, its fetch is done.
  FunctionJob frozen(DailyBars(), TenItems(frozen_items, [&](int item) {
                       if (item == 4) {
                         reached.release();
                         thaw.acquire();
                       }
                     }));
  FunctionJob healthy(DailyBars(), TenItems(items, [](int) {}));
  Runner a(*store_, {&frozen}, calendar_, clock_, Options("a"));
  Runner b(*other_store, {&healthy}, calendar_, clock_, Options("b"));
  Work(a);
  clock_.Advance(minutes(1));
  ASSERT_EQ(Work(a), 1);
  reached.acquire();

  clock_.Advance(seconds(29));
  EXPECT_EQ(Work(b), 0);  // Still held.
  clock_.Advance(seconds(2));
  EXPECT_EQ(Work(b), 0);  // Lost, but nobody stored progress: not at once.
  clock_.Advance(seconds(2));
  ASSERT_EQ(Work(b), 1);
  Drain(b);
  thaw.release();
  Drain(a);

  EXPECT_EQ(items.Count(), 10);
  EXPECT_EQ(items.Count("token = 1"), 4);
  EXPECT_EQ(items.Count("token = 2"), 6);
  const auto runs = store_->Runs("daily_bars", 10).value();
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].state, RunState::kDone);
  EXPECT_EQ(runs[0].trigger, Trigger::kResume);
  EXPECT_EQ(runs[0].counts.items_skipped, 4U);
  EXPECT_EQ(runs[1].state, RunState::kLost);
}

TEST_F(RunnerTest, GoesOnWithARunThatWasStoppedInAnOrderlyWay) {
  ItemDatabase items(folder_.path());
  std::binary_semaphore reached(0);
  std::binary_semaphore go_on(0);
  bool is_first = true;
  FunctionJob job(DailyBars(), TenItems(items, [&](int item) {
                    if (item == 6 && std::exchange(is_first, false)) {
                      reached.release();
                      go_on.acquire();
                    }
                  }));
  {
    Runner runner(*store_, {&job}, calendar_, clock_, Options("a"));
    Work(runner);
    clock_.Advance(minutes(1));
    ASSERT_EQ(Work(runner), 1);
    reached.acquire();
    go_on.release();
    runner.Stop();
  }
  Runner next(*store_, {&job}, calendar_, clock_, Options("b"));
  WorkAndDrain(next);

  const auto runs = store_->Runs("daily_bars", 10).value();
  EXPECT_EQ(items.Count(), 10);
  ASSERT_LE(runs.size(), 2U);
  EXPECT_EQ(runs[0].state, RunState::kDone);
}

TEST_F(RunnerTest, DoesWhatAPersonRequestsWithTheArguments) {
  std::string seen;
  JobSpec spec = DailyBars();
  spec.id = "backfill";
  spec.schedule.reset();
  FunctionJob job(spec, [&](JobContext& context) {
    seen = context.request().arguments;
    return base::Result<void>();
  });
  Runner runner(*store_, {&job}, calendar_, clock_, Options("a"));
  WorkAndDrain(runner);
  EXPECT_TRUE(store_->Runs("", 10).value().empty());

  const auto request = store_->Request("backfill", R"({"years":2})", "cli", clock_.WallNow());
  ASSERT_TRUE(request.has_value());
  EXPECT_FALSE(store_->RunOfRequest(*request).value().has_value());
  WorkAndDrain(runner);

  EXPECT_EQ(seen, R"({"years":2})");
  EXPECT_EQ(store_->RunOfRequest(*request).value()->state, RunState::kDone);
  EXPECT_EQ(store_->Request("nobody", "", "cli", clock_.WallNow()).error().code,
            base::ErrorCode::kNotFound);
}

TEST_F(RunnerTest, RepeatsARunWithFailuresAndAlertsWhenItGivesUp) {
  FunctionJob job(DailyBars(), [](JobContext& context) {
    context.CountFailed("AAPL", "HTTP 500");
    return base::Result<void>();
  });
  Runner runner(*store_, {&job}, calendar_, clock_, Options("a"));
  Work(runner);
  clock_.Advance(minutes(1));
  for (int turn = 0; turn < 40; ++turn) {
    WorkAndDrain(runner);
    clock_.Advance(minutes(10));
  }

  const auto runs = store_->Runs("daily_bars", 10).value();
  ASSERT_EQ(runs.size(), 4U);
  EXPECT_EQ(runs[0].state, RunState::kPartial);
  EXPECT_EQ(runs[0].attempt, 4U);
  EXPECT_EQ(store_->ErrorsOf(runs[0].id).value(),
            (std::vector<ItemError>{{.item = "AAPL", .message = "HTTP 500"}}));
  ASSERT_EQ(alerts_.size(), 1U);
  EXPECT_EQ(alerts_[0].kind, AlertKind::kFailed);
}

TEST_F(RunnerTest, KeepsTheErrorsOfARunWhoseProcessDies) {
  const auto other_store = OpenStore();
  std::binary_semaphore reached(0);
  std::binary_semaphore thaw(0);
  FunctionJob killed(DailyBars(), [&](JobContext& context) {
    context.CountFailed("AAPL", "HTTP 500");
    reached.release();
    thaw.acquire();
    return base::Result<void>();
  });
  FunctionJob healthy(DailyBars(), [](JobContext&) { return base::Result<void>(); });
  Runner a(*store_, {&killed}, calendar_, clock_, Options("a"));
  Runner b(*other_store, {&healthy}, calendar_, clock_, Options("b"));
  Work(a);
  clock_.Advance(minutes(1));
  ASSERT_EQ(Work(a), 1);
  reached.acquire();
  clock_.Advance(seconds(10));
  Work(a);  // Renews the lease, for the last time.

  clock_.Advance(minutes(2));
  ASSERT_EQ(Work(b), 1);
  Drain(b);
  thaw.release();
  Drain(a);

  const auto runs = store_->Runs("daily_bars", 10).value();
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[1].state, RunState::kLost);
  EXPECT_EQ(runs[1].counts.items_failed, 1U);
  EXPECT_EQ(store_->ErrorsOf(runs[1].id).value(),
            (std::vector<ItemError>{{.item = "AAPL", .message = "HTTP 500"}}));
}

TEST_F(RunnerTest, TellsAtOnceOfARunWhoseArgumentsTheJobCannotRead) {
  const auto refuse = [](std::string_view) {
    return base::Result<void>(base::Fail(base::ErrorCode::kInvalidArgument, "arguments: yeers"));
  };
  JobSpec spec = DailyBars();
  spec.check_arguments = refuse;
  FunctionJob job(spec, [&](JobContext& context) { return refuse(context.request().arguments); });
  Runner runner(*store_, {&job}, calendar_, clock_, Options("a"));
  Work(runner);
  ASSERT_TRUE(
      store_->Request("daily_bars", R"({"yeers":2})", "an older program", clock_.WallNow()));
  for (int turn = 0; turn < 6; ++turn) {
    WorkAndDrain(runner);
    clock_.Advance(seconds(5));
  }

  EXPECT_EQ(store_->Runs("", 10).value().size(), 1U);
  ASSERT_EQ(alerts_.size(), 1U);
  EXPECT_EQ(alerts_[0].kind, AlertKind::kFailed);
}

TEST_F(RunnerTest, AlertsOnceAboutARunThatTakesTooLong) {
  std::binary_semaphore gate(0);
  FunctionJob job(DailyBars(), [&](JobContext&) {
    gate.acquire();
    return base::Result<void>();
  });
  Runner runner(*store_, {&job}, calendar_, clock_, Options("a"));
  Work(runner);
  clock_.Advance(minutes(1));
  Work(runner);
  for (int turn = 0; turn < 1'000; ++turn) {
    clock_.Advance(seconds(20));
    Work(runner);
  }
  gate.release();
  Drain(runner);

  ASSERT_EQ(alerts_.size(), 1U);
  EXPECT_EQ(alerts_[0].kind, AlertKind::kOverrun);
  // It was renewed all the time: nobody else could have taken it.
  EXPECT_EQ(store_->Runs("", 10).value()[0].state, RunState::kDone);
}

TEST_F(RunnerTest, AlertsAboutRunsThatDidNotTakePlace) {
  FunctionJob job(DailyBars(), [](JobContext&) { return base::Result<void>(); });
  Runner runner(*store_, {&job}, calendar_, clock_, Options("a"));
  Work(runner);
  clock_.Advance(hours(24 * 5));  // Fires of Friday, Monday, Tuesday; it is Wednesday.
  WorkAndDrain(runner);

  ASSERT_EQ(alerts_.size(), 2U);
  EXPECT_EQ(alerts_[0].kind, AlertKind::kNotRun);
  EXPECT_EQ(alerts_[1].kind, AlertKind::kMissed);
  EXPECT_EQ(alerts_[1].message, "2 planned runs did not take place");
  EXPECT_EQ(store_->Runs("", 10).value()[0].trigger, Trigger::kCatchUp);
}

TEST_F(RunnerTest, KeepsAPausedJobFromItsPlanAndDoesNotMakeUpForIt) {
  FunctionJob job(DailyBars(), [](JobContext&) { return base::Result<void>(); });
  Runner runner(*store_, {&job}, calendar_, clock_, Options("a"));
  Work(runner);
  ASSERT_TRUE(store_->SetPaused("daily_bars", true, clock_.WallNow()));
  clock_.Advance(hours(1));
  WorkAndDrain(runner);
  EXPECT_TRUE(store_->Runs("", 10).value().empty());

  ASSERT_TRUE(store_->SetPaused("daily_bars", false, clock_.WallNow()));
  WorkAndDrain(runner);
  EXPECT_TRUE(store_->Runs("", 10).value().empty());
  clock_.Set(Utc("2026-11-23T22:00:00Z"));
  WorkAndDrain(runner);
  EXPECT_EQ(store_->Runs("", 10).value().size(), 1U);
}

// "2026-01-02T22:00:00Z daily_bars 2026-01-02"
struct Fire {
  std::string at;
  std::string job;
  std::string label;

  bool operator==(const Fire&) const = default;
};

std::vector<Fire> KnownFires() {
  std::ifstream file(BULWARK_SOURCE_DIR "/src/jobs/testdata/fire_times.txt");
  std::vector<Fire> fires;
  for (Fire fire; file >> fire.at >> fire.job >> fire.label;) {
    fires.push_back(fire);
  }
  return fires;
}

std::string Label(const JobContext& context) {
  const std::string& job = context.fence().job;
  if (job == "altdata") {
    return "-";
  }
  return job == "daily_bars" ? calendar::DateText(context.date())
                             : calendar::IsoWeekText(context.date());
}

TEST_F(RunnerTest, KeepsAListMadeByOtherMeansThroughTwoYears) {
  const std::vector<Fire> known = KnownFires();
  ASSERT_EQ(known.size(), 251U + 251U + 104U + 48U);
  std::mutex mutex;
  std::vector<Fire> seen;
  const auto work = [&](JobContext& context) {
    const std::scoped_lock lock(mutex);
    seen.push_back({.at = base::FormatIso(context.request().due_at, base::IsoSuffix::kZulu),
                    .job = context.fence().job,
                    .label = Label(context)});
    return base::Result<void>();
  };
  FunctionJob bars(DailyBars(), work);
  FunctionJob weekly(Spec("weekly_fundamentals", "0 6 * * 6", Days::kAll), work);
  FunctionJob altdata(Spec("altdata", "0 7 1,15 * *", Days::kAll), work);
  clock_.Set(Utc("2026-01-01T05:00:00Z"));
  Runner runner(*store_, {&bars, &weekly, &altdata}, calendar_, clock_, Options("a"));
  for (const Fire& fire : known) {
    for (const base::Nanos early : {base::Nanos(minutes(97)), base::Nanos(1), base::Nanos(0)}) {
      clock_.Set(Utc(fire.at) - early);
      WorkAndDrain(runner);
    }
  }

  EXPECT_EQ(seen, known);
  EXPECT_TRUE(alerts_.empty());
}

}  // namespace
}  // namespace bulwark::jobs
