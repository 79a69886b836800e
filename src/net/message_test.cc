// Goal: what a handler reads as a path, a query or a text is exactly what the client encoded.
// Method: encoded targets by hand, with every way to be malformed; the UTF-8 edges of the standard.

#include "net/message.h"

#include <string_view>

#include <gtest/gtest.h>

namespace bulwark::net {
namespace {

TEST(ParseTargetTest, DecodesPathAndQuery) {
  const auto target = ParseTarget("/a%20b/%C3%A9+?symbol=BTC%2FUSDT&q=a+b&flag&&x=1=2#top");

  ASSERT_TRUE(target.has_value());
  EXPECT_EQ(target->path, "/a b/é+");
  EXPECT_EQ(target->query,
            (Fields{{"symbol", "BTC/USDT"}, {"q", "a b"}, {"flag", ""}, {"x", "1=2"}}));
}

TEST(ParseTargetTest, RefusesWhatIsNoPathOfText) {
  for (const std::string_view text : {"", "api", "http://other/", "*", "/%", "/%4", "/%zz", "/%00",
                                      "/a%0Ab", "/%FF", "/%C0%AF", "/x?a=%ED%A0%80", "/x?%F8=1"}) {
    EXPECT_FALSE(ParseTarget(text).has_value()) << text;
  }
}

TEST(IsUtf8Test, KnowsTheEdges) {
  for (const std::string_view good : {"", "a", "\xC2\x80", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(IsUtf8(good)) << good;
  }
  for (const std::string_view bad : {"\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xBF\xBF",
                                     "\xF4\x90\x80\x80", "\xC2", "a\xE2\x82"}) {
    EXPECT_FALSE(IsUtf8(bad));
  }
}

TEST(ErrorResponseTest, IsAlwaysJson) {
  EXPECT_EQ(ErrorResponse(400, "a \"b\"\n\\").body, R"({"error":"a \"b\"\u000a\\"})");
  EXPECT_EQ(ErrorResponse(400, "\xFF").body, R"({"error":"not UTF-8"})");
}

TEST(RequestTest, FindsHeadersAndParameters) {
  const Request request{.method = "GET",
                        .target = {.path = "/", .query = {{"a", "1"}, {"a", "2"}}},
                        .headers = {{"host", "localhost"}},
                        .body = ""};

  EXPECT_EQ(request.Header("host"), "localhost");
  EXPECT_EQ(request.Header("origin"), "");
  EXPECT_EQ(request.Query("a"), "1");
  EXPECT_FALSE(request.Query("b").has_value());
}

}  // namespace
}  // namespace bulwark::net
