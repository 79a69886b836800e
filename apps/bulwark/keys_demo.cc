#include "keys_demo.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <fmt/format.h>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "contract/alert_document.h"
#include "contract/catalogue.h"
#include "contract/key_match.h"
#include "contract/keys.h"
#include "contract/market_documents.h"
#include "keys_clear.h"
#include "model/action.h"
#include "model/market_data.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/reply.h"

namespace bulwark::app {
namespace {

namespace keys = contract::keys;
using contract::EntryId;

// One key to write: a string has one value, a set has its members.
struct DemoKey {
  std::string name;
  std::vector<std::string> values;
};

struct Market {
  std::string_view symbol;
  double price;
};
constexpr std::array<Market, 3> kMarkets = {{
    {.symbol = "BTC/USDT", .price = 61'250.0},
    {.symbol = "ETH/USDT", .price = 3'105.5},
    {.symbol = "SOL/USDT", .price = 148.25},
}};
constexpr std::array<std::string_view, 8> kTickers = {"AAPL", "MSFT", "NVDA", "AMZN",
                                                      "JPM",  "XOM",  "UNH",  "PG"};
constexpr std::size_t kBars = 50;

base::Decimal Rounded(double amount) {
  return *base::Decimal::Parse(fmt::format("{:.2f}", amount));
}

// A calm wave with a slope, the same at every call.
double PriceAt(const Market& market, std::size_t step) {
  const auto at = static_cast<double>(step);
  return market.price * (1 + 0.004 * std::sin(at / 5) + 0.0003 * at);
}

std::vector<model::Bar> BarsOf(const Market& market, base::UnixNanos now) {
  std::vector<model::Bar> bars;
  const auto last = std::chrono::floor<std::chrono::minutes>(now);
  for (std::size_t step = 0; step < kBars; ++step) {
    const double open = PriceAt(market, step);
    const double close = PriceAt(market, step + 1);
    model::Bar bar;
    bar.open_at = last - std::chrono::minutes{kBars - step};
    bar.close_at = bar.open_at + std::chrono::minutes{1};
    bar.open = Rounded(open);
    bar.high = Rounded(std::max(open, close) * 1.0006);
    bar.low = Rounded(std::min(open, close) * 0.9994);
    bar.close = Rounded(close);
    bar.volume = Rounded(12.5 + static_cast<double>(step % 7));
    bars.push_back(bar);
  }
  return bars;
}

template <class... Args>
std::string Encoded(void (*encode)(std::string&, Args...), std::type_identity_t<Args>... args) {
  std::string out;
  encode(out, args...);
  return out;
}

void AddMarket(std::vector<DemoKey>& out, base::UnixNanos now) {
  for (const Market& market : kMarkets) {
    const std::vector<model::Bar> bars = BarsOf(market, now);
    const base::Decimal price = bars.back().close;
    const std::string bars_text = Encoded<std::span<const model::Bar>>(&contract::EncodeBars, bars);
    const std::string tick = Encoded(&contract::EncodeLastTick, market.symbol, price, now);
    const std::string amount = Encoded(&contract::EncodeAmount, price);
    out.push_back({keys::LastPrice(market.symbol).text(), {amount}});
    out.push_back({keys::LastTick(market.symbol).text(), {tick}});
    out.push_back({keys::Ohlcv(market.symbol).text(), {bars_text}});
    if (market.symbol == kMarkets.front().symbol) {
      out.push_back({keys::LastPrice().text(), {amount}});
      out.push_back({keys::LastTick().text(), {tick}});
      out.push_back({keys::Ohlcv().text(), {bars_text}});
    }
  }
  out.push_back({keys::ActiveSymbols().text(), {R"(["BTC/USDT", "ETH/USDT", "SOL/USDT"])"}});
}

void AddMetrics(std::vector<DemoKey>& out) {
  using std::chrono::microseconds;
  out.push_back(
      {keys::TotalValue().text(), {Encoded(&contract::EncodeAmount, Rounded(103'482.17))}});
  out.push_back({keys::Cash().text(), {Encoded(&contract::EncodeAmount, Rounded(71'904.5))}});
  out.push_back({keys::PnlDaily().text(),
                 {Encoded(&contract::EncodeDailyPnl, Rounded(103'482.17), Rounded(102'960))}});
  out.push_back({keys::TickToDecision().text(),
                 {Encoded(&contract::EncodeLatency, base::Nanos{microseconds{12'500}})}});
  out.push_back({keys::DecisionToFill().text(),
                 {Encoded(&contract::EncodeLatency, base::Nanos{microseconds{30'000}})}});
  out.push_back({keys::TickToFill().text(),
                 {Encoded(&contract::EncodeLatency, base::Nanos{microseconds{42'500}})}});
}

void AddAlerts(std::vector<DemoKey>& out, base::UnixNanos now) {
  using std::chrono::minutes;
  const std::array<contract::Alert, 3> alerts = {{
      {.at = now - minutes{95},
       .level = model::AlertLevel::kWarning,
       .event = "FEED_RECONNECTED",
       .message = "Demo: the market feed is back after 4 s",
       .details = {}},
      {.at = now - minutes{41},
       .level = model::AlertLevel::kError,
       .event = "ORDER_REJECTED",
       .message = "Demo: the venue rejected an order",
       .details = {}},
      {.at = now - minutes{3},
       .level = model::AlertLevel::kWarning,
       .event = "EXPOSURE_HIGH",
       .message = "Demo: exposure is 31 % of equity",
       .details = {}},
  }};
  for (const contract::Alert& alert : alerts) {
    std::string text;
    contract::EncodeAlert(text, alert);
    const auto epoch_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(alert.at.time_since_epoch());
    out.push_back({keys::AlertsEvent(epoch_ms.count()).text(), {text}});
    if (&alert == &alerts.back()) {
      out.push_back({keys::AlertsLast().text(), {text}});
    }
  }
}

// Books and views: the documented examples.
void AddBooks(std::vector<DemoKey>& out) {
  for (const EntryId id : {EntryId::kViewOrders, EntryId::kViewPositions, EntryId::kPortfolio,
                           EntryId::kOrder, EntryId::kOpenOrders}) {
    const contract::Entry& entry = contract::Get(id);
    out.push_back({std::string(entry.example_key), {std::string(entry.example)}});
  }
}

// 2026-W11 of a date; ISO weeks belong to the year of their Thursday.
std::string IsoWeek(base::UnixNanos at) {
  using std::chrono::days;
  const std::chrono::sys_days day = std::chrono::floor<days>(at);
  const std::chrono::weekday weekday{day};
  const std::chrono::sys_days thursday = day + days{4} - days{weekday.iso_encoding()};
  const std::chrono::year_month_day date{thursday};
  const std::chrono::sys_days first{date.year() / std::chrono::January / 1};
  return fmt::format("{:04}-W{:02}", static_cast<int>(date.year()),
                     (thursday - first).count() / 7 + 1);
}

std::string PatternWith(EntryId id, std::string_view value) {
  std::string name = contract::ScanPattern(id);
  return name.replace(name.find('*'), 1, value);
}

void AddJobsAndCache(std::vector<DemoKey>& out, base::UnixNanos now) {
  const std::string iso = base::FormatIso(now, base::IsoSuffix::kZulu);
  const std::vector<std::string> tickers(kTickers.begin(), kTickers.end());
  out.push_back({PatternWith(EntryId::kDailyBarsDone, iso.substr(0, 10)), tickers});
  out.push_back({PatternWith(EntryId::kWeeklyFundamentalsDone, IsoWeek(now)), tickers});
  out.push_back({std::string(contract::Get(EntryId::kAltdataLastRun).pattern), {iso}});
  out.push_back({std::string(contract::Get(EntryId::kBackfillCompleted).pattern), tickers});
  out.push_back({keys::Cache("universe", "demo").text(),
                 {R"({"AAPL": "Information Technology", "JPM": "Financials", "XOM": "Energy"})"}});
  out.push_back({keys::Cache("fundamentals", "DEMO").text(),
                 {R"({"symbol": "DEMO", "pe_ratio": 24.1, "market_cap": 1250000000.0})"}});
}

std::vector<DemoKey> DemoKeys(base::UnixNanos now) {
  std::vector<DemoKey> all;
  AddMetrics(all);
  AddMarket(all, now);
  AddAlerts(all, now);
  AddBooks(all);
  AddJobsAndCache(all, now);
  return all;
}

// Value, time to live, and its name in the list: all or nothing.
base::Result<void> WriteOne(redis::Connection& connection, const DemoKey& key) {
  const auto match = contract::MatchKey(key.name);
  ENSURE(match && IsForDemo(*match->entry));
  redis::Pipeline pipeline;
  pipeline.BeginTransaction();
  std::vector<std::string_view> words = {
      match->entry->kind == contract::Kind::kSet ? "SADD" : "SET", key.name};
  words.insert(words.end(), key.values.begin(), key.values.end());
  pipeline.Add(redis::Args{words});
  if (!match->entry->ttl.is_none()) {
    pipeline.Add({"EXPIRE", key.name, std::to_string(match->entry->ttl.max_s)});
  }
  pipeline.Add({"SADD", keys::DemoKeys().view(), key.name});
  pipeline.EndTransaction();
  return connection.Execute(pipeline);
}

base::Result<bool> Exists(redis::Connection& connection, std::string_view name) {
  const auto reply = connection.Call({"EXISTS", name});
  if (!reply) {
    return tl::unexpected(reply.error());
  }
  return reply->AsInteger() == 1;
}

}  // namespace

base::Result<DemoReport> FillWithDemo(redis::Connection& connection, base::UnixNanos now) {
  for (const contract::Key& sign : {keys::Epoch(), keys::Heartbeat()}) {
    const auto is_there = Exists(connection, sign.view());
    if (!is_there) {
      return tl::unexpected(is_there.error());
    }
    if (*is_there) {
      return base::Fail(base::ErrorCode::kConflict,
                        "a trader has written here (" + sign.text() +
                            " exists): demo data must not mix with real books");
    }
  }
  const auto is_filled = Exists(connection, keys::DemoKeys().view());
  if (!is_filled) {
    return tl::unexpected(is_filled.error());
  }
  if (*is_filled) {
    return base::Fail(base::ErrorCode::kConflict,
                      "demo data is here already; `bulwark keys clear-demo --yes` removes it");
  }
  DemoReport report;
  for (const DemoKey& key : DemoKeys(now)) {
    const auto is_there = Exists(connection, key.name);
    if (!is_there) {
      return tl::unexpected(is_there.error());
    }
    if (*is_there) {
      ++report.kept;
      continue;
    }
    if (auto written = WriteOne(connection, key); !written) {
      return tl::unexpected(written.error());
    }
    ++report.written;
  }
  return report;
}

}  // namespace bulwark::app
