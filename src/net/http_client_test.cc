// Goal: every answer of a server is given whole or is an error that says what happened, within the
//       limits, and no secret of the URL is told.
// Method: a server on loopback that plays bytes: sound, cut, slow, packed, huge and wrong ones.

#include "net/http_client.h"

#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "net/play_server.h"
#include "net/retry.h"

namespace bulwark::net {
namespace {

using base::ErrorCode;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// {"answer":42}
constexpr std::string_view kPacked(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\x4a\xcc\x2b\x2e\x4f\x2d\x52\xb2\x32\x31\xaa"
    "\x05\x00\xf5\x65\xd9\xcc\x0d\x00\x00\x00",
    33);

std::unique_ptr<HttpClient> Client(HttpClientOptions options = {}) {
  auto client = HttpClient::Create(std::move(options));
  EXPECT_TRUE(client.has_value());
  return *std::move(client);
}

base::Error ErrorOf(const base::Result<HttpReply>& reply) {
  EXPECT_FALSE(reply.has_value());
  return reply ? base::Error{} : reply.error();
}

TEST(HttpClientTest, GivesStatusHeadersAndBodyAndSendsWhatItWasGiven) {
  const PlayServer server({Answer(200, "[1]", "X-Limit:  200 \r\n")});
  const auto client = Client({.user_agent = "bulwark test@example.com"});

  const auto reply =
      client->Call({.url = server.url() + "/a?b=c", .headers = {{"X-Key", "secret"}}});

  ASSERT_TRUE(reply.has_value()) << reply.error().message;
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->body, "[1]");
  EXPECT_EQ(reply->Header("x-limit"), "200");
  EXPECT_EQ(reply->Header("x-other"), "");
  const std::string request = server.requests().at(0);
  EXPECT_THAT(request, StartsWith("GET /a?b=c HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("X-Key: secret\r\n"));
  EXPECT_THAT(request, HasSubstr("User-Agent: bulwark test@example.com\r\n"));
  EXPECT_THAT(request, HasSubstr("Accept-Encoding: gzip, deflate\r\n"));
}

TEST(HttpClientTest, PostsABodyAndGetsAgainAfterwards) {
  const PlayServer server({Answer(200, "")});
  const auto client = Client();

  ASSERT_TRUE(client->Call({.url = server.url(),
                            .headers = {{"Content-Type", "application/json"}},
                            .body = R"({"limit":1})"}));
  ASSERT_TRUE(client->Call({.url = server.url()}));

  EXPECT_THAT(server.requests().at(0), StartsWith("POST / "));
  EXPECT_THAT(server.requests().at(0), HasSubstr(R"({"limit":1})"));
  EXPECT_THAT(server.requests().at(1), StartsWith("GET / "));
}

TEST(HttpClientTest, UnpacksABodyAndLimitsItUnpacked) {
  const PlayServer server({Answer(200, std::string(kPacked), "Content-Encoding: gzip\r\n")});

  const auto reply = Client()->Call({.url = server.url()});
  ASSERT_TRUE(reply.has_value()) << reply.error().message;
  EXPECT_EQ(reply->body, R"({"answer":42})");

  const auto refused = Client({.body_bytes_max = 12})->Call({.url = server.url()});
  EXPECT_EQ(ErrorOf(refused).code, ErrorCode::kCorrupt);
}

TEST(HttpClientTest, TakesStatusesOfRefusalAsAnswers) {
  for (const int status : {403, 404, 429, 500, 503}) {
    const PlayServer server({Answer(status, "<html>no</html>")});

    const auto reply = Client()->Call({.url = server.url()});

    ASSERT_TRUE(reply.has_value()) << status;
    EXPECT_EQ(reply->status, status);
    EXPECT_EQ(reply->body, "<html>no</html>");
  }
}

TEST(HttpClientTest, DoesNotFollowARedirect) {
  const PlayServer server({Answer(302, "", "Location: http://127.0.0.1:1/stolen\r\n")});

  const auto reply = Client()->Call({.url = server.url()});

  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->status, 302);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(HttpClientTest, CallsATruncatedAnswerUnavailable) {
  PlayedAnswer cut = Answer(200, "0123456789");
  cut.bytes.resize(cut.bytes.size() - 4);
  const PlayServer body({cut});
  const PlayServer nothing({PlayedAnswer{}});

  EXPECT_EQ(ErrorOf(Client()->Call({.url = body.url()})).code, ErrorCode::kUnavailable);
  EXPECT_EQ(ErrorOf(Client()->Call({.url = nothing.url()})).code, ErrorCode::kUnavailable);
}

TEST(HttpClientTest, GivesUpOnASilentServerInTime) {
  const PlayServer silent({PlayedAnswer{.bytes = "", .is_held = true}});
  PlayedAnswer half = Answer(200, "0123456789");
  half.bytes.resize(half.bytes.size() - 4);
  half.is_held = true;
  const PlayServer slow({half});

  const auto client = Client({.timeout = milliseconds{200}});
  for (const PlayServer* server : {&silent, &slow}) {
    const auto error = ErrorOf(client->Call({.url = server->url() + "/x?apikey=SECRET"}));
    EXPECT_EQ(error.code, ErrorCode::kUnavailable);
    EXPECT_THAT(error.message, HasSubstr("/x?...: "));
    EXPECT_THAT(error.message, Not(HasSubstr("SECRET")));
  }
}

TEST(HttpClientTest, RefusesHugeBodiesAndHeaders) {
  const PlayServer body({Answer(200, std::string(100'000, 'x'))});
  const PlayedAnswer chunked{.bytes = "HTTP/1.1 200 OK\r\n\r\n" + std::string(100'000, 'x')};
  const PlayServer endless({chunked});
  const PlayServer header({Answer(200, "", "X: " + std::string(100'000, 'x') + "\r\n")});

  const auto client = Client({.body_bytes_max = 50'000});
  for (const PlayServer* server : {&body, &endless, &header}) {
    EXPECT_EQ(ErrorOf(client->Call({.url = server->url()})).code, ErrorCode::kCorrupt);
  }
}

TEST(HttpClientTest, SaysWhenNobodyListensAndStopsWhenTold) {
  std::string url;
  {
    const PlayServer gone({PlayedAnswer{}});
    url = gone.url();
  }
  EXPECT_EQ(ErrorOf(Client()->Call({.url = url})).code, ErrorCode::kUnavailable);

  const PlayServer silent({PlayedAnswer{.bytes = "", .is_held = true}});
  const auto stopped =
      ErrorOf(Client({.is_stopped = [] { return true; }})->Call({.url = silent.url()}));
  EXPECT_THAT(stopped.message, HasSubstr("stopped"));
}

TEST(HttpClientTest, SpeaksPlainHttpToThisMachineOnlyAndTakesNoOtherScheme) {
  for (const char* url : {"http://example.com/", "ftp://127.0.0.1/", "file:///etc/passwd", "", "x",
                          "http://127.0.0.1@example.com/", "http://localhost.example.com/"}) {
    EXPECT_EQ(ErrorOf(Client()->Call({.url = url})).code, ErrorCode::kInvalidArgument) << url;
  }
}

TEST(HttpClientTest, ShowsUrlsWithoutTheirSecrets) {
  EXPECT_EQ(ShownUrl("https://user:pw@host:8/a/b?apikey=K#f"), "https://host:8/a/b?...");
  EXPECT_EQ(ShownUrl("https://host/a@b"), "https://host/a@b");
  EXPECT_EQ(ShownUrl("nonsense"), "a URL without scheme");
  EXPECT_EQ(UrlEncoded("BRK.B/x&y z"), "BRK.B%2Fx%26y%20z");
}

TEST(RetryTest, DoublesDelaysUpToTheLongestAndWaitsAtLeastHalf) {
  std::mt19937_64 random{7};  // Fixed, so that a failure repeats.
  const RetryPolicy policy{.first = seconds{1}, .longest = seconds{5}};
  const std::vector<std::pair<int, int>> expected{{2, 1}, {3, 2}, {4, 4}, {5, 5}, {50, 5}};
  for (const auto& [attempt, whole] : expected) {
    for (int draw = 0; draw < 100; ++draw) {
      const base::Nanos delay = DelayBefore(attempt, policy, random);
      EXPECT_GE(delay, milliseconds{500 * whole});
      EXPECT_LE(delay, seconds{whole});
    }
  }
}

TEST(RetryTest, ReadsRetryAfterAsSecondsAndAsADate) {
  const auto now = base::ParseIso("2026-11-20T21:00:00Z").value_or(base::UnixNanos());
  const auto after = [&](const std::string& value) {
    return RetryAfterOf({.headers = {{"retry-after", value}}}, now);
  };
  EXPECT_EQ(after("120"), seconds{120});
  EXPECT_EQ(after("-5"), seconds{0});
  EXPECT_EQ(after("99999999999"), std::chrono::days{7});
  EXPECT_EQ(after("Fri, 20 Nov 2026 21:01:30 GMT"), seconds{90});
  EXPECT_EQ(after("Fri, 20 Nov 2026 20:00:00 GMT"), seconds{0});
  for (const char* wrong : {"", "soon", "1.5", "Fri, 20 Foo 2026 21:01:30 GMT"}) {
    EXPECT_EQ(after(wrong), std::nullopt) << wrong;
  }
}

TEST(RetryTest, CallsThoseStatusesPassingThatMayBeOthersNextTime) {
  for (const int status : {408, 429, 500, 502, 503, 504}) {
    EXPECT_TRUE(IsPassing(status)) << status;
  }
  for (const int status : {200, 301, 400, 401, 403, 404, 418, 501}) {
    EXPECT_FALSE(IsPassing(status)) << status;
  }
}

}  // namespace
}  // namespace bulwark::net
