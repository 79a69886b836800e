// Goal: what is written is read back as it was, bytes that mean nothing are refused, and a change
//       of the layout is seen.
// Method: random values of every kind of event, bytes cut and turned over, known bytes by hand.

#include "journal/codec.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/fixed_string.h"
#include "base/time.h"
#include "journal/run_reader.h"
#include "journal/testing.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/lots.h"
#include "model/market_data.h"
#include "model/order.h"
#include "oms/oms.h"

namespace bulwark::journal {
namespace {

constexpr int kRounds = 20'000;

TEST(CodecTest, ReadsBackEveryKindOfEventAsItWas) {
  RandomValues random(20'261'122);
  std::vector<int> kinds(std::variant_size_v<model::Event>);
  for (int round = 0; round < kRounds; ++round) {
    const model::Event event = random.Event();
    const std::string bytes = BytesOf(event);

    const auto back = DecodeEvent(bytes, model::kInstrumentsMax);

    ASSERT_TRUE(back.has_value()) << "kind " << event.index() << " in round " << round;
    ASSERT_EQ(back->index(), event.index());
    ASSERT_EQ(BytesOf(*back), bytes);
    ++kinds[event.index()];
  }
  for (const int count : kinds) {
    EXPECT_GT(count, 0);
  }
}

TEST(CodecTest, WritesATickAsItsFieldsInLittleEndianOrder) {
  const model::Event tick = model::Tick{.instrument = {3},
                                        .side = model::Side::kSell,
                                        .price = base::Decimal::FromRaw(0x0102),
                                        .size = base::Decimal::FromRaw(-1),
                                        .event_at = base::UnixNanos{base::Nanos{5}},
                                        .received_at = base::UnixNanos{base::Nanos{6}}};

  const std::string expected(
      "\0"                                // The first kind.
      "\3\0"                              // Instrument.
      "\1"                                // Side.
      "\2\1\0\0\0\0\0\0"                  // Price.
      "\377\377\377\377\377\377\377\377"  // Size.
      "\5\0\0\0\0\0\0\0"
      "\6\0\0\0\0\0\0\0",
      1 + 2 + 1 + 4 * 8);
  EXPECT_EQ(BytesOf(tick), expected);
}

TEST(CodecTest, NeedsNeverMoreThanItsBound) {
  const model::Event largest =
      model::VenueBooks{.at = base::UnixNanos{base::Nanos{1}}};  // Sixty-four positions.

  EXPECT_LE(BytesOf(largest).size(), Codec<model::Event>::kBytesMax);
  EXPECT_EQ(Codec<model::Tick>::kBytesMax, 2 + 1 + 4 * 8U);
  EXPECT_EQ(Codec<model::Reason>::kBytesMax, 1 + 64U);
}

TEST(CodecTest, RefusesEveryCutEvent) {
  RandomValues random(7);
  for (int round = 0; round < 200; ++round) {
    const std::string bytes = BytesOf(random.Event());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      ASSERT_FALSE(DecodeEvent(std::string_view(bytes).substr(0, size), model::kInstrumentsMax));
    }
    ASSERT_FALSE(DecodeEvent(bytes + '\0', model::kInstrumentsMax));
  }
}

TEST(CodecTest, RefusesValuesThatTheTypeDoesNotHave) {
  const auto take = []<class T>(T value, std::string_view bytes) {
    Source source(bytes, 2);
    return Take(source, value);
  };

  EXPECT_TRUE(take(model::Side::kBuy, "\1"));
  EXPECT_FALSE(take(model::Side::kBuy, "\2"));
  EXPECT_FALSE(take(model::OrderStatus::kPending, "\377"));
  EXPECT_FALSE(take(false, "\2"));
  EXPECT_TRUE(take(model::InstrumentId{}, std::string_view("\1\0", 2)));
  EXPECT_FALSE(take(model::InstrumentId{}, std::string_view("\2\0", 2)));
  EXPECT_FALSE(take(base::FixedString<2>(), "\3abc"));
  EXPECT_FALSE(take(std::vector<int>(), "\377\377\377\177"));
  EXPECT_FALSE(take(model::Event(), "\377"));
}

struct Old {
  std::int32_t a = 0;
  std::vector<std::optional<bool>> b;
};
struct New {
  std::int64_t a = 0;
  std::vector<std::optional<bool>> b;
};

TEST(CodecTest, DescribesTheLayoutSoThatAChangeIsSeen) {
  EXPECT_EQ(Describe<Old>(), "{ n4 v ? b } ");
  EXPECT_NE(Describe<Old>(), Describe<New>());
}

TEST(CodecTest, ReadsOpeningBooksBack) {
  RandomValues random(3);
  oms::OpeningBooks books;
  random.Fill(books.portfolio);
  for (int at = 0; at < 300; ++at) {
    random.Fill(books.open_orders.emplace_back());
    random.Fill(books.trades.emplace_back());
    random.Fill(books.booked_trades.emplace_back());
  }
  const std::string bytes = BytesOf(books);

  oms::OpeningBooks back;
  Source source(bytes);

  ASSERT_TRUE(Take(source, back));
  EXPECT_EQ(source.left(), 0U);
  EXPECT_EQ(BytesOf(back), bytes);
  EXPECT_EQ(back.portfolio, books.portfolio);
}

TEST(CodecTest, RefusesMoreLotsThanThereIsRoomFor) {
  model::LotBook::Ring ring;
  std::string bytes = BytesOf(ring);
  bytes.front() = static_cast<char>(model::LotBook::kLotsMax + 1);
  bytes.append(sizeof ring.lots + 100, '\0');

  Source source(bytes);

  EXPECT_FALSE(Take(source, ring));
}

}  // namespace
}  // namespace bulwark::journal
