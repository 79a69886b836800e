#include "stateplane/switch_merger.h"

namespace bulwark::stateplane {

SwitchVerdict SwitchMerger::Merge(const SwitchReadings& readings) {
  const bool is_word = readings.redis == RedisReading::kOff || readings.redis == RedisReading::kOn;
  if (readings.redis == RedisReading::kCorrupt) {
    // Somebody wrote at a stop, and not how to go on: that is a stop.
    agreed_.reset();
    return {.is_on = true,
            .append_to_ledger = !readings.is_on_in_ledger,
            .write_to_redis = true,
            .is_suspicious = true};
  }
  if (!is_word) {
    // At the very start a missing key is how a new installation looks. Later somebody removed it,
    // and what comes next on this server is not trusted to be a release.
    const bool is_suspicious = agreed_.has_value();
    agreed_.reset();
    return {
        .is_on = readings.is_on_in_ledger, .write_to_redis = true, .is_suspicious = is_suspicious};
  }
  const bool is_on_in_redis = readings.redis == RedisReading::kOn;
  if (is_on_in_redis == readings.is_on_in_ledger) {
    agreed_ = Agreement{.is_on = is_on_in_redis, .ledger_sequence = readings.ledger_sequence};
    return {.is_on = is_on_in_redis};
  }
  return MergeWord(readings);
}

SwitchVerdict SwitchMerger::MergeWord(const SwitchReadings& readings) {
  const bool is_on_in_redis = readings.redis == RedisReading::kOn;
  const bool ledger_changed = !agreed_ || agreed_->ledger_sequence != readings.ledger_sequence;
  const bool redis_changed = !agreed_ || agreed_->is_on != is_on_in_redis;
  if (ledger_changed && !redis_changed) {
    return {.is_on = readings.is_on_in_ledger, .write_to_redis = true};
  }
  if (is_on_in_redis) {
    return {.is_on = true, .append_to_ledger = true};
  }
  if (!ledger_changed && may_release_by_redis_) {
    return {.is_on = false, .append_to_ledger = true};
  }
  return {.is_on = true, .write_to_redis = true, .is_suspicious = !ledger_changed};
}

}  // namespace bulwark::stateplane
