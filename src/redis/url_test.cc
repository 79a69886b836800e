// Goal: every documented URL form is understood, others are refused, and no password is ever
//       printed.
// Method: one case per form; the masked and the full text are parsed again.

#include "redis/url.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/result.h"

namespace bulwark::redis {
namespace {

TEST(UrlTest, ReadsHostPortDatabaseUserAndPassword) {
  const auto url = ParseUrl("redis://trader:p%40ss@db.example:7000/3");

  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(url->scheme, Url::Scheme::kTcp);
  EXPECT_EQ(url->host, "db.example");
  EXPECT_EQ(url->port, 7000);
  EXPECT_EQ(url->db, 3);
  EXPECT_EQ(url->user, "trader");
  EXPECT_EQ(url->password.Reveal(), "p@ss");
}

TEST(UrlTest, FillsInPortAndDatabaseWhenTheyAreMissing) {
  const auto url = ParseUrl("redis://localhost");

  ASSERT_TRUE(url);
  EXPECT_EQ(url->port, 6379);
  EXPECT_EQ(url->db, 0);
  EXPECT_TRUE(url->password.empty());
}

TEST(UrlTest, ReadsAUnixSocketWithItsParameters) {
  const auto url = ParseUrl("unix:///tmp/a%20b/redis.sock?db=2&user=u&password=p%26q");

  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(url->scheme, Url::Scheme::kUnix);
  EXPECT_EQ(url->socket_path, "/tmp/a b/redis.sock");
  EXPECT_EQ(url->db, 2);
  EXPECT_EQ(url->user, "u");
  EXPECT_EQ(url->password.Reveal(), "p&q");
}

TEST(UrlTest, ReadsTlsWithACaFileAndAnIpv6Address) {
  const auto url = ParseUrl("rediss://:secret@[::1]:7001/0?ca=/etc/ca.pem");

  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(url->scheme, Url::Scheme::kTls);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->port, 7001);
  EXPECT_EQ(url->user, "");
  EXPECT_EQ(url->ca_file, "/etc/ca.pem");
}

TEST(UrlTest, MasksThePasswordAndRoundTripsTheFullText) {
  for (const std::string_view text :
       {"redis://u:s3cret@h:1/0", "rediss://:s3cret@[::1]:7001/2?ca=/x",
        "unix:///a/b.sock?db=1&user=u&password=s3cret", "redis://h:5/0"}) {
    const auto url = ParseUrl(text);
    ASSERT_TRUE(url) << text;

    EXPECT_EQ(url->Full().Reveal(), text);
    EXPECT_EQ(url->Masked().find("s3cret"), std::string::npos);
  }
}

TEST(UrlTest, RefusesWhatIsNoUrlWithoutRepeatingIt) {
  for (const std::string_view text : {"",
                                      "localhost:6379",
                                      "http://h",
                                      "redis://",
                                      "redis://:hunter2@",
                                      "redis://h:0",
                                      "redis://h:65536",
                                      "redis://h:x",
                                      "redis://h/one",
                                      "redis://h/-1",
                                      "redis://u@h",
                                      "redis://u:hunter2%zz@h",
                                      "redis://u:hunter2%0@h",
                                      "redis://h?password=hunter2",
                                      "unix://relative.sock",
                                      "unix:///s?db",
                                      "unix:///s?db=-1",
                                      "unix:///s?hunter2=1%0",
                                      "redis://[::1",
                                      "redis://u:hunter2%00@h"}) {
    const auto url = ParseUrl(text);

    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, base::ErrorCode::kInvalidArgument);
    if (text.find("hunter2=") == std::string_view::npos) {
      EXPECT_EQ(url.error().message.find("hunter2"), std::string::npos) << url.error().message;
    }
  }
}

}  // namespace
}  // namespace bulwark::redis
