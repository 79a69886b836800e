// Goal: equal books give no difference; each thing that can differ is found and both values are
//       shown.
// Method: a real ledger, a real redis-server written by the contract's encoders, and a paper.db
//         with the
// exchange's own tables; then one fault at a time.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/difference.h"
#include "audit/ledger_books.h"
#include "audit/redis_audit.h"
#include "audit/venue_audit.h"
#include "base/result.h"
#include "base/time.h"
#include "contract/order_document.h"
#include "contract/portfolio_document.h"
#include "ledger/ledger.h"
#include "ledger/ledger_testing.h"
#include "model/action.h"
#include "model/fill.h"
#include "model/market_data.h"
#include "model/order.h"
#include "redis/connection.h"
#include "redis/test_server.h"
#include "sql/connection.h"
#include "sql/migrations.h"
#include "sql/sqlite_file.h"
#include "venue/paper/store_schema.h"

namespace bulwark::audit {
namespace {

using ledger::testing_support::D;
using ledger::testing_support::LedgerFolder;
using ledger::testing_support::MakeFill;
using ledger::testing_support::MakeOrder;
using ledger::testing_support::Pairs;
using testing::ElementsAre;
using testing::IsEmpty;

class AuditTest : public testing::Test {
 protected:
  AuditTest() {
    filled_.status = model::OrderStatus::kFilled;
    filled_.filled_quantity = D("2");
    filled_.filled_notional = D("200");
    filled_.fees_paid = D("0.1");
    working_.reserved_cash = working_.reserved_cash_remaining = D("50.00000001");
    const auto ledger = folder_.Open();
    EXPECT_TRUE(ledger->EnsureAccount({.opening_cash = D("1000")}));
    const std::uint64_t epoch = *ledger->BeginRun({}, Pairs());
    const model::Fill fill = MakeFill(filled_, "t-1", "2", "100");
    EXPECT_TRUE(ledger->Commit(epoch, std::vector<model::Action>{model::OrderChanged{filled_},
                                                                 model::FillBooked{fill, D("-0.1")},
                                                                 model::OrderChanged{working_}}));
    books_ = *ReadLedgerBooks(*ledger, Pairs());
  }

  void FillRedis() {
    std::string text;
    contract::EncodePortfolio(text, books_.recovered.portfolio, books_.instruments);
    Set("oms:portfolio", text);
    for (const auto& [id, row] : books_.orders) {
      text.clear();
      contract::EncodeOrder(text, row.order, "ETH/USDT", row.trades);
      Set("oms:order:" + id.ToString(), text);
    }
    ASSERT_TRUE(connection_->Call({"SADD", "oms:orders:open", working_.id.ToString()}));
    Set("oms:epoch", "1");
  }
  void Set(const std::string& key, const std::string& value) {
    ASSERT_TRUE(connection_->Call({"SET", key, value}));
  }
  [[nodiscard]] Differences RedisDifferences() {
    const auto redis = ReadRedisBooks(*connection_);
    EXPECT_TRUE(redis.has_value()) << redis.error().message;
    return CompareWithRedis(books_, *redis).differences;
  }

  [[nodiscard]] std::filesystem::path Paper() const {
    return folder_.file().parent_path() / "paper.db";
  }
  void RunOnPaper(const std::vector<std::string>& statements) const {
    const auto connection = sql::OpenSqlite(Paper(), {});
    ASSERT_TRUE(sql::Migrate(**connection, venue::paper::kMigrations, base::UnixNanos{}));
    for (const std::string& statement : statements) {
      const auto run = (*connection)->Run(statement);
      ASSERT_TRUE(run.has_value()) << run.error().message;
    }
  }
  void FillPaper() const {
    const std::string order = "INSERT INTO orders VALUES(";
    RunOnPaper({"INSERT INTO account VALUES(1, 100000000000, 79990000000, 2, 0, 7, 0, 1, 1)",
                "INSERT INTO instruments VALUES(0, 'ETHUSDT', 1, 1, 0, 200000000)",
                order + "1, '" + filled_.id.ToString() +
                    "', 'ETHUSDT', 'BUY', 'MARKET', 'GTC', 0, 200000000, NULL, 0, 0, 0, 200000000, "
                    "0, 'FILLED', '')",
                order + "2, '" + working_.id.ToString() +
                    "', 'ETHUSDT', 'BUY', 'MARKET', 'GTC', 0, 100000000, NULL, 0, 0, 0, 0, 0, "
                    "'WORKING', '')",
                "INSERT INTO fills VALUES(7, 't-1', 1, 10000000000, 200000000, 10000000, 0)"});
  }
  [[nodiscard]] Differences VenueDifferences() const {
    const auto venue = ReadVenueBooks(Paper());
    EXPECT_TRUE(venue.has_value()) << venue.error().message;
    return CompareWithVenue(books_, *venue);
  }

