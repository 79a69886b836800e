// Whatever the bytes, a frame is read without harm, and a trade that is taken keeps the promises of
// row_decoder.h. The input is the JSON; the local time is put in front so that it is reached.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/ensure.h"
#include "market/feeds/replay/binance_frames.h"
#include "market/feeds/replay/row_decoder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bulwark::market;  // NOLINT(google-build-using-namespace): a function's scope.
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  BinanceFrames frames;
  static_cast<void>(frames.Decode(input).has_value());
  const std::string line = "1723161254087896568 " + std::string(input);
  const auto row = frames.Decode(line);
  if (row && std::holds_alternative<TickRow>(*row)) {
    const auto& tick = std::get<TickRow>(*row);
    ENSURE(tick.price.is_positive() && !tick.size.is_negative() && !tick.symbol.empty());
  }
  return 0;
}
