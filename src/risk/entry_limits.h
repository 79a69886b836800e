// What the owner allows an entry: size, price, share of the account, pace.
//
// Shape:   one value for the whole program; the names of the settings are in docs/risk.md#limits.
// Units:   prices and notional in quote units, quantities in base units, percent of equity unless
//          said otherwise.
// Threads: a value; never changes after start.

#pragma once

#include <bitset>
#include <chrono>
#include <cstddef>

#include "base/decimal.h"
#include "base/time.h"
#include "model/instrument.h"
#include "risk/message_log.h"

namespace bulwark::risk {

// One bit for each number of the instrument table.
using Instruments = std::bitset<model::kInstrumentsMax>;

struct EntryLimits {
  Instruments restricted;
  base::Decimal price_min = base::Decimal::FromInt(5);             // Of a share.
  base::Decimal collar_percent = base::Decimal::FromInt(5);        // Of the mark.
  base::Decimal quantity_max = base::Decimal::FromInt(1'000'000);  // Of one order.
  base::Decimal notional_max = base::Decimal::FromInt(10'000);     // Of one order.
  base::Decimal volume_percent;  // Of a candle's average volume; zero for any.
  base::Decimal position_percent_max = base::Decimal::FromInt(5);
  base::Decimal sector_percent_max = base::Decimal::FromInt(25);
  base::Decimal gross_percent_max = base::Decimal::FromInt(100);
  base::Decimal cash_reserve_percent = base::Decimal::FromInt(10);
  base::Decimal cash_buffer_percent = base::Decimal::FromInt(1);  // Of the order's notional.
  std::size_t positions_max = 20;
  std::size_t daily_trades_max = 50;   // Zero for any.
  std::size_t candle_entries_max = 1;  // Zero for any.
  base::Nanos candle{std::chrono::seconds{1}};
  base::Nanos cooldown{std::chrono::seconds{1}};
  base::Nanos duplicate_window{std::chrono::seconds{5}};
  MessageLimits messages;
};

}  // namespace bulwark::risk
