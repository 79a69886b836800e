// The owner's list of overrides as text: "2027-03-04 closed, 2027-07-02 half, 2027-11-26 full".
//
// Shape:   entries separated by commas; a date, blanks, one of the words closed, half and full.
//          Blanks around an entry and an empty last entry do not count.
// Errors:  kInvalidArgument names the entry that is wrong. What the dates mean together is judged
//          by ExchangeCalendar::Create().
// Threads: any.

#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "calendar/day.h"

namespace bulwark::calendar {

base::Result<std::vector<Override>> ParseOverrides(std::string_view text);

}  // namespace bulwark::calendar
