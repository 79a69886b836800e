// Goal: what changed behind the ledger's back is found and named; an old ledger comes forward with
//       a copy; a server that comes and goes costs no event and books none twice.
// Method: rows are altered, removed and added by SQL; a ledger of version 1 is made by its own
//         statements; the server is killed, and a proxy loses the answer to a commit.

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "ledger/chain.h"
#include "ledger/ledger.h"
#include "ledger/ledger_backends.h"
#include "ledger/ledger_testing.h"
#include "ledger/schema.h"
#include "model/action.h"
#include "model/market_data.h"
#include "model/order.h"
#include "sql/connection.h"
#include "sql/migrations.h"
#include "sql/sqlite_file.h"
#include "sql/test_postgres.h"

namespace bulwark::ledger {
namespace {

using base::ErrorCode;
using testing_support::D;
using testing_support::MakeFill;
using testing_support::MakeOrder;
using testing_support::Pairs;

std::vector<model::Action> Bought(std::uint64_t number) {
  model::Order order = MakeOrder(number, model::Side::kBuy, "1");
  order.status = model::OrderStatus::kFilled;
  order.filled_quantity = order.quantity;
  order.fees_paid = D("0.1");
  return {model::OrderChanged{order},
          model::FillBooked{MakeFill(order, "t-" + std::to_string(number), "1", "10"), D("-0.1")}};
}

class ChainTest : public testing_support::BothBackendsTest {
 protected:
  void SetUp() override {
    const auto ledger = home_.Open();
    ASSERT_TRUE(ledger->EnsureAccount({.opening_cash = D("100000")}));
    const std::uint64_t epoch = *ledger->BeginRun({}, Pairs());
    for (std::uint64_t number = 1; number <= 6; ++number) {
      ASSERT_TRUE(ledger->Commit(epoch, Bought(number)));
    }
  }
  // "table sequence" of the first broken row.
  std::string BrokenAfter(const std::string& statement) const {
    const auto run = home_.Connect()->Run(statement);
    EXPECT_TRUE(run.has_value()) << run.error().message;
    const auto found = home_.Open()->FindChainBreak(Depth::kWhole);
    EXPECT_TRUE(found.has_value()) << found.error().message;
    return *found ? (*found)->table + " " + std::to_string((*found)->sequence) : "whole";
  }
};

TEST_P(ChainTest, IsWholeAfterCommits) {
  EXPECT_EQ(BrokenAfter("SELECT 1"), "whole");
}

TEST_P(ChainTest, NamesTheFirstRowThatWasAltered) {
  EXPECT_EQ(BrokenAfter("UPDATE order_events SET quantity = quantity + 1 WHERE sequence = 4"),
            "order_events 4");
  EXPECT_EQ(BrokenAfter("UPDATE order_events SET reason = 'x' WHERE sequence = 2"),
            "order_events 2");
}

TEST_P(ChainTest, NamesTheRowAfterOneThatWasRemoved) {
  EXPECT_EQ(BrokenAfter("DELETE FROM fills WHERE sequence = 3"), "fills 4");
}

TEST_P(ChainTest, NamesARowThatWasAddedOrWhoseHashWasTakenOver) {
  EXPECT_EQ(BrokenAfter("UPDATE fills SET price = 5, hash = (SELECT hash FROM fills WHERE "
                        "sequence = 5) WHERE sequence = 6"),
            "fills 6");
}

TEST_P(ChainTest, GoesOnFromItsTailAfterAReopening) {
  {
    const auto ledger = home_.Open();
    const std::uint64_t epoch = *ledger->BeginRun({}, Pairs());
    ASSERT_TRUE(ledger->Commit(epoch, Bought(7)));
    // A batch that fails leaves no gap.
    std::vector<model::Action> wrong = Bought(8);
    std::get<model::FillBooked>(wrong[1]).fill.quantity = D("-1");
    const auto refused = ledger->Commit(epoch, wrong);
    EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt) << "a constraint is no fence";
    ASSERT_TRUE(ledger->Commit(epoch, Bought(9)));
  }

