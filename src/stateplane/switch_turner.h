// Turns HALT or the kill switch for a person, in the order that never loses a stop.
//
// Shape:   a stop goes to the ledger and then to Redis; when the ledger cannot take it, Redis gets
//          it alone and the receipt says so. A release first looks at the key, then goes to the
//          ledger, and the key is changed only if nobody wrote it since the look. Whoever did wins:
//          the stop that stands there is recorded again and nothing is released. Without a record
//          there is no release.
// Errors:  in the receipt, each with its cause.
// Threads: one thread at a time. Blocks for the ledger's busy timeout and the connection's.
// Source:  design section 3, contract sections 1.2.1, 1.5.2, 8.2

#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "model/switches.h"
#include "redis/connection.h"
#include "stateplane/switch_writer.h"

namespace bulwark::stateplane {

struct TurnPeers {
  // Makes the turn durable; on or off, and why.
  std::function<base::Result<model::SwitchTurn>(bool is_on, std::string_view reason)> record;
  // The server, when it is needed: a stop must not wait for it. Stays the caller's.
  std::function<base::Result<redis::Connection*>()> connect;
};

struct TurnReceipt {
  base::Result<model::SwitchTurn> recorded;  // The turn asked for.
  base::Result<SwitchShown> shown;           // What became of the key.
  // A newer stop stood at the key: it is still in force, and this is its own record.
  std::optional<base::Result<model::SwitchTurn>> newer_stop = {};
};

class SwitchTurner {
 public:
  [[nodiscard]] TurnReceipt Stop(model::Switch which, std::string_view reason,
                                 const TurnPeers& peers) const;
  [[nodiscard]] TurnReceipt Release(model::Switch which, std::string_view reason,
                                    const TurnPeers& peers) const;

 private:
  SwitchWriter writer_;
};

}  // namespace bulwark::stateplane
