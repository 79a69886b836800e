// Turns HALT or the kill switch: ledger and Redis, then waits for the trader to say so.
//
// Shape:   durable once the ledger has it; a dead Redis or trader changes nothing about that,
//          because the trader asks the ledger too. When the ledger cannot be written a stop is
//          still set in Redis, and the receipt says that it is not recorded; a release is then
//          refused. A stop that somebody sets while this is released stays in force
//          (stateplane/switch_turner.h).
// Errors:  in the receipt, each with its cause.
// Threads: the main thread. Blocks for the ledger's busy timeout, the Redis timeout and `wait_max`.
// Source:  contract sections 4.6, 8.2, design section 3

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "contract/system_documents.h"
#include "ledger/ledger_place.h"
#include "ledger/release_rules.h"
#include "model/switches.h"
#include "redis/connection.h"

namespace bulwark::app {

struct SwitchRequest {
  model::Switch which = model::Switch::kHalt;
  bool is_on = false;
  std::string reason;
  base::Nanos wait_max{};  // Zero: do not wait for the trader.
  ledger::ReleaseRules rules = {};
};

struct SwitchReceipt {
  std::optional<model::SwitchTurn> turn;  // As recorded; empty when the ledger failed.
  std::string ledger_failure;
  bool is_shown_in_redis = false;
  // A newer stop came while this was released: it is in force. Its own record, if it was recorded.
  bool is_overtaken = false;
  std::optional<model::SwitchTurn> newer_stop;
  std::string redis_failure;
  bool is_other_switch_on = false;              // By the ledger.
  std::optional<contract::SystemState> trader;  // Its confirmation.
};

// Makes the connection when it is needed: a stop must not wait for it.
using RedisOpener = std::function<base::Result<std::unique_ptr<redis::Connection>>()>;

SwitchReceipt TurnSwitch(const SwitchRequest& request, const ledger::LedgerPlace& ledger,
                         const RedisOpener& open_redis);

// Whether `state` says what the turn asked for.
bool Confirms(const contract::SystemState& state, model::Switch which, bool is_on);

// Whether what was asked for is so and recorded.
bool IsDone(const SwitchReceipt& receipt);

// For people; ends with a line feed.
std::string DescribeReceipt(const SwitchRequest& request, const SwitchReceipt& receipt);

}  // namespace bulwark::app
