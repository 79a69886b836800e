#include "contract/view_documents.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "base/uuid.h"
#include "contract/array_text.h"
#include "contract/json_reader.h"
#include "contract/json_writer.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/names.h"
#include "model/order.h"
#include "model/portfolio.h"

namespace bulwark::contract {
namespace {

base::Result<OrderRow> DecodeRow(const JsonValue& value) {
  FieldReader fields(value);
  OrderRow row;
  const std::optional<base::Uuid> id = base::Uuid::Parse(fields.RequiredText("order_id"));
  if (!id) {
    fields.Wrong("order_id", "a UUID");
  }
  row.order_id = id.value_or(base::Uuid());
  fields.RequiredText("side");
  fields.RequiredText("status");
  row.side = fields.Word("side", &model::SideFromName, model::Side::kBuy);
  row.status = fields.Word("status", &model::OrderStatusFromName, model::OrderStatus::kPending);
  row.quantity = fields.RequiredNumber("qty");
  row.price = fields.RequiredNumber("price");
  row.booked_at = fields.RequiredTime("ts");
  row.symbol = model::Symbol::Cut(fields.Text("instrument_id").value_or(""));
  row.intent = fields.Word("intent", &model::IntentFromName, model::Intent::kOpenLong);
  row.fill_quantity = fields.Number("fill_qty").value_or(base::Decimal());
  row.fee = fields.Number("fee").value_or(base::Decimal());
  row.venue_order_id = model::VenueOrderId::Cut(fields.Text("exchange_order_id").value_or(""));
  row.trade_id = model::TradeId::Cut(fields.Text("exchange_trade_id").value_or(""));
  row.market_at = fields.Time("market_ts");
  if (!fields.is_ok()) {
    return fields.Failure();
  }
  return row;
}

base::Result<PositionView> DecodePosition(const JsonValue& value) {
  FieldReader fields(value);
  PositionView view{.symbol = fields.RequiredText("instrument_id"),
                    .quantity = fields.RequiredNumber("quantity")};
  if (!fields.is_ok()) {
    return fields.Failure();
  }
  return view;
}

}  // namespace

OrderRow MakeOrderRow(const model::Order& order, const model::Fill& fill,
                      const model::Symbol& symbol) {
  return {.order_id = order.id,
          .symbol = symbol,
          .side = order.side,
          .intent = order.intent,
          .status = order.status,
          .quantity = order.quantity,
          .fill_quantity = fill.quantity,
          .price = fill.price,
          .fee = fill.fee,
          .venue_order_id = order.external_id,
          .trade_id = fill.trade_id,
          .booked_at = fill.booked_at};
}

void EncodeOrderRow(std::string& out, const OrderRow& row) {
  JsonWriter json(out, Spelling::kSpaced);
  json.BeginObject();
  json.Id("order_id", row.order_id);
  json.Text("side", model::Name(row.side));
  json.Number("qty", row.quantity);
  json.Number("price", row.price);
  json.Text("status", model::Name(row.status));
  json.Time("ts", row.booked_at, base::IsoSuffix::kOffset);
  json.Text("instrument_id", row.symbol.view());
  json.Text("intent", model::Name(row.intent));
  json.Number("fill_qty", row.fill_quantity);
  json.Number("fee", row.fee);
  json.TextOrNull("exchange_order_id", row.venue_order_id.view());
  json.TextOrNull("exchange_trade_id", row.trade_id.view());
  if (row.market_at) {
    json.Time("market_ts", *row.market_at, base::IsoSuffix::kOffset);
  }
  json.EndObject();
}

void EncodeOrderRows(std::string& out, std::span<const OrderRow> rows) {
  ArrayText text;
  for (const OrderRow& row : rows.last(std::min(rows.size(), kOrderRowsMax))) {
    text.Append([&](std::string& to) { EncodeOrderRow(to, row); });
  }
  out += text.text();
}

base::Result<std::vector<OrderRow>> DecodeOrderRows(std::string_view text) {
  return DecodeRows<OrderRow>("order row", text, &DecodeRow);
}

void EncodePositions(std::string& out, const model::Portfolio& portfolio,
                     const model::InstrumentTable& instruments) {
  JsonWriter json(out, Spelling::kSpaced);
  json.BeginArray();
  for (const model::Instrument& instrument : instruments.rows()) {
    const base::Decimal quantity = portfolio.at(instrument.id).quantity;
    if (!quantity.is_zero()) {
      json.BeginObject();
      json.Text("instrument_id", instrument.symbol.view());
      json.Number("quantity", quantity);
      json.EndObject();
    }
  }
  json.EndArray();
}

base::Result<std::vector<PositionView>> DecodePositions(std::string_view text) {
  return DecodeRows<PositionView>("position row", text, &DecodePosition);
}

}  // namespace bulwark::contract
