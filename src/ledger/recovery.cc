#include "ledger/recovery.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "ledger/adjustment_row.h"
#include "ledger/order_row.h"
#include "ledger/recovered_books.h"
#include "ledger/switch_log.h"
#include "ledger/symbols.h"
#include "ledger/trades_now.h"
#include "model/accounting.h"
#include "model/action.h"
#include "model/adjustment.h"
#include "model/booked_trade.h"
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

// Runs a query whose rows may turn out to be wrong: the first wrong one is the answer.
template <class OnRow>
Result<void> ReadRows(sql::Connection& connection, const sql::StatementText& text, OnRow on_row) {
  auto query = connection.Prepare(text);
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  Result<void> outcome;
  auto read = query->ForEachRow([&](const sql::Statement& row) {
    if (outcome) {
      outcome = on_row(row);
    }
  });
  if (!read) {
    return read;
  }
  return outcome ? outcome : base::FailWith(connection.place(), outcome.error());
}

// The cells trade_id, order_id, instrument_id, side, price, quantity, fee, realised_pnl, at,
// booked_at, venue_sequence, sequence, fee_currency, fee_charged, fee_quantity, pnl_method.
constexpr std::size_t kSequenceCell = 11;
constexpr std::size_t kMethodCell = 15;
constexpr const char* kFillColumns =
    "f.trade_id, f.order_id, f.instrument_id, f.side, f.price, f.quantity, f.fee, f.realised_pnl, "
    "f.at, f.booked_at, f.venue_sequence, f.sequence, f.fee_currency, f.fee_charged, "
    "f.fee_quantity, f.pnl_method";
constexpr const char* kFillKinds = "ttitiiiiiiiitiit";
constexpr std::size_t kFillCells = 16;

Result<BookedFill> ReadFill(const sql::Statement& row, const SymbolMap& symbols) {
  const auto instrument = symbols.Instrument(row.Int(2));
  if (!instrument) {
    return base::Fail(ErrorCode::kNotFound, "fill " + row.Text(0) +
                                                ": the configuration lacks its instrument " +
                                                std::to_string(row.Int(2)));
  }
  const auto trade_id = model::TradeId::Make(row.Text(0));
  const auto order_id = base::Uuid::Parse(row.Text(1));
  const auto side = model::SideFromName(row.Text(3));
  BookedFill booked{.realised_pnl = Decimal::FromRaw(row.Int(7))};
  booked.fill.price = Decimal::FromRaw(row.Int(4));
  booked.fill.quantity = Decimal::FromRaw(row.Int(5));
  booked.fill.fee = Decimal::FromRaw(row.Int(6));
  const auto notional =
      base::CheckedMul(booked.fill.price, booked.fill.quantity, base::Rounding::kHalfEven);
  const auto fee_currency = model::Currency::Make(row.Text(12));
  booked.fill.fee_charged = Decimal::FromRaw(row.Int(13));
  booked.fill.fee_quantity = Decimal::FromRaw(row.Int(14));
  if (!trade_id || !order_id || !side || !notional || !fee_currency) {
    return base::Fail(ErrorCode::kCorrupt,
                      "fill " + row.Text(0) + ": its id, side or amounts cannot be read");
  }
  booked.fill.trade_id = *trade_id;
  booked.fill.fee_currency = *fee_currency;
  booked.fill.order_id = *order_id;
  booked.fill.instrument = *instrument;
  booked.fill.side = *side;
  booked.fill.at = base::UnixNanos{base::Nanos{row.Int(8)}};
  booked.fill.booked_at = base::UnixNanos{base::Nanos{row.Int(9)}};
  booked.fill.venue_sequence = static_cast<std::uint64_t>(row.Int(10));
  return booked;
}

Result<void> ReadTerms(sql::Connection& connection, model::AccountTerms& terms) {
  return ReadRows(connection, {.sql = "SELECT mode, leverage FROM account", .columns = "ti"},
                  [&](const sql::Statement& row) -> Result<void> {
                    const auto mode = model::AccountModeFromName(row.Text(0));
                    terms.leverage = Decimal::FromRaw(row.Int(1));
                    if (!mode || !terms.leverage.is_positive()) {
                      return base::Fail(ErrorCode::kCorrupt, "the account has mode '" +
                                                                 row.Text(0) + "', leverage " +
                                                                 terms.leverage.ToString());
                    }
                    terms.mode = *mode;
                    return {};
                  });
}

Result<void> ReadAccount(sql::Connection& connection, RecoveredBooks& books) {
  const auto cash = connection.QueryInt("SELECT opening_cash FROM account");
  if (!cash) {
    return tl::unexpected<base::Error>(cash.error());
  }
  if (auto terms = ReadTerms(connection, books.portfolio.terms); !terms) {
    return terms;
  }
  if (!*cash) {
    return base::Fail(ErrorCode::kNotFound,
                      connection.place() + ": has no account yet; start the trader once");
  }
  books.opening_cash = Decimal::FromRaw(**cash);
  books.portfolio.cash = books.opening_cash;
  const auto epoch = connection.QueryInt("SELECT max(epoch) FROM runs");
  if (!epoch) {
    return tl::unexpected<base::Error>(epoch.error());
  }
  books.last_epoch = static_cast<std::uint64_t>(epoch->value_or(0));
  return {};
}

