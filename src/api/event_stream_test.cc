// Goal: clients get what was published, in one shape, whatever was published.
// Method: payloads by hand. The subscription itself is tested with a real Redis in service_test.cc.

#include "api/event_stream.h"

#include <gtest/gtest.h>

namespace bulwark::api {
namespace {

TEST(EventFrameTest, PassesJsonOnByteForByte) {
  EXPECT_EQ(EventFrame("trade:executed", R"({"price": 110.0, "b":[1, 2]})"),
            R"({"channel":"trade:executed","data":{"price": 110.0, "b":[1, 2]}})");
}

TEST(EventFrameTest, WrapsWhatIsNoJson) {
  EXPECT_EQ(EventFrame("risk:alert", "hello \"you\""),
            R"({"channel":"risk:alert","data":{"raw":"hello \"you\""}})");
  EXPECT_EQ(EventFrame("risk:alert", ""), R"({"channel":"risk:alert","data":{"raw":""}})");
  EXPECT_EQ(EventFrame("risk:alert", R"({"a": NaN})"),
            R"({"channel":"risk:alert","data":{"raw":"{\"a\": NaN}"}})");
}

TEST(EventFrameTest, ReplacesBytesThatAreNoText) {
  EXPECT_EQ(EventFrame("risk:alert", "\xFF"),
            "{\"channel\":\"risk:alert\",\"data\":{\"raw\":\"\xEF\xBF\xBD\"}}");
}

}  // namespace
}  // namespace bulwark::api
