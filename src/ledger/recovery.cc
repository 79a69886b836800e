#include "ledger/recovery.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "ledger/adjustment_row.h"
#include "ledger/approval_log.h"
#include "ledger/breaker_log.h"
#include "ledger/chain.h"
#include "ledger/entries_of_day.h"
#include "ledger/fill_row.h"
#include "ledger/foreign_day_trades.h"
#include "ledger/order_row.h"
#include "ledger/read_rows.h"
#include "ledger/recovered_books.h"
#include "ledger/replay.h"
#include "ledger/share_moves_now.h"
#include "ledger/snapshot.h"
#include "ledger/switch_log.h"
#include "ledger/symbols.h"
#include "ledger/trades_now.h"
#include "model/action.h"
#include "model/adjustment.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/names.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {
namespace {

using base::Decimal;
using base::ErrorCode;
using base::Result;

Result<void> ReadAccount(sql::Connection& connection, RecoveredBooks& books) {
  const auto cash = connection.QueryInt("SELECT opening_cash FROM account");
  const auto cost = connection.QueryInt("SELECT CAST(sum(cost) AS BIGINT) FROM opening_positions");
  const auto epoch = connection.QueryInt("SELECT max(epoch) FROM runs");
  if (!cash || !cost || !epoch) {
    return tl::unexpected<base::Error>(!cash ? cash.error() : !cost ? cost.error() : epoch.error());
  }
  books.opening_cost = Decimal::FromRaw(cost->value_or(0));
  books.opening_cash = Decimal::FromRaw(cash->value_or(0));
  books.last_epoch = static_cast<std::uint64_t>(epoch->value_or(0));
  return {};
}

// The portfolio and the newest trades. The replay begins so far back that these, and what took some
// of them back, come out as if it had begun at the first.
Result<void> ReadOwned(sql::Connection& connection, const SymbolMap& symbols,
                       const model::InstrumentTable& table, RecoveredBooks& books) {
  constexpr std::int64_t kReplayedMin = 2 * static_cast<std::int64_t>(kBookedTradesMax);
  const auto tail = ReadTail(connection, Fills());
  auto owned = tail ? ReadStart(connection, symbols, tail->sequence - kReplayedMin)
                    : Result<BooksAt>(tl::unexpected<base::Error>(tail.error()));
  if (!owned) {
    return tl::unexpected<base::Error>(owned.error());
  }
  TradesNow trades;
  ShareMovesNow moves(table, owned->fills > 0);
  const auto earlier = ReadAdjustments(connection, symbols, 0);
  if (!earlier) {
    return tl::unexpected<base::Error>(earlier.error());
  }
  for (const BookedAdjustment& booked : *earlier) {
    const model::Adjustment& adjustment = booked.adjustment;
    if (booked.sequence <= owned->adjustment) {
      trades.See(adjustment);
    }
    if (adjustment.trade_id.empty()) {
      books.adjustment_ids.push_back(adjustment.id);
    } else if (adjustment.kind == model::AdjustmentKind::kCorrection) {
      // Its first id is known although only its correction came.
      books.trade_ids.push_back(adjustment.trade_id);
    }
  }
  auto replayed = ReplayBooks(connection, symbols, *owned, [&](const Replayed& booked) {
    if (booked.fill != nullptr) {
      trades.See(booked.fill->fill, booked.effect);
      moves.See(booked.fill->fill, booked.effect);
    } else {
      trades.See(booked.adjustment->adjustment);
      moves.See(booked.adjustment->adjustment, booked.effect);
    }
  });
  books.portfolio = owned->portfolio;
  books.fills = owned->fills;
  books.venue_sequence_max = owned->venue_sequence_max;
  books.booked_trades = trades.Take();
  books.share_moves = moves.Take();
  return replayed;
}

Result<void> ReadTradeIds(sql::Connection& connection, RecoveredBooks& books) {
  const auto corrected = static_cast<std::ptrdiff_t>(books.trade_ids.size());
  auto ids = ReadRows(connection,
                      {.sql = "SELECT trade_id FROM fills ORDER BY sequence DESC LIMIT " +
                              std::to_string(kTradeIdsMax),
                       .columns = "t"},
                      [&](const sql::Statement& row) -> Result<void> {
                        const auto trade_id = model::TradeId::Make(row.Text(0));
                        if (!trade_id) {
                          return base::Fail(ErrorCode::kCorrupt,
                                            "trade id '" + row.Text(0) + "' is too long");
                        }
                        books.trade_ids.push_back(*trade_id);
                        return {};
                      });
  std::reverse(books.trade_ids.begin() + corrected, books.trade_ids.end());
  return ids;
}

// The order columns, each with the table's short name in front.
std::string OrderColumnsOf(const std::string& table) {
  std::string text = table + ".";
  for (const char* at = kOrderColumns; *at != '\0'; ++at) {
    text += *at;
    if (*at == ' ') {
      text += table + ".";
    }
  }
  return text;
}

Result<void> ReadLastFills(sql::Connection& connection, const SymbolMap& symbols,
                           RecoveredBooks& books) {
  // In SQLite, CROSS JOIN fixes the way: from the few fills to their orders' heads to their events.
  const auto read = ReadRows(
      connection,
      {.sql = "SELECT " + FillColumnsOf("f") + ", " + OrderColumnsOf("e") +
              " FROM (SELECT * FROM fills ORDER BY sequence DESC LIMIT " +
              std::to_string(kLastFillsMax) +
              ") f CROSS JOIN order_heads h CROSS JOIN order_events e "
              "WHERE h.order_id = f.order_id AND e.sequence = h.event ORDER BY f.sequence DESC",
       .columns = std::string(kFillRowKinds) + kOrderKinds},
      [&](const sql::Statement& row) -> Result<void> {
        auto booked = ReadFillRow(row, 0, symbols);
        if (!booked) {
          return tl::unexpected<base::Error>(booked.error());
        }
        const auto order = ReadOrder(row, std::strlen(kFillRowKinds), symbols);
        if (!order) {
          return tl::unexpected<base::Error>(order.error());
        }
        booked->order = *order;
        books.last_fills.push_back(*booked);
        return {};
      });
  std::reverse(books.last_fills.begin(), books.last_fills.end());
  return read;
}

// What open orders tie up leaves the free amounts.
Result<void> ReadOpenOrders(sql::Connection& connection, const SymbolMap& symbols,
                            RecoveredBooks& books) {
  return ReadRows(
      connection,
      {.sql =
           "SELECT " + std::string(kOrderColumns) +
           " FROM order_events WHERE sequence IN (SELECT event FROM order_heads WHERE is_open = 1) "
           "ORDER BY created_at, order_id",
       .columns = kOrderKinds},
      [&](const sql::Statement& row) -> Result<void> {
        const auto order = ReadOrder(row, 0, symbols);
        if (!order) {
          return tl::unexpected<base::Error>(order.error());
        }
        model::Portfolio& portfolio = books.portfolio;
        model::Position& position = portfolio.at(order->instrument);
        portfolio.cash -= order->reserved_cash_remaining;
        portfolio.blocked_cash += order->reserved_cash_remaining;
        position.quantity -= order->reserved_quantity_remaining;
        position.blocked_quantity += order->reserved_quantity_remaining;
        books.open_orders.push_back(*order);
        return {};
      });
}

std::optional<model::AnchorSet>& AnchorOf(model::AnchorKind kind, RecoveredBooks& books) {
  switch (kind) {
    case model::AnchorKind::kDay:
      return books.anchor;
    case model::AnchorKind::kWeek:
      return books.week_anchor;
    case model::AnchorKind::kInception:
      return books.inception_anchor;
    case model::AnchorKind::kSession:
      return books.session_anchor;
    case model::AnchorKind::kWatchdog:
      return books.watchdog_anchor;
    case model::AnchorKind::kPeak:
      break;
  }
  return books.peak_anchor;
}

Result<void> ReadAnchor(sql::Connection& connection, RecoveredBooks& books) {
  auto day = ReadRows(
      connection,
      {.sql = "SELECT utc_day, equity FROM anchors ORDER BY utc_day DESC LIMIT 1", .columns = "ii"},
      [&](const sql::Statement& row) -> Result<void> {
        books.anchor = model::AnchorSet{.utc_day = static_cast<std::int32_t>(row.Int(0)),
                                        .equity = Decimal::FromRaw(row.Int(1))};
        return {};
      });
  if (!day) {
    return day;
  }
  return ReadRows(
      connection,
      {.sql = "SELECT kind, utc_day, equity FROM period_anchors ORDER BY utc_day",
       .columns = "tii"},
      [&](const sql::Statement& row) -> Result<void> {
        const auto kind = model::AnchorKindFromName(row.Text(0));
        if (!kind) {
          return base::Fail(ErrorCode::kCorrupt, "anchor of kind '" + row.Text(0) + "'");
        }
        AnchorOf(*kind, books) = model::AnchorSet{.utc_day = static_cast<std::int32_t>(row.Int(1)),
                                                  .equity = Decimal::FromRaw(row.Int(2)),
                                                  .kind = *kind};
        return {};
      });
}

Result<SymbolMap> LoadMap(sql::Connection& connection, const model::InstrumentTable& table) {
  const auto rows = LoadSymbols(connection);
  if (!rows) {
    return tl::unexpected<base::Error>(rows.error());
  }
  return SymbolMap(*rows, table);
}

}  // namespace

