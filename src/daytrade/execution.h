// What moved shares of an instrument, as the count of day trades sees it.
//
// Units:   signed quantities: bought is positive.
// Threads: a value.
// Source:  docs/day-trades.md#counting

#pragma once

#include <cstdint>

#include "base/decimal.h"
#include "base/time.h"
#include "model/instrument.h"
#include "model/order.h"

namespace bulwark::daytrade {

// How shares came or went that no trade moved.
enum class Moved : std::uint8_t {
  kTransfer,  // Or a split: what came counts as held over night.
  kAccepted,  // A person accepted what the venue holds; when it was traded nobody knows.
};

struct Execution {
  model::InstrumentId instrument;
  model::OrderId order;
  model::TradeId trade;    // Unique for the account. Empty for shares that came without a trade.
  base::Decimal quantity;  // Signed.
  base::Decimal price;
  base::UnixNanos at;
  Moved moved = Moved::kTransfer;  // Where there is no trade.
};

}  // namespace bulwark::daytrade
