// Goal: what one side writes the other reads back unchanged, and nothing else is understood.
// Method: every kind of line once by hand, each cut off and lengthened; protocol_fuzz.cc does the
//         rest.

#include "venue/paper/protocol.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/result.h"
#include "venue/paper/line_buffer.h"

namespace bulwark::venue::paper {
namespace {

constexpr const char* kId = "00000000-0000-4000-8000-000000000001";

template <class Message>
std::string Again(const Message& message) {
  std::string text;
  Append(message, text);
  return text;
}

TEST(ProtocolTest, WritesTheRequestsThatItReads) {
  const std::string id = kId;
  for (const std::string& line : std::vector<std::string>{
           "HELLO 7 2", "OBSERVE", "LIST BTCUSDT 0.01 0.00001 10",
           "TICK BTCUSDT SELL 61234.5 0.001 1723075200000000000 1723075201000000000",
           "NEW " + id + " BTCUSDT BUY MARKET GTC 0.5 - - 12",
           "NEW " + id + " BTCUSDT SELL LIMIT FOK 0.5 99.25 REDUCE 12", "CANCEL " + id + " 5",
           "QUERY " + id, "SNAPSHOT", "FILLS 12", "PING 99"}) {
    const auto request = ParseRequest(line);
    ASSERT_TRUE(request.has_value()) << line << ": " << request.error().message;
    EXPECT_EQ(Again(*request), line + "\n");
    EXPECT_FALSE(ParseRequest(line + " x").has_value()) << line;
    EXPECT_FALSE(ParseRequest(line + " ").has_value()) << line;
    EXPECT_FALSE(ParseRequest(" " + line).has_value()) << line;
    for (std::size_t at = line.find(' '); at != std::string::npos; at = line.find(' ', at + 1)) {
      EXPECT_FALSE(ParseRequest(line.substr(0, at)).has_value()) << line.substr(0, at);
    }
  }
}

TEST(ProtocolTest, WritesTheAnswersThatItReads) {
  const std::string id = kId;
  for (const std::string& line :
       std::vector<std::string>{"WELCOME 7 2 15",
                                "OBSERVING 15",
                                "LISTED BTCUSDT",
                                "ACCEPTED " + id + " PO-1 12",
                                "FILL 3 " + id + " PO-1 P-3 BTCUSDT BUY 100.5 2 0.01 12",
                                "PAST 3 " + id + " PO-1 P-3 BTCUSDT SELL 100.5 2 0 12",
                                "ENDED " + id + " EXPIRED 0.5 12 NOT_FILLED_AT_ONCE",
                                "ENDED " + id + " CANCELLED 0 12 -",
                                "NOCANCEL " + id + " 12 UNKNOWN_ORDER",
                                "DUPLICATE " + id,
                                "ORDER " + id + " UNKNOWN - 0 -",
                                "ORDER " + id + " REJECTED PO-9 0 NO_PRICE",
                                "ACCOUNT 99.5 100 3 4 0",
                                "POSITION BTCUSDT 0.25",
                                "WORKING " + id + " PO-1 BTCUSDT BUY 2 99 0.5",
                                "WORKING " + id + " PO-1 BTCUSDT SELL 2 - 0",
                                "DONE SNAPSHOT",
                                "DONE FILLS 15 MORE",
                                "DONE FILLS 0 END",
                                "PONG 99",
                                "ERROR CONFLICT session 1.1 is fenced by 2.1"}) {
    const auto answer = ParseAnswer(line);
    ASSERT_TRUE(answer.has_value()) << line << ": " << answer.error().message;
    EXPECT_EQ(Again(*answer), line + "\n");
    EXPECT_LT(line.size(), kLineMax);
  }
}

TEST(ProtocolTest, RefusesValuesThatMeanNothing) {
  const std::string id = kId;
  for (const std::string& line : std::vector<std::string>{
           "hello 1 1", "HELLO 1 -1", "HELLO 1 99999999999999999999", "HELLO 1 1.5",
           "TICK BTCUSDT BUY 0 1 1 1", "TICK BTCUSDT BUY 1e5 1 1 1", "TICK BTCUSDT HOLD 1 1 1 1",
           "TICK BTCUSDT BUY 1 -1 1 1", "TICK BTCUSDT BUY 1 1 1 9223372036854775807",
           "TICK AVERYLONGSYMBOLNAMETHATDOESNOTFIT BUY 1 1 1 1",
           "NEW 1234 BTCUSDT BUY MARKET GTC 1 - - 1",
           "NEW 00000000-0000-0000-0000-000000000000 BTCUSDT BUY MARKET GTC 1 - - 1",
           "NEW " + id + " BTCUSDT BUY MARKET GTC 0.000000001 - - 1",
           "NEW " + id + " BTCUSDT BUY MARKET GTC 1 - MAYBE 1", "PING  1", "", " "}) {
    EXPECT_FALSE(ParseRequest(line).has_value()) << line;
  }
}

TEST(ProtocolTest, ErrorsNameTheFieldAndShowNoStrangeBytes) {
  const auto request = ParseRequest("TICK BTCUSDT BUY \x01z\xff 1 1 1");
  ASSERT_FALSE(request.has_value());
  EXPECT_EQ(request.error().message, "price '?z?' is not valid");
}

TEST(LineBufferTest, CutsLinesFromPiecesAndStopsAtOneThatIsTooLong) {
  LineBuffer buffer(16, 8);
  std::vector<std::string> lines;
  const auto receive = [&](std::string_view bytes) {
    const auto space = buffer.Space();
    ASSERT_LE(bytes.size(), space.size());
    bytes.copy(space.data(), bytes.size());
    buffer.Received(bytes.size());
    while (const auto line = buffer.Next()) {
      lines.emplace_back(*line);
    }
  };

  receive("one\ntw");
  receive("o\n\nthree");
  receive("\n1234567\n");
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "two", "", "three", "1234567"}));
  EXPECT_FALSE(buffer.is_overlong());
  receive("12345678");
  EXPECT_TRUE(buffer.is_overlong());
}

}  // namespace
}  // namespace bulwark::venue::paper
