#include "sources/import_document.h"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "calendar/exchange_calendar.h"
#include "market/feeds/replay/line_reader.h"
#include "sources/finra.h"
#include "sources/import.h"
#include "sources/ownership.h"
#include "sources/publication.h"
#include "sql/connection.h"
#include "store/company_tables.h"
#include "store/filing_table.h"
#include "store/rows.h"

namespace bulwark::sources {
namespace {

constexpr std::size_t kDocumentMax = std::size_t{64} << 20;

// The rows of a file of one settlement day became known with its publication.
base::Result<void> ImportShortInterest(sql::Connection& connection, std::string_view body,
                                       const ImportOptions& options, ImportReport& report) {
  report.kind = "short interest";
  auto page = ParseFinraFile(body);
  if (!page) {
    return tl::unexpected<base::Error>(page.error());
  }
  std::map<std::chrono::sys_days, std::vector<store::ShortInterest>> by_day;
  std::set<std::string> symbols;
  for (store::ShortInterest& row : page->rows) {
    symbols.insert(row.symbol);
    by_day[row.settled].push_back(std::move(row));
  }
  for (const auto& [settled, rows] : by_day) {
    const auto changed =
        store::PutShortInterest(connection, options.source,
                                ShortInterestKnownAt(calendar::ExchangeCalendar(), settled), rows);
    if (!changed) {
      return tl::unexpected<base::Error>(changed.error());
    }
    report.changed += *changed;
  }
  report.rows = page->rows.size();
  report.refused = page->skipped;
  report.symbols = symbols.size();
  return {};
}

base::Result<void> ImportFiling(sql::Connection& connection, const base::Result<Filing>& filing,
                                ImportReport& report) {
  report.kind = "insiders' transactions";
  if (!filing) {
    return tl::unexpected<base::Error>(filing.error());
  }
  if (filing->accession.empty()) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "neither the filing nor the file's name tells the accession number");
  }
  const auto changed = store::PutFiling(connection, filing->accession, filing->transactions);
  if (!changed) {
    return tl::unexpected<base::Error>(changed.error());
  }
  report.rows = filing->transactions.size();
  report.changed = *changed;
  report.symbols = filing->transactions.empty() ? 0 : 1;
  return {};
}

}  // namespace

base::Result<std::string> ReadWhole(market::LineReader& lines) {
  if (const auto rewound = lines.Rewind(); !rewound) {
    return tl::unexpected<base::Error>(rewound.error());
  }
  std::string body;
  for (;;) {
    const auto line = lines.Next();
    if (!line) {
      return tl::unexpected<base::Error>(line.error());
    }
    const std::optional<market::Line> text = *line;
    if (!text) {
      return body;
    }
    body += text->text;
    body += '\n';
    if (text->is_too_long || body.size() > kDocumentMax) {
      return base::Fail(base::ErrorCode::kCorrupt, "the document is too large");
    }
  }
}

base::Result<void> ImportDocument(sql::Connection& connection, std::string_view body,
                                  const std::string& path, const ImportOptions& options,
                                  ImportReport& report) {
  if (body.starts_with("accountingYearMonthNumber|")) {
    return ImportShortInterest(connection, body, options, report);
  }
  if (body.find("<XML>") != std::string_view::npos) {
    return ImportFiling(connection, ParseSubmission(body), report);
  }
  if (body.find("<ownershipDocument") != std::string_view::npos) {
    const std::string name = std::filesystem::path(path).filename();
    return ImportFiling(
        connection, ParseOwnership(body, FindAccession(name).value_or(""), std::nullopt), report);
  }
  return base::Fail(base::ErrorCode::kInvalidArgument,
                    "the first line is that of no file Bulwark can import; see docs/data.md");
}

}  // namespace bulwark::sources
