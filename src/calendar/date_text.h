// Dates and weeks as the contract writes them in the names of keys.
//
// Threads: any. The texts are allocated.
// Source:  ISO 8601; contract sections 1.5.3 and 1.5.4

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "calendar/day.h"

namespace bulwark::calendar {

// "2026-03-12".
std::string DateText(Date date);
// Exactly that form, and a date that exists; empty otherwise.
std::optional<Date> ParseDate(std::string_view text);

// "2026-W11": the ISO week, which begins on Monday, and the year it belongs to, which is that of
// its Thursday. 2027-01-01 is in "2026-W53".
std::string IsoWeekText(Date date);

}  // namespace bulwark::calendar
