// One line of a recording, understood: the common form of all replay formats.
//
// Shape:   prices positive, sizes and volumes not negative, high >= open, close >= low; the symbol
//          is the text of the file, not yet looked up.
// Errors:  Decode() fails with kCorrupt and a message that names the wrong value; the file and the
//          line are added by the caller.
// Threads: one thread per decoder.
// Owner:   a row's symbol points into the line or into the decoder; it lives until the next
//          Decode().

#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "model/market_data.h"

namespace bulwark::market {

struct TickRow {
  std::string_view symbol;
  model::Side side = model::Side::kBuy;
  base::Decimal price;
  base::Decimal size;
  base::UnixNanos at;
};

struct BarRow {
  std::string_view symbol;
  base::Decimal open;
  base::Decimal high;
  base::Decimal low;
  base::Decimal close;
  base::Decimal volume;
  base::UnixNanos at;  // As labelled in the file.
};

// Sound, but of a kind that is not replayed.
struct IgnoredRow {};

using Row = std::variant<IgnoredRow, TickRow, BarRow>;

class RowDecoder {
 public:
  RowDecoder() = default;
  virtual ~RowDecoder() = default;
  RowDecoder(const RowDecoder&) = delete;
  RowDecoder& operator=(const RowDecoder&) = delete;
  RowDecoder(RowDecoder&&) = delete;
  RowDecoder& operator=(RowDecoder&&) = delete;

  virtual base::Result<Row> Decode(std::string_view line) = 0;
};

// A value from a file as shown in a message: quoted, at most 40 characters, nothing unprintable.
std::string Shown(std::string_view value);

// Reads a decimal that must be positive (a price) or not negative (a size). Of a size, decimals
// after the eighth are cut: vendors sum volumes in floating point; a price with them is refused.
base::Result<base::Decimal> PriceOf(std::string_view name, std::string_view text);
base::Result<base::Decimal> SizeOf(std::string_view name, std::string_view text);

}  // namespace bulwark::market
