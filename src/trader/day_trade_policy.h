// The policy on day trades that the settings ask for.
//
// Errors:  kInvalidArgument for a date of the broker's answer that is no date, and for overrides of
//          the calendar that cannot be read.
// Threads: any.
// Source:  docs/day-trades.md#in-the-trader

#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "calendar/exchange_calendar.h"
#include "config/settings.h"
#include "engine/day_trade_book.h"
#include "model/instrument.h"

namespace bulwark::trader {

// Empty when the owner is under no such rules.
base::Result<std::optional<engine::DayTradeSetup>> MakeDayTrades(
    const config::DayTradeSettings& settings, std::string_view calendar_overrides = {});

// The hours of a market that closes; empty when anything of ours trades around the clock.
base::Result<std::optional<calendar::ExchangeCalendar>> MakeMarketHours(
    const model::InstrumentTable& instruments, std::string_view calendar_overrides);

}  // namespace bulwark::trader
