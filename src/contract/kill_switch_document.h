// risk:kill_switch with its meta and log, in Redis.
//
// Shape:   the switch is written as exactly active or inactive and read in any case, with blanks
//          around it; meta is one JSON object about its last turn;
//          the log is a list with one JSON object per turn or refused turn, newest last.
// Errors:  a value that is neither word nor the older JSON form is kUnknown, which a gate treats as
//          active unless durable state proves otherwise. Decoding the others is kCorrupt.
// Threads: any. Encoding allocates only when `out` has to grow.
// Source:  contract sections 1.5.2, 4.6

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "model/switches.h"

namespace bulwark::contract {

enum class KillReading : std::uint8_t { kInactive, kActive, kUnknown };

void EncodeKillSwitch(std::string& out, bool is_active);
// Also understands {"active": bool, ...}. A missing key is kUnknown and is not asked here.
KillReading DecodeKillSwitch(std::string_view text);

// The last turn of the switch: active, reason, operator, sequence and when it turned.
void EncodeKillMeta(std::string& out, const model::SwitchTurn& turn);
base::Result<model::SwitchTurn> DecodeKillMeta(std::string_view text);

enum class KillResult : std::uint8_t { kApplied, kRefused };
// One audit row: action, reason, timestamp, operator, result, sequence.
void EncodeKillLogEntry(std::string& out, const model::SwitchTurn& turn, KillResult result);

}  // namespace bulwark::contract
