#include "api/state_document.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include "api/raw_state.h"
#include "base/iso_time.h"
#include "base/time.h"
#include "contract/catalogue.h"
#include "contract/keys.h"
#include "contract/kill_switch_document.h"
#include "contract/system_documents.h"
#include "model/autonomy.h"

namespace bulwark::api {
namespace {

namespace keys = contract::keys;

constexpr std::size_t kShownValueBytes = 120;

// Decodes single keys and notes what was wrong with them.
class Decoder {
 public:
  explicit Decoder(const RawState& raw) : raw_(raw) {}

  // The text of a key. A missing one is a problem only when the trader always writes it.
  std::optional<std::string_view> Text(std::string_view key, bool is_required = false) {
    const auto it = raw_.keys.find(key);
    const std::optional<std::string> none;
    const std::optional<std::string>& text = it == raw_.keys.end() ? none : it->second.text;
    if (text) {
      return std::string_view(*text);
    }
    if (it != raw_.keys.end() && !it->second.error.empty()) {
      Note(key, "", it->second.error);
    } else if (is_required) {
      Note(key, "", "missing");
    }
    return std::nullopt;
  }

  Json Number(std::string_view key, bool is_required = false) {
    const auto text = Text(key, is_required);
    if (!text) {
      return nullptr;
    }
    double value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc{} || end != text->data() + text->size() || !std::isfinite(value)) {
      Note(key, *text, "not a finite number");
      return nullptr;
    }
    return value;
  }

  // `type` is "object" or "array".
  Json Document(std::string_view key, std::string_view type, bool is_required = false) {
    const auto text = Text(key, is_required);
    if (!text) {
      return nullptr;
    }
    Json parsed = Json::parse(*text, nullptr, false);
    if (parsed.is_discarded() || parsed.type_name() != type) {
      Note(key, *text, "not a JSON " + std::string(type));
      return nullptr;
    }
    return parsed;
  }

  void Note(std::string_view key, std::string_view value, std::string reason) {
    problems_.push_back({{"key", key},
                         {"value", value.substr(0, kShownValueBytes)},
                         {"reason", std::move(reason)}});
  }

  Json TakeProblems() { return std::move(problems_); }

