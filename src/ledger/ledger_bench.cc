// Workload: what the ledger thread does for a decision (one intent) and under load (a group of 32),
// held against the least that SQLite can do for a durable row in the same file system and the same
// run. Plus what a start reads back, and what the watcher asks ten times a second.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/uuid.h"
#include "ledger/ledger.h"
#include "ledger/ledger_testing.h"
#include "model/action.h"
#include "model/market_data.h"
#include "model/order.h"

namespace bulwark::ledger {
namespace {

using testing_support::D;
using testing_support::LedgerFolder;
using testing_support::MakeFill;
using testing_support::MakeOrder;
using testing_support::Pairs;

void RunSql(sqlite3* database, const char* sql) {
  ENSURE(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
}

// One row of the size of an order in one table, prepared, in a transaction of its own.
void RawSqliteFullCommit(benchmark::State& state) {
  const LedgerFolder folder;
  sqlite3* database = nullptr;
  ENSURE(sqlite3_open(folder.file().c_str(), &database) == SQLITE_OK);
  RunSql(database, "PRAGMA journal_mode=WAL");
  RunSql(database, "PRAGMA synchronous=FULL");
  RunSql(database, "CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT)");
  sqlite3_stmt* insert = nullptr;
  ENSURE(sqlite3_prepare_v2(database, "INSERT INTO t(b) VALUES(?)", -1, &insert, nullptr) ==
         SQLITE_OK);
  const std::string row(300, 'x');
  for (auto unused : state) {
    sqlite3_bind_text(insert, 1, row.data(), static_cast<int>(row.size()), nullptr);
    ENSURE(sqlite3_step(insert) == SQLITE_DONE);
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  sqlite3_close(database);
}
BENCHMARK(RawSqliteFullCommit)->UseRealTime();

void CommitIntents(benchmark::State& state) {
  const LedgerFolder folder;
  const auto ledger = folder.Open();
  ENSURE(ledger->EnsureAccount({.opening_cash = D("100000")}).has_value());
  const std::uint64_t epoch = *ledger->BeginRun({}, Pairs());
  model::Order order = MakeOrder(0, model::Side::kBuy, "1");
  order.status = model::OrderStatus::kPending;
  order.reserved_cash = order.reserved_cash_remaining = D("100");
  std::vector<model::Action> actions(static_cast<std::size_t>(state.range(0)),
                                     model::OrderChanged{order});
  std::uint64_t number = 0;
  for (auto unused : state) {
    for (model::Action& action : actions) {
      std::get<model::OrderChanged>(action).order.id = base::Uuid::Derive(1, 1, ++number);
    }
    ENSURE(ledger->Commit(epoch, actions).has_value());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(CommitIntents)->Arg(1)->Arg(32)->UseRealTime();

void LastSwitchSequence(benchmark::State& state) {
  const LedgerFolder folder;
  const auto ledger = folder.Open();
  ENSURE(ledger->Turn({.is_on = true}).has_value());
  const auto watcher = folder.Open({.access = Access::kReadOnly});
  for (auto unused : state) {
    benchmark::DoNotOptimize(watcher->LastSwitchSequence());
  }
}
BENCHMARK(LastSwitchSequence)->UseRealTime();

// Orders that were sent and filled at once, as many as the argument says.
void Fill(Ledger& ledger, std::uint64_t orders) {
  const std::uint64_t epoch = *ledger.BeginRun({}, Pairs());
  std::vector<model::Action> actions;
  for (std::uint64_t number = 1; number <= orders; ++number) {
    const model::Side side = number % 2 == 1 ? model::Side::kBuy : model::Side::kSell;
    model::Order order = MakeOrder(number, side, "1");
    order.status = model::OrderStatus::kFilled;
    order.filled_quantity = order.quantity;
    actions.emplace_back(model::OrderChanged{order});
    actions.emplace_back(
        model::FillBooked{MakeFill(order, "t-" + std::to_string(number), "1", "100"), {}});
    if (actions.size() >= 20'000 || number == orders) {
      ENSURE(ledger.Commit(epoch, actions).has_value());
      actions.clear();
    }
  }
}

// Open with its check, then recover: the ledger's share of a restart.
void OpenAndRecover(benchmark::State& state) {
  const LedgerFolder folder;
  {
    const auto ledger = folder.Open();
    ENSURE(ledger->EnsureAccount({.opening_cash = D("100000")}).has_value());
    Fill(*ledger, static_cast<std::uint64_t>(state.range(0)));
  }
  const bool is_checked = state.range(1) != 0;
  for (auto unused : state) {
    const auto ledger = folder.Open({.is_checked = is_checked});
    ENSURE(ledger->Recover(Pairs()).has_value());
  }
}
BENCHMARK(OpenAndRecover)
    ->ArgNames({"orders", "checked"})
    ->Args({1'000, 1})
    ->Args({100'000, 0})
    ->Args({100'000, 1})
    ->Args({1'000'000, 0})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace bulwark::ledger