  EXPECT_EQ(BrokenAfter("SELECT 1"), "whole");
  EXPECT_EQ(**home_.Connect()->QueryInt("SELECT max(sequence) FROM fills"), 8);
}

INSTANTIATE_TEST_SUITE_P(Both, ChainTest, testing_support::BothBackends(),
                         testing_support::BackendName);

// Version 1 as its program left it.
void MakeVersionOne(const testing_support::LedgerHome& home) {
  const auto connection = home.Connect();
  ASSERT_TRUE(sql::Migrate(*connection, Migrations().first(1), base::UnixNanos{}));
  for (const char* statement :
       {"INSERT INTO account VALUES(1, 'main', 'paper', 10000000000000, 0)",
        "INSERT INTO runs(started_at, pid, host, version) VALUES(0, 1, 'old', '0.1.0')",
        "INSERT INTO instruments(id, symbol) VALUES(1, 'BTC/USDT')",
        "INSERT INTO order_events VALUES(1, 1, '00000000-0000-4000-8000-000000000001', "
        "'00000000-0000-4000-8000-000000000002', 1, 'BUY', 'OPEN_LONG', 'MARKET', 'GTC', "
        "'FILLED', 'STRATEGY', 0, 0, 100000000, 100000000, 1000000000, 0, NULL, NULL, 0, 0, 0, "
        "0, 1, 2, 'x', 's', '')",
        "INSERT INTO order_heads VALUES('00000000-0000-4000-8000-000000000001', 1, 0)",
        "INSERT INTO fills VALUES(1, 'main', 'paper', 't-1', 1, "
        "'00000000-0000-4000-8000-000000000001', 1, 'BUY', 1000000000, 100000000, 0, 0, 1, 2, "
        "7)"}) {
    const auto run = connection->Run(statement);
    ASSERT_TRUE(run.has_value()) << run.error().message;
  }
}

class MigrationTest : public testing_support::BothBackendsTest {};

// The hash leaves out what is NULL, 0 or empty; a column that is anything else in old rows would
// break the chain of every ledger there is.
TEST(SchemaTest, AddsOnlyEmptyColumnsAfterTheChain) {
  bool is_chained = false;
  for (const sql::Migration& step : Migrations()) {
    for (const std::string_view statement : step.statements) {
      const bool is_empty_by_default = statement.ends_with("DEFAULT 0") ||
                                       statement.ends_with("DEFAULT ''") ||
                                       statement.find("NOT NULL") == std::string_view::npos;
      EXPECT_TRUE(!is_chained || statement.find("ADD COLUMN") == std::string_view::npos ||
                  is_empty_by_default)
          << step.name << ": " << statement;
    }
    is_chained = is_chained || step.name == "chain and snapshots";
  }
  EXPECT_TRUE(is_chained);
}

TEST_P(MigrationTest, BringsAnOldLedgerForwardWithACopyAndAWholeChain) {
  MakeVersionOne(home_);
  {
    const auto ledger = home_.Open();
    EXPECT_EQ(*ledger->FindChainBreak(Depth::kWhole), std::nullopt);
    EXPECT_TRUE(ledger->FindContradictions(Pairs(), 5)->empty());
    EXPECT_EQ(ledger->Recover(Pairs())->portfolio.positions[0].quantity, D("1"));
    const std::uint64_t epoch = *ledger->BeginRun({}, Pairs());
    ASSERT_TRUE(ledger->Commit(epoch, Bought(2)));
    EXPECT_EQ(*ledger->FindChainBreak(Depth::kWhole), std::nullopt);
  }
  if (home_.is_postgres()) {
    EXPECT_EQ(**home_.Connect()->QueryInt("SELECT count(*) FROM information_schema.schemata WHERE "
                                          "schema_name LIKE 'backup_v1_%'"),
              1);
    return;
  }
  std::vector<std::filesystem::path> copies;
  for (const auto& entry : std::filesystem::directory_iterator(home_.folder())) {
    if (entry.path().filename().string().starts_with("ledger.db.v1-") &&
        entry.path().extension() == ".bak") {
      copies.push_back(entry.path());
    }
  }
  ASSERT_EQ(copies.size(), 1U);
  const auto copy = sql::OpenSqlite(copies[0], {.access = sql::Access::kReadOnly});
  EXPECT_EQ(*sql::SchemaVersion(**copy), 1U);
  EXPECT_EQ(**(*copy)->QueryInt("SELECT count(*) FROM fills"), 1);
}

INSTANTIATE_TEST_SUITE_P(Both, MigrationTest, testing_support::BothBackends(),
                         testing_support::BackendName);

class LostServerTest : public testing::Test {
 protected:
  void SetUp() override {
    ledger_ = std::move(*Ledger::Open({"unused", server_.Url()}));
    ASSERT_TRUE(ledger_->EnsureAccount({.opening_cash = D("100000")}));
    epoch_ = *ledger_->BeginRun({}, Pairs());
    ASSERT_TRUE(ledger_->Commit(epoch_, Bought(1)));
  }
  base::Result<CommitReceipt> CommitWhenBack(const std::vector<model::Action>& actions) {
    const base::Nanos deadline = base::MonotonicNow() + std::chrono::seconds{20};
    for (;;) {
      auto receipt = ledger_->Commit(epoch_, actions);
      if (receipt || receipt.error().code != ErrorCode::kUnavailable ||
          base::MonotonicNow() > deadline) {
        return receipt;
      }
      std::this_thread::yield();
    }
  }

