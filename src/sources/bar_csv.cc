#include "sources/bar_csv.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/decimal.h"
#include "base/result.h"
#include "sources/field_values.h"
#include "store/rows.h"

namespace bulwark::sources {
namespace {

constexpr std::array<std::string_view, 8> kNames{"timestamp", "symbol", "open",   "high",
                                                 "low",       "close",  "volume", "adj_close"};

}  // namespace

std::size_t BarCsv::Split(std::string_view line) {
  std::size_t count = 0;
  while (count < kFieldsMax) {
    const std::size_t comma = line.find(',');
    fields_.at(count++) = line.substr(0, comma);
    if (comma == std::string_view::npos) {
      return count;
    }
    line.remove_prefix(comma + 1);
  }
  return kFieldsMax + 1;
}

base::Result<BarCsv> BarCsv::FromHeader(std::string_view header) {
  BarCsv csv;
  csv.columns_ = csv.Split(header);
  if (csv.columns_ > kFieldsMax) {
    return base::Fail(base::ErrorCode::kInvalidArgument, "the header has too many columns");
  }
  const auto names = std::span(csv.fields_).first(csv.columns_);
  for (std::size_t column = 0; column < kColumns; ++column) {
    const auto found = std::ranges::find(names, kNames.at(column));
    const bool is_there = found != names.end();
    csv.place_.at(column) = is_there ? static_cast<std::size_t>(found - names.begin()) : kFieldsMax;
    if (!is_there && column != kAdjusted) {
      return base::Fail(base::ErrorCode::kInvalidArgument,
                        "the header " + Shown(header) + " has no column '" +
                            std::string(kNames.at(column)) + "'");
    }
  }
  return csv;
}

base::Result<void> BarCsv::Decode(std::string_view line, SymbolBar& row) {
  const std::size_t count = Split(line);
  if (count != columns_) {
    return base::Fail(base::ErrorCode::kCorrupt, "the row has " + std::to_string(count) +
                                                     " columns, the header " +
                                                     std::to_string(columns_));
  }
  if (const auto problem = store::SymbolProblem(Field(kSymbol))) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      "symbol " + Shown(Field(kSymbol)) + ": " + *problem);
  }
  row.symbol = Field(kSymbol);
  const auto at = MomentOf(kNames[kTime], Field(kTime));
  if (!at) {
    return tl::unexpected<base::Error>(at.error());
  }
  row.bar.at = *at;
  using Price = std::pair<Column, base::Decimal store::Bar::*>;
  for (const auto& [column, price] :
       {Price{kOpen, &store::Bar::open}, Price{kHigh, &store::Bar::high},
        Price{kLow, &store::Bar::low}, Price{kClose, &store::Bar::close}}) {
    const auto value = PositiveOf(kNames.at(column), Field(column));
    if (!value) {
      return tl::unexpected<base::Error>(value.error());
    }
    row.bar.*price = *value;
  }
  const auto volume = SizeOf(kNames[kVolume], Field(kVolume));
  const auto adjusted = SizeOf(kNames[kAdjusted], Field(kAdjusted));
  if (!volume || !adjusted) {
    return tl::unexpected<base::Error>(volume ? adjusted.error() : volume.error());
  }
  row.bar.volume = *volume;
  row.bar.adjusted_close = *adjusted;
  return {};
}

}  // namespace bulwark::sources
