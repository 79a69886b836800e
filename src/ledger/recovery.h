// Reads the books back from the rows, and looks for rows that contradict each other.
//
// Shape:   one snapshot per call; the time of RecoverBooks() grows neither with the fills that a
//          snapshot covers nor with ended orders.
// Errors:  kCorrupt for amounts or words that no books have, kNotFound for a symbol that the run's
//          table lacks or when the account was never set up; others from the database.
// Threads: the thread of the connection.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "ledger/recovered_books.h"
#include "ledger/switch_log.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "sql/connection.h"

namespace bulwark::ledger {

base::Result<RecoveredBooks> RecoverBooks(sql::Connection& connection, SwitchLog& switches,
                                          const model::InstrumentTable& table);

// Oldest first.
base::Result<std::vector<model::Fill>> ReadNewestFills(sql::Connection& connection,
                                                       const model::InstrumentTable& table,
                                                       std::size_t limit);

// In words, at most `limit`.
base::Result<std::vector<std::string>> FindContradictions(sql::Connection& connection,
                                                          const model::InstrumentTable& table,
                                                          std::size_t limit);

}  // namespace bulwark::ledger
