#include "contract/day_trade_document.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "contract/json_reader.h"
#include "contract/json_writer.h"

namespace bulwark::contract {

void EncodeDayTrade(std::string& out, const DayTradeDocument& trade) {
  JsonWriter json(out, Spelling::kSpaced);
  json.BeginObject();
  json.Text("symbol", trade.symbol);
  json.Text("date", base::FormatDate(base::UnixNanos(trade.date)));
  json.Time("recorded_at", trade.recorded_at, base::IsoSuffix::kZulu);
  json.Text("order_id", trade.order_id);
  json.Integer("number", trade.number);
  json.Text("source", trade.source);
  json.EndObject();
}

base::Result<DayTradeDocument> DecodeDayTrade(std::string_view text) {
  const auto object = ParseJsonObject(text);
  if (!object) {
    return base::FailWith("day trade", object.error());
  }
  FieldReader fields(*object);
  DayTradeDocument trade;
  trade.symbol = fields.RequiredText("symbol");
  const std::string date = fields.RequiredText("date");
  const std::optional<base::UnixNanos> day =
      date.size() == 10 ? base::ParseIso(date + "T00:00:00Z") : std::nullopt;
  if (!day) {
    fields.Wrong("date", "a date");
  }
  trade.date = std::chrono::floor<std::chrono::days>(day.value_or(base::UnixNanos()));
  trade.recorded_at = fields.RequiredTime("recorded_at");
  trade.order_id = fields.Text("order_id").value_or("");
  trade.number = fields.Integer("number").value_or(0);
  trade.source = fields.Text("source").value_or("");
  if (!fields.is_ok()) {
    return fields.Failure();
  }
  return trade;
}

}  // namespace bulwark::contract
