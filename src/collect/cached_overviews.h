// Overviews of Alpha Vantage that are kept in Redis for a while, so that a run that is repeated
// does not pay twice: a free account has 25 calls a day.
//
// Shape:   cache:fundamentals:<symbol> holds the vendor's text, `null` for a company that it does
//          not know. A refusal is never kept. When the vendor fails or refuses, what was kept
//          before is the answer for up to an hour in all. A kept text that is no overview (somebody
//          else wrote it) is removed and the vendor asked.
// Errors:  as sources/publishers.h. Without Redis the vendor is asked each time.
// Threads: one thread.
// Owner:   cache and vendor must outlive it.
// Source:  docs/cache.md, docs/data.md#weekly-fundamentals

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "cache/cache.h"
#include "sources/company_sources.h"
#include "sources/publishers.h"
#include "sources/refusal.h"

namespace bulwark::collect {

class CachedOverviews final : public sources::OverviewSource {
 public:
  CachedOverviews(cache::Cache& cache, sources::AlphaVantageOverviews& vendor);

  [[nodiscard]] std::string_view name() const override { return vendor_.name(); }
  // What was kept counts as known at `now`: never before it was.
  base::Result<sources::OverviewAnswer> Fetch(const std::string& symbol,
                                              base::UnixNanos now) override;

 private:
  // The vendor's text when it has facts; a refusal is told beside it.
  base::Result<cache::Value> AskVendor(const std::string& symbol,
                                       std::optional<sources::Refusal>& refusal);
  // What is kept under the name, as an answer; empty when it is no overview.
  base::Result<std::optional<sources::OverviewAnswer>> Look(const std::string& symbol,
                                                            base::UnixNanos now);

  cache::Cache& cache_;
  sources::AlphaVantageOverviews& vendor_;
};

}  // namespace bulwark::collect
