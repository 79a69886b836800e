// The texts of `bulwark data show` and `bulwark data check`.
//
// Errors:  those of the store.
// Threads: one at a time, as the store.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "store/store.h"

namespace bulwark::app {

// One line per series of all symbols.
base::Result<std::string> ShowAll(store::Store& store);
// Everything that is known of one symbol; kNotFound when that is nothing.
base::Result<std::string> ShowSymbol(store::Store& store, const std::string& symbol,
                                     base::UnixNanos now);

struct CheckReport {
  std::string text;
  std::uint64_t findings = 0;  // Without those that are explained.
};
// Of all symbols when the list is empty.
base::Result<CheckReport> CheckSymbols(store::Store& store, const std::vector<std::string>& symbols,
                                       const calendar::ExchangeCalendar& calendar);

}  // namespace bulwark::app
