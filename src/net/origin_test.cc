// Goal: no foreign page and no rebound name gets to command the server.
// Method: hosts and origins by hand, right ones and near misses.

#include "net/origin.h"

#include <string_view>

#include <gtest/gtest.h>

namespace bulwark::net {
namespace {

OriginPolicy Policy() {
  return {.origins = {"https://trade.example:8443"}, .is_loopback_only = true};
}

TEST(OriginTest, KnowsLoopbackNames) {
  for (const std::string_view host :
       {"localhost", "LOCALHOST:80", "127.0.0.1", "127.1.2.3:9", "[::1]", "[::1]:8000"}) {
    EXPECT_TRUE(IsLoopbackHost(host)) << host;
  }
  for (const std::string_view host : {"", "localhost.evil.example", "127.0.0.1.evil.example",
                                      "127.evil", "[::2]", "10.0.0.1", "evil.example:127"}) {
    EXPECT_FALSE(IsLoopbackHost(host)) << host;
  }
}

TEST(OriginTest, AnswersOnlyToItsOwnHosts) {
  EXPECT_TRUE(IsAllowedHost(Policy(), "127.0.0.1:8000"));
  EXPECT_TRUE(IsAllowedHost(Policy(), "Trade.example:8443"));
  EXPECT_FALSE(IsAllowedHost(Policy(), "trade.example"));
  EXPECT_FALSE(IsAllowedHost(Policy(), "rebound.example:8000"));
  EXPECT_FALSE(IsAllowedHost(Policy(), ""));
  EXPECT_TRUE(IsAllowedHost({.origins = {}, .is_loopback_only = false}, "anything"));
}

TEST(OriginTest, AllowsSameAndConfiguredOrigins) {
  EXPECT_TRUE(IsAllowedOrigin(Policy(), "", "localhost:8000"));
  EXPECT_TRUE(IsAllowedOrigin(Policy(), "http://localhost:8000", "localhost:8000"));
  EXPECT_TRUE(IsAllowedOrigin(Policy(), "https://trade.example:8443", "127.0.0.1:8000"));
  for (const std::string_view origin : {"http://localhost:8001", "http://evil.example", "null",
                                        "http://localhost:8000.evil.example", "localhost:8000"}) {
    EXPECT_FALSE(IsAllowedOrigin(Policy(), origin, "localhost:8000")) << origin;
  }
}

}  // namespace
}  // namespace bulwark::net
