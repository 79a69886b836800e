#include "sources/vendor_bars.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "net/http_client.h"
#include "sources/alpaca.h"
#include "sources/alpha_vantage.h"
#include "sources/bar_source.h"
#include "sources/fetcher.h"
#include "sources/field_values.h"
#include "sources/refusal.h"
#include "store/bar_table.h"
#include "store/rows.h"

namespace bulwark::sources {
namespace {

constexpr int kOk = 200;

base::Error Unexpected(const std::string& url, const net::HttpReply& reply) {
  return {.code = base::ErrorCode::kCorrupt,
          .message = fmt::format("{}: status {}, {}", net::ShownUrl(url), reply.status,
                                 Shown(WithoutKey(reply.body)))};
}

std::optional<RefusalKind> RefusalOf(int status) {
  constexpr int kUnauthorized = 401;
  constexpr int kForbidden = 403;
  constexpr int kNotFound = 404;
  constexpr int kUnprocessable = 422;
  switch (status) {
    case kUnauthorized:
      return RefusalKind::kBadKey;
    case kForbidden:
      return RefusalKind::kNotEntitled;
    case kNotFound:
    case kUnprocessable:
      return RefusalKind::kUnknownSymbol;
    default:
      return std::nullopt;
  }
}

}  // namespace

AlphaVantageBars::AlphaVantageBars(Fetcher& fetcher, Options options)
    : fetcher_(fetcher), options_(std::move(options)) {}

base::Result<BarAnswer> AlphaVantageBars::Fetch(const BarRequest& request) {
  if (request.series.span != store::Span::kDay) {
    return base::Fail(base::ErrorCode::kNotFound, "alpha_vantage: only days are asked for");
  }
  const std::string url = fmt::format(
      "{}/query?function={}&symbol={}&outputsize={}&datatype=json&apikey={}", options_.base_url,
      options_.is_full ? "TIME_SERIES_DAILY_ADJUSTED" : "TIME_SERIES_DAILY",
      net::UrlEncoded(request.series.symbol), options_.is_full ? "full" : "compact",
      net::UrlEncoded(options_.key.Reveal()));
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
  auto answer = ParseAlphaDaily(reply->body);
  if (!answer) {
    return base::FailWith(net::ShownUrl(url), answer.error());
  }
  const DailyBars* daily = std::get_if<DailyBars>(&*answer);
  const bool is_cut = daily != nullptr && !options_.is_full && daily->bars.size() >= 100 &&
                      daily->bars.front().at > request.window.from;
  if (is_cut) {
    return Refusal{.kind = RefusalKind::kTooFarBack,
                   .text = "only the last 100 days are answered, from " +
                           base::FormatDate(daily->bars.front().at)};
  }
  return *std::move(answer);
}

AlpacaBars::AlpacaBars(Fetcher& fetcher, Options options)
    : fetcher_(fetcher), options_(std::move(options)) {}

std::string AlpacaBars::Url(const BarRequest& request, const std::string& page_token) const {
  // The end counts there; ours does not.
  const auto last = request.window.to - std::chrono::seconds{1};
  const std::string url = fmt::format(
      "{}/v2/stocks/"
      "bars?symbols={}&timeframe={}&start={}&end={}&limit=10000&adjustment=raw&feed={}",
      options_.base_url, net::UrlEncoded(AlpacaSymbol(request.series.symbol)),
      request.series.span == store::Span::kDay ? "1Day" : "1Min",
      net::UrlEncoded(base::FormatIso(request.window.from, base::IsoSuffix::kZulu)),
      net::UrlEncoded(base::FormatIso(last, base::IsoSuffix::kZulu)), options_.feed);
  return page_token.empty() ? url : url + "&page_token=" + net::UrlEncoded(page_token);
}

base::Result<BarAnswer> AlpacaBars::Fetch(const BarRequest& request) {
  DailyBars all;
  std::string token;
  for (int page_number = 1; page_number <= kPagesMax; ++page_number) {
    const std::string url = Url(request, token);
    const auto reply =
        fetcher_.Get({.url = url,
                      .headers = {{"APCA-API-KEY-ID", options_.key_id.Reveal()},
                                  {"APCA-API-SECRET-KEY", options_.secret.Reveal()}}});
    if (!reply) {
      return tl::unexpected<base::Error>(reply.error());
    }
    if (const auto kind = RefusalOf(reply->status)) {
      return Refusal{.kind = *kind, .text = AlpacaMessage(reply->body)};
    }
    if (reply->status != kOk) {
      return tl::unexpected<base::Error>(Unexpected(url, *reply));
    }
    auto page = ParseAlpacaBars(reply->body, request.series.span);
    if (!page) {
      return base::FailWith(net::ShownUrl(url), page.error());
    }
    std::vector<store::Bar>& bars = page->bars[request.series.symbol];
    all.bars.insert(all.bars.end(), bars.begin(), bars.end());
    if (page->next_page_token.empty()) {
      std::ranges::sort(all.bars, {}, &store::Bar::at);
      return all;
    }
    if (page->next_page_token == token) {
      return base::Fail(base::ErrorCode::kCorrupt,
                        net::ShownUrl(url) + ": the same page was offered twice");
    }
    token = page->next_page_token;
  }
  return base::Fail(base::ErrorCode::kCorrupt,
                    fmt::format("{}: more than {} pages", request.series.symbol, kPagesMax));
}

}  // namespace bulwark::sources