  sql::testing_support::PostgresServer server_;
  std::unique_ptr<Ledger> ledger_;
  std::uint64_t epoch_ = 0;
};

TEST_F(LostServerTest, SaysUnavailableWhileTheServerIsGoneAndGoesOnWhenItIsBack) {
  server_.Kill(SIGQUIT);

  EXPECT_EQ(ledger_->Commit(epoch_, Bought(2)).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(ledger_->ReadSwitches().error().code, ErrorCode::kUnavailable);
  server_.Run();
  const auto receipt = CommitWhenBack(Bought(2));

  ASSERT_TRUE(receipt.has_value()) << receipt.error().message;
  EXPECT_EQ(receipt->journaled, 2U);
  EXPECT_EQ(ledger_->Recover(Pairs())->fills, 2U);
  EXPECT_EQ(*ledger_->FindChainBreak(Depth::kWhole), std::nullopt);
}

// Stands between us and the server on a socket of its own. Armed, it hands the next COMMIT on,
// keeps the answer, and hangs up: stored, but nobody told us.
class LosingProxy {
 public:
  explicit LosingProxy(const std::filesystem::path& folder, std::string server)
      : server_(std::move(server)), listener_(Listen((folder / ".s.PGSQL.5432").string())) {
    worker_ = std::jthread([this](const std::stop_token& stop) { Serve(stop); });
  }
  ~LosingProxy() {
    worker_.request_stop();
    worker_.join();
    ::close(listener_);
  }
  LosingProxy(const LosingProxy&) = delete;
  LosingProxy& operator=(const LosingProxy&) = delete;
  LosingProxy(LosingProxy&&) = delete;
  LosingProxy& operator=(LosingProxy&&) = delete;

  void Arm(bool reaches_server) {
    reaches_server_ = reaches_server;
    is_armed_ = true;
  }
  [[nodiscard]] bool has_lost() const { return !is_armed_; }

 private:
  static ::sockaddr_un Address(const std::string& path) {
    ::sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    return address;
  }
  static int Listen(const std::string& path) {
    const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const ::sockaddr_un address = Address(path);
    EXPECT_EQ(::bind(listener, reinterpret_cast<const ::sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener, 4), 0);
    return listener;
  }
  static bool IsReadable(int descriptor) {
    ::pollfd door{.fd = descriptor, .events = POLLIN, .revents = 0};
    return ::poll(&door, 1, 2) > 0;
  }

  void Serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (IsReadable(listener_)) {
        const int client = ::accept(listener_, nullptr, nullptr);
        const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const ::sockaddr_un address = Address(server_);
        if (::connect(server, reinterpret_cast<const ::sockaddr*>(&address), sizeof address) == 0) {
          Relay(client, server, stop);
        }
        ::close(client);
        ::close(server);
      }
    }
  }

