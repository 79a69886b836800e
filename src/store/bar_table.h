// Bars of one symbol in the store, the corporate actions that make them comparable, and which times
// were asked for.
//
// Shape:   one bar per symbol, span and time, whatever its source: what is stored later replaces
//          it, but an empty adjusted close leaves the one that is there while the close stays.
//          The watermark is the last bar. Coverage is a list of windows without overlap, in order;
//          windows that touch are one.
// Errors:  sql/error.h; kInvalidArgument for a symbol or a time that is none.
// Threads: one at a time, as the connection. The Put... and AddCoverage() functions require an open
//          transaction.
// Source:  docs/store.md#bars

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "sql/connection.h"
#include "store/rows.h"

namespace bulwark::store {

// From `from` on and before `to`.
struct Window {
  base::UnixNanos from;
  base::UnixNanos to;

  bool operator==(const Window&) const = default;
};

struct Series {
  std::string symbol;
  Span span = Span::kDay;
};

// Answers how many bars were new or changed.
base::Result<std::int64_t> PutBars(sql::Connection& connection, const Series& series,
                                   std::string_view source, std::span<const Bar> bars);
base::Result<std::int64_t> PutActions(sql::Connection& connection, const std::string& symbol,
                                      std::string_view source,
                                      std::span<const CorporateAction> actions);
base::Result<void> AddCoverage(sql::Connection& connection, const Series& series, Window window);

// In order of time.
base::Result<std::vector<Bar>> ReadBars(sql::Connection& connection, const Series& series,
                                        Window window);
base::Result<std::vector<CorporateAction>> ReadActions(sql::Connection& connection,
                                                       const std::string& symbol);
base::Result<std::vector<Window>> ReadCoverage(sql::Connection& connection, const Series& series);

// The time of the last bar that begins before `before`; empty when there is none.
base::Result<std::optional<base::UnixNanos>> Watermark(
    sql::Connection& connection, const Series& series,
    base::UnixNanos before = base::UnixNanos::max());
bool Covers(std::span<const Window> windows, Window wanted);

// What the store has of one series.
struct SeriesSummary {
  Series series;
  std::int64_t bars = 0;
  base::UnixNanos first;
  base::UnixNanos last;
  std::string sources;  // Joined with commas.
};
// All series, by symbol and span; or those of one symbol.
base::Result<std::vector<SeriesSummary>> Summaries(sql::Connection& connection,
                                                   std::string_view symbol = "");

// All time, for ReadBars().
inline constexpr Window kAllTime{base::UnixNanos::min(), base::UnixNanos::max()};

}  // namespace bulwark::store
