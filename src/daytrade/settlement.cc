#include "daytrade/settlement.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "calendar/exchange_calendar.h"
#include "daytrade/policy.h"

namespace bulwark::daytrade {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::weekday;
using std::chrono::year_month_day;

bool IsWeekend(Date date) {
  const weekday day{date};
  return day == std::chrono::Saturday || day == std::chrono::Sunday;
}

// Banks keep a Sunday's holiday on Monday; a Saturday's they do not keep.
bool IsKeptOn(Date date, sys_days holiday) {
  return date == (weekday{holiday} == std::chrono::Sunday ? holiday + days{1} : holiday);
}

bool IsFixedHoliday(Date date) {
  namespace chr = std::chrono;
  const chr::year year = year_month_day{date}.year();
  return IsKeptOn(date, year / chr::January / 1) || IsKeptOn(date, year / chr::June / 19) ||
         IsKeptOn(date, year / chr::July / 4) || IsKeptOn(date, year / chr::November / 11) ||
         IsKeptOn(date, year / chr::December / 25);
}

bool IsMovableHoliday(Date date) {
  namespace chr = std::chrono;
  const chr::year year = year_month_day{date}.year();
  return date == sys_days{year / chr::January / chr::Monday[3]} ||
         date == sys_days{year / chr::February / chr::Monday[3]} ||
         date == sys_days{year / chr::May / chr::Monday[chr::last]} ||
         date == sys_days{year / chr::September / chr::Monday[1]} ||
         date == sys_days{year / chr::October / chr::Monday[2]} ||
         date == sys_days{year / chr::November / chr::Thursday[4]};
}

Date BankDays(Date date, std::int32_t count) {
  for (std::int32_t left = count; left > 0;) {
    date += days{1};
    left -= IsWeekend(date) || IsBankHoliday(date) ? 0 : 1;
  }
  return date;
}

}  // namespace

bool IsBankHoliday(Date date) {
  return IsFixedHoliday(date) || IsMovableHoliday(date);
}

bool IsSettlementDay(const calendar::ExchangeCalendar& calendar, Date date) {
  return calendar.IsSession(date) && !IsBankHoliday(date);
}

Date SettlementDate(const calendar::ExchangeCalendar& calendar, Date trade_date) {
  Date date = calendar.NextSession(trade_date);
  while (!IsSettlementDay(calendar, date)) {
    date = calendar.NextSession(date);
  }
  return date;
}

Date Deadline(const calendar::ExchangeCalendar& calendar, Date from, std::int32_t count) {
  Date session = from;
  for (std::int32_t left = count; left > 0; --left) {
    session = calendar.NextSession(session);
  }
  return std::min(session, BankDays(from, count));
}

}  // namespace bulwark::daytrade
