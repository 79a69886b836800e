// A recording opened and recognised: its lines, and the decoder that fits them.
//
// Shape:   the format is told by the first line with content: a Binance frame, else a CSV header.
//          The header is consumed; after Rewind() too.
// Errors:  as LineReader; kInvalidArgument for an empty file or a header that fits no format. The
//          messages name the file and the line.
// Threads: one thread.

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "market/feeds/replay/line_reader.h"
#include "market/feeds/replay/row_decoder.h"

namespace bulwark::market {

class ReplaySource {
 public:
  static base::Result<ReplaySource> Open(const std::string& path);

  // The next line with content after the header; empty at the end.
  base::Result<std::optional<Line>> NextLine();
  base::Result<bool> Rewind();

  RowDecoder& decoder() { return *decoder_; }
  [[nodiscard]] const std::string& path() const { return lines_.path(); }
  // "trades.csv:17": where a message points to.
  [[nodiscard]] std::string Place(const Line& line) const;

 private:
  explicit ReplaySource(LineReader lines) : lines_(std::move(lines)) {}

  LineReader lines_;
  std::unique_ptr<RowDecoder> decoder_;
  bool has_header_ = false;
};

}  // namespace bulwark::market