  void Relay(int client, int server, const std::stop_token& stop) {
    std::array<char, 65'536> bytes{};
    while (!stop.stop_requested()) {
      for (const auto& [from, to] : {std::pair{client, server}, std::pair{server, client}}) {
        if (!IsReadable(from)) {
          continue;
        }
        const ::ssize_t size = ::read(from, bytes.data(), bytes.size());
        if (size <= 0) {
          return;
        }
        const std::string_view text(bytes.data(), static_cast<std::size_t>(size));
        const bool is_lost = from == client && is_armed_ && text.find("COMMIT") != text.npos;
        if (!is_lost || reaches_server_) {
          EXPECT_EQ(::write(to, bytes.data(), text.size()), size);
        }
        if (is_lost) {
          // The answer proves that it is stored.
          if (reaches_server_) {
            EXPECT_GT(::read(server, bytes.data(), bytes.size()), 0);
          }
          is_armed_ = false;
          return;
        }
      }
    }
  }

  std::string server_;
  int listener_;
  std::atomic<bool> is_armed_ = false;
  std::atomic<bool> reaches_server_ = false;
  std::jthread worker_;
};

class LostAnswerTest : public LostServerTest, public testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    LostServerTest::SetUp();
    ledger_.reset();
    const std::string folder = folder_.file().parent_path().string();
    ledger_ = std::move(*Ledger::Open(
        {"unused", base::Secret("postgresql:///postgres?user=bulwark&host=" + folder)}));
    epoch_ = *ledger_->BeginRun({.fills_per_snapshot = 1}, Pairs());
  }

  testing_support::LedgerFolder folder_;
  LosingProxy proxy_{folder_.file().parent_path(), server_.Socket()};
};

TEST_P(LostAnswerTest, StoresACommitOnceWhetherItArrivedOrNot) {
  std::vector<model::Action> actions = Bought(2);
  proxy_.Arm(GetParam());

  EXPECT_EQ(ledger_->Commit(epoch_, actions).error().code, ErrorCode::kUnavailable);
  ASSERT_TRUE(proxy_.has_lost());
  // The ledger thread tries again with what it had and what has come since.
  for (const model::Action& later : Bought(3)) {
    actions.push_back(later);
  }
  const auto receipt = CommitWhenBack(actions);

  ASSERT_TRUE(receipt.has_value()) << receipt.error().message;
  EXPECT_EQ(receipt->journaled, 4U);
  EXPECT_TRUE(receipt->duplicates.empty());
  ASSERT_TRUE(ledger_->Commit(epoch_, Bought(4)).has_value());
  EXPECT_EQ(ledger_->Recover(Pairs())->fills, 4U);
  EXPECT_EQ(**(*ledger_->Connection())->QueryInt("SELECT count(*) FROM order_events"), 4);
  EXPECT_EQ(*ledger_->FindChainBreak(Depth::kWhole), std::nullopt);
  EXPECT_TRUE(ledger_->FindContradictions(Pairs(), 5)->empty());
}

std::string ArrivalName(const testing::TestParamInfo<bool>& arrived) {
  return arrived.param ? "Arrived" : "Vanished";
}
INSTANTIATE_TEST_SUITE_P(Either, LostAnswerTest, testing::Bool(), ArrivalName);

}  // namespace
}  // namespace bulwark::ledger
