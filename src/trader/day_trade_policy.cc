#include "trader/day_trade_policy.h"

#include <cstdint>
#include <optional>
#include <string>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "config/settings.h"
#include "daytrade/policy.h"
#include "engine/day_trade_book.h"
#include "ledger/share_moves_now.h"

namespace bulwark::trader {
namespace {

// What the ledger remembers must find room.
static_assert(ledger::kShareMovesMax < engine::DayTradeBook::kExecutionsMax);

daytrade::Regime RegimeOf(config::DayTradeRegime value) {
  switch (value) {
    case config::DayTradeRegime::kPdt:
      return daytrade::Regime::kPdt;
    case config::DayTradeRegime::kIntradayMargin:
      return daytrade::Regime::kIntradayMargin;
    case config::DayTradeRegime::kBoth:
      return daytrade::Regime::kBoth;
    case config::DayTradeRegime::kAuto:
    case config::DayTradeRegime::kNone:
      break;
  }
  return daytrade::Regime::kAuto;
}

daytrade::BrokerState BrokerOf(config::DayTradeBroker value) {
  switch (value) {
    case config::DayTradeBroker::kLegacy:
      return daytrade::BrokerState::kLegacy;
    case config::DayTradeBroker::kMigrated:
      return daytrade::BrokerState::kMigrated;
    case config::DayTradeBroker::kUnknown:
      break;
  }
  return daytrade::BrokerState::kUnknown;
}

daytrade::CountMethod MethodOf(config::DayTradeMethod value) {
  switch (value) {
    case config::DayTradeMethod::kM1:
      return daytrade::CountMethod::kM1;
    case config::DayTradeMethod::kM2:
      return daytrade::CountMethod::kM2;
    case config::DayTradeMethod::kM3:
      return daytrade::CountMethod::kM3;
    case config::DayTradeMethod::kStrict:
      break;
  }
  return daytrade::CountMethod::kStrict;
}

base::Decimal Share(base::Decimal percent) {
  return base::Div(percent, base::Decimal::FromInt(100), base::Rounding::kHalfEven);
}

}  // namespace

base::Result<std::optional<engine::DayTradeSetup>> MakeDayTrades(
    const config::DayTradeSettings& settings) {
  if (settings.regime == config::DayTradeRegime::kNone) {
    return std::optional<engine::DayTradeSetup>();
  }
  engine::DayTradeSetup setup;
  daytrade::Policy& policy = setup.policy;
  if (!settings.confirmed_on.empty()) {
    const auto date = base::ParseIso(settings.confirmed_on + "T00:00:00Z");
    if (!date) {
      return base::Fail(base::ErrorCode::kInvalidArgument,
                        "daytrade.confirmed_on: '" + settings.confirmed_on +
                            "' is not a date such as 2026-11-20");
    }
    policy.confirmed_on = std::chrono::floor<std::chrono::days>(*date);
  }
  policy.name = "settings";
  policy.regime = RegimeOf(settings.regime);
  policy.broker_state = BrokerOf(settings.broker);
  policy.recheck_days = static_cast<std::int32_t>(settings.recheck_days);
  policy.day_trades_max = static_cast<std::int32_t>(settings.max_trades);
  policy.cap_even_above_floor = settings.cap_above_floor;
  policy.floor_headroom = Share(settings.floor_headroom_pct);
  policy.count_method = MethodOf(settings.count_method);
  policy.same_day = settings.same_day == config::DayTradeSameDay::kTradeDate
                        ? daytrade::SameDay::kTradeDate
                        : daytrade::SameDay::kUnion;
  policy.trade_date_cutoff_hour = static_cast<std::int32_t>(settings.cutoff_hour);
  policy.use_six_percent = settings.six_percent;
  policy.buying_power_use = Share(settings.buying_power_pct);
  policy.leverage_max = settings.max_leverage;
  policy.buffer_usd = settings.buffer;
  policy.buffer_share = Share(settings.buffer_pct);
  policy.long_rate_floor = Share(settings.long_rate_pct);
  policy.min_equity_for_leverage = settings.min_equity;
  return std::optional(setup);
}

}  // namespace bulwark::trader
