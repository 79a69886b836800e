// Goal: the page always gets a whole document; a bad value costs one number and is named.
// Method: raw states by hand, healthy, empty and damaged.

#include "api/state_document.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "api/raw_state.h"
#include "base/time.h"

namespace bulwark::api {
namespace {

constexpr base::UnixNanos kNow{std::chrono::seconds{1'771'351'200}};

RawState Healthy() {
  RawState raw;
  raw.symbols = {"BTC/USDT"};
  raw.open_orders = {"oms:order:1da26b1b-0000-4000-8000-000000000001"};
  raw.alert_keys = {"ALERTS:EVENT:1771351200000"};
  const std::vector<std::pair<std::string, std::string>> values = {
      {"SYSTEM:HALT", "false"},
      {"SYSTEM:HEARTBEAT", "2026-02-17T17:59:58+00:00"},
      {"SYSTEM:STATE", R"({"state": "running"})"},
      {"risk:kill_switch", "inactive"},
      {"METRICS:TOTAL_VALUE", "100000.0"},
      {"METRICS:CASH", "90500.0"},
      {"METRICS:PNL_DAILY", "-0.012"},
      {"METRICS:LATENCY:TICK_TO_FILL_MS", "2.50549999998384"},
      {"MARKET:ACTIVE_SYMBOLS", R"(["BTC/USDT"])"},
      {"MARKET:LAST_PRICE:BTC_USDT", "110.0"},
      {"MARKET:OHLCV:BTC_USDT", R"([{"close": 110.0}])"},
      {"VIEW:POSITIONS", R"([{"instrument_id": "BTC/USDT", "quantity": 86.4}])"},
      {"VIEW:ORDERS", "[]"},
      {"oms:portfolio", R"({"cash":90500.0})"},
      {"oms:order:1da26b1b-0000-4000-8000-000000000001", R"({"id":"o1","status":"SUBMITTED"})"},
      {"ALERTS:EVENT:1771351200000", R"({"level": "WARNING"})"},
  };
  for (const auto& [key, value] : values) {
    raw.keys[key] = {.text = value, .error = ""};
  }
  return raw;
}

TEST(StateDocumentTest, DecodesAHealthySystemWithoutProblems) {
  const Json document = MakeStateDocument(Healthy(), kNow);

  EXPECT_EQ(document["problems"], Json::array());
  EXPECT_EQ(document["halt"], false);
  EXPECT_EQ(document["kill_switch"], "inactive");
  EXPECT_EQ(document["heartbeat"]["age_seconds"], 2.0);
  EXPECT_EQ(document["heartbeat"]["is_stale"], false);
  EXPECT_EQ(document["metrics"]["pnl_daily"], -0.012);
  EXPECT_EQ(document["market"]["symbols"][0]["last_price"], 110.0);
  EXPECT_EQ(document["open_orders"][0]["id"], "o1");
  EXPECT_EQ(document["alerts"][0]["event_key"], "ALERTS:EVENT:1771351200000");
  EXPECT_EQ(MakeCandles(Healthy(), "BTC/USDT")["rows"][0]["close"], 110.0);
}

TEST(StateDocumentTest, IsWholeForAnEmptyRedis) {
  const Json full = MakeStateDocument(Healthy(), kNow);
  const Json empty = MakeStateDocument({}, kNow);

  for (const auto& [name, value] : full.items()) {
    EXPECT_TRUE(empty.contains(name)) << name;
  }
  EXPECT_EQ(empty["halt"], false);
  EXPECT_TRUE(empty["kill_switch"].is_null());
  EXPECT_EQ(empty["heartbeat"]["is_stale"], true);
  EXPECT_EQ(empty["problems"].size(), 6U);
  EXPECT_EQ(empty["problems"][0]["reason"], "missing");
}

TEST(StateDocumentTest, NamesEachValueThatItCannotRead) {
  const std::vector<std::pair<std::string, std::string>> damaged = {
      {"SYSTEM:HALT", "perhaps"},
      {"SYSTEM:HEARTBEAT", "yesterday"},
      {"risk:kill_switch", "maybe"},
      {"METRICS:TOTAL_VALUE", "nan"},
      {"METRICS:CASH", "12,5"},
      {"METRICS:PNL_DAILY", ""},
      {"VIEW:POSITIONS", R"([{"quantity": NaN}])"},
      {"VIEW:ORDERS", "{}"},
      {"oms:order:1da26b1b-0000-4000-8000-000000000001", "\xFF\xFE"},
      {"MARKET:LAST_PRICE:BTC_USDT", "1e999"},
  };
  for (const auto& [key, value] : damaged) {
    RawState raw = Healthy();
    raw.keys[key] = {.text = value, .error = ""};

    const Json document = MakeStateDocument(raw, kNow);

    ASSERT_EQ(document["problems"].size(), 1U) << key;
    EXPECT_EQ(document["problems"][0]["key"], key);
    EXPECT_EQ(document["problems"][0]["value"], value);
    EXPECT_FALSE(Dump(document).empty());
  }
}

TEST(StateDocumentTest, NamesKeysOfAForeignType) {
  RawState raw = Healthy();
  raw.keys["METRICS:CASH"] = {.text = std::nullopt, .error = "WRONGTYPE Operation"};
  raw.open_orders.clear();
  raw.open_orders_error = "WRONGTYPE Operation";

  const Json document = MakeStateDocument(raw, kNow);

  EXPECT_TRUE(document["metrics"]["cash"].is_null());
  EXPECT_TRUE(document["open_orders"].is_null());
  EXPECT_EQ(document["problems"].size(), 2U);
}

TEST(StateDocumentTest, HaltsInAnySpelling) {
  for (const std::string_view text : {"true", "TRUE", " True \n"}) {
    RawState raw = Healthy();
    raw.keys["SYSTEM:HALT"] = {.text = std::string(text), .error = ""};

    EXPECT_EQ(MakeStateDocument(raw, kNow)["halt"], true) << text;
  }
}

TEST(StateDocumentTest, KnowsNothingWhileRedisIsAway) {
  const Json document = MakeLostDocument("connection refused", kNow);

  EXPECT_EQ(document["redis"]["connected"], false);
  EXPECT_TRUE(document["halt"].is_null());
  EXPECT_EQ(document["problems"].size(), 1U);
}

TEST(StateDocumentTest, HasNoCandlesOfWhatIsNoSymbol) {
  for (const std::string_view symbol : {"", " ", "a b", "\xC3\xA9", "NONE/X"}) {
    EXPECT_TRUE(MakeCandles(Healthy(), symbol)["rows"].is_null()) << symbol;
  }
  EXPECT_TRUE(MakeCandles(Healthy(), std::string(1000, 'x'))["rows"].is_null());
}

}  // namespace
}  // namespace bulwark::api
