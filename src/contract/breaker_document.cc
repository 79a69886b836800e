#include "contract/breaker_document.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "contract/json_reader.h"
#include "contract/json_writer.h"
#include "model/action.h"
#include "model/breaker.h"

namespace bulwark::contract {
namespace {

using base::IsoSuffix;
using model::BreakerState;

struct Phrase {
  std::string_view subject;
  std::string_view unit;
  int decimals;
  std::string_view beyond;  // How value and limit stand to each other when it tripped.
};

// In the order of the enumeration.
constexpr std::array<Phrase, model::kBreakers> kPhrases = {{
    {"VIX", "", 1, "is above"},
    {"age of market data", " s", 0, "is above"},
    {"drawdown", " %", 1, "is above"},
    {"daily P&L", " %", 1, "is below"},
    {"drift from the venue", " %", 2, "is above"},
    {"time since the operator's last sign of life", " h", 1, "is above"},
    {"outage of the feed", " s", 0, "is above"},
    {"losing round trips in a row", "", 0, "has reached"},
    {"refused entries in a row", "", 0, "has reached"},
    {"venue errors among the last orders", "", 0, "has reached"},
    {"first answer of the venue", " s", 2, "is above"},
}};

std::string Figure(base::Decimal value, const Phrase& phrase) {
  return fmt::format("{:.{}f}{}", value.ToDouble(), phrase.decimals, phrase.unit);
}

}  // namespace

std::string BreakerReason(model::Breaker which, const model::BreakerView& view) {
  const Phrase& phrase = kPhrases.at(model::IndexOf(which));
  if (view.is_off) {
    return fmt::format("{}: off", phrase.subject);
  }
  const std::string limit = Figure(view.limit, phrase);
  if (!view.value) {
    return fmt::format("{}: unknown, limit {}", phrase.subject, limit);
  }
  const std::string value = Figure(*view.value, phrase);
  if (view.state != BreakerState::kTripped) {
    return fmt::format("{} {}, limit {}", phrase.subject, value, limit);
  }
  const bool is_beyond =
      which == model::Breaker::kDailyLoss ? *view.value < view.limit : *view.value >= view.limit;
  return is_beyond ? fmt::format("{} {} {} {}", phrase.subject, value, phrase.beyond, limit)
                   : fmt::format("{} {} after a trip, limit {}", phrase.subject, value, limit);
}

void EncodeBreakerView(std::string& out, model::Breaker which, const model::BreakerView& view) {
  JsonWriter json(out, Spelling::kSpaced);
  json.BeginObject();
  json.Flag("tripped", view.is_blocking);
  json.Text("reason", BreakerReason(which, view));
  json.Time("checked_at", view.checked_at, IsoSuffix::kOffset);
  json.EndObject();
}

void EncodeBreakerChange(std::string& out, const model::BreakerChanged& change) {
  const bool is_tripped = change.event == model::BreakerEvent::kTripped;
  const model::BreakerView view{.state = is_tripped ? BreakerState::kTripped : BreakerState::kOk,
                                .value = change.value,
                                .limit = change.limit};
  JsonWriter json(out, Spelling::kCompact);
  json.BeginObject();
  json.Text("breaker", model::EventWord(change.which));
  json.Text("name", model::Name(change.which));
  json.Text("action", is_tripped ? "activated" : "deactivated");
  json.Text("reason", BreakerReason(change.which, view));
  json.Time("timestamp", change.at, IsoSuffix::kZulu);
  json.EndObject();
}

base::Result<VixReading> DecodeVixReading(std::string_view text) {
  const auto object = ParseJsonObject(text);
  if (!object) {
    return base::FailWith("VIX reading", object.error());
  }
  FieldReader fields(*object);
  const VixReading reading{.level = fields.RequiredNumber("level"),
                           .at = fields.RequiredTime("at")};
  if (fields.is_ok() && reading.level.is_negative()) {
    fields.Wrong("level", "at least 0");
  }
  if (!fields.is_ok()) {
    return base::FailWith("VIX reading", fields.error());
  }
  return reading;
}

}  // namespace bulwark::contract
