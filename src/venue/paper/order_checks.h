// Why the paper exchange refuses, ends or does not cancel an order, and the checks at arrival.
//
// Shape:   the first check that fails names the reason; empty means the order may work.
// Units:   reserve is what the order would tie up: cash of a buy with the higher fee, quantity of a
//          sell.
// Threads: any; pure.

#pragma once

#include <optional>
#include <string_view>

#include "base/decimal.h"
#include "model/instrument.h"
#include "venue/paper/paper_order.h"

namespace bulwark::venue::paper {

inline constexpr std::string_view kUnknownSymbol = "UNKNOWN_SYMBOL";
inline constexpr std::string_view kUnsupportedType = "UNSUPPORTED_ORDER_TYPE";
inline constexpr std::string_view kUnsupportedTime = "UNSUPPORTED_TIME_IN_FORCE";
inline constexpr std::string_view kBadQuantity = "BAD_QUANTITY";
inline constexpr std::string_view kBadPrice = "BAD_PRICE";
inline constexpr std::string_view kNoPrice = "NO_PRICE";
inline constexpr std::string_view kMinNotional = "BELOW_MIN_NOTIONAL";
inline constexpr std::string_view kTooLarge = "TOO_LARGE";
inline constexpr std::string_view kReduceOnly = "REDUCE_ONLY_WOULD_INCREASE";
inline constexpr std::string_view kInsufficientCash = "INSUFFICIENT_CASH";
inline constexpr std::string_view kInsufficientPosition = "INSUFFICIENT_POSITION";
inline constexpr std::string_view kTooManyOrders = "TOO_MANY_ORDERS";
inline constexpr std::string_view kSimulatedReject = "SIMULATED_REJECT";
inline constexpr std::string_view kNotFilledAtOnce = "NOT_FILLED_AT_ONCE";
inline constexpr std::string_view kCancelRequested = "CANCEL_REQUESTED";
inline constexpr std::string_view kUnknownOrder = "UNKNOWN_ORDER";
inline constexpr std::string_view kNotWorking = "NOT_WORKING";

struct CheckInput {
  const PaperOrder& order;
  const model::Instrument& instrument;
  std::optional<base::Decimal> last;     // Empty before the first tick.
  std::optional<base::Decimal> reserve;  // Empty when out of range.
  base::Decimal free_cash;
  base::Decimal free_position;
};

std::optional<std::string_view> CheckOrder(const CheckInput& input);

// Cash that buying moves: notional plus fee, each rounded half even. Empty when out of range.
std::optional<base::Decimal> CostOf(base::Decimal price, base::Decimal quantity,
                                    base::Decimal fee_bps);

}  // namespace bulwark::venue::paper
