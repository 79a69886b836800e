#include "sources/file_bars.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/time.h"
#include "market/feeds/replay/line_reader.h"
#include "sources/alpha_vantage.h"
#include "sources/bar_csv.h"
#include "sources/bar_source.h"
#include "sources/refusal.h"
#include "store/bar_table.h"
#include "store/rows.h"

namespace bulwark::sources {
namespace {

base::Result<std::optional<market::Line>> NextLine(market::LineReader& lines) {
  auto line = lines.Next();
  if (line && line->value_or(market::Line{}).is_too_long) {
    return base::Fail(base::ErrorCode::kCorrupt, lines.path() + ": a line is too long");
  }
  return line;
}

}  // namespace

base::Result<std::unique_ptr<FileBars>> FileBars::Load(const std::string& path) {
  auto lines = market::LineReader::Open(path);
  if (!lines) {
    return tl::unexpected<base::Error>(lines.error());
  }
  auto line = NextLine(*lines);
  auto csv = line ? BarCsv::FromHeader(line->value_or(market::Line{}).text)
                  : base::Result<BarCsv>(tl::unexpected(line.error()));
  if (!csv) {
    return base::FailWith(path, csv.error());
  }
  Bars bars;
  std::set<base::UnixNanos> times;
  SymbolBar row;
  for (std::size_t count = 0;; ++count) {
    line = NextLine(*lines);
    if (!line) {
      return tl::unexpected<base::Error>(line.error());
    }
    const std::optional<market::Line> text = *line;
    if (!text) {
      return std::unique_ptr<FileBars>(new FileBars(std::move(bars), std::move(times)));
    }
    const auto decoded = csv->Decode(text->text, row);
    if (!decoded || count == kRowsMax) {
      return base::Fail(base::ErrorCode::kCorrupt,
                        path + ":" + std::to_string(text->number) + ": " +
                            (decoded ? "too many rows" : decoded.error().message));
    }
    bars[row.symbol].push_back(row.bar);
    times.insert(row.bar.at);
  }
}

// A row of a wrong year after it says nothing of the days before.
store::Window FileBars::KnownBefore(base::UnixNanos end) const {
  const auto after = times_.lower_bound(end);
  if (after == times_.begin()) {
    return {.from = end, .to = end};
  }
  return {.from = *times_.begin(), .to = *std::prev(after) + store::LengthOf(store::Span::kDay)};
}

base::Result<BarAnswer> FileBars::Fetch(const BarRequest& request) {
  const auto found = bars_.find(request.series.symbol);
  if (found == bars_.end()) {
    return Refusal{.kind = RefusalKind::kUnknownSymbol, .text = "the file has no bars of it"};
  }
  DailyBars answer{.bars = {}, .actions = {}, .known = KnownBefore(request.window.to)};
  std::ranges::copy_if(found->second, std::back_inserter(answer.bars), [&](const store::Bar& bar) {
    return bar.at >= request.window.from && bar.at < request.window.to;
  });
  std::ranges::stable_sort(answer.bars, {}, &store::Bar::at);
  return answer;
}

}  // namespace bulwark::sources
