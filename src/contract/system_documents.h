// SYSTEM:HALT, SYSTEM:HEARTBEAT, SYSTEM:STATE, system:status and oms:epoch: how the platform is.
//
// Shape:   HALT is true or false; the heartbeat a time; the epoch an integer; STATE and status
//          spaced JSON objects. Reading is wider than writing: HALT in any case with blanks around
//          it.
// Units:   times with +00:00; epoch counts runs, not seconds.
// Errors:  decoding is kCorrupt, naming the field and its value. What HALT does not know it reports
//          as unknown; deciding what that means is the caller's.
// Threads: any. Encoding allocates only when `out` has to grow.
// Source:  contract sections 1.2.1, 1.2.2, 1.5.7, 8.4

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "model/action.h"

namespace bulwark::contract {

enum class HaltReading : std::uint8_t { kRun, kHalt, kUnknown };

void EncodeHalt(std::string& out, bool is_halted);
// `text` is the value of SYSTEM:HALT; a missing key means kRun and is not asked here.
HaltReading DecodeHalt(std::string_view text);

void EncodeHeartbeat(std::string& out, base::UnixNanos at);
base::Result<base::UnixNanos> DecodeHeartbeat(std::string_view text);

void EncodeEpoch(std::string& out, std::uint64_t epoch);
base::Result<std::uint64_t> DecodeEpoch(std::string_view text);

struct SystemState {
  model::RunState state = model::RunState::kStarting;
  std::string reason;
  base::UnixNanos since;  // When this state began.
  std::uint64_t epoch = 0;
  std::optional<base::UnixNanos> gate_closed_at;  // Since when no entry passes; empty while open.
  bool is_feed_up = false;
  bool is_venue_up = false;
  std::string mode = "paper";
  std::uint64_t events_processed = 0;  // Progress of the loop in this run.

  bool operator==(const SystemState&) const = default;
};

void EncodeSystemState(std::string& out, const SystemState& state);
base::Result<SystemState> DecodeSystemState(std::string_view text);

struct SystemStatus {
  bool is_broker_connected = false;
  bool is_feed_connected = false;

  bool operator==(const SystemStatus&) const = default;
};

void EncodeSystemStatus(std::string& out, const SystemStatus& status);
base::Result<SystemStatus> DecodeSystemStatus(std::string_view text);

}  // namespace bulwark::contract
