// Goal: each attempt asks the gate, what may pass is tried again within the policy, and a source
//       gives whole answers or says why not.
// Method: a caller that plays answers, a gate that counts, a clock that only moves when somebody
//         rests.

#include "sources/fetcher.h"

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "net/http_client.h"
#include "net/message.h"
#include "sources/alpha_vantage.h"
#include "sources/bar_source.h"
#include "sources/publishers.h"
#include "sources/refusal.h"
#include "sources/vendor_bars.h"
#include "store/rows.h"
#include "store/store_testing.h"

namespace bulwark::sources {
namespace {

using std::chrono::seconds;
using store::testing_support::DayAt;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class PlayedCaller final : public net::HttpCaller {
 public:
  explicit PlayedCaller(std::vector<base::Result<net::HttpReply>> replies)
      : replies_(std::move(replies)) {}

  base::Result<net::HttpReply> Call(const net::HttpCall& call) override {
    calls.push_back(call);
    return replies_.at(calls.size() - 1);
  }

  std::vector<net::HttpCall> calls;

 private:
  std::vector<base::Result<net::HttpReply>> replies_;
};

class CountingGate final : public CallGate {
 public:
  base::Result<base::Nanos> Enter() override {
    ++entered;
    if (!is_open) {
      return base::Fail(base::ErrorCode::kUnavailable, "the limit is reached");
    }
    return entered <= expired ? base::Nanos::zero() : base::Nanos::max();
  }
  base::Result<void> OnThrottled(std::optional<base::Nanos> retry_after, int /*status*/) override {
    throttles.push_back(retry_after);
    return {};
  }

  bool is_open = true;
  int entered = 0;
  int expired = 0;  // So many permits ran out before they could be used.
  std::vector<std::optional<base::Nanos>> throttles;
};

class RestingClock final : public base::Clock {
 public:
  [[nodiscard]] base::UnixNanos WallNow() const override { return base::UnixNanos(now_); }
  [[nodiscard]] base::Nanos MonotonicNow() const override { return now_; }
  void Pause(base::Nanos span) const override { now_ += span; }

 private:
  mutable base::Nanos now_{};
};

net::HttpReply Reply(int status, std::string body = "", net::Fields headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}

class FetcherTest : public testing::Test {
 protected:
  Fetcher Make(PlayedCaller& caller) { return {caller, gate_, {.clock = &clock_}}; }

  CountingGate gate_;
  RestingClock clock_;
};

TEST_F(FetcherTest, TriesAgainWhatMayPassAndAsksTheGateEachTime) {
  PlayedCaller caller({Reply(503), base::Fail(base::ErrorCode::kUnavailable, "cut"), Reply(200)});

  const auto reply = Make(caller).Get({.url = "https://x/"});

  ASSERT_TRUE(reply.has_value()) << reply.error().message;
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(gate_.entered, 3);
  EXPECT_GE(clock_.MonotonicNow(), std::chrono::milliseconds{1500});
}

TEST_F(FetcherTest, MakesNoCallWithAPermitThatRanOut) {
  gate_.expired = 1;
  PlayedCaller caller({Reply(200)});
  ASSERT_TRUE(Make(caller).Get({.url = "https://x/"}).has_value());
  EXPECT_EQ(gate_.entered, 2);
  EXPECT_THAT(caller.calls, SizeIs(1));

  gate_.expired = 100;
  PlayedCaller none({});
  const auto late = Make(none).Get({.url = "https://x/"});
  ASSERT_FALSE(late.has_value());
  EXPECT_THAT(late.error().message, HasSubstr("ran out"));
  EXPECT_THAT(none.calls, SizeIs(0));
  EXPECT_EQ(gate_.entered, 6);
}

TEST_F(FetcherTest, GivesUpAfterTheLastAttemptAndNamesTheStatus) {
  PlayedCaller caller({Reply(500), Reply(500), Reply(500), Reply(500)});

  const auto reply = Make(caller).Get({.url = "https://x/y?apikey=SECRET"});

  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().message, "https://x/y?...: status 500");
  EXPECT_THAT(caller.calls, SizeIs(4));
}

TEST_F(FetcherTest, TakesOtherStatusesAndErrorsAtTheirWord) {
  for (const int status : {200, 302, 400, 401, 403, 404}) {
    PlayedCaller caller({Reply(status)});
    EXPECT_EQ(Make(caller).Get({.url = "https://x/"})->status, status);
  }
  PlayedCaller caller({base::Fail(base::ErrorCode::kCorrupt, "too large")});
  EXPECT_FALSE(Make(caller).Get({.url = "https://x/"}).has_value());
}

TEST_F(FetcherTest, WaitsAsLongAsTheServerAsksAndTellsTheGate) {
  PlayedCaller caller({Reply(429, "", {{"retry-after", "30"}}), Reply(200)});

  ASSERT_TRUE(Make(caller).Get({.url = "https://x/"}).has_value());

  EXPECT_GE(clock_.MonotonicNow(), seconds{30});
  EXPECT_THAT(gate_.throttles, testing::ElementsAre(std::optional<base::Nanos>(seconds{30})));
}

TEST_F(FetcherTest, DoesNotWaitForHoursNorPastAClosedGate) {
  PlayedCaller later({Reply(429, "", {{"retry-after", "7200"}})});
  EXPECT_FALSE(Make(later).Get({.url = "https://x/"}).has_value());
  EXPECT_EQ(clock_.MonotonicNow(), base::Nanos::zero());

  gate_.is_open = false;
  PlayedCaller none({});
  const auto refused = Make(none).Get({.url = "https://x/"});
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, HasSubstr("the limit is reached"));
  EXPECT_THAT(none.calls, SizeIs(0));
}

