// Shows a turn of HALT or the kill switch in Redis, at most once, whoever of us comes first.
//
// Shape:   the ledger has the turn before; this only shows it. The kill switch changes its key,
//          meta and log and is published in one script, guarded by the sequence in
//          risk:kill_switch:meta: the command line and the trader may both show the same turn, and
//          it is announced once. An older turn never overwrites a newer one. A key that was changed
//          behind the turn is set right again without a second announcement.
// Errors:  as redis::Connection. A foreign type at the log is left alone: a stop must not fail for
//          it.
// Threads: one thread at a time per connection. Blocks for the connection's timeout.
// Source:  contract sections 1.2.1, 1.5.2, 1.6, 4.6

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/crash_point.h"
#include "base/result.h"
#include "model/switches.h"
#include "redis/connection.h"
#include "redis/script.h"

namespace bulwark::stateplane {

inline constexpr base::DurableWrite kSwitchShow{"redis.switch", "a stop, or its end, in Redis"};

enum class SwitchShown : std::uint8_t {
  kWritten,    // The key shows it; the kill switch was logged and published.
  kCorrected,  // It had been announced before; the key was wrong and shows it again.
  kWasThere,   // It had been announced before and the key shows it.
  kIsStale,    // Redis knows a newer turn; nothing was changed.
  kOvertaken,  // The key no longer holds what was seen; nothing was changed.
};

// What stood at the key when somebody decided to write it: a word, nothing, or a foreign type.
struct SeenAtKey {
  enum class Kind : std::uint8_t { kText, kMissing, kForeign };
  Kind kind = Kind::kMissing;
  std::string text = {};

  bool operator==(const SeenAtKey&) const = default;
};

class SwitchWriter {
 public:
  SwitchWriter();

  // Requires: turn.sequence is the ledger's. With `seen`, a turn that is off is shown only while
  // the key still holds what was seen, so that a stop written meanwhile is never wiped out;
  // kOvertaken otherwise. A stop is shown over anything.
  base::Result<SwitchShown> Show(redis::Connection& connection, const model::SwitchTurn& turn,
                                 const std::optional<SeenAtKey>& seen = std::nullopt) const;

  // For a person's release: reads the key and has the server note every later write to it, also of
  // the same word, for ShowRelease() on this connection.
  static base::Result<SeenAtKey> Look(redis::Connection& connection, model::Switch which);
  // Shows a turn that is off, unless anybody wrote the key since Look() and it does not say off.
  base::Result<SwitchShown> ShowRelease(redis::Connection& connection,
                                        const model::SwitchTurn& turn, const SeenAtKey& seen) const;

  // For a stop that the ledger could not take: sets the key on and tells the channel of the kill
  // switch. Meta and log are left to the trader that reads the key and writes the turn.
  static base::Result<SwitchShown> StopUnrecorded(redis::Connection& connection,
                                                  const model::SwitchTurn& turn);

  // A release of the kill switch that was refused, at the end of its log. Best effort: a refusal
  // changes nothing, and its own record is the ledger's.
  static void NoteRefused(redis::Connection& connection, const model::SwitchTurn& turn);

 private:
  [[nodiscard]] const redis::Script& ScriptFor(model::Switch which) const;

  redis::Script kill_;
  redis::Script release_halt_;
};

}  // namespace bulwark::stateplane
