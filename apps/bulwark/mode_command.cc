#include "mode_command.h"

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "api/commands.h"
#include "app_context.h"
#include "approvals/autonomy_policy.h"
#include "approvals/mode_change.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "config/settings.h"
#include "ledger/ledger.h"
#include "ledger_access.h"
#include "model/autonomy.h"
#include "trader/assembly.h"
#include "typed_word.h"

namespace bulwark::app {
namespace {

struct SetOptions {
  std::string mode;
  std::string reason = "no reason given";
  std::string confirmation;
};

int Failed(const base::Error& error) {
  fmt::print(stderr, "error: {}\n", error.message);
  return error.code == base::ErrorCode::kConflict ? kExitNo : kExitFailed;
}

// The mode in force with the ledger that says so.
struct Present {
  std::unique_ptr<ledger::Ledger> ledger;
  model::ModeTurn turn;
};

base::Result<Present> Open(const config::Settings& settings, ledger::Access access) {
  const auto paths = PathsOf(settings);
  if (!paths) {
    return base::Fail(base::ErrorCode::kInvalidArgument, "the data folder cannot be used");
  }
  auto opened =
      ledger::Ledger::Open(LedgerPlaceOf(settings, *paths),
                           {.access = access, .is_created_if_missing = false, .is_checked = false});
  if (!opened) {
    return tl::unexpected<base::Error>(opened.error());
  }
  const auto mode = (*opened)->Mode();
  if (!mode) {
    return tl::unexpected<base::Error>(mode.error());
  }
  const std::optional<model::ModeTurn>& turn = *mode;
  if (!turn) {
    return base::Fail(base::ErrorCode::kNotFound,
                      "no trader has begun with this ledger yet; it will begin with " +
                          std::string(Name(trader::OpeningModeOf(settings))));
  }
  return Present{.ledger = *std::move(opened), .turn = *turn};
}

base::Result<std::vector<std::string>> WhyNot(const config::Settings& settings,
                                              const Present& present, model::AutonomyMode to) {
  const auto measures = present.ledger->Measure({.since = present.turn.at, .now = base::WallNow()});
  if (!measures) {
    return tl::unexpected<base::Error>(measures.error());
  }
  return approvals::WhyNotChange({.from = present.turn.mode, .to = to}, *measures,
                                 trader::MakeChangeRules(settings));
}

int Show(const config::Settings& settings) {
  const auto present = Open(settings, ledger::Access::kReadOnly);
  if (!present) {
    return Failed(present.error());
  }
  const model::ModeTurn& turn = present->turn;
  fmt::print("{}: {}\nsince {} by {}, reason '{}'\n", Name(turn.mode),
             approvals::PolicyOf(turn.mode).meaning,
             base::FormatIso(turn.at, base::IsoSuffix::kZulu), turn.actor, turn.reason);
  for (const model::AutonomyMode to : model::kAllAutonomyModes) {
    if (to == turn.mode) {
      continue;
    }
    const auto reasons = WhyNot(settings, *present, to);
    if (!reasons) {
      return Failed(reasons.error());
    }
    fmt::print("  {:<20} {}\n", Name(to),
               reasons->empty() ? "allowed" : fmt::format("{}", fmt::join(*reasons, "; ")));
  }
  return kExitDone;
}

int Set(const config::Settings& settings, const SetOptions& options) {
  const auto to = model::AutonomyModeFromName(options.mode);
  if (!to) {
    fmt::print(stderr,
               "error: '{}' is none of PAPER_ONLY, MANUAL_APPROVAL, BOUNDED_AUTONOMOUS and "
               "FULL_AUTONOMOUS\n",
               options.mode);
    return kExitUsage;
  }
  const auto present = Open(settings, ledger::Access::kReadWrite);
  if (!present) {
    return Failed(present.error());
  }
  const auto reasons = WhyNot(settings, *present, *to);
  if (!reasons) {
    return Failed(reasons.error());
  }
  if (!reasons->empty()) {
    fmt::print(stderr, "error: {} stays: {}\n", Name(present->turn.mode),
               fmt::join(*reasons, "; "));
    return kExitNo;
  }
  const std::string word(approvals::WordFor(present->turn.mode, *to));
  if (!IsTyped({.action = "mode set", .word = word}, options.confirmation)) {
    return kExitUsage;
  }
  const auto changed = present->ledger->ChangeMode({.mode = *to,
                                                    .reason = api::CleanReason(options.reason),
                                                    .actor = "human",
                                                    .at = base::WallNow()},
                                                   present->turn.sequence);
  if (!changed) {
    return Failed(changed.error());
  }
  fmt::print("Ledger: {} is in force, sequence {}; {}\n", Name(changed->mode), changed->sequence,
             approvals::PolicyOf(changed->mode).meaning);
  return kExitDone;
}

}  // namespace

void AddModeCommands(CLI::App& root, AppContext& context) {
  CLI::App& group = AppContext::AddGroup(
      root, {Purpose::kStop, "mode", "How much is done without a person (autonomy)"});
  CLI::App& show = context.AddCommand(
      group, {Purpose::kWatch, "show", "The mode in force, and what others still need"});
  context.SetAction(show, Show);
  CLI::App& set = context.AddCommand(
      group, {Purpose::kStop, "set", "Another mode; up by one step, as far as it is earned"});
  const auto options = std::make_shared<SetOptions>();
  set.add_option("mode", options->mode,
                 "PAPER_ONLY, MANUAL_APPROVAL, BOUNDED_AUTONOMOUS or FULL_AUTONOMOUS")
      ->required();
  set.add_option("--reason", options->reason, "Why, for the record");
  set.add_option("--confirm", options->confirmation, "The name of the mode, on the way up");
  context.SetAction(
      set, [options](const config::Settings& settings) { return Set(settings, *options); });
}

}  // namespace bulwark::app
