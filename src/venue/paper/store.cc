#include "venue/paper/store.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "model/instrument.h"
#include "model/market_data.h"
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
#include "venue/paper/protocol_names.h"
#include "venue/paper/store_schema.h"
#include "venue/venue.h"

namespace bulwark::venue::paper {
namespace {

using base::Decimal;
using sql::Statement;

std::int64_t Signed(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}
std::uint64_t Unsigned(std::int64_t number) {
  return static_cast<std::uint64_t>(number);
}
std::int64_t Stamp(base::UnixNanos at) {
  return at.time_since_epoch().count();
}
base::UnixNanos Time(std::int64_t stamp) {
  return base::UnixNanos(base::Nanos(stamp));
}

tl::unexpected<base::Error> Corrupt(const std::string& what) {
  return base::Fail(base::ErrorCode::kCorrupt, "paper venue: " + what);
}

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

// Empty when a word of the row is none of ours.
std::optional<PaperOrder> ReadOrder(const Statement& row) {
  const auto id = base::Uuid::Parse(row.Text(1));
  const auto symbol = model::Symbol::Make(row.Text(2));
  const auto side = model::SideFromName(row.Text(3));
  const auto type = model::OrderTypeFromName(row.Text(4));
  const auto time_in_force = model::TimeInForceFromName(row.Text(5));
  if (!id || !symbol || !side || !type || !time_in_force) {
    return std::nullopt;
  }
  PaperOrder order;
  order.number = Unsigned(row.Int(0));
  order.asked = {.id = *id,
                 .symbol = *symbol,
                 .side = *side,
                 .type = *type,
                 .time_in_force = *time_in_force,
                 .reduce_only = row.Int(6) != 0,
                 .quantity = Decimal::FromRaw(row.Int(7)),
                 .at = Time(row.Int(10))};
  if (!row.IsNull(8)) {
    order.asked.limit_price = Decimal::FromRaw(row.Int(8));
  }
  order.reserve_price = Decimal::FromRaw(row.Int(9));
  order.active_at = Time(row.Int(11));
  order.filled = Decimal::FromRaw(row.Int(12));
  order.blocked = Decimal::FromRaw(row.Int(13));
  return order;
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

struct Store::Statements {
  Statement insert_order;
  Statement update_order;
  Statement insert_fill;
  Statement upsert_instrument;
  Statement set_quantity;
  Statement set_account;
  Statement set_fence;
  Statement find_order;
  Statement fills_after;
};

Store::Store(int lock, std::unique_ptr<sql::Connection> connection)
    : lock_(lock), connection_(std::move(connection)) {}

Store::~Store() {
  transaction_.reset();
  statements_.reset();
  connection_.reset();
  ::close(lock_);
}

base::Result<std::unique_ptr<Store>> Store::Open(const std::filesystem::path& file,
                                                 Decimal opening_cash) {
  if (!opening_cash.is_positive()) {
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
  const std::string cash = std::to_string(opening_cash.raw());
  auto account = store->connection_->Run("INSERT OR IGNORE INTO account VALUES (1, " + cash + ", " +
                                         cash + ", 0, 0, 0, 0, 0, 0)");
  if (!account) {
    return tl::unexpected(account.error());
  }
  if (auto prepared = store->Prepare(); !prepared) {
    return tl::unexpected(prepared.error());
  }
  return store;
}

base::Result<void> Store::Prepare() {
  const std::array<sql::StatementText, 9> texts = {{
      {.sql = "INSERT INTO orders VALUES (:a,:b,:c,:d,:e,:f,:g,:h,:i,:j,:k,:l,:m,:n,:o,:p)",
       .params = "ittttt"
                 "iiiiiiii"
                 "tt",
       .columns = ""},
      {.sql = "UPDATE orders SET filled = :a, blocked = :b, status = :c, reason = :d"
              " WHERE number = :e",
       .params = "iitti",
       .columns = ""},
      {.sql = "INSERT INTO fills VALUES (:a, :b, :c, :d, :e, :f, :g)",
       .params = "itiiiii",
       .columns = ""},
      {.sql =
           "INSERT INTO instruments VALUES (:a, :b, :c, :d, :e, 0) ON CONFLICT (number) DO UPDATE"
           " SET tick_size = excluded.tick_size, lot_size = excluded.lot_size,"
           " min_notional = excluded.min_notional",
       .params = "itiii",
       .columns = ""},
      {.sql = "UPDATE instruments SET quantity = :a WHERE number = :b",
       .params = "ii",
       .columns = ""},
      {.sql = "UPDATE account SET cash = :a, orders_seen = :b, duplicates = :c,"
              " last_sequence = :d, clock = :e",
       .params = "iiiii",
       .columns = ""},
      {.sql = "UPDATE account SET fence_epoch = :a, fence_session = :b",
       .params = "ii",
       .columns = ""},
      {.sql = "SELECT number, status, filled, reason FROM orders WHERE id = :a",
       .params = "t",
       .columns = "itit"},
      {.sql = "SELECT f.sequence, f.trade_id, f.price, f.quantity, f.fee, f.at, o.number, o.id,"
              " o.symbol, o.side FROM fills f JOIN orders o ON o.number = f.order_number"
              " WHERE f.sequence > :a ORDER BY f.sequence LIMIT :b",
       .params = "ii",
       .columns = "itiiiiittt"},
  }};
  std::vector<Statement> made;
  for (const sql::StatementText& text : texts) {
    auto statement = connection_->Prepare(text);
    if (!statement) {
      return tl::unexpected(statement.error());
    }
    made.push_back(std::move(*statement));
  }
  statements_ = std::make_unique<Statements>(
      Statements{std::move(made[0]), std::move(made[1]), std::move(made[2]), std::move(made[3]),
                 std::move(made[4]), std::move(made[5]), std::move(made[6]), std::move(made[7]),
                 std::move(made[8])});
  return {};
}

base::Result<ExchangeState> Store::Load() {
  ExchangeState state;
  auto account = connection_->Prepare({.sql = "SELECT opening_cash, cash, orders_seen, duplicates,"
                                              " last_sequence, clock FROM account",
                                       .params = "",
                                       .columns = "iiiiii"});
  if (!account) {
    return tl::unexpected(account.error());
  }
  auto read = account->ForEachRow([&](const Statement& row) {
    state.opening_cash = Decimal::FromRaw(row.Int(0));
    state.cash = Decimal::FromRaw(row.Int(1));
    state.orders_seen = Unsigned(row.Int(2));
    state.duplicates = Unsigned(row.Int(3));
    state.last_sequence = Unsigned(row.Int(4));
    state.clock = Time(row.Int(5));
  });
  for (const auto step : {&Store::LoadInstruments, &Store::LoadWorking, &Store::LoadSeen}) {
    if (read) {
      read = (this->*step)(state);
    }
  }
  if (!read) {
    return tl::unexpected(read.error());
  }
  if (state.seen.size() != state.orders_seen) {
    return Corrupt("account counts " + std::to_string(state.orders_seen) + " orders, the table " +
                   std::to_string(state.seen.size()));
  }
  return state;
}

base::Result<void> Store::LoadInstruments(ExchangeState& state) {
  auto rows = connection_->Prepare({.sql = "SELECT symbol, tick_size, lot_size, min_notional,"
                                           " quantity FROM instruments ORDER BY number",
                                    .params = "",
                                    .columns = "tiiii"});
  if (!rows) {
    return tl::unexpected(rows.error());
  }
  written_.clear();
  return rows->ForEachRow([&](const Statement& row) {
    model::Instrument instrument;
    instrument.symbol = instrument.venue_symbol = model::Symbol::Cut(row.Text(0));
    instrument.tick_size = Decimal::FromRaw(row.Int(1));
    instrument.lot_size = Decimal::FromRaw(row.Int(2));
    instrument.min_notional = Decimal::FromRaw(row.Int(3));
    state.instruments.push_back(instrument);
    state.positions.push_back(Decimal::FromRaw(row.Int(4)));
    written_.push_back(state.positions.back());
  });
}

base::Result<void> Store::LoadWorking(ExchangeState& state) {
  auto rows = connection_->Prepare(
      {.sql = "SELECT number, id, symbol, side, type, time_in_force, reduce_only, quantity,"
              " limit_price, reserve_price, arrived_at, active_at, filled, blocked"
              " FROM orders WHERE status = 'WORKING' ORDER BY number",
       .params = "",
       .columns = "ittttt"
                  "iiiiiiii"});
  if (!rows) {
    return tl::unexpected(rows.error());
  }
  std::string strange;
  auto read = rows->ForEachRow([&](const Statement& row) {
    auto order = ReadOrder(row);
    for (std::size_t at = 0; order && at < state.instruments.size(); ++at) {
      if (state.instruments[at].venue_symbol == order->asked.symbol) {
        order->instrument = model::InstrumentId{static_cast<std::uint16_t>(at)};
        state.working.push_back(*order);
        return;
      }
    }
    strange = row.Text(1);
  });
  if (read && !strange.empty()) {
    return Corrupt("order '" + strange + "' makes no sense");
  }
  return read;
}

base::Result<void> Store::LoadSeen(ExchangeState& state) {
  state.seen.reserve(state.orders_seen);
  auto rows = connection_->Prepare({.sql = "SELECT id FROM orders", .params = "", .columns = "t"});
  if (!rows) {
    return tl::unexpected(rows.error());
  }
  return rows->ForEachRow([&](const Statement& row) {
    state.seen.push_back(base::Uuid::Parse(row.Text(0)).value_or(base::Uuid()));
  });
}

base::Result<Fence> Store::LoadFence() {
  const auto epoch = connection_->QueryInt("SELECT fence_epoch FROM account");
  const auto session = connection_->QueryInt("SELECT fence_session FROM account");
  if (!epoch || !session) {
    return tl::unexpected(epoch ? session.error() : epoch.error());
  }
  return Fence{.epoch = Unsigned(epoch->value_or(0)), .session = Unsigned(session->value_or(0))};
}

base::Result<void> Store::Begin() {
  if (transaction_) {
    return {};
  }
  auto begun = sql::Transaction::Begin(*connection_);
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

base::Result<std::optional<VenueOrder>> Store::FindOrder(const model::OrderId& id) {
  std::optional<VenueOrder> found;
  Statement& rows = statements_->find_order;
  auto read = rows.Set(0, id.ToString()).ForEachRow([&](const Statement& row) {
    const auto status = StatusFromWord(row.Text(1));
    found = VenueOrder{.id = id,
                       .status = status.value_or(VenueOrderStatus::kUnknown),
                       .venue_order_id = VenueIdOf({.number = Unsigned(row.Int(0))}),
                       .cumulative_filled = Decimal::FromRaw(row.Int(2)),
                       .reason = model::Reason::Cut(row.Text(3))};
  });
  if (!read) {
    return tl::unexpected(read.error());
  }
  if (found && found->status == VenueOrderStatus::kUnknown) {
    return Corrupt("order " + id.ToString() + " has no valid status");
  }
  return found;
}

base::Result<bool> Store::FillsAfter(std::uint64_t since, std::size_t limit,
                                     const std::function<void(const FillLine&)>& on_fill) {
  std::size_t count = 0;
  Statement& rows = statements_->fills_after;
  rows.Set(0, Signed(since)).Set(1, static_cast<std::int64_t>(limit) + 1);
  auto read = rows.ForEachRow([&](const Statement& row) {
    if (++count > limit) {
      return;
    }
    FillLine line{.is_past = true, .symbol = model::Symbol::Cut(row.Text(8))};
    line.venue_order_id = VenueIdOf({.number = Unsigned(row.Int(6))});
    line.fill.order_id = base::Uuid::Parse(row.Text(7)).value_or(base::Uuid());
    line.fill.trade_id = model::TradeId::Cut(row.Text(1));
    line.fill.side = model::SideFromName(row.Text(9)).value_or(model::Side::kBuy);
    line.fill.price = Decimal::FromRaw(row.Int(2));
    line.fill.quantity = Decimal::FromRaw(row.Int(3));
    line.fill.fee = Decimal::FromRaw(row.Int(4));
    line.fill.at = Time(row.Int(5));
    line.fill.venue_sequence = Unsigned(row.Int(0));
    on_fill(line);
  });
  if (!read) {
    return tl::unexpected(read.error());
  }
  return count > limit;
}

}  // namespace bulwark::venue::paper
