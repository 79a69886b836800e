// Goal: every change is one transaction that says exactly what the contract's encoders say, and
//       what was
// not confirmed is said again.
// Method: the composed bytes are read back as commands; the documents are compared with the
//         encoders'.

#include "stateplane/publisher.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "base/uuid.h"
#include "contract/keys.h"
#include "contract/market_documents.h"
#include "contract/order_document.h"
#include "contract/portfolio_document.h"
#include "contract/view_documents.h"
#include "model/action.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/telemetry.h"
#include "redis/command.h"
#include "stateplane/alert_mirror.h"
#include "stateplane/event_outbox.h"

namespace bulwark::stateplane {
namespace {

using Command = std::vector<std::string>;

base::Decimal D(std::string_view text) {
  return *base::Decimal::Parse(text);
}

// RESP arrays of bulk strings, as AppendCommand() writes them.
std::vector<Command> CommandsOf(const redis::Pipeline& pipeline) {
  std::vector<Command> commands;
  std::string_view rest = pipeline.bytes();
  const auto number = [&rest] {
    const std::size_t end = rest.find("\r\n");
    const int value = std::stoi(std::string(rest.substr(1, end - 1)));
    rest.remove_prefix(end + 2);
    return static_cast<std::size_t>(value);
  };
  while (!rest.empty()) {
    Command command(number());
    for (std::string& word : command) {
      const std::size_t length = number();
      word = rest.substr(0, length);
      rest.remove_prefix(length + 2);
    }
    commands.push_back(std::move(command));
  }
  return commands;
}

model::Order MakeOrder() {
  model::Order order;
  order.id = base::Uuid::Derive(1, 1, 1);
  order.decision_id = base::Uuid::Derive(2, 1, 1);
  order.quantity = D("0.5");
  order.created_at = base::UnixNanos{std::chrono::hours{480'000}};
  order.updated_at = order.created_at;
  return order;
}

class PublisherTest : public testing::Test {
 protected:
  PublisherTest() {
    Compose();
    publisher_.Confirm();
  }

  static model::InstrumentTable Table() {
    model::InstrumentTable table;
    EXPECT_TRUE(table.Add(*model::DefaultInstrument("BTC/USDT")).has_value());
    return table;
  }
  static OpeningPicture Opening() {
    OpeningPicture picture;
    picture.portfolio.cash = D("1000");
    return picture;
  }
  std::vector<Command> Compose() {
    redis::Pipeline pipeline;
    publisher_.Compose(pipeline);
    return CommandsOf(pipeline);
  }
  // The value of the last SET of the key; "(none)" when there is none.
  static std::string ValueOf(const std::vector<Command>& commands, const std::string& key) {
    std::string value = "(none)";
    for (const Command& command : commands) {
      if (command.size() >= 3 && command[0] == "SET" && command[1] == key) {
        value = command[2];
      }
    }
    return value;
  }
  static std::ptrdiff_t Messages(const std::vector<Command>& commands, const std::string& channel) {
    return std::count_if(commands.begin(), commands.end(), [&](const Command& command) {
      return command[0] == "PUBLISH" && command[1] == channel;
    });
  }

  model::InstrumentTable table_ = Table();
  Publisher publisher_{table_, {.epoch = 4, .opening_cash = D("1000")}, Opening()};
};

TEST_F(PublisherTest, WritesAChangeAsOneTransactionWithKeysBeforeMessages) {
  publisher_.Apply(model::OrderChanged{MakeOrder()});
  publisher_.Apply(model::PortfolioChanged{.instrument = {0}, .cash = D("990")});

  const auto commands = Compose();

  EXPECT_EQ(commands.front(), Command{"MULTI"});
  EXPECT_EQ(commands.back(), Command{"EXEC"});
  EXPECT_EQ(std::count(commands.begin(), commands.end(), Command{"MULTI"}), 1);
  const auto first_message = std::find_if(commands.begin(), commands.end(),
                                          [](const Command& c) { return c[0] == "PUBLISH"; });
  EXPECT_TRUE(std::none_of(first_message, commands.end(),
                           [](const Command& c) { return c[0] == "SET" || c[0] == "SADD"; }));
}

TEST_F(PublisherTest, ShowsWhatTheEncodersOfTheContractSay) {
  const model::Order order = MakeOrder();
  publisher_.Apply(model::OrderChanged{order});
  publisher_.Apply(model::PortfolioChanged{
      .instrument = {0}, .position = {.quantity = D("0.5")}, .cash = D("990")});

  const auto commands = Compose();

  std::string expected;
  contract::EncodeOrder(expected, order, "BTC/USDT", std::vector<model::TradeId>{});
  EXPECT_EQ(ValueOf(commands, "oms:order:" + order.id.ToString()), expected);
  model::Portfolio portfolio;
  portfolio.cash = D("990");
  portfolio.at({0}).quantity = D("0.5");
  expected.clear();
  contract::EncodePortfolio(expected, portfolio, table_);
  EXPECT_EQ(ValueOf(commands, "oms:portfolio"), expected);
  EXPECT_THAT(commands, testing::Contains(Command{"SADD", "oms:orders:open", order.id.ToString()}));
}

TEST_F(PublisherTest, SaysAgainWhatWasNotConfirmedAndNothingThatWas) {
  publisher_.Apply(model::OrderChanged{MakeOrder()});
  const auto first = Compose();
  EXPECT_TRUE(publisher_.is_dirty());

  const auto again = Compose();
  EXPECT_EQ(Messages(again, "order:status"), Messages(first, "order:status"));
  EXPECT_EQ(ValueOf(again, "oms:portfolio"), ValueOf(first, "oms:portfolio"));

  publisher_.Confirm();
  EXPECT_FALSE(publisher_.is_dirty());
}

TEST_F(PublisherTest, TellsAStatusOnceThoughTheOrderChangesOtherwise) {
  model::Order order = MakeOrder();
  publisher_.Apply(model::OrderChanged{order});
  order.external_id = model::VenueOrderId("V-1");
  publisher_.Apply(model::OrderChanged{order});

  EXPECT_EQ(Messages(Compose(), "order:status"), 1);
}

TEST_F(PublisherTest, WritesAllOfItForANewConnectionAndReplacesTheOpenSet) {
  publisher_.Apply(model::OrderChanged{MakeOrder()});
  Compose();
  publisher_.Confirm();

  publisher_.MarkAllDirty();
  const auto commands = Compose();

  EXPECT_THAT(commands, testing::Contains(Command{"DEL", "oms:orders:open"}));
  EXPECT_NE(ValueOf(commands, "oms:order:" + MakeOrder().id.ToString()), "(none)");
  EXPECT_EQ(ValueOf(commands, "oms:epoch"), "4");
  EXPECT_NE(ValueOf(commands, "SYSTEM:STATE"), "(none)");
  EXPECT_EQ(Messages(commands, "order:status"), 0) << "old news is not told again";
}

TEST_F(PublisherTest, TakesAnEndedOrderOutOfTheOpenSet) {
  model::Order order = MakeOrder();
  publisher_.Apply(model::OrderChanged{order});
  Compose();
  publisher_.Confirm();
  order.status = model::OrderStatus::kCancelled;
  publisher_.Apply(model::OrderChanged{order});

  EXPECT_THAT(Compose(),
              testing::Contains(Command{"SREM", "oms:orders:open", order.id.ToString()}));
}

TEST_F(PublisherTest, WritesTheTableOfFillsOnlyWhenItHasAnother) {
  const model::Order order = MakeOrder();
  std::vector<contract::OrderRow> rows;
  for (std::uint64_t fill = 0; fill < contract::kOrderRowsMax + 3; ++fill) {
    const model::Fill booked{.order_id = order.id, .price = D("7"), .venue_sequence = fill};
    publisher_.Apply(model::OrderChanged{order});
    publisher_.Apply(model::FillBooked{.fill = booked});
    rows.push_back(contract::MakeOrderRow(order, booked, table_[booked.instrument].symbol));
  }
  std::string expected;
  contract::EncodeOrderRows(expected, rows);

  EXPECT_EQ(ValueOf(Compose(), "VIEW:ORDERS"), expected);
  EXPECT_EQ(ValueOf(Compose(), "VIEW:ORDERS"), expected) << "it was not confirmed";
  publisher_.Confirm();
  publisher_.Apply(model::OrderChanged{order});
  const auto commands = Compose();
  EXPECT_EQ(ValueOf(commands, "VIEW:ORDERS"), "(none)");
  EXPECT_NE(ValueOf(commands, "oms:portfolio"), "(none)");
  publisher_.MarkAllDirty();
  EXPECT_EQ(ValueOf(Compose(), "VIEW:ORDERS"), expected);
}

TEST_F(PublisherTest, ShowsTheMarketWithAndWithoutTheSymbol) {
  model::Telemetry telemetry(table_.size());
  telemetry.last_instrument = 0;
  telemetry.marks[0] = {.price = D("110.5")};
  for (int minute = 0; minute < 60; ++minute) {
    telemetry.candles[0].push_back({.open = D("100"),
                                    .close = base::Decimal::FromInt(minute),
                                    .open_at = base::UnixNanos{std::chrono::minutes{minute}}});
    publisher_.ApplyTelemetry(telemetry);

    const auto commands = Compose();

    std::string expected;
    contract::EncodeBars(expected, telemetry.candles[0]);
    ASSERT_EQ(ValueOf(commands, contract::keys::Ohlcv("BTC/USDT").text()), expected) << minute;
    ASSERT_EQ(ValueOf(commands, "MARKET:OHLCV"), expected) << minute;
    ASSERT_EQ(ValueOf(commands, contract::keys::LastPrice("BTC/USDT").text()), "110.5");
  }
}

TEST_F(PublisherTest, BoundsWhatWaitsForARedisThatIsAway) {
  for (std::size_t n = 0; n < EventOutbox::kWaitingMax + 10; ++n) {
    publisher_.Apply(model::SignalGenerated{});
  }
  EXPECT_EQ(publisher_.dropped_events(), 10U);
  EXPECT_EQ(Messages(Compose(), "signal:generated"),
            static_cast<std::ptrdiff_t>(EventOutbox::kWaitingMax));
  for (std::size_t n = 0; n < AlertMirror::kWaitingMax + 5; ++n) {
    publisher_.Alert({.level = model::AlertLevel::kInfo, .event = model::AlertName("DRILL")});
  }
  EXPECT_EQ(publisher_.dropped_events(), 15U);
}

}  // namespace
}  // namespace bulwark::stateplane
