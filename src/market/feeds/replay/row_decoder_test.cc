// Goal: a line becomes exactly the row it means, or a message that names what is wrong with it.
// Method: one sound line per format, then a table of bad ones with the words each message must
//         hold.

#include "market/feeds/replay/row_decoder.h"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "market/feeds/replay/binance_frames.h"
#include "market/feeds/replay/csv_rows.h"
#include "model/market_data.h"

namespace bulwark::market {
namespace {

using testing::HasSubstr;

constexpr std::string_view kTickHeader =
    "timestamp,symbol,price,size,side,trade_id,event_time,local_time";
constexpr std::string_view kBarHeader = "timestamp,symbol,open,high,low,close,volume";

std::string TradeFrame(std::string_view price, std::string_view time = "1723161255342") {
  return R"(1723161254087896568 {"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,)"
         R"("s":"BTCUSDT","t":3735683259,"p":)" +
         std::string(price) + R"(,"q":"0.02","T":)" + std::string(time) + R"(,"m":true,"M":true}})";
}

TEST(CsvRowsTest, ReadsATick) {
  const auto rows = *CsvRows::FromHeader(kTickHeader);
  EXPECT_FALSE(rows->has_bars());

  const auto row = rows->Decode(
      "2024-08-08T23:54:15.342Z,BTCUSDT,61837.63000000,0.02000000,SELL,3735683259,x,y");

  ASSERT_TRUE(row.has_value()) << row.error().message;
  const auto& tick = std::get<TickRow>(*row);
  EXPECT_EQ(tick.symbol, "BTCUSDT");
  EXPECT_EQ(tick.side, model::Side::kSell);
  EXPECT_EQ(tick.price.ToString(), "61837.63");
  EXPECT_EQ(tick.size.ToString(), "0.02");
  EXPECT_EQ(tick.at, base::UnixNanos{std::chrono::milliseconds{1'723'161'255'342}});
}

TEST(CsvRowsTest, FindsColumnsByNameAndDoesWithoutASide) {
  const auto rows = *CsvRows::FromHeader("size,price,extra,symbol,timestamp");

  const auto row = rows->Decode("3,2.5,,MSFT,2024-01-02T00:00:00Z");

  ASSERT_TRUE(row.has_value()) << row.error().message;
  EXPECT_EQ(std::get<TickRow>(*row).price.ToString(), "2.5");
  EXPECT_EQ(std::get<TickRow>(*row).size.ToString(), "3");
  EXPECT_EQ(std::get<TickRow>(*row).side, model::Side::kBuy);
}

TEST(CsvRowsTest, ReadsABar) {
  const auto rows = *CsvRows::FromHeader(kBarHeader);
  EXPECT_TRUE(rows->has_bars());

  const auto row = rows->Decode("2020-11-23T09:01:00Z,MSFT,211.5,212,211,211.75,162");

  ASSERT_TRUE(row.has_value()) << row.error().message;
  const auto& bar = std::get<BarRow>(*row);
  EXPECT_EQ(bar.open.ToString(), "211.5");
  EXPECT_EQ(bar.high.ToString(), "212");
  EXPECT_EQ(bar.low.ToString(), "211");
  EXPECT_EQ(bar.close.ToString(), "211.75");
  EXPECT_EQ(bar.volume.ToString(), "162");
}

TEST(CsvRowsTest, CutsTheNoiseOfASizeButNotOfAPrice) {
  const auto rows = *CsvRows::FromHeader("timestamp,symbol,price,size");

  const auto row = rows->Decode("2022-01-01T03:08:00Z,X,1.5,218102.59507500002");

  ASSERT_TRUE(row.has_value()) << row.error().message;
  EXPECT_EQ(std::get<TickRow>(*row).size.ToString(), "218102.595075");
  EXPECT_FALSE(rows->Decode("2022-01-01T03:08:00Z,X,1.50000000002,1").has_value());
  EXPECT_FALSE(rows->Decode("2022-01-01T03:08:00Z,X,1.5,1.123456789e5").has_value());
}

TEST(CsvRowsTest, NamesTheColumnThatAHeaderLacks) {
  for (const auto& [header, words] : {
           std::pair{"timestamp,symbol,bid,ask", "no column 'price'"},
           std::pair{"symbol,price,size", "no column 'timestamp'"},
           std::pair{"timestamp,symbol,open,high,low,close", "no column 'volume'"},
           std::pair{"\x28\xB5\x2F\xFD", "the header '(?/?'"},
       }) {
    const auto rows = CsvRows::FromHeader(header);

    ASSERT_FALSE(rows.has_value());
    EXPECT_EQ(rows.error().code, base::ErrorCode::kInvalidArgument);
    EXPECT_THAT(rows.error().message, HasSubstr(words));
  }
  EXPECT_FALSE(CsvRows::FromHeader(std::string(100, ',')).has_value());
}

TEST(CsvRowsTest, NamesTheValueThatIsWrong) {
  const auto ticks = *CsvRows::FromHeader("timestamp,symbol,price,size,side");
  for (const auto& [line, words] : {
           std::pair{"2024-01-02T00:00:00Z,X,nan,1,BUY", "price 'nan' is not a number"},
           std::pair{"2024-01-02T00:00:00Z,X,inf,1,BUY", "price 'inf' is not a number"},
           std::pair{"2024-01-02T00:00:00Z,X,1e5,1,BUY", "price '1e5' is not a number"},
           std::pair{"2024-01-02T00:00:00Z,X,,1,BUY", "price '' is not a number"},
           std::pair{"2024-01-02T00:00:00Z,X,-5,1,BUY", "price '-5' is not positive"},
           std::pair{"2024-01-02T00:00:00Z,X,0,1,BUY", "price '0' is not positive"},
           std::pair{"2024-01-02T00:00:00Z,X,5,-1,BUY", "size '-1' is negative"},
           std::pair{"2024-01-02T00:00:00Z,X,5,1,HOLD", "side 'HOLD' is not BUY or SELL"},
           std::pair{"yesterday,X,5,1,BUY", "timestamp 'yesterday' is not"},
           std::pair{"2024-01-02T00:00:00Z,,5,1,BUY", "symbol is empty"},
           std::pair{"2024-01-02T00:00:00Z,X,5", "3 columns, the header 5"},
           std::pair{"2024-01-02T00:00:00Z,X,5,1,BUY,", "6 columns, the header 5"},
       }) {
    const auto row = ticks->Decode(line);

    ASSERT_FALSE(row.has_value()) << line;
    EXPECT_EQ(row.error().code, base::ErrorCode::kCorrupt);
    EXPECT_THAT(row.error().message, HasSubstr(words));
  }
  const auto bars = *CsvRows::FromHeader(kBarHeader);
  for (const std::string_view line :
       {"2020-11-23T09:01:00Z,X,5,4,3,3,1", "2020-11-23T09:01:00Z,X,5,6,5.5,6,1",
        "2020-11-23T09:01:00Z,X,5,6,-1,6,1", "2020-11-23T09:01:00Z,X,5,6,4,6,-1"}) {
    EXPECT_FALSE(bars->Decode(line).has_value()) << line;
  }
}

TEST(BinanceFramesTest, ReadsAWrappedAndABareTrade) {
  BinanceFrames frames;
  const std::string wrapped = TradeFrame(R"("61837.63000000")");
  const std::string bare =
      R"(17 {"e":"trade","E":2,"s":"BTCUSDT","t":1,"p":"61837.63","q":"0.02","T":1723161255342,)"
      R"("m":false,"M":true})";
  for (const auto& [line, side] :
       {std::pair{wrapped, model::Side::kSell}, std::pair{bare, model::Side::kBuy}}) {
    const auto row = frames.Decode(line);

    ASSERT_TRUE(row.has_value()) << row.error().message;
    const auto& tick = std::get<TickRow>(*row);
    EXPECT_EQ(tick.symbol, "BTCUSDT");
    EXPECT_EQ(tick.side, side);
    EXPECT_EQ(tick.price.ToString(), "61837.63");
    EXPECT_EQ(tick.size.ToString(), "0.02");
    EXPECT_EQ(tick.at, base::UnixNanos{std::chrono::milliseconds{1'723'161'255'342}});
  }
}

TEST(BinanceFramesTest, IgnoresOtherFrames) {
  BinanceFrames frames;
  for (const std::string_view line :
       {R"(17 {"stream":"btcusdt@bookTicker","data":{"u":1,"s":"BTCUSDT","b":"1","B":"2"}})",
        R"(17 {"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","b":[["1","2"]]}})",
        R"(17 {"lastUpdateId":50093239218,"bids":[["61837.63000000","3.78826000"]],"asks":[]})",
        R"(17 {"result":null,"id":1})", R"(17 {"e":"aggTrade","s":"BTCUSDT"})"}) {
    const auto row = frames.Decode(line);

    ASSERT_TRUE(row.has_value()) << row.error().message;
    EXPECT_TRUE(std::holds_alternative<IgnoredRow>(*row)) << line;
  }
}

TEST(BinanceFramesTest, LeavesAFrameAloneOnceItIsFoundBroken) {
  BinanceFrames frames;  // Found by the fuzzer: a search after a syntax error read a null parser.

  EXPECT_FALSE(
      frames.Decode(R"(17 {"e":"trade","s":"B","p":"6","q":"0.02","T":17"m",:true})").has_value());
  EXPECT_FALSE(frames.Decode(R"(17 {"a":17"":1,"stream")").has_value());
}

TEST(BinanceFramesTest, NamesTheFieldThatIsWrong) {
  BinanceFrames frames;
  for (const auto& [line, words] : {
           std::pair<std::string, std::string>{"no frame", "'no frame' is not '<local ns> {json}'"},
           std::pair<std::string, std::string>{"17 {", "not JSON"},
           std::pair<std::string, std::string>{TradeFrame("\"nan\""),
                                               "price 'nan' is not a number"},
           std::pair<std::string, std::string>{TradeFrame("\"-1\""), "price '-1' is not positive"},
           std::pair<std::string, std::string>{TradeFrame("61837.63"), "\"p\" cannot be read"},
           std::pair<std::string, std::string>{TradeFrame("\"1\"", "-4"), "trade time -4"},
           std::pair<std::string, std::string>{TradeFrame("\"1\"", "9999999999999999"),
                                               "trade time 9999999999999999"},
           std::pair<std::string, std::string>{R"(17 {"stream":"btcusdt@trade"})", "\"data\""},
           std::pair<std::string, std::string>{R"(17 {"stream":"x@trade","data":{"p":"1"}})",
                                               "\"s\" cannot be read"},
       }) {
    const auto row = frames.Decode(line);

    ASSERT_FALSE(row.has_value()) << line;
    EXPECT_EQ(row.error().code, base::ErrorCode::kCorrupt);
    EXPECT_THAT(row.error().message, HasSubstr(words));
  }
}

TEST(ShownTest, CutsAndCleansWhatItShows) {
  EXPECT_EQ(Shown("a\tb\x01"), "'a?b?'");
  EXPECT_EQ(Shown(std::string(50, 'x')), "'" + std::string(40, 'x') + "...'");
}

}  // namespace
}  // namespace bulwark::market
