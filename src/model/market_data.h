// What a feed delivers: trades and bars.
//
// Shape:   prices are positive; sizes are not negative; high >= open, close, low >= 0.
// Units:   price in quote units, size in base units. event_at is the source's time of the event,
//          received_at our wall clock when the value entered the program. They may differ by any
//          sign: freshness is judged by received_at only.
// Threads: trivially copyable values.

#pragma once

#include <cstdint>
#include <variant>

#include "base/decimal.h"
#include "base/time.h"
#include "model/instrument.h"

namespace bulwark::model {

enum class Side : std::uint8_t { kBuy, kSell };

// One trade at the source. `side` is the side of the taker.
struct Tick {
  InstrumentId instrument;
  Side side = Side::kBuy;
  base::Decimal price;
  base::Decimal size;
  base::UnixNanos event_at;
  base::UnixNanos received_at;
};

// Trades of [open_at, close_at) summed up.
struct Bar {
  InstrumentId instrument;
  base::Decimal open;
  base::Decimal high;
  base::Decimal low;
  base::Decimal close;
  base::Decimal volume;
  base::UnixNanos open_at;
  base::UnixNanos close_at;
  base::UnixNanos received_at;
};

using MarketEvent = std::variant<Tick, Bar>;

}  // namespace bulwark::model
