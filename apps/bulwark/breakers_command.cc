#include "breakers_command.h"

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app_context.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "breakers/breaker_rules.h"
#include "config/settings.h"
#include "contract/json_reader.h"
#include "contract/keys.h"
#include "data_paths.h"
#include "ledger/ledger.h"
#include "ledger_access.h"
#include "model/breaker.h"
#include "redis/connection.h"
#include "redis_access.h"
#include "typed_word.h"

namespace bulwark::app {
namespace {

constexpr base::Nanos kAnswerMax = std::chrono::seconds{15};
constexpr base::Nanos kAskEvery = std::chrono::milliseconds{100};
constexpr std::size_t kReasonMax = 200;

base::Result<std::unique_ptr<ledger::Ledger>> OpenLedger(const config::Settings& settings,
                                                         const DataPaths& paths,
                                                         ledger::Access access) {
  return ledger::Ledger::Open(
      LedgerPlaceOf(settings, paths),
      {.access = access, .is_created_if_missing = false, .is_checked = false});
}

std::unique_ptr<redis::Connection> ConnectRedis(const config::Settings& settings,
                                                const DataPaths& paths) {
  const auto url = RedisUrlOf(settings, paths);
  auto connection =
      url ? redis::Connection::Connect(*url, RedisOptionsOf(settings, "bulwark-breakers"))
          : base::Result<std::unique_ptr<redis::Connection>>(
                tl::unexpected<base::Error>(url.error()));
  return connection ? *std::move(connection) : nullptr;
}

int Failed(const base::Error& error) {
  fmt::print(stderr, "error: {}\n", error.message);
  return kExitFailed;
}

// The reason that the running trader shows, else empty.
std::string ShownReason(redis::Connection* connection, model::Breaker which) {
  if (connection == nullptr) {
    return "";
  }
  const auto reply = connection->Call({"GET", contract::keys::BreakerView(which).view()});
  const auto text = reply ? reply->AsText() : std::nullopt;
  const auto document =
      contract::ParseJsonObject(text ? std::string_view(*text) : std::string_view("{}"));
  const contract::JsonValue* reason = document ? document->Find("reason") : nullptr;
  const contract::JsonValue* tripped = document ? document->Find("tripped") : nullptr;
  if (reason == nullptr || tripped == nullptr) {
    return "";
  }
  return (tripped->flag ? "holds up entries: " : "ok: ") + reason->text;
}

int Show(const config::Settings& settings) {
  const auto paths = PathsOf(settings);
  if (!paths) {
    return kExitUsage;
  }
  auto ledger = OpenLedger(settings, *paths, ledger::Access::kReadOnly);
  if (!ledger) {
    return Failed(ledger.error());
  }
  const auto record = (*ledger)->ReadBreakers();
  if (!record) {
    return Failed(record.error());
  }
  const auto connection = ConnectRedis(settings, *paths);
  for (const breakers::Rule& rule : breakers::AllRules()) {
    const auto& latched = record->latched.at(model::IndexOf(rule.which));
    const std::string shown = ShownReason(connection.get(), rule.which);
    fmt::print("{:<20} {:<8} {}\n", model::Name(rule.which), latched ? "TRIPPED" : "-",
               shown.empty() ? "no trader shows it" : shown);
    if (latched) {
      fmt::print("{:<20} {:<8} since {}, at {} {}\n", "", "",
                 base::FormatIso(latched->at, base::IsoSuffix::kZulu), latched->value.ToString(),
                 rule.unit);
    }
  }
  if (const auto& seen = record->operator_seen_at) {
    fmt::print("operator last seen   {}\n", base::FormatIso(*seen, base::IsoSuffix::kZulu));
  }
  return kExitDone;
}

// Waits until the trader has answered the request.
int AwaitAnswer(ledger::Ledger& ledger, model::Breaker which) {
  const std::size_t at = model::IndexOf(which);
  const base::Nanos deadline = base::MonotonicNow() + kAnswerMax;
  while (base::MonotonicNow() < deadline) {
    const auto record = ledger.ReadBreakers();
    if (!record) {
      return Failed(record.error());
    }
    if (record->reset_asked.at(at) == 0) {
      const bool is_tripped = record->latched.at(at).has_value();
      fmt::print("Trader: {}\n", is_tripped ? "refused: the cause lasts (`bulwark breakers show`)"
                                            : "the breaker no longer holds up entries");
      return is_tripped ? kExitNo : kExitDone;
    }
    std::this_thread::sleep_for(kAskEvery);
  }
  fmt::print("Trader: did not answer within {} s; the next one that runs takes it up\n",
             std::chrono::duration_cast<std::chrono::seconds>(kAnswerMax).count());
  return kExitDone;
}

struct ResetOptions {
  std::string name;
  std::string reason = "no reason given";
  std::string confirmation;
};

int Reset(const config::Settings& settings, const ResetOptions& options) {
  const auto which = model::BreakerFromName(options.name);
  if (!which) {
    fmt::print(stderr, "error: no breaker is called '{}'; see `bulwark breakers show`\n",
               options.name);
    return kExitUsage;
  }
  if (!IsTyped({.action = "breakers reset", .word = "RESET"}, options.confirmation)) {
    return kExitUsage;
  }
  const auto paths = PathsOf(settings);
  if (!paths) {
    return kExitUsage;
  }
  auto ledger = OpenLedger(settings, *paths, ledger::Access::kReadWrite);
  if (!ledger) {
    return Failed(ledger.error());
  }
  const auto noted = (*ledger)->NoteBreaker({.which = *which,
                                             .event = model::BreakerEvent::kReset,
                                             .actor = "human",
                                             .reason = options.reason.substr(0, kReasonMax),
                                             .at = base::WallNow()});
  if (!noted) {
    return Failed(noted.error());
  }
  fmt::print("Ledger: reset of {} asked for\n", model::Name(*which));
  return AwaitAnswer(**ledger, *which);
}

int Heartbeat(const config::Settings& settings) {
  const auto paths = PathsOf(settings);
  if (!paths) {
    return kExitUsage;
  }
  auto ledger = OpenLedger(settings, *paths, ledger::Access::kReadWrite);
  if (!ledger) {
    return Failed(ledger.error());
  }
  const base::UnixNanos now = base::WallNow();
  const auto noted = (*ledger)->NoteBreaker({.event = model::BreakerEvent::kHeartbeat,
                                             .actor = "human",
                                             .reason = "heartbeat",
                                             .at = now});
  if (!noted) {
    return Failed(noted.error());
  }
  const std::string text = base::FormatIso(now, base::IsoSuffix::kOffset);
  fmt::print("Ledger: operator seen at {}\n", text);
  if (const auto connection = ConnectRedis(settings, *paths)) {
    // The ledger has it; other readers look here.
    const auto set = connection->Call({"SET", contract::keys::OperatorHeartbeat().view(), text});
    fmt::print("Redis:  {}\n", set ? "shows it" : "not reached: " + set.error().message);
  } else {
    fmt::print("Redis:  not reached\n");
  }
  return kExitDone;
}

}  // namespace

void AddBreakersCommands(CLI::App& root, AppContext& context) {
  CLI::App& group =
      AppContext::AddGroup(root, {Purpose::kStop, "breakers", "The circuit breakers"});
  CLI::App& show =
      context.AddCommand(group, {Purpose::kWatch, "show", "Each breaker with its number"});
  context.SetAction(show, Show);
  CLI::App& reset = context.AddCommand(
      group,
      {Purpose::kStop, "reset", "Ask for the end of a tripped breaker (typed confirmation)"});
  const auto options = std::make_shared<ResetOptions>();
  reset.add_option("name", options->name, "The breaker, as `show` names it")->required();
  reset.add_option("--reason", options->reason, "Why, for the record");
  reset.add_option("--confirm", options->confirmation, "The word RESET");
  context.SetAction(
      reset, [options](const config::Settings& settings) { return Reset(settings, *options); });
  CLI::App& heartbeat = context.AddCommand(
      root, {Purpose::kStop, "heartbeat", "Tell the dead man's switch that somebody is there"});
  context.SetAction(heartbeat, Heartbeat);
}

}  // namespace bulwark::app
