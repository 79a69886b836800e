#include "trader/day_trade_policy.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "calendar/exchange_calendar.h"
#include "calendar/override_text.h"
#include "config/settings.h"
#include "daytrade/policy.h"
#include "engine/day_trade_book.h"
#include "ledger/share_moves_now.h"
#include "model/instrument.h"

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

base::Result<calendar::ExchangeCalendar> CalendarOf(std::string_view overrides) {
  const auto parsed = calendar::ParseOverrides(overrides);
  auto made = parsed ? calendar::ExchangeCalendar::Create(*parsed) : tl::unexpected(parsed.error());
  return made ? made : base::FailWith("calendar.overrides", made.error());
}

}  // namespace

base::Result<std::optional<engine::DayTradeSetup>> MakeDayTrades(
    const config::DayTradeSettings& settings, std::string_view calendar_overrides) {
  if (settings.regime == config::DayTradeRegime::kNone) {
    return std::optional<engine::DayTradeSetup>();
  }
  auto calendar = CalendarOf(calendar_overrides);
  if (!calendar) {
    return tl::unexpected<base::Error>(calendar.error());
  }
  engine::DayTradeSetup setup{.policy = {}, .calendar = *std::move(calendar)};
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
  policy.regular_hours_only = settings.regular_hours;
  policy.quiet_after_open = settings.quiet_open;
  policy.quiet_before_close = settings.quiet_close;
  policy.quiet_before_half_close = settings.quiet_half_close;
  return std::optional(setup);
}

base::Result<std::optional<calendar::ExchangeCalendar>> MakeMarketHours(
    const model::InstrumentTable& instruments, std::string_view calendar_overrides) {
  const auto& rows = instruments.rows();
  const bool closes = !rows.empty() && std::ranges::all_of(rows, [](const auto& instrument) {
    return model::KindOf(instrument) == model::AssetKind::kEquity;
  });
  if (!closes) {
    return std::optional<calendar::ExchangeCalendar>();
  }
  auto calendar = CalendarOf(calendar_overrides);
  if (!calendar) {
    return tl::unexpected<base::Error>(calendar.error());
  }
  return std::optional(*std::move(calendar));
}

}  // namespace bulwark::trader
