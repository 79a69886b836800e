#include "contract/portfolio_document.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "contract/json_reader.h"
#include "contract/json_writer.h"
#include "contract/number_format.h"
#include "model/instrument.h"
#include "model/portfolio.h"

namespace bulwark::contract {
namespace {

base::Result<SymbolAmounts> ReadAmounts(FieldReader& fields, std::string_view name) {
  SymbolAmounts amounts;
  const JsonValue* object = fields.Child(name, JsonValue::Kind::kObject);
  if (object == nullptr) {
    return amounts;
  }
  for (std::size_t at = 0; at < object->names.size(); ++at) {
    const std::string& symbol = object->names[at];
    const JsonValue& value = object->items[at];
    const auto amount = value.kind == JsonValue::Kind::kNumber
                            ? ParseDecimal(value.text)
                            : base::Fail(base::ErrorCode::kCorrupt, "");
    if (!amount) {
      return base::Fail(base::ErrorCode::kCorrupt,
                        "field '" + std::string(name) + "': '" + symbol.substr(0, 40) + "' is " +
                            value.Describe() + ", not a number in range");
    }
    amounts.emplace_back(symbol, *amount);
  }
  return amounts;
}

void ReadOpenings(FieldReader& fields, PortfolioDocument& document) {
  const JsonValue* object = fields.Child("short_opened_at", JsonValue::Kind::kObject);
  if (object == nullptr) {
    return;
  }
  FieldReader openings(*object);
  for (const std::string& symbol : object->names) {
    if (const auto at = openings.Time(symbol)) {
      document.short_opened_at.emplace_back(symbol, *at);
    }
  }
  if (!openings.is_ok()) {
    fields.Wrong("short_opened_at", "an object of times");
  }
}

base::Decimal ReadAmount(FieldReader& fields, std::string_view name) {
  const base::Decimal amount = fields.Number(name).value_or(base::Decimal());
  if (amount.is_negative()) {
    fields.Wrong(name, "at least 0");
  }
  return amount;
}

}  // namespace

void EncodePortfolio(std::string& out, const model::Portfolio& portfolio,
                     const model::InstrumentTable& instruments) {
  JsonWriter json(out, Spelling::kCompact);
  json.BeginObject();
  json.Number("cash", portfolio.cash);
  json.BeginObject("positions");
  for (const model::Instrument& instrument : instruments.rows()) {
    const model::Position& position = portfolio.at(instrument.id);
    if (position.was_ever_held || !position.quantity.is_zero()) {
      json.Number(instrument.symbol.view(), position.quantity);
    }
  }
  json.EndObject();
  json.Number("blocked_cash", portfolio.blocked_cash);
  json.BeginObject("blocked_positions");
  for (const model::Instrument& instrument : instruments.rows()) {
    const model::Position& position = portfolio.at(instrument.id);
    if (position.blocked_quantity.is_positive()) {
      json.Number(instrument.symbol.view(), position.blocked_quantity);
    }
  }
  json.EndObject();
  json.BeginObject("short_opened_at");
  for (const model::Instrument& instrument : instruments.rows()) {
    const model::Position& position = portfolio.at(instrument.id);
    if (position.owned().is_negative()) {
      json.Time(instrument.symbol.view(), position.short_opened_at, base::IsoSuffix::kZulu);
    }
  }
  json.EndObject();
  json.Number("short_borrow_fees_paid", portfolio.borrow_fees_paid);
  json.EndObject();
}

base::Result<PortfolioDocument> DecodePortfolio(std::string_view text) {
  const auto object = ParseJsonObject(text);
  if (!object) {
    return base::FailWith("portfolio", object.error());
  }
  FieldReader fields(*object);
  PortfolioDocument document;
  document.cash = fields.RequiredNumber("cash");
  document.blocked_cash = ReadAmount(fields, "blocked_cash");
  document.short_borrow_fees_paid = ReadAmount(fields, "short_borrow_fees_paid");
  ReadOpenings(fields, document);
  auto positions = ReadAmounts(fields, "positions");
  auto blocked = ReadAmounts(fields, "blocked_positions");
  if (!fields.is_ok()) {
    return base::FailWith("portfolio", fields.error());
  }
  if (!positions || !blocked) {
    return base::FailWith("portfolio", positions ? blocked.error() : positions.error());
  }
  document.positions = *std::move(positions);
  document.blocked_positions = *std::move(blocked);
  return document;
}

}  // namespace bulwark::contract
