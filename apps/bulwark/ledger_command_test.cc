// Goal: `ledger verify` answers 0 for equal books, 1 with both values for different ones, 2 for
//       what cannot
// be read, and never writes anything.
// Method: the real binary on a real ledger, redis-server and paper.db of a fresh account.

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/decimal.h"
#include "binary_fixture.h"
#include "ledger/ledger.h"
#include "model/instrument.h"
#include "redis/connection.h"
#include "redis/managed_server.h"
#include "venue/paper/store.h"

namespace bulwark::app {
namespace {

using testing::HasSubstr;

class LedgerCommandTest : public BinaryTest {
 protected:
  LedgerCommandTest() { std::filesystem::create_directory(Data()); }

  void MakeBooks() {
    const base::Decimal cash = base::Decimal::FromInt(1'000);
    const auto ledger = ledger::Ledger::Open(Data() / "ledger.db");
    ASSERT_TRUE((*ledger)->EnsureAccount({.opening_cash = cash}));
    ASSERT_TRUE((*ledger)->BeginRun({}, model::InstrumentTable()));
    ASSERT_TRUE(venue::paper::Store::Open(Data() / "paper.db", cash));
    auto created = redis::ManagedServer::Create({.data_folder = Data().string()});
    ASSERT_TRUE(created);
    server_ = std::make_unique<redis::ManagedServer>(std::move(*created));
    ASSERT_TRUE(server_->Start());
    connection_ = std::move(*redis::Connection::Connect(server_->url()));
    ASSERT_TRUE(connection_->Call({"SET", "oms:epoch", "1"}));
    SetCash("1000.0");
  }
  void SetCash(const std::string& cash) {
    ASSERT_TRUE(connection_->Call({"SET", "oms:portfolio", "{\"cash\":" + cash + "}"}));
  }

  std::unique_ptr<redis::ManagedServer> server_;
  std::unique_ptr<redis::Connection> connection_;
};

TEST_F(LedgerCommandTest, AnswersZeroForEqualBooks) {
  MakeBooks();

  const BinaryOutcome outcome = Run("ledger verify");

  EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_THAT(outcome.text, HasSubstr("0 differences found"));
}

TEST_F(LedgerCommandTest, AnswersOneAndBothValuesForDifferentBooks) {
  MakeBooks();
  SetCash("999.99999999");

  const BinaryOutcome people = Run("ledger verify");
  const BinaryOutcome program = Run("ledger verify --json");

  EXPECT_EQ(people.exit_code, 1) << people.text;
  EXPECT_THAT(people.text, HasSubstr("cash: ledger says '1000', redis says '999.99999999'"));
  EXPECT_EQ(program.exit_code, 1);
  const auto document = nlohmann::json::parse(program.text);
  EXPECT_EQ(document["differences"][0]["other"], "999.99999999");
  EXPECT_EQ(document["settled"], true);
}

TEST_F(LedgerCommandTest, AnswersTwoForWhatCannotBeReadAndMakesNothing) {
  const BinaryOutcome nothing = Run("ledger verify");
  EXPECT_EQ(nothing.exit_code, 2) << nothing.text;
  EXPECT_THAT(nothing.text, HasSubstr("ledger.db: no such file"));
  EXPECT_FALSE(std::filesystem::exists(Data() / "ledger.db"));

  MakeBooks();
  SetCash("\"much\"");
  const BinaryOutcome corrupt = Run("ledger verify");

  EXPECT_EQ(corrupt.exit_code, 2) << corrupt.text;
  EXPECT_THAT(corrupt.text, HasSubstr("unreadable: redis: oms:portfolio"));
}

}  // namespace
}  // namespace bulwark::app
