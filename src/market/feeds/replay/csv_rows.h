// Trade ticks or bars in CSV, found by the names in the header.
//
// Shape:   ticks need timestamp, symbol, price, size and may have side (BUY or SELL, the taker's);
//          bars need timestamp, symbol, open, high, low, close, volume. Other columns are passed
//          over. A row has as many columns as the header; quoting is not supported.
// Units:   timestamps are ISO 8601; without an offset they are UTC.
// Errors:  FromHeader(): kInvalidArgument naming the missing column. Decode(): as in row_decoder.h.
// Threads: one thread.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "market/feeds/replay/row_decoder.h"

namespace bulwark::market {

class CsvRows final : public RowDecoder {
 public:
  static constexpr std::size_t kColumnsMax = 64;

  static base::Result<std::unique_ptr<CsvRows>> FromHeader(std::string_view header);

  base::Result<Row> Decode(std::string_view line) override;

  [[nodiscard]] bool has_bars() const { return has_bars_; }

 private:
  enum Column : std::uint8_t {
    kTimestamp,
    kSymbol,
    kPrice,
    kSize,
    kSide,
    kOpen,
    kHigh,
    kLow,
    kClose,
    kVolume,
    kColumnCount,
  };
  static constexpr std::size_t kAbsent = std::numeric_limits<std::size_t>::max();
  static constexpr std::array<std::string_view, kColumnCount> kNames = {
      "timestamp", "symbol", "price", "size", "side", "open", "high", "low", "close", "volume"};

  CsvRows() = default;

  // Cuts a line into fields_; answers how many there are, kColumnsMax + 1 for too many.
  std::size_t Split(std::string_view line);
  [[nodiscard]] bool Has(Column column) const { return place_.at(column) != kAbsent; }
  [[nodiscard]] std::string_view Field(Column column) const {
    return fields_.at(place_.at(column));
  }
  [[nodiscard]] base::Result<Row> DecodeTick() const;
  [[nodiscard]] base::Result<Row> DecodeBar() const;

  std::array<std::size_t, kColumnCount> place_{};  // Where in the line; kAbsent for none.
  std::array<std::string_view, kColumnsMax> fields_{};
  std::size_t columns_ = 0;
  bool has_bars_ = false;
};

}  // namespace bulwark::market
