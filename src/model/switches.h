// The two stops of the account: HALT and the kill switch, as the ledger keeps them.
//
// Shape:   an append-only log of turns; the last one per switch is in force. sequence grows by one
//          with each turn of either switch and orders them.
// Threads: values.
// Source:  contract sections 1.2.1, 1.5.2, 4.6

#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"

namespace bulwark::model {

enum class Switch : std::uint8_t { kHalt, kKill };

struct SwitchTurn {
  std::uint64_t sequence = 0;  // 0: never turned.
  Switch which = Switch::kHalt;
  bool is_on = false;
  std::string reason;
  std::string actor;  // "human", "system" or a program's name.
  base::UnixNanos at;
};

struct SwitchState {
  SwitchTurn halt{.which = Switch::kHalt};
  SwitchTurn kill{.which = Switch::kKill};
};

}  // namespace bulwark::model
