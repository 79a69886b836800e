// Answers of Alpaca's market data: pages of bars of one or several symbols.
//
// Shape:   a page has bars by symbol, in order of time, and a token when there are more. A daily
//          bar is labelled with midnight in New York and becomes the date's 00:00 UTC. Prices are
//          JSON numbers, taken to 8 digits.
// Errors:  kCorrupt naming the symbol and the field.
// Threads: pure.
// Source:  docs/data.md#alpaca

#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/rows.h"

namespace bulwark::sources {

struct AlpacaPage {
  std::map<std::string, std::vector<store::Bar>> bars;  // By canonical symbol.
  std::string next_page_token;                          // Empty at the end.
};

base::Result<AlpacaPage> ParseAlpacaBars(std::string_view body, store::Span span);
// The message of an error body, cut; empty when there is none.
std::string AlpacaMessage(std::string_view body);
// As Alpaca writes symbols: "BRK.B".
std::string AlpacaSymbol(std::string_view symbol);

}  // namespace bulwark::sources
