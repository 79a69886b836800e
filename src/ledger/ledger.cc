#include "ledger/ledger.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <unistd.h>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/journal.h"
#include "ledger/recent_orders.h"
#include "ledger/recovered_books.h"
#include "ledger/recovery.h"
#include "ledger/schema.h"
#include "ledger/switch_log.h"
#include "ledger/symbols.h"
#include "ledger/trader_lock.h"
#include "model/action.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/names.h"
#include "model/switches.h"
#include "sql/connection.h"
#include "sql/migrations.h"
#include "sql/sqlite_file.h"
#include "sql/statement.h"

namespace bulwark::ledger {

using base::ErrorCode;
using base::Result;

// Declared in the order of need: statements die before the connection, the lock last of all.
struct Ledger::Impl {
  Impl(std::unique_ptr<sql::Connection> opened, SwitchLog log)
      : connection(std::move(opened)), switches(std::move(log)) {}

  std::optional<TraderLock> lock;
  std::unique_ptr<sql::Connection> connection;
  SwitchLog switches;
  std::optional<Journal> journal;
};

namespace {

struct AccountRow {
  std::string name;
  std::string venue;
  base::Decimal opening_cash;
  std::string mode;
};

Result<std::optional<AccountRow>> ReadAccount(sql::Connection& connection) {
  auto query = connection.Prepare(
      {.sql = "SELECT name, venue, opening_cash, mode FROM account", .columns = "ttit"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  std::optional<AccountRow> account;
  const auto read = query->ForEachRow([&](const sql::Statement& row) {
    account = AccountRow{row.Text(0), row.Text(1), base::Decimal::FromRaw(row.Int(2)), row.Text(3)};
  });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return account;
}

std::string HostName() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

// Requires: a transaction is open.
Result<std::uint64_t> InsertRun(sql::Connection& connection, const RunInfo& info) {
  auto insert = connection.Prepare(
      {.sql = "INSERT INTO runs(started_at, pid, host, version) VALUES(:s, :p, :h, :v)",
       .params = "iitt"});
  if (!insert) {
    return tl::unexpected<base::Error>(insert.error());
  }
  insert->Set(0, info.at.time_since_epoch().count()).Set(1, std::int64_t{::getpid()});
  insert->Set(2, HostName()).Set(3, info.version);
  if (const auto inserted = insert->Execute(); !inserted) {
    return tl::unexpected<base::Error>(inserted.error());
  }
  const auto epoch = connection.QueryInt("SELECT max(epoch) FROM runs");
  if (!epoch) {
    return tl::unexpected<base::Error>(epoch.error());
  }
  return static_cast<std::uint64_t>(epoch->value_or(0));
}

// Writes one action if it is journaled; answers whether it was.
Result<bool> WriteAction(Journal& journal, const model::Action& action, CommitReceipt& receipt) {
  Result<void> written;
  if (const auto* order = std::get_if<model::OrderChanged>(&action)) {
    written = journal.Write(*order);
  } else if (const auto* fill = std::get_if<model::FillBooked>(&action)) {
    return journal.Write(*fill, receipt.duplicates);
  } else if (const auto* anchor = std::get_if<model::AnchorSet>(&action)) {
    written = journal.Write(*anchor);
  } else if (const auto* adjusted = std::get_if<model::BooksAdjusted>(&action)) {
    written = journal.Write(*adjusted);
  } else if (const auto* trip = std::get_if<model::RoundTripClosed>(&action)) {
    written = journal.Write(*trip);
  } else {
    return false;
  }
  if (!written) {
    return tl::unexpected<base::Error>(written.error());
  }
  return true;
}

bool IsJournaled(const model::Action& action) {
  return std::holds_alternative<model::OrderChanged>(action) ||
         std::holds_alternative<model::FillBooked>(action) ||
         std::holds_alternative<model::AnchorSet>(action) ||
         std::holds_alternative<model::BooksAdjusted>(action) ||
         std::holds_alternative<model::RoundTripClosed>(action);
}

}  // namespace

Ledger::Ledger(std::filesystem::path path, std::unique_ptr<Impl> impl)
    : path_(std::move(path)), impl_(std::move(impl)) {}
Ledger::~Ledger() = default;

Result<std::unique_ptr<Ledger>> Ledger::Open(const std::filesystem::path& path,
                                             const OpenOptions& options) {
  auto connection = sql::OpenSqlite(path, {.access = options.access,
                                           .is_created_if_missing = options.is_created_if_missing,
                                           .is_checked = options.is_checked});
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  const auto is_current = options.access == Access::kReadOnly
                              ? sql::RequireSchema(**connection, Migrations())
                              : sql::Migrate(**connection, Migrations(), base::WallNow());
  if (!is_current) {
    return tl::unexpected<base::Error>(is_current.error());
  }
  auto switches = SwitchLog::Create(**connection);
  if (!switches) {
    return tl::unexpected<base::Error>(switches.error());
  }
  auto impl = std::make_unique<Impl>(std::move(*connection), std::move(*switches));
  return std::unique_ptr<Ledger>(new Ledger(path, std::move(impl)));
}

Result<std::optional<std::string>> Ledger::EnsureAccount(const AccountSetup& setup) {
  sql::Connection& connection = *impl_->connection;
  auto insert =
      connection.Prepare({.sql = "INSERT INTO account(id, name, venue, opening_cash, created_at, "
                                 "mode, leverage) VALUES(1, :n, :v, :c, :t, :m, :l) "
                                 "ON CONFLICT(id) DO UPDATE SET leverage = excluded.leverage",
                          .params = "ttiiti"});
  if (!insert) {
    return tl::unexpected<base::Error>(insert.error());
  }
  insert->Set(0, setup.name).Set(1, setup.venue).Set(2, setup.opening_cash.raw());
  insert->Set(3, setup.at.time_since_epoch().count());
  insert->Set(4, model::Name(setup.terms.mode)).Set(5, setup.terms.leverage.raw());
  if (const auto inserted = insert->Execute(); !inserted) {
    return tl::unexpected<base::Error>(inserted.error());
  }
  const auto account = ReadAccount(connection);
  if (!account) {
    return tl::unexpected<base::Error>(account.error());
  }
  ENSURE(account->has_value());
  const AccountRow& stored = **account;
  if (stored.name != setup.name || stored.venue != setup.venue) {
    return base::Fail(ErrorCode::kConflict, path_.string() + ": belongs to account '" +
                                                stored.name + "' at '" + stored.venue + "', not '" +
                                                setup.name + "' at '" + setup.venue + "'");
  }
  if (stored.mode != model::Name(setup.terms.mode)) {
    return base::Fail(ErrorCode::kConflict,
                      path_.string() + ": is a " + stored.mode + " account; account.mode '" +
                          std::string(model::Name(setup.terms.mode)) + "' needs a new ledger");
  }
  if (stored.opening_cash != setup.opening_cash) {
    return "opening cash stays " + stored.opening_cash.ToString() + "; the configured " +
           setup.opening_cash.ToString() + " would only apply to a new ledger";
  }
  return std::optional<std::string>{};
}

Result<model::InstrumentTable> Ledger::CompleteInstruments(const model::InstrumentTable& table) {
  const auto rows = LoadSymbols(*impl_->connection);
  if (!rows) {
    return tl::unexpected<base::Error>(rows.error());
  }
  model::InstrumentTable complete = table;
  for (const SymbolRow& row : *rows) {
    if (complete.Find(row.symbol)) {
      continue;
    }
    const auto instrument = model::DefaultInstrument(row.symbol);
    const auto added = instrument ? complete.Add(*instrument)
                                  : Result<model::InstrumentId>(tl::unexpected(instrument.error()));
    if (!added) {
      return base::FailWith(path_.string() + ": symbol '" + row.symbol + "'", added.error());
    }
  }
  return complete;
}

Result<std::uint64_t> Ledger::BeginRun(const RunInfo& info, const model::InstrumentTable& table) {
  sql::Connection& connection = *impl_->connection;
  if (!impl_->lock) {
    auto lock = TraderLock::Acquire(path_);
    if (!lock) {
      return tl::unexpected<base::Error>(lock.error());
    }
    impl_->lock.emplace(std::move(*lock));
  }
  const auto account = ReadAccount(connection);
  if (!account) {
    return tl::unexpected<base::Error>(account.error());
  }
  ENSURE(account->has_value());
  auto transaction = sql::Transaction::Begin(connection);
  if (!transaction) {
    return tl::unexpected<base::Error>(transaction.error());
  }
  if (const auto added = AddSymbols(connection, table); !added) {
    return tl::unexpected<base::Error>(added.error());
  }
  const auto epoch = InsertRun(connection, info);
  const auto symbols = LoadSymbols(connection);
  if (!epoch || !symbols) {
    return tl::unexpected<base::Error>(epoch ? symbols.error() : epoch.error());
  }
  if (const auto committed = transaction->Commit(); !committed) {
    return tl::unexpected<base::Error>(committed.error());
  }
  auto journal = Journal::Create(connection, {.epoch = *epoch,
                                              .account = (*account)->name,
                                              .venue = (*account)->venue,
                                              .symbols = SymbolMap(*symbols, table)});
  if (!journal) {
    return tl::unexpected<base::Error>(journal.error());
  }
  impl_->journal.emplace(std::move(*journal));
  return *epoch;
}

Result<CommitReceipt> Ledger::Commit(std::uint64_t epoch, std::span<const model::Action> actions) {
  ENSURE(impl_->journal.has_value());
  Journal& journal = *impl_->journal;
  CommitReceipt receipt;
  if (std::none_of(actions.begin(), actions.end(), IsJournaled)) {
    return receipt;
  }
  auto transaction = sql::Transaction::Begin(*impl_->connection);
  if (!transaction) {
    return tl::unexpected<base::Error>(transaction.error());
  }
  const auto newest = journal.NewestEpoch();
  if (!newest) {
    return tl::unexpected<base::Error>(newest.error());
  }
  if (*newest != epoch || epoch != journal.epoch()) {
    return base::Fail(ErrorCode::kConflict, path_.string() + ": run " + std::to_string(epoch) +
                                                " is fenced off by run " + std::to_string(*newest) +
                                                "; nothing was stored");
  }
  for (const model::Action& action : actions) {
    const auto written = WriteAction(journal, action, receipt);
    if (!written) {
      return tl::unexpected<base::Error>(written.error());
    }
    receipt.journaled += *written ? 1U : 0U;
  }
  if (const auto committed = transaction->Commit(); !committed) {
    return tl::unexpected<base::Error>(committed.error());
  }
  return receipt;
}

Result<RecoveredBooks> Ledger::Recover(const model::InstrumentTable& table) {
  return RecoverBooks(*impl_->connection, impl_->switches, table);
}

Result<std::vector<RecentOrder>> Ledger::RecentOrders(const model::InstrumentTable& table,
                                                      std::size_t changes) {
  const auto rows = LoadSymbols(*impl_->connection);
  if (!rows) {
    return tl::unexpected<base::Error>(rows.error());
  }
  return ReadRecentOrders(*impl_->connection, SymbolMap(*rows, table), changes);
}

Result<std::vector<model::Fill>> Ledger::Fills(const model::InstrumentTable& table,
                                               std::size_t limit) {
  return ReadNewestFills(*impl_->connection, table, limit);
}

Result<History> Ledger::RunHistory(const model::InstrumentTable& table, std::uint64_t epoch) {
  return ReadRunHistory(*impl_->connection, table, epoch);
}

Result<History> Ledger::OrderHistory(const model::InstrumentTable& table,
                                     const model::OrderId& id) {
  return ReadOrderHistory(*impl_->connection, table, id);
}

Result<std::vector<model::OrderId>> Ledger::FindOrders(std::string_view prefix, std::size_t limit) {
  return ledger::FindOrders(*impl_->connection, prefix, limit);
}

Result<std::vector<std::string>> Ledger::FindContradictions(const model::InstrumentTable& table,
                                                            std::size_t limit) {
  return ledger::FindContradictions(*impl_->connection, table, limit);
}

Result<model::SwitchTurn> Ledger::Turn(const model::SwitchTurn& turn) {
  return impl_->switches.Append(turn);
}

Result<model::SwitchState> Ledger::ReadSwitches() {
  return impl_->switches.Read();
}

Result<std::optional<base::UnixNanos>> Ledger::OnSince(model::Switch which) {
  return impl_->switches.OnSince(which);
}

Result<std::uint64_t> Ledger::LastSwitchSequence() {
  return impl_->switches.LastSequence();
}

Result<std::uint64_t> Ledger::LastEpoch() {
  const auto epoch = impl_->connection->QueryInt("SELECT max(epoch) FROM runs");
  if (!epoch) {
    return tl::unexpected<base::Error>(epoch.error());
  }
  return static_cast<std::uint64_t>(epoch->value_or(0));
}

}  // namespace bulwark::ledger
