// The part of Store that reads at start what an earlier process left.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/decimal.h"
#include "base/result.h"
#include "base/uuid.h"
#include "model/instrument.h"
#include "model/names.h"
#include "sql/connection.h"
#include "sql/statement.h"
#include "venue/paper/exchange.h"
#include "venue/paper/paper_order.h"
#include "venue/paper/protocol.h"
#include "venue/paper/store.h"
#include "venue/paper/store_values.h"

namespace bulwark::venue::paper {
namespace {

using base::Decimal;
using sql::Statement;

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

std::optional<model::InstrumentId> Find(const ExchangeState& state, const model::Symbol& symbol) {
  for (std::size_t at = 0; at < state.instruments.size(); ++at) {
    if (state.instruments[at].venue_symbol == symbol) {
      return model::InstrumentId{static_cast<std::uint16_t>(at)};
    }
  }
  return std::nullopt;
}

}  // namespace

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
    const auto instrument = order ? Find(state, order->asked.symbol) : std::nullopt;
    if (!order || !instrument) {
      strange = row.Text(1);
      return;
    }
    order->instrument = *instrument;
    state.working.push_back(*order);
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

}  // namespace bulwark::venue::paper
