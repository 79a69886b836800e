#include "reconcile_command.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "app_context.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "config/settings.h"
#include "ledger/ledger.h"
#include "ledger/report_log.h"
#include "ledger/report_store.h"
#include "ledger_access.h"
#include "model/adjustment.h"
#include "reconcile/difference.h"
#include "reconcile/report.h"

namespace bulwark::app {
namespace {

using ledger::ReportLog;
using ledger::StoredItem;
using ledger::StoredReport;
using reconcile::Verb;

constexpr base::Nanos kTraderWait = std::chrono::seconds{15};
constexpr base::Nanos kLookEvery = std::chrono::milliseconds{100};

struct DecideOptions {
  Verb verb = Verb::kAccept;
  std::string what;  // A number or "all"; to adopt, an order's id.
  std::string actor = "human";
  std::string confirmation;
  bool is_not_waiting = false;
};

int Fail(const base::Error& error) {
  fmt::print(stderr, "error: {}\n", error.message);
  const bool is_answer =
      error.code == base::ErrorCode::kNotFound || error.code == base::ErrorCode::kConflict;
  return is_answer ? kExitNo : kExitFailed;
}

base::Result<std::unique_ptr<ReportLog>> OpenReports(const config::Settings& settings,
                                                     ledger::Access access) {
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
  return std::make_unique<ReportLog>(*std::move(opened));
}

std::string StateOf(const StoredItem& item) {
  if (item.decision.empty()) {
    return "open";
  }
  return "decided: " + item.decision + ": " +
         (item.outcome.empty() ? "waits for the trader" : item.outcome);
}

nlohmann::ordered_json JsonOf(const StoredItem& stored) {
  const reconcile::Difference& what = stored.item.difference;
  nlohmann::ordered_json json{{"id", stored.item.id},
                              {"kind", reconcile::Name(what.kind)},
                              {"text", reconcile::Describe(what)},
                              {"why", stored.item.why},
                              {"ours", what.ours.ToString()},
                              {"venue", what.venue.ToString()},
                              {"symbol", what.symbol.view()},
                              {"proposal", reconcile::Name(stored.item.proposal.kind)},
                              {"proposed", reconcile::Describe(stored.item.proposal, what)},
                              {"decision", stored.decision},
                              {"outcome", stored.outcome},
                              {"is_blocking", reconcile::IsBlocking(what.kind)}};
  if (!what.order_id.is_nil()) {
    json["order_id"] = what.order_id.ToString();
    json["venue_order_id"] = what.venue_order_id.view();
  }
  return json;
}

void PrintJson(const std::optional<StoredReport>& report) {
  nlohmann::ordered_json json{{"report", nullptr}, {"items", nlohmann::ordered_json::array()}};
  if (report) {
    json["report"] = {{"id", report->id},
                      {"epoch", report->epoch},
                      {"at", base::FormatIso(report->at, base::IsoSuffix::kZulu)},
                      {"text", report->text}};
    for (const StoredItem& item : report->items) {
      json["items"].push_back(JsonOf(item));
    }
  }
  fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

int Show(const config::Settings& settings, bool is_json) {
  const auto reports = OpenReports(settings, ledger::Access::kReadOnly);
  const auto newest =
      reports
          ? (*reports)->NewestReport()
          : base::Result<std::optional<StoredReport>>(tl::unexpected<base::Error>(reports.error()));
  if (!newest) {
    return Fail(newest.error());
  }
  const std::optional<StoredReport>& report = *newest;
  if (is_json) {
    PrintJson(report);
    return kExitDone;
  }
  if (!report) {
    fmt::print("no report yet; the trader writes one at each start\n");
    return kExitDone;
  }
  std::vector<reconcile::ItemLine> lines;
  bool can_accept = false;
  for (const StoredItem& item : report->items) {
    lines.push_back({.item = item.item, .state = StateOf(item)});
    can_accept = can_accept || (item.decision.empty() &&
                                item.item.proposal.kind != reconcile::ProposalKind::kNone);
  }
  fmt::print("{}{}", report->text, reconcile::DescribeItems(lines));
  if (can_accept) {
    fmt::print("To book what is proposed: bulwark reconcile accept all (or one number)\n");
  }
  return kExitDone;
}

bool IsConfirmed(const DecideOptions& options, std::string_view word) {
  if (options.confirmation == word) {
    return true;
  }
  if (options.confirmation.empty() && ::isatty(STDIN_FILENO) == 1) {
    fmt::print("This changes the books. Type {} to go on: ", word);
    std::fflush(stdout);
    std::string line;
    std::getline(std::cin, line);
    if (line == word) {
      return true;
    }
  }
  fmt::print(stderr, "error: nothing changed; confirm with --confirm {}\n", word);
  return false;
}

// Whether the word, a number or "all", means the item.
bool IsMeant(const StoredItem& item, std::string_view word) {
  return word == "all" ? item.decision.empty() : std::to_string(item.item.id) == word;
}

// What can be decided so among the items of the newest report that the word means.
base::Result<std::vector<StoredItem>> Chosen(ReportLog& reports, const DecideOptions& options) {
  const auto newest = reports.NewestReport();
  if (!newest) {
    return tl::unexpected<base::Error>(newest.error());
  }
  const bool is_adoption = options.verb == Verb::kAdopt;
  std::vector<StoredItem> chosen;
  const StoredReport report = newest->value_or(StoredReport{});
  for (const StoredItem& item : report.items) {
    const reconcile::Difference& what = item.item.difference;
    const bool is_chosen = is_adoption
                               ? what.kind == reconcile::Kind::kForeignOrder &&
                                     what.order_id.ToString() == options.what
                               : item.item.proposal.kind != reconcile::ProposalKind::kNone &&
                                     IsMeant(item, options.what);
    if (is_chosen) {
      chosen.push_back(item);
    }
  }
  if (chosen.empty()) {
    return base::Fail(base::ErrorCode::kNotFound,
                      is_adoption ? "the newest report has no foreign order " + options.what
                                  : "nothing is proposed for '" + options.what +
                                        "': give an item's number, or 'all'");
  }
  return chosen;
}

struct Decided {
  std::uint64_t item = 0;
  std::uint64_t decision = 0;
};

// What became of a decision, or that nothing has yet when the time is over.
base::Result<std::string> WaitForOutcome(ReportLog& reports, const Decided& decided,
                                         base::Nanos deadline) {
  while (true) {
    const auto outcome = reports.OutcomeOf(decided.decision);
    if (!outcome) {
      return tl::unexpected<base::Error>(outcome.error());
    }
    if (outcome->has_value()) {
      return outcome->value_or("");
    }
    if (base::MonotonicNow() >= deadline) {
      return std::string("not carried out yet; the trader does it when it runs");
    }
    std::this_thread::sleep_for(kLookEvery);
  }
}

int TellOutcomes(ReportLog& reports, const std::vector<Decided>& decisions) {
  const base::Nanos deadline = base::MonotonicNow() + kTraderWait;
  int code = kExitDone;
  for (const Decided& decided : decisions) {
    const auto outcome = WaitForOutcome(reports, decided, deadline);
    if (!outcome) {
      return Fail(outcome.error());
    }
    fmt::print("#{}: {}\n", decided.item, *outcome);
    code = *outcome == reconcile::kDone ? code : kExitNo;
  }
  return code;
}

int Decide(const config::Settings& settings, const DecideOptions& options) {
  const auto reports = OpenReports(settings, ledger::Access::kReadWrite);
  const auto chosen =
      reports ? Chosen(**reports, options)
              : base::Result<std::vector<StoredItem>>(tl::unexpected<base::Error>(reports.error()));
  if (!chosen) {
    return Fail(chosen.error());
  }
  for (const StoredItem& item : *chosen) {
    fmt::print("#{} {}: {}\n", item.item.id, reconcile::Describe(item.item.difference),
               options.verb == Verb::kAdopt
                   ? "ours from now on"
                   : reconcile::Describe(item.item.proposal, item.item.difference));
  }
  if (!IsConfirmed(options, reconcile::Name(options.verb))) {
    return kExitUsage;
  }
  std::vector<Decided> decisions;
  for (const StoredItem& item : *chosen) {
    const auto decided =
        (*reports)->Decide(item.item.id, options.verb, options.actor, base::WallNow());
    if (!decided) {
      return Fail(decided.error());
    }
    decisions.push_back({.item = item.item.id, .decision = *decided});
    fmt::print("#{} decided by {}\n", item.item.id, options.actor);
  }
  return options.is_not_waiting ? kExitDone : TellOutcomes(**reports, decisions);
}

struct DecisionWords {
  Verb verb;
  const char* name;
  const char* text;
  const char* what;
};

void AddDecision(CLI::App& group, AppContext& context, const DecisionWords& words) {
  CLI::App& command = context.AddCommand(group, {Purpose::kStop, words.name, words.text});
  const auto options = std::make_shared<DecideOptions>();
  options->verb = words.verb;
  command.add_option("what", options->what, words.what)->required();
  command.add_option("--actor", options->actor, "Who decides, for the record")
      ->check(CLI::Validator(
          [](const std::string& name) {
            const bool is_printable = std::ranges::none_of(
                name, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
            return name.empty() || !is_printable || !model::Actor::Make(name)
                       ? std::string("a name of 1 to 40 characters, all printable, is needed")
                       : std::string();
          },
          ""));
  command.add_option("--confirm", options->confirmation,
                     "The word " + std::string(reconcile::Name(words.verb)));
  command.add_flag("--no-wait", options->is_not_waiting, "Do not wait for the trader");
  context.SetAction(
      command, [options](const config::Settings& settings) { return Decide(settings, *options); });
}

}  // namespace

void AddReconcileCommand(CLI::App& root, AppContext& context) {
  CLI::App& group = AppContext::AddGroup(
      root, {Purpose::kInspect, "reconcile", "Our books against the venue's: look and decide"});
  CLI::App& show = context.AddCommand(
      group, {Purpose::kInspect, "show",
              "What happened while nobody listened, what differs, and what is proposed"});
  const CLI::Option& json = AppContext::AddSwitch(show, "--json", "Print a JSON document");
  context.SetAction(
      show, [&json](const config::Settings& settings) { return Show(settings, json.count() > 0); });

  AddDecision(group, context,
              {Verb::kAccept, "accept", "Book what is proposed (typed confirmation)",
               "The item's number, or all"});
  AddDecision(group, context,
              {Verb::kAdopt, "adopt", "Make an order placed by hand ours (typed confirmation)",
               "The order's id"});
}

}  // namespace bulwark::app
