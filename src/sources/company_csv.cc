#include "sources/company_csv.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "sources/csv_fields.h"
#include "sources/field_values.h"
#include "store/rows.h"

namespace bulwark::sources {

FileKind KindOf(std::string_view header) {
  if (header.starts_with("accountingYearMonthNumber|")) {
    return FileKind::kShortInterest;
  }
  CsvFields splitter;
  const std::vector<std::string> names = splitter.Split(header);
  const auto has = [&](std::string_view name) { return ColumnOf(names, name) < names.size(); };
  if (has("timestamp") && has("symbol") && has("open") && has("close")) {
    return FileKind::kBars;
  }
  if (has("symbol") && has("last_session_before_ex") && has("factor")) {
    return FileKind::kActions;
  }
  if (has("crawl_date") && has("symbol") && has("end_date")) {
    return FileKind::kFundamentals;
  }
  return has("Symbol") && (has("Security") || has("Name") || has("Sector")) ? FileKind::kMembers
                                                                            : FileKind::kUnknown;
}

base::Result<void> CompanyCsv::Take(std::string_view line) {
  fields_ = &splitter_.Split(line);
  if (fields_->size() != header_.size()) {
    return base::Fail(base::ErrorCode::kCorrupt, "the row has " + std::to_string(fields_->size()) +
                                                     " columns, the header " +
                                                     std::to_string(header_.size()));
  }
  return {};
}

base::Result<std::string> CompanyCsv::Field(std::string_view name) const {
  const std::size_t at = ColumnOf(header_, name);
  if (at == header_.size()) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "the header has no column '" + std::string(name) + "'");
  }
  return fields_->at(at);
}

std::string CompanyCsv::Optional(std::string_view name) const {
  const std::size_t at = ColumnOf(header_, name);
  return at == header_.size() ? std::string() : fields_->at(at);
}

base::Result<std::string> CompanyCsv::Symbol(std::string_view name) const {
  auto text = Field(name);
  if (!text) {
    return text;
  }
  std::string symbol = CanonicalSymbol(*text);
  if (const auto problem = store::SymbolProblem(symbol)) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      std::string(name) + " " + Shown(*text) + ": " + *problem);
  }
  return symbol;
}

base::Result<SymbolAction> CompanyCsv::Action(std::string_view line) {
  if (const auto taken = Take(line); !taken) {
    return tl::unexpected<base::Error>(taken.error());
  }
  auto symbol = Symbol("symbol");
  if (!symbol) {
    return tl::unexpected<base::Error>(symbol.error());
  }
  const auto through = DateOf("last_session_before_ex", Optional("last_session_before_ex"));
  const auto factor = PositiveOf("factor", Optional("factor"));
  if (!through || !factor) {
    return tl::unexpected<base::Error>(through ? factor.error() : through.error());
  }
  const std::string kind = Optional("kind");
  if (kind != "dividend" && !kind.starts_with("split")) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      "kind " + Shown(kind) + " is neither dividend nor split");
  }
  return SymbolAction{.symbol = *std::move(symbol),
                      .action = {.through = *through,
                                 .kind = kind == "dividend" ? store::ActionKind::kDividend
                                                            : store::ActionKind::kSplit,
                                 .factor = *factor}};
}

base::Result<SymbolFundamentals> CompanyCsv::Fundamentals(std::string_view line) {
  if (const auto taken = Take(line); !taken) {
    return tl::unexpected<base::Error>(taken.error());
  }
  auto symbol = Symbol("symbol");
  if (!symbol) {
    return tl::unexpected<base::Error>(symbol.error());
  }
  const auto known = DateOf("crawl_date", Optional("crawl_date"));
  const auto end = DateOf("end_date", Optional("end_date"));
  if (!known || !end) {
    return tl::unexpected<base::Error>(known ? end.error() : known.error());
  }
  SymbolFundamentals row{.symbol = *std::move(symbol), .facts = {}};
  for (std::size_t at = 0; at < header_.size(); ++at) {
    const std::string& name = header_[at];
    const std::string& value = fields_->at(at);
    if (value.empty() || name == "crawl_date" || name == "symbol" || name == "end_date") {
      continue;
    }
    // A report that was crawled on a day could be known by its end.
    row.facts.push_back({.metric = name,
                         .period_end = *end,
                         .known_at = *known + std::chrono::days{1},
                         .value = value});
  }
  return row;
}

base::Result<store::Member> CompanyCsv::Member(std::string_view line) {
  if (const auto taken = Take(line); !taken) {
    return tl::unexpected<base::Error>(taken.error());
  }
  auto symbol = Symbol("Symbol");
  if (!symbol) {
    return tl::unexpected<base::Error>(symbol.error());
  }
  const std::string security = Optional("Security");
  const std::string sector = Optional("GICS Sector");
  return store::Member{.symbol = *std::move(symbol),
                       .name = security.empty() ? Optional("Name") : security,
                       .sector = sector.empty() ? Optional("Sector") : sector,
                       .cik = Optional("CIK")};
}

}  // namespace bulwark::sources
