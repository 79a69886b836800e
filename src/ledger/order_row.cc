#include "ledger/order_row.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "ledger/symbols.h"
#include "model/names.h"
#include "model/order.h"
#include "sql/statement.h"

namespace bulwark::ledger {
namespace {

using base::Decimal;

void SetOptional(sql::Statement& statement, std::size_t at, std::optional<Decimal> value) {
  if (value) {
    statement.Set(at, value->raw());
  } else {
    statement.SetNull(at);
  }
}

// A link to another order; most orders have none, and an empty cell is short.
void SetLink(sql::Statement& statement, std::size_t at, const base::Uuid& id) {
  std::array<char, base::Uuid::kTextSize> text{};
  const char* const end = id.is_nil() ? text.data() : id.Format(text.data());
  statement.Set(at, std::string_view(text.data(), static_cast<std::size_t>(end - text.data())));
}

void SetId(sql::Statement& statement, std::size_t at, const base::Uuid& id) {
  std::array<char, base::Uuid::kTextSize> text{};
  id.Format(text.data());
  statement.Set(at, std::string_view(text.data(), text.size()));
}

// Reads cell after cell and remembers the first that means nothing.
class RowReader {
 public:
  RowReader(const sql::Statement& row, std::size_t first) : row_(row), at_(first) {}

  std::int64_t Int() { return row_.Int(at_++); }
  bool Bool() { return Int() != 0; }
  Decimal Amount() { return Decimal::FromRaw(Int()); }
  base::UnixNanos Time() { return base::UnixNanos{base::Nanos{Int()}}; }
  std::optional<Decimal> OptionalAmount() {
    const bool is_null = row_.IsNull(at_);
    const Decimal amount = Amount();
    return is_null ? std::nullopt : std::optional(amount);
  }
  base::Uuid Id() { return Take(base::Uuid::Parse(row_.Text(at_))); }
  base::Uuid Link() { return row_.Text(at_).empty() ? Take(std::optional(base::Uuid())) : Id(); }
  template <class Fixed>
  Fixed Text() {
    return Take(Fixed::Make(row_.Text(at_)));
  }
  template <class T>
  T Word(std::optional<T> (*read)(std::string_view)) {
    return Take(read(row_.Text(at_)));
  }
  [[nodiscard]] const std::string& broken() const { return broken_; }

 private:
  template <class T>
  T Take(std::optional<T> value) {
    if (!value && broken_.empty()) {
      broken_ = "'" + row_.Text(at_).substr(0, 64) + "' in column " + std::to_string(at_);
    }
    ++at_;
    return value.value_or(T{});
  }

