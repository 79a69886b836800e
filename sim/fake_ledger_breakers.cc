// What the simulated ledger keeps of circuit breakers.

#include <algorithm>
#include <optional>
#include <utility>

#include "base/result.h"
#include "base/time.h"
#include "model/breaker.h"
#include "model/switches.h"
#include "sim/context.h"
#include "sim/fake_ledger.h"

namespace bulwark::sim {

using base::Result;

void Disk::Append(model::BreakerRow row) {
  row.sequence = breaker_rows.size() + 1;
  breaker_rows.push_back(std::move(row));
}

// The rows one after the other, as somebody would read them.
model::BreakerRecord Disk::Breakers() const {
  model::BreakerRecord record;
  record.operator_seen_at = account ? std::optional(account->at) : std::nullopt;
  const auto see = [&](base::UnixNanos at) {
    record.operator_seen_at = std::max(record.operator_seen_at.value_or(at), at);
  };
  for (const model::SwitchTurn* turn : {&switches.halt, &switches.kill}) {
    if (turn->actor == "human") {
      see(turn->at);
    }
  }
  for (const model::BreakerRow& row : breaker_rows) {
    auto& latched = record.latched.at(model::IndexOf(row.which));
    auto& asked = record.reset_asked.at(model::IndexOf(row.which));
    if (row.event == model::BreakerEvent::kHeartbeat || row.event == model::BreakerEvent::kReset) {
      see(row.at);
    }
    if (row.event == model::BreakerEvent::kTripped) {
      latched = {.value = row.value, .at = row.at};
    } else if (row.event == model::BreakerEvent::kEnded) {
      latched.reset();
    }
    if (row.event != model::BreakerEvent::kHeartbeat) {
      asked = row.event == model::BreakerEvent::kReset ? row.sequence : 0;
    }
  }
  return record;
}

Result<void> FakeLedger::NoteBreaker(const model::BreakerRow& row) {
  if (const auto reached = Reach("ledger breaker"); !reached) {
    return reached;
  }
  if (disk_.is_failing()) {
    return base::Fail(base::ErrorCode::kUnavailable, "sim.db: disk is full");
  }
  disk_.Append(row);
  return {};
}

Result<model::BreakerRecord> FakeLedger::ReadBreakers() {
  if (is_dead() || context_.scheduler.now() < disk_.unreadable_until) {
    return base::Fail(base::ErrorCode::kUnavailable, "sim.db: cannot be read");
  }
  return disk_.Breakers();
}

}  // namespace bulwark::sim
