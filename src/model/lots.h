// What is held of each instrument, lot by lot, oldest first: first in, first out.
//
// Shape:   at most kLotsMax lots per instrument; quantity and cost of a lot have the same sign,
//          negative for a short position. Above that number the newest lot takes in what comes, so
//          that the sums stay exact and only the newest prices are averaged.
// Units:   base units and quote units, signed.
// Errors:  none; taking more than is held stops the process.
// Threads: a trivially copyable value of 33 KB.
// Source:  docs/orders.md#lots

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/decimal.h"
#include "model/instrument.h"

namespace bulwark::model {

struct Lot {
  base::Decimal quantity;
  base::Decimal cost;

  bool operator==(const Lot&) const = default;
};

struct LotBook {
  static constexpr std::size_t kLotsMax = 32;

  enum class End : std::uint8_t { kOldest, kNewest };

  // Requires: the lot points the same way as those that are there.
  void Push(InstrumentId instrument, const Lot& lot, End end);
  // Removes so much, counted without sign, and answers what it cost, with its sign. Requires: that
  // much is held.
  base::Decimal Take(InstrumentId instrument, base::Decimal quantity, End end);
  // Each lot becomes new/old of its quantity at the same cost; what rounding leaves of `total`, the
  // new sum, goes to the newest.
  void Scale(InstrumentId instrument, base::Decimal total, std::uint32_t new_shares,
             std::uint32_t old_shares);

  [[nodiscard]] std::size_t size(InstrumentId instrument) const;
  // Oldest first. Requires: at < size().
  [[nodiscard]] const Lot& At(InstrumentId instrument, std::size_t at) const;

  bool operator==(const LotBook&) const = default;

  struct Ring {
    std::array<Lot, kLotsMax> lots;
    std::size_t first = 0;
    std::size_t count = 0;

    Lot& At(std::size_t at) { return lots.at((first + at) % kLotsMax); }
    [[nodiscard]] const Lot& At(std::size_t at) const { return lots.at((first + at) % kLotsMax); }
    void Drop(End end);
    Lot& Outer(End end);                       // Requires: there is one.
    bool operator==(const Ring& other) const;  // As lots, wherever they lie.
  };

  // Open, as in every value that a journal writes field by field; use the functions above.
  std::array<Ring, kInstrumentsMax> rings;
};

}  // namespace bulwark::model
