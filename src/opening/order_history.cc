#include "opening/order_history.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <tuple>

#include "base/decimal.h"
#include "base/result.h"
#include "contract/json_reader.h"
#include "contract/order_document.h"
#include "model/market_data.h"
#include "model/order.h"
#include "opening/documents.h"
#include "opening/findings.h"
#include "opening/portfolio_reading.h"

namespace bulwark::opening {
namespace {

// The contract's, and those that a Bulwark writes behind them.
constexpr std::array<std::string_view, 34> kFields = {"id",
                                                      "decision_id",
                                                      "instrument_id",
                                                      "side",
                                                      "intent",
                                                      "quantity",
                                                      "order_type",
                                                      "status",
                                                      "limit_price",
                                                      "stop_price",
                                                      "time_in_force",
                                                      "reserved_cash",
                                                      "reserved_quantity",
                                                      "reserved_cash_remaining",
                                                      "reserved_quantity_remaining",
                                                      "applied_fill_ids",
                                                      "filled_quantity",
                                                      "average_fill_price",
                                                      "reduce_only",
                                                      "created_at",
                                                      "updated_at",
                                                      "external_id",
                                                      "origin",
                                                      "strategy",
                                                      "fees_paid",
                                                      "filled_notional",
                                                      "reason",
                                                      "state",
                                                      "role",
                                                      "parent_id",
                                                      "oco_group",
                                                      "replaces",
                                                      "replaced_by",
                                                      "armed_quantity"};

bool IsUnknown(const std::string& name) {
  return std::find(kFields.begin(), kFields.end(), name) == kFields.end();
}

}  // namespace

void OrderHistory::NoteUnknown(const contract::JsonValue& object) {
  for (const std::string& name : object.names) {
    const std::string shown = name.substr(0, 40);
    if (IsUnknown(name) && (unknown_.contains(shown) || unknown_.size() < kFindingsMax)) {
      ++unknown_[shown];
    }
  }
}

void OrderHistory::Add(const Document& document, Findings& findings) {
  const auto object = contract::ParseJsonObject(document.text);
  const auto order = contract::DecodeOrder(document.text);
  if (!object || !order) {
    const base::Error& error = object ? order.error() : object.error();
    findings.Refuse(document.key.substr(0, 80) + ": " + error.message);
    return;
  }
  RefuseTwins(document.key.substr(0, 80), *object, findings);
  NoteUnknown(*object);
  const std::string id = order->order.id.ToString();
  if (document.key.substr(kOrderPrefix.size()) != id) {
    findings.Refuse(document.key.substr(0, 80) + ": field 'id' is " + id + ", not that of its key");
    return;
  }
  const auto symbol = CanonicalSymbol(order->symbol);
  if (!symbol) {
    findings.Refuse(document.key + ": field 'instrument_id' is '" + order->symbol.substr(0, 40) +
                    "', no name of an instrument");
    return;
  }
  if (model::IsTerminal(order->order.status)) {
    ++ended_;
  } else {
    open_.push_back(*order);
    open_.back().symbol = *symbol;
  }
  if (order->order.filled_quantity.is_positive()) {
    const base::Decimal filled = order->order.filled_quantity;
    trades_.push_back({.at = order->order.updated_at,
                       .order = id,
                       .symbol = *symbol,
                       .quantity = order->order.side == model::Side::kBuy ? filled : -filled,
                       .value = order->order.filled_notional});
  }
}

void OrderHistory::Finish(Findings& findings) {
  for (const auto& [name, count] : unknown_) {
    findings.Tolerate(std::string(kOrderPrefix) + "*: field '" + name +
                      "' is unknown, ignored in " + std::to_string(count) +
                      (count == 1 ? " document" : " documents"));
  }
  std::sort(trades_.begin(), trades_.end(), [](const Trade& a, const Trade& b) {
    return std::tie(a.at, a.order) < std::tie(b.at, b.order);
  });
  for (const Trade& trade : trades_) {
    traded_[trade.symbol].Add(trade.quantity, trade.value);
  }
}

}  // namespace bulwark::opening
