// The operator's commands over HTTP: stop, trade again, close and open the gate.
//
// Shape:   POST with a JSON body {"confirmation":"<WORD>","reason":"..."}; the words are HALT,
//          RESUME, KILL and RELEASE. A turn goes to the ledger, where the trader finds it also
//          while Redis is away, and to its key in Redis, so that every reader sees it at once. A
//          stop that the ledger cannot take is set in Redis alone, and the answer warns.
// Errors:  400 for a body that is not the above, 415 for another content type, 409 for a release
//          that a newer stop overtook, 503 when it could not be written: a stop when neither ledger
//          nor Redis took it, a release when the ledger did not. Without a ledger file (no trader
//          ever ran here) resume goes to Redis alone.
// Threads: any; one command after the other, each within the time-outs of ledger and connection.
// Source:  contract sections 1.2.1, 1.5.2 and 6.9, docs/api.md#commands

#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ledger/ledger_place.h"
#include "ledger/release_rules.h"
#include "model/switches.h"
#include "net/message.h"
#include "redis/connection.h"
#include "redis/url.h"
#include "stateplane/switch_turner.h"

namespace bulwark::api {

struct SwitchCommand {
  std::string_view word;  // To be typed.
  std::string_view cli;   // The same at the command line.
  model::Switch which;
  bool is_on;
};

inline constexpr SwitchCommand kHaltCommand{"HALT", "bulwark halt --reason ...",
                                            model::Switch::kHalt, true};
inline constexpr SwitchCommand kResumeCommand{"RESUME", "bulwark resume", model::Switch::kHalt,
                                              false};
inline constexpr SwitchCommand kKillCommand{"KILL", "bulwark kill --reason ...",
                                            model::Switch::kKill, true};
inline constexpr SwitchCommand kReleaseCommand{"RELEASE", "bulwark release", model::Switch::kKill,
                                               false};

// Without control characters and blanks around it, at most 200 bytes of whole UTF-8 characters.
std::string CleanReason(std::string_view text);

class Commands {
 public:
  Commands(ledger::LedgerPlace ledger, redis::Url url, redis::ConnectionOptions options,
           const ledger::ReleaseRules& rules = {});

  net::Response Take(const SwitchCommand& command, const net::Request& request);

 private:
  [[nodiscard]] base::Result<model::SwitchTurn> Record(model::Switch which, bool is_on,
                                                       std::string_view reason) const;
  // Requires: mutex_ is held.
  base::Result<redis::Connection*> Connect();
  stateplane::TurnReceipt Turn(const SwitchCommand& command, const std::string& reason);

  ledger::LedgerPlace ledger_;
  redis::Url url_;
  redis::ConnectionOptions options_;
  ledger::ReleaseRules rules_;
  stateplane::SwitchTurner turner_;
  std::mutex mutex_;
  std::unique_ptr<redis::Connection> connection_;  // Guarded by mutex_.
};

}  // namespace bulwark::api
