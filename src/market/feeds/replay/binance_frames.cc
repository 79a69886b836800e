#include "market/feeds/replay/binance_frames.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <simdjson.h>

#include "base/result.h"
#include "base/time.h"
#include "market/feeds/replay/row_decoder.h"
#include "model/market_data.h"

namespace bulwark::market {
namespace {

// The latest "T" taken: the year 2200, as for all times from outside.
constexpr std::int64_t kMillisMax = 7'258'118'400'000;

// What the fields of a frame point to until the document dies.
struct Fields {
  std::string_view symbol;
  std::string_view price;
  std::string_view size;
  std::int64_t at_ms = 0;
  bool is_buyer_maker = false;
};

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

base::Error Corrupt(std::string message) {
  return {.code = base::ErrorCode::kCorrupt, .message = std::move(message)};
}

// Reads one field; keeps the first failure.
template <class T>
void Get(simdjson::ondemand::object& object, const char* name, T& into, std::string& failure) {
  if (!failure.empty()) {
    return;
  }
  if (const auto error = object[name].get(into)) {
    failure = std::string("trade field \"") + name +
              "\" cannot be read: " + simdjson::error_message(error);
  }
}

// What is no trade: fine if it is sound as far as it was read. After any other error the document
// must not be touched again: simdjson has given it up.
base::Result<Row> IgnoredOr(simdjson::error_code error) {
  if (error == simdjson::SUCCESS || error == simdjson::NO_SUCH_FIELD ||
      error == simdjson::INCORRECT_TYPE) {
    return IgnoredRow{};
  }
  return tl::unexpected(
      Corrupt(std::string("the frame is not JSON: ") + simdjson::error_message(error)));
}

base::Result<Row> TradeOf(simdjson::ondemand::object& object) {
  Fields fields;
  std::string failure;
  Get(object, "s", fields.symbol, failure);
  Get(object, "p", fields.price, failure);
  Get(object, "q", fields.size, failure);
  Get(object, "T", fields.at_ms, failure);
  Get(object, "m", fields.is_buyer_maker, failure);
  if (!failure.empty()) {
    return tl::unexpected(Corrupt(std::move(failure)));
  }
  if (fields.symbol.empty()) {
    return tl::unexpected(Corrupt("trade field \"s\" is empty"));
  }
  if (fields.at_ms < 0 || fields.at_ms > kMillisMax) {
    return tl::unexpected(Corrupt("trade time " + std::to_string(fields.at_ms) +
                                  " is not in the years 1970 to 2200"));
  }
  const auto price = PriceOf("price", fields.price);
  if (!price) {
    return tl::unexpected(price.error());
  }
  const auto size = SizeOf("size", fields.size);
  if (!size) {
    return tl::unexpected(size.error());
  }
  return TickRow{.symbol = fields.symbol,
                 .side = fields.is_buyer_maker ? model::Side::kSell : model::Side::kBuy,
                 .price = *price,
                 .size = *size,
                 .at = base::UnixNanos{std::chrono::milliseconds{fields.at_ms}}};
}

}  // namespace

bool BinanceFrames::IsFrame(std::string_view line) {
  const std::size_t blank = line.find(' ');
  return blank != std::string_view::npos && blank > 0 && blank <= 19 &&
         std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(blank), IsDigit) &&
         line.substr(blank + 1).starts_with('{');
}

base::Result<Row> BinanceFrames::Decode(std::string_view line) {
  if (!IsFrame(line)) {
    return tl::unexpected(Corrupt(Shown(line) + " is not '<local ns> {json}'"));
  }
  const std::string_view json = line.substr(line.find(' ') + 1);
  json_.reserve(json.size() + simdjson::SIMDJSON_PADDING);
  json_ = json;
  simdjson::ondemand::document document;
  simdjson::ondemand::object frame;
  auto error = parser_.iterate(json_.data(), json_.size(), json_.capacity()).get(document);
  if (error == simdjson::SUCCESS) {
    error = document.get_object().get(frame);
  }
  if (error != simdjson::SUCCESS) {
    return tl::unexpected(
        Corrupt(std::string("the frame is not JSON: ") + simdjson::error_message(error)));
  }
  std::string_view stream;
  const auto wrapped = frame["stream"].get(stream);
  if (wrapped == simdjson::SUCCESS && stream.ends_with("@trade")) {
    simdjson::ondemand::object trade;
    error = frame["data"].get(trade);
    if (error != simdjson::SUCCESS) {
      return tl::unexpected(Corrupt(std::string("the trade frame has no object \"data\": ") +
                                    simdjson::error_message(error)));
    }
    return TradeOf(trade);
  }
  if (wrapped != simdjson::NO_SUCH_FIELD) {
    return IgnoredOr(wrapped);
  }
  std::string_view event;
  const auto bare = frame["e"].get(event);
  if (bare == simdjson::SUCCESS && event == "trade") {
    return TradeOf(frame);
  }
  return IgnoredOr(bare);
}

}  // namespace bulwark::market