Result<RecoveredBooks> RecoverBooks(sql::Connection& connection, SwitchLog& switches,
                                    const model::InstrumentTable& table) {
  const auto snapshot = sql::Transaction::BeginSnapshot(connection);
  if (!snapshot) {
    return tl::unexpected<base::Error>(snapshot.error());
  }
  const auto symbols = LoadMap(connection, table);
  if (!symbols) {
    return tl::unexpected<base::Error>(symbols.error());
  }
  RecoveredBooks books;
  Result<void> read = ReadAccount(connection, books);
  if (read) {
    read = ReadOwned(connection, *symbols, table, books);
  }
  for (const auto step : {&ReadOpenOrders, &ReadLastFills}) {
    if (read) {
      read = step(connection, *symbols, books);
    }
  }
  for (const auto step : {&ReadTradeIds, &ReadAnchor}) {
    if (read) {
      read = step(connection, books);
    }
  }
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  auto foreign = ReadForeignDayTrades(connection);
  if (!foreign) {
    return tl::unexpected<base::Error>(foreign.error());
  }
  books.foreign_day_trades = std::move(*foreign);
  const auto entries = ReadEntriesOfDay(connection);
  if (!entries) {
    return tl::unexpected<base::Error>(entries.error());
  }
  books.entries = *entries;
  auto state = switches.Read();
  if (!state) {
    return tl::unexpected<base::Error>(state.error());
  }
  books.switches = std::move(*state);
  const auto breakers = ReadBreakerRecord(connection);
  if (!breakers) {
    return tl::unexpected<base::Error>(breakers.error());
  }
  books.breakers = *breakers;
  auto proposals = ReadOpenProposals(connection, *symbols);
  if (!proposals) {
    return tl::unexpected<base::Error>(proposals.error());
  }
  books.proposals = *std::move(proposals);
  auto mode = ReadMode(connection);
  if (!mode) {
    return tl::unexpected<base::Error>(mode.error());
  }
  books.mode = *std::move(mode);
  const auto answer = connection.QueryInt("SELECT max(sequence) FROM approval_answers");
  if (!answer) {
    return tl::unexpected<base::Error>(answer.error());
  }
  books.last_answer = static_cast<std::uint64_t>(answer->value_or(0));
  return books;
}

Result<std::vector<model::Fill>> ReadNewestFills(sql::Connection& connection,
                                                 const model::InstrumentTable& table,
                                                 std::size_t limit) {
  const auto symbols = LoadMap(connection, table);
  if (!symbols) {
    return tl::unexpected<base::Error>(symbols.error());
  }
  std::vector<model::Fill> fills;
  const auto read =
      ReadRows(connection,
               {.sql = "SELECT " + FillColumnsOf("f") +
                       " FROM fills f ORDER BY f.sequence DESC LIMIT " + std::to_string(limit),
                .columns = kFillRowKinds},
               [&](const sql::Statement& row) -> Result<void> {
                 const auto booked = ReadFillRow(row, 0, *symbols);
                 if (!booked) {
                   return tl::unexpected<base::Error>(booked.error());
                 }
                 fills.push_back(booked->fill);
                 return {};
               });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  std::reverse(fills.begin(), fills.end());
  return fills;
}

}  // namespace bulwark::ledger
