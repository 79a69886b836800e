#include "venue/paper/store.h"

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "model/instrument.h"
#include "model/names.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "sql/connection.h"
#include "sql/migrations.h"
#include "sql/sqlite_file.h"
#include "sql/statement.h"
#include "venue/paper/exchange.h"
#include "venue/paper/paper_order.h"
#include "venue/paper/protocol.h"
#include "venue/paper/store_schema.h"
#include "venue/paper/store_statements.h"
#include "venue/paper/store_values.h"
#include "venue/venue.h"

namespace bulwark::venue::paper {
namespace {

using base::Decimal;
using sql::Statement;

base::Result<int> Lock(const std::filesystem::path& file) {
  const int lock = ::open((file.string() + ".lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (lock < 0) {
    return base::Fail(base::ErrorCode::kUnavailable, "cannot make " + file.string() + ".lock");
  }
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock);
    return base::Fail(base::ErrorCode::kConflict,
                      file.string() + " belongs to another running venue");
  }
  return lock;
}

VenueOrderStatus StatusOf(model::OrderEnd end) {
  switch (end) {
    case model::OrderEnd::kCancelled:
      return VenueOrderStatus::kCancelled;
    case model::OrderEnd::kRejected:
      return VenueOrderStatus::kRejected;
    case model::OrderEnd::kExpired:
      break;
  }
  return VenueOrderStatus::kExpired;
}

}  // namespace

Store::Store(int lock, std::unique_ptr<sql::Connection> connection)
    : lock_(lock), connection_(std::move(connection)) {}

Store::~Store() {
  transaction_.reset();
  statements_.reset();
  connection_.reset();
  ::close(lock_);
}

base::Result<std::unique_ptr<Store>> Store::Open(const std::filesystem::path& file,
                                                 Decimal opening_cash,
                                                 std::span<const OpeningHolding> holdings) {
  // An account that holds something may have spent all of its cash on it.
  if (opening_cash.is_negative() || (opening_cash.is_zero() && holdings.empty())) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "opening cash " + opening_cash.ToString() + " is not positive");
  }
  auto lock = Lock(file);
  if (!lock) {
    return tl::unexpected(lock.error());
  }
  auto connection = sql::OpenSqlite(file, {});
  if (!connection) {
    ::close(*lock);
    return tl::unexpected(connection.error());
  }
  std::unique_ptr<Store> store(new Store(*lock, std::move(*connection)));
  if (auto migrated = sql::Migrate(*store->connection_, kMigrations, base::WallNow()); !migrated) {
    return tl::unexpected(migrated.error());
  }
  if (auto begun = store->BeginAccount(opening_cash, holdings); !begun) {
    return tl::unexpected(begun.error());
  }
  if (auto prepared = store->Prepare(); !prepared) {
    return tl::unexpected(prepared.error());
  }
  return store;
}

base::Result<void> Store::BeginAccount(Decimal cash, std::span<const OpeningHolding> holdings) {
  auto transaction = sql::Transaction::Begin(*connection_, kStoreWrite);
  if (!transaction) {
    return tl::unexpected(transaction.error());
  }
  const auto accounts = connection_->QueryInt("SELECT count(*) FROM account");
  if (!accounts || accounts->value_or(0) != 0) {
    return accounts ? base::Result<void>() : tl::unexpected(accounts.error());
  }
  const std::string text = std::to_string(cash.raw());
  auto begun = connection_->Run("INSERT INTO account VALUES (1, " + text + ", " + text +
                                ", 0, 0, 0, 0, 0, 0)");
  auto insert = connection_->Prepare(
      {.sql = "INSERT INTO instruments VALUES (:n, :s, :t, :l, :m, :q)", .params = "itiiii"});
  if (!begun || !insert) {
    return begun ? tl::unexpected(insert.error()) : begun;
  }
  std::int64_t number = 0;
  for (const OpeningHolding& holding : holdings) {
    const model::Instrument& instrument = holding.instrument;
    insert->Set(0, number++).Set(1, instrument.venue_symbol.view());
    insert->Set(2, instrument.tick_size.raw()).Set(3, instrument.lot_size.raw());
    const auto added =
        insert->Set(4, instrument.min_notional.raw()).Set(5, holding.quantity.raw()).Execute();
    if (!added) {
      return base::FailWith("opening holding of " + std::string(instrument.venue_symbol.view()),
                            added.error());
    }
  }
  return transaction->Commit();
}

base::Result<void> Store::Begin() {
  if (transaction_) {
    return {};
  }
  auto begun = sql::Transaction::Begin(*connection_, kStoreWrite);
  if (!begun) {
    return tl::unexpected(begun.error());
  }
  transaction_.emplace(std::move(*begun));
  return {};
}

