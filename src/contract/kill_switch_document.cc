#include "contract/kill_switch_document.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "contract/json_reader.h"
#include "contract/json_writer.h"
#include "contract/switch_word.h"
#include "model/switches.h"

namespace bulwark::contract {
namespace {

using base::IsoSuffix;

void TimeOrNull(JsonWriter& json, std::string_view name, std::optional<base::UnixNanos> at) {
  if (at) {
    json.Time(name, *at, IsoSuffix::kOffset);
  } else {
    json.Null(name);
  }
}

}  // namespace

void EncodeKillSwitch(std::string& out, bool is_active) {
  out += is_active ? "active" : "inactive";
}

KillReading DecodeKillSwitch(std::string_view text) {
  if (IsSwitchWord(text, "active")) {
    return KillReading::kActive;
  }
  if (IsSwitchWord(text, "inactive")) {
    return KillReading::kInactive;
  }
  const auto object = ParseJsonObject(text);
  const JsonValue* active = object ? object->Find("active") : nullptr;
  if (active == nullptr || active->kind != JsonValue::Kind::kFlag) {
    return KillReading::kUnknown;
  }
  return active->flag ? KillReading::kActive : KillReading::kInactive;
}

void EncodeKillMeta(std::string& out, const model::SwitchTurn& turn) {
  JsonWriter json(out, Spelling::kSpaced);
  const bool was_turned = turn.sequence != 0;
  json.BeginObject();
  json.Flag("active", turn.is_on);
  json.Text("reason", turn.reason);
  TimeOrNull(json, "activated_at",
             was_turned && turn.is_on ? std::optional(turn.at) : std::nullopt);
  TimeOrNull(json, "deactivated_at",
             was_turned && !turn.is_on ? std::optional(turn.at) : std::nullopt);
  json.Text("operator", turn.actor);
  json.Integer("sequence", static_cast<std::int64_t>(turn.sequence));
  json.EndObject();
}

base::Result<model::SwitchTurn> DecodeKillMeta(std::string_view text) {
  const auto object = ParseJsonObject(text);
  if (!object) {
    return base::FailWith("kill switch meta", object.error());
  }
  FieldReader fields(*object);
  model::SwitchTurn turn{.which = model::Switch::kKill};
  const std::optional<bool> active = fields.Flag("active");
  if (!active) {
    fields.Wrong("active", "true or false");
  }
  turn.is_on = active.value_or(true);
  turn.reason = fields.Text("reason").value_or("");
  turn.actor = fields.Text("operator").value_or("");
  turn.at = fields.Time(turn.is_on ? "activated_at" : "deactivated_at").value_or(base::UnixNanos());
  turn.sequence =
      static_cast<std::uint64_t>(std::max<std::int64_t>(fields.Integer("sequence").value_or(0), 0));
  if (!fields.is_ok()) {
    return base::FailWith("kill switch meta", fields.error());
  }
  return turn;
}

void EncodeKillLogEntry(std::string& out, const model::SwitchTurn& turn, KillResult result) {
  JsonWriter json(out, Spelling::kSpaced);
  json.BeginObject();
  json.Text("action", turn.is_on ? "activate" : "deactivate");
  json.Text("reason", turn.reason);
  json.Time("timestamp", turn.at, IsoSuffix::kOffset);
  json.Text("operator", turn.actor);
  json.Text("result", result == KillResult::kApplied ? "applied" : "refused");
  json.Integer("sequence", static_cast<std::int64_t>(turn.sequence));
  json.EndObject();
}

}  // namespace bulwark::contract
