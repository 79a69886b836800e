// What the guards on a sector and on the whole account share: exposure after the order beside
// equity.
//
// Units:   quote units; percent of equity.
// Errors:  none; without equity, a mark or a known exposure the answer is a denial.
// Threads: any; pure.
// Source:  docs/risk.md#limits

#pragma once

#include <optional>

#include "base/decimal.h"
#include "model/denial.h"
#include "model/instrument.h"
#include "risk/guard_input.h"

namespace bulwark::risk {

// Whether the rule on sectors is about it, and whether two instruments are of one.
bool HasSector(const model::Instrument& instrument);
bool AreOfOneSector(const model::Instrument& a, const model::Instrument& b);

// `code` when `exposure` and the order's value at the mark are more than that share of equity.
Verdict CheckExposure(const GuardInput& input, const std::optional<base::Decimal>& exposure,
                      base::Decimal percent_max, model::DenialCode code);

}  // namespace bulwark::risk
