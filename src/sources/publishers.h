// Facts of companies from those who publish them: overviews of Alpha Vantage, files of FINRA,
// filings at the SEC.
//
// Shape:   FINRA answers 403 or 404 for a day without a file. Its interface gives the same rows in
//          pages, whose number of rows is told by the header record-total; a number that changes
//          meanwhile is an error. The SEC answers 403 to who is too
//          fast or does not say who he is as well as for what is not there; so a day's list is
//          asked for only when the list of its quarter names it.
// Errors:  as company_sources.h; a refusal of the SEC is kUnavailable. The key is in no message.
// Threads: one thread.
// Owner:   the fetcher must outlive the source. The SEC's fetcher must send a User-Agent with name
//          and e-mail.
// Source:  docs/data.md#finra, docs/data.md#sec-edgar, docs/data.md#alpha-vantage

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "sources/company_sources.h"
#include "sources/edgar_index.h"
#include "sources/fetcher.h"
#include "sources/finra.h"
#include "sources/ownership.h"

namespace bulwark::sources {

class AlphaVantageOverviews final : public OverviewSource {
 public:
  struct Options {
    std::string base_url = "https://www.alphavantage.co";
    base::Secret key;
  };

  AlphaVantageOverviews(Fetcher& fetcher, Options options);
  [[nodiscard]] std::string_view name() const override { return "alpha_vantage"; }
  base::Result<OverviewAnswer> Fetch(const std::string& symbol, base::UnixNanos now) override;
  // What ParseAlphaOverview() reads; a refusal may be in it.
  base::Result<std::string> Text(const std::string& symbol);

 private:
  [[nodiscard]] std::string UrlOf(const std::string& symbol) const;

  Fetcher& fetcher_;
  Options options_;
};

class FinraFiles final : public ShortInterestSource {
 public:
  static constexpr std::string_view kBaseUrl = "https://cdn.finra.org";

  FinraFiles(Fetcher& fetcher, std::string base_url);
  [[nodiscard]] std::string_view name() const override { return "finra"; }
  base::Result<std::optional<ShortInterestPage>> Fetch(std::chrono::sys_days settled) override;

 private:
  Fetcher& fetcher_;
  std::string base_url_;
};

class FinraApi final : public ShortInterestSource {
 public:
  static constexpr std::string_view kBaseUrl = "https://api.finra.org";

  FinraApi(Fetcher& fetcher, std::string base_url);
  // The same as of the files: both tell the same facts.
  [[nodiscard]] std::string_view name() const override { return "finra"; }
  base::Result<std::optional<ShortInterestPage>> Fetch(std::chrono::sys_days settled) override;

 private:
  struct Part {
    ShortInterestPage page;
    std::uint64_t total = 0;  // Of all pages.
  };
  base::Result<Part> FetchPart(std::chrono::sys_days settled, std::uint64_t offset);

  Fetcher& fetcher_;
  std::string url_;
};

class Edgar final : public FilingSource {
 public:
  static constexpr std::string_view kBaseUrl = "https://www.sec.gov";

  Edgar(Fetcher& fetcher, std::string base_url);
  base::Result<std::optional<std::vector<IndexEntry>>> List(std::chrono::sys_days day) override;
  base::Result<Filing> Fetch(const IndexEntry& entry) override;

 private:
  base::Result<std::string> Body(const std::string& url);

  Fetcher& fetcher_;
  std::string base_url_;
  std::map<std::string, std::set<std::string>> quarters_;  // Names of files, by the list's address.
};

}  // namespace bulwark::sources
