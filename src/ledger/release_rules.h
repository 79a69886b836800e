// When the kill switch may be released, and the record of the attempts that were refused.
//
// Shape:   not before it has been on for the cooldown, counted from when it was first set, and not
//          while a breaker that speaks of lost money or wrong books is tripped. Setting it is never
//          refused and never asked here.
// Errors:  from the database.
// Threads: WhyNotRelease(): any; the other one the thread of its connection.
// Source:  docs/risk.md#kill-switch, contract section 4.6

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "model/breaker.h"
#include "model/switches.h"
#include "sql/connection.h"

namespace bulwark::ledger {

struct ReleaseRules {
  base::Nanos cooldown{0};
  // A drill ends its own stop, the turn of this number, and nobody else's; nothing else counts.
  std::optional<std::uint64_t> own_stop = {};
};

// Empty when it may be released. `on_since` is empty while the switch is off.
std::string WhyNotRelease(std::optional<base::UnixNanos> on_since, base::UnixNanos now,
                          const model::LatchedBreakers& latched, const ReleaseRules& rules);

// In a transaction of its own.
base::Result<void> NoteRefusedRelease(sql::Connection& connection, const model::SwitchTurn& turn,
                                      const std::string& why);

}  // namespace bulwark::ledger
