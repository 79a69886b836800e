#include "opening/portfolio_reading.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/result.h"
#include "contract/json_reader.h"
#include "contract/portfolio_document.h"
#include "model/instrument.h"
#include "opening/documents.h"
#include "opening/findings.h"

namespace bulwark::opening {
namespace {

using base::Decimal;
using contract::JsonValue;

// Far above any account, and far enough below the range of Decimal that sums stay in it.
constexpr Decimal kAmountMax = Decimal::FromInt(1'000'000'000);
constexpr std::array<std::string_view, 6> kFields = {"cash",
                                                     "positions",
                                                     "blocked_cash",
                                                     "blocked_positions",
                                                     "short_opened_at",
                                                     "short_borrow_fees_paid"};

std::string Field(std::string_view name) {
  return std::string(kPortfolioKey) + ": field '" + std::string(name.substr(0, 40)) + "'";
}

void LookAtNumber(const std::string& place, const JsonValue& value, Decimal kept,
                  Findings& findings) {
  if (value.kind == JsonValue::Kind::kNumber && IsRounded(value.text)) {
    findings.Tolerate(place + " is " + value.text + ", kept as " + kept.ToString());
  }
}

void LookAtFields(const JsonValue& object, Findings& findings) {
  RefuseTwins(std::string(kPortfolioKey), object, findings);
  for (const std::string& name : object.names) {
    if (std::find(kFields.begin(), kFields.end(), name) == kFields.end()) {
      findings.Tolerate(Field(name) + " is unknown, ignored");
    }
  }
  for (const std::string_view name : kFields) {
    const JsonValue* value = object.Find(name);
    if (value == nullptr) {
      findings.Tolerate(Field(name) + " is missing, taken as empty");
    } else if (value->kind == JsonValue::Kind::kObject) {
      RefuseTwins(Field(name), *value, findings);
    }
  }
}

class Reader {
 public:
  Reader(const JsonValue& object, const contract::PortfolioDocument& document, Findings& findings)
      : object_(object), document_(document), findings_(findings) {}

  OwnedPortfolio Read() {
    OwnedPortfolio owned{.cash = Checked("cash", document_.cash),
                         .blocked_cash = Checked("blocked_cash", document_.blocked_cash),
                         .borrow_fees_paid = document_.short_borrow_fees_paid};
    owned.cash += owned.blocked_cash;
    for (const auto& [symbol, quantity] : document_.positions) {
      Add(owned, "positions", symbol, quantity);
    }
    for (const auto& [symbol, quantity] : document_.blocked_positions) {
      if (quantity.is_negative()) {
        findings_.Refuse(Entry("blocked_positions", symbol) + " is " + quantity.ToString() +
                         ", below 0");
      }
      Add(owned, "blocked_positions", symbol, quantity);
    }
    for (const auto& [symbol, at] : document_.short_opened_at) {
      const auto name = CanonicalSymbol(symbol);
      const auto row = std::find_if(owned.positions.begin(), owned.positions.end(),
                                    [&](const auto& position) { return position.symbol == name; });
      if (row != owned.positions.end() && row->quantity.is_negative()) {
        row->short_opened_at = at;
      } else {
        findings_.Tolerate(Entry("short_opened_at", symbol) + " is of no short position, ignored");
      }
    }
    return owned;
  }

 private:
  static std::string Entry(std::string_view field, const std::string& symbol) {
    return Field(field) + ": '" + symbol.substr(0, 40) + "'";
  }

  Decimal Checked(std::string_view field, Decimal amount) {
    if (const JsonValue* value = object_.Find(field)) {
      LookAtNumber(Field(field), *value, amount, findings_);
    }
    return InRange(Field(field), amount);
  }

  Decimal InRange(const std::string& place, Decimal amount) {
    if (amount.Abs() <= kAmountMax) {
      return amount;
    }
    findings_.Refuse(place + " is " + amount.ToString() + ", beyond " + kAmountMax.ToString());
    return {};
  }

  void Add(OwnedPortfolio& owned, std::string_view field, const std::string& symbol,
           Decimal quantity) {
    const std::string place = Entry(field, symbol);
    const auto name = CanonicalSymbol(symbol);
    if (!name) {
      findings_.Refuse(place + " is no name of an instrument");
      return;
    }
    if (*name != symbol) {
      findings_.Tolerate(place + " is taken as " + *name);
    }
    LookAtNumber(place, *object_.Find(field)->Find(symbol), quantity, findings_);
    const Decimal amount = InRange(place, quantity);
    const auto row = std::find_if(owned.positions.begin(), owned.positions.end(),
                                  [&](const auto& position) { return position.symbol == *name; });
    if (row == owned.positions.end()) {
      owned.positions.push_back({.symbol = *name, .quantity = amount});
      return;
    }
    if (field == "positions") {
      findings_.Refuse(place + " is there twice: it is " + *name + " as well");
    }
    row->quantity += amount;
    if (row->quantity.Abs() > kAmountMax) {
      row->quantity = InRange(place, row->quantity);
    }
  }

  const JsonValue& object_;
  const contract::PortfolioDocument& document_;
  Findings& findings_;
};

}  // namespace

std::optional<std::string> CanonicalSymbol(std::string_view symbol) {
  const auto instrument = model::DefaultInstrument(symbol);
  return instrument ? std::optional(std::string(instrument->symbol.view())) : std::nullopt;
}

OwnedPortfolio ReadPortfolio(std::string_view text, Findings& findings) {
  const auto object = contract::ParseJsonObject(text);
  const auto document = contract::DecodePortfolio(text);
  if (!object || !document) {
    const base::Error& error = object ? document.error() : object.error();
    findings.Refuse(std::string(kPortfolioKey) + ": " + error.message);
    return {};
  }
  LookAtFields(*object, findings);
  return Reader(*object, *document, findings).Read();
}

}  // namespace bulwark::opening
