#include "model/instrument.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/result.h"

namespace bulwark::model {
namespace {

// Quote currencies by which a joined pair such as BTCUSDT is recognised; longest first.
constexpr std::array<std::string_view, 7> kQuotes = {"USDT", "USDC", "BUSD", "USD",
                                                     "EUR",  "GBP",  "BTC"};

bool IsSymbolCharacter(char c) {
  return (std::isalnum(static_cast<unsigned char>(c)) != 0) || c == '.' || c == '_' || c == '/' ||
         c == '-';
}

// Where the quote currency of a joined pair starts; empty for what is not a pair.
std::optional<std::size_t> QuoteStart(std::string_view symbol) {
  for (const std::string_view quote : kQuotes) {
    if (symbol.size() >= quote.size() + 3 && symbol.ends_with(quote)) {
      return symbol.size() - quote.size();
    }
  }
  return std::nullopt;
}

}  // namespace

base::Result<InstrumentId> InstrumentTable::Add(Instrument instrument) {
  const std::string symbol(instrument.symbol.view());
  if (rows_.size() == kInstrumentsMax) {
    return base::Fail(base::ErrorCode::kInvalidArgument, "instrument '" + symbol +
                                                             "' is one more than the limit of " +
                                                             std::to_string(kInstrumentsMax));
  }
  if (Find(symbol) || Find(instrument.venue_symbol.view())) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "instrument '" + symbol + "' is listed twice");
  }
  if (!instrument.tick_size.is_positive() || !instrument.lot_size.is_positive()) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "instrument '" + symbol + "' has a tick or lot size that is not positive");
  }
  instrument.id = InstrumentId{static_cast<std::uint16_t>(rows_.size())};
  rows_.push_back(instrument);
  return instrument.id;
}

std::optional<InstrumentId> InstrumentTable::Find(std::string_view symbol) const {
  const auto row = std::find_if(rows_.begin(), rows_.end(), [&](const Instrument& candidate) {
    return candidate.symbol.view() == symbol || candidate.venue_symbol.view() == symbol;
  });
  if (row == rows_.end()) {
    return std::nullopt;
  }
  return row->id;
}

AssetKind KindOf(const Instrument& instrument) {
  const bool is_pair = instrument.symbol.view().find('/') != std::string_view::npos;
  return is_pair ? AssetKind::kPair : AssetKind::kEquity;
}

base::Result<Instrument> DefaultInstrument(std::string_view symbol) {
  const bool is_clean = std::all_of(symbol.begin(), symbol.end(), IsSymbolCharacter);
  if (symbol.empty() || symbol.size() > 20 || !is_clean) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "'" + std::string(symbol.substr(0, 40)) + "' is not a symbol");
  }
  Instrument instrument;
  instrument.tick_size = base::Decimal::FromRaw(base::Decimal::kScale / 100);
  std::string joined(symbol);
  joined.erase(std::remove(joined.begin(), joined.end(), '/'), joined.end());
  instrument.venue_symbol = Symbol(joined);
  const bool has_slash = joined.size() != symbol.size();
  const std::optional<std::size_t> quote = QuoteStart(symbol);
  if (has_slash || quote) {
    instrument.lot_size = base::Decimal::FromRaw(base::Decimal::kScale / 100'000);
    instrument.symbol = has_slash ? Symbol(symbol)
                                  : Symbol(std::string(symbol.substr(0, *quote)) + "/" +
                                           std::string(symbol.substr(*quote)));
  } else {
    instrument.lot_size = base::Decimal::FromInt(1);
    instrument.symbol = Symbol(symbol);
  }
  return instrument;
}

}  // namespace bulwark::model
