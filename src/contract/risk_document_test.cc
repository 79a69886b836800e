// Goal: risk:portfolio says what the contract says, for long and short positions, and null for what
//       nobody knows.
// Method: accounts by hand, compared as text.

#include "contract/risk_document.h"

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "contract/catalogue.h"
#include "contract/channel_payloads.h"
#include "model/watchdog.h"

namespace bulwark::contract {
namespace {

base::Decimal D(std::string_view text) {
  return *base::Decimal::Parse(text);
}

std::string TextOf(const PortfolioRisk& risk) {
  std::string text;
  EncodePortfolioRisk(text, risk);
  return text;
}

PortfolioRisk Account() {
  return {.at = base::UnixNanos{std::chrono::seconds{1'763'757'767}},
          .equity = D("20000"),
          .cash = D("10000"),
          .drawdown_pct = D("1.23456"),
          .daily_pnl_pct = D("-0.555"),
          .stop_loss_pct = D("2"),
          .day_trades_used = 1,
          .day_trades_max = 3,
          .positions_max = 20};
}

TEST(RiskDocumentTest, SaysHowTheAccountStands) {
  const std::array rows = {PositionRow{.symbol = "AAPL",
                                       .owned = D("50"),
                                       .cost = D("5000"),
                                       .mark = D("98.5"),
                                       .sector = "Technology"},
                           PositionRow{.symbol = "MSFT",
                                       .owned = D("10"),
                                       .cost = D("1000"),
                                       .mark = D("101"),
                                       .sector = "Technology"}};
  PortfolioRisk risk = Account();
  risk.positions = rows;
  risk.watchdog = {.level = model::WatchdogLevel::kReduced, .factor = D("0.5")};
  EXPECT_EQ(TextOf(risk),
            R"({"current_drawdown_pct": 1.23, "daily_pnl_pct": -0.56, "sector_exposure": )"
            R"({"Technology": 29.68}, "positions_at_risk": [{"symbol": "AAPL", "loss_pct": 1.5, )"
            R"("stop_loss_pct": 2.0}], "pdt_trades_used": 1, "pdt_max": 3, )"
            R"("cash_reserve_pct": 50.0, "total_positions": 2, "max_positions": 20, )"
            R"("watchdog": "reduced", "size_factor": 0.5, )"
            R"("checked_at": "2025-11-21T20:42:47+00:00"})");
}

TEST(RiskDocumentTest, JudgesAShortByItsOwnSide) {
  const std::array rows = {
      PositionRow{.symbol = "UP", .owned = D("-10"), .cost = D("-1000"), .mark = D("101")},
      PositionRow{.symbol = "DOWN", .owned = D("-10"), .cost = D("-1000"), .mark = D("99")}};
  PortfolioRisk risk = Account();
  risk.positions = rows;
  const std::string text = TextOf(risk);
  EXPECT_NE(text.find(R"({"symbol": "UP", "loss_pct": 1.0)"), std::string::npos) << text;
  EXPECT_EQ(text.find("DOWN"), std::string::npos) << text;
}

TEST(RiskDocumentTest, ListsNoneJustAboveHalfOfTheStopNorWithoutOne) {
  const std::array rows = {
      PositionRow{.symbol = "UP", .owned = D("10"), .cost = D("1000"), .mark = D("99.01")}};
  PortfolioRisk risk = Account();
  risk.positions = rows;
  EXPECT_NE(TextOf(risk).find(R"("positions_at_risk": [])"), std::string::npos);
  const std::array lost = {
      PositionRow{.symbol = "UP", .owned = D("10"), .cost = D("1000"), .mark = D("1")}};
  risk.positions = lost;
  EXPECT_EQ(TextOf(risk).find(R"("positions_at_risk": [])"), std::string::npos);
  risk.stop_loss_pct = D("0");
  EXPECT_NE(TextOf(risk).find(R"("positions_at_risk": [])"), std::string::npos);
}

TEST(RiskDocumentTest, SaysNullForWhatNobodyKnows) {
  const std::array rows = {
      PositionRow{.symbol = "UP", .owned = D("10"), .cost = D("1000"), .sector = "Energy"}};
  PortfolioRisk risk = Account();
  risk.equity.reset();
  risk.drawdown_pct.reset();
  risk.daily_pnl_pct.reset();
  risk.positions = rows;
  const std::string text = TextOf(risk);
  for (const std::string_view part :
       {R"("current_drawdown_pct": null)", R"("daily_pnl_pct": null)", R"({"Energy": null})",
        R"("positions_at_risk": [])", R"("cash_reserve_pct": null)"}) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  }
  EXPECT_EQ(Get(EntryId::kPortfolioRisk).check(text), std::nullopt);
}

}  // namespace
}  // namespace bulwark::contract
