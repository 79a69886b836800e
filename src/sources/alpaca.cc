#include "sources/alpaca.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/decimal.h"
#include "base/new_york.h"
#include "base/result.h"
#include "base/time.h"
#include "sources/field_values.h"
#include "store/rows.h"

namespace bulwark::sources {
namespace {

using base::Decimal;
using base::ErrorCode;
using nlohmann::json;

base::Result<Decimal> NumberAt(const json& bar, const char* name) {
  const auto found = bar.find(name);
  const auto value = found != bar.end() && found->is_number()
                         ? Decimal::FromDouble(found->get<double>())
                         : std::nullopt;
  if (!value || value->is_negative()) {
    return base::Fail(ErrorCode::kCorrupt,
                      std::string(name) + " " +
                          Shown(found == bar.end() ? std::string("nothing") : found->dump()) +
                          " is no price or size");
  }
  return *value;
}

base::Result<base::UnixNanos> TimeOf(const json& bar, store::Span span) {
  const auto found = bar.find("t");
  if (found == bar.end() || !found->is_string()) {
    return base::Fail(ErrorCode::kCorrupt, "t is no time");
  }
  auto at = MomentOf("t", found->get_ref<const std::string&>());
  if (!at) {
    return at;
  }
  return span == store::Span::kDay ? base::UnixNanos(base::NewYorkDate(*at))
                                   : base::UnixNanos(std::chrono::floor<std::chrono::minutes>(*at));
}

base::Result<store::Bar> BarOf(const json& element, store::Span span) {
  if (!element.is_object()) {
    return base::Fail(ErrorCode::kCorrupt, "a bar is no object");
  }
  const auto at = TimeOf(element, span);
  if (!at) {
    return tl::unexpected<base::Error>(at.error());
  }
  store::Bar bar{.at = *at};
  using Price = std::pair<const char*, Decimal store::Bar::*>;
  for (const auto& [name, price] : {Price{"o", &store::Bar::open}, Price{"h", &store::Bar::high},
                                    Price{"l", &store::Bar::low}, Price{"c", &store::Bar::close}}) {
    const auto value = NumberAt(element, name);
    if (!value) {
      return tl::unexpected<base::Error>(value.error());
    }
    if (!value->is_positive()) {
      return base::Fail(ErrorCode::kCorrupt, std::string(name) + " is 0");
    }
    bar.*price = *value;
  }
  const auto volume = NumberAt(element, "v");
  if (!volume) {
    return tl::unexpected<base::Error>(volume.error());
  }
  bar.volume = *volume;
  return bar;
}

base::Result<std::vector<store::Bar>> BarsOf(const json& list, store::Span span) {
  if (!list.is_array()) {
    return base::Fail(ErrorCode::kCorrupt, "bars are no list");
  }
  std::vector<store::Bar> bars;
  for (const json& element : list) {
    auto bar = BarOf(element, span);
    if (!bar) {
      return base::FailWith("bar " + std::to_string(bars.size()), bar.error());
    }
    bars.push_back(*std::move(bar));
  }
  std::ranges::sort(bars, {}, &store::Bar::at);
  return bars;
}

}  // namespace

base::Result<AlpacaPage> ParseAlpacaBars(std::string_view body, store::Span span) {
  const json document = json::parse(body, nullptr, false);
  const auto by_symbol = document.is_object() ? document.find("bars") : document.end();
  if (by_symbol == document.end() || !(by_symbol->is_object() || by_symbol->is_null())) {
    return base::Fail(ErrorCode::kCorrupt, "expected an object with bars, got " + Shown(body));
  }
  AlpacaPage page;
  for (const auto& [name, list] : by_symbol->items()) {
    const std::string symbol = CanonicalSymbol(name);
    if (const auto problem = store::SymbolProblem(symbol)) {
      return base::Fail(ErrorCode::kCorrupt, "symbol " + Shown(name) + ": " + *problem);
    }
    auto bars = BarsOf(list, span);
    if (!bars) {
      return base::FailWith(symbol, bars.error());
    }
    page.bars[symbol] = *std::move(bars);
  }
  const auto token = document.find("next_page_token");
  if (token != document.end() && token->is_string()) {
    page.next_page_token = token->get<std::string>();
  }
  return page;
}

std::string AlpacaMessage(std::string_view body) {
  constexpr std::size_t kShownMax = 160;
  const json document = json::parse(body, nullptr, false);
  if (!document.is_object()) {
    return {};
  }
  const auto message = document.find("message");
  return message != document.end() && message->is_string()
             ? message->get<std::string>().substr(0, kShownMax)
             : std::string();
}

std::string AlpacaSymbol(std::string_view symbol) {
  std::string name(symbol);
  std::ranges::replace(name, '-', '.');
  return name;
}

}  // namespace bulwark::sources
