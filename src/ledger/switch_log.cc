#include "ledger/switch_log.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/time.h"
#include "ledger/approval_log.h"
#include "ledger/durable_writes.h"
#include "model/names.h"
#include "model/switches.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {

base::Result<SwitchLog> SwitchLog::Create(sql::Connection& connection) {
  auto last = connection.Prepare({.sql = "SELECT max(sequence) FROM switches", .columns = "i"});
  if (!last) {
    return tl::unexpected<base::Error>(last.error());
  }
  return SwitchLog(connection, std::move(*last));
}

base::Result<std::uint64_t> SwitchLog::LastSequence() {
  std::uint64_t sequence = 0;
  const auto read = last_.ForEachRow(
      [&](const sql::Statement& row) { sequence = static_cast<std::uint64_t>(row.Int(0)); });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return sequence;
}

base::Result<model::SwitchTurn> SwitchLog::Append(const model::SwitchTurn& turn) {
  auto transaction = sql::Transaction::Begin(*connection_, kSwitchWrite);
  if (!transaction) {
    return tl::unexpected<base::Error>(transaction.error());
  }
  auto stored = Insert(turn);
  if (!stored) {
    return stored;
  }
  if (const auto committed = transaction->Commit(); !committed) {
    return tl::unexpected<base::Error>(committed.error());
  }
  return stored;
}

base::Result<model::SwitchTurn> SwitchLog::AppendAfter(const model::SwitchTurn& turn,
                                                       std::uint64_t last) {
  auto transaction = sql::Transaction::Begin(*connection_, kSwitchWrite);
  if (!transaction) {
    return tl::unexpected<base::Error>(transaction.error());
  }
  const auto state = Read();
  if (!state) {
    return tl::unexpected<base::Error>(state.error());
  }
  if ((turn.which == model::Switch::kHalt ? state->halt : state->kill).sequence != last) {
    return base::Fail(base::ErrorCode::kConflict,
                      "somebody else turned the switch meanwhile; it stays as they left it");
  }
  auto stored = Insert(turn);
  if (!stored) {
    return stored;
  }
  if (const auto committed = transaction->Commit(); !committed) {
    return tl::unexpected<base::Error>(committed.error());
  }
  return stored;
}

// Requires: a transaction is open.
base::Result<model::SwitchTurn> SwitchLog::Insert(const model::SwitchTurn& turn) {
  auto insert = connection_->Prepare(
      {.sql = "INSERT INTO switches(which, is_on, reason, actor, at) VALUES(:w, :o, :r, :a, :t)",
       .params = "titti"});
  if (!insert) {
    return tl::unexpected<base::Error>(insert.error());
  }
  insert->Set(0, Name(turn.which)).Set(1, std::int64_t{turn.is_on}).Set(2, turn.reason);
  insert->Set(3, turn.actor).Set(4, turn.at.time_since_epoch().count());
  if (const auto inserted = insert->Execute(); !inserted) {
    return tl::unexpected<base::Error>(inserted.error());
  }
  if (turn.is_on) {
    const auto stood =
        StandDown(*connection_, {.is_kill = turn.which == model::Switch::kKill, .at = turn.at});
    if (!stood) {
      return tl::unexpected<base::Error>(stood.error());
    }
  }
  const auto sequence = LastSequence();
  if (!sequence) {
    return tl::unexpected<base::Error>(sequence.error());
  }
  model::SwitchTurn stored = turn;
  stored.sequence = *sequence;
  return stored;
}

base::Result<model::SwitchState> SwitchLog::Read() {
  auto query = connection_->Prepare(
      {.sql = "SELECT sequence, which, is_on, reason, actor, at FROM switches WHERE sequence IN "
              "(SELECT max(sequence) FROM switches GROUP BY which)",
       .columns = "ititti"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  model::SwitchState state;
  std::string unknown;
  const auto read = query->ForEachRow([&](const sql::Statement& row) {
    const std::optional<model::Switch> which = model::SwitchFromName(row.Text(1));
    if (!which) {
      unknown = row.Text(1);
      return;
    }
    model::SwitchTurn turn;
    turn.sequence = static_cast<std::uint64_t>(row.Int(0));
    turn.which = *which;
    turn.is_on = row.Int(2) != 0;
    turn.reason = row.Text(3);
    turn.actor = row.Text(4);
    turn.at = base::UnixNanos{base::Nanos{row.Int(5)}};
    if (*which == model::Switch::kHalt) {
      state.halt = turn;
    } else {
      state.kill = turn;
    }
  });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  if (!unknown.empty()) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      connection_->place() + ": unknown switch '" + unknown + "'");
  }
  return state;
}

base::Result<std::optional<base::UnixNanos>> SwitchLog::OnSince(model::Switch which) {
  auto query = connection_->Prepare(
      {.sql = "SELECT at FROM switches WHERE which = :w AND is_on <> 0 AND sequence > "
              "(SELECT coalesce(max(sequence), 0) FROM switches WHERE which = :v AND is_on = 0) "
              "ORDER BY sequence LIMIT 1",
       .params = "tt",
       .columns = "i"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  query->Set(0, Name(which)).Set(1, Name(which));
  std::optional<base::UnixNanos> since;
  const auto read = query->ForEachRow(
      [&](const sql::Statement& row) { since = base::UnixNanos{base::Nanos{row.Int(0)}}; });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return since;
}

}  // namespace bulwark::ledger
