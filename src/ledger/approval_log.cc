#include "ledger/approval_log.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "ledger/durable_writes.h"
#include "ledger/proposal_row.h"
#include "ledger/read_rows.h"
#include "ledger/symbols.h"
#include "model/autonomy.h"
#include "model/order.h"
#include "model/proposal.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {
namespace {

using base::Result;

constexpr int kAnswersAtOnce = 64;

// True while HALT or the kill switch is on.
constexpr const char* kIsStopped =
    "EXISTS(SELECT 1 FROM switches WHERE is_on <> 0 AND sequence IN "
    "(SELECT max(sequence) FROM switches GROUP BY which))";

std::int64_t Ticks(base::UnixNanos at) {
  return at.time_since_epoch().count();
}

// With the symbol in the last cell.
std::string SelectProposals() {
  std::string columns;
  for (const std::string& name : ProposalColumnNames()) {
    columns += "p." + name + ", ";
  }
  return "SELECT " + columns +
         "i.symbol FROM proposals p JOIN instruments i ON i.id = p.instrument_id ";
}

Result<StoredProposal> ReadStored(const sql::Statement& row) {
  auto proposal = ReadProposal(row);
  if (!proposal) {
    return tl::unexpected<base::Error>(proposal.error());
  }
  return StoredProposal{.proposal = *proposal, .symbol = row.Text(kProposalColumns)};
}

Result<std::string> TurnedOn(sql::Connection& connection) {
  std::string which;
  const auto read =
      ReadRows(connection,
               {.sql = "SELECT which FROM switches WHERE is_on <> 0 AND sequence IN "
                       "(SELECT max(sequence) FROM switches GROUP BY which) ORDER BY which",
                .columns = "t"},
               [&](const sql::Statement& row) -> Result<void> {
                 which += (which.empty() ? "" : " and ") +
                          std::string(row.Text(0) == "halt" ? "HALTED" : "KILL_SWITCH");
                 return {};
               });
  return read ? Result<std::string>(which) : tl::unexpected<base::Error>(read.error());
}

// Why the update changed nothing.
base::Error WhyNot(sql::Connection& connection, const Answer& answer) {
  const auto stored = FindProposal(connection, answer.proposal_id);
  if (!stored) {
    return stored.error();
  }
  const model::Proposal& proposal = stored->proposal;
  const auto conflict = [](std::string text) {
    return base::Error{.code = base::ErrorCode::kConflict, .message = std::move(text)};
  };
  const std::string reason(proposal.reason.view());
  if (proposal.state == model::ProposalState::kClaimed) {
    return conflict("approved already, " + reason);
  }
  if (proposal.state != model::ProposalState::kPending) {
    return conflict(std::string(Name(proposal.state)) + (reason.empty() ? "" : ": " + reason));
  }
  if (proposal.expires_at <= answer.at) {
    return conflict("EXPIRED: it had to be approved by " +
                    base::FormatIso(proposal.expires_at, base::IsoSuffix::kZulu));
  }
  const auto stopped = TurnedOn(connection);
  return stopped ? conflict(*stopped) : stopped.error();
}

Result<bool> Claim(sql::Connection& connection, const Answer& answer) {
  const bool is_approval = answer.verdict == model::Verdict::kApprove;
  const std::string where =
      is_approval ? std::string(" AND expires_at > :n AND NOT ") + kIsStopped : std::string();
  auto update =
      connection.Prepare({.sql = "UPDATE proposals SET state = :s, reason = :r, updated_at = :t "
                                 "WHERE id = :i AND state = 'PENDING'" +
                                 where,
                          .params = is_approval ? "ttiti" : "ttit"});
  if (!update) {
    return tl::unexpected<base::Error>(update.error());
  }
  const auto state = is_approval ? model::ProposalState::kClaimed : model::ProposalState::kRejected;
  const std::string said = (is_approval ? "by " : "rejected by ") + answer.actor +
                           (answer.reason.empty() ? "" : ": " + answer.reason);
  update->Set(0, Name(state)).Set(1, model::ProposalReason::Cut(said).view());
  update->Set(2, Ticks(answer.at)).Set(3, answer.proposal_id.ToString());
  if (is_approval) {
    update->Set(4, Ticks(answer.at));
  }
  const auto changed = update->Execute();
  return changed ? Result<bool>(*changed == 1) : tl::unexpected<base::Error>(changed.error());
}

Result<void> AppendAnswer(sql::Connection& connection, const Answer& answer) {
  auto insert = connection.Prepare(
      {.sql = "INSERT INTO approval_answers(proposal_id, verdict, actor, reason, at) "
              "VALUES(:p, :v, :a, :r, :t)",
       .params = "tttti"});
  if (!insert) {
    return tl::unexpected<base::Error>(insert.error());
  }
  insert->Set(0, answer.proposal_id.ToString()).Set(1, Name(answer.verdict));
  insert->Set(2, answer.actor).Set(3, answer.reason).Set(4, Ticks(answer.at));
  const auto inserted = insert->Execute();
  return inserted ? Result<void>() : tl::unexpected<base::Error>(inserted.error());
}

Result<std::vector<Answer>> ReadAnswers(sql::Connection& connection, std::uint64_t after) {
  auto query = connection.Prepare(
      {.sql = "SELECT sequence, proposal_id, verdict, actor, reason, at FROM approval_answers "
              "WHERE sequence > :a ORDER BY sequence LIMIT " +
              std::to_string(kAnswersAtOnce),
       .params = "i",
       .columns = "itttti"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  std::vector<Answer> answers;
  std::string corrupt;
  query->Set(0, static_cast<std::int64_t>(after));
  const auto read = query->ForEachRow([&](const sql::Statement& row) {
    const auto id = base::Uuid::Parse(row.Text(1));
    const auto verdict = model::VerdictFromName(row.Text(2));
    if (!id || !verdict) {
      corrupt = "answer '" + row.Text(2) + "' to proposal '" + row.Text(1) + "'";
      return;
    }
    answers.push_back({.sequence = static_cast<std::uint64_t>(row.Int(0)),
                       .proposal_id = *id,
                       .verdict = *verdict,
                       .actor = row.Text(3),
                       .reason = row.Text(4),
                       .at = base::UnixNanos{base::Nanos{row.Int(5)}}});
  });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  if (!corrupt.empty()) {
    return base::Fail(base::ErrorCode::kCorrupt, connection.place() + ": " + corrupt);
  }
  return answers;
}

}  // namespace

Result<StoredProposal> AnswerProposal(sql::Connection& connection, const Answer& answer) {
  auto transaction = sql::Transaction::Begin(connection, kApprovalWrite);
  if (!transaction) {
    return tl::unexpected<base::Error>(transaction.error());
  }
  const auto claimed = Claim(connection, answer);
  if (!claimed) {
    return tl::unexpected<base::Error>(claimed.error());
  }
  if (!*claimed) {
    return tl::unexpected<base::Error>(WhyNot(connection, answer));
  }
  if (const auto appended = AppendAnswer(connection, answer); !appended) {
    return tl::unexpected<base::Error>(appended.error());
  }
  auto stored = FindProposal(connection, answer.proposal_id);
  if (!stored) {
    return stored;
  }
  if (const auto committed = transaction->Commit(); !committed) {
    return tl::unexpected<base::Error>(committed.error());
  }
  return stored;
}

Result<std::vector<StoredProposal>> ReadProposals(sql::Connection& connection,
                                                  ProposalFilter filter, std::size_t limit) {
  std::vector<StoredProposal> found;
  const std::string where =
      filter == ProposalFilter::kOpen ? "WHERE p.state IN ('PENDING', 'CLAIMED') " : std::string();
  const auto read =
      ReadRows(connection,
               {.sql = SelectProposals() + where + "ORDER BY p.created_at DESC, p.id LIMIT " +
                       std::to_string(limit),
                .columns = std::string(kProposalKinds) + "t"},
               [&](const sql::Statement& row) -> Result<void> {
                 auto stored = ReadStored(row);
                 if (!stored) {
                   return tl::unexpected<base::Error>(stored.error());
                 }
                 found.push_back(*std::move(stored));
                 return {};
               });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return found;
}

Result<StoredProposal> FindProposal(sql::Connection& connection, const model::OrderId& id) {
  auto query = connection.Prepare({.sql = SelectProposals() + "WHERE p.id = :i",
                                   .params = "t",
                                   .columns = std::string(kProposalKinds) + "t"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  Result<StoredProposal> found =
      base::Fail(base::ErrorCode::kNotFound, "there is no proposal " + id.ToString());
  query->Set(0, id.ToString());
  const auto read = query->ForEachRow([&](const sql::Statement& row) { found = ReadStored(row); });
  return read ? found : tl::unexpected<base::Error>(read.error());
}

Result<std::vector<model::Proposal>> ReadOpenProposals(sql::Connection& connection,
                                                       const SymbolMap& symbols) {
  std::vector<model::Proposal> open;
  const auto read = ReadRows(
      connection,
      {.sql = "SELECT " + std::string(kProposalColumnList) +
              ", CASE WHEN EXISTS(SELECT 1 FROM order_heads h WHERE h.order_id = proposals.id) "
              "THEN 1 ELSE 0 END FROM proposals WHERE state IN ('PENDING', 'CLAIMED') "
              "ORDER BY created_at, id",
       .columns = std::string(kProposalKinds) + "i"},
      [&](const sql::Statement& row) -> Result<void> {
        auto proposal = ReadProposal(row);
        const auto instrument = symbols.Instrument(row.Int(kProposalInstrument));
        if (!proposal || !instrument) {
          return proposal ? base::Fail(base::ErrorCode::kNotFound,
                                       "a proposal: the configuration lacks its instrument")
                          : Result<void>(tl::unexpected<base::Error>(proposal.error()));
        }
        proposal->order.instrument = *instrument;
        if (row.Int(kProposalColumns) != 0) {
          proposal->state = model::ProposalState::kSubmitted;
        }
        open.push_back(*proposal);
        return {};
      });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return open;
}

Result<model::ModeTurn> AppendMode(sql::Connection& connection, const model::ModeTurn& turn,
                                   std::uint64_t last) {
  auto transaction = sql::Transaction::Begin(connection, kModeWrite);
  if (!transaction) {
    return tl::unexpected<base::Error>(transaction.error());
  }
  const auto newest = ReadMode(connection);
  if (!newest) {
    return tl::unexpected<base::Error>(newest.error());
  }
  const std::optional<model::ModeTurn>& before = *newest;
  if ((before ? before->sequence : 0) != last) {
    return base::Fail(base::ErrorCode::kConflict,
                      "somebody else changed the mode meanwhile; it stays as they left it");
  }
  auto insert = connection.Prepare(
      {.sql = "INSERT INTO autonomy_modes(mode, reason, actor, at) VALUES(:m, :r, :a, :t)",
       .params = "ttti"});
  if (!insert) {
    return tl::unexpected<base::Error>(insert.error());
  }
  insert->Set(0, Name(turn.mode)).Set(1, turn.reason).Set(2, turn.actor).Set(3, Ticks(turn.at));
  if (const auto inserted = insert->Execute(); !inserted) {
    return tl::unexpected<base::Error>(inserted.error());
  }
  const auto read = ReadMode(connection);
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  const std::optional<model::ModeTurn>& stored = *read;
  if (!stored) {
    return base::Fail(base::ErrorCode::kCorrupt, "autonomy_modes: the row is not there");
  }
  if (const auto committed = transaction->Commit(); !committed) {
    return tl::unexpected<base::Error>(committed.error());
  }
  return *stored;
}

Result<std::optional<model::ModeTurn>> ReadMode(sql::Connection& connection) {
  std::optional<model::ModeTurn> turn;
  const auto read = ReadRows(
      connection,
      {.sql = "SELECT sequence, mode, reason, actor, at FROM autonomy_modes "
              "ORDER BY sequence DESC LIMIT 1",
       .columns = "ittti"},
      [&](const sql::Statement& row) -> Result<void> {
        const auto mode = model::AutonomyModeFromName(row.Text(1));
        if (!mode) {
          return base::Fail(base::ErrorCode::kCorrupt, "mode of autonomy '" + row.Text(1) + "'");
        }
        turn = model::ModeTurn{.sequence = static_cast<std::uint64_t>(row.Int(0)),
                               .mode = *mode,
                               .reason = row.Text(2),
                               .actor = row.Text(3),
                               .at = base::UnixNanos{base::Nanos{row.Int(4)}}};
        return {};
      });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return turn;
}

Result<void> StandDown(sql::Connection& connection, const StandDownFor& stop) {
  auto update = connection.Prepare({.sql = "UPDATE proposals SET state = 'CANCELLED', reason = :r, "
                                           "updated_at = :t WHERE state = 'PENDING'",
                                    .params = "ti"});
  if (!update) {
    return tl::unexpected<base::Error>(update.error());
  }
  update->Set(0, stop.is_kill ? "KILL_SWITCH" : "HALTED").Set(1, Ticks(stop.at));
  if (const auto updated = update->Execute(); !updated) {
    return tl::unexpected<base::Error>(updated.error());
  }
  if (!stop.is_kill) {
    return {};
  }
  auto insert = connection.Prepare(
      {.sql = "INSERT INTO autonomy_modes(mode, reason, actor, at) "
              "SELECT 'MANUAL_APPROVAL', 'the kill switch was set', 'system', :t WHERE "
              "(SELECT mode FROM autonomy_modes ORDER BY sequence DESC LIMIT 1) IN "
              "('BOUNDED_AUTONOMOUS', 'FULL_AUTONOMOUS')",
       .params = "i"});
  if (!insert) {
    return tl::unexpected<base::Error>(insert.error());
  }
  const auto inserted = insert->Set(0, Ticks(stop.at)).Execute();
  return inserted ? Result<void>() : tl::unexpected<base::Error>(inserted.error());
}

Result<ApprovalNews> ReadApprovalNews(sql::Connection& connection, std::uint64_t after) {
  auto mode = ReadMode(connection);
  if (!mode) {
    return tl::unexpected<base::Error>(mode.error());
  }
  auto answers = ReadAnswers(connection, after);
  if (!answers) {
    return tl::unexpected<base::Error>(answers.error());
  }
  return ApprovalNews{.mode = *std::move(mode), .answers = *std::move(answers)};
}

}  // namespace bulwark::ledger
