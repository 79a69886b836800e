#include "sources/finra.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "sources/csv_fields.h"
#include "sources/field_values.h"
#include "store/rows.h"

namespace bulwark::sources {
namespace {

using nlohmann::json;
using FieldReader = std::function<std::string(std::string_view)>;

constexpr std::array<std::string_view, 11> kColumns{"symbolCode",
                                                    "issueName",
                                                    "marketClassCode",
                                                    "currentShortPositionQuantity",
                                                    "previousShortPositionQuantity",
                                                    "stockSplitFlag",
                                                    "averageDailyVolumeQuantity",
                                                    "daysToCoverQuantity",
                                                    "revisionFlag",
                                                    "changePercent",
                                                    "settlementDate"};

base::Result<std::optional<base::Decimal>> SignedOf(std::string_view name,
                                                    const std::string& text) {
  if (text.empty()) {
    return std::nullopt;
  }
  const auto value = NumberOf(name, text);
  if (!value) {
    return tl::unexpected<base::Error>(value.error());
  }
  return *value;
}

base::Result<std::optional<std::int64_t>> SharesOf(std::string_view name, const std::string& text) {
  auto count = CountOf(name, text);
  if (count && count->value_or(0) < 0) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      fmt::format("{} {} is no number of shares", name, Shown(text)));
  }
  return count;
}

// Empty when the symbol is none of ours.
base::Result<std::optional<store::ShortInterest>> RowOf(const FieldReader& field) {
  store::ShortInterest row{.symbol = CanonicalSymbol(field("symbolCode")),
                           .issue_name = field("issueName"),
                           .market = field("marketClassCode"),
                           .is_split = !field("stockSplitFlag").empty(),
                           .is_revised = !field("revisionFlag").empty()};
  if (store::SymbolProblem(row.symbol)) {
    return std::nullopt;
  }
  const auto settled = DateOf("settlementDate", field("settlementDate"));
  if (!settled) {
    return tl::unexpected<base::Error>(settled.error());
  }
  row.settled = *settled;
  const auto count = [&](std::string_view name) { return SharesOf(name, field(name)); };
  const auto shares = count("currentShortPositionQuantity");
  const auto before = count("previousShortPositionQuantity");
  const auto volume = count("averageDailyVolumeQuantity");
  for (const auto* number : {&shares, &before, &volume}) {
    if (!*number) {
      return tl::unexpected<base::Error>(number->error());
    }
  }
  const std::optional<std::int64_t> held = *shares;
  if (!held) {
    return base::Fail(base::ErrorCode::kCorrupt, "currentShortPositionQuantity is empty");
  }
  row.shares = *held;
  row.shares_before = *before;
  row.average_daily_volume = *volume;
  const auto days = SizeOf("daysToCoverQuantity", field("daysToCoverQuantity"));
  const auto change = SignedOf("changePercent", field("changePercent"));
  if (!days || !change) {
    return tl::unexpected<base::Error>(days ? change.error() : days.error());
  }
  row.days_to_cover = *days;
  row.change_percent = *change;
  return row;
}

std::string TextOf(const json& value) {
  if (value.is_string()) {
    return std::string(Trimmed(value.get<std::string>()));
  }
  return value.is_null() || value.is_structured() ? std::string() : value.dump();
}

std::string_view TakeLine(std::string_view& body) {
  const std::size_t end = body.find('\n');
  std::string_view line = body.substr(0, end);
  body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  return line;
}

base::Result<void> Take(base::Result<std::optional<store::ShortInterest>> row,
                        const std::string& place, ShortInterestPage& page) {
  if (!row) {
    return base::FailWith(place, row.error());
  }
  if (std::optional<store::ShortInterest> taken = *std::move(row)) {
    page.rows.push_back(*std::move(taken));
  } else {
    ++page.skipped;
  }
  return {};
}

}  // namespace

base::Result<ShortInterestPage> ParseFinraFile(std::string_view body) {
  CsvFields splitter('|');
  const std::vector<std::string> header = splitter.Split(TakeLine(body));
  for (const std::string_view column : kColumns) {
    if (ColumnOf(header, column) == header.size()) {
      return base::Fail(base::ErrorCode::kCorrupt,
                        "no file of short interest: its first line has no " + std::string(column));
    }
  }
  ShortInterestPage page;
  for (std::uint64_t number = 2; !body.empty(); ++number) {
    const std::string_view line = TakeLine(body);
    if (line.empty()) {
      continue;
    }
    const std::vector<std::string>& fields = splitter.Split(line);
    const std::string place = "line " + std::to_string(number);
    if (fields.size() != header.size()) {
      return base::Fail(
          base::ErrorCode::kCorrupt,
          fmt::format("{}: {} columns, the header has {}", place, fields.size(), header.size()));
    }
    const FieldReader field = [&](std::string_view name) {
      return std::string(Trimmed(fields.at(ColumnOf(header, name))));
    };
    if (const auto taken = Take(RowOf(field), place, page); !taken) {
      return tl::unexpected<base::Error>(taken.error());
    }
  }
  if (const auto distinct = RequireDistinct(page.rows); !distinct) {
    return tl::unexpected<base::Error>(distinct.error());
  }
  return page;
}

base::Result<ShortInterestPage> ParseFinraJson(std::string_view body) {
  const json document = json::parse(body, nullptr, false);
  if (!document.is_array()) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      "expected a JSON array of short interest, got " + Shown(body));
  }
  ShortInterestPage page;
  for (std::size_t at = 0; at < document.size(); ++at) {
    const json& element = document[at];
    const std::string place = "element " + std::to_string(at);
    if (!element.is_object()) {
      return base::Fail(base::ErrorCode::kCorrupt, place + " is no object");
    }
    const FieldReader field = [&](std::string_view name) {
      const auto found = element.find(name);
      return found == element.end() ? std::string() : TextOf(*found);
    };
    if (const auto taken = Take(RowOf(field), place, page); !taken) {
      return tl::unexpected<base::Error>(taken.error());
    }
  }
  if (const auto distinct = RequireDistinct(page.rows); !distinct) {
    return tl::unexpected<base::Error>(distinct.error());
  }
  return page;
}

base::Result<void> RequireDistinct(std::span<const store::ShortInterest> rows) {
  std::set<std::tuple<std::string_view, std::chrono::sys_days, bool>> seen;
  for (const store::ShortInterest& row : rows) {
    if (!seen.emplace(row.symbol, row.settled, row.is_revised).second) {
      return base::Fail(base::ErrorCode::kCorrupt,
                        fmt::format("two {}rows of {} for {}", row.is_revised ? "revised " : "",
                                    row.symbol, base::FormatDate(row.settled)));
    }
  }
  return {};
}

std::string FinraFileUrl(std::string_view base_url, std::chrono::sys_days settled) {
  std::string date = base::FormatDate(settled);
  std::erase(date, '-');
  return fmt::format("{}/equity/otcmarket/biweekly/shrt{}.csv", base_url, date);
}

}  // namespace bulwark::sources
