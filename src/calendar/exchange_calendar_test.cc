// Goal: every moment has the phase and the trade date that the exchanges give it, in winter and in
// summer, on half days, before holidays and with overrides.
// Method: moments by hand around each border; the examples of the day-trade rules; then every hour
// of three years and every day of 111 years against what must always hold.

#include "calendar/exchange_calendar.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/iso_time.h"
#include "base/new_york.h"
#include "base/result.h"
#include "base/time.h"
#include "calendar/day.h"

namespace bulwark::calendar {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::year;

Date On(int in, unsigned month, unsigned day) {
  return year(in) / std::chrono::month(month) / std::chrono::day(day);
}

// "2026-11-20T15:30" on a wall in New York.
base::UnixNanos Wall(std::string_view text) {
  const auto as_utc = base::ParseIso(std::string(text) + ":00");
  return base::FromNewYork(base::LocalNanos(as_utc.value().time_since_epoch())).at;
}

ExchangeCalendar With(const std::vector<Override>& overrides) {
  return ExchangeCalendar::Create(overrides).value();
}

TEST(ExchangeCalendarTest, KnowsThePhasesOfAFullSession) {
  const ExchangeCalendar calendar;

  EXPECT_EQ(calendar.PhaseAt(Wall("2026-11-19T19:59")), Phase::kPostMarket);
  EXPECT_EQ(calendar.PhaseAt(Wall("2026-11-19T20:00")), Phase::kOvernight);
  EXPECT_EQ(calendar.PhaseAt(Wall("2026-11-20T03:59")), Phase::kOvernight);
  EXPECT_EQ(calendar.PhaseAt(Wall("2026-11-20T04:00")), Phase::kPreMarket);
  EXPECT_EQ(calendar.PhaseAt(Wall("2026-11-20T09:29")), Phase::kPreMarket);
  EXPECT_EQ(calendar.PhaseAt(Wall("2026-11-20T09:30")), Phase::kRegular);
  EXPECT_EQ(calendar.PhaseAt(Wall("2026-11-20T15:59")), Phase::kRegular);
  EXPECT_EQ(calendar.PhaseAt(Wall("2026-11-20T16:00")), Phase::kPostMarket);
  EXPECT_EQ(calendar.PhaseAt(Wall("2026-11-20T20:00")), Phase::kClosed);  // A Friday.
}

TEST(ExchangeCalendarTest, ClosesEarlyOnAHalfDay) {
  const ExchangeCalendar calendar;  // 2026-11-27 is the Friday after Thanksgiving.

  EXPECT_TRUE(calendar.IsOpen(Wall("2026-11-27T12:59")));
  EXPECT_EQ(calendar.PhaseAt(Wall("2026-11-27T13:00")), Phase::kPostMarket);
  EXPECT_EQ(calendar.PhaseAt(Wall("2026-11-27T17:00")), Phase::kClosed);
  EXPECT_TRUE(calendar.SessionOf(On(2026, 11, 27))->is_half);
}

TEST(ExchangeCalendarTest, ClosedAtTwoOnTheHalfDaysBefore1993) {
  const ExchangeCalendar calendar;

  EXPECT_TRUE(calendar.IsOpen(Wall("1992-12-24T13:30")));
  EXPECT_FALSE(calendar.IsOpen(Wall("1992-12-24T14:00")));
  EXPECT_FALSE(calendar.IsOpen(Wall("1993-11-26T13:30")));
}

TEST(ExchangeCalendarTest, HasNoNightBeforeAHolidayButOneAfterIt) {
  const ExchangeCalendar calendar;

  EXPECT_EQ(calendar.PhaseAt(Wall("2026-11-25T21:00")), Phase::kClosed);  // Before Thanksgiving.
  EXPECT_EQ(calendar.PhaseAt(Wall("2026-11-26T12:00")), Phase::kClosed);
  EXPECT_EQ(calendar.PhaseAt(Wall("2026-11-26T21:00")), Phase::kOvernight);  // For the half day.
  EXPECT_EQ(calendar.PhaseAt(Wall("2026-11-29T19:59")), Phase::kClosed);     // A Sunday.
  EXPECT_EQ(calendar.PhaseAt(Wall("2026-11-29T20:00")), Phase::kOvernight);
}

TEST(ExchangeCalendarTest, OpensAtHalfPastNineOnTheWallInWinterAndInSummer) {
  const ExchangeCalendar calendar;

  EXPECT_EQ(calendar.SessionOf(On(2026, 3, 6))->open_at, base::ParseIso("2026-03-06T14:30:00Z"));
  EXPECT_EQ(calendar.SessionOf(On(2026, 3, 9))->open_at, base::ParseIso("2026-03-09T13:30:00Z"));
  EXPECT_EQ(calendar.SessionOf(On(2026, 10, 30))->open_at, base::ParseIso("2026-10-30T13:30:00Z"));
  EXPECT_EQ(calendar.SessionOf(On(2026, 11, 2))->open_at, base::ParseIso("2026-11-02T14:30:00Z"));
  // The night of the turn is an hour shorter or longer on no session's account: Sundays have none.
  EXPECT_EQ(calendar.SessionOf(On(2026, 11, 2))->overnight_at,
            base::ParseIso("2026-11-02T01:00:00Z"));
}

// The moments of docs/calendar.md#trade-dates.
TEST(ExchangeCalendarTest, GivesTheEveningToTheNextTradeDate) {
  const ExchangeCalendar calendar;

  EXPECT_EQ(calendar.TradeDateAt(Wall("2026-11-20T15:30")), On(2026, 11, 20));
  EXPECT_EQ(calendar.TradeDateAt(Wall("2026-11-20T19:30")), On(2026, 11, 20));  // UTC: the 21st.
  EXPECT_EQ(calendar.TradeDateAt(Wall("2026-11-23T19:55")), On(2026, 11, 23));
  EXPECT_EQ(calendar.TradeDateAt(Wall("2026-11-23T20:30")), On(2026, 11, 24));
  EXPECT_EQ(calendar.TradeDateAt(Wall("2026-11-24T03:00")), On(2026, 11, 24));
  EXPECT_EQ(calendar.TradeDateAt(Wall("2026-11-22T21:00")), On(2026, 11, 23));  // A Sunday.
  EXPECT_EQ(calendar.TradeDateAt(Wall("2026-11-25T21:00")), On(2026, 11, 27));  // Thanksgiving.
  EXPECT_EQ(calendar.TradeDateAt(Wall("2026-11-27T18:00")), On(2026, 11, 27));  // Half day, late.
  EXPECT_EQ(calendar.TradeDateAt(Wall("2026-11-28T12:00")), On(2026, 11, 30));  // A Saturday.
}

TEST(ExchangeCalendarTest, TakesTheHourAtWhichAVenueTurnsTheDate) {
  const ExchangeCalendar calendar;

  EXPECT_EQ(calendar.TradeDateAt(Wall("2026-12-07T20:30"), hours(21)), On(2026, 12, 7));
  EXPECT_EQ(calendar.TradeDateAt(Wall("2026-12-07T21:00"), hours(21)), On(2026, 12, 8));
}

TEST(ExchangeCalendarTest, CallsTheEveningsSinceTheExchangesTradeAtNightDisputed) {
  EXPECT_FALSE(ExchangeCalendar::IsTradeDateDisputed(Wall("2026-12-04T20:30")));
  EXPECT_FALSE(ExchangeCalendar::IsTradeDateDisputed(Wall("2026-12-06T19:59")));
  EXPECT_TRUE(ExchangeCalendar::IsTradeDateDisputed(Wall("2026-12-06T20:00")));
  EXPECT_TRUE(ExchangeCalendar::IsTradeDateDisputed(Wall("2026-12-07T23:59")));
  EXPECT_FALSE(ExchangeCalendar::IsTradeDateDisputed(Wall("2026-12-08T00:00")));
}

TEST(ExchangeCalendarTest, CountsSessionsBackOverWeekendsAndHolidays) {
  const ExchangeCalendar calendar;

  // Monday after Thanksgiving: 30, 27, 25, 24, 23.
  EXPECT_EQ(calendar.SessionsBack(On(2026, 11, 30), 4), On(2026, 11, 23));
  EXPECT_EQ(calendar.SessionsBack(On(2026, 12, 1), 4), On(2026, 11, 24));
  // On a Saturday the five end with Friday.
  EXPECT_EQ(calendar.SessionsBack(On(2026, 11, 21), 4), On(2026, 11, 16));
  EXPECT_EQ(calendar.SessionsBack(On(2026, 11, 21), 0), On(2026, 11, 20));
  EXPECT_EQ(calendar.SessionsBack(On(2001, 9, 17), 1), On(2001, 9, 10));
}

TEST(ExchangeCalendarTest, SpansFourToSevenDaysWithFiveSessionsUnlessHistoryHappens) {
  const ExchangeCalendar calendar;
  for (Date date = On(2024, 1, 1); date < On(2032, 1, 1); date += days(1)) {
    const Date last = calendar.SessionOnOrBefore(date);
    const auto span = last - calendar.SessionsBack(date, 4);
    ASSERT_GE(span, days(4));
    ASSERT_LE(span, days(7));
  }

  EXPECT_EQ(On(2012, 11, 1) - calendar.SessionsBack(On(2012, 11, 1), 4), days(8));
  EXPECT_EQ(On(2001, 9, 18) - calendar.SessionsBack(On(2001, 9, 18), 4), days(12));
}

TEST(ExchangeCalendarTest, KnowsWhichSessionIsOver) {
  const ExchangeCalendar calendar;

  EXPECT_EQ(calendar.LastClosedSession(Wall("2026-11-20T15:59")), On(2026, 11, 19));
  EXPECT_EQ(calendar.LastClosedSession(Wall("2026-11-20T16:00")), On(2026, 11, 20));
  EXPECT_EQ(calendar.LastClosedSession(Wall("2026-11-22T12:00")), On(2026, 11, 20));
  EXPECT_EQ(calendar.LastClosedSession(Wall("2026-11-27T13:00")), On(2026, 11, 27));
}

TEST(ExchangeCalendarTest, LetsAnOverrideCloseShortenAndOpenADate) {
  const auto calendar = With({{On(2026, 11, 27), DayKind::kFull},
                              {On(2026, 11, 23), DayKind::kClosed},
                              {On(2026, 11, 24), DayKind::kHalf}});

  EXPECT_EQ(calendar.DayOf(On(2026, 11, 23)), (Day{DayKind::kClosed, "override"}));
  EXPECT_EQ(calendar.NextSession(On(2026, 11, 20)), On(2026, 11, 24));
  EXPECT_EQ(calendar.PhaseAt(Wall("2026-11-22T21:00")), Phase::kClosed);
  EXPECT_FALSE(calendar.IsOpen(Wall("2026-11-24T14:00")));
  EXPECT_TRUE(calendar.IsOpen(Wall("2026-11-27T14:00")));
  EXPECT_EQ(calendar.TradeDateAt(Wall("2026-11-20T20:00")), On(2026, 11, 24));
}

TEST(ExchangeCalendarTest, RefusesOverridesThatMeanNothing) {
  std::vector<Override> endless;
  for (Date date = On(2027, 1, 1); date < On(2027, 4, 1); date += days(1)) {
    endless.push_back({date, DayKind::kClosed});
  }
  const std::vector<Override> too_many(ExchangeCalendar::kOverridesMax + 1);
  const std::vector<Override> twice{{On(2027, 3, 4), DayKind::kHalf},
                                    {On(2027, 3, 4), DayKind::kClosed}};
  const std::vector<Override> weekend{{On(2026, 11, 21), DayKind::kFull}};

  for (const std::vector<Override>& overrides : {endless, too_many, twice, weekend}) {
    const auto calendar = ExchangeCalendar::Create(overrides);

    ASSERT_FALSE(calendar.has_value());
    EXPECT_EQ(calendar.error().code, base::ErrorCode::kInvalidArgument);
  }
}

TEST(ExchangeCalendarTest, WalksForthAndBackThroughEverySessionOf111Years) {
  const ExchangeCalendar calendar;
  for (Date date = On(1990, 1, 1); date < On(2101, 1, 1); date += days(1)) {
    const Date next = calendar.NextSession(date);
    const Date before = calendar.PreviousSession(date);
    ASSERT_TRUE(calendar.IsSession(next) && calendar.IsSession(before));
    ASSERT_LE(next - before, days(10));  // September 2001.
    ASSERT_EQ(calendar.SessionOnOrBefore(next - days(1)), calendar.SessionOnOrBefore(date));
    const auto session = calendar.SessionOf(date);
    ASSERT_EQ(session.has_value(), calendar.IsSession(date));
    if (session) {
      ASSERT_EQ(calendar.PreviousSession(next), date);
      ASSERT_LT(session->overnight_at, session->pre_market_at);
      ASSERT_LT(session->pre_market_at, session->open_at);
      ASSERT_LT(session->open_at, session->close_at);
      ASSERT_LT(session->close_at, session->end_at);
    }
  }
}

TEST(ExchangeCalendarTest, AgreesWithItsOwnSessionsInEveryHourOfThreeYears) {
  const ExchangeCalendar calendar;
  Date last = On(2025, 12, 1);
  for (auto at = Wall("2026-01-01T00:30"); at < Wall("2029-01-01T00:30"); at += hours(1)) {
    const Date date = calendar.TradeDateAt(at);
    ASSERT_GE(date, last);  // Trade dates never go back.
    last = date;
    const auto session = calendar.SessionOf(date);
    ASSERT_TRUE(session.has_value());
    const bool is_inside = at >= session->overnight_at && at < session->end_at;
    ASSERT_EQ(calendar.PhaseAt(at) != Phase::kClosed, is_inside);
    ASSERT_EQ(calendar.IsOpen(at), at >= session->open_at && at < session->close_at);
  }
}

}  // namespace
}  // namespace bulwark::calendar
