// A proposal as a row of the table `proposals`, and back.
//
// Shape:   enumerations as the words of the contract. The instrument is its number in the ledger;
//          ReadProposal() leaves it to the reader, who has a table of instruments or a symbol.
// Errors:  kCorrupt for a cell that means nothing.
// Threads: any.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "ledger/symbols.h"
#include "model/proposal.h"
#include "sql/statement.h"

namespace bulwark::ledger {

inline constexpr const char* kProposalColumnList =
    "id, instrument_id, state, reason, decision_id, strategy, side, intent, order_type, "
    "time_in_force, quantity, limit_price, stop_price, protective_stop, profit_target, "
    "reference_price, signal_strength, created_at, expires_at, updated_at";
inline constexpr const char* kProposalKinds = "tittttttttiiiiiiiiii";
inline constexpr std::size_t kProposalColumns = 20;
inline constexpr std::size_t kProposalInstrument = 1;  // Its place among the columns.

std::vector<std::string> ProposalColumnNames();

// Makes the row, or gives an open one its new state: what has ended stays as it ended.
sql::StatementText PutProposalText();
void BindProposal(sql::Statement& statement, const model::Proposal& proposal,
                  const SymbolMap& symbols);
base::Result<model::Proposal> ReadProposal(const sql::Statement& row);

}  // namespace bulwark::ledger