 private:
  const RawState& raw_;
  Json problems_ = Json::array();
};

// Absent means not halted; anything but the two words is shown as null.
Json DecodeHalt(Decoder& decoder) {
  const auto text = decoder.Text(keys::Halt().view());
  if (!text) {
    return false;
  }
  switch (contract::DecodeHalt(*text)) {
    case contract::HaltReading::kRun:
      return false;
    case contract::HaltReading::kHalt:
      return true;
    case contract::HaltReading::kUnknown:
      break;
  }
  decoder.Note(keys::Halt().view(), *text, "neither true nor false");
  return nullptr;
}

Json DecodeKillSwitch(Decoder& decoder) {
  const auto text = decoder.Text(keys::KillSwitch().view(), true);
  if (!text) {
    return nullptr;
  }
  switch (contract::DecodeKillSwitch(*text)) {
    case contract::KillReading::kInactive:
      return "inactive";
    case contract::KillReading::kActive:
      return "active";
    case contract::KillReading::kUnknown:
      break;
  }
  decoder.Note(keys::KillSwitch().view(), *text, "neither active nor inactive");
  return nullptr;
}

Json DecodeHeartbeat(Decoder& decoder, base::UnixNanos now) {
  Json beat = {{"at", nullptr}, {"age_seconds", nullptr}, {"is_stale", true}};
  const auto text = decoder.Text(keys::Heartbeat().view(), true);
  if (!text) {
    return beat;
  }
  const auto at = contract::DecodeHeartbeat(*text);
  if (!at) {
    decoder.Note(keys::Heartbeat().view(), *text, at.error().message);
    return beat;
  }
  const double age = std::max(0.0, std::chrono::duration<double>(now - *at).count());
  return {{"at", *text}, {"age_seconds", age}, {"is_stale", age > kHeartbeatStaleSeconds}};
}

Json DecodeMarket(Decoder& decoder, const RawState& raw) {
  Json symbols = Json::array();
  for (const std::string& symbol : raw.symbols) {
    symbols.push_back(
        {{"symbol", symbol}, {"last_price", decoder.Number(keys::LastPrice(symbol).text())}});
  }
  return {{"last_price", decoder.Number(keys::LastPrice().view())},
          {"last_tick", decoder.Document(keys::LastTick().view(), "object")},
          {"active_symbols", decoder.Document(keys::ActiveSymbols().view(), "array")},
          {"symbols", std::move(symbols)}};
}

Json DecodeOpenOrders(Decoder& decoder, const RawState& raw) {
  if (!raw.open_orders_error.empty()) {
    decoder.Note(keys::OpenOrders().view(), "", raw.open_orders_error);
  }
  if (!raw.open_orders_error.empty() && raw.open_orders.empty()) {
    return nullptr;
  }
  Json orders = Json::array();
  for (const std::string& key : raw.open_orders) {
    Json order = decoder.Document(key, "object", true);
    if (!order.is_null()) {
      orders.push_back(std::move(order));
    }
  }
  return orders;
}

Json DecodeAlerts(Decoder& decoder, const RawState& raw) {
  Json alerts = Json::array();
  for (const std::string& key : raw.alert_keys) {
    Json alert = decoder.Document(key, "object");
    if (!alert.is_null()) {
      alert["event_key"] = key;
      alerts.push_back(std::move(alert));
    }
  }
  return alerts;
}

// Oldest first; null when they could not be read.
Json DecodeApprovals(Decoder& decoder, const RawState& raw) {
  if (!raw.proposals_error.empty()) {
    decoder.Note(keys::PendingApprovals().view(), "", raw.proposals_error);
    return nullptr;
  }
  Json approvals = Json::array();
  for (const std::string& text : raw.proposals) {
    const auto problem = contract::Get(contract::EntryId::kPendingApprovals).check(text);
    if (problem) {
      decoder.Note(keys::PendingApprovals().view(), text, *problem);
    } else {
      approvals.push_back(Json::parse(text, nullptr, false));
    }
  }
  std::sort(approvals.begin(), approvals.end(), [](const Json& a, const Json& b) {
    return a.value("created_at", "") < b.value("created_at", "");
  });
  return approvals;
}

Json DecodeAutonomy(Decoder& decoder) {
  const auto mode = decoder.Text(keys::AutonomyMode().view());
  const bool is_known = mode && model::AutonomyModeFromName(*mode);
  if (mode && !is_known) {
    decoder.Note(keys::AutonomyMode().view(), *mode, "no mode of autonomy");
  }
  const auto since = decoder.Text(keys::AutonomyModeSince().view());
  return {{"mode", is_known ? Json(*mode) : Json()}, {"since", since ? Json(*since) : Json()}};
}

// The members of the document, in the order in which they are sent.
Json Decode(Decoder& decoder, const RawState& raw, base::UnixNanos now) {
  Json document = {{"at", base::FormatIso(now, base::IsoSuffix::kZulu)},
                   {"redis", {{"connected", true}, {"reason", nullptr}}},
                   {"halt", DecodeHalt(decoder)},
                   {"kill_switch", DecodeKillSwitch(decoder)},
                   {"kill_switch_meta", decoder.Document(keys::KillMeta().view(), "object")},
                   {"heartbeat", DecodeHeartbeat(decoder, now)},
                   {"system_state", decoder.Document(keys::State().view(), "object")},
                   {"system_status", decoder.Document(keys::Status().view(), "object")},
                   {"risk", decoder.Document(keys::PortfolioRisk().view(), "object")}};
  document["metrics"] = {{"total_value", decoder.Number(keys::TotalValue().view(), true)},
                         {"cash", decoder.Number(keys::Cash().view(), true)},
                         {"pnl_daily", decoder.Number(keys::PnlDaily().view(), true)},
                         {"tick_to_decision_ms", decoder.Number(keys::TickToDecision().view())},
                         {"decision_to_fill_ms", decoder.Number(keys::DecisionToFill().view())},
                         {"tick_to_fill_ms", decoder.Number(keys::TickToFill().view())}};
  document["market"] = DecodeMarket(decoder, raw);
  document["portfolio"] = decoder.Document(keys::Portfolio().view(), "object", true);
  document["positions"] = decoder.Document(keys::ViewPositions().view(), "array");
  document["orders"] = decoder.Document(keys::ViewOrders().view(), "array");
  document["open_orders"] = DecodeOpenOrders(decoder, raw);
  document["alerts"] = DecodeAlerts(decoder, raw);
  document["autonomy"] = DecodeAutonomy(decoder);
  document["approvals"] = DecodeApprovals(decoder, raw);
  return document;
}

}  // namespace

Json MakeStateDocument(const RawState& raw, base::UnixNanos now) {
  Decoder decoder(raw);
  Json document = Decode(decoder, raw, now);
  document["problems"] = decoder.TakeProblems();
  return document;
}

Json MakeLostDocument(std::string_view reason, base::UnixNanos now) {
  const RawState nothing;
  Decoder unread(nothing);
  Json document = Decode(unread, nothing, now);
  document["redis"] = {{"connected", false}, {"reason", reason}};
  document["halt"] = nullptr;  // Not known, rather than not halted.
  document["open_orders"] = nullptr;
  document["approvals"] = nullptr;
  document["alerts"] = nullptr;
  document["problems"] = Json::array({{{"key", "redis"}, {"value", ""}, {"reason", reason}}});
  return document;
}

Json MakeCandles(const RawState& raw, std::string_view symbol) {
  if (!IsSymbol(symbol)) {
    return {{"symbol", symbol}, {"rows", nullptr}};
  }
  Decoder decoder(raw);
  Json rows = decoder.Document(keys::Ohlcv(symbol).text(), "array");
  return {{"symbol", symbol}, {"rows", std::move(rows)}};
}

std::string Dump(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace bulwark::api
