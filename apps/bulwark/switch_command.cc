#include "switch_command.h"

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app_context.h"
#include "base/result.h"
#include "base/time.h"
#include "config/settings.h"
#include "ledger_access.h"
#include "model/switches.h"
#include "redis/connection.h"
#include "redis_access.h"
#include "stop_receipt.h"
#include "switch_turn.h"
#include "typed_word.h"

namespace bulwark::app {
namespace {

using model::Switch;

constexpr std::size_t kReasonMax = 200;
constexpr base::Nanos kTraderWait = std::chrono::seconds{5};
constexpr base::Nanos kRestWait = std::chrono::seconds{5};

struct SwitchWord {
  std::string name;
  std::string text;
  Switch which = Switch::kHalt;
  bool is_on = false;
  std::string typed;  // What a release must be confirmed with; empty for a stop.
};

struct SwitchOptions {
  std::string reason;
  std::string confirmation;
  bool is_not_waiting = false;
};

int Run(const config::Settings& settings, const SwitchWord& word, const SwitchOptions& options) {
  if (!IsTyped({.action = word.name, .word = word.typed}, options.confirmation)) {
    return kExitUsage;
  }
  const auto paths = PathsOf(settings);
  if (!paths) {
    return kExitUsage;
  }
  const SwitchRequest request{.which = word.which,
                              .is_on = word.is_on,
                              .reason = options.reason.substr(0, kReasonMax),
                              .wait_max = options.is_not_waiting ? base::Nanos{} : kTraderWait,
                              .rules = {.cooldown = settings.kill.cooldown}};
  const auto open_redis = [&]() -> base::Result<std::unique_ptr<redis::Connection>> {
    const auto url = RedisUrlOf(settings, *paths);
    if (!url) {
      return tl::unexpected<base::Error>(url.error());
    }
    return redis::Connection::Connect(*url, RedisOptionsOf(settings, "bulwark-" + word.name));
  };
  const SwitchReceipt receipt = TurnSwitch(request, LedgerPlaceOf(settings, *paths), open_redis);
  const bool is_done = IsDone(receipt);
  fmt::print(is_done ? stdout : stderr, "{}", DescribeReceipt(request, receipt));
  if (word.is_on && receipt.turn && !options.is_not_waiting) {
    const StopLook look{.ledger = LedgerPlaceOf(settings, *paths),
                        .paper = paths->PaperFile(),
                        .stopped_at = receipt.turn->at,
                        .goes_flat = word.which == Switch::kHalt && settings.halt.liquidate,
                        // Without a trader nobody ends anything.
                        .wait_max = receipt.trader ? kRestWait : base::Nanos{}};
    fmt::print("{}", DescribeStopReceipt(AwaitStopReceipt(look)));
  }
  return is_done ? kExitDone : kExitFailed;
}

void AddSwitchCommand(CLI::App& root, AppContext& context, const SwitchWord& word) {
  CLI::App& command = context.AddCommand(root, {Purpose::kStop, word.name, word.text});
  const auto options = std::make_shared<SwitchOptions>();
  options->reason = "no reason given";
  command.add_option("--reason", options->reason, "Why, for the record");
  command.add_flag("--no-wait", options->is_not_waiting, "Do not wait for the trader to confirm");
  if (!word.typed.empty()) {
    command.add_option("--confirm", options->confirmation, "The word " + word.typed);
  }
  context.SetAction(command, [word, options](const config::Settings& settings) {
    return Run(settings, word, *options);
  });
}

}  // namespace

void AddSwitchCommands(CLI::App& root, AppContext& context) {
  const SwitchWord halt{"halt", "Stop everything: close the gate, cancel orders, go flat",
                        Switch::kHalt, true, ""};
  const SwitchWord resume{"resume", "End a halt (typed confirmation)", Switch::kHalt, false,
                          "RESUME"};
  const SwitchWord kill{"kill", "Close the gate and cancel orders, keep positions", Switch::kKill,
                        true, ""};
  const SwitchWord release{"release", "Turn the kill switch off (typed confirmation)",
                           Switch::kKill, false, "RELEASE"};
  for (const SwitchWord& word : {halt, resume, kill, release}) {
    AddSwitchCommand(root, context, word);
  }
}

}  // namespace bulwark::app
