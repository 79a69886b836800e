// The SEC's list of a day's filings, and its list of those lists.
//
// Shape:   only Forms 4 and 4/A, each accession once: a filing is listed under its issuer and each
//          owner. Company names hold runs of blanks, so lines are read from the right.
// Errors:  kCorrupt for what is no such list, and for a line of a form we take that cannot be read.
// Threads: pure.
// Source:  docs/data.md#sec-edgar

#pragma once

#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bulwark::sources {

struct IndexEntry {
  std::string form;
  std::vector<std::string> ciks;  // Of all who it is listed under, without leading zeros.
  std::chrono::sys_days filed;
  std::string path;  // "edgar/data/1234567/0001234567-26-000042.txt"
  std::string accession;

  bool operator==(const IndexEntry&) const = default;
};

// In the order in which they are first listed.
base::Result<std::vector<IndexEntry>> ParseDailyIndex(std::string_view text);

// The names in a folder, from its index.json.
base::Result<std::set<std::string>> ParseFolder(std::string_view body);

// "https://www.sec.gov/Archives/edgar/daily-index/2026/QTR4/index.json" for a base address.
std::string QuarterListUrl(std::string_view base_url, std::chrono::sys_days day);
// ".../QTR4/form.20261119.idx" in the same folder.
std::string DailyIndexUrl(std::string_view base_url, std::chrono::sys_days day);
std::string FilingUrl(std::string_view base_url, std::string_view path);

}  // namespace bulwark::sources
