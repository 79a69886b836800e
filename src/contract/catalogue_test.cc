// Goal: the catalogue is complete and true: every example passes its own check, every name of both
// original documents is known, names that are not in it are refused.
// Method: walk all entries; a hand-made list of names from the documents; hand-made strangers.

#include "contract/catalogue.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/uuid.h"
#include "contract/key_match.h"
#include "contract/keys.h"

namespace bulwark::contract {
namespace {

TEST(CatalogueTest, HoldsAnExampleThatItsOwnChecksAccept) {
  for (const Entry& entry : Catalogue()) {
    SCOPED_TRACE(entry.pattern);
    const auto match = entry.kind == Kind::kChannel ? MatchChannel(entry.example_key)
                                                    : MatchKey(entry.example_key);

    ASSERT_TRUE(match.has_value());
    EXPECT_EQ(match.value().entry, &entry);
    EXPECT_EQ(entry.check(entry.example), std::nullopt);
    EXPECT_NE(entry.check("\xff{"), std::nullopt);
  }
}

TEST(CatalogueTest, SaysEverythingAboutEachEntry) {
  std::set<std::string> patterns;
  for (const Entry& entry : Catalogue()) {
    SCOPED_TRACE(entry.pattern);
    patterns.insert(
        std::string(Name(entry.kind == Kind::kChannel ? Kind::kChannel : Kind::kString)) +
        std::string(entry.pattern));

    EXPECT_FALSE(entry.producer.empty() || entry.consumers.empty() || entry.rebuilt_from.empty());
    EXPECT_TRUE(entry.meaning.ends_with('.'));
    EXPECT_LE(entry.ttl.min_s, entry.ttl.max_s);
  }
  EXPECT_EQ(patterns.size(), kEntries);
}

TEST(CatalogueTest, KnowsEveryNameOfBothOriginalDocuments) {
  for (const std::string_view name : {"SYSTEM:HALT",
                                      "SYSTEM:HEARTBEAT",
                                      "ALERTS:LAST",
                                      "ALERTS:EVENT:1771351200123",
                                      "METRICS:TOTAL_VALUE",
                                      "METRICS:CASH",
                                      "METRICS:PNL_DAILY",
                                      "METRICS:LATENCY:TICK_TO_DECISION_MS",
                                      "METRICS:LATENCY:DECISION_TO_FILL_MS",
                                      "METRICS:LATENCY:TICK_TO_FILL_MS",
                                      "MARKET:LAST_PRICE",
                                      "MARKET:LAST_TICK",
                                      "VIEW:ORDERS",
                                      "VIEW:POSITIONS",
                                      "oms:portfolio",
                                      "oms:order:1da26b1b-0000-4000-8000-000000000001",
                                      "risk:pdt:trades",
                                      "risk:kill_switch",
                                      "jobs:daily_bars:2026-03-12:done",
                                      "jobs:weekly_fundamentals:2026-W11:done",
                                      "jobs:altdata:last_run",
                                      "backfill:completed",
                                      "system:status",
                                      "rate_limit:alpha_vantage:tokens",
                                      "rate_limit:alpha_vantage:last_refill",
                                      "cache:universe:sp500"}) {
    const auto match = MatchKey(name);
    ASSERT_TRUE(match.has_value()) << name;
    EXPECT_NE(match.value().entry->origin, Origin::kExtension) << name;
  }
  for (const std::string_view name :
       {"portfolio:update", "trade:executed", "trade:pending_approval", "order:status",
        "risk:alert", "risk:circuit_breaker", "risk:kill_switch", "signal:generated",
        "system:feed:disconnected", "system:feed:reconnected"}) {
    EXPECT_TRUE(MatchChannel(name).has_value()) << name;
  }
}

TEST(KeyMatchTest, RefusesNamesThatOnlyLookAlike) {
  for (const std::string_view name : {"",
                                      "SYSTEM:HALTED",
                                      "system:halt",
                                      "SYSTEM:HALT ",
                                      "oms:order:",
                                      "oms:order:7",
                                      "oms:order:1DA26B1B-0000-4000-8000-000000000001",
                                      "ALERTS:EVENT:",
                                      "ALERTS:EVENT:12x",
                                      "MARKET:LAST_PRICE:BTC/USDT",
                                      "MARKET:LAST_PRICE:btc_usdt",
                                      "MARKET:OHLCV:",
                                      "jobs:daily_bars:2026-13-12:done",
                                      "jobs:weekly_fundamentals:2026-W00:done",
                                      "jobs:weekly_fundamentals:2026-11:done",
                                      "rate_limit::tokens",
                                      "rate_limit:a:b:tokens",
                                      "cache:universe",
                                      "cache:universe:",
                                      "trade:executed",
                                      "risk:kill_switch:other"}) {
    EXPECT_FALSE(MatchKey(name).has_value()) << name;
  }
  EXPECT_FALSE(MatchChannel("oms:portfolio").has_value());
}

TEST(KeyMatchTest, BindsPlaceholdersAndFindsTheNearestName) {
  const auto match = MatchKey("cache:fundamentals:AAPL:2026");

  ASSERT_TRUE(match.has_value());
  ASSERT_EQ(match.value().placeholders.size(), 2U);
  EXPECT_EQ(match.value().placeholders[0].second, "fundamentals");
  EXPECT_EQ(match.value().placeholders[1].second, "AAPL:2026");
  EXPECT_EQ(NearestKey("SYSTEM:HALTED")->pattern, "SYSTEM:HALT");
  EXPECT_EQ(NearestKey("oms:order:7")->pattern, "oms:order:<id>");
  EXPECT_EQ(NearestKey("zzz"), nullptr);
}

TEST(KeysTest, BuildsNamesThatTheCatalogueKnows) {
  const base::Uuid id = base::Uuid::Derive(1, 2, 3);

  EXPECT_EQ(keys::Order(id).view(), "oms:order:" + id.ToString());
  EXPECT_EQ(keys::LastPrice("BTC/USDT").view(), "MARKET:LAST_PRICE:BTC_USDT");
  EXPECT_EQ(keys::TickToFill("brk-b").view(), "METRICS:LATENCY:TICK_TO_FILL_MS:BRK_B");
  EXPECT_EQ(keys::AlertsEvent(1771351200123).view(), "ALERTS:EVENT:1771351200123");
  EXPECT_EQ(ScopedSymbol("EUR:usd.x"), "EUR_USD.X");
  EXPECT_EQ(keys::RateLimit("alpha_vantage").last_refill.view(),
            "rate_limit:alpha_vantage:last_refill");
  EXPECT_EQ(keys::RateLimit("alpha_vantage").log.view(), "rate_limit:alpha_vantage:log");
  EXPECT_EQ(keys::Cache("universe", "sp500").view(), "cache:universe:sp500");
  EXPECT_EQ(keys::CacheLock("universe", "sp500").view(), "cache_lock:universe:sp500");
  EXPECT_EQ(keys::CacheCounters("universe").view(), "cache_counters:universe");
  EXPECT_EQ(ScanPattern(EntryId::kOrder), "oms:order:*");
  EXPECT_EQ(ScanPattern(EntryId::kCache), "cache:*:*");
  for (const Channel& channel : channels::All()) {
    EXPECT_TRUE(MatchChannel(channel.view()).has_value()) << channel.view();
  }
  EXPECT_EQ(channels::All().back(), channels::FeedReconnected());
}

}  // namespace
}  // namespace bulwark::contract
