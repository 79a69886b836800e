// What the simulated ledger keeps of scoped stops.

#include <vector>

#include "base/result.h"
#include "ledger/scope_log.h"
#include "model/scoped_modes.h"
#include "sim/context.h"
#include "sim/fake_ledger.h"

namespace bulwark::sim {

using base::Result;

model::ScopeTurn Disk::Append(model::ScopeTurn turn) {
  turn.sequence = ++scopes.version;
  std::erase_if(scopes.scopes, [&](const model::ScopeTurn& older) {
    return older.scope == turn.scope && older.name == turn.name;
  });
  scopes.scopes.push_back(turn);
  return turn;
}

Result<model::ScopeTurn> FakeLedger::TurnScope(const model::ScopeTurn& turn) {
  if (const auto reached = Reach("ledger scope"); !reached) {
    return tl::unexpected<base::Error>(reached.error());
  }
  if (disk_.is_failing()) {
    return base::Fail(base::ErrorCode::kUnavailable, "sim.db: disk is full");
  }
  return disk_.Append(turn);
}

Result<ledger::ScopeState> FakeLedger::ReadScopes() {
  if (is_dead() || context_.scheduler.now() < disk_.unreadable_until) {
    return base::Fail(base::ErrorCode::kUnavailable, "sim.db: cannot be read");
  }
  return disk_.scopes;
}

}  // namespace bulwark::sim
