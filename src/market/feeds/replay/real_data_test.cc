// Goal: real recordings play without a bad row, and the same trades come out of both of their
//       forms.
// Method: the shared data beside the project when it is there; a clone without it skips these
//         tests.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/result.h"
#include "market/feed.h"
#include "market/feeds/replay/replay_feed.h"
#include "market/feeds/replay/replay_scan.h"
#include "model/instrument.h"
#include "model/market_data.h"

namespace bulwark::market {
namespace {

std::string Shared(const std::string& name) {
  return std::string(BULWARK_SOURCE_DIR) + "/../shared/data/" + name;
}

struct Played {
  std::vector<model::Tick> ticks;
  std::size_t bars = 0;
  FeedHealth health;
};

Played Play(const std::string& path, const model::InstrumentTable& configured = {}) {
  Played played;
  const auto instruments = PrepareInstruments(path, configured);
  EXPECT_TRUE(instruments.has_value());
  const auto feed = ReplayFeed::Open({.path = path}, *instruments);
  EXPECT_TRUE(feed.has_value());
  for (;;) {
    const auto event = (*feed)->Next();
    EXPECT_TRUE(event.has_value());
    if (!event || !*event) {
      break;
    }
    if (const auto* tick = std::get_if<model::Tick>(&**event)) {
      played.ticks.push_back(*tick);
    } else {
      ++played.bars;
    }
  }
  played.health = (*feed)->health();
  return played;
}

class RealDataTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(Shared("README.md"))) {
      GTEST_SKIP() << "no recordings at " << Shared("");
    }
  }
};

TEST_F(RealDataTest, GivesTheSameTradesFromTheCsvAndTheRawFrames) {
  const Played csv = Play(Shared("ticks/binance_spot_btcusdt_trades_2024-08-08.csv.zst"));
  const Played raw = Play(Shared("raw_ws/binance_spot_btcusdt_20240808.txt.zst"));

  ASSERT_EQ(csv.ticks.size(), 19'904U);
  ASSERT_EQ(raw.ticks.size(), 9'757U);
  EXPECT_EQ(csv.health.rows_bad, 0U);
  EXPECT_EQ(raw.health.rows_bad, 0U);
  EXPECT_EQ(raw.health.rows_ignored, 41'249U - 9'757U);
  for (std::size_t i = 0; i < raw.ticks.size(); ++i) {
    ASSERT_EQ(raw.ticks[i].price, csv.ticks[i].price) << i;
    ASSERT_EQ(raw.ticks[i].size, csv.ticks[i].size) << i;
    ASSERT_EQ(raw.ticks[i].side, csv.ticks[i].side) << i;
    ASSERT_EQ(raw.ticks[i].event_at, csv.ticks[i].event_at) << i;
  }
}

TEST_F(RealDataTest, PlaysTheMinuteBars) {
  EXPECT_EQ(Play(Shared("minute/av_msft_minute_extended_2020.csv.zst")).bars, 11'190U);
  EXPECT_EQ(Play(Shared("minute/ftx_btcperp_minute_2022-01.csv.zst")).bars, 45'031U);
  // Grouped by symbol, and the last symbol begins after the rows that are looked through.
  model::InstrumentTable litecoin;
  ASSERT_TRUE(litecoin.Add(*model::DefaultInstrument("LTCUSD")).has_value());
  const Played grouped =
      Play(Shared("minute/lean_coinbase_crypto_minute_2016_2018.csv.zst"), litecoin);
  EXPECT_EQ(grouped.bars, 25'302U);
  EXPECT_EQ(grouped.health.rows_bad, 0U);
}

TEST_F(RealDataTest, RefusesQuotesWithAReason) {
  const auto feed = ReplayFeed::Open(
      {.path = Shared("quotes/binance_spot_btcusdt_bookticker_2024-08-08.csv.zst")}, {});

  ASSERT_FALSE(feed.has_value());
  EXPECT_NE(feed.error().message.find("no column 'price'"), std::string::npos);
}

}  // namespace
}  // namespace bulwark::market