// A fill or an adjustment that was booked again, and what it did.
struct Replayed {
  const BookedFill* fill = nullptr;  // One of the two.
  const BookedAdjustment* adjustment = nullptr;
  model::BooksEffect effect;
  bool is_fifo = true;  // Older fills were booked with another method of realised P&L.
};

// `on_booked` sees each in the order of booking, and the portfolio after it.
template <class OnBooked>
Result<void> ReplayFills(sql::Connection& connection, const SymbolMap& symbols,
                         model::Portfolio& portfolio, OnBooked on_booked) {
  const auto adjustments = ReadAdjustments(connection, symbols);
  if (!adjustments) {
    return tl::unexpected<base::Error>(adjustments.error());
  }
  std::size_t next = 0;
  const auto adjust = [&](std::int64_t before) {
    for (; next < adjustments->size() && (*adjustments)[next].after_fill < before; ++next) {
      const BookedAdjustment& booked = (*adjustments)[next];
      on_booked(Replayed{.adjustment = &booked,
                         .effect = model::ApplyAdjustment(booked.adjustment, portfolio)});
    }
  };
  auto read =
      ReadRows(connection,
               {.sql = "SELECT " + std::string(kFillColumns) + " FROM fills f ORDER BY f.sequence",
                .columns = kFillKinds},
               [&](const sql::Statement& row) -> Result<void> {
                 const auto booked = ReadFill(row, symbols);
                 if (!booked) {
                   return tl::unexpected<base::Error>(booked.error());
                 }
                 adjust(row.Int(kSequenceCell));
                 on_booked(Replayed{.fill = &*booked,
                                    .effect = model::ApplyFill(booked->fill, portfolio),
                                    .is_fifo = row.Text(kMethodCell) == "fifo"});
                 return {};
               });
  adjust(std::numeric_limits<std::int64_t>::max());
  return read;
}

