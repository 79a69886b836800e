#include "sources/publishers.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/iso_time.h"
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
constexpr int kNoContent = 204;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;

// Of FINRA's interface: what it gives at once, and more than all listed shares have in a day.
constexpr std::uint64_t kPageRows = 5'000;
constexpr std::uint64_t kRowsMax = 200'000;

base::Error Unexpected(const std::string& url, const net::HttpReply& reply) {
  const auto code =
      reply.status == kForbidden ? base::ErrorCode::kUnavailable : base::ErrorCode::kCorrupt;
  return {.code = code,
          .message = fmt::format("{}: status {}, {}", net::ShownUrl(url), reply.status,
                                 Shown(WithoutKey(reply.body)))};
}

base::Result<void> RequireDay(const std::string& url, const ShortInterestPage& page,
                              std::chrono::sys_days settled) {
  for (const store::ShortInterest& row : page.rows) {
    if (row.settled != settled) {
      return base::Fail(base::ErrorCode::kCorrupt,
                        net::ShownUrl(url) + ": a row of " + row.symbol + " is of another day");
    }
  }
  return {};
}

}  // namespace

AlphaVantageOverviews::AlphaVantageOverviews(Fetcher& fetcher, Options options)
    : fetcher_(fetcher), options_(std::move(options)) {}

std::string AlphaVantageOverviews::UrlOf(const std::string& symbol) const {
  return fmt::format("{}/query?function=OVERVIEW&symbol={}&apikey={}", options_.base_url,
                     net::UrlEncoded(symbol), net::UrlEncoded(options_.key.Reveal()));
}

base::Result<std::string> AlphaVantageOverviews::Text(const std::string& symbol) {
  const std::string url = UrlOf(symbol);
  auto reply = fetcher_.Get({.url = url}, [](const net::HttpReply& answer, base::UnixNanos now) {
    return PauseIn(answer.body, now);
  });
  if (!reply) {
    return tl::unexpected<base::Error>(reply.error());
  }
  reply->body = WithoutSecret(std::move(reply->body), options_.key);
  if (reply->status != kOk) {
    return tl::unexpected<base::Error>(Unexpected(url, *reply));
  }
  return std::move(reply->body);
}

base::Result<OverviewAnswer> AlphaVantageOverviews::Fetch(const std::string& symbol,
                                                          base::UnixNanos now) {
  const auto text = Text(symbol);
  if (!text) {
    return tl::unexpected<base::Error>(text.error());
  }
  auto answer = ParseAlphaOverview(*text, now);
  if (!answer) {
    return base::FailWith(net::ShownUrl(UrlOf(symbol)), answer.error());
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
  if (auto same = RequireDay(url, *page, settled); !same) {
    return tl::unexpected<base::Error>(same.error());
  }
  return std::optional(*std::move(page));
}

FinraApi::FinraApi(Fetcher& fetcher, std::string base_url)
    : fetcher_(fetcher),
      url_(std::move(base_url) + "/data/group/otcMarket/name/consolidatedShortInterest") {}

base::Result<FinraApi::Part> FinraApi::FetchPart(std::chrono::sys_days settled,
                                                 std::uint64_t offset) {
  nlohmann::ordered_json filter = {{"compareType", "EQUAL"},
                                   {"fieldName", "settlementDate"},
                                   {"fieldValue", base::FormatDate(settled)}};
  const nlohmann::ordered_json question = {
      {"limit", kPageRows},
      {"offset", offset},
      // Without an order each page could be cut from another one.
      {"sortFields", nlohmann::ordered_json::array({"-symbolCode"})},
      {"compareFilters", {std::move(filter)}}};
  const auto reply = fetcher_.Get(
      {.url = url_,
       .headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}},
       .body = question.dump()});
  if (!reply) {
    return tl::unexpected<base::Error>(reply.error());
  }
  if (reply->status == kNoContent || reply->status == kNotFound) {
    return Part();
  }
  if (reply->status != kOk) {
    return tl::unexpected<base::Error>(Unexpected(url_, *reply));
  }
  auto page = ParseFinraJson(reply->body);
  if (!page) {
    return base::FailWith(net::ShownUrl(url_), page.error());
  }
  const std::string_view text = reply->Header("record-total");
  std::uint64_t total = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), total);
  if (error != std::errc() || end != text.data() + text.size() || total > kRowsMax) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      net::ShownUrl(url_) + ": record-total is " + Shown(text));
  }
  return Part{.page = *std::move(page), .total = total};
}

base::Result<std::optional<ShortInterestPage>> FinraApi::Fetch(std::chrono::sys_days settled) {
  ShortInterestPage all;
  std::optional<std::uint64_t> total;
  std::uint64_t read = 0;
  while (read < total.value_or(1)) {
    auto part = FetchPart(settled, read);
    if (!part) {
      return tl::unexpected<base::Error>(part.error());
    }
    const std::uint64_t rows = part->page.rows.size() + part->page.skipped;
    read += rows;
    if (part->total != total.value_or(part->total) || (rows == 0) != (part->total == 0) ||
        read > part->total) {
      return base::Fail(base::ErrorCode::kCorrupt,
                        fmt::format("{}: {} rows of {} after {}, {} were told before", url_, rows,
                                    part->total, read - rows, total.value_or(part->total)));
    }
    total = part->total;
    all.skipped += part->page.skipped;
    std::ranges::move(part->page.rows, std::back_inserter(all.rows));
    if (*total == 0) {
      return std::optional<ShortInterestPage>();
    }
  }
  // A row that comes twice stands for one that is missing.
  if (const auto distinct = RequireDistinct(all.rows); !distinct) {
    return base::FailWith(net::ShownUrl(url_), distinct.error());
  }
  if (auto same = RequireDay(url_, all, settled); !same) {
    return tl::unexpected<base::Error>(same.error());
  }
  return std::optional(std::move(all));
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
