// What each circuit breaker is: when it trips, what an unknown input means and what ends it.
//
// Shape:   one table; a rule is a row, limits come from the settings. A limit of zero turns a
//          breaker off.
// Units:   as the row's `unit`.
// Errors:  none.
// Threads: constants.
// Source:  docs/risk.md#circuit-breakers, contract section 4.3

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/decimal.h"
#include "base/time.h"
#include "model/breaker.h"

namespace bulwark::breakers {

// What a breaker whose input nobody knows does to entries.
enum class UnknownPolicy : std::uint8_t { kBlocks, kPasses };

enum class EndsBy : std::uint8_t {
  kOperator,   // `bulwark breakers reset`, once the cause is gone.
  kHeartbeat,  // A sign of life of the operator.
  kRecovery,   // By itself, after `hold` without a bad measurement.
  kNextDay,    // By itself, at a good measurement on a later UTC date than the last bad one.
};

struct Rule {
  model::Breaker which;
  UnknownPolicy unknown;
  // Trips when this many of the last `of` measurements were bad. Zero: the limit says how many.
  std::uint32_t bad;
  std::uint32_t of;
  EndsBy ends_by;
  base::Nanos hold;
  bool is_continuous;  // There is always a newest measurement; else only when something happens.
  std::string_view unit;
  std::string_view trips_when;
  std::string_view input;
};

const Rule& RuleOf(model::Breaker which);
const std::array<Rule, model::kBreakers>& AllRules();

// Zero everywhere: off.
struct Limits {
  base::Decimal vix;
  base::Nanos data_age{0};
  base::Decimal drawdown;    // Percent, positive.
  base::Decimal daily_loss;  // Percent, positive.
  base::Decimal drift;       // Percent.
  base::Nanos heartbeat_age{0};
  base::Nanos feed_outage{0};
  std::uint32_t losses = 0;
  std::uint32_t rejects = 0;
  std::uint32_t venue_errors = 0;  // Of the last calls; see the rule's `of`.
  base::Nanos latency{0};
};

// In the unit of the breaker's rule; a loss is negative.
base::Decimal LimitOf(const Limits& limits, model::Breaker which);

base::Decimal AsSeconds(base::Nanos span);
base::Decimal AsHours(base::Nanos span);

// |ours - theirs| in percent of the larger; 0 when equal, 100 when one side has nothing.
base::Decimal DriftPercent(base::Decimal ours, base::Decimal theirs);

}  // namespace bulwark::breakers
