#include "api/approvals.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "api/commands.h"
#include "api/state_document.h"
#include "approvals/mode_change.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "contract/approval_document.h"
#include "ledger/approval_log.h"
#include "ledger/approval_wait.h"
#include "ledger/ledger.h"
#include "ledger/ledger_place.h"
#include "model/autonomy.h"
#include "model/proposal.h"
#include "net/message.h"

namespace bulwark::api {
namespace {

using ledger::StoredProposal;
using model::ProposalState;

constexpr std::size_t kListMax = 200;

using OpenedLedger = base::Result<std::unique_ptr<ledger::Ledger>>;

// For one request: they are rare, and an open file would outlive its folder.
OpenedLedger Open(const ledger::LedgerPlace& place, ledger::Access access) {
  return ledger::Ledger::Open(
      place, {.access = access, .is_created_if_missing = false, .is_checked = false});
}

net::Response Unavailable(const base::Error& error) {
  return net::ErrorResponse(503, error.message);
}

net::Response Failure(const std::string& message) {
  return {.body = Dump({{"status", "error"}, {"message", message}})};
}

// The body as an object, or the response that refuses it.
std::optional<net::Response> Refuse(const net::Request& request, Json& body) {
  if (!request.Header("content-type").starts_with("application/json")) {
    return net::ErrorResponse(415, "send Content-Type: application/json");
  }
  body = Json::parse(request.body, nullptr, false);
  if (!body.is_object()) {
    return net::ErrorResponse(400, "the body is not a JSON object");
  }
  for (const auto& [name, value] : body.items()) {
    if (!value.is_string()) {
      return net::ErrorResponse(400, name + " must be a text");
    }
  }
  return std::nullopt;
}

Json OrderOf(const StoredProposal& stored) {
  std::string text;
  contract::EncodeProposedOrder(text, stored.proposal, stored.symbol);
  return Json::parse(text, nullptr, false);
}

std::string StateOf(const model::Proposal& proposal) {
  const std::string reason(proposal.reason.view());
  return std::string(Name(proposal.state)) + (reason.empty() ? "" : ": " + reason);
}

net::Response Told(const StoredProposal& stored) {
  if (stored.proposal.state == ProposalState::kSubmitted) {
    return {.body = Dump({{"status", "approved"}, {"order", OrderOf(stored)}})};
  }
  if (stored.proposal.state == ProposalState::kClaimed) {
    return Failure("the approval is recorded, but no trader has taken it yet");
  }
  return Failure(StateOf(stored.proposal));
}

base::Result<model::ModeTurn> ModeIn(ledger::Ledger& ledger) {
  const auto mode = ledger.Mode();
  if (!mode) {
    return tl::unexpected<base::Error>(mode.error());
  }
  if (const std::optional<model::ModeTurn>& turn = *mode) {
    return *turn;
  }
  return base::Fail(base::ErrorCode::kNotFound, "no trader has begun with this ledger yet");
}

// Of one ledger: the mode, and what was measured in it.
struct Standing {
  model::ModeTurn turn;
  approvals::Measures measures;
};

base::Result<Standing> StandingIn(ledger::Ledger& ledger) {
  const auto turn = ModeIn(ledger);
  if (!turn) {
    return tl::unexpected<base::Error>(turn.error());
  }
  const auto measures = ledger.Measure({.since = turn->at, .now = base::WallNow()});
  if (!measures) {
    return tl::unexpected<base::Error>(measures.error());
  }
  return Standing{.turn = *turn, .measures = *measures};
}

}  // namespace

Approvals::Approvals(ledger::LedgerPlace ledger, const approvals::ChangeRules& rules)
    : ledger_(std::move(ledger)), rules_(rules) {}

net::Response Approvals::Pending() {
  const auto ledger = Open(ledger_, ledger::Access::kReadOnly);
  const auto open =
      ledger
          ? (*ledger)->Proposals(ledger::ProposalFilter::kOpen, kListMax)
          : base::Result<std::vector<StoredProposal>>(tl::unexpected<base::Error>(ledger.error()));
  if (!open) {
    return Unavailable(open.error());
  }
  Json pending = Json::array();
  for (const StoredProposal& stored : *open) {
    pending.push_back(OrderOf(stored));
  }
  return {.body = Dump({{"pending", std::move(pending)}})};
}

net::Response Approvals::Answer(const net::Request& request) {
  Json body;
  if (auto refusal = Refuse(request, body)) {
    return std::move(*refusal);
  }
  const auto id = base::Uuid::Parse(body.value("order_id", ""));
  const std::string action = body.value("action", "");
  const auto verdict = model::VerdictFromName(action);
  if (!verdict) {
    return Failure("Unknown action: " + CleanReason(action));
  }
  if (!id) {
    return Failure("there is no such order");
  }
  const std::string reason = CleanReason(body.value("reason", ""));
  const auto ledger = Open(ledger_, ledger::Access::kReadWrite);
  if (!ledger) {
    return Unavailable(ledger.error());
  }
  const auto answered = (*ledger)->AnswerProposal({.proposal_id = *id,
                                                   .verdict = *verdict,
                                                   .actor = "human",
                                                   .reason = reason,
                                                   .at = base::WallNow()});
  base::LogWarn("approval_answered")
      .With("order", id->ToString())
      .With("action", action)
      .With("outcome", answered ? "recorded" : answered.error().message);
  if (!answered) {
    const bool is_answer = answered.error().code == base::ErrorCode::kConflict ||
                           answered.error().code == base::ErrorCode::kNotFound;
    return is_answer ? Failure(answered.error().message) : Unavailable(answered.error());
  }
  if (*verdict == model::Verdict::kReject) {
    return {.body =
                Dump({{"status", "rejected"}, {"order_id", id->ToString()}, {"reason", reason}})};
  }
  const auto outcome = ledger::AwaitOutcome(**ledger, *id, kOutcomeMax);
  return outcome ? Told(*outcome) : Unavailable(outcome.error());
}

net::Response Approvals::Mode() {
  const auto ledger = Open(ledger_, ledger::Access::kReadOnly);
  const auto turn =
      ledger ? ModeIn(**ledger)
             : base::Result<model::ModeTurn>(tl::unexpected<base::Error>(ledger.error()));
  if (!turn) {
    return Unavailable(turn.error());
  }
  Json modes = Json::array();
  for (const model::AutonomyMode mode : model::kAllAutonomyModes) {
    modes.push_back(Name(mode));
  }
  return {.body = Dump({{"mode", Name(turn->mode)}, {"modes_available", std::move(modes)}})};
}

net::Response Approvals::Readiness() {
  const auto ledger = Open(ledger_, ledger::Access::kReadOnly);
  const auto standing = ledger
                            ? StandingIn(**ledger)
                            : base::Result<Standing>(tl::unexpected<base::Error>(ledger.error()));
  if (!standing) {
    return Unavailable(standing.error());
  }
  Json readiness = Json::object();
  for (const model::AutonomyMode to : model::kAllAutonomyModes) {
    const auto reasons = approvals::WhyNotChange({.from = standing->turn.mode, .to = to},
                                                 standing->measures, rules_);
    readiness[std::string(Name(to))] = {{"approved", reasons.empty()},
                                        {"blocking_reasons", reasons}};
  }
  return {.body = Dump(
              {{"current_mode", Name(standing->turn.mode)}, {"readiness", std::move(readiness)}})};
}

net::Response Approvals::ChangeMode(const net::Request& request) {
  if (!request.Header("content-type").starts_with("application/json")) {
    return net::ErrorResponse(415, "send Content-Type: application/json");
  }
  // Figures that older callers send about themselves are not read: they are measured here.
  const Json body = Json::parse(request.body, nullptr, false);
  const auto text = [&](const char* name) {
    const auto member = body.is_object() ? body.find(name) : body.end();
    return body.is_object() && member != body.end() && member->is_string()
               ? member->get<std::string>()
               : std::string();
  };
  const auto to = model::AutonomyModeFromName(text("target_mode"));
  if (!to) {
    return net::ErrorResponse(400, "target_mode must name a mode of autonomy");
  }
  const auto ledger = Open(ledger_, ledger::Access::kReadWrite);
  const auto standing = ledger
                            ? StandingIn(**ledger)
                            : base::Result<Standing>(tl::unexpected<base::Error>(ledger.error()));
  if (!standing) {
    return Unavailable(standing.error());
  }
  const approvals::ModeChange change{.from = standing->turn.mode, .to = *to};
  const auto reasons = approvals::WhyNotChange(change, standing->measures, rules_);
  if (!reasons.empty()) {
    const Json detail = {{"message", "the mode stays as it is"}, {"blocking_reasons", reasons}};
    return {.status = 422, .body = Dump({{"detail", detail}})};
  }
  const auto word = approvals::WordFor(change.from, change.to);
  if (!word.empty() && text("confirmation") != word) {
    return net::ErrorResponse(400, "confirmation must be \"" + std::string(word) + "\"");
  }
  const auto changed = (*ledger)->ChangeMode(
      {.mode = *to, .reason = CleanReason(text("reason")), .actor = "human", .at = base::WallNow()},
      standing->turn.sequence);
  if (!changed) {
    return net::ErrorResponse(changed.error().code == base::ErrorCode::kConflict ? 409 : 503,
                              changed.error().message);
  }
  base::LogWarn("autonomy_mode_changed")
      .With("from", Name(change.from))
      .With("to", Name(change.to));
  return {.body = Dump({{"status", "transitioned"},
                        {"from_mode", Name(change.from)},
                        {"to_mode", Name(change.to)}})};
}

}  // namespace bulwark::api
