// Goal: marks are the keys, members, times to live and order of the contract, byte for byte.
// Method: a real server; each mark set, then read with plain commands; wrong types; no server.

#include "jobs/work_marks.h"

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "calendar/day.h"
#include "redis/connection.h"
#include "redis/test_server.h"

namespace bulwark::jobs {
namespace {

calendar::Date On(int in, unsigned month, unsigned day) {
  return std::chrono::year(in) / std::chrono::month(month) / std::chrono::day(day);
}

class WorkMarksTest : public testing::Test {
 protected:
  std::int64_t Int(std::initializer_list<std::string_view> command) {
    const auto reply = connection_->Call(command);
    return reply ? reply->AsInteger().value_or(-1) : -1;
  }
  std::string Text(std::initializer_list<std::string_view> command) {
    const auto reply = connection_->Call(command);
    return reply ? std::string(reply->AsText().value_or("")) : "";
  }

  redis::TestServer server_;
  std::unique_ptr<redis::Connection> connection_ = server_.Connect();
  WorkMarks marks_{*connection_};
};

TEST_F(WorkMarksTest, MarksADaysTickersFor25Hours) {
  ASSERT_TRUE(marks_.MarkDailyBars(On(2026, 3, 12), "AAPL"));
  ASSERT_TRUE(marks_.MarkDailyBars(On(2026, 3, 12), "BRK-B"));

  EXPECT_EQ(Int({"SCARD", "jobs:daily_bars:2026-03-12:done"}), 2);
  EXPECT_EQ(Int({"TTL", "jobs:daily_bars:2026-03-12:done"}), 90'000);
  EXPECT_EQ(marks_.IsDailyBarsDone(On(2026, 3, 12), "BRK-B"), true);
  EXPECT_EQ(marks_.IsDailyBarsDone(On(2026, 3, 12), "MSFT"), false);
  EXPECT_EQ(marks_.IsDailyBarsDone(On(2026, 3, 13), "AAPL"), false);
}

TEST_F(WorkMarksTest, StartsTheTimeToLiveAnewWithEachTicker) {
  ASSERT_TRUE(marks_.MarkDailyBars(On(2026, 3, 12), "AAPL"));
  ASSERT_EQ(Int({"EXPIRE", "jobs:daily_bars:2026-03-12:done", "100"}), 1);

  ASSERT_TRUE(marks_.MarkDailyBars(On(2026, 3, 12), "AAPL"));

  EXPECT_EQ(Int({"TTL", "jobs:daily_bars:2026-03-12:done"}), 90'000);
}

TEST_F(WorkMarksTest, MarksAnIsoWeekFor8Days) {
  ASSERT_TRUE(marks_.MarkWeeklyFundamentals(On(2027, 1, 1), "AAPL"));

  EXPECT_EQ(Int({"SISMEMBER", "jobs:weekly_fundamentals:2026-W53:done", "AAPL"}), 1);
  EXPECT_EQ(Int({"TTL", "jobs:weekly_fundamentals:2026-W53:done"}), 691'200);
  EXPECT_EQ(marks_.IsWeeklyFundamentalsDone(On(2027, 1, 3), "AAPL"), true);
  EXPECT_EQ(marks_.IsWeeklyFundamentalsDone(On(2027, 1, 4), "AAPL"), false);  // 2027-W01.
}

TEST_F(WorkMarksTest, AdvancesTheLastRunAndNeverTurnsItBack) {
  EXPECT_EQ(marks_.AltdataLastRun().value(), std::nullopt);
  const auto at = base::ParseIso("2026-03-12T10:00:00.987Z").value();

  ASSERT_TRUE(marks_.AdvanceAltdata(at));
  EXPECT_EQ(Text({"GET", "jobs:altdata:last_run"}), "2026-03-12T10:00:00Z");
  EXPECT_EQ(Int({"TTL", "jobs:altdata:last_run"}), -1);
  ASSERT_TRUE(marks_.AdvanceAltdata(at - std::chrono::hours(1)));
  EXPECT_EQ(marks_.AltdataLastRun().value(), base::ParseIso("2026-03-12T10:00:00Z"));
}

TEST_F(WorkMarksTest, ReadsTheOlderFormOfTheLastRun) {
  ASSERT_EQ(Text({"SET", "jobs:altdata:last_run", "2026-03-12T10:00:00.123456+00:00"}), "OK");

  EXPECT_EQ(marks_.AltdataLastRun().value(), base::ParseIso("2026-03-12T10:00:00.123456Z"));
  ASSERT_TRUE(marks_.AdvanceAltdata(base::ParseIso("2026-03-12T10:00:01Z").value()));
  EXPECT_EQ(Text({"GET", "jobs:altdata:last_run"}), "2026-03-12T10:00:01Z");
}

TEST_F(WorkMarksTest, AnswersTheTickersOfARequestThatAreBackfilled) {
  std::vector<std::string> asked;
  asked.reserve(1'500);
  for (int at = 0; at < 1'500; ++at) {
    asked.push_back("T" + std::to_string(at));
  }
  for (const std::string_view ticker : {"T3", "T700", "T1499", "FOREIGN"}) {
    ASSERT_TRUE(marks_.MarkBackfilled(ticker));
  }

  EXPECT_EQ(marks_.Backfilled(asked).value(), (std::vector<std::string>{"T3", "T700", "T1499"}));
  EXPECT_EQ(Int({"TTL", "backfill:completed"}), -1);
}

TEST_F(WorkMarksTest, ForgetsTheRequestedTickersOrAll) {
  for (const std::string_view ticker : {"A", "B", "C"}) {
    ASSERT_TRUE(marks_.MarkBackfilled(ticker));
  }

  ASSERT_TRUE(marks_.ForgetBackfilled(std::vector<std::string>{"A", "Z"}));
  EXPECT_EQ(Int({"SCARD", "backfill:completed"}), 2);
  ASSERT_TRUE(marks_.ForgetAllBackfilled());
  EXPECT_EQ(Int({"EXISTS", "backfill:completed"}), 0);
}

TEST_F(WorkMarksTest, FailsOnKeysOfTheWrongKind) {
  ASSERT_EQ(Text({"SET", "jobs:daily_bars:2026-03-12:done", "AAPL"}), "OK");
  ASSERT_EQ(Text({"SET", "jobs:altdata:last_run", "yesterday"}), "OK");
  ASSERT_EQ(Text({"SET", "backfill:completed", "x"}), "OK");

  EXPECT_EQ(marks_.IsDailyBarsDone(On(2026, 3, 12), "AAPL").error().code,
            base::ErrorCode::kCorrupt);
  EXPECT_FALSE(marks_.MarkDailyBars(On(2026, 3, 12), "AAPL").has_value());
  EXPECT_EQ(marks_.AltdataLastRun().error().code, base::ErrorCode::kCorrupt);
  EXPECT_FALSE(marks_.Backfilled(std::vector<std::string>{"A"}).has_value());
}

TEST_F(WorkMarksTest, FailsWithoutAServer) {
  server_.server().Stop(std::chrono::seconds(5));

  EXPECT_EQ(marks_.MarkDailyBars(On(2026, 3, 12), "AAPL").error().code,
            base::ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace bulwark::jobs
