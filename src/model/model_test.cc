// Goal: the values other folders exchange keep their shape: words round trip, tables refuse
//       nonsense,
// and everything that crosses a queue is trivially copyable.
// Method: by hand.

#include <optional>
#include <type_traits>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "model/action.h"
#include "model/denial.h"
#include "model/event.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/names.h"
#include "model/order.h"
#include "model/portfolio.h"

namespace bulwark::model {
namespace {

static_assert(std::is_trivially_copyable_v<Order>);
static_assert(std::is_trivially_copyable_v<Fill>);
static_assert(std::is_trivially_copyable_v<Portfolio>);
static_assert(std::is_trivially_copyable_v<Action>);
static_assert(std::is_trivially_copyable_v<Event>);

TEST(NamesTest, ReadBackEveryOrderWord) {
  for (int value = 0; value < 7; ++value) {
    const auto status = static_cast<OrderStatus>(value);
    EXPECT_EQ(OrderStatusFromName(Name(status)), status);
  }
  for (int value = 0; value < 4; ++value) {
    EXPECT_EQ(IntentFromName(Name(static_cast<Intent>(value))), static_cast<Intent>(value));
    EXPECT_EQ(OrderTypeFromName(Name(static_cast<OrderType>(value))),
              static_cast<OrderType>(value));
    EXPECT_EQ(TimeInForceFromName(Name(static_cast<TimeInForce>(value))),
              static_cast<TimeInForce>(value));
    EXPECT_EQ(OriginFromName(Name(static_cast<Origin>(value))), static_cast<Origin>(value));
  }
  EXPECT_EQ(OrderStatusFromName("filled"), std::nullopt);
  EXPECT_EQ(DenialName(DenialCode::kPendingOrder), "PENDING_ORDER");
}

TEST(InstrumentTest, MakesPairsOfJoinedSymbols) {
  const auto joined = DefaultInstrument("BTCUSDT");
  const auto slashed = DefaultInstrument("ETH/USDT");
  const auto share = DefaultInstrument("MSFT");

  EXPECT_EQ(joined->symbol.view(), "BTC/USDT");
  EXPECT_EQ(joined->venue_symbol.view(), "BTCUSDT");
  EXPECT_EQ(slashed->venue_symbol.view(), "ETHUSDT");
  EXPECT_EQ(share->symbol.view(), "MSFT");
  EXPECT_EQ(share->lot_size.ToString(), "1");
  EXPECT_FALSE(DefaultInstrument("").has_value());
  EXPECT_FALSE(DefaultInstrument("BTC USDT").has_value());
}

TEST(InstrumentTableTest, FindsByEitherNameAndRefusesDuplicates) {
  InstrumentTable table;
  const auto id = table.Add(*DefaultInstrument("BTCUSDT"));

  ASSERT_TRUE(id.has_value());
  EXPECT_EQ(table.Find("BTC/USDT"), *id);
  EXPECT_EQ(table.Find("BTCUSDT"), *id);
  EXPECT_FALSE(table.Add(*DefaultInstrument("BTC/USDT")).has_value());
  EXPECT_EQ(table.Find("XRP/USDT"), std::nullopt);
}

}  // namespace
}  // namespace bulwark::model
