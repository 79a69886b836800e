#include "contract/channel_payloads.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/new_york.h"
#include "base/time.h"
#include "contract/json_writer.h"
#include "contract/order_document.h"
#include "model/action.h"
#include "model/fill.h"
#include "model/names.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/signal.h"
#include "model/switches.h"

namespace bulwark::contract {
namespace {

using base::Decimal;
using base::IsoSuffix;
using base::Rounding;

constexpr Decimal kHundred = Decimal::FromInt(100);

// What the row is worth now; its cost when nobody knows a price.
Decimal MarketValue(const PositionRow& row) {
  if (!row.mark) {
    return row.cost;
  }
  return base::CheckedMul(row.owned, *row.mark, Rounding::kHalfEven).value_or(row.cost);
}

// `part` in percent of `whole`, 0 when there is no positive whole.
Decimal Percent(Decimal part, Decimal whole) {
  if (!whole.is_positive()) {
    return {};
  }
  return base::CheckedMulDiv(part, kHundred, whole, Rounding::kHalfEven).value_or(Decimal());
}

void EncodePosition(JsonWriter& json, const PositionRow& row) {
  const Decimal quantity = row.owned.Abs();
  const Decimal average =
      base::CheckedDiv(row.cost, row.owned, Rounding::kHalfEven).value_or(Decimal());
  const Decimal value = MarketValue(row);
  const Decimal profit = value - row.cost;
  json.BeginObject();
  json.Text("symbol", row.symbol);
  json.Number("quantity", quantity);
  json.Number("avg_entry_price", average);
  json.Number("current_price", row.mark.value_or(average));
  json.Number("market_value", value);
  json.Number("unrealized_pnl", profit);
  json.Number("unrealized_pnl_pct", Percent(profit, row.cost.Abs()));
  json.Text("side", row.owned.is_negative() ? "SELL" : "BUY");
  json.Text("sector", row.sector);
  if (row.entry_at) {
    json.Time("entry_date", *row.entry_at, IsoSuffix::kZulu);
  } else {
    json.Null("entry_date");
  }
  json.Text("strategy_name", row.strategy);
  json.EndObject();
}

// One member per sector, in the order of its first row; rows without a sector are left out.
void EncodeSectors(JsonWriter& json, std::span<const PositionRow> rows) {
  json.BeginObject("sector_exposure");
  for (std::size_t at = 0; at < rows.size(); ++at) {
    const std::string_view sector = rows[at].sector;
    const auto is_same = [&](const PositionRow& row) { return row.sector == sector; };
    const auto before = rows.first(at);
    if (sector.empty() || std::any_of(before.begin(), before.end(), is_same)) {
      continue;
    }
    Decimal sum;
    for (const PositionRow& row : rows.subspan(at)) {
      sum += is_same(row) ? MarketValue(row) : Decimal();
    }
    json.Number(sector, sum);
  }
  json.EndObject();
}

}  // namespace

void EncodePortfolioUpdate(std::string& out, const PortfolioUpdate& update) {
  Decimal positions_value;
  for (const PositionRow& row : update.positions) {
    positions_value += MarketValue(row);
  }
  const Decimal equity = update.cash + positions_value;
  const Decimal daily = equity - update.day_anchor;
  const Decimal total = equity - update.start_equity;
  JsonWriter json(out, Spelling::kCompact);
  json.BeginObject();
  json.Time("timestamp", update.at, IsoSuffix::kZulu);
  json.Number("total_equity", equity);
  json.Number("cash", update.cash);
  json.Number("positions_value", positions_value);
  json.Number("daily_pnl", daily);
  json.Number("daily_pnl_pct", Percent(daily, update.day_anchor));
  json.Number("total_pnl", total);
  json.Number("total_pnl_pct", Percent(total, update.start_equity));
  json.Number("max_drawdown_pct", update.max_drawdown_pct.Abs());
  json.BeginArray("positions");
  for (const PositionRow& row : update.positions) {
    if (!row.owned.is_zero()) {
      EncodePosition(json, row);
    }
  }
  json.EndArray();
  EncodeSectors(json, update.positions);
  json.EndObject();
}

void EncodeTradeExecuted(std::string& out, const model::Order& order, const model::Fill& fill,
                         std::string_view symbol) {
  JsonWriter json(out, Spelling::kCompact);
  json.BeginObject();
  json.Text("id", fill.trade_id.view());
  json.Id("order_id", order.id);
  json.Text("symbol", symbol);
  json.Text("side", model::Name(fill.side));
  json.Number("quantity", fill.quantity);
  json.Number("price", fill.price);
  json.Number("entry_price", fill.price);
  json.Number("fee", fill.fee);
  json.Time("timestamp", fill.at, IsoSuffix::kZulu);
  json.Time("entry_time", fill.at, IsoSuffix::kZulu);
  json.Text("strategy_name", order.strategy.view());
  json.Text("intent", model::Name(order.intent));
  json.EndObject();
}

void EncodeRoundTrip(std::string& out, const model::RoundTripClosed& closed,
                     std::string_view symbol) {
  const model::RoundTrip& trip = closed.trip;
  const auto price = [](Decimal notional, Decimal quantity) {
    return base::CheckedDiv(notional, quantity, base::Rounding::kHalfEven).value_or(Decimal());
  };
  // A day is the exchange's: what the rules on day trades count.
  const auto held = base::NewYorkDate(closed.closed_at) - base::NewYorkDate(trip.opened_at);
  JsonWriter json(out, Spelling::kCompact);
  json.BeginObject();
  json.Text("id", closed.id.view());
  json.Id("order_id", trip.opening_order);
  json.Text("symbol", symbol);
  json.Text("side", model::Name(trip.side));
  json.Number("quantity", trip.entry_quantity);
  json.Number("price", price(trip.exit_notional, trip.exit_quantity));
  json.Number("entry_price", price(trip.entry_notional, trip.entry_quantity));
  json.Number("exit_price", price(trip.exit_notional, trip.exit_quantity));
  json.Number("fee", trip.fees);
  json.Time("timestamp", closed.closed_at, IsoSuffix::kZulu);
  json.Time("entry_time", trip.opened_at, IsoSuffix::kZulu);
  json.Time("exit_time", closed.closed_at, IsoSuffix::kZulu);
  json.Number("pnl", trip.realised_pnl);
  json.Number("pnl_pct", Percent(trip.realised_pnl, trip.entry_notional));
  json.Text("strategy_name", closed.strategy.view());
  json.Number("hold_duration_days", Decimal::FromInt(held.count()));
  json.Flag("is_day_trade", held.count() == 0);
  json.EndObject();
}

void EncodeOrderStatus(std::string& out, const model::Order& order, std::string_view symbol) {
  JsonWriter json(out, Spelling::kCompact);
  json.BeginObject();
  json.Id("id", order.id);
  json.TextOrNull("broker_order_id", order.external_id.view());
  json.Text("symbol", symbol);
  json.Text("side", model::Name(order.side));
  json.Text("status", PublicStatus(order.status));
  json.Number("quantity", order.quantity);
  json.Number("filled_quantity", order.filled_quantity);
  json.NumberOrNull("filled_price", order.average_fill_price());
  if (order.status == model::OrderStatus::kFilled) {
    json.Time("filled_at", order.updated_at, IsoSuffix::kZulu);
  } else {
    json.Null("filled_at");
  }
  json.Text("reason", order.reason.view());
  json.Text("strategy_name", order.strategy.view());
  json.Time("timestamp", order.updated_at, IsoSuffix::kZulu);
  json.EndObject();
}

void EncodeRiskAlert(std::string& out, const RiskAlert& alert) {
  constexpr std::array<std::string_view, 3> kSeverities = {"info", "warning", "critical"};
  JsonWriter json(out, Spelling::kCompact);
  json.BeginObject();
  json.Text("type", alert.type);
  json.Text("severity", kSeverities.at(static_cast<std::size_t>(alert.severity)));
  json.Text("reason", alert.reason);
  json.TextOrNull("symbol", alert.symbol);
  json.BeginArray("symbols");
  if (!alert.symbol.empty()) {
    json.TextElement(alert.symbol);
  }
  json.EndArray();
  json.NumberOrNull("current_value", alert.current_value);
  json.NumberOrNull("limit_value", alert.limit_value);
  json.Time("timestamp", alert.at, IsoSuffix::kZulu);
  json.EndObject();
}

void EncodeKillSwitchTurn(std::string& out, const model::SwitchTurn& turn) {
  JsonWriter json(out, Spelling::kCompact);
  json.BeginObject();
  json.Text("action", turn.is_on ? "activate" : "deactivate");
  json.Text("reason", turn.reason);
  json.Text("operator", turn.actor);
  json.Time("timestamp", turn.at, IsoSuffix::kZulu);
  json.EndObject();
}

void EncodeSignal(std::string& out, const model::Signal& signal, std::string_view symbol) {
  JsonWriter json(out, Spelling::kCompact);
  json.BeginObject();
  json.Text("symbol", symbol);
  json.Text("direction", model::Name(signal.direction));
  json.Real("strength", signal.confidence);
  json.Text("strategy_name", signal.strategy.view());
  json.Time("timestamp", signal.at, IsoSuffix::kZulu);
  json.BeginObject("metadata");
  json.EndObject();
  json.EndObject();
}

void EncodeFeedDisconnected(std::string& out, base::UnixNanos at, std::string_view reason) {
  JsonWriter json(out, Spelling::kCompact);
  json.BeginObject();
  json.Time("timestamp", at, IsoSuffix::kZulu);
  json.Text("reason", reason);
  json.EndObject();
}

void EncodeFeedReconnected(std::string& out, base::UnixNanos at, std::size_t symbol_count) {
  JsonWriter json(out, Spelling::kCompact);
  json.BeginObject();
  json.Time("timestamp", at, IsoSuffix::kZulu);
  json.Integer("symbol_count", static_cast<std::int64_t>(symbol_count));
  json.EndObject();
}

}  // namespace bulwark::contract
