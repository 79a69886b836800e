// Goal: a request reaches its handler or gets the status that says why not.
// Method: a router with one of each, asked directly.

#include "net/router.h"

#include <stdexcept>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "net/message.h"

namespace bulwark::net {
namespace {

Router ThreePaths() {
  Router router;
  router.Add("GET", "/state", [](const Request&) { return Response{.body = "state"}; });
  router.Add("POST", "/act", [](const Request& request) { return Response{.body = request.body}; });
  router.Add("GET", "/bad", [](const Request&) -> Response { throw std::runtime_error("secret"); });
  return router;
}

Response Ask(const Router& router, std::string_view method, std::string_view path) {
  return router.Handle({.method = std::string(method),
                        .target = {std::string(path), {}},
                        .headers = {},
                        .body = "b"});
}

TEST(RouterTest, FindsHandlersByMethodAndPath) {
  const Router router = ThreePaths();

  EXPECT_EQ(Ask(router, "GET", "/state").body, "state");
  EXPECT_EQ(Ask(router, "HEAD", "/state").status, 200);
  EXPECT_EQ(Ask(router, "POST", "/act").body, "b");
  EXPECT_EQ(Ask(router, "GET", "/state/").status, 404);
}

TEST(RouterTest, NamesTheAllowedMethods) {
  const Response response = Ask(ThreePaths(), "DELETE", "/act");

  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.headers, (Fields{{"Allow", "POST"}}));
}

TEST(RouterTest, KeepsTheTextOfAnExceptionToItself) {
  const Response response = Ask(ThreePaths(), "GET", "/bad");

  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body.find("secret"), std::string::npos);
}

TEST(RouterTest, GivesUnknownPathsToTheFallbackForReadsOnly) {
  Router router = ThreePaths();
  router.SetFallback([](const Request&) { return Response{.body = "file"}; });

  EXPECT_EQ(Ask(router, "GET", "/index.html").body, "file");
  EXPECT_EQ(Ask(router, "POST", "/index.html").status, 404);
  EXPECT_EQ(Ask(router, "GET", "/act").status, 405);
}

}  // namespace
}  // namespace bulwark::net
