#include "contract/order_document.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "contract/json_reader.h"
#include "contract/json_writer.h"
#include "model/market_data.h"
#include "model/names.h"
#include "model/order.h"

namespace bulwark::contract {
namespace {

using base::IsoSuffix;

constexpr std::size_t kFillIdsMax = 100'000;

void EncodeReservation(JsonWriter& json, const model::Order& order) {
  const bool holds_quantity = order.intent == model::Intent::kCloseLong;
  const auto cash = [&](base::Decimal amount) {
    return holds_quantity ? std::nullopt : std::optional(amount);
  };
  const auto quantity = [&](base::Decimal amount) {
    return holds_quantity ? std::optional(amount) : std::nullopt;
  };
  json.NumberOrNull("reserved_cash", cash(order.reserved_cash));
  json.NumberOrNull("reserved_quantity", quantity(order.reserved_quantity));
  json.NumberOrNull("reserved_cash_remaining", cash(order.reserved_cash_remaining));
  json.NumberOrNull("reserved_quantity_remaining", quantity(order.reserved_quantity_remaining));
}

void EncodeLink(JsonWriter& json, std::string_view name, const base::Uuid& id) {
  if (!id.is_nil()) {
    json.Id(name, id);
  }
}

// Only what most orders do not have: it is absent from the others.
void EncodeLinks(JsonWriter& json, const model::Order& order) {
  const std::string_view state = model::Name(StateOf(order));
  if (state != model::Name(order.status)) {
    json.Text("state", state);
  }
  if (order.role != model::OrderRole::kSingle) {
    json.Text("role", model::Name(order.role));
  }
  EncodeLink(json, "parent_id", order.parent_id);
  EncodeLink(json, "oco_group", order.oco_group);
  EncodeLink(json, "replaces", order.replaces);
  EncodeLink(json, "replaced_by", order.replaced_by);
  if (order.is_waiting) {
    json.Number("armed_quantity", order.armed_quantity);
  }
}

base::Uuid ReadId(FieldReader& fields, std::string_view name, bool is_required) {
  const std::string text = is_required ? fields.RequiredText(name) : fields.Text(name).value_or("");
  const std::optional<base::Uuid> id = base::Uuid::Parse(text);
  if (!id && (is_required || !text.empty())) {
    fields.Wrong(name, "a UUID");
  }
  return id.value_or(base::Uuid());
}

void ReadWords(FieldReader& fields, model::Order& order) {
  order.intent = fields.Word("intent", &model::IntentFromName, model::Intent::kOpenLong);
  order.type = fields.Word("order_type", &model::OrderTypeFromName, model::OrderType::kMarket);
  order.status = fields.Word("status", &model::OrderStatusFromName, model::OrderStatus::kPending);
  order.time_in_force =
      fields.Word("time_in_force", &model::TimeInForceFromName, model::TimeInForce::kGtc);
  order.origin = fields.Word("origin", &model::OriginFromName, model::Origin::kStrategy);
  fields.RequiredText("side");
  order.side = fields.Word("side", &model::SideFromName, model::Side::kBuy);
}

void ReadAmounts(FieldReader& fields, model::Order& order) {
  const auto amount = [&](std::string_view name) {
    const base::Decimal value = fields.Number(name).value_or(base::Decimal());
    if (value.is_negative()) {
      fields.Wrong(name, "at least 0");
    }
    return value;
  };
  order.quantity = fields.RequiredNumber("quantity");
  if (!order.quantity.is_positive()) {
    fields.Wrong("quantity", "above 0");
  }
  order.limit_price = fields.Number("limit_price");
  order.stop_price = fields.Number("stop_price");
  order.reserved_cash = amount("reserved_cash");
  order.reserved_quantity = amount("reserved_quantity");
  order.reserved_cash_remaining = amount("reserved_cash_remaining");
  order.reserved_quantity_remaining = amount("reserved_quantity_remaining");
  order.filled_quantity = amount("filled_quantity");
  order.fees_paid = fields.Number("fees_paid").value_or(base::Decimal());
  const base::Decimal average = amount("average_fill_price");
  // Older documents do not carry the exact sum; theirs is the rounded average times the quantity.
  const std::optional<base::Decimal> sum = fields.Number("filled_notional");
  order.filled_notional =
      sum ? *sum
          : base::CheckedMul(average, order.filled_quantity, base::Rounding::kHalfEven)
                .value_or(base::Decimal());
}

void ReadFillIds(FieldReader& fields, std::vector<std::string>& ids) {
  const JsonValue* array = fields.Child("applied_fill_ids", JsonValue::Kind::kArray);
  if (array == nullptr) {
    return;
  }
  if (array->items.size() > kFillIdsMax) {
    fields.Wrong("applied_fill_ids", "within its limit");
    return;
  }
  for (const JsonValue& item : array->items) {
    if (item.kind != JsonValue::Kind::kText) {
      fields.Wrong("applied_fill_ids", "an array of texts");
      return;
    }
    ids.push_back(item.text);
  }
}

void ReadLinks(FieldReader& fields, model::Order& order) {
  const std::string state = fields.Text("state").value_or("");
  order.is_waiting = state == model::Name(model::OrderState::kWaiting);
  order.is_unresolved = state == model::Name(model::OrderState::kUnresolved);
  order.is_cancel_requested = state == model::Name(model::OrderState::kPendingCancel);
  order.role = fields.Word("role", &model::OrderRoleFromName, model::OrderRole::kSingle);
  order.parent_id = ReadId(fields, "parent_id", false);
  order.oco_group = ReadId(fields, "oco_group", false);
  order.replaces = ReadId(fields, "replaces", false);
  order.replaced_by = ReadId(fields, "replaced_by", false);
  order.armed_quantity = fields.Number("armed_quantity").value_or(base::Decimal());
}

template <class Fixed>
Fixed ReadShort(FieldReader& fields, std::string_view name) {
  const std::optional<Fixed> text = Fixed::Make(fields.Text(name).value_or(""));
  if (!text) {
    fields.Wrong(name, "short enough");
  }
  return text.value_or(Fixed());
}

}  // namespace

std::string_view PublicStatus(model::OrderStatus status) {
  return status == model::OrderStatus::kFailed ? "REJECTED" : model::Name(status);
}

void EncodeOrder(std::string& out, const model::Order& order, std::string_view symbol,
                 std::span<const model::TradeId> applied_fill_ids) {
  JsonWriter json(out, Spelling::kCompact);
  json.BeginObject();
  json.Id("id", order.id);
  json.Id("decision_id", order.decision_id);
  json.Text("instrument_id", symbol);
  json.Text("side", model::Name(order.side));
  json.Text("intent", model::Name(order.intent));
  json.Number("quantity", order.quantity);
  json.Text("order_type", model::Name(order.type));
  json.Text("status", model::Name(order.status));
  json.NumberOrNull("limit_price", order.limit_price);
  json.NumberOrNull("stop_price", order.stop_price);
  json.Text("time_in_force", model::Name(order.time_in_force));
  EncodeReservation(json, order);
  json.BeginArray("applied_fill_ids");
  for (const model::TradeId& id : applied_fill_ids) {
    json.TextElement(id.view());
  }
  json.EndArray();
  json.Number("filled_quantity", order.filled_quantity);
  json.NumberOrNull("average_fill_price", order.average_fill_price());
  json.Flag("reduce_only", order.reduce_only);
  json.Time("created_at", order.created_at, IsoSuffix::kZulu);
  json.Time("updated_at", order.updated_at, IsoSuffix::kZulu);
  json.TextOrNull("external_id", order.external_id.view());
  json.Text("origin", model::Name(order.origin));
  json.Text("strategy", order.strategy.view());
  json.Number("fees_paid", order.fees_paid);
  json.Number("filled_notional", order.filled_notional);
  json.Text("reason", order.reason.view());
  EncodeLinks(json, order);
  json.EndObject();
}

base::Result<OrderDocument> DecodeOrder(std::string_view text) {
  const auto object = ParseJsonObject(text);
  if (!object) {
    return base::FailWith("order", object.error());
  }
  FieldReader fields(*object);
  OrderDocument document;
  model::Order& order = document.order;
  order.id = ReadId(fields, "id", true);
  order.decision_id = ReadId(fields, "decision_id", false);
  document.symbol = fields.RequiredText("instrument_id");
  ReadWords(fields, order);
  ReadAmounts(fields, order);
  ReadFillIds(fields, document.applied_fill_ids);
  order.reduce_only = fields.Flag("reduce_only").value_or(false);
  order.created_at = fields.Time("created_at").value_or(base::UnixNanos());
  order.updated_at = fields.Time("updated_at").value_or(base::UnixNanos());
  order.external_id = ReadShort<model::VenueOrderId>(fields, "external_id");
  order.strategy = ReadShort<model::StrategyName>(fields, "strategy");
  order.reason = model::Reason::Cut(fields.Text("reason").value_or(""));
  ReadLinks(fields, order);
  if (!fields.is_ok()) {
    return base::FailWith("order " + order.id.ToString(), fields.error());
  }
  return document;
}

}  // namespace bulwark::contract
