#include "store/rows.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace bulwark::store {

std::string_view NameOf(Span span) {
  return span == Span::kDay ? "1d" : "1m";
}

base::Nanos LengthOf(Span span) {
  return span == Span::kDay ? base::Nanos(std::chrono::days{1})
                            : base::Nanos(std::chrono::minutes{1});
}

std::optional<std::string> SymbolProblem(std::string_view symbol) {
  constexpr std::size_t kLengthMax = 24;
  if (symbol.empty() || symbol.size() > kLengthMax) {
    return "a symbol has 1 to 24 characters";
  }
  const auto is_allowed = [](char letter) {
    return (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') || letter == '.' ||
           letter == '-' || letter == '_' || letter == '/' || letter == '^';
  };
  if (!std::ranges::all_of(symbol, is_allowed) || symbol.front() == '.') {
    return "a symbol has upper-case letters, digits and . - _ / ^ only";
  }
  return std::nullopt;
}

bool IsBracketed(const Bar& bar) {
  return bar.high >= std::max({bar.open, bar.low, bar.close}) &&
         bar.low <= std::min(bar.open, bar.close);
}

}  // namespace bulwark::store
