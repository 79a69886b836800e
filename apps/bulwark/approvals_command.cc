#include "approvals_command.h"

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "api/commands.h"
#include "app_context.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "config/settings.h"
#include "contract/approval_document.h"
#include "ledger/approval_log.h"
#include "ledger/approval_wait.h"
#include "ledger/ledger.h"
#include "ledger_access.h"
#include "model/names.h"
#include "model/order.h"
#include "model/proposal.h"

namespace bulwark::app {
namespace {

using ledger::ProposalFilter;
using ledger::StoredProposal;
using model::ProposalState;

constexpr base::Nanos kTraderWait = std::chrono::seconds{5};
constexpr std::size_t kListMax = 200;
constexpr std::size_t kPrefixMin = 6;

struct AnswerOptions {
  model::Verdict verdict = model::Verdict::kApprove;
  std::string id;
  std::string reason;
  std::string actor = "human";
};

struct ListOptions {
  bool is_all = false;
  bool is_json = false;
};

int Failed(const base::Error& error) {
  fmt::print(stderr, "error: {}\n", error.message);
  const bool is_answer =
      error.code == base::ErrorCode::kNotFound || error.code == base::ErrorCode::kConflict;
  return is_answer ? kExitNo : kExitFailed;
}

base::Result<std::unique_ptr<ledger::Ledger>> OpenLedger(const config::Settings& settings,
                                                         ledger::Access access) {
  const auto paths = PathsOf(settings);
  if (!paths) {
    return base::Fail(base::ErrorCode::kInvalidArgument, "the data folder cannot be used");
  }
  return ledger::Ledger::Open(
      LedgerPlaceOf(settings, *paths),
      {.access = access, .is_created_if_missing = false, .is_checked = false});
}

// A whole id, or how the one open proposal begins.
base::Result<model::OrderId> IdOf(ledger::Ledger& ledger, const std::string& text) {
  if (const auto id = base::Uuid::Parse(text)) {
    return *id;
  }
  const auto open = ledger.Proposals(ProposalFilter::kOpen, kListMax);
  if (!open) {
    return tl::unexpected<base::Error>(open.error());
  }
  std::optional<model::OrderId> found;
  for (const StoredProposal& stored : *open) {
    const bool begins_so =
        text.size() >= kPrefixMin && stored.proposal.id.ToString().starts_with(text);
    if (begins_so && found) {
      return base::Fail(base::ErrorCode::kConflict, "'" + text + "' begins several ids");
    }
    found = begins_so ? std::optional(stored.proposal.id) : found;
  }
  return found ? base::Result<model::OrderId>(*found)
               : base::Fail(base::ErrorCode::kNotFound, "no open proposal begins with '" + text +
                                                            "'; see `bulwark approvals list`");
}

std::string Describe(const StoredProposal& stored) {
  const model::Proposal& proposal = stored.proposal;
  const model::NewOrder& order = proposal.order;
  return fmt::format("{} {} {} {} {} at {}", proposal.id.ToString(), Name(order.side),
                     order.quantity.ToString(), stored.symbol, Name(order.type),
                     order.limit_price.value_or(proposal.reference_price).ToString());
}

std::string StateOf(const model::Proposal& proposal) {
  const std::string reason(proposal.reason.view());
  return std::string(Name(proposal.state)) + (reason.empty() ? "" : " (" + reason + ")");
}

int ToldApproval(const StoredProposal& stored) {
  fmt::print("{}: {}\n", Describe(stored), StateOf(stored.proposal));
  if (stored.proposal.state == ProposalState::kClaimed) {
    fmt::print(stderr,
               "the approval is recorded, but no trader has taken it yet; one that starts "
               "now gives the order up\n");
    return kExitFailed;
  }
  return stored.proposal.state == ProposalState::kSubmitted ? kExitDone : kExitNo;
}

int Answer(const config::Settings& settings, const AnswerOptions& options) {
  const auto ledger = OpenLedger(settings, ledger::Access::kReadWrite);
  if (!ledger) {
    return Failed(ledger.error());
  }
  const auto id = IdOf(**ledger, options.id);
  if (!id) {
    return Failed(id.error());
  }
  const auto answered = (*ledger)->AnswerProposal({.proposal_id = *id,
                                                   .verdict = options.verdict,
                                                   .actor = api::CleanReason(options.actor),
                                                   .reason = api::CleanReason(options.reason),
                                                   .at = base::WallNow()});
  if (!answered) {
    return Failed(answered.error());
  }
  if (options.verdict == model::Verdict::kReject) {
    fmt::print("{}: {}\n", Describe(*answered), StateOf(answered->proposal));
    return kExitDone;
  }
  const auto outcome = ledger::AwaitOutcome(**ledger, *id, kTraderWait);
  return outcome ? ToldApproval(*outcome) : Failed(outcome.error());
}

void PrintJson(const std::vector<StoredProposal>& proposals) {
  std::string text = "[";
  for (const StoredProposal& stored : proposals) {
    text += text.size() > 1 ? "," : "";
    contract::EncodeProposedOrder(text, stored.proposal, stored.symbol);
  }
  fmt::print("{}]\n", text);
}

int List(const config::Settings& settings, const ListOptions& options) {
  const auto ledger = OpenLedger(settings, ledger::Access::kReadOnly);
  if (!ledger) {
    return Failed(ledger.error());
  }
  const auto found =
      (*ledger)->Proposals(options.is_all ? ProposalFilter::kAll : ProposalFilter::kOpen, kListMax);
  if (!found) {
    return Failed(found.error());
  }
  if (options.is_json) {
    PrintJson(*found);
    return kExitDone;
  }
  for (const StoredProposal& stored : *found) {
    fmt::print("{}  by {}  {}  {}\n", Describe(stored), stored.proposal.order.strategy.view(),
               model::IsOpen(stored.proposal.state)
                   ? "until " + base::FormatIso(stored.proposal.expires_at, base::IsoSuffix::kZulu)
                   : "made " + base::FormatIso(stored.proposal.created_at, base::IsoSuffix::kZulu),
               StateOf(stored.proposal));
  }
  if (found->empty()) {
    fmt::print("no order waits for a person\n");
  }
  return kExitDone;
}

void AddAnswer(CLI::App& root, AppContext& context, model::Verdict verdict,
               const CommandText& text) {
  CLI::App& command = context.AddCommand(root, text);
  const auto options = std::make_shared<AnswerOptions>();
  options->verdict = verdict;
  command.add_option("id", options->id, "The order's id, or how it begins")->required();
  command.add_option("--reason", options->reason, "Why, for the record");
  command.add_option("--actor", options->actor, "Who answers, for the record");
  context.SetAction(
      command, [options](const config::Settings& settings) { return Answer(settings, *options); });
}

}  // namespace

void AddApprovalsCommands(CLI::App& root, AppContext& context) {
  AddAnswer(root, context, model::Verdict::kApprove,
            {Purpose::kStop, "approve", "Let an order go that waits for a person"});
  AddAnswer(root, context, model::Verdict::kReject,
            {Purpose::kStop, "reject", "Refuse an order that waits for a person"});
  CLI::App& group =
      AppContext::AddGroup(root, {Purpose::kWatch, "approvals", "Orders that wait for a person"});
  CLI::App& list = context.AddCommand(
      group, {Purpose::kWatch, "list", "What waits for a person, and what became of it"});
  const auto options = std::make_shared<ListOptions>();
  list.add_flag("--all", options->is_all, "Those that have ended too");
  list.add_flag("--json", options->is_json, "As the API gives them");
  context.SetAction(
      list, [options](const config::Settings& settings) { return List(settings, *options); });
}

}  // namespace bulwark::app
