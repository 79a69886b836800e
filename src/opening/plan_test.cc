// Goal: the documents of another program become an opening to the last digit, or are refused with
// the place and the value that stand in the way; nothing is guessed and nothing vanishes.
// Method: documents as the contract shows them, with one thing changed in each test.

#include "opening/plan.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "opening/documents.h"

namespace bulwark::opening {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

base::Decimal D(std::string_view text) {
  return *base::Decimal::Parse(text);
}

constexpr std::string_view kFirst = "1da26b1b-0000-4000-8000-000000000001";
constexpr std::string_view kSecond = "1da26b1b-0000-4000-8000-000000000002";

// An order document: `fields` come after what every document has.
std::string Order(std::string_view id, std::string_view fields) {
  return R"({"id":")" + std::string(id) + R"(","instrument_id":"BTC/USDT",)" + std::string(fields) +
         "}";
}

std::string Bought(std::string_view id, std::string_view at = "2026-11-21T20:39:18Z") {
  return Order(id, R"("side":"BUY","quantity":2.0,"status":"FILLED","filled_quantity":2.0,)"
                   R"("average_fill_price":100.5,"updated_at":")" +
                       std::string(at) + "\"");
}

class PlanTest : public testing::Test {
 protected:
  void AddPortfolio(const std::string& text) { Add("oms:portfolio", text); }
  void AddOrder(std::string_view id, const std::string& text) {
    Add("oms:order:" + std::string(id), text);
  }
  [[nodiscard]] Plan Make() const {
    const auto documents = ParseDump(dump_);
    EXPECT_TRUE(documents.has_value()) << documents.error().message;
    return MakePlan(*documents, choices_);
  }

  Choices choices_;

 private:
  void Add(const std::string& key, const std::string& text) { dump_ += key + "\t" + text + "\n"; }

  std::string dump_;
};

TEST_F(PlanTest, TakesOverAFreshPortfolioOfTheContract) {
  AddPortfolio(R"({"cash":100000.0,"positions":{},"blocked_cash":0.0,"blocked_positions":{},)"
               R"("short_opened_at":{},"short_borrow_fees_paid":0.0})");

  const Plan plan = Make();

  EXPECT_THAT(plan.refused, IsEmpty());
  EXPECT_THAT(plan.tolerated, IsEmpty());
  EXPECT_EQ(plan.cash, D("100000"));
  EXPECT_THAT(plan.positions, IsEmpty());
}

TEST_F(PlanTest, GivesAPositionTheCostThatItsOrdersAddUpTo) {
  AddPortfolio(R"({"cash":90500.0,"positions":{"ETH/USDT":0.0,"BTC/USDT":1.5}})");
  AddOrder(kFirst, Bought(kFirst));
  AddOrder(kSecond, Order(kSecond, R"("side":"SELL","quantity":0.5,"status":"FILLED",)"
                                   R"("filled_quantity":0.5,"average_fill_price":200.0,)"
                                   R"("updated_at":"2026-11-21T21:00:00Z")"));

  const Plan plan = Make();

  EXPECT_THAT(plan.refused, IsEmpty());
  EXPECT_THAT(plan.positions,
              ElementsAre(OpeningPosition{.symbol = "ETH/USDT"},
                          OpeningPosition{
                              .symbol = "BTC/USDT", .quantity = D("1.5"), .cost = D("150.75")}));
  EXPECT_EQ(plan.ended_orders, 2U);
}

TEST_F(PlanTest, CountsWhatIsBlockedAsOwnedAndListsTheOrdersItIsBlockedFor) {
  AddPortfolio(
      R"({"cash":500.0,"positions":{"BTC/USDT":0.5},"blocked_cash":300.0,)"
      R"("blocked_positions":{"BTC/USDT":1.5},"short_opened_at":{},"short_borrow_fees_paid":0.0})");
  AddOrder(kFirst, Bought(kFirst));
  AddOrder(kSecond,
           Order(kSecond, R"("side":"BUY","quantity":3,"status":"SUBMITTED","external_id":"x1",)"
                          R"("reserved_cash":300.0,"reserved_cash_remaining":300.0)"));

  const Plan plan = Make();

  EXPECT_THAT(plan.refused, IsEmpty());
  EXPECT_THAT(plan.tolerated, IsEmpty());
  EXPECT_EQ(plan.cash, D("800"));
  EXPECT_THAT(plan.positions, ElementsAre(OpeningPosition{
                                  .symbol = "BTC/USDT", .quantity = D("2"), .cost = D("201")}));
  ASSERT_EQ(plan.open_orders.size(), 1U);
  EXPECT_EQ(plan.open_orders[0].external_id, "x1");
  EXPECT_EQ(plan.open_orders[0].what, "BUY 3 of BTC/USDT, 0 filled, SUBMITTED");
}

