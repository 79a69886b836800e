// Goal: a replay is set up exactly as the run was: every setting, instrument and opening figure
//       comes back, and nothing secret is kept.
// Method: settings changed in each type, there and back; records cut and compared.

#include "trader/run_record.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/result.h"
#include "config/settings_loader.h"
#include "ledger/ledger_testing.h"
#include "model/instrument.h"
#include "trader/assembly.h"

namespace bulwark::trader {
namespace {

config::Loaded LoadedWith(std::vector<config::FlagValue> flags) {
  auto loaded = config::LoadSettings({.flags = std::move(flags)});
  EXPECT_TRUE(loaded) << loaded.error().front().ToString();
  return *std::move(loaded);
}

TEST(RunRecordTest, GivesBackEverySettingThatIsNoSecret) {
  const config::Loaded loaded =
      LoadedWith({{"--set", "feed.symbols", "BTC/USDT,MSFT"},
                  {"--set", "feed.speed", "max"},
                  {"--set", "data", "/tmp/with blank,comma"},
                  {"--set", "risk.max_position_pct", "12.5%"},
                  {"--set", "strategy.enabled", "mean_reversion"},
                  {"--set", "risk.permit_ttl", "1500ms"},
                  {"--set", "halt.liquidate", "false"},
                  {"--set", "redis.url", "redis://user:hidden@127.0.0.1:1"}});
  const RecordedSettings recorded = SettingsToRecord(loaded);

  const auto back = SettingsOf(recorded);
  ASSERT_TRUE(back) << back.error().message;
  const RecordedSettings again = SettingsToRecord(LoadedWith([&] {
    std::vector<config::FlagValue> flags;
    for (const auto& [name, value] : recorded) {
      flags.push_back({"--set", name, value});
    }
    return flags;
  }()));

  EXPECT_EQ(again, recorded);
  EXPECT_EQ(back->risk.permit_ttl, loaded.settings.risk.permit_ttl);
  EXPECT_FALSE(back->feed.speed.has_value());
  EXPECT_FALSE(back->halt.liquidate);
  EXPECT_EQ(back->data, loaded.settings.data);
  for (const auto& [name, value] : recorded) {
    EXPECT_EQ(value.find("hidden"), std::string::npos) << name;
  }
}

TEST(RunRecordTest, RefusesSettingsThatThisVersionLacks) {
  const auto settings = SettingsOf({{"feed.colour", "blue"}});

  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code, base::ErrorCode::kInvalidArgument);
  EXPECT_NE(settings.error().message.find("feed.colour"), std::string::npos);
}

TEST(RunRecordTest, GivesBackInstrumentsAndBooks) {
  model::InstrumentTable table;
  ASSERT_TRUE(table.Add(*model::DefaultInstrument("BTC/USDT")));
  ASSERT_TRUE(table.Add(*model::DefaultInstrument("MSFT")));
  RunRecord record{.version = "1.2.3",
                   .settings = {{"bars.interval", "1s"}},
                   .instruments = table.rows(),
                   .start = {.epoch = 7}};
  record.start.books.portfolio.cash = base::Decimal::FromInt(5);
  record.start.books.open_orders = {ledger::testing_support::MakeOrder(1, model::Side::kBuy, "2")};
  record.start.books.trades = {model::TradeId("t1")};
  const std::string bytes = EncodeRunRecord(record);

  const auto back = DecodeRunRecord(bytes);

  ASSERT_TRUE(back);
  EXPECT_EQ(EncodeRunRecord(*back), bytes);
  EXPECT_EQ(back->start.epoch, 7U);
  EXPECT_EQ(back->start.books.portfolio, record.start.books.portfolio);
  const auto instruments = InstrumentsOf(*back);
  ASSERT_TRUE(instruments);
  EXPECT_EQ(instruments->Find("MSFT"), table.Find("MSFT"));
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    EXPECT_FALSE(DecodeRunRecord(std::string_view(bytes).substr(0, size)));
  }
}

}  // namespace
}  // namespace bulwark::trader
