// Bars of many symbols in CSV, found by the names in the header.
//
// Shape:   timestamp, symbol, open, high, low, close, volume, and adj_close where there is one;
//          other columns are passed over. Low and high need not hold open and close: old indices
//          do not, and a check says so, not the reader. volume and adj_close may be empty. Plain
//          fields, without quotes.
// Units:   timestamps are ISO 8601; without an offset they are UTC.
// Errors:  FromHeader(): kInvalidArgument naming the missing column. Decode(): kCorrupt naming the
//          field and its value.
// Threads: one thread.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/rows.h"

namespace bulwark::sources {

struct SymbolBar {
  std::string symbol;
  store::Bar bar;
};

class BarCsv {
 public:
  static base::Result<BarCsv> FromHeader(std::string_view header);
  // Fills `row`, whose memory is used again.
  base::Result<void> Decode(std::string_view line, SymbolBar& row);

 private:
  enum Column : std::uint8_t { kTime, kSymbol, kOpen, kHigh, kLow, kClose, kVolume, kAdjusted };
  static constexpr std::size_t kColumns = 8;
  static constexpr std::size_t kFieldsMax = 64;

  BarCsv() = default;
  std::size_t Split(std::string_view line);
  [[nodiscard]] std::string_view Field(Column column) const {
    const std::size_t at = place_.at(column);
    return at == kFieldsMax ? std::string_view() : fields_.at(at);
  }

  std::array<std::size_t, kColumns> place_{};  // kFieldsMax: the file has no such column.
  std::array<std::string_view, kFieldsMax> fields_{};
  std::size_t columns_ = 0;
};

}  // namespace bulwark::sources
