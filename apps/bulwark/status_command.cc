#include "status_command.h"

#include <charconv>
#include <cstddef>
#include <cstdio>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "api/raw_state.h"
#include "api/state_document.h"
#include "app_context.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "config/settings.h"
#include "data_paths.h"
#include "ledger/ledger.h"
#include "ledger/ledger_place.h"
#include "ledger/report_log.h"
#include "ledger/report_store.h"
#include "ledger_access.h"
#include "model/breaker.h"
#include "model/switches.h"
#include "reconcile/difference.h"
#include "redis/connection.h"
#include "redis_access.h"

namespace bulwark::app {
namespace {

using api::Json;

constexpr std::size_t kAlertsShown = 5;

Json TurnJson(const model::SwitchTurn& turn) {
  Json json{{"is_on", turn.is_on}, {"sequence", turn.sequence}};
  if (turn.sequence > 0) {
    json["reason"] = turn.reason;
    json["actor"] = turn.actor;
    json["at"] = base::FormatIso(turn.at, base::IsoSuffix::kZulu);
  }
  return json;
}

// What the newest report of reconciliation says; items without an outcome only.
Json ReconcileJson(ledger::ReportLog& reports) {
  Json json{{"blocking", 0}, {"items", Json::array()}};
  const auto newest = reports.NewestReport();
  if (!newest) {
    json["error"] = newest.error().message;
    return json;
  }
  int blocking = 0;
  const ledger::StoredReport report = newest->value_or(ledger::StoredReport{});
  for (const ledger::StoredItem& stored : report.items) {
    if (stored.outcome.empty()) {
      json["items"].push_back(reconcile::Describe(stored.item.difference));
      blocking += reconcile::IsBlocking(stored.item.difference.kind) ? 1 : 0;
    }
  }
  json["blocking"] = blocking;
  return json;
}

Json TrippedJson(const model::BreakerRecord& record) {
  Json tripped = Json::array();
  for (std::size_t at = 0; at < model::kBreakers; ++at) {
    if (record.latched.at(at)) {
      tripped.push_back(model::Name(static_cast<model::Breaker>(at)));
    }
  }
  return tripped;
}

std::string TrippedText(const Json& ledger) {
  if (!ledger.contains("breakers")) {
    return "unknown";
  }
  std::string text;
  for (const Json& name : ledger["breakers"]) {
    text += (text.empty() ? "TRIPPED: " : ", ") + name.get<std::string>();
  }
  return text.empty() ? "none tripped" : text;
}

// The stops as the durable truth has them; a text with the reason when it cannot be read.
Json ReadLedger(const ledger::LedgerPlace& place) {
  auto ledger = ledger::Ledger::Open(
      place,
      {.access = ledger::Access::kReadOnly, .is_created_if_missing = false, .is_checked = false});
  if (!ledger) {
    return {{"error", ledger.error().message}};
  }
  const auto switches = (*ledger)->ReadSwitches();
  const auto epoch = (*ledger)->LastEpoch();
  const auto breakers = (*ledger)->ReadBreakers();
  if (!breakers) {
    return {{"error", breakers.error().message}};
  }
  if (!switches || !epoch) {
    return {{"error", switches ? epoch.error().message : switches.error().message}};
  }
  ledger::ReportLog reports(*std::move(ledger));
  return {{"epoch", *epoch},
          {"halt", TurnJson(switches->halt)},
          {"kill", TurnJson(switches->kill)},
          {"breakers", TrippedJson(*breakers)},
          {"reconcile", ReconcileJson(reports)}};
}

Json ReadRedis(const config::Settings& settings, const DataPaths& paths) {
  const base::UnixNanos now = base::WallNow();
  const auto url = RedisUrlOf(settings, paths);
  if (!url) {
    return api::MakeLostDocument(url.error().message, now);
  }
  auto connection = redis::Connection::Connect(*url, RedisOptionsOf(settings, "status"));
  if (!connection) {
    return api::MakeLostDocument(connection.error().message, now);
  }
  api::AlertIndex alerts;
  if (const auto indexed = alerts.Refresh(**connection, base::MonotonicNow()); !indexed) {
    return api::MakeLostDocument(indexed.error().message, now);
  }
  const auto raw = api::ReadRawState(**connection, alerts);
  return raw ? api::MakeStateDocument(*raw, now) : api::MakeLostDocument(raw.error().message, now);
}

// A member of an object down a path, as people read it; "unknown" for null and missing.
std::string Text(const Json& json, std::initializer_list<std::string_view> path) {
  const Json* at = &json;
  for (const std::string_view name : path) {
    if (!at->is_object() || !at->contains(name)) {
      return "unknown";
    }
    at = &(*at)[std::string(name)];
  }
  if (at->is_null()) {
    return "unknown";
  }
  return at->is_string() ? at->get<std::string>() : at->dump();
}

// A number in plain digits with at least `decimals_min` and at most 8 decimals; what is no number
// as it is.
std::string Digits(const Json& json, std::initializer_list<std::string_view> path,
                   std::size_t decimals_min) {
  std::string raw = Text(json, path);
  const char* const end = raw.data() + raw.size();
  double value = 0;
  const auto [stopped, error] = std::from_chars(raw.data(), end, value);
  if (error != std::errc() || stopped != end) {
    return raw;
  }
  std::string text = fmt::format("{:.8f}", value);
  const std::size_t shortest = text.find('.') + 1 + decimals_min;
  while (text.size() > shortest && text.back() == '0') {
    text.pop_back();
  }
  if (text.back() == '.') {
    text.pop_back();
  }
  return text.find_first_not_of("-0.") == std::string::npos && text[0] == '-' ? text.substr(1)
                                                                              : text;
}

std::string AgeText(const Json& state) {
  const Json& heartbeat = state["heartbeat"];
  if (!heartbeat.is_object() || !heartbeat.contains("age_seconds") ||
      !heartbeat["age_seconds"].is_number()) {
    return "never";
  }
  return fmt::format("{:.1f} s ago", heartbeat["age_seconds"].get<double>());
}

void Line(std::string_view label, const std::string& text) {
  fmt::print("{:<12} {}\n", label, text);
}

std::string StopText(const Json& ledger, const std::string& which, const std::string& in_redis) {
  if (ledger.contains("error")) {
    return in_redis + " in Redis; the ledger cannot be read: " + Text(ledger, {"error"});
  }
  const Json& turn = ledger[which];
  const bool is_on = turn["is_on"].get<bool>();
  std::string text = is_on ? "ON" : "off";
  if (is_on) {
    text += ", since " + Text(turn, {"at"}) + ", by " + Text(turn, {"actor"}) + ": " +
            Text(turn, {"reason"});
  }
  const bool is_on_in_redis = in_redis == "true" || in_redis == "active";
  if (in_redis != "unknown" && is_on_in_redis != is_on) {
    text += "   (Redis says " + in_redis + ")";
  }
  return text;
}

void PrintRows(const Json& state) {
  for (const Json& row : state.value("positions", Json::array())) {
    Line("position", Text(row, {"instrument_id"}) + "  " + Digits(row, {"quantity"}, 0));
  }
  for (const Json& row : state.value("open_orders", Json::array())) {
    Line("open order",
         fmt::format("{}  {} {} {} {}, filled {}", Text(row, {"id"}), Text(row, {"side"}),
                     Digits(row, {"quantity"}, 0), Text(row, {"instrument_id"}),
                     Text(row, {"status"}), Digits(row, {"filled_quantity"}, 0)));
  }
  for (const Json& row :
       state["ledger"].value(Json::json_pointer("/reconcile/items"), Json::array())) {
    Line("differs", row.get<std::string>());
  }
  std::size_t shown = 0;
  for (const Json& row : state.value("alerts", Json::array())) {
    if (++shown > kAlertsShown) {
      break;
    }
    Line("alert", Text(row, {"timestamp"}) + "  " + Text(row, {"level"}) + "  " +
                      Text(row, {"event"}) + "  " +
                      (row.contains("reason") ? Text(row, {"reason"}) : std::string()));
  }
}

void PrintStatus(const Json& state) {
  const Json& ledger = state["ledger"];
  Line("mode", Text(state, {"system_state", "mode"}));
  const std::string reason = Text(state, {"system_state", "reason"});
  Line("state", Text(state, {"system_state", "state"}) +
                    (reason.empty() || reason == "unknown" ? "" : ": " + reason));
  Line("halt", StopText(ledger, "halt", Text(state, {"halt"})));
  Line("kill", StopText(ledger, "kill", Text(state, {"kill_switch"})));
  Line("breakers", TrippedText(ledger));
  Line("feed", Text(state, {"system_state", "feed"}));
  Line("venue", Text(state, {"system_state", "broker"}));
  const bool is_stale = Text(state, {"heartbeat", "is_stale"}) != "false";
  Line("heartbeat", AgeText(state) + (is_stale ? "   STALE: the trader does not run" : ""));
  Line("equity", Digits(state, {"metrics", "total_value"}, 2));
  Line("cash", Digits(state, {"metrics", "cash"}, 2));
  Line("P&L today", Digits(state, {"metrics", "pnl_daily"}, 2) + "  (fraction of the day's start)");
  Line("epoch", Text(state, {"system_state", "epoch"}));
  if (const int blocking =
          ledger.contains("reconcile") ? ledger["reconcile"]["blocking"].get<int>() : 0;
      blocking > 0) {
    Line("books", fmt::format("UNRECONCILED: {} {} entries; see `bulwark reconcile show`", blocking,
                              blocking == 1 ? "difference stops" : "differences stop"));
  }
  PrintRows(state);
  if (Text(state, {"redis", "connected"}) != "true") {
    Line("redis", "AWAY: " + Text(state, {"redis", "reason"}));
  }
  for (const Json& problem : state.value("problems", Json::array())) {
    Line("problem", problem.dump());
  }
}

int RunStatus(const config::Settings& settings, bool as_json) {
  const auto paths = PathsOf(settings);
  if (!paths) {
    return kExitUsage;
  }
  Json state = ReadRedis(settings, *paths);
  state["ledger"] = ReadLedger(LedgerPlaceOf(settings, *paths));
  if (as_json) {
    fmt::print("{}\n", api::Dump(state));
  } else {
    PrintStatus(state);
  }
  const bool is_redis_there = Text(state, {"redis", "connected"}) == "true";
  return is_redis_there || !state["ledger"].contains("error") ? kExitDone : kExitFailed;
}

}  // namespace

void AddStatusCommand(CLI::App& root, AppContext& context) {
  CLI::App& command = context.AddCommand(
      root, {.purpose = Purpose::kWatch,
             .name = "status",
             .text = "One screen of truth: stops, links, money, positions, orders, alerts"});
  const auto as_json = std::make_shared<bool>(false);
  command.add_flag("--json", *as_json, "As one JSON document");
  context.SetAction(command, [as_json](const config::Settings& settings) {
    return RunStatus(settings, *as_json);
  });
}

}  // namespace bulwark::app
