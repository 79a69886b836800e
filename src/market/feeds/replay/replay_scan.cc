#include "market/feeds/replay/replay_scan.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "market/feeds/replay/line_reader.h"
#include "market/feeds/replay/replay_source.h"
#include "market/feeds/replay/row_decoder.h"
#include "model/instrument.h"

namespace bulwark::market {
namespace {

// Collects what the rows say. A recording of more symbols than instruments can be is cut there: the
// table refuses it with a clear message.
class Scanner {
 public:
  void OnRow(const Row& row) {
    if (const auto* tick = std::get_if<TickRow>(&row)) {
      static_cast<void>(SymbolNumber(tick->symbol));
    } else if (const auto* bar = std::get_if<BarRow>(&row)) {
      OnBar(*bar);
    }
  }

  [[nodiscard]] bool is_empty() const { return symbols_.empty(); }

  ReplayScan Finish() {
    return {.symbols = std::move(symbols_),
            .bar_interval = interval_.value_or(std::chrono::minutes{1})};
  }

 private:
  void OnBar(const BarRow& bar) {
    const std::optional<std::size_t> number = SymbolNumber(bar.symbol);
    if (!number) {
      return;
    }
    std::optional<base::UnixNanos>& last = last_at_[*number];
    if (last && bar.at > *last) {
      interval_ = std::min(interval_.value_or(base::Nanos::max()), bar.at - *last);
    }
    last = bar.at;
  }

  std::optional<std::size_t> SymbolNumber(std::string_view symbol) {
    const auto found = std::find(symbols_.begin(), symbols_.end(), symbol);
    if (found != symbols_.end()) {
      return static_cast<std::size_t>(std::distance(symbols_.begin(), found));
    }
    if (symbols_.size() > model::kInstrumentsMax) {
      return std::nullopt;
    }
    symbols_.emplace_back(symbol);
    last_at_.emplace_back();
    return symbols_.size() - 1;
  }

  std::vector<std::string> symbols_;
  std::vector<std::optional<base::UnixNanos>> last_at_;  // Of each symbol's newest bar.
  std::optional<base::Nanos> interval_;
};

}  // namespace

base::Result<ReplayScan> ScanReplay(const std::string& path) {
  base::Result<ReplaySource> source = ReplaySource::Open(path);
  if (!source) {
    return tl::unexpected(source.error());
  }
  Scanner scanner;
  for (std::size_t rows = 0; rows < kScanRowsMax; ++rows) {
    const base::Result<std::optional<Line>> read = source->NextLine();
    if (!read && scanner.is_empty()) {
      return tl::unexpected(read.error());
    }
    const std::optional<Line> line = read ? *read : std::nullopt;
    if (!line) {
      break;
    }
    const base::Result<Row> row = source->decoder().Decode(line->text);
    if (row) {
      scanner.OnRow(*row);
    }
  }
  return scanner.Finish();
}

base::Result<model::InstrumentTable> PrepareInstruments(const std::string& path,
                                                        const model::InstrumentTable& configured) {
  const base::Result<ReplayScan> scan = ScanReplay(path);
  if (!scan) {
    return tl::unexpected(scan.error());
  }
  model::InstrumentTable table = configured;
  for (const std::string& symbol : scan->symbols) {
    if (table.Find(symbol)) {
      continue;
    }
    const base::Result<model::Instrument> instrument = model::DefaultInstrument(symbol);
    if (!instrument) {
      return base::FailWith(path, instrument.error());
    }
    const base::Result<model::InstrumentId> added = table.Add(*instrument);
    if (!added) {
      return base::FailWith(path, added.error());
    }
  }
  return table;
}

}  // namespace bulwark::market
