// The names under which a scenario sets a field of the guard's policy, and how its values are read.
//
// Errors:  a complaint names what cannot be read.
// Threads: one.
// Source:  docs/scenarios.md#day-trade-guard

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daytrade/policy.h"
#include "sim/scenario.h"

namespace bulwark::sim {

Complaint SetPolicyField(daytrade::Policy& policy, std::string_view name, std::string_view text);

// "2026-11-23".
std::optional<daytrade::Date> ParseDate(std::string_view text);
// What is wrong, and the text that is.
Complaint Wrong(std::string_view what, std::string_view text);

}  // namespace bulwark::sim
