#include "market/feeds/replay/replay_source.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "market/feeds/replay/binance_frames.h"
#include "market/feeds/replay/csv_rows.h"
#include "market/feeds/replay/line_reader.h"

namespace bulwark::market {
namespace {

bool IsBlank(const std::optional<Line>& line) {
  return line && line->text.empty() && !line->is_too_long;
}

}  // namespace

base::Result<ReplaySource> ReplaySource::Open(const std::string& path) {
  base::Result<LineReader> lines = LineReader::Open(path);
  if (!lines) {
    return tl::unexpected(lines.error());
  }
  ReplaySource source(std::move(*lines));
  const base::Result<std::optional<Line>> first = source.NextLine();
  if (!first) {
    return tl::unexpected(first.error());
  }
  const std::optional<Line>& line = *first;
  if (!line) {
    return base::Fail(base::ErrorCode::kInvalidArgument, path + ": the file is empty");
  }
  if (BinanceFrames::IsFrame(line->text)) {
    source.decoder_ = std::make_unique<BinanceFrames>();
    const base::Result<bool> rewound = source.lines_.Rewind();
    if (!rewound) {
      return tl::unexpected(rewound.error());
    }
    return source;
  }
  base::Result<std::unique_ptr<CsvRows>> rows = CsvRows::FromHeader(line->text);
  if (!rows) {
    return base::FailWith(source.Place(*line), rows.error());
  }
  source.decoder_ = std::move(*rows);
  source.has_header_ = true;
  return source;
}

base::Result<std::optional<Line>> ReplaySource::NextLine() {
  for (;;) {
    base::Result<std::optional<Line>> read = lines_.Next();
    const bool is_blank = read && IsBlank(*read);
    if (!is_blank) {
      return read;
    }
  }
}

base::Result<bool> ReplaySource::Rewind() {
  base::Result<bool> rewound = lines_.Rewind();
  if (rewound && has_header_) {
    const base::Result<std::optional<Line>> header = NextLine();
    if (!header) {
      return tl::unexpected(header.error());
    }
  }
  return rewound;
}

std::string ReplaySource::Place(const Line& line) const {
  return path() + ":" + std::to_string(line.number);
}

}  // namespace bulwark::market