  LedgerFolder folder_;
  redis::TestServer server_;
  std::unique_ptr<redis::Connection> connection_ = server_.Connect();
  model::Order filled_ = MakeOrder(1, model::Side::kBuy, "2");
  model::Order working_ = MakeOrder(2, model::Side::kBuy, "1");
  LedgerBooks books_;
};

TEST_F(AuditTest, FindsNothingWhereRedisShowsTheLedger) {
  FillRedis();

  EXPECT_THAT(RedisDifferences(), IsEmpty());
}

TEST_F(AuditTest, ShowsBothValuesToTheLastDigit) {
  FillRedis();
  books_.recovered.portfolio.cash = D("749.90000001");
  books_.recovered.portfolio.positions[1].quantity = D("1.99999999");

  EXPECT_THAT(RedisDifferences(),
              ElementsAre(Difference{"redis", "cash", "749.90000001", "749.89999999"},
                          Difference{"redis", "position of ETH/USDT", "1.99999999", "2"}));
}

TEST_F(AuditTest, FindsOrdersThatAreMissingStrangeOrDifferent) {
  FillRedis();
  const std::string working = working_.id.ToString();
  const model::Order stranger = MakeOrder(9, model::Side::kBuy, "1");
  std::string text;
  contract::EncodeOrder(text, stranger, "ETH/USDT", {});
  Set("oms:order:" + stranger.id.ToString(), text);
  ASSERT_TRUE(connection_->Call({"DEL", "oms:order:" + working, "oms:orders:open", "oms:epoch"}));
  model::Order altered = filled_;
  altered.fees_paid = D("0.2");
  text.clear();
  contract::EncodeOrder(text, altered, "ETH/USDT", {});
  Set("oms:order:" + filled_.id.ToString(), text);

  const std::string filled = filled_.id.ToString();
  EXPECT_THAT(RedisDifferences(),
              testing::UnorderedElementsAre(
                  Difference{"redis", "oms:epoch", "1", "absent"},
                  Difference{"redis", "order " + filled + " fees", "0.1", "0.2"},
                  Difference{"redis", "order " + filled + " applied fills", "t-1", ""},
                  Difference{"redis", "order " + working, "SUBMITTED", "absent"},
                  Difference{"redis", "order " + working + " in oms:orders:open", "yes", "no"},
                  Difference{"redis", "order " + stranger.id.ToString(), "absent", "SUBMITTED"}));
}

TEST_F(AuditTest, CountsEndedOrdersThatRedisForgotButMissesThePortfolio) {
  const auto redis = ReadRedisBooks(*connection_);
  ASSERT_TRUE(redis.has_value());

  const RedisAudit audit = CompareWithRedis(books_, *redis);

  EXPECT_EQ(audit.ended_not_shown, 1U);
  EXPECT_THAT(audit.differences,
              testing::Contains(Difference{"redis", "oms:portfolio", "present", "absent"}));
}

TEST_F(AuditTest, SaysWhichKeyCannotBeRead) {
  Set("oms:portfolio", "{\"cash\":");

  const auto redis = ReadRedisBooks(*connection_);

  ASSERT_FALSE(redis.has_value());
  EXPECT_THAT(redis.error().message, testing::HasSubstr("oms:portfolio"));
}

TEST_F(AuditTest, FindsNothingWhereTheVenueAgrees) {
  FillPaper();

  EXPECT_THAT(VenueDifferences(), IsEmpty());
}

TEST_F(AuditTest, FindsWhatTheVenueKnowsAndTheLedgerDoesNot) {
  FillPaper();
  RunOnPaper({"UPDATE account SET cash = cash - 1, duplicates = 1",
              "UPDATE orders SET status = 'CANCELLED' WHERE number = 2",
              "INSERT INTO fills VALUES(8, 't-2', 2, 100000000, 100000000, 0, 0)",
              "UPDATE fills SET fee = fee + 1 WHERE sequence = 7"});

  EXPECT_THAT(VenueDifferences(),
              ElementsAre(Difference{"venue", "cash", "799.9", "799.89999999"},
                          Difference{"venue", "orders sent twice", "0", "1"},
                          Difference{"venue", "order " + working_.id.ToString() + " status",
                                     "WORKING", "CANCELLED"},
                          Difference{"venue", "fill t-1 fee", "0.1", "0.10000001"},
                          Difference{"venue", "fill t-2", "absent", "1 at 1"}));
}

TEST_F(AuditTest, SaysThatThereIsNoVenueFile) {
  EXPECT_EQ(ReadVenueBooks(Paper()).error().code, base::ErrorCode::kNotFound);
}

}  // namespace
}  // namespace bulwark::audit
