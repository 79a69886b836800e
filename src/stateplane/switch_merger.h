// Decides whether a stop is in force when ledger and Redis may disagree about it.
//
// Shape:   remembers the last moment both agreed. Whoever changed since then wins; when it is not
//          known who changed (start, a new connection, both) the safer word wins: on. A missing
//          key never turns a stop off and is written anew from the ledger; a word that is neither
//          on nor off is a stop, because whoever wrote it wanted something. Redis may never
//          release a switch that only a person at the command line may release (the kill switch).
// Errors:  none; pure.
// Threads: one thread.
// Source:  design section 3, contract sections 7.3 S-7 and 8.2

#pragma once

#include <cstdint>
#include <optional>

namespace bulwark::stateplane {

enum class RedisReading : std::uint8_t { kOff, kOn, kMissing, kCorrupt };

struct SwitchReadings {
  RedisReading redis = RedisReading::kMissing;
  bool is_on_in_ledger = false;
  std::uint64_t ledger_sequence = 0;  // Of the switch's last turn.
};

struct SwitchVerdict {
  bool is_on = false;
  bool append_to_ledger = false;  // A turn to is_on, on behalf of whoever wrote the key.
  bool write_to_redis = false;    // The key is to show is_on.
  bool is_suspicious = false;     // Tell people: the key was missing, corrupt or refused.
};

class SwitchMerger {
 public:
  explicit SwitchMerger(bool may_release_by_redis) : may_release_by_redis_(may_release_by_redis) {}

  // Forgets the agreement: the next readings are of a server that may have lost writes.
  void Forget() { agreed_.reset(); }

  // The ledger took the turn that Merge() asked for: from here on Redis and ledger agree, and what
  // the key says next is news.
  void Agree(bool is_on, std::uint64_t ledger_sequence) {
    agreed_ = Agreement{.is_on = is_on, .ledger_sequence = ledger_sequence};
  }

  SwitchVerdict Merge(const SwitchReadings& readings);

 private:
  struct Agreement {
    bool is_on = false;
    std::uint64_t ledger_sequence = 0;
  };

  SwitchVerdict MergeWord(const SwitchReadings& readings);

  bool may_release_by_redis_;
  std::optional<Agreement> agreed_;
};

}  // namespace bulwark::stateplane
