#include "contract/market_documents.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <ratio>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "contract/json_reader.h"
#include "contract/json_writer.h"
#include "contract/number_format.h"
#include "model/instrument.h"
#include "model/market_data.h"

namespace bulwark::contract {
namespace {

void EncodeBar(std::string& out, const model::Bar& bar) {
  JsonWriter json(out, Spelling::kSpaced);
  json.BeginObject();
  json.Time("timestamp", bar.open_at, base::IsoSuffix::kOffset);
  json.Number("open", bar.open);
  json.Number("high", bar.high);
  json.Number("low", bar.low);
  json.Number("close", bar.close);
  json.Number("volume", bar.volume);
  json.EndObject();
}

// In all that the document says of a bar.
bool IsSameRow(const model::Bar& a, const model::Bar& b) {
  return a.open_at == b.open_at && a.open == b.open && a.high == b.high && a.low == b.low &&
         a.close == b.close && a.volume == b.volume;
}

base::Result<model::Bar> DecodeBar(const JsonValue& value) {
  FieldReader fields(value);
  model::Bar bar;
  bar.open_at = fields.RequiredTime("timestamp");
  bar.open = fields.RequiredNumber("open");
  bar.high = fields.RequiredNumber("high");
  bar.low = fields.RequiredNumber("low");
  bar.close = fields.RequiredNumber("close");
  bar.volume = fields.RequiredNumber("volume");
  if (!fields.is_ok()) {
    return fields.Failure();
  }
  return bar;
}

}  // namespace

void EncodeAmount(std::string& out, base::Decimal amount) {
  AppendPythonFloat(out, amount);
}

void EncodeDailyPnl(std::string& out, base::Decimal equity, base::Decimal day_anchor) {
  const double fraction =
      day_anchor.is_positive() ? (equity - day_anchor).ToDouble() / day_anchor.ToDouble() : 0.0;
  AppendPythonFloat(out, fraction);
}

void EncodeLatency(std::string& out, base::Nanos span) {
  const std::chrono::duration<double, std::milli> milliseconds = std::max(span, base::Nanos{0});
  AppendPythonFloat(out, milliseconds.count());
}

void EncodeLastTick(std::string& out, std::string_view symbol, base::Decimal price,
                    base::UnixNanos event_at) {
  JsonWriter json(out, Spelling::kSpaced);
  json.BeginObject();
  json.Text("symbol", symbol);
  json.Number("price", price);
  json.Time("timestamp", event_at, base::IsoSuffix::kOffset);
  json.EndObject();
}

base::Result<LastTick> DecodeLastTick(std::string_view text) {
  const auto object = ParseJsonObject(text);
  if (!object) {
    return base::FailWith("last tick", object.error());
  }
  FieldReader fields(*object);
  LastTick tick{.symbol = fields.RequiredText("symbol"),
                .price = fields.RequiredNumber("price"),
                .at = fields.RequiredTime("timestamp")};
  if (!fields.is_ok()) {
    return base::FailWith("last tick", fields.error());
  }
  return tick;
}

void EncodeBars(std::string& out, std::span<const model::Bar> bars) {
  out += BarsText().Of(bars);
}

std::string_view BarsText::Of(std::span<const model::Bar> bars) {
  bars = bars.last(std::min(bars.size(), kBarsMax));
  const auto first = std::find_if(bars_.begin(), bars_.end(), [&](const model::Bar& bar) {
    return !bars.empty() && bar.open_at == bars.front().open_at;
  });
  text_.DropFront(static_cast<std::size_t>(first - bars_.begin()));
  bars_.erase(bars_.begin(), first);
  const auto changed =
      std::mismatch(bars_.begin(), bars_.end(), bars.begin(), bars.end(), &IsSameRow).first;
  text_.DropBack(static_cast<std::size_t>(bars_.end() - changed));
  bars_.erase(changed, bars_.end());
  for (const model::Bar& bar : bars.subspan(bars_.size())) {
    text_.Append([&](std::string& out) { EncodeBar(out, bar); });
    bars_.push_back(bar);
  }
  return text_.text();
}

base::Result<std::vector<model::Bar>> DecodeBars(std::string_view text) {
  return DecodeRows<model::Bar>("bar", text, &DecodeBar);
}

void EncodeActiveSymbols(std::string& out, const model::InstrumentTable& instruments) {
  JsonWriter json(out, Spelling::kSpaced);
  json.BeginArray();
  for (const model::Instrument& instrument : instruments.rows()) {
    json.TextElement(instrument.symbol.view());
  }
  json.EndArray();
}

base::Result<std::vector<std::string>> DecodeActiveSymbols(std::string_view text) {
  auto array = ParseJsonArray(text);
  if (!array) {
    return base::FailWith("active symbols", array.error());
  }
  std::vector<std::string> symbols;
  for (JsonValue& item : array->items) {
    if (item.kind != JsonValue::Kind::kText) {
      return base::Fail(base::ErrorCode::kCorrupt,
                        "active symbols: " + item.Describe() + " is not a symbol");
    }
    symbols.push_back(std::move(item.text));
  }
  return symbols;
}

}  // namespace bulwark::contract
