// The part of the watcher that brings ledger, Redis and the engine's own wish to one answer about
// HALT and the kill switch, and writes it where it is not yet known.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "contract/keys.h"
#include "engine/engine.h"
#include "ledger/ledger_store.h"
#include "model/action.h"
#include "model/names.h"
#include "model/order.h"
#include "model/switches.h"
#include "stateplane/switch_merger.h"
#include "stateplane/switch_writer.h"
#include "trader/exit_gate.h"
#include "trader/health.h"
#include "trader/queues.h"
#include "trader/watcher.h"

namespace bulwark::trader {
namespace {

using stateplane::RedisReading;

// What people are told about a key. The value is a stranger's: short and printable.
std::string WrongText(model::Switch which, RedisReading reading,
                      const stateplane::SeenAtKey& seen) {
  constexpr std::size_t kShownMax = 12;
  const contract::Key key =
      which == model::Switch::kHalt ? contract::keys::Halt() : contract::keys::KillSwitch();
  if (reading == RedisReading::kMissing) {
    return key.text() + " was removed: written again";
  }
  if (seen.kind == stateplane::SeenAtKey::Kind::kForeign) {
    return key.text() + " had a foreign type: taken for a stop";
  }
  std::string value = seen.text.substr(0, kShownMax);
  std::replace_if(value.begin(), value.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return key.text() + " said '" + value +
         (reading == RedisReading::kCorrupt ? "': taken for a stop" : "': releases nothing");
}

}  // namespace

void Watcher::Merge(const std::optional<RedisWords>& words) {
  if (!switches_) {
    return;  // Nothing is known: the gate stays as it is, closed at the start.
  }
  model::SwitchState& known = *switches_;
  if (words) {
    MergeWords(*words, known);
  } else {
    // Only the ledger speaks; what Redis had stopped before it went stays stopped, also when the
    // ledger could not take it.
    is_halted_ = known.halt.is_on || unjournaled_.halt;
    is_killed_ = known.kill.is_on || unjournaled_.kill;
    exit_gate_.Set(is_halted_, is_killed_);
  }
  HaltForEngine(known);
  KillForHalt(known);
}

// The engine stopped by itself: what it does alone must outlive it. A ledger that does not take it
// is asked again; in Redis the next round shows it.
void Watcher::HaltForEngine(model::SwitchState& known) {
  if (!health_.wants_halt.load() || known.halt.is_on) {
    return;
  }
  is_halted_ = true;
  exit_gate_.Set(is_halted_, is_killed_);
  const auto turned = ledger_->Turn({.which = model::Switch::kHalt,
                                     .is_on = true,
                                     .reason = std::string(engine::kSessionLimitReason),
                                     .actor = "system",
                                     .at = clock_.WallNow()});
  unjournaled_.halt = !turned;
  if (!turned) {
    base::LogError("engine_halt_not_journaled").With("error", turned.error());
    return;
  }
  base::LogError("engine_halted").With("reason", engine::kSessionLimitReason);
  known.halt = *turned;
}

void Watcher::MergeWords(const RedisWords& words, model::SwitchState& known) {
  // Somebody else's turn counts as well: then Redis may speak for itself again.
  unjournaled_.halt = unjournaled_.halt && !known.halt.is_on;
  unjournaled_.kill = unjournaled_.kill && !known.kill.is_on;
  // A stop that the ledger could not take holds until it can, whatever Redis has become since.
  const RedisReading halt_word = unjournaled_.halt ? RedisReading::kOn : words.halt.reading;
  const RedisReading kill_word = unjournaled_.kill ? RedisReading::kOn : words.kill.reading;
  const auto halt = halt_.Merge({.redis = halt_word,
                                 .is_on_in_ledger = known.halt.is_on,
                                 .ledger_sequence = known.halt.sequence});
  const auto kill = kill_.Merge({.redis = kill_word,
                                 .is_on_in_ledger = known.kill.is_on,
                                 .ledger_sequence = known.kill.sequence});
  // A stop: the door first, then the paperwork. A release: the door opens in the round after the
  // one that recorded it, since the ledger may keep us waiting while Redis says stop again.
  is_halted_ = halt.is_on || halt.append_to_ledger;
  is_killed_ = kill.is_on || kill.append_to_ledger;
  exit_gate_.Set(is_halted_, is_killed_);
  Apply(model::Switch::kHalt, halt, known.halt, words.halt);
  Apply(model::Switch::kKill, kill, known.kill, words.kill);
}

// Once for each halt: a kill switch that a person released after it stays released. In Redis it is
// shown by the next round, which finds it in the ledger.
void Watcher::KillForHalt(model::SwitchState& known) {
  const bool is_due = does_halt_kill_ && known.halt.is_on && !known.kill.is_on &&
                      known.kill.sequence < known.halt.sequence;
  if (!is_due) {
    return;
  }
  const auto turned = ledger_->Turn({.which = model::Switch::kKill,
                                     .is_on = true,
                                     .reason = "HALT: " + known.halt.reason,
                                     .actor = "system",
                                     .at = clock_.WallNow()});
  if (!turned) {
    // The halt itself is in force; the next round tries again.
    base::LogError("halt_did_not_kill").With("error", turned.error());
    return;
  }
  known.kill = *turned;
  is_killed_ = true;
  exit_gate_.Set(is_halted_, is_killed_);
}

void Watcher::Apply(model::Switch which, const stateplane::SwitchVerdict& verdict,
                    model::SwitchTurn& turn, const Word& word) {
  Report(which, verdict, word);
  if (verdict.append_to_ledger) {
    Append(which, verdict.is_on, word.seen, turn);
  } else if (verdict.write_to_redis) {
    WriteToRedis(turn, word.seen);
  }
}

// Once per change: a key that cannot be mended is read again and again.
void Watcher::Report(model::Switch which, const stateplane::SwitchVerdict& verdict,
                     const Word& word) {
  auto& reported = which == model::Switch::kHalt ? reported_.halt : reported_.kill;
  if (!verdict.is_suspicious) {
    const bool is_word = word.reading == RedisReading::kOn || word.reading == RedisReading::kOff;
    reported = is_word ? std::nullopt : std::move(reported);
    return;
  }
  if (reported == word.seen) {
    return;
  }
  reported = word.seen;
  const std::string text = WrongText(which, word.reading, word.seen);
  base::LogError("switch_key_wrong")
      .With("switch", model::Name(which))
      .With("reason", text)
      .With("restored_to", verdict.is_on);
  const bool is_missing = word.reading == RedisReading::kMissing;
  (void)queues_.switch_alerts.TryPush(  // Full: see queues.h.
      {.level = is_missing ? model::AlertLevel::kWarning : model::AlertLevel::kCritical,
       .event = model::AlertName("SWITCH_KEY_WRONG"),
       .reason = model::Reason::Cut(text),
       .at = clock_.WallNow()});
}

void Watcher::Append(model::Switch which, bool is_on, const stateplane::SeenAtKey& seen,
                     model::SwitchTurn& known) {
  const bool is_engines = which == model::Switch::kHalt && is_on && health_.wants_halt.load();
  const std::string_view reason = is_engines ? engine::kSessionLimitReason
                                  : is_on    ? std::string_view("written to Redis")
                                             : std::string_view("released in Redis");
  const auto turned = ledger_->Turn({.which = which,
                                     .is_on = is_on,
                                     .reason = std::string(reason),
                                     .actor = is_engines ? "system" : "redis",
                                     .at = clock_.WallNow()});
  bool& is_unjournaled = which == model::Switch::kHalt ? unjournaled_.halt : unjournaled_.kill;
  is_unjournaled = !turned && is_on;
  if (!turned) {
    // The gate is closed all the same; the next round tries again.
    base::LogError("switch_not_journaled").With("error", turned.error());
    return;
  }
  base::LogWarn("switch_turned_in_redis").With("switch", model::Name(which)).With("is_on", is_on);
  known = *turned;
  // The commit took its time: what stands at the key by now is a word of its own.
  (which == model::Switch::kHalt ? halt_ : kill_).Agree(is_on, turned->sequence);
  WriteToRedis(*turned, seen);
}

void Watcher::WriteToRedis(const model::SwitchTurn& turn, const stateplane::SeenAtKey& seen) {
  if (!connection_) {
    return;
  }
  auto written = writer_.Show(*connection_, turn, seen);
  if (written && *written == stateplane::SwitchShown::kIsStale && turn.is_on && IsNewest(turn)) {
    // What stands beside the key says that there was a later turn, and the ledger has none.
    written = stateplane::SwitchWriter::StopUnrecorded(*connection_, turn);
  }
  if (!written) {
    base::LogWarn("switch_not_written").With("error", written.error());
    return;
  }
  const bool is_shown = *written != stateplane::SwitchShown::kIsStale &&
                        *written != stateplane::SwitchShown::kOvertaken;
  if (is_shown) {
    // From here on the key says what the ledger does: what either says next is news.
    (turn.which == model::Switch::kHalt ? halt_ : kill_).Agree(turn.is_on, turn.sequence);
  }
}

// Asked anew: a release may have come since the round's reading.
bool Watcher::IsNewest(const model::SwitchTurn& turn) {
  const auto switches = ledger_->ReadSwitches();
  const bool is_halt = turn.which == model::Switch::kHalt;
  return switches && (is_halt ? switches->halt : switches->kill).sequence == turn.sequence;
}

}  // namespace bulwark::trader