Result<void> ReadFills(sql::Connection& connection, const SymbolMap& symbols,
                       RecoveredBooks& books) {
  TradesNow trades;
  auto replayed = ReplayFills(connection, symbols, books.portfolio, [&](const Replayed& booked) {
    if (booked.fill == nullptr) {
      trades.See(booked.adjustment->adjustment);
    } else {
      trades.See(booked.fill->fill, booked.effect);
      ++books.fills;
      books.venue_sequence_max =
          std::max(books.venue_sequence_max, booked.fill->fill.venue_sequence);
    }
  });
  if (!replayed) {
    return replayed;
  }
  books.booked_trades = trades.Take();
  const auto ids = ReadRows(connection,
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
  std::reverse(books.trade_ids.begin(), books.trade_ids.end());
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
  // CROSS JOIN fixes the way: from the few fills to their orders' heads to their last events.
  const auto read = ReadRows(
      connection,
      {.sql = "SELECT " + std::string(kFillColumns) + ", " + OrderColumnsOf("e") +
              " FROM (SELECT * FROM fills ORDER BY sequence DESC LIMIT " +
              std::to_string(kLastFillsMax) +
              ") f CROSS JOIN order_heads h CROSS JOIN order_events e "
              "WHERE h.order_id = f.order_id AND e.sequence = h.event ORDER BY f.sequence DESC",
       .columns = std::string(kFillKinds) + kOrderKinds},
      [&](const sql::Statement& row) -> Result<void> {
        auto booked = ReadFill(row, symbols);
        if (!booked) {
          return tl::unexpected<base::Error>(booked.error());
        }
        const auto order = ReadOrder(row, kFillCells, symbols);
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
        auto& anchor =
            *kind == model::AnchorKind::kWeek ? books.week_anchor : books.inception_anchor;
        anchor = model::AnchorSet{.utc_day = static_cast<std::int32_t>(row.Int(1)),
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

// Adds findings up to a limit.
class Findings {
 public:
  explicit Findings(std::size_t limit) : limit_(limit) {}
  void Add(std::string text) {
    if (texts_.size() < limit_) {
      texts_.push_back(std::move(text));
    }
  }
  [[nodiscard]] std::vector<std::string> Take() { return std::move(texts_); }

 private:
  std::size_t limit_;
  std::vector<std::string> texts_;
};

Result<void> CompareOrdersWithFills(sql::Connection& connection, Findings& findings) {
  return ReadRows(
      connection,
      {.sql = "SELECT o.order_id, o.filled_quantity, coalesce(sum(f.quantity), 0), o.fees_paid, "
              "coalesce(sum(f.fee), 0) FROM orders o LEFT JOIN fills f ON f.order_id = o.order_id "
              "AND NOT EXISTS (SELECT 1 FROM adjustments a WHERE a.trade_id = f.trade_id "
              "AND a.kind IN ('CORRECTION', 'INFERRED')) "
              "GROUP BY o.order_id HAVING o.filled_quantity <> coalesce(sum(f.quantity), 0) "
              "OR o.fees_paid <> coalesce(sum(f.fee), 0) ORDER BY o.order_id",
       .columns = "tiiii"},
      [&](const sql::Statement& row) -> Result<void> {
        findings.Add("order " + row.Text(0) + ": filled " +
                     Decimal::FromRaw(row.Int(1)).ToString() + " and fees " +
                     Decimal::FromRaw(row.Int(3)).ToString() + ", but its fills sum to " +
                     Decimal::FromRaw(row.Int(2)).ToString() + " and " +
                     Decimal::FromRaw(row.Int(4)).ToString());
        return {};
      });
}

Result<void> CompareOrdersWithEvents(sql::Connection& connection, Findings& findings) {
  return ReadRows(
      connection,
      {.sql = "SELECT h.order_id, h.event, e.last, o.status FROM order_heads h "
              "JOIN (SELECT order_id, max(sequence) AS last FROM order_events GROUP BY order_id) e "
              "ON e.order_id = h.order_id LEFT JOIN order_events o ON o.sequence = h.event "
              "WHERE h.event <> e.last OR h.is_open <> (o.status IN "
              "('PENDING', 'SUBMITTED', 'PARTIALLY_FILLED')) ORDER BY h.order_id",
       .columns = "tiit"},
      [&](const sql::Statement& row) -> Result<void> {
        findings.Add("order " + row.Text(0) + ": its state is event " + std::to_string(row.Int(1)) +
                     " (" + row.Text(3) + "), but that is not its last event " +
                     std::to_string(row.Int(2)) + " or not marked as it should be");
        return {};
      });
}

Result<void> FindOrphans(sql::Connection& connection, Findings& findings) {
  return ReadRows(connection,
                  {.sql = "SELECT trade_id, order_id FROM fills f WHERE NOT EXISTS "
                          "(SELECT 1 FROM orders o WHERE o.order_id = f.order_id)",
                   .columns = "tt"},
                  [&](const sql::Statement& row) -> Result<void> {
                    findings.Add("fill " + row.Text(0) + ": its order " + row.Text(1) +
                                 " is not in the ledger");
                    return {};
                  });
}

Result<void> CompareRealised(sql::Connection& connection, const model::InstrumentTable& table,
                             Findings& findings) {
  const auto symbols = LoadMap(connection, table);
  if (!symbols) {
    return tl::unexpected<base::Error>(symbols.error());
  }
  model::Portfolio portfolio;
  if (auto terms = ReadTerms(connection, portfolio.terms); !terms) {
    return terms;
  }
  return ReplayFills(connection, *symbols, portfolio, [&](const Replayed& booked) {
    const Decimal said =
        booked.fill != nullptr ? booked.fill->realised_pnl : booked.adjustment->realised_pnl;
    if (said == booked.effect.realised_pnl || !booked.is_fifo) {
      return;
    }
    const std::string name =
        booked.fill != nullptr
            ? "fill " + std::string(booked.fill->fill.trade_id.view())
            : "adjustment " + std::string(booked.adjustment->adjustment.id.view());
    findings.Add(name + ": booked with realised P&L " + said.ToString() + ", but the fills give " +
                 booked.effect.realised_pnl.ToString());
  });
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
  for (const auto step : {&ReadFills, &ReadOpenOrders, &ReadLastFills}) {
    if (read) {
      read = step(connection, *symbols, books);
    }
  }
  if (read) {
    read = ReadAnchor(connection, books);
  }
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  auto state = switches.Read();
  if (!state) {
    return tl::unexpected<base::Error>(state.error());
  }
  books.switches = std::move(*state);
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
               {.sql = "SELECT " + std::string(kFillColumns) +
                       " FROM fills f ORDER BY sequence DESC LIMIT " + std::to_string(limit),
                .columns = kFillKinds},
               [&](const sql::Statement& row) -> Result<void> {
                 const auto booked = ReadFill(row, *symbols);
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

Result<std::vector<std::string>> FindContradictions(sql::Connection& connection,
                                                    const model::InstrumentTable& table,
                                                    std::size_t limit) {
  const auto snapshot = sql::Transaction::BeginSnapshot(connection);
  if (!snapshot) {
    return tl::unexpected<base::Error>(snapshot.error());
  }
  Findings findings(limit);
  Result<void> read = CompareRealised(connection, table, findings);
  for (const auto step : {&CompareOrdersWithFills, &CompareOrdersWithEvents, &FindOrphans}) {
    if (read) {
      read = step(connection, findings);
    }
  }
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return findings.Take();
}

}  // namespace bulwark::ledger