TEST_F(PlanTest, KeepsCashThatIsBlockedForAnOrderThatIsGone) {
  AddPortfolio(R"({"cash":500.0,"blocked_cash":500.0})");

  const Plan plan = Make();

  EXPECT_THAT(plan.refused, IsEmpty());
  EXPECT_EQ(plan.cash, D("1000"));
  EXPECT_THAT(plan.tolerated, Contains(HasSubstr("'blocked_cash' is 500, but open orders reserve "
                                                 "0; all of it becomes cash")));
}

TEST_F(PlanTest, ToleratesUnknownAndMissingFieldsAndSaysSo) {
  AddPortfolio(R"({"cash":1.0,"version":7,"positions":{}})");
  AddOrder(kFirst, Order(kFirst, R"("side":"BUY","quantity":1,"status":"FAILED","venue":"x")"));

  const Plan plan = Make();

  EXPECT_THAT(plan.refused, IsEmpty());
  EXPECT_THAT(plan.tolerated, Contains("oms:portfolio: field 'version' is unknown, ignored"));
  EXPECT_THAT(plan.tolerated,
              Contains("oms:portfolio: field 'blocked_cash' is missing, taken as empty"));
  EXPECT_THAT(plan.tolerated,
              Contains("oms:order:*: field 'venue' is unknown, ignored in 1 document"));
}

TEST_F(PlanTest, SaysWhichDigitsItCannotKeep) {
  choices_.prices = {{"BTC/USDT", D("110")}};
  AddPortfolio(R"({"cash":1.0,"positions":{"BTC/USDT":86.36363636363636}})");

  const Plan plan = Make();

  EXPECT_THAT(plan.refused, IsEmpty());
  EXPECT_EQ(plan.positions.at(0).quantity, D("86.36363636"));
  EXPECT_THAT(plan.tolerated, Contains(HasSubstr("'BTC/USDT' is 86.36363636363636, kept as "
                                                 "86.36363636")));
}

TEST_F(PlanTest, RefusesAPositionWhoseCostNobodyKnows) {
  AddPortfolio(R"({"cash":1.0,"positions":{"BTC/USDT":1.0,"MSFT":2.0}})");
  AddOrder(kFirst, Bought(kFirst));

  const Plan plan = Make();

  EXPECT_THAT(plan.refused,
              ElementsAre("BTC/USDT 1: what it cost is not known (its order documents add up to "
                          "2); give its average price with --price BTC/USDT=...",
                          "MSFT 2: what it cost is not known (no order documents of it were "
                          "found); give its average price with --price MSFT=..."));
}

TEST_F(PlanTest, TakesTheAveragePriceThatAPersonGives) {
  choices_.prices = {{"BTC/USDT", D("100.25")}};
  AddPortfolio(R"({"cash":1.0,"positions":{"BTCUSDT":2.0}})");

  const Plan plan = Make();

  EXPECT_THAT(plan.refused, IsEmpty());
  EXPECT_EQ(plan.positions.at(0).cost, D("200.5"));
  EXPECT_THAT(plan.tolerated, Contains(HasSubstr("'BTCUSDT' is taken as BTC/USDT")));
}

TEST_F(PlanTest, NeverTakesANegativeCashForGranted) {
  AddPortfolio(R"({"cash":-0.01,"positions":{}})");

  EXPECT_THAT(Make().refused, ElementsAre("oms:portfolio: field 'cash' is -0.01, below 0; look up "
                                          "the cash at the venue and give it with --cash"));

  choices_.cash = D("12.5");
  const Plan plan = Make();
  EXPECT_THAT(plan.refused, IsEmpty());
  EXPECT_EQ(plan.cash, D("12.5"));
  EXPECT_THAT(plan.tolerated,
              Contains(HasSubstr("cash is 12.5 as given; the document says -0.01")));
}

