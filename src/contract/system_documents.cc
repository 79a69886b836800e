#include "contract/system_documents.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "contract/json_reader.h"
#include "contract/json_writer.h"
#include "contract/number_format.h"
#include "contract/switch_word.h"
#include "model/action.h"
#include "model/names.h"

namespace bulwark::contract {
namespace {

using base::IsoSuffix;

constexpr std::string_view kConnected = "connected";
constexpr std::string_view kDisconnected = "disconnected";

std::string_view Connection(bool is_up) {
  return is_up ? kConnected : kDisconnected;
}

// Any state but "connected" counts as not connected, also words we do not know.
bool ReadConnection(FieldReader& fields, std::string_view name) {
  return fields.Text(name).value_or("") == kConnected;
}

std::optional<model::RunState> RunStateFromName(std::string_view name) {
  constexpr int kRunStates = 6;
  for (int value = 0; value < kRunStates; ++value) {
    const auto state = static_cast<model::RunState>(value);
    if (model::Name(state) == name) {
      return state;
    }
  }
  return std::nullopt;
}

std::uint64_t ReadCount(FieldReader& fields, std::string_view name) {
  const std::int64_t count = fields.Integer(name).value_or(0);
  if (count < 0) {
    fields.Wrong(name, "at least 0");
  }
  return static_cast<std::uint64_t>(std::max<std::int64_t>(count, 0));
}

}  // namespace

void EncodeHalt(std::string& out, bool is_halted) {
  out += is_halted ? "true" : "false";
}

HaltReading DecodeHalt(std::string_view text) {
  if (IsSwitchWord(text, "true")) {
    return HaltReading::kHalt;
  }
  return IsSwitchWord(text, "false") ? HaltReading::kRun : HaltReading::kUnknown;
}

void EncodeHeartbeat(std::string& out, base::UnixNanos at) {
  AppendTime(out, at, IsoSuffix::kOffset);
}

base::Result<base::UnixNanos> DecodeHeartbeat(std::string_view text) {
  const std::optional<base::UnixNanos> at = base::ParseIso(text);
  if (!at) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      "heartbeat '" + std::string(text.substr(0, 40)) + "' is not an ISO time");
  }
  return *at;
}

void EncodeEpoch(std::string& out, std::uint64_t epoch) {
  std::array<char, 24> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), epoch);
  out.append(text.data(), static_cast<std::size_t>(end.ptr - text.data()));
}

base::Result<std::uint64_t> DecodeEpoch(std::string_view text) {
  std::uint64_t epoch = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), epoch);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      "epoch '" + std::string(text.substr(0, 40)) + "' is not a whole number");
  }
  return epoch;
}

void EncodeSystemState(std::string& out, const SystemState& state) {
  JsonWriter json(out, Spelling::kSpaced);
  json.BeginObject();
  json.Text("state", model::Name(state.state));
  json.Text("reason", state.reason);
  json.Time("since", state.since, IsoSuffix::kOffset);
  json.Integer("epoch", static_cast<std::int64_t>(state.epoch));
  if (state.gate_closed_at) {
    json.Time("gate_closed_at", *state.gate_closed_at, IsoSuffix::kOffset);
  } else {
    json.Null("gate_closed_at");
  }
  json.Text("feed", Connection(state.is_feed_up));
  json.Text("broker", Connection(state.is_venue_up));
  json.Text("mode", state.mode);
  json.Integer("events_processed", static_cast<std::int64_t>(state.events_processed));
  json.EndObject();
}

base::Result<SystemState> DecodeSystemState(std::string_view text) {
  const auto object = ParseJsonObject(text);
  if (!object) {
    return base::FailWith("system state", object.error());
  }
  FieldReader fields(*object);
  SystemState state;
  fields.RequiredText("state");
  state.state = fields.Word("state", &RunStateFromName, model::RunState::kStarting);
  state.reason = fields.Text("reason").value_or("");
  state.since = fields.RequiredTime("since");
  state.epoch = ReadCount(fields, "epoch");
  state.gate_closed_at = fields.Time("gate_closed_at");
  state.is_feed_up = ReadConnection(fields, "feed");
  state.is_venue_up = ReadConnection(fields, "broker");
  state.mode = fields.Text("mode").value_or("paper");
  state.events_processed = ReadCount(fields, "events_processed");
  if (!fields.is_ok()) {
    return base::FailWith("system state", fields.error());
  }
  return state;
}

void EncodeSystemStatus(std::string& out, const SystemStatus& status) {
  JsonWriter json(out, Spelling::kSpaced);
  json.BeginObject();
  json.Text("broker", Connection(status.is_broker_connected));
  json.Text("feed", Connection(status.is_feed_connected));
  json.EndObject();
}

base::Result<SystemStatus> DecodeSystemStatus(std::string_view text) {
  const auto object = ParseJsonObject(text);
  if (!object) {
    return base::FailWith("system status", object.error());
  }
  FieldReader fields(*object);
  const SystemStatus status{.is_broker_connected = ReadConnection(fields, "broker"),
                            .is_feed_connected = ReadConnection(fields, "feed")};
  if (!fields.is_ok()) {
    return base::FailWith("system status", fields.error());
  }
  return status;
}

}  // namespace bulwark::contract
