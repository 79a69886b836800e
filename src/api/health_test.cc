// Goal: a probe learns the truth about the system, and a scraper gets text that it can parse.
// Method: documents by hand.

#include "api/health.h"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/metrics.h"
#include "api/raw_state.h"
#include "api/state_document.h"
#include "base/time.h"
#include "net/message.h"
#include "net/server.h"

namespace bulwark::api {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr base::UnixNanos kBeat{std::chrono::seconds{1'771'351'200}};

Json DocumentAt(base::Nanos age) {
  RawState raw;
  raw.keys["SYSTEM:HEARTBEAT"] = {.text = "2026-02-17T18:00:00+00:00", .error = ""};
  raw.keys["METRICS:CASH"] = {.text = "90500.25", .error = ""};
  raw.keys["risk:kill_switch"] = {.text = "active", .error = ""};
  return MakeStateDocument(raw, kBeat + age);
}

TEST(HealthTest, IsOkWhileTheHeartBeats) {
  const net::Response response = MakeHealth(DocumentAt(std::chrono::seconds{15}));

  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr(R"("status":"ok","service":"bulwark","redis":true)"));
}

TEST(HealthTest, SaysWhyItIsDown) {
  const net::Response stale = MakeHealth(DocumentAt(std::chrono::milliseconds{15'100}));
  const net::Response never = MakeHealth(MakeStateDocument({}, kBeat));
  const net::Response lost = MakeHealth(MakeLostDocument("connection refused", kBeat));

  EXPECT_EQ(stale.status, 503);
  EXPECT_THAT(stale.body, HasSubstr("the last heartbeat is 15.1 s old, more than 15 s"));
  EXPECT_EQ(never.status, 503);
  EXPECT_THAT(never.body, HasSubstr("never wrote a readable heartbeat"));
  EXPECT_EQ(lost.status, 503);
  EXPECT_THAT(lost.body, HasSubstr("redis does not answer: connection refused"));
}

TEST(MetricsTest, WritesWhatIsKnownAndLeavesOutTheRest) {
  const net::Counters counters;

  const std::string text = MakeMetrics(DocumentAt(std::chrono::seconds{2}), counters);

  EXPECT_THAT(text, HasSubstr("\nbulwark_cash 90500.25\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE bulwark_kill_switch_active gauge\n"));
  EXPECT_THAT(text, HasSubstr("\nbulwark_kill_switch_active 1\n"));
  EXPECT_THAT(text, HasSubstr("\nbulwark_heartbeat_age_seconds 2\n"));
  EXPECT_THAT(text, HasSubstr("\nbulwark_ws_frames_dropped_total 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("bulwark_equity")));
}

}  // namespace
}  // namespace bulwark::api
