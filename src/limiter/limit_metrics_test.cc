// Goal: a scraper gets every limit in the format that it reads, families in one piece, and nothing
//       that is not known.
// Method: statuses by hand; one limiter on a private redis-server.

#include "limiter/limit_metrics.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "limiter/limit_status.h"
#include "limiter/limiter.h"
#include "limiter/limiter_scripts.h"
#include "limiter/limiter_testing.h"

namespace bulwark::limiter {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

LimitStatus Edgar() {
  LimitStatus status;
  status.name = "edgar";
  status.windows = {{.window = {.units = 10, .span = seconds{1}}, .used = 3, .shared = 8},
                    {.window = {.units = 5, .span = milliseconds{1'500}}, .used = 1, .shared = 5}};
  status.tokens = 4.25;
  status.closed_for = milliseconds{1'250};
  status.waiting = {0, 1, 0, 2};
  status.slots = 2;
  status.counters = {{"granted", 12}, {"refused", 1}};
  return status;
}

TEST(LimitMetricsTest, SaysWhatTheStatusSays) {
  const std::string text = MakeLimitMetrics(std::array{Edgar()});

  EXPECT_THAT(
      text,
      AllOf(HasSubstr("# HELP bulwark_limit_used_units Units used in the window that ends now\n"
                      "# TYPE bulwark_limit_used_units gauge\n"
                      "bulwark_limit_used_units{limit=\"edgar\",window_seconds=\"1\"} 3\n"
                      "bulwark_limit_used_units{limit=\"edgar\",window_seconds=\"1.5\"} 1\n"),
            HasSubstr("bulwark_limit_shared_units{limit=\"edgar\",window_seconds=\"1\"} 8\n"),
            HasSubstr("bulwark_limit_tokens{limit=\"edgar\"} 4.250\n"),
            HasSubstr("bulwark_limit_closed_seconds{limit=\"edgar\"} 1.250\n"),
            HasSubstr("bulwark_limit_waiting{limit=\"edgar\",priority=\"exit\"} 1\n")));
  EXPECT_THAT(text,
              AllOf(HasSubstr("bulwark_limit_slots{limit=\"edgar\"} 2\n"),
                    HasSubstr("# TYPE bulwark_limit_events_total counter\n"),
                    HasSubstr("bulwark_limit_events_total{limit=\"edgar\",event=\"granted\"} 12\n"),
                    HasSubstr("bulwark_limit_problems{limit=\"edgar\"} 0\n")));
}

TEST(LimitMetricsTest, KeepsFamiliesInOnePieceAndLeavesOutWhatIsNotKnown) {
  LimitStatus unused;
  unused.name = "finra";
  const std::string text = MakeLimitMetrics(std::array{Edgar(), unused});

  std::size_t headers = 0;
  for (std::size_t at = text.find("# TYPE"); at != std::string::npos;
       at = text.find("# TYPE", at + 1)) {
    ++headers;
  }
  EXPECT_EQ(headers, 8U);
  EXPECT_THAT(text, HasSubstr("bulwark_limit_slots{limit=\"edgar\"} 2\n"
                              "bulwark_limit_slots{limit=\"finra\"} 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("bulwark_limit_tokens{limit=\"finra\"")));
  EXPECT_EQ(MakeLimitMetrics({}), "");
}

TEST(LimitMetricsTest, EscapesWhatOthersWroteIntoTheCounters) {
  LimitStatus status;
  status.name = "edgar";
  status.counters = {{"a\"b\\c\n1", 1}};

  EXPECT_THAT(MakeLimitMetrics(std::array{status}),
              HasSubstr("{limit=\"edgar\",event=\"a\\\"b\\\\c\\n1\"} 1\n"));
}

class ReadLimitMetricsTest : public LimiterFixture {};

TEST_F(ReadLimitMetricsTest, ReadsAllLimitsOfAServer) {
  EXPECT_EQ(*ReadLimitMetrics(*connection_), "");
  auto limiter =
      Make("100/day", [](LimiterOptions& options) { options.server_time = kServerTime; });
  EXPECT_TRUE(Grants(*limiter, {.weight = 7}));

  EXPECT_THAT(*ReadLimitMetrics(*connection_),
              HasSubstr("bulwark_limit_used_units{limit=\"test\",window_seconds=\"86400\"} 7\n"));
}

}  // namespace
}  // namespace bulwark::limiter
