#include "scope_command.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app_context.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "config/settings.h"
#include "data_paths.h"
#include "ledger/ledger.h"
#include "ledger/scope_log.h"
#include "ledger_access.h"
#include "model/scoped_modes.h"
#include "model/signal.h"
#include "model/stop_mode.h"
#include "trader/assembly.h"
#include "typed_word.h"

namespace bulwark::app {
namespace {

constexpr std::size_t kReasonMax = 200;

struct ScopeOptions {
  bool is_account = false;
  std::string strategy;
  std::string symbol;
  std::string mode = "reduce_only";
  std::string reason = "no reason given";
  std::string confirmation;
};

base::Result<std::unique_ptr<ledger::Ledger>> OpenLedger(const config::Settings& settings,
                                                         const DataPaths& paths,
                                                         ledger::Access access) {
  return ledger::Ledger::Open(
      LedgerPlaceOf(settings, paths),
      {.access = access, .is_created_if_missing = false, .is_checked = false});
}

int Failed(const base::Error& error) {
  fmt::print(stderr, "error: {}\n", error.message);
  return kExitFailed;
}

// Exactly one of the three must be given.
std::optional<model::ScopeTurn> ScopeOf(const ScopeOptions& options) {
  const int given = (options.is_account ? 1 : 0) + (options.strategy.empty() ? 0 : 1) +
                    (options.symbol.empty() ? 0 : 1);
  if (given != 1) {
    fmt::print(stderr, "error: give one of --account, --strategy NAME and --symbol SYMBOL\n");
    return std::nullopt;
  }
  if (!model::StrategyName::Make(options.strategy)) {
    fmt::print(stderr, "error: no strategy has a name as long as '{}'\n", options.strategy);
    return std::nullopt;
  }
  model::ScopeTurn turn;
  if (!options.strategy.empty()) {
    turn.scope = model::StopScope::kStrategy;
    turn.name = options.strategy;
  } else if (!options.symbol.empty()) {
    turn.scope = model::StopScope::kSymbol;
    turn.name = options.symbol;
  }
  return turn;
}

std::string Describe(const model::ScopeTurn& turn) {
  return std::string(Name(turn.scope)) + (turn.name.empty() ? "" : " " + turn.name);
}

// A trader finds nothing that such a stop is about.
bool IsOfNobody(const config::Settings& settings, ledger::Ledger& ledger,
                const model::ScopeTurn& turn) {
  if (turn.scope == model::StopScope::kStrategy) {
    const std::vector<std::string>& enabled = settings.strategy.enabled;
    return std::find(enabled.begin(), enabled.end(), turn.name) == enabled.end();
  }
  if (turn.scope == model::StopScope::kAccount) {
    return false;
  }
  const auto configured = trader::MakeInstruments(settings);
  const auto known = configured ? ledger.CompleteInstruments(*configured) : configured;
  return known && !known->Find(turn.name);
}

int Turn(const config::Settings& settings, const ScopeOptions& options, model::StopMode mode) {
  auto turn = ScopeOf(options);
  const auto paths = turn ? PathsOf(settings) : std::nullopt;
  if (!turn || !paths) {
    return kExitUsage;
  }
  turn->mode = mode;
  turn->reason = options.reason.substr(0, kReasonMax);
  turn->actor = "human";
  turn->at = base::WallNow();
  const auto ledger = OpenLedger(settings, *paths, ledger::Access::kReadWrite);
  if (!ledger) {
    return Failed(ledger.error());
  }
  const auto turned = (*ledger)->TurnScope(*turn);
  if (!turned) {
    return Failed(turned.error());
  }
  fmt::print("Ledger: {} is {}, sequence {}, {}, reason '{}'\n", Describe(*turned),
             Name(turned->mode), turned->sequence,
             base::FormatIso(turned->at, base::IsoSuffix::kOffset), turned->reason);
  if (mode != model::StopMode::kActive && IsOfNobody(settings, **ledger, *turned)) {
    fmt::print(stderr,
               "error: recorded, but it stops nothing: nothing traded here is called '{}'\n",
               turned->name);
    return kExitFailed;
  }
  return kExitDone;
}

int Set(const config::Settings& settings, const ScopeOptions& options) {
  const auto mode = model::StopModeFromName(options.mode);
  if (mode != model::StopMode::kReduceOnly && mode != model::StopMode::kCancelOnly) {
    fmt::print(stderr, "error: the mode is reduce_only or cancel_only, not '{}'\n", options.mode);
    return kExitUsage;
  }
  return Turn(settings, options, *mode);
}

int Clear(const config::Settings& settings, const ScopeOptions& options) {
  if (!IsTyped({.action = "scope clear", .word = "RELEASE"}, options.confirmation)) {
    return kExitUsage;
  }
  return Turn(settings, options, model::StopMode::kActive);
}

int Show(const config::Settings& settings) {
  const auto paths = PathsOf(settings);
  if (!paths) {
    return kExitUsage;
  }
  const auto ledger = OpenLedger(settings, *paths, ledger::Access::kReadOnly);
  const auto state =
      ledger ? (*ledger)->ReadScopes()
             : base::Result<ledger::ScopeState>(tl::unexpected<base::Error>(ledger.error()));
  if (!state) {
    return Failed(state.error());
  }
  bool has_any = false;
  for (const model::ScopeTurn& turn : state->scopes) {
    if (turn.mode != model::StopMode::kActive) {
      has_any = true;
      fmt::print("{:<32} {:<12} since {}, reason '{}'\n", Describe(turn), Name(turn.mode),
                 base::FormatIso(turn.at, base::IsoSuffix::kZulu), turn.reason);
    }
  }
  if (!has_any) {
    fmt::print("no scoped stop is in force\n");
  }
  return kExitDone;
}

void AddScopeOptions(CLI::App& command, ScopeOptions& options) {
  command.add_flag("--account", options.is_account, "All of the account");
  command.add_option("--strategy", options.strategy, "One strategy");
  command.add_option("--symbol", options.symbol, "One symbol");
  command.add_option("--reason", options.reason, "Why, for the record");
}

}  // namespace

void AddScopeCommands(CLI::App& root, AppContext& context) {
  CLI::App& group = AppContext::AddGroup(
      root, {Purpose::kStop, "scope", "Stop a strategy, a symbol, or the account's new risk"});
  CLI::App& set =
      context.AddCommand(group, {Purpose::kStop, "set", "Let a scope only reduce, or only cancel"});
  const auto set_options = std::make_shared<ScopeOptions>();
  AddScopeOptions(set, *set_options);
  set.add_option("--mode", set_options->mode, "reduce_only (the default) or cancel_only");
  context.SetAction(
      set, [set_options](const config::Settings& settings) { return Set(settings, *set_options); });
  CLI::App& clear = context.AddCommand(
      group, {Purpose::kStop, "clear", "End the stop of a scope (typed confirmation)"});
  const auto clear_options = std::make_shared<ScopeOptions>();
  AddScopeOptions(clear, *clear_options);
  clear.add_option("--confirm", clear_options->confirmation, "The word RELEASE");
  context.SetAction(clear, [clear_options](const config::Settings& settings) {
    return Clear(settings, *clear_options);
  });
  CLI::App& show = context.AddCommand(group, {Purpose::kWatch, "show", "Which scopes are stopped"});
  context.SetAction(show, Show);
}

}  // namespace bulwark::app
