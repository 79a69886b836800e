#include "collect/cached_overviews.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "cache/cache.h"
#include "sources/alpha_vantage.h"
#include "sources/company_sources.h"
#include "sources/publishers.h"
#include "sources/refusal.h"
#include "store/rows.h"

namespace bulwark::collect {
namespace {

cache::Domain Fundamentals() {
  return {.name = "fundamentals"};
}

bool HasFacts(const base::Result<sources::OverviewAnswer>& answer) {
  return answer && std::holds_alternative<std::vector<store::Fundamental>>(*answer);
}

}  // namespace

CachedOverviews::CachedOverviews(cache::Cache& cache, sources::AlphaVantageOverviews& vendor)
    : cache_(cache), vendor_(vendor) {}

base::Result<cache::Value> CachedOverviews::AskVendor(const std::string& symbol,
                                                      std::optional<sources::Refusal>& refusal) {
  auto text = vendor_.Text(symbol);
  auto answer = text ? sources::ParseAlphaOverview(*text, base::UnixNanos())
                     : base::Result<sources::OverviewAnswer>(tl::unexpected(text.error()));
  if (!answer) {
    return tl::unexpected<base::Error>(answer.error());
  }
  auto* refused = std::get_if<sources::Refusal>(&*answer);
  if (refused == nullptr) {
    return cache::Value(*std::move(text));
  }
  refusal = std::move(*refused);
  return refusal->kind == sources::RefusalKind::kUnknownSymbol
             ? base::Result<cache::Value>(cache::Value())
             : base::Fail(base::ErrorCode::kUnavailable,
                          std::string(sources::NameOf(refusal->kind)));
}

base::Result<std::optional<sources::OverviewAnswer>> CachedOverviews::Look(
    const std::string& symbol, base::UnixNanos now) {
  using Answer = std::optional<sources::OverviewAnswer>;
  std::optional<sources::Refusal> refusal;
  const auto found = cache_.Get(Fundamentals(), symbol, [&] { return AskVendor(symbol, refusal); });
  const cache::Value text = found ? found->value : cache::Value();
  if (text) {
    auto answer = sources::ParseAlphaOverview(*text, now);
    return HasFacts(answer) ? Answer(*std::move(answer)) : Answer();
  }
  if (refusal) {
    return Answer(*std::move(refusal));
  }
  if (!found) {
    return tl::unexpected<base::Error>(found.error());
  }
  return Answer(sources::Refusal{.kind = sources::RefusalKind::kUnknownSymbol,
                                 .text = "it was not known a few minutes ago"});
}

base::Result<sources::OverviewAnswer> CachedOverviews::Fetch(const std::string& symbol,
                                                             base::UnixNanos now) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto answer = Look(symbol, now);
    if (!answer) {
      return tl::unexpected<base::Error>(answer.error());
    }
    if (std::optional<sources::OverviewAnswer>& known = *answer) {
      return *std::move(known);
    }
    base::LogWarn("cache_no_overview").With("symbol", symbol);
    if (const auto removed = cache_.Remove(Fundamentals(), symbol); !removed) {
      break;
    }
  }
  return vendor_.Fetch(symbol, now);
}

}  // namespace bulwark::collect
