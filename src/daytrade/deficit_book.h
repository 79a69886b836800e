// The intraday margin deficits of an account: how large, until when to be cured, and what follows
// when they are not.
//
// Shape:   one deficit per trade date, never lowered. It is satisfied at the end of a later day on
//          which what was done for it reaches its amount. At most kDeficitsMax of the last twelve
//          months are kept.
// Units:   US dollars.
// Errors:  none. When there is no room for another deficit the account is locked for a person.
// Threads: one. Nothing allocates.
// Owner:   borrows the calendar, which outlives it.
// Source:  docs/day-trades.md#deficits

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/decimal.h"
#include "calendar/exchange_calendar.h"
#include "daytrade/policy.h"

namespace bulwark::daytrade {

enum class AccountState : std::uint8_t {
  kNormal,
  kOpenDeficit,  // Unsatisfied, its deadlines are not over.
  kLocked,       // A deadline of ours or of the broker passed, or there were too many.
  kFrozen,       // The rule's deadline passed.
};

struct Deficit {
  Date date;
  base::Decimal amount;
  bool is_minor = true;
  std::optional<base::Decimal> level_at_close;
  base::Decimal customer_actions;  // Since the end of its day.
  base::Decimal level_gain;        // Since its close, at the last end of day.
  std::optional<Date> satisfied_on;
};

struct Deadlines {
  Date ours;
  Date broker;
  Date rule;
  Date expiry;
  Date freeze_ends;
};

class DeficitBook {
 public:
  static constexpr std::size_t kDeficitsMax = 32;

  DeficitBook(const calendar::ExchangeCalendar& calendar, const Policy& policy)
      : calendar_(calendar), policy_(policy) {}

  // The level after a transaction that lowered it. Market moves alone are not told here.
  void OnReducing(Date date, base::Decimal level, std::optional<base::Decimal> equity);
  // Deposits and requirements released by sales of what was held before: positive. Withdrawals:
  // negative. Counts for the deficits of earlier days.
  void OnCustomerAction(Date date, base::Decimal amount);
  void OnEndOfDay(Date date, base::Decimal level, std::optional<base::Decimal> equity);
  // A person, or the broker in writing, ends locks and freezes.
  void Release(Date date);

  [[nodiscard]] AccountState StateOn(Date date) const;
  // Whether deficits forbid to open positions.
  [[nodiscard]] bool BlocksOpening(Date date) const;
  [[nodiscard]] Deadlines DeadlinesOf(Date date) const;
  [[nodiscard]] std::optional<Date> FrozenUntil(Date date) const;
  [[nodiscard]] const Deficit* Find(Date date) const;
  // What is still to be done for the deficit of a date, by either basis.
  [[nodiscard]] base::Decimal Left(Date date, CureBasis basis) const;

 private:
  [[nodiscard]] bool IsOpenOn(const Deficit& deficit, Date date) const;
  [[nodiscard]] bool IsMissed(const Deficit& deficit, Date deadline, Date date) const;
  [[nodiscard]] bool CountsForLocks(const Deficit& deficit) const;
  [[nodiscard]] std::int32_t InLastYear(Date date) const;
  Deficit* Begin(Date date);
  void JudgeMinor(Deficit& deficit, std::optional<base::Decimal> equity) const;

  const calendar::ExchangeCalendar& calendar_;
  Policy policy_;
  std::array<Deficit, kDeficitsMax> deficits_;
  std::size_t held_ = 0;
  bool is_overfull_ = false;
  std::optional<Date> released_on_;
};

}  // namespace bulwark::daytrade
