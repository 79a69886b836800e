#include "market/feeds/replay/csv_rows.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "market/feeds/replay/row_decoder.h"
#include "model/market_data.h"

namespace bulwark::market {
namespace {

base::Result<base::UnixNanos> TimeOf(std::string_view text) {
  const std::optional<base::UnixNanos> at = base::ParseIso(text);
  if (!at) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      "timestamp " + Shown(text) + " is not an ISO 8601 time");
  }
  return *at;
}

base::Result<model::Side> SideOf(std::string_view text) {
  if (text == "BUY" || text == "buy") {
    return model::Side::kBuy;
  }
  if (text == "SELL" || text == "sell") {
    return model::Side::kSell;
  }
  return base::Fail(base::ErrorCode::kCorrupt, "side " + Shown(text) + " is not BUY or SELL");
}

}  // namespace

base::Result<std::unique_ptr<CsvRows>> CsvRows::FromHeader(std::string_view header) {
  std::unique_ptr<CsvRows> rows(new CsvRows());
  rows->columns_ = rows->Split(header);
  if (rows->columns_ > kColumnsMax) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "the header has more than " + std::to_string(kColumnsMax) + " columns");
  }
  const std::span<const std::string_view> names = std::span(rows->fields_).first(rows->columns_);
  for (std::size_t column = 0; column < kColumnCount; ++column) {
    const auto found = std::find(names.begin(), names.end(), kNames.at(column));
    rows->place_.at(column) =
        found == names.end() ? kAbsent : static_cast<std::size_t>(found - names.begin());
  }
  rows->has_bars_ = !rows->Has(kPrice) && rows->Has(kOpen);
  constexpr std::array kTickColumns = {kTimestamp, kSymbol, kPrice, kSize};
  constexpr std::array kBarColumns = {kTimestamp, kSymbol, kOpen, kHigh, kLow, kClose, kVolume};
  const auto is_missing = [&](Column column) { return !rows->Has(column); };
  const auto* const missing =
      rows->has_bars_ ? std::find_if(kBarColumns.begin(), kBarColumns.end(), is_missing)
                      : std::find_if(kTickColumns.begin(), kTickColumns.end(), is_missing);
  if (missing != (rows->has_bars_ ? kBarColumns.end() : kTickColumns.end())) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "the header " + Shown(header) + " has no column '" +
                          std::string(kNames.at(*missing)) +
                          "'; replayed are trades (timestamp,symbol,price,size[,side]) and bars "
                          "(timestamp,symbol,open,high,low,close,volume)");
  }
  return rows;
}

base::Result<Row> CsvRows::Decode(std::string_view line) {
  const std::size_t columns = Split(line);
  if (columns != columns_) {
    return base::Fail(base::ErrorCode::kCorrupt, "the row has " + std::to_string(columns) +
                                                     " columns, the header " +
                                                     std::to_string(columns_));
  }
  if (Field(kSymbol).empty()) {
    return base::Fail(base::ErrorCode::kCorrupt, "symbol is empty");
  }
  return has_bars_ ? DecodeBar() : DecodeTick();
}

std::size_t CsvRows::Split(std::string_view line) {
  std::size_t count = 0;
  for (;;) {
    if (count == kColumnsMax) {
      return kColumnsMax + 1;
    }
    const std::size_t comma = line.find(',');
    fields_.at(count++) = line.substr(0, comma);
    if (comma == std::string_view::npos) {
      return count;
    }
    line.remove_prefix(comma + 1);
  }
}

base::Result<Row> CsvRows::DecodeTick() const {
  const auto at = TimeOf(Field(kTimestamp));
  if (!at) {
    return tl::unexpected(at.error());
  }
  const auto price = PriceOf(kNames[kPrice], Field(kPrice));
  if (!price) {
    return tl::unexpected(price.error());
  }
  const auto size = SizeOf(kNames[kSize], Field(kSize));
  if (!size) {
    return tl::unexpected(size.error());
  }
  const auto side =
      Has(kSide) ? SideOf(Field(kSide)) : base::Result<model::Side>(model::Side::kBuy);
  if (!side) {
    return tl::unexpected(side.error());
  }
  return TickRow{
      .symbol = Field(kSymbol), .side = *side, .price = *price, .size = *size, .at = *at};
}

base::Result<Row> CsvRows::DecodeBar() const {
  const auto at = TimeOf(Field(kTimestamp));
  if (!at) {
    return tl::unexpected(at.error());
  }
  constexpr std::array kPrices = {kOpen, kHigh, kLow, kClose};
  std::array<base::Decimal, kPrices.size()> prices{};
  for (std::size_t i = 0; i < kPrices.size(); ++i) {
    const auto price = PriceOf(kNames.at(kPrices.at(i)), Field(kPrices.at(i)));
    if (!price) {
      return tl::unexpected(price.error());
    }
    prices.at(i) = *price;
  }
  const auto volume = SizeOf(kNames[kVolume], Field(kVolume));
  if (!volume) {
    return tl::unexpected(volume.error());
  }
  const auto [open, high, low, close] = prices;
  if (high < std::max({open, low, close}) || low > std::min({open, high, close})) {
    return base::Fail(base::ErrorCode::kCorrupt, "high " + Shown(Field(kHigh)) + " and low " +
                                                     Shown(Field(kLow)) + " do not hold open " +
                                                     Shown(Field(kOpen)) + " and close " +
                                                     Shown(Field(kClose)));
  }
  return BarRow{.symbol = Field(kSymbol),
                .open = open,
                .high = high,
                .low = low,
                .close = close,
                .volume = *volume,
                .at = *at};
}

}  // namespace bulwark::market
