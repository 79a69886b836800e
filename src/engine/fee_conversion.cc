#include "engine/fee_conversion.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/decimal.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "risk/guard_input.h"

namespace bulwark::engine {
namespace {

struct Pair {
  std::string_view base;
  std::string_view quote;
};

// "BTC/USDT"; a share has no base currency, and is quoted in the account's.
Pair PairOf(const model::Instrument& instrument) {
  const std::string_view symbol = instrument.symbol.view();
  const std::size_t slash = symbol.find('/');
  return slash == std::string_view::npos
             ? Pair{}
             : Pair{.base = symbol.substr(0, slash), .quote = symbol.substr(slash + 1)};
}

using Marks = std::array<risk::Mark, model::kInstrumentsMax>;

// Of a third currency, in the one that the pair is quoted in.
std::optional<base::Decimal> PriceOf(std::string_view currency, const Pair& pair,
                                     const model::InstrumentTable& instruments,
                                     const Marks& marks) {
  std::optional<base::Decimal> price;
  for (const model::Instrument& instrument : instruments.rows()) {
    const Pair other = PairOf(instrument);
    if (other.base == currency && (pair.quote.empty() || other.quote == pair.quote)) {
      price = marks.at(instrument.id.index).price;
    }
  }
  return price;
}

}  // namespace

std::optional<model::Fill> WithFeeInAccountCurrency(
    const model::Fill& fill, const model::InstrumentTable& instruments,
    const std::array<risk::Mark, model::kInstrumentsMax>& marks) {
  const std::string_view currency = fill.fee_currency.view();
  if (currency.empty()) {
    return fill;
  }
  const Pair pair = PairOf(instruments[fill.instrument]);
  model::Fill converted = fill;
  std::optional<base::Decimal> price;
  if (currency == pair.quote) {
    price = base::Decimal::FromInt(1);
  } else if (currency == pair.base) {
    price = fill.price;
    converted.fee_quantity = fill.fee_charged;
  } else {
    price = PriceOf(currency, pair, instruments, marks);
  }
  const std::optional<base::Decimal> fee =
      price ? base::CheckedMul(fill.fee_charged, *price, base::Rounding::kHalfEven) : std::nullopt;
  if (!fee) {
    return std::nullopt;
  }
  converted.fee = *fee;
  return converted;
}

}  // namespace bulwark::engine
