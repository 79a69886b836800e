// Proposals, the answers of people, and the modes of autonomy: what the ledger has of approvals.
//
// Shape:   `proposals` has one row per proposal with its state now, `approval_answers` one row per
//          answer, `autonomy_modes` is append-only. An answer is taken by one conditional update:
//          whoever changes the row from PENDING has it, everybody else is told what came before.
//          The end that the trader writes holds over an answer that came meanwhile.
// Errors:  kNotFound for a proposal that is not there, kConflict for an answer that came too late,
//          with the reason; kCorrupt for a row that cannot be read; others from the database.
// Threads: the thread of its connection.
// Source:  docs/approvals.md#life-of-an-approval

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ledger/symbols.h"
#include "model/autonomy.h"
#include "model/order.h"
#include "model/proposal.h"
#include "sql/connection.h"

namespace bulwark::ledger {

// With its symbol, for readers without a table of instruments.
struct StoredProposal {
  model::Proposal proposal;
  std::string symbol;
};

struct Answer {
  std::uint64_t sequence = 0;
  model::OrderId proposal_id;
  model::Verdict verdict = model::Verdict::kReject;
  std::string actor;
  std::string reason;
  base::UnixNanos at;
};

// In a transaction of its own. Answers the proposal as it is then.
base::Result<StoredProposal> AnswerProposal(sql::Connection& connection, const Answer& answer);

enum class ProposalFilter : std::uint8_t { kOpen, kAll };
// Newest first.
base::Result<std::vector<StoredProposal>> ReadProposals(sql::Connection& connection,
                                                        ProposalFilter filter, std::size_t limit);
base::Result<StoredProposal> FindProposal(sql::Connection& connection, const model::OrderId& id);

// Open ones for a start, oldest first: those whose order is in the books are submitted.
base::Result<std::vector<model::Proposal>> ReadOpenProposals(sql::Connection& connection,
                                                             const SymbolMap& symbols);

// `last` is the sequence of the mode that the change is from: kConflict when it is not that any
// more.
base::Result<model::ModeTurn> AppendMode(sql::Connection& connection, const model::ModeTurn& turn,
                                         std::uint64_t last);
base::Result<std::optional<model::ModeTurn>> ReadMode(sql::Connection& connection);

// What a stop does besides: nothing waits for a person any more, and after the kill switch nothing
// larger goes without one.
struct StandDownFor {
  bool is_kill = false;  // Else HALT.
  base::UnixNanos at;
};
// Requires: a transaction is open.
base::Result<void> StandDown(sql::Connection& connection, const StandDownFor& stop);

// What a running trader asks again and again.
struct ApprovalNews {
  std::optional<model::ModeTurn> mode;  // Empty: nobody ever changed it.
  std::vector<Answer> answers;          // Later than those that were asked for; some of them.
};
base::Result<ApprovalNews> ReadApprovalNews(sql::Connection& connection, std::uint64_t after);

}  // namespace bulwark::ledger
