// The policy on day trades that the settings ask for.
//
// Errors:  kInvalidArgument for a date of the broker's answer that is no date.
// Threads: any.
// Source:  docs/day-trades.md#in-the-trader

#pragma once

#include <optional>

#include "base/result.h"
#include "config/settings.h"
#include "engine/day_trade_book.h"

namespace bulwark::trader {

// Empty when the owner is under no such rules.
base::Result<std::optional<engine::DayTradeSetup>> MakeDayTrades(
    const config::DayTradeSettings& settings);

}  // namespace bulwark::trader
