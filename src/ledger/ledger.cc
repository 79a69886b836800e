#include "ledger/ledger.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
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
#include "ledger/chain.h"
#include "ledger/durable_writes.h"
#include "ledger/journal.h"
#include "ledger/ledger_impl.h"
#include "ledger/ledger_place.h"
#include "ledger/recent_orders.h"
#include "ledger/recovered_books.h"
#include "ledger/recovery.h"
#include "ledger/session.h"
#include "ledger/spill.h"
#include "ledger/spill_merge.h"
#include "ledger/switch_log.h"
#include "ledger/symbols.h"
#include "ledger/trader_lock.h"
#include "model/action.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/names.h"
#include "model/switches.h"
#include "sql/connection.h"
#include "sql/postgres.h"
#include "sql/statement.h"

namespace bulwark::ledger {

using base::ErrorCode;
using base::Result;

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
  } else if (const auto* breaker = std::get_if<model::BreakerChanged>(&action)) {
    written = journal.Write(*breaker);
  } else if (const auto* proposal = std::get_if<model::ProposalChanged>(&action)) {
    written = journal.Write(*proposal);
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
         std::holds_alternative<model::RoundTripClosed>(action) ||
         std::holds_alternative<model::BreakerChanged>(action) ||
         std::holds_alternative<model::ProposalChanged>(action);
}

}  // namespace

Ledger::Ledger(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Ledger::~Ledger() = default;

const LedgerPlace& Ledger::place() const {
  return impl_->place;
}

Result<std::unique_ptr<Ledger>> Ledger::Open(const LedgerPlace& place, const OpenOptions& options) {
  auto session = OpenSession(place, options);
  if (!session) {
    return tl::unexpected<base::Error>(session.error());
  }
  auto impl = std::make_unique<Impl>(place, options);
  impl->session = *std::move(session);
  return std::unique_ptr<Ledger>(new Ledger(std::move(impl)));
}

Result<sql::Connection*> Ledger::Connection() {
  const auto session = impl_->Get();
  if (!session) {
    return tl::unexpected<base::Error>(session.error());
  }
  return (*session)->connection.get();
}

Result<std::optional<std::string>> Ledger::EnsureAccount(const AccountSetup& setup) {
  const auto session = impl_->Get();
  if (!session) {
    return tl::unexpected<base::Error>(session.error());
  }
  sql::Connection& connection = *(*session)->connection;
  auto transaction = sql::Transaction::Begin(connection, kAccountWrite);
  if (!transaction) {
    return tl::unexpected<base::Error>(transaction.error());
  }
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
  if (const auto committed = transaction->Commit(); !committed) {
    return tl::unexpected<base::Error>(committed.error());
  }
  const auto account = ReadAccount(connection);
  if (!account) {
    return tl::unexpected<base::Error>(account.error());
  }
  ENSURE(account->has_value());
  const AccountRow& stored = **account;
  if (stored.name != setup.name || stored.venue != setup.venue) {
    return base::Fail(ErrorCode::kConflict, impl_->place.Name() + ": belongs to account '" +
                                                stored.name + "' at '" + stored.venue + "', not '" +
                                                setup.name + "' at '" + setup.venue + "'");
  }
  if (stored.mode != model::Name(setup.terms.mode)) {
    return base::Fail(ErrorCode::kConflict,
                      impl_->place.Name() + ": is a " + stored.mode + " account; account.mode '" +
                          std::string(model::Name(setup.terms.mode)) + "' needs a new ledger");
  }
  if (stored.opening_cash != setup.opening_cash) {
    return "opening cash stays " + stored.opening_cash.ToString() + "; the configured " +
           setup.opening_cash.ToString() + " would only apply to a new ledger";
  }
  return std::optional<std::string>{};
}

Result<model::InstrumentTable> Ledger::CompleteInstruments(const model::InstrumentTable& table) {
  const auto session = impl_->Get();
  if (!session) {
    return tl::unexpected<base::Error>(session.error());
  }
  const auto rows = LoadSymbols(*(*session)->connection);
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
      return base::FailWith(impl_->place.Name() + ": symbol '" + row.symbol + "'", added.error());
    }
  }
  return complete;
}

Result<std::uint64_t> Ledger::BeginRun(const RunInfo& info, const model::InstrumentTable& table) {
  const auto session = impl_->Get();
  if (!session) {
    return tl::unexpected<base::Error>(session.error());
  }
  sql::Connection& connection = *(*session)->connection;
  if (const auto locked = impl_->TakeLock(connection); !locked) {
    return tl::unexpected<base::Error>(locked.error());
  }
  const auto account = ReadAccount(connection);
  if (!account) {
    return tl::unexpected<base::Error>(account.error());
  }
  ENSURE(account->has_value());
  auto transaction = sql::Transaction::Begin(connection, kRunWrite);
  if (!transaction) {
    return tl::unexpected<base::Error>(transaction.error());
  }
  if (const auto added = AddSymbols(connection, table); !added) {
    return tl::unexpected<base::Error>(added.error());
  }
  const auto epoch = InsertRun(connection, info);
  if (!epoch) {
    return tl::unexpected<base::Error>(epoch.error());
  }
  if (const auto committed = transaction->Commit(); !committed) {
    return tl::unexpected<base::Error>(committed.error());
  }
  impl_->run = RunState{.epoch = *epoch,
                        .account = (*account)->name,
                        .venue = (*account)->venue,
                        .table = table,
                        .fills_per_snapshot = info.fills_per_snapshot};
  if (const auto started = impl_->StartJournal(**session); !started) {
    return tl::unexpected<base::Error>(started.error());
  }
  return *epoch;
}