const BarRequest kRequest{.series = {.symbol = "BRK-B", .span = store::Span::kDay},
                          .window = {.from = DayAt("2026-11-13"), .to = DayAt("2026-11-21")}};

TEST_F(FetcherTest, WaitsAndAsksAgainWhenAnAnswerOfStatus200SaysTooFast) {
  const net::HttpReply fast = Reply(200, R"json({"Information":"1 request per second"})json");
  PlayedCaller caller({fast, fast, Reply(200, "{}")});
  Fetcher fetcher = Make(caller);

  const auto answer = AlphaVantageOverviews(fetcher, {}).Text("AAPL");

  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_EQ(*answer, "{}");
  EXPECT_GE(clock_.MonotonicNow(), std::chrono::milliseconds{2'400});
  EXPECT_THAT(gate_.throttles, SizeIs(2)) << "other programs hear of it";
  EXPECT_EQ(gate_.throttles[0], std::optional<base::Nanos>(std::chrono::milliseconds{1'200}));
}

TEST_F(FetcherTest, ClosesTheGateForTheDayWhenTheQuotaIsGoneAndAsksNoMore) {
  const net::HttpReply gone = Reply(200, R"json({"Information":"25 requests per day"})json");
  PlayedCaller caller({gone});
  Fetcher fetcher = Make(caller);

  const auto answer = AlphaVantageBars(fetcher, {}).Fetch(kRequest);

  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_EQ(std::get<Refusal>(*answer).kind, RefusalKind::kQuotaGone);
  EXPECT_THAT(caller.calls, SizeIs(1));
  // The clock begins at midnight UTC, 19:00 in New York.
  EXPECT_THAT(gate_.throttles, testing::ElementsAre(std::optional<base::Nanos>(seconds{18'000})));
}

TEST_F(FetcherTest, PassesOnThatItWasTooFastAfterTheLastAttempt) {
  const net::HttpReply fast = Reply(200, R"json({"Note":"5 calls per minute"})json");
  PlayedCaller caller({fast, fast, fast, fast});
  Fetcher fetcher = Make(caller);

  const auto answer = AlphaVantageBars(fetcher, {}).Fetch(kRequest);

  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_EQ(std::get<Refusal>(*answer).kind, RefusalKind::kTooFast);
  EXPECT_THAT(caller.calls, SizeIs(4));
}

TEST_F(FetcherTest, PutsThePagesOfAlpacaTogether) {
  PlayedCaller caller(
      {Reply(200,
             R"json({"bars":{"BRK.B":[{"t":"2026-11-20T05:00:00Z","o":1,"h":1,"l":1,"c":1,"v":1}]},
                  "next_page_token":"a b"})json"),
       Reply(200,
             R"json({"bars":{"BRK.B":[{"t":"2026-11-19T05:00:00Z","o":1,"h":1,"l":1,"c":1,"v":1}]},
                  "next_page_token":null})json")});
  Fetcher fetcher = Make(caller);
  AlpacaBars alpaca(fetcher, {.key_id = base::Secret("K"), .secret = base::Secret("S")});

  const auto answer = alpaca.Fetch(kRequest);

  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  const auto& bars = std::get<DailyBars>(*answer).bars;
  ASSERT_EQ(bars.size(), 2U);
  EXPECT_LT(bars[0].at, bars[1].at);
  EXPECT_EQ(caller.calls[0].url,
            "https://data.alpaca.markets/v2/stocks/bars?symbols=BRK.B&timeframe=1Day&"
            "start=2026-11-13T00%3A00%3A00Z&end=2026-11-20T23%3A59%3A59Z&limit=10000&"
            "adjustment=raw&feed=iex");
  EXPECT_THAT(caller.calls[1].url, HasSubstr("&page_token=a%20b"));
  EXPECT_EQ(caller.calls[0].headers,
            (net::Fields{{"APCA-API-KEY-ID", "K"}, {"APCA-API-SECRET-KEY", "S"}}));
}

TEST_F(FetcherTest, RefusesAPageThatIsOfferedTwice) {
  const net::HttpReply page = Reply(200, R"json({"bars":{},"next_page_token":"x"})json");
  PlayedCaller caller({page, page});
  Fetcher fetcher = Make(caller);

  const auto answer = AlpacaBars(fetcher, {}).Fetch(kRequest);

  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, base::ErrorCode::kCorrupt);
}

TEST_F(FetcherTest, PassesOnWhyAVendorRefused) {
  PlayedCaller forbidden({Reply(403, R"json({"message":"subscription does not permit"})json")});
  Fetcher alpaca = Make(forbidden);
  const auto refused = AlpacaBars(alpaca, {}).Fetch(kRequest);
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(std::get<Refusal>(*refused),
            (Refusal{.kind = RefusalKind::kNotEntitled, .text = "subscription does not permit"}));

  PlayedCaller html({Reply(200, "<html>maintenance</html>")});
  Fetcher vantage = Make(html);
  const auto broken = AlphaVantageBars(vantage, {.key = base::Secret("SECRET")}).Fetch(kRequest);
  ASSERT_FALSE(broken.has_value());
  EXPECT_THAT(broken.error().message, HasSubstr("maintenance"));
  EXPECT_THAT(broken.error().message, Not(HasSubstr("SECRET")));
  EXPECT_THAT(html.calls[0].url, HasSubstr("symbol=BRK-B&outputsize=compact"));
}

TEST_F(FetcherTest, TakesNoCutSeriesForAWholeOne) {
  std::string days;
  for (int day = 0; day < 100; ++day) {
    const auto at = DayAt("2026-08-01") + std::chrono::days(day);
    days +=
        (days.empty() ? "\"" : ",\"") + base::FormatDate(at) +
        R"json(":{"1. open":"1","2. high":"1","3. low":"1","4. close":"1","5. volume":"1"})json";
  }
  const net::HttpReply body = Reply(200, R"json({"Time Series (Daily)":{)json" + days + "}}");
  PlayedCaller caller({body, body});
  Fetcher fetcher = Make(caller);
  AlphaVantageBars vantage(fetcher, {});

  BarRequest request = kRequest;
  request.window.from = DayAt("2026-08-01");
  EXPECT_TRUE(std::holds_alternative<DailyBars>(*vantage.Fetch(request)));
  request.window.from = DayAt("2026-07-31");
  EXPECT_EQ(std::get<Refusal>(*vantage.Fetch(request)).kind, RefusalKind::kTooFarBack);
}

}  // namespace
}  // namespace bulwark::sources
