// What can be traded, and in which steps of price and quantity.
//
// Shape:   instruments are numbered 0..n-1 in the order of the table; all per-instrument state
//          elsewhere is an array over that number. A table never changes after start.
// Units:   tick and lot in quote and base units.
// Errors:  Add() refuses a duplicate symbol, a step that is not positive, and more than
//          kInstrumentsMax.
// Threads: a value; built at start, then read by any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/fixed_string.h"
#include "base/result.h"

namespace bulwark::model {

constexpr std::size_t kInstrumentsMax = 64;

using Symbol = base::FixedString<24>;
using Sector = base::FixedString<32>;

// Index into the instrument table.
struct InstrumentId {
  std::uint16_t index = 0;

  friend constexpr auto operator<=>(InstrumentId, InstrumentId) = default;
};

struct Instrument {
  InstrumentId id;
  Symbol symbol;        // Canonical form, "BTC/USDT": what the contract shows.
  Symbol venue_symbol;  // "BTCUSDT": what feeds and venues call it.
  base::Decimal tick_size;
  base::Decimal lot_size;
  base::Decimal min_notional;  // Zero for none.
  Sector sector;               // Empty when nobody said.
};

// What rules an instrument is under.
enum class AssetKind : std::uint8_t {
  kPair,    // "BTC/USDT": no security.
  kEquity,  // Anything else is taken for a US security: to be wrong then only costs entries.
};

AssetKind KindOf(const Instrument& instrument);

class InstrumentTable {
 public:
  // Gives the instrument the next number; `id` of the argument is ignored.
  base::Result<InstrumentId> Add(Instrument instrument);

  // Finds by canonical or venue symbol.
  [[nodiscard]] std::optional<InstrumentId> Find(std::string_view symbol) const;
  // Requires: the id came from this table.
  [[nodiscard]] const Instrument& operator[](InstrumentId id) const { return rows_.at(id.index); }
  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] const std::vector<Instrument>& rows() const { return rows_; }

 private:
  std::vector<Instrument> rows_;
};

// The canonical instrument for a symbol nobody configured: "BTCUSDT" and "BTC/USDT" become the pair
// BTC/USDT with tick 0.01 and lot 0.00001; anything else ("MSFT") is itself with tick 0.01 and lot
// 1.
// Errors: kInvalidArgument for an empty or too long symbol, or one with characters outside
//         [A-Za-z0-9._/-].
base::Result<Instrument> DefaultInstrument(std::string_view symbol);

}  // namespace bulwark::model