TEST_F(PlanTest, RefusesAShortPositionOfAnAccountThatCannotHoldOne) {
  AddPortfolio(R"({"cash":1.0,"positions":{"BTC/USDT":-2.0},)"
               R"("short_opened_at":{"BTC/USDT":"2026-11-21T20:39:18Z"}})");
  AddOrder(kFirst,
           Order(kFirst, R"("side":"SELL","quantity":2.0,"status":"FILLED","filled_quantity":2.0,)"
                         R"("average_fill_price":100.5)"));

  EXPECT_THAT(Make().refused, ElementsAre("BTC/USDT -2: this account cannot hold a short position; "
                                          "close it first"));

  choices_.may_be_short = true;
  const Plan plan = Make();
  EXPECT_THAT(plan.refused, IsEmpty());
  EXPECT_THAT(plan.positions, ElementsAre(OpeningPosition{
                                  .symbol = "BTC/USDT",
                                  .quantity = D("-2"),
                                  .cost = D("-201"),
                                  .short_opened_at = base::ParseIso("2026-11-21T20:39:18Z")}));
}

TEST_F(PlanTest, NamesThePlaceAndTheValueOfACorruptPortfolio) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"cash": 5000000, "positions")", "oms:portfolio: '{\"cash\": 5000000"},
      {R"([])", "oms:portfolio: an array of 0 is not a JSON object"},
      {R"({"positions":{}})", "field 'cash' is missing"},
      {R"({"cash":null})", "field 'cash' is missing"},
      {R"({"cash":NaN})", "not JSON"},
      {R"({"cash":1,"blocked_cash":-5})", "field 'blocked_cash' is -5, not at least 0"},
      {R"({"cash":1,"positions":{"BTC/USDT":"2"}})", "'BTC/USDT' is '2'"},
      {R"({"cash":1,"blocked_positions":{"BTC/USDT":-2}})", "'BTC/USDT' is -2, below 0"},
      {R"({"cash":1,"positions":{"B T C":2}})", "'B T C' is no name of an instrument"},
      {R"({"cash":1,"positions":{"BTCUSDT":2,"BTC/USDT":2}})", "is there twice"},
      {R"({"cash":1,"cash":2})", "oms:portfolio: 'cash' is there twice"},
      {R"({"cash":20000000000})", "field 'cash' is 20000000000, beyond 1000000000"},
  };
  for (const auto& [text, said] : cases) {
    SCOPED_TRACE(text);
    const auto documents = ParseDump("oms:portfolio " + text);
    ASSERT_TRUE(documents.has_value());

    EXPECT_THAT(MakePlan(*documents, {}).refused, Contains(HasSubstr(said)));
  }
}

TEST_F(PlanTest, RefusesWithoutAPortfolio) {
  AddOrder(kFirst, Bought(kFirst));

  EXPECT_THAT(Make().refused, ElementsAre("oms:portfolio: not there"));
}

TEST_F(PlanTest, RefusesAnOrderItCannotReadUnlessItIsLeftOut) {
  AddPortfolio(R"({"cash":1.0})");
  AddOrder(kFirst, Order(kFirst, R"("side":"BUY","quantity":-1)"));
  AddOrder(kSecond, Bought(kFirst));

  EXPECT_THAT(Make().refused,
              ElementsAre(HasSubstr("oms:order:" + std::string(kFirst) + ": order " +
                                    std::string(kFirst) + ": field 'quantity' is -1, not above 0"),
                          HasSubstr("oms:order:" + std::string(kSecond) + ": field 'id' is " +
                                    std::string(kFirst) + ", not that of its key")));

  choices_.left_out = {"oms:order:" + std::string(kFirst), "oms:order:" + std::string(kSecond)};
  EXPECT_THAT(Make().refused, IsEmpty());
  choices_.left_out.insert("oms:order:none");
  EXPECT_THAT(Make().refused, ElementsAre("there is no order 'oms:order:none' to leave out"));
}

TEST_F(PlanTest, RefusesChoicesThatMeanNothing) {
  AddPortfolio(R"({"cash":1.0,"positions":{"BTC/USDT":1.0}})");
  choices_.prices = {{"BTC/USDT", D("0")}, {"MSFT", D("1")}};
  choices_.cash = D("-1");

  EXPECT_THAT(Make().refused,
              ElementsAre("the price given for BTC/USDT is 0, not above 0",
                          "a price was given for 'MSFT', which the portfolio does not have",
                          "the cash given is -1, below 0"));
}

TEST_F(PlanTest, TellsPeopleWhatItWillDo) {
  AddPortfolio(R"({"cash":90500.0,"positions":{"BTC/USDT":2.0}})");
  AddOrder(kFirst, Bought(kFirst));

  EXPECT_THAT(Describe(Make()), testing::StartsWith("cash 90500\n"
                                                    "positions\n"
                                                    "  BTC/USDT 2 at 100.5, cost 201\n"
                                                    "ended orders 1\n"
                                                    "tolerated\n"));
}

}  // namespace
}  // namespace bulwark::opening
