// Puts a file of market data into the store: bars, corporate actions, fundamentals, members of a
// universe, short interest, insiders' filings.
//
// Shape:   plain or zstd; what it holds is told from its first line. Rows are committed in batches,
//          and a repeated import changes nothing, so that one that was stopped is simply run again.
//          A row that cannot be read is refused, counted and, for the first few, explained; the
//          rest is taken.
// Errors:  kNotFound, kUnavailable: file or store; kCorrupt: a damaged zstd stream (what came
//          before it is stored) or a document that cannot be read as a whole; kInvalidArgument: a
//          file that is none of these.
// Threads: one at a time.
// Source:  docs/data.md#files

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "store/rows.h"
#include "store/store.h"

namespace bulwark::sources {

struct ImportOptions {
  std::optional<store::Span> span;  // Of bars; empty: told from the first two rows.
  std::string universe = "sp500";   // For a list of members.
  std::chrono::sys_days today;      // The day of a list of members.
  std::string source = "file";
  base::UnixNanos now = base::UnixNanos::max();  // Bars that begin later are refused.
  std::function<bool()> is_stopped = [] { return false; };
};

struct ImportReport {
  std::string kind;  // "bars of 1d", "corporate actions", ...
  std::uint64_t rows = 0;
  std::uint64_t refused = 0;
  std::int64_t changed = 0;  // New or different from what was stored.
  std::uint64_t symbols = 0;
  std::vector<std::string> problems;  // At most kProblemsShown.
  bool is_stopped = false;

  static constexpr std::size_t kProblemsShown = 10;
};

base::Result<ImportReport> ImportFile(store::Store& store, const std::string& path,
                                      const ImportOptions& options);

}  // namespace bulwark::sources