  const sql::Statement& row_;
  std::size_t at_;
  std::string broken_;
};

void ReadLinks(RowReader& cells, model::Order& order) {
  order.is_waiting = cells.Bool();
  order.is_triggered = cells.Bool();
  order.is_unresolved = cells.Bool();
  order.role = cells.Word(&model::OrderRoleFromName);
  order.parent_id = cells.Link();
  order.oco_group = cells.Link();
  order.replaces = cells.Link();
  order.replaced_by = cells.Link();
  order.armed_quantity = cells.Amount();
  order.venue_quantity = cells.Amount();
  order.venue_notional = cells.Amount();
  order.inferred_quantity = cells.Amount();
  order.inferred_notional = cells.Amount();
  order.venue_fees = cells.Amount();
  order.inferred_fees = cells.Amount();
  order.inferences = static_cast<std::uint32_t>(cells.Int());
}

}  // namespace

const char* const kOrderColumns =
    "order_id, decision_id, instrument_id, side, intent, order_type, time_in_force, status, "
    "origin, "
    "reduce_only, cancel_requested, quantity, filled_quantity, filled_notional, fees_paid, "
    "limit_price, stop_price, reserved_cash, reserved_cash_remaining, reserved_quantity, "
    "reserved_quantity_remaining, created_at, updated_at, external_id, strategy, reason, "
    "is_waiting, is_triggered, is_unresolved, role, parent_id, oco_group, replaces, replaced_by, "
    "armed_quantity, venue_quantity, venue_notional, inferred_quantity, inferred_notional, "
    "venue_fees, inferred_fees, inferences";
const char* const kOrderKinds = "ttittttttiiiiiiiiiiiiiitttiiitttttiiiiiiii";

void BindOrder(sql::Statement& statement, std::size_t first, const model::Order& order,
               const SymbolMap& symbols) {
  std::size_t at = first;
  SetId(statement, at++, order.id);
  SetId(statement, at++, order.decision_id);
  statement.Set(at++, symbols.LedgerId(order.instrument));
  for (const std::string_view word :
       {Name(order.side), Name(order.intent), Name(order.type), Name(order.time_in_force),
        Name(order.status), Name(order.origin)}) {
    statement.Set(at++, word);
  }
  statement.Set(at++, std::int64_t{order.reduce_only});
  statement.Set(at++, std::int64_t{order.is_cancel_requested});
  for (const Decimal amount :
       {order.quantity, order.filled_quantity, order.filled_notional, order.fees_paid}) {
    statement.Set(at++, amount.raw());
  }
  SetOptional(statement, at++, order.limit_price);
  SetOptional(statement, at++, order.stop_price);
  for (const Decimal amount : {order.reserved_cash, order.reserved_cash_remaining,
                               order.reserved_quantity, order.reserved_quantity_remaining}) {
    statement.Set(at++, amount.raw());
  }
  statement.Set(at++, order.created_at.time_since_epoch().count());
  statement.Set(at++, order.updated_at.time_since_epoch().count());
  statement.Set(at++, order.external_id.view());
  statement.Set(at++, order.strategy.view());
  statement.Set(at++, order.reason.view());
  for (const bool flag : {order.is_waiting, order.is_triggered, order.is_unresolved}) {
    statement.Set(at++, std::int64_t{flag});
  }
  statement.Set(at++, Name(order.role));
  for (const base::Uuid* link :
       {&order.parent_id, &order.oco_group, &order.replaces, &order.replaced_by}) {
    SetLink(statement, at++, *link);
  }
  for (const Decimal amount :
       {order.armed_quantity, order.venue_quantity, order.venue_notional, order.inferred_quantity,
        order.inferred_notional, order.venue_fees, order.inferred_fees}) {
    statement.Set(at++, amount.raw());
  }
  statement.Set(at, std::int64_t{order.inferences});
}

base::Result<model::Order> ReadOrder(const sql::Statement& row, std::size_t first,
                                     const SymbolMap& symbols) {
  RowReader cells(row, first);
  model::Order order;
  order.id = cells.Id();
  order.decision_id = cells.Id();
  const std::int64_t ledger_id = cells.Int();
  order.side = cells.Word(&model::SideFromName);
  order.intent = cells.Word(&model::IntentFromName);
  order.type = cells.Word(&model::OrderTypeFromName);
  order.time_in_force = cells.Word(&model::TimeInForceFromName);
  order.status = cells.Word(&model::OrderStatusFromName);
  order.origin = cells.Word(&model::OriginFromName);
  order.reduce_only = cells.Bool();
  order.is_cancel_requested = cells.Bool();
  order.quantity = cells.Amount();
  order.filled_quantity = cells.Amount();
  order.filled_notional = cells.Amount();
  order.fees_paid = cells.Amount();
  order.limit_price = cells.OptionalAmount();
  order.stop_price = cells.OptionalAmount();
  order.reserved_cash = cells.Amount();
  order.reserved_cash_remaining = cells.Amount();
  order.reserved_quantity = cells.Amount();
  order.reserved_quantity_remaining = cells.Amount();
  order.created_at = cells.Time();
  order.updated_at = cells.Time();
  order.external_id = cells.Text<model::VenueOrderId>();
  order.strategy = cells.Text<model::StrategyName>();
  order.reason = cells.Text<model::Reason>();
  ReadLinks(cells, order);
  if (!cells.broken().empty()) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      "order " + row.Text(first) + ": unknown value " + cells.broken());
  }
  const auto instrument = symbols.Instrument(ledger_id);
  if (!instrument) {
    return base::Fail(base::ErrorCode::kNotFound, "order " + row.Text(first) +
                                                      ": the configuration lacks its instrument " +
                                                      std::to_string(ledger_id));
  }
  order.instrument = *instrument;
  return order;
}

std::string Placeholders(const std::string& kinds) {
  std::string text;
  for (std::size_t at = 0; at < kinds.size(); ++at) {
    text += (at == 0 ? ":p" : ", :p") + std::to_string(at);
  }
  return text;
}

}  // namespace bulwark::ledger
