// Goal: a recording is played in its order, whole; what is wrong with it is skipped, counted and
//       named.
// Method: small files made by the test for each kind of bad input; long ones for the limits.

#include "market/feeds/replay/replay_feed.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "market/feed.h"
#include "market/feeds/replay/replay_scan.h"
#include "market/feeds/replay/temp_files.h"
#include "model/instrument.h"
#include "model/market_data.h"

namespace bulwark::market {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

// Global: not constexpr, since texts are added to it.
const std::string kHeader = "timestamp,symbol,price,size,side\n";

struct Played {
  std::vector<model::MarketEvent> events;
  std::optional<base::Error> error;
  FeedHealth health;
};

std::string Row(int second, const std::string& price, const std::string& symbol = "BTCUSDT") {
  const base::UnixNanos at{seconds{1'700'000'000 + second}};
  return base::FormatIso(at, base::IsoSuffix::kZulu) + "," + symbol + "," + price + ",1,BUY\n";
}

// Sound rows, one a second.
std::string Rows(int from, int to) {
  std::string text;
  for (int second = from; second < to; ++second) {
    text += Row(second, std::to_string(100 + second % 7));
  }
  return text;
}

base::Result<std::unique_ptr<ReplayFeed>> OpenFeed(const ReplayFeed::Options& options) {
  const auto instruments = PrepareInstruments(options.path, {});
  return ReplayFeed::Open(options, instruments ? *instruments : model::InstrumentTable());
}

Played Play(Feed& feed, std::size_t events_max = 100'000) {
  Played played;
  while (played.events.size() < events_max) {
    const auto event = feed.Next();
    if (!event) {
      played.error = event.error();
      break;
    }
    if (!*event) {
      break;
    }
    played.events.push_back(**event);
  }
  played.health = feed.health();
  return played;
}

Played Play(const ReplayFeed::Options& options) {
  auto feed = OpenFeed(options);
  return feed ? Play(**feed) : Played{.events = {}, .error = feed.error(), .health = {}};
}

const model::Tick& TickOf(const model::MarketEvent& event) {
  return std::get<model::Tick>(event);
}

TEST(ReplayFeedTest, PlaysTicksInTheOrderOfTheFile) {
  const TempFiles files;
  const std::string path =
      files.WriteZstd("a.csv.zst", kHeader + Row(0, "1") + Row(0, "2", "ETHUSDT") + Row(5, "3"));

  const Played played = Play({.path = path});

  ASSERT_EQ(played.events.size(), 3U);
  EXPECT_EQ(TickOf(played.events[0]).instrument.index, 0);
  EXPECT_EQ(TickOf(played.events[1]).instrument.index, 1);
  EXPECT_EQ(TickOf(played.events[2]).price.ToString(), "3");
  EXPECT_EQ(TickOf(played.events[2]).event_at, base::UnixNanos{seconds{1'700'000'005}});
  EXPECT_EQ(TickOf(played.events[2]).received_at, base::UnixNanos());
  EXPECT_FALSE(played.error.has_value());
  EXPECT_EQ(played.health.rows_read, 3U);
  EXPECT_EQ(played.health.rows_bad, 0U);
}

TEST(ReplayFeedTest, PlaysBarsAtTheIntervalThatItFinds) {
  const TempFiles files;
  const std::string path = files.Write("a.csv",
                                       "timestamp,symbol,open,high,low,close,volume\n"
                                       "2024-01-02T00:00:00Z,MSFT,1,3,1,2,10\n"
                                       "2024-01-02T00:15:00Z,MSFT,2,3,1,2,11\n"
                                       "2024-01-02T00:20:00Z,MSFT,2,3,1,2,12\n");

  const Played by_start = Play({.path = path});
  const Played by_end = Play({.path = path, .bar_label = BarLabel::kEnd});

  ASSERT_EQ(by_start.events.size(), 3U);
  const auto labelled = *base::ParseIso("2024-01-02T00:00:00Z");
  EXPECT_EQ(std::get<model::Bar>(by_start.events[0]).open_at, labelled);
  EXPECT_EQ(std::get<model::Bar>(by_start.events[0]).close_at, labelled + minutes{5});
  EXPECT_EQ(std::get<model::Bar>(by_end.events[0]).close_at, labelled);
  EXPECT_EQ(std::get<model::Bar>(by_start.events[2]).volume.ToString(), "12");
}

TEST(ReplayFeedTest, SkipsCountsAndNamesBadRows) {
  const TempFiles files;
  const std::string path =
      files.Write("a.csv", kHeader + Row(0, "1") + Row(1, "nan") + Row(2, "-3") + "rubbish\n\n" +
                               Row(3, "4") + std::string(2 << 20, 'x') + "\n" + Row(4, "5"));

  const Played played = Play({.path = path});

  EXPECT_FALSE(played.error.has_value());
  EXPECT_EQ(played.events.size(), 3U);
  EXPECT_EQ(played.health.rows_read, 7U);
  EXPECT_EQ(played.health.rows_bad, 4U);
  EXPECT_THAT(played.health.problems,
              ElementsAre(path + ":3: price 'nan' is not a number of at most 8 decimals",
                          path + ":4: price '-3' is not positive",
                          path + ":5: the row has 1 columns, the header 5",
                          path + ":8: the line is longer than 1048576 bytes"));
}

TEST(ReplayFeedTest, SkipsTimeThatGoesBackAndKeepsSmallDisorder) {
  const TempFiles files;
  const std::string path = files.Write("a.csv", kHeader + Row(10, "1") + Row(9, "2") + Row(8, "3") +
                                                    Row(0, "4", "ETHUSDT") + Row(10, "5"));

  const Played played = Play({.path = path, .time_back_max = seconds{1}});

  ASSERT_EQ(played.events.size(), 4U);
  EXPECT_EQ(TickOf(played.events[1]).price.ToString(), "2");
  EXPECT_EQ(TickOf(played.events[2]).price.ToString(), "4");
  EXPECT_EQ(played.health.rows_late, 1U);
  ASSERT_EQ(played.health.problems.size(), 1U);
  EXPECT_THAT(played.health.problems[0], HasSubstr("a.csv:4: time 2023-11-14T22:13:28Z goes back"));
}

TEST(ReplayFeedTest, SkipsSymbolsThatAppearAfterTheScanOrAreUnknown) {
  const TempFiles files;
  const std::string path = files.Write("a.csv", kHeader + Row(0, "1") + Row(1, "2", "ETHUSDT"));
  model::InstrumentTable only_bitcoin;
  ASSERT_TRUE(only_bitcoin.Add(*model::DefaultInstrument("BTC/USDT")).has_value());
  const auto feed = *ReplayFeed::Open({.path = path}, only_bitcoin);

  const Played played = Play(*feed);

  EXPECT_EQ(played.events.size(), 1U);
  ASSERT_EQ(played.health.problems.size(), 1U);
  EXPECT_THAT(
      played.health.problems[0],
      HasSubstr(path + ":3: symbol 'ETHUSDT' is not among the 1 instruments; configure it"));
}

TEST(ReplayFeedTest, GivesUpWhenTooManyRowsAreBad) {
  const TempFiles files;
  std::string share = kHeader;
  for (int i = 0; i < 300; ++i) {
    share += Row(i, i % 5 == 0 ? "nan" : "7");
  }
  std::string count = kHeader;
  for (int i = 0; i < 20'000; ++i) {
    count += Row(i, i % 15 == 14 ? "nan" : "7");
  }

  const Played by_share = Play({.path = files.Write("share.csv", share)});
  const Played by_count = Play({.path = files.Write("count.csv", count)});

  ASSERT_TRUE(by_share.error.has_value());
  EXPECT_EQ(by_share.error->code, base::ErrorCode::kCorrupt);
  EXPECT_THAT(by_share.error->message, HasSubstr("share.csv:202: 41 of 201 rows are bad"));
  EXPECT_THAT(by_share.error->message, HasSubstr("first: "));
  ASSERT_TRUE(by_count.error.has_value());
  EXPECT_THAT(by_count.error->message, HasSubstr("1001 of 15015 rows are bad"));
  EXPECT_EQ(by_count.health.problems.size(), FeedHealth::kProblemsMax);
}

TEST(ReplayFeedTest, FailsWhenThereIsNothingToPlay) {
  const TempFiles files;
  for (const auto& [path, words] : {
           std::pair{files.Write("empty.csv", ""), "empty.csv: the file is empty"},
           std::pair{files.Write("blank.csv", "\n\n"), "blank.csv: the file is empty"},
           std::pair{files.Write("header.csv", kHeader), "nothing to play in 0 rows"},
           std::pair{files.Write("bad.csv", kHeader + Row(0, "x")),
                     "nothing to play in 1 rows, 1 of them bad; first: "},
           std::pair{files.Write("frames.txt", "17 {\"result\":null,\"id\":1}\n"),
                     "nothing to play in 1 rows, 0 of them bad"},
           std::pair{files.Write("quotes.csv", "timestamp,symbol,bid,ask\n"),
                     "quotes.csv:1: the header 'timestamp,symbol,bid,ask' has no column 'price'"},
           std::pair{files.Path("missing.csv"), "missing.csv: cannot open: No such file"},
       }) {
    const Played played = Play({.path = path});

    ASSERT_TRUE(played.error.has_value()) << path;
    EXPECT_THAT(played.error->message, HasSubstr(words));
    EXPECT_TRUE(played.events.empty());
  }
}

TEST(ReplayFeedTest, PlaysATruncatedFileUpToTheDamageAndRepeatsItsFailure) {
  const TempFiles files;
  const std::string whole = kHeader + Rows(0, 50'000);
  const std::string path = files.WriteZstd("a.csv.zst", whole, 0.5);
  const auto feed = *OpenFeed({.path = path});

  const Played played = Play(*feed);

  ASSERT_TRUE(played.error.has_value());
  EXPECT_THAT(played.error->message, HasSubstr("the zstd stream is truncated after line "));
  EXPECT_GT(played.events.size(), 100U);
  const auto again = feed->Next();
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().message, played.error->message);
}

TEST(ReplayFeedTest, LoopsWithTimesThatKeepIncreasing) {
  const TempFiles files;
  const std::string path =
      files.WriteZstd("a.csv.zst", kHeader + Rows(0, 10) + Row(11, "nan") + Row(12, "5"));
  const auto feed = *OpenFeed({.path = path, .is_looping = true});

  const Played played = Play(*feed, 55);

  ASSERT_EQ(played.events.size(), 55U);
  EXPECT_EQ(played.health.loops, 4U);
  EXPECT_EQ(played.health.problems.size(), 1U);
  for (std::size_t i = 1; i < played.events.size(); ++i) {
    EXPECT_GT(TickOf(played.events[i]).event_at, TickOf(played.events[i - 1]).event_at) << i;
    EXPECT_EQ(TickOf(played.events[i]).price, TickOf(played.events[i % 11]).price) << i;
  }
}

TEST(ReplayFeedTest, RepeatsTheEnd) {
  const TempFiles files;
  const auto feed = *OpenFeed({.path = files.Write("a.csv", kHeader + Row(0, "1"))});
  EXPECT_EQ(Play(*feed).events.size(), 1U);

  const auto again = feed->Next();

  ASSERT_TRUE(again.has_value());
  EXPECT_FALSE(again->has_value());
}

TEST(PrepareInstrumentsTest, AddsDefaultsForTheSymbolsThatAreNotConfigured) {
  const TempFiles files;
  const std::string path =
      files.Write("a.csv", kHeader + Row(0, "1") + Row(1, "2", "ETHUSDT") + Row(2, "2", "MSFT"));
  model::InstrumentTable configured;
  model::Instrument ether = *model::DefaultInstrument("ETH/USDT");
  ether.tick_size = base::Decimal::FromInt(1);
  ASSERT_TRUE(configured.Add(ether).has_value());

  const auto table = PrepareInstruments(path, configured);

  ASSERT_TRUE(table.has_value()) << table.error().message;
  ASSERT_EQ(table->size(), 3U);
  EXPECT_EQ(table->rows()[0].tick_size, base::Decimal::FromInt(1));
  EXPECT_EQ(table->rows()[1].symbol.view(), "BTC/USDT");
  EXPECT_EQ(table->rows()[2].symbol.view(), "MSFT");
}

TEST(PrepareInstrumentsTest, RefusesTooManySymbolsAndImpossibleOnes) {
  const TempFiles files;
  std::string many = kHeader;
  for (int i = 0; i < 100; ++i) {
    many += Row(i, "1", "S" + std::to_string(i));
  }

  const auto too_many = PrepareInstruments(files.Write("many.csv", many), {});
  const auto impossible =
      PrepareInstruments(files.Write("odd.csv", kHeader + Row(0, "1", "a b")), {});

  ASSERT_FALSE(too_many.has_value());
  EXPECT_THAT(too_many.error().message, HasSubstr("many.csv: instrument 'S64' is one more than"));
  ASSERT_FALSE(impossible.has_value());
  EXPECT_THAT(impossible.error().message, HasSubstr("odd.csv: 'a b' is not a symbol"));
}

}  // namespace
}  // namespace bulwark::market
