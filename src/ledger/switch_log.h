// The append-only record of HALT and kill switch turns.
//
// Shape:   see model/switches.h. Turning what is already so is recorded too.
// Errors:  kCorrupt for a row that no switch has; others from the database.
// Threads: the thread of its connection. Must not outlive the connection.

#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "base/result.h"
#include "base/time.h"
#include "model/switches.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {

class SwitchLog {
 public:
  static base::Result<SwitchLog> Create(sql::Connection& connection);

  // Answers the turn with its sequence; the argument's sequence is ignored.
  base::Result<model::SwitchTurn> Append(const model::SwitchTurn& turn);
  // Only while the switch's last turn is the one of this number; kConflict otherwise.
  base::Result<model::SwitchTurn> AppendAfter(const model::SwitchTurn& turn, std::uint64_t last);
  base::Result<model::SwitchState> Read();
  base::Result<std::optional<base::UnixNanos>> OnSince(model::Switch which);
  base::Result<std::uint64_t> LastSequence();

 private:
  base::Result<model::SwitchTurn> Insert(const model::SwitchTurn& turn);

  SwitchLog(sql::Connection& connection, sql::Statement last)
      : connection_(&connection), last_(std::move(last)) {}

  sql::Connection* connection_;
  sql::Statement last_;
};

}  // namespace bulwark::ledger
