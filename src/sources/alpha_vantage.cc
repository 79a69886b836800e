#include "sources/alpha_vantage.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/decimal.h"
#include "base/new_york.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "sources/field_values.h"
#include "sources/refusal.h"
#include "store/rows.h"

namespace bulwark::sources {
namespace {

using base::Decimal;
using nlohmann::json;

constexpr std::size_t kTextShown = 160;

bool Has(std::string_view text, std::string_view words) {
  return text.find(words) != std::string_view::npos;
}

std::string TextAt(const json& object, std::string_view name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// The text on bursts also names the quota of a day, so that it is asked for first.
std::optional<RefusalKind> KindOfNotice(std::string_view text) {
  if (Has(text, "per second") || Has(text, "per minute")) {
    return RefusalKind::kTooFast;
  }
  if (Has(text, "per day")) {
    return RefusalKind::kQuotaGone;
  }
  if (Has(text, "premium")) {
    return RefusalKind::kNotEntitled;
  }
  return Has(text, "API key") || Has(text, "apikey") ? std::optional(RefusalKind::kBadKey)
                                                     : std::nullopt;
}

// Nobody knows when the vendor's day begins; asking at another midnight costs one call.
base::Nanos UntilMidnight(base::UnixNanos now) {
  const std::chrono::sys_days tomorrow = base::NewYorkDate(now) + std::chrono::days{1};
  return base::FromNewYork(base::LocalNanos(tomorrow.time_since_epoch())).at - now;
}

std::optional<Refusal> RefusalIn(const json& document) {
  if (document.empty()) {
    return Refusal{.kind = RefusalKind::kUnknownSymbol, .text = "an empty answer"};
  }
  const std::string error = TextAt(document, "Error Message");
  if (!error.empty()) {
    const bool is_key = Has(error, "apikey") || Has(error, "API key");
    return Refusal{.kind = is_key ? RefusalKind::kBadKey : RefusalKind::kUnknownSymbol,
                   .text = WithoutKey(error).substr(0, kTextShown)};
  }
  for (const std::string_view name : {"Information", "Note"}) {
    const std::string notice = TextAt(document, name);
    const auto kind = notice.empty() ? std::nullopt : KindOfNotice(notice);
    if (kind) {
      return Refusal{.kind = *kind, .text = WithoutKey(notice).substr(0, kTextShown)};
    }
  }
  return std::nullopt;
}

base::Result<json> ParseObject(std::string_view body) {
  json document = json::parse(body, nullptr, false);
  if (!document.is_object()) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      "expected a JSON object, got " + Shown(WithoutKey(body)));
  }
  return document;
}

struct DailyRow {
  store::Bar bar;
  Decimal dividend;
  Decimal split = Decimal::FromInt(1);
};

// The adjusted series puts the volume one place later.
base::Result<DailyRow> RowOf(const std::string& date, const json& cells) {
  if (!cells.is_object()) {
    return base::Fail(base::ErrorCode::kCorrupt, "no values");
  }
  DailyRow row;
  const auto day = DateOf("date", date);
  if (!day) {
    return tl::unexpected<base::Error>(day.error());
  }
  row.bar.at = *day;
  using Price = std::pair<std::string_view, Decimal store::Bar::*>;
  for (const auto& [name, price] :
       {Price{"1. open", &store::Bar::open}, Price{"2. high", &store::Bar::high},
        Price{"3. low", &store::Bar::low}, Price{"4. close", &store::Bar::close}}) {
    const auto value = PositiveOf(name, TextAt(cells, name));
    if (!value) {
      return tl::unexpected<base::Error>(value.error());
    }
    row.bar.*price = *value;
  }
  const bool is_adjusted = cells.contains("5. adjusted close");
  const auto volume = SizeOf("volume", TextAt(cells, is_adjusted ? "6. volume" : "5. volume"));
  const auto adjusted = SizeOf("adjusted close", TextAt(cells, "5. adjusted close"));
  const auto dividend = SizeOf("dividend amount", TextAt(cells, "7. dividend amount"));
  const auto split = SizeOf("split coefficient", TextAt(cells, "8. split coefficient"));
  for (const auto* size : {&volume, &adjusted, &dividend, &split}) {
    if (!*size) {
      return tl::unexpected<base::Error>(size->error());
    }
  }
  row.bar.volume = *volume;
  row.bar.adjusted_close = *adjusted;
  row.dividend = dividend->value_or(Decimal());
  row.split = split->value_or(Decimal::FromInt(1));
  return row;
}

void AddAction(store::ActionKind kind, const store::Bar& before, std::optional<Decimal> factor,
               std::vector<store::CorporateAction>& actions) {
  if (factor && factor->is_positive()) {
    actions.push_back({.through = std::chrono::floor<std::chrono::days>(before.at),
                       .kind = kind,
                       .factor = *factor});
  }
}

// From what happened on a day, the factors on all days before it.
std::vector<store::CorporateAction> ActionsOf(const std::vector<DailyRow>& rows) {
  constexpr Decimal kOne = Decimal::FromInt(1);
  std::vector<store::CorporateAction> actions;
  for (std::size_t at = 1; at < rows.size(); ++at) {
    const store::Bar& before = rows[at - 1].bar;
    if (rows[at].dividend.is_positive() && rows[at].dividend < before.close) {
      AddAction(store::ActionKind::kDividend, before,
                base::CheckedDiv(before.close - rows[at].dividend, before.close,
                                 base::Rounding::kHalfEven),
                actions);
    }
    if (rows[at].split != kOne && rows[at].split.is_positive()) {
      AddAction(store::ActionKind::kSplit, before,
                base::CheckedDiv(kOne, rows[at].split, base::Rounding::kHalfEven), actions);
    }
  }
  return actions;
}

bool IsFact(std::string_view value) {
  return !value.empty() && value != "None" && value != "-";
}

}  // namespace

