// Recorded WebSocket frames of Binance spot: `<local ns> <json>`, of which trades are taken.
//
// Shape:   a trade arrives wrapped ({"stream":"btcusdt@trade","data":{..}}) or bare
//          ({"e":"trade",..}). All other frames (bookTicker, depth, REST snapshots,
//          acknowledgements) are ignored; they are read only as far as it takes to tell.
// Units:   "T" is the exchange's trade time in milliseconds and becomes the row's time. The local
//          time in front is checked but not used: the recorder's clock may be off.
// Errors:  as in row_decoder.h. simdjson's error codes stay in this file.
// Threads: one thread; the parser's buffers are reused.
// Source:  Binance spot API, WebSocket streams, "Trade Streams"

#pragma once

#include <string>
#include <string_view>

#include <simdjson.h>

#include "base/result.h"
#include "market/feeds/replay/row_decoder.h"

namespace bulwark::market {

class BinanceFrames final : public RowDecoder {
 public:
  base::Result<Row> Decode(std::string_view line) override;

  // Tells whether a line looks like a frame: digits, a blank and an opening brace.
  static bool IsFrame(std::string_view line);

 private:
  simdjson::ondemand::parser parser_;
  std::string json_;  // The frame with the padding that simdjson reads over.
};

}  // namespace bulwark::market
