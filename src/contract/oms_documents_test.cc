// Goal: oms:order:<id> and oms:portfolio survive reading and writing byte for byte; what other
// programs add or leave out is tolerated; what is wrong is refused with its place and value.
// Method: the literal documents of sections 2.1 and 2.2 of the contract, taken apart and put
// together again, one field at a time; then random orders and portfolios.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "contract/order_document.h"
#include "contract/portfolio_document.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/portfolio.h"

namespace bulwark::contract {
namespace {

using base::Decimal;

struct Field {
  std::string_view name;
  std::string_view value;  // As the contract's captured example writes it.
  std::string_view wrong;  // A value that no reader may take,
  std::string_view said;   // and what is said about it.
};

// Section 2.1, "submitted then half-filled short", in its order.
constexpr std::array kOrderFields = {
    Field{"id", R"("1da26b1b-0000-4000-8000-000000000001")", R"("no-uuid")",
          "'id' is 'no-uuid', not a UUID"},
    Field{"decision_id", R"("35133b10-0000-4000-8000-000000000002")", R"("x")",
          "'decision_id' is 'x', not a UUID"},
    Field{"instrument_id", R"("BTC/USDT")", "7", "'instrument_id' is 7"},
    Field{"side", R"("SELL")", R"("sell")", "'side' is 'sell', not a known word"},
    Field{"intent", R"("OPEN_SHORT")", R"("OPEN")", "'intent' is 'OPEN', not a known word"},
    Field{"quantity", "100.0", "0.0", "'quantity' is 0.0, not above 0"},
    Field{"order_type", R"("MARKET")", R"("ICEBERG")", "'order_type' is 'ICEBERG'"},
    Field{"status", R"("PARTIALLY_FILLED")", R"("DONE")", "'status' is 'DONE'"},
    Field{"limit_price", "null", R"("1")", "'limit_price' is '1'"},
    Field{"stop_price", "null", "[]", "'stop_price' is "},
    Field{"time_in_force", R"("GTC")", R"("EVER")", "'time_in_force' is 'EVER'"},
    Field{"reserved_cash", "10000.0", "-1", "'reserved_cash' is -1, not at least 0"},
    Field{"reserved_quantity", "null", "-1", "'reserved_quantity' is -1, not at least 0"},
    Field{"reserved_cash_remaining", "5000.0", "-0.5", "'reserved_cash_remaining' is -0.5"},
    Field{"reserved_quantity_remaining", "null", "-2", "'reserved_quantity_remaining' is -2"},
    Field{"applied_fill_ids", R"(["t1"])", "[1]", "'applied_fill_ids' is "},
    Field{"filled_quantity", "50.0", "-50.0", "'filled_quantity' is -50.0, not at least 0"},
    Field{"average_fill_price", "100.0", "-1.0", "'average_fill_price' is -1.0"},
    Field{"reduce_only", "false", R"("no")", "'reduce_only' is 'no'"},
    Field{"created_at", R"("2026-11-21T20:39:18.900903Z")", R"("yesterday")",
          "'created_at' is 'yesterday'"},
    Field{"updated_at", R"("2026-11-21T20:39:18.901049Z")", "12", "'updated_at' is 12"},
    Field{"external_id", R"("x1")", "1", "'external_id' is 1"},
};

// Section 2.2, with amounts; what the writer of today can say.
constexpr std::array kPortfolioFields = {
    Field{"cash", "100000.0", R"("much")", "'cash' is 'much'"},
    Field{"positions", R"({"BTC/USDT":1.5,"ETH/USDT":0.0})", R"({"BTC/USDT":"1"})",
          "'positions': 'BTC/USDT' is '1'"},
    Field{"blocked_cash", "0.0", "-0.01", "'blocked_cash' is -0.01, not at least 0"},
    Field{"blocked_positions", R"({"ETH/USDT":2.0})", "[]", "'blocked_positions' is "},
    Field{"short_opened_at", "{}", R"({"BTC/USDT":"then"})", "'short_opened_at'"},
    Field{"short_borrow_fees_paid", "0.0", "-4.0", "'short_borrow_fees_paid' is -4.0"},
};

using Fields = std::vector<Field>;

template <std::size_t N>
Fields All(const std::array<Field, N>& fields) {
  return {fields.begin(), fields.end()};
}

std::string Joined(const Fields& fields) {
  std::string text = "{";
  for (const Field& field : fields) {
    text += (text.size() > 1 ? "," : "") + std::string("\"") + std::string(field.name) +
            "\":" + std::string(field.value);
  }
  return text + "}";
}

// Without the field, or with another value of it.
Fields Changed(Fields fields, std::size_t at, std::optional<std::string_view> value) {
  if (value) {
    fields[at].value = *value;
  } else {
    fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return fields;
}

std::string Written(const OrderDocument& document) {
  std::vector<model::TradeId> trades;
  trades.reserve(document.applied_fill_ids.size());
  for (const std::string& id : document.applied_fill_ids) {
    trades.emplace_back(id);
  }
  std::string out;
  EncodeOrder(out, document.order, document.symbol, trades);
  return out;
}

model::InstrumentTable TwoPairs() {
  model::InstrumentTable table;
  EXPECT_TRUE(table.Add(*model::DefaultInstrument("BTCUSDT")).has_value());
  EXPECT_TRUE(table.Add(*model::DefaultInstrument("ETHUSDT")).has_value());
  return table;
}

// A portfolio of the model with the document's amounts.
model::Portfolio PortfolioOf(const PortfolioDocument& document,
                             const model::InstrumentTable& instruments) {
  model::Portfolio portfolio;
  portfolio.cash = document.cash;
  portfolio.blocked_cash = document.blocked_cash;
  for (const auto& [symbol, quantity] : document.positions) {
    model::Position& position = portfolio.at(*instruments.Find(symbol));
    position.quantity = quantity;
    position.was_ever_held = true;
  }
  for (const auto& [symbol, quantity] : document.blocked_positions) {
    model::Position& position = portfolio.at(*instruments.Find(symbol));
    position.blocked_quantity = quantity;
    position.was_ever_held = true;
  }
  return portfolio;
}

std::string Written(const model::Portfolio& portfolio) {
  std::string out;
  EncodePortfolio(out, portfolio, TwoPairs());
  return out;
}

TEST(OmsOrderDocumentTest, WritesTheCapturedOrderAgainAsItWasRead) {
  const std::string captured = Joined(All(kOrderFields));

  const auto document = DecodeOrder(captured);

  ASSERT_TRUE(document.has_value()) << document.error().message;
  const std::string again = Written(*document);
  // Our fields stand behind the contract's.
  EXPECT_EQ(again.substr(0, captured.size() - 1) + "}", captured);
  const auto twice = DecodeOrder(again);
  ASSERT_TRUE(twice.has_value()) << twice.error().message;
  EXPECT_EQ(Written(*twice), again);
}

TEST(OmsOrderDocumentTest, IgnoresAnUnknownFieldAtAnyPlace) {
  const std::string expected = Written(*DecodeOrder(Joined(All(kOrderFields))));
  for (std::size_t at = 0; at <= kOrderFields.size(); ++at) {
    Fields fields = All(kOrderFields);
    fields.insert(fields.begin() + static_cast<std::ptrdiff_t>(at),
                  Field{"venue_extra", R"({"side":"BUY","deep":[1,{"quantity":-1}]})", "", ""});
    SCOPED_TRACE(Joined(fields));

    const auto document = DecodeOrder(Joined(fields));

    ASSERT_TRUE(document.has_value()) << document.error().message;
    EXPECT_EQ(Written(*document), expected);
  }
}

TEST(OmsOrderDocumentTest, DefaultsEachMissingFieldButTheFourThatSayWhatItIs) {
  for (std::size_t at = 0; at < kOrderFields.size(); ++at) {
    const std::string_view name = kOrderFields.at(at).name;
    SCOPED_TRACE(name);
    const bool is_required =
        name == "id" || name == "instrument_id" || name == "side" || name == "quantity";

    const auto document = DecodeOrder(Joined(Changed(All(kOrderFields), at, std::nullopt)));

    ASSERT_EQ(document.has_value(), !is_required);
    if (is_required) {
      EXPECT_NE(document.error().message.find("'" + std::string(name) + "' is missing"),
                std::string::npos)
          << document.error().message;
    }
  }
}

TEST(OmsOrderDocumentTest, TakesTheContractsDefaultForWhatIsMissing) {
  const auto document = DecodeOrder(
      R"({"id":"1da26b1b-0000-4000-8000-000000000001","instrument_id":"AAPL","side":"BUY",)"
      R"("quantity":1})");

  ASSERT_TRUE(document.has_value()) << document.error().message;
  const model::Order& order = document->order;
  EXPECT_EQ(order.intent, model::Intent::kOpenLong);
  EXPECT_EQ(order.type, model::OrderType::kMarket);
  EXPECT_EQ(order.status, model::OrderStatus::kPending);
  EXPECT_EQ(order.time_in_force, model::TimeInForce::kGtc);
  EXPECT_FALSE(order.reduce_only);
  EXPECT_TRUE(order.filled_quantity.is_zero());
  EXPECT_FALSE(order.average_fill_price().has_value());
}

TEST(OmsOrderDocumentTest, RefusesEachFieldWithAWrongValueAndSaysWhichValue) {
  for (std::size_t at = 0; at < kOrderFields.size(); ++at) {
    const Field& field = kOrderFields.at(at);
    SCOPED_TRACE(field.name);

    const auto document = DecodeOrder(Joined(Changed(All(kOrderFields), at, field.wrong)));

    ASSERT_FALSE(document.has_value());
    EXPECT_EQ(document.error().code, base::ErrorCode::kCorrupt);
    EXPECT_NE(document.error().message.find(field.said), std::string::npos)
        << document.error().message;
  }
}

TEST(OmsOrderDocumentTest, RefusesADocumentThatIsCutAnywhere) {
  const std::string whole = Joined(All(kOrderFields));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(DecodeOrder(whole.substr(0, size)).has_value()) << whole.substr(0, size);
  }
}

TEST(OmsPortfolioDocumentTest, WritesTheContractsPortfoliosAgainAsTheyWereRead) {
  const std::string fresh =
      R"({"cash":100000.0,"positions":{},"blocked_cash":0.0,"blocked_positions":{},)"
      R"("short_opened_at":{},"short_borrow_fees_paid":0.0})";
  for (const std::string& text : {fresh, Joined(All(kPortfolioFields))}) {
    const auto document = DecodePortfolio(text);

    ASSERT_TRUE(document.has_value()) << document.error().message;
    EXPECT_EQ(Written(PortfolioOf(*document, TwoPairs())), text);
  }
}

TEST(OmsPortfolioDocumentTest, IgnoresUnknownFieldsAndDefaultsAllButCash) {
  const auto expected = DecodePortfolio(Joined(All(kPortfolioFields)));
  ASSERT_TRUE(expected.has_value());
  for (std::size_t at = 0; at < kPortfolioFields.size(); ++at) {
    SCOPED_TRACE(kPortfolioFields.at(at).name);
    Fields more = All(kPortfolioFields);
    more.insert(more.begin() + static_cast<std::ptrdiff_t>(at),
                Field{"version", R"({"cash":-1})", "", ""});

    const auto document = DecodePortfolio(Joined(more));
    ASSERT_TRUE(document.has_value()) << document.error().message;
    EXPECT_EQ(*document, *expected);
    EXPECT_EQ(DecodePortfolio(Joined(Changed(All(kPortfolioFields), at, std::nullopt))).has_value(),
              at != 0);
  }
}

TEST(OmsPortfolioDocumentTest, RefusesEachFieldWithAWrongValueAndSaysWhichValue) {
  for (std::size_t at = 0; at < kPortfolioFields.size(); ++at) {
    const Field& field = kPortfolioFields.at(at);
    SCOPED_TRACE(field.name);

    const auto document = DecodePortfolio(Joined(Changed(All(kPortfolioFields), at, field.wrong)));

    ASSERT_FALSE(document.has_value());
    EXPECT_EQ(document.error().code, base::ErrorCode::kCorrupt);
    EXPECT_NE(document.error().message.find(field.said), std::string::npos)
        << document.error().message;
  }
}

TEST(OmsPortfolioDocumentTest, RefusesADocumentThatIsCutAnywhere) {
  const std::string whole = Joined(All(kPortfolioFields));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(DecodePortfolio(whole.substr(0, size)).has_value()) << whole.substr(0, size);
  }
}

Decimal AnyAmount() {
  return Decimal::FromRaw(*rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000'000));
}

RC_GTEST_PROP(OmsOrderDocumentProperty, EveryOrderIsWrittenAgainAsItWasRead, ()) {
  OrderDocument document;
  model::Order& order = document.order;
  order.id = base::Uuid::Derive(1, 1, *rc::gen::inRange<std::uint64_t>(1, 1'000'000));
  order.decision_id = base::Uuid::Derive(2, 1, 7);
  order.side = *rc::gen::element(model::Side::kBuy, model::Side::kSell);
  order.intent = *rc::gen::element(model::Intent::kOpenLong, model::Intent::kCloseLong);
  order.status = *rc::gen::element(model::OrderStatus::kPending, model::OrderStatus::kSubmitted,
                                   model::OrderStatus::kPartiallyFilled,
                                   model::OrderStatus::kFilled, model::OrderStatus::kCancelled,
                                   model::OrderStatus::kFailed, model::OrderStatus::kExpired);
  order.time_in_force = *rc::gen::element(model::TimeInForce::kGtc, model::TimeInForce::kIoc,
                                          model::TimeInForce::kFok, model::TimeInForce::kDay);
  order.quantity = AnyAmount() + Decimal::FromRaw(1);
  order.filled_quantity = AnyAmount();
  order.filled_notional = AnyAmount();
  order.fees_paid = AnyAmount();
  if (*rc::gen::arbitrary<bool>()) {
    order.limit_price = AnyAmount() + Decimal::FromRaw(1);
  }
  if (order.intent == model::Intent::kCloseLong) {
    order.reserved_quantity = order.reserved_quantity_remaining = AnyAmount();
  } else {
    order.reserved_cash = order.reserved_cash_remaining = AnyAmount();
  }
  // Documents show microseconds.
  order.created_at = order.updated_at = base::UnixNanos{
      base::Nanos{*rc::gen::inRange<std::int64_t>(0, 4'000'000'000'000'000) * 1'000}};
  document.symbol = "ETH/USDT";
  document.applied_fill_ids = {"t1", "t2"};

  const std::string text = Written(document);
  const auto read = DecodeOrder(text);

  RC_ASSERT(read.has_value());
  RC_ASSERT(Written(*read) == text);
}

RC_GTEST_PROP(OmsPortfolioDocumentProperty, EveryPortfolioIsWrittenAgainAsItWasRead, ()) {
  model::Portfolio portfolio;
  portfolio.cash = AnyAmount();
  portfolio.blocked_cash = AnyAmount();
  for (std::size_t at = 0; at < 2; ++at) {
    portfolio.positions.at(at).quantity = AnyAmount();
    portfolio.positions.at(at).blocked_quantity = AnyAmount();
  }

  const std::string text = Written(portfolio);
  const auto read = DecodePortfolio(text);

  RC_ASSERT(read.has_value());
  RC_ASSERT(Written(PortfolioOf(*read, TwoPairs())) == text);
}

}  // namespace
}  // namespace bulwark::contract
