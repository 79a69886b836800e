// Goal: whoever counts the listed day trades of a window comes to no fewer than the guard, and the
//       list is the same however the executions came.
// Method: sequences whose counts are known; random ones against TradeLog::Count().

#include "daytrade/day_trade_list.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "base/decimal.h"
#include "base/new_york.h"
#include "base/time.h"
#include "base/uuid.h"
#include "calendar/exchange_calendar.h"
#include "daytrade/execution.h"
#include "daytrade/policy.h"
#include "daytrade/trade_log.h"
#include "model/order.h"

namespace bulwark::daytrade {
namespace {

using base::Decimal;

// Of November 2026 in New York.
base::UnixNanos At(unsigned day, int hour) {
  const auto date = std::chrono::local_days{std::chrono::year{2026} / 11 / static_cast<int>(day)};
  return base::FromNewYork(date + std::chrono::hours{hour}).at;
}

Execution Make(int quantity, base::UnixNanos at, std::uint64_t order, std::uint64_t part = 0) {
  return Execution{.instrument = {0},
                   .order = base::Uuid::Derive(1, 1, order),
                   .trade = model::TradeId(std::to_string(order) + "." + std::to_string(part)),
                   .quantity = Decimal::FromInt(quantity),
                   .price = Decimal::FromInt(10),
                   .at = at};
}

struct Logged {
  explicit Logged(const std::vector<Execution>& executions, const Policy& policy = {})
      : log(calendar, policy, 64) {
    for (const Execution& execution : executions) {
      log.Add(execution, execution.at);
    }
  }
  calendar::ExchangeCalendar calendar;
  TradeLog log;
};

TEST(DayTradeListTest, NamesTheOrderThatClosedAndItsTradeDate) {
  const Logged logged(
      {Make(10, At(23, 10), 1), Make(-4, At(23, 11), 2), Make(-6, At(23, 12), 2, 1)});
  const std::vector<DayTrade> list = ListDayTrades(logged.log);

  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].date, Date{std::chrono::year{2026} / 11 / 23});
  EXPECT_EQ(list[0].number, 1);
  EXPECT_EQ(list[0].order, base::Uuid::Derive(1, 1, 2));
  EXPECT_EQ(list[0].at, At(23, 11));
}

TEST(DayTradeListTest, HasWhatTheStrictestMethodCounts) {
  // Two orders opened it, one closed it: m2 counts two.
  const Logged logged({Make(5, At(23, 10), 1), Make(5, At(23, 11), 2), Make(-10, At(23, 12), 3)});
  const std::vector<DayTrade> list = ListDayTrades(logged.log);

  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[1].number, 2);
  EXPECT_EQ(list[1].order, base::Uuid::Derive(1, 1, 3));
}

TEST(DayTradeListTest, HasWhatOnlyTheDateOnTheWallMakesADayTrade) {
  // Bought at 19:55 on Monday, sold in the night session: Tuesday's.
  const base::UnixNanos bought = At(23, 19) + std::chrono::minutes{55};
  const Logged logged({Make(10, bought, 1), Make(-10, At(23, 20), 2)});
  const std::vector<DayTrade> list = ListDayTrades(logged.log);

  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].date, Date{std::chrono::year{2026} / 11 / 24});
}

TEST(DayTradeListTest, IsEmptyWhereNothingWasClosedOnItsDay) {
  const Logged logged({Make(10, At(23, 10), 1), Make(-10, At(24, 10), 2)});
  EXPECT_TRUE(ListDayTrades(logged.log).empty());
}

rc::Gen<std::vector<Execution>> Executions() {
  return rc::gen::exec([] {
    std::vector<Execution> executions;
    const int count = *rc::gen::inRange(1, 24);
    base::UnixNanos at = At(16, 4);
    for (int index = 0; index < count; ++index) {
      at += std::chrono::minutes{*rc::gen::inRange(1, 600)};
      Execution execution = Make(*rc::gen::nonZero<signed char>(), at,
                                 static_cast<std::uint64_t>(*rc::gen::inRange(0, 12)),
                                 static_cast<std::uint64_t>(index));
      execution.instrument = {static_cast<std::uint16_t>(*rc::gen::inRange(0, 2))};
      executions.push_back(execution);
    }
    return executions;
  });
}

RC_GTEST_PROP(DayTradeListProperties, NobodyCountsFewerThanTheGuard, ()) {
  const std::vector<Execution> executions = *Executions();
  const Policy policy{.count_method = *rc::gen::element(CountMethod::kM1, CountMethod::kM2,
                                                        CountMethod::kM3, CountMethod::kStrict),
                      .same_day = *rc::gen::element(SameDay::kUnion, SameDay::kTradeDate)};
  const Logged logged(executions, policy);
  const base::UnixNanos now = executions.back().at;
  const Date first = logged.log.WindowStart(now);
  const std::vector<DayTrade> list = ListDayTrades(logged.log);
  const auto listed = std::count_if(list.begin(), list.end(),
                                    [&](const DayTrade& trade) { return trade.date >= first; });
  RC_ASSERT(listed >= logged.log.Count(now));
}

RC_GTEST_PROP(DayTradeListProperties, TheOrderOfTellingMakesNoDifference, ()) {
  std::vector<Execution> executions = *Executions();
  const std::vector<DayTrade> list = ListDayTrades(Logged(executions).log);
  const base::UnixNanos now = executions.back().at;
  const auto first = *rc::gen::inRange<std::size_t>(0, executions.size());
  std::rotate(executions.begin(), executions.begin() + static_cast<std::ptrdiff_t>(first),
              executions.end());
  Logged other({});
  for (const Execution& execution : executions) {
    other.log.Add(execution, now);
  }
  RC_ASSERT(ListDayTrades(other.log) == list);
}

}  // namespace
}  // namespace bulwark::daytrade