base::Result<void> Store::Insert(const PaperOrder& order, base::UnixNanos at,
                                 VenueOrderStatus status, std::string_view reason) {
  const Submission& asked = order.asked;
  Statement& row = statements_->insert_order;
  row.Set(0, Signed(order.number)).Set(1, asked.id.ToString()).Set(2, asked.symbol.view());
  row.Set(3, model::Name(asked.side)).Set(4, model::Name(asked.type));
  row.Set(5, model::Name(asked.time_in_force)).Set(6, std::int64_t{asked.reduce_only ? 1 : 0});
  row.Set(7, asked.quantity.raw());
  if (asked.limit_price) {
    row.Set(8, asked.limit_price->raw());
  } else {
    row.SetNull(8);
  }
  row.Set(9, order.reserve_price.raw()).Set(10, Stamp(at)).Set(11, Stamp(order.active_at));
  row.Set(12, order.filled.raw()).Set(13, order.blocked.raw());
  const auto changed = row.Set(14, StatusName(status)).Set(15, reason).Execute();
  return changed ? base::Result<void>{} : tl::unexpected(changed.error());
}

base::Result<void> Store::Update(const PaperOrder& order, VenueOrderStatus status,
                                 std::string_view reason) {
  Statement& row = statements_->update_order;
  row.Set(0, order.filled.raw()).Set(1, order.blocked.raw()).Set(2, StatusName(status));
  const auto changed = row.Set(3, reason).Set(4, Signed(order.number)).Execute();
  if (!changed) {
    return tl::unexpected(changed.error());
  }
  return *changed == 1 ? base::Result<void>{}
                       : Corrupt("order " + std::to_string(order.number) + " is not in the table");
}

base::Result<void> Store::Record(const Outcome& outcome) {
  if (std::holds_alternative<CancelRefused>(outcome)) {
    return {};  // Changes nothing, so there is nothing to remember.
  }
  if (auto begun = Begin(); !begun || std::holds_alternative<Duplicate>(outcome)) {
    return begun;  // The count of duplicates is written with the account.
  }
  if (const auto* accepted = std::get_if<Accepted>(&outcome)) {
    return Insert(accepted->order, accepted->at, VenueOrderStatus::kWorking, "");
  }
  if (const auto* ended = std::get_if<Ended>(&outcome)) {
    const VenueOrderStatus status = StatusOf(ended->end);
    return ended->was_accepted ? Update(ended->order, status, ended->reason.view())
                               : Insert(ended->order, ended->at, status, ended->reason.view());
  }
  const auto& [fill, order] = std::get<Filled>(outcome);
  Statement& row = statements_->insert_fill;
  row.Set(0, Signed(fill.venue_sequence)).Set(1, fill.trade_id.view());
  row.Set(2, Signed(order.number)).Set(3, fill.price.raw()).Set(4, fill.quantity.raw());
  const auto changed = row.Set(5, fill.fee.raw()).Set(6, Stamp(fill.at)).Execute();
  if (!changed) {
    return tl::unexpected(changed.error());
  }
  return Update(
      order, order.remaining().is_zero() ? VenueOrderStatus::kFilled : VenueOrderStatus::kWorking,
      "");
}

base::Result<void> Store::RecordInstrument(const model::Instrument& instrument) {
  if (auto begun = Begin(); !begun) {
    return begun;
  }
  Statement& row = statements_->upsert_instrument;
  row.Set(0, std::int64_t{instrument.id.index}).Set(1, instrument.venue_symbol.view());
  row.Set(2, instrument.tick_size.raw()).Set(3, instrument.lot_size.raw());
  const auto changed = row.Set(4, instrument.min_notional.raw()).Execute();
  return changed ? base::Result<void>{} : tl::unexpected(changed.error());
}

base::Result<void> Store::RecordFence(const Fence& fence) {
  if (auto begun = Begin(); !begun) {
    return begun;
  }
  const auto changed =
      statements_->set_fence.Set(0, Signed(fence.epoch)).Set(1, Signed(fence.session)).Execute();
  return changed ? base::Result<void>{} : tl::unexpected(changed.error());
}

base::Result<void> Store::Commit(const Exchange& exchange) {
  if (!transaction_) {
    return {};
  }
  written_.resize(exchange.instruments().size());
  for (const model::Instrument& instrument : exchange.instruments()) {
    const Decimal quantity = exchange.account().position(instrument.id);
    if (quantity == written_[instrument.id.index]) {
      continue;
    }
    written_[instrument.id.index] = quantity;
    Statement& row = statements_->set_quantity;
    const auto changed =
        row.Set(0, quantity.raw()).Set(1, std::int64_t{instrument.id.index}).Execute();
    if (!changed) {
      return tl::unexpected(changed.error());
    }
  }
  Statement& row = statements_->set_account;
  row.Set(0, exchange.account().cash().raw()).Set(1, Signed(exchange.orders_seen()));
  row.Set(2, Signed(exchange.duplicates())).Set(3, Signed(exchange.last_sequence()));
  const auto changed = row.Set(4, Stamp(exchange.clock())).Execute();
  if (!changed) {
    return tl::unexpected(changed.error());
  }
  auto committed = transaction_->Commit();
  transaction_.reset();
  return committed;
}

}  // namespace bulwark::venue::paper
