#include "sources/publishers.h"

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/result.h"
#include "base/time.h"
#include "net/http_client.h"
#include "sources/alpha_vantage.h"
#include "sources/company_sources.h"
#include "sources/edgar_index.h"
#include "sources/fetcher.h"
#include "sources/field_values.h"
#include "sources/finra.h"
#include "sources/ownership.h"
#include "store/rows.h"

namespace bulwark::sources {
namespace {

constexpr int kOk = 200;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;

base::Error Unexpected(const std::string& url, const net::HttpReply& reply) {
  const auto code =
      reply.status == kForbidden ? base::ErrorCode::kUnavailable : base::ErrorCode::kCorrupt;
  return {.code = code,
          .message = fmt::format("{}: status {}, {}", net::ShownUrl(url), reply.status,
                                 Shown(WithoutKey(reply.body)))};
}

}  // namespace

AlphaVantageOverviews::AlphaVantageOverviews(Fetcher& fetcher, Options options)
    : fetcher_(fetcher), options_(std::move(options)) {}

base::Result<OverviewAnswer> AlphaVantageOverviews::Fetch(const std::string& symbol,
                                                          base::UnixNanos now) {
  const std::string url =
      fmt::format("{}/query?function=OVERVIEW&symbol={}&apikey={}", options_.base_url,
                  net::UrlEncoded(symbol), net::UrlEncoded(options_.key.Reveal()));
  const auto reply = fetcher_.Get({.url = url});
  if (!reply) {
    return tl::unexpected<base::Error>(reply.error());
  }
  if (reply->status != kOk) {
    return tl::unexpected<base::Error>(Unexpected(url, *reply));
  }
  auto answer = ParseAlphaOverview(reply->body, now);
  if (!answer) {
    return base::FailWith(net::ShownUrl(url), answer.error());
  }
  return answer;
}

FinraFiles::FinraFiles(Fetcher& fetcher, std::string base_url)
    : fetcher_(fetcher), base_url_(std::move(base_url)) {}

base::Result<std::optional<ShortInterestPage>> FinraFiles::Fetch(std::chrono::sys_days settled) {
  const std::string url = FinraFileUrl(base_url_, settled);
  const auto reply = fetcher_.Get({.url = url});
  if (!reply) {
    return tl::unexpected<base::Error>(reply.error());
  }
  if (reply->status == kForbidden || reply->status == kNotFound) {
    return std::optional<ShortInterestPage>();
  }
  if (reply->status != kOk) {
    return tl::unexpected<base::Error>(Unexpected(url, *reply));
  }
  auto page = ParseFinraFile(reply->body);
  if (!page) {
    return base::FailWith(net::ShownUrl(url), page.error());
  }
  for (const store::ShortInterest& row : page->rows) {
    if (row.settled != settled) {
      return base::Fail(base::ErrorCode::kCorrupt,
                        net::ShownUrl(url) + ": a row of " + row.symbol + " is of another day");
    }
  }
  return std::optional(*std::move(page));
}

Edgar::Edgar(Fetcher& fetcher, std::string base_url)
    : fetcher_(fetcher), base_url_(std::move(base_url)) {}

base::Result<std::string> Edgar::Body(const std::string& url) {
  auto reply = fetcher_.Get({.url = url});
  if (!reply) {
    return tl::unexpected<base::Error>(reply.error());
  }
  if (reply->status != kOk) {
    return tl::unexpected<base::Error>(Unexpected(url, *reply));
  }
  return std::move(reply->body);
}

base::Result<std::optional<std::vector<IndexEntry>>> Edgar::List(std::chrono::sys_days day) {
  const std::string quarter = QuarterListUrl(base_url_, day);
  if (!quarters_.contains(quarter)) {
    const auto body = Body(quarter);
    if (!body) {
      return tl::unexpected<base::Error>(body.error());
    }
    auto names = ParseFolder(*body);
    if (!names) {
      return base::FailWith(net::ShownUrl(quarter), names.error());
    }
    quarters_.emplace(quarter, *std::move(names));
  }
  const std::string url = DailyIndexUrl(base_url_, day);
  if (!quarters_.at(quarter).contains(url.substr(url.rfind('/') + 1))) {
    return std::optional<std::vector<IndexEntry>>();
  }
  const auto body = Body(url);
  if (!body) {
    return tl::unexpected<base::Error>(body.error());
  }
  auto entries = ParseDailyIndex(*body);
  if (!entries) {
    return base::FailWith(net::ShownUrl(url), entries.error());
  }
  return std::optional(*std::move(entries));
}

base::Result<Filing> Edgar::Fetch(const IndexEntry& entry) {
  const std::string url = FilingUrl(base_url_, entry.path);
  const auto body = Body(url);
  if (!body) {
    return tl::unexpected<base::Error>(body.error());
  }
  auto filing = ParseSubmission(*body);
  if (!filing) {
    return base::FailWith(net::ShownUrl(url), filing.error());
  }
  if (filing->accession != entry.accession) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      net::ShownUrl(url) + ": it holds the filing " + filing->accession);
  }
  return filing;
}

}  // namespace bulwark::sources
