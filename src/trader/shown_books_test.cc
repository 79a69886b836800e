// Goal: a new ledger never overwrites books that somebody else keeps, nor what nobody can read.
// Method: a connection that answers one GET.

#include "trader/shown_books.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/reply.h"

namespace bulwark::trader {
namespace {

using testing::HasSubstr;

class OneAnswer final : public redis::Connection {
 public:
  explicit OneAnswer(base::Result<redis::Reply> reply) : reply_(std::move(reply)) {}

  [[nodiscard]] bool is_alive() const override { return true; }
  [[nodiscard]] const std::string& name() const override { return name_; }
  base::Result<redis::Reply> Call(redis::Args args) override {
    EXPECT_THAT(args, testing::ElementsAre("GET", "oms:portfolio"));
    return reply_;
  }
  base::Result<redis::Reply> Call(redis::Args args, base::Nanos /*timeout*/) override {
    return Call(args);
  }
  base::Result<void> Execute(const redis::Pipeline& /*pipeline*/) override { return {}; }
  base::Result<std::vector<redis::Reply>> ExecuteForReplies(
      const redis::Pipeline& /*pipeline*/) override {
    return std::vector<redis::Reply>{};
  }

 private:
  std::string name_ = "test";
  base::Result<redis::Reply> reply_;
};

base::Result<void> Asked(std::string_view document) {
  redis::Reply reply{.kind = redis::Reply::Kind::kBulk, .text = std::string(document)};
  OneAnswer connection(std::move(reply));
  return RequireNoForeignBooks(connection, base::Decimal::FromInt(100'000));
}

std::string Refusal(std::string_view document) {
  const auto outcome = Asked(document);
  return outcome ? "" : outcome.error().message;
}

TEST(ShownBooksTest, LetsALedgerBeginWhereNothingIsShown) {
  OneAnswer connection(redis::Reply{});

  EXPECT_TRUE(RequireNoForeignBooks(connection, base::Decimal::FromInt(100'000)).has_value());
  EXPECT_TRUE(Asked(R"({"cash":100000.0,"positions":{"BTC/USDT":0.0}})").has_value());
}

TEST(ShownBooksTest, RefusesToOverwriteBooksAndSaysHowToTakeThemOver) {
  EXPECT_EQ(Refusal(R"({"cash":90500.0,"positions":{"BTC/USDT":1.5}})"),
            "oms:portfolio in Redis shows cash 90500 and 1 instruments; this ledger is new and "
            "would overwrite it: take it over with `bulwark import`, or delete the key to begin "
            "anew");
  EXPECT_THAT(Refusal(R"({"cash":100000.0,"positions":{"BTC/USDT":1.5}})"),
              HasSubstr("bulwark import"));
  EXPECT_THAT(Refusal(R"({"cash":100000.0,"blocked_cash":1.0})"), HasSubstr("bulwark import"));
  EXPECT_THAT(Refusal(R"({"cash":100000.0,"blocked_positions":{"BTC/USDT":1.5}})"),
              HasSubstr("bulwark import"));
}

TEST(ShownBooksTest, NeverTakesACorruptOrNegativePortfolioForNone) {
  EXPECT_THAT(Refusal(R"({"cash": 5000000, "positions")"),
              testing::AllOf(HasSubstr("cannot be read"), HasSubstr("5000000"),
                             HasSubstr("bulwark import")));
  EXPECT_THAT(Refusal(""), HasSubstr("cannot be read"));
  EXPECT_THAT(Refusal(R"({"cash":-0.01})"), HasSubstr("shows cash -0.01"));
}

TEST(ShownBooksTest, DoesNotTakeSilenceForNone) {
  OneAnswer connection(base::Fail(base::ErrorCode::kUnavailable, "no answer"));

  const auto outcome = RequireNoForeignBooks(connection, base::Decimal::FromInt(100'000));

  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().message, "oms:portfolio in Redis: no answer");
}

}  // namespace
}  // namespace bulwark::trader
