#include "ledger/scope_log.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/time.h"
#include "ledger/durable_writes.h"
#include "ledger/read_rows.h"
#include "model/instrument.h"
#include "model/scoped_modes.h"
#include "model/stop_mode.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {

base::Result<model::ScopeTurn> AppendScope(sql::Connection& connection,
                                           const model::ScopeTurn& turn) {
  auto transaction = sql::Transaction::Begin(connection, kScopeWrite);
  if (!transaction) {
    return tl::unexpected<base::Error>(transaction.error());
  }
  auto insert =
      connection.Prepare({.sql = "INSERT INTO scoped_stops(scope, name, mode, reason, actor, at) "
                                 "VALUES(:s, :n, :m, :r, :a, :t)",
                          .params = "ttttti"});
  if (!insert) {
    return tl::unexpected<base::Error>(insert.error());
  }
  insert->Set(0, Name(turn.scope)).Set(1, turn.name).Set(2, Name(turn.mode));
  insert->Set(3, turn.reason).Set(4, turn.actor);
  insert->Set(5, std::int64_t{turn.at.time_since_epoch().count()});
  if (const auto inserted = insert->Execute(); !inserted) {
    return tl::unexpected<base::Error>(inserted.error());
  }
  const auto sequence = connection.QueryInt("SELECT max(sequence) FROM scoped_stops");
  if (!sequence) {
    return tl::unexpected<base::Error>(sequence.error());
  }
  if (const auto committed = transaction->Commit(); !committed) {
    return tl::unexpected<base::Error>(committed.error());
  }
  model::ScopeTurn stored = turn;
  stored.sequence = static_cast<std::uint64_t>(sequence->value_or(0));
  return stored;
}

base::Result<ScopeState> ReadScopeState(sql::Connection& connection) {
  ScopeState state;
  const auto read = ReadRows(
      connection,
      {.sql = "SELECT sequence, scope, name, mode, reason, actor, at FROM scoped_stops "
              "WHERE sequence IN (SELECT max(sequence) FROM scoped_stops GROUP BY scope, name) "
              "ORDER BY sequence",
       .columns = "ittttti"},
      [&](const sql::Statement& row) -> base::Result<void> {
        const auto scope = model::StopScopeFromName(row.Text(1));
        const auto mode = model::StopModeFromName(row.Text(3));
        if (!scope || !mode) {
          return base::Fail(base::ErrorCode::kCorrupt,
                            "scope '" + row.Text(1) + "' with mode '" + row.Text(3) + "'");
        }
        model::ScopeTurn turn{.sequence = static_cast<std::uint64_t>(row.Int(0)),
                              .scope = *scope,
                              .name = row.Text(2),
                              .mode = *mode,
                              .reason = row.Text(4),
                              .actor = row.Text(5),
                              .at = base::UnixNanos{base::Nanos{row.Int(6)}}};
        state.version = std::max(state.version, turn.sequence);
        state.scopes.push_back(std::move(turn));
        return {};
      });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return state;
}

namespace {

// A symbol that this configuration does not trade needs no stop.
void StopSymbol(model::ScopedModes& modes, std::optional<model::InstrumentId> id,
                model::StopMode mode) {
  if (id) {
    modes.symbols.at(id->index) = mode;
  }
}

}  // namespace

model::ScopedModes ModesOf(const ScopeState& state, const model::InstrumentTable& table) {
  model::ScopedModes modes{.version = state.version};
  for (const model::ScopeTurn& turn : state.scopes) {
    switch (turn.scope) {
      case model::StopScope::kAccount:
        modes.account = std::max(modes.account, turn.mode);
        break;
      case model::StopScope::kStrategy:
        model::StopStrategy(modes, turn.name, turn.mode);
        break;
      case model::StopScope::kSymbol:
        StopSymbol(modes, table.Find(turn.name), turn.mode);
        break;
    }
  }
  return modes;
}

}  // namespace bulwark::ledger