namespace {

// Writes all of it and what hangs on it; the caller has a transaction open.
Result<CommitReceipt> WriteBatch(Journal& journal, std::span<const model::Action> actions) {
  CommitReceipt receipt;
  for (const model::Action& action : actions) {
    const auto written = WriteAction(journal, action, receipt);
    if (!written) {
      return tl::unexpected<base::Error>(written.error());
    }
    receipt.journaled += *written ? 1U : 0U;
  }
  if (const auto written = journal.WriteSnapshotIfDue(); !written) {
    return tl::unexpected<base::Error>(written.error());
  }
  return receipt;
}

// Empty: go on.
Result<void> RefuseFenced(Journal& journal, std::uint64_t epoch, const std::string& place) {
  const auto newest = journal.NewestEpoch();
  if (!newest) {
    return tl::unexpected<base::Error>(newest.error());
  }
  if (*newest != epoch || epoch != journal.epoch()) {
    return base::Fail(ErrorCode::kConflict, place + ": run " + std::to_string(epoch) +
                                                " is fenced off by run " + std::to_string(*newest) +
                                                "; nothing was stored");
  }
  return {};
}

}  // namespace

Result<CommitReceipt> Ledger::Commit(std::uint64_t epoch, std::span<const model::Action> actions) {
  ENSURE(impl_->run.has_value());
  CommitReceipt stored;
  if (std::none_of(actions.begin(), actions.end(), IsJournaled)) {
    return stored;
  }
  const auto session = impl_->Get();
  if (!session) {
    return tl::unexpected<base::Error>(session.error());
  }
  Journal& journal = *(*session)->journal;
  if (impl_->doubt) {
    const Doubt doubt = *std::exchange(impl_->doubt, std::nullopt);
    if (journal.tails() == doubt.after && !(doubt.before == doubt.after)) {
      ENSURE(actions.size() >= doubt.actions);
      actions = actions.subspan(doubt.actions);
      stored = doubt.receipt;
      if (std::none_of(actions.begin(), actions.end(), IsJournaled)) {
        return stored;
      }
    }
  }
  auto transaction = sql::Transaction::Begin(*(*session)->connection, kCommitWrite);
  if (!transaction) {
    return tl::unexpected<base::Error>(transaction.error());
  }
  if (const auto refused = RefuseFenced(journal, epoch, impl_->place.Name()); !refused) {
    return tl::unexpected<base::Error>(refused.error());
  }
  const JournalTails before = journal.tails();
  auto receipt = WriteBatch(journal, actions);
  if (!receipt) {
    journal.Revert();
    return receipt;
  }
  if (const auto committed = transaction->Commit(); !committed) {
    if (!(*session)->connection->is_alive()) {
      impl_->doubt = Doubt{.before = before,
                           .after = journal.tails(),
                           .actions = actions.size(),
                           .journaled = static_cast<std::size_t>(
                               std::count_if(actions.begin(), actions.end(), IsJournaled)),
                           .receipt = *receipt};
    }
    journal.Revert();
    return tl::unexpected<base::Error>(committed.error());
  }
  journal.Keep();
  receipt->journaled += stored.journaled;
  receipt->duplicates.insert(receipt->duplicates.begin(), stored.duplicates.begin(),
                             stored.duplicates.end());
  return receipt;
}

Result<CommitReceipt> Ledger::CommitSpill(std::uint64_t epoch, const SpillContent& spill) {
  ENSURE(impl_->run.has_value());
  const auto session = impl_->Get();
  if (!session) {
    return tl::unexpected<base::Error>(session.error());
  }
  sql::Connection& connection = *(*session)->connection;
  Journal& journal = *(*session)->journal;
  auto transaction = sql::Transaction::Begin(connection, kSpillMerge);
  if (!transaction) {
    return tl::unexpected<base::Error>(transaction.error());
  }
  if (const auto refused = RefuseFenced(journal, epoch, impl_->place.Name()); !refused) {
    return tl::unexpected<base::Error>(refused.error());
  }
  const auto is_new = MarkSpill(connection, spill);
  if (!is_new) {
    return tl::unexpected<base::Error>(is_new.error());
  }
  if (!*is_new) {
    return CommitReceipt{};
  }
  auto current = WithoutOutdated(connection, spill);
  const auto doubt = std::exchange(impl_->doubt, std::nullopt);
  if (current && doubt && journal.tails() == doubt->after && !(doubt->before == doubt->after)) {
    // The spill began with the batch whose answer was lost.
    current->erase(current->begin(), current->begin() + static_cast<std::ptrdiff_t>(std::min(
                                                            doubt->journaled, current->size())));
  }
  auto receipt = current ? WriteBatch(journal, *current)
                         : Result<CommitReceipt>(tl::unexpected<base::Error>(current.error()));
  const auto committed = receipt ? transaction->Commit() : Result<void>();
  if (!receipt || !committed) {
    // A lost answer needs no memory of it: the mark tells the next try.
    journal.Revert();
    return receipt ? Result<CommitReceipt>(tl::unexpected<base::Error>(committed.error()))
                   : receipt;
  }
  journal.Keep();
  return receipt;
}

}  // namespace bulwark::ledger
