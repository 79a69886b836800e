// MARKET:* and METRICS:*, what the trader sees and how it fares.
//
// Shape:   MARKET:LAST_PRICE[:S] and METRICS:* are one plain float; LAST_TICK an object, OHLCV an
//          array of at most kBarsMax rows, oldest first, ACTIVE_SYMBOLS an array of names. Spaced
//          JSON.
// Units:   quote and base units; METRICS:PNL_DAILY is a fraction of the day's first equity;
//          latencies in milliseconds. A tick's timestamp is the source's event time, a bar's its
//          opening.
// Errors:  decoding is kCorrupt, naming the field and its value.
// Threads: any. Encoding allocates only when `out` has to grow.
// Source:  contract sections 1.2.4-1.2.9, 1.4

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "contract/array_text.h"
#include "model/instrument.h"
#include "model/market_data.h"

namespace bulwark::contract {

constexpr std::size_t kBarsMax = 50;

// A price or an amount of money: METRICS:TOTAL_VALUE, METRICS:CASH, MARKET:LAST_PRICE[:S].
void EncodeAmount(std::string& out, base::Decimal amount);
// METRICS:PNL_DAILY. Zero when the anchor is not positive.
void EncodeDailyPnl(std::string& out, base::Decimal equity, base::Decimal day_anchor);
// METRICS:LATENCY:*; a negative span (a clock that jumped) is written as 0.0.
void EncodeLatency(std::string& out, base::Nanos span);

struct LastTick {
  std::string symbol;
  base::Decimal price;
  base::UnixNanos at;

  bool operator==(const LastTick&) const = default;
};

void EncodeLastTick(std::string& out, std::string_view symbol, base::Decimal price,
                    base::UnixNanos event_at);
base::Result<LastTick> DecodeLastTick(std::string_view text);

// Only the last kBarsMax bars are written.
void EncodeBars(std::string& out, std::span<const model::Bar> bars);

// The document of one instrument's candles, kept from one time to the next: only candles that are
// new or have changed are written again.
class BarsText {
 public:
  // What EncodeBars() writes; valid until the next call.
  std::string_view Of(std::span<const model::Bar> bars);

 private:
  std::vector<model::Bar> bars_;  // What text_ shows.
  ArrayText text_;
};

// Instrument and closing time of the bars are unset: the document does not say them.
base::Result<std::vector<model::Bar>> DecodeBars(std::string_view text);

void EncodeActiveSymbols(std::string& out, const model::InstrumentTable& instruments);
base::Result<std::vector<std::string>> DecodeActiveSymbols(std::string_view text);

}  // namespace bulwark::contract