std::string WithoutKey(std::string_view text) {
  constexpr std::array<std::string_view, 2> kMarks{"API key as ", "apikey="};
  const auto is_key = [](char letter) {
    return std::isalnum(static_cast<unsigned char>(letter)) != 0;
  };
  std::string clean(text);
  for (const std::string_view mark : kMarks) {
    std::size_t at = clean.find(mark);
    while (at != std::string::npos) {
      const auto begin = clean.begin() + static_cast<std::ptrdiff_t>(at + mark.size());
      clean.replace(begin, std::find_if_not(begin, clean.end(), is_key), "***");
      at = clean.find(mark, at + mark.size());
    }
  }
  return clean;
}

std::string WithoutSecret(std::string text, const base::Secret& key) {
  constexpr std::size_t kLettersMin = 8;
  constexpr std::string_view kHidden = "***";
  const std::string& secret = key.Reveal();
  if (secret.size() < kLettersMin) {
    return text;
  }
  std::size_t at = text.find(secret);
  while (at != std::string::npos) {
    text.replace(at, secret.size(), kHidden);
    at = text.find(secret, at + kHidden.size());
  }
  return text;
}

std::optional<base::Nanos> PauseIn(std::string_view body, base::UnixNanos now) {
  constexpr std::size_t kRefusalMax = 4'096;  // Bars of years are not read twice.
  constexpr base::Nanos kBurst = std::chrono::milliseconds{1'200};
  constexpr base::Nanos kMinute = std::chrono::seconds{61};
  const json document =
      body.size() > kRefusalMax ? json() : json::parse(body, nullptr, /*allow_exceptions=*/false);
  const auto refusal = document.is_object() ? RefusalIn(document) : std::nullopt;
  if (!refusal) {
    return std::nullopt;
  }
  switch (refusal->kind) {
    case RefusalKind::kTooFast:
      return Has(refusal->text, "per second") ? kBurst : kMinute;
    case RefusalKind::kQuotaGone:
      return UntilMidnight(now);
    default:
      return std::nullopt;
  }
}

base::Result<std::variant<DailyBars, Refusal>> ParseAlphaDaily(std::string_view body) {
  const auto document = ParseObject(body);
  if (!document) {
    return tl::unexpected<base::Error>(document.error());
  }
  const auto series = document->find("Time Series (Daily)");
  if (series == document->end() || !series->is_object()) {
    if (auto refusal = RefusalIn(*document)) {
      return *std::move(refusal);
    }
    return base::Fail(base::ErrorCode::kCorrupt,
                      "an answer without daily bars: " + Shown(WithoutKey(body)));
  }
  std::vector<DailyRow> rows;
  for (const auto& [date, cells] : series->items()) {
    auto row = RowOf(date, cells);
    if (!row) {
      return base::FailWith("day " + Shown(date), row.error());
    }
    rows.push_back(*std::move(row));
  }
  std::ranges::sort(rows, {}, [](const DailyRow& row) { return row.bar.at; });
  DailyBars daily{.bars = {}, .actions = ActionsOf(rows), .known = {}};
  for (const DailyRow& row : rows) {
    if (daily.bars.empty() || daily.bars.back().at != row.bar.at) {
      daily.bars.push_back(row.bar);
    }
  }
  return daily;
}

base::Result<std::variant<std::vector<store::Fundamental>, Refusal>> ParseAlphaOverview(
    std::string_view body, base::UnixNanos known_at) {
  const auto document = ParseObject(body);
  if (!document) {
    return tl::unexpected<base::Error>(document.error());
  }
  const std::string quarter = TextAt(*document, "LatestQuarter");
  if (TextAt(*document, "Symbol").empty()) {
    if (auto refusal = RefusalIn(*document)) {
      return *std::move(refusal);
    }
    return base::Fail(base::ErrorCode::kCorrupt,
                      "an answer without a company: " + Shown(WithoutKey(body)));
  }
  // A fund has no quarters; what is told of it is of the day it was asked.
  std::chrono::sys_days period = std::chrono::floor<std::chrono::days>(known_at);
  if (IsFact(quarter)) {
    const auto end = DateOf("LatestQuarter", quarter);
    if (!end) {
      return tl::unexpected<base::Error>(end.error());
    }
    period = *end;
  }
  constexpr std::array<std::string_view, 6> kNoFacts{"Symbol",       "Name",    "Description",
                                                     "OfficialSite", "Address", "LatestQuarter"};
  std::vector<store::Fundamental> facts;
  for (const auto& [name, value] : document->items()) {
    const bool is_fact = value.is_string() && std::ranges::find(kNoFacts, name) == kNoFacts.end() &&
                         IsFact(value.get_ref<const std::string&>());
    if (is_fact) {
      facts.push_back({.metric = name,
                       .period_end = period,
                       .known_at = known_at,
                       .value = value.get<std::string>()});
    }
  }
  return facts;
}

}  // namespace bulwark::sources
