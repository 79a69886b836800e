#include "daytrade/deficit_book.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/decimal.h"
#include "daytrade/bounded.h"
#include "daytrade/policy.h"
#include "daytrade/settlement.h"

namespace bulwark::daytrade {
namespace {

using base::Decimal;

constexpr std::chrono::days kYear{365};

}  // namespace

const Deficit* DeficitBook::Find(Date date) const {
  for (std::size_t index = 0; index < held_; ++index) {
    if (deficits_.at(index).date == date) {
      return &deficits_.at(index);
    }
  }
  return nullptr;
}

Deficit* DeficitBook::Begin(Date date) {
  for (std::size_t index = 0; index < held_; ++index) {
    if (deficits_.at(index).date == date) {
      return &deficits_.at(index);
    }
  }
  if (held_ == kDeficitsMax) {
    if (!deficits_.front().satisfied_on || deficits_.front().date + kYear >= date) {
      is_overfull_ = true;
      return nullptr;
    }
    std::move(deficits_.begin() + 1, deficits_.end(), deficits_.begin());
    --held_;
  }
  deficits_.at(held_) = Deficit{.date = date,
                                .amount = {},
                                .is_minor = true,
                                .level_at_close = std::nullopt,
                                .customer_actions = {},
                                .level_gain = {},
                                .satisfied_on = std::nullopt};
  ++held_;
  return &deficits_.at(held_ - 1);
}

void DeficitBook::JudgeMinor(Deficit& deficit, std::optional<Decimal> equity) const {
  const Decimal share =
      equity ? Times(policy_.rules.minor_deficit_share, *equity, base::Rounding::kFloor)
             : Decimal();
  const bool fits = equity && deficit.amount <= std::min(share, policy_.rules.minor_deficit_usd);
  deficit.is_minor = deficit.is_minor && fits;
}

void DeficitBook::OnReducing(Date date, Decimal level, std::optional<Decimal> equity) {
  if (!level.is_negative()) {
    return;
  }
  Deficit* deficit = Begin(date);
  if (deficit == nullptr) {
    return;
  }
  deficit->amount = std::max(deficit->amount, -level);
  JudgeMinor(*deficit, equity);
}

void DeficitBook::OnCustomerAction(Date date, Decimal amount) {
  for (std::size_t index = 0; index < held_; ++index) {
    Deficit& deficit = deficits_.at(index);
    if (deficit.date < date && !deficit.satisfied_on) {
      deficit.customer_actions = Plus(deficit.customer_actions, amount);
    }
  }
}

void DeficitBook::OnEndOfDay(Date date, Decimal level, std::optional<Decimal> equity) {
  for (std::size_t index = 0; index < held_; ++index) {
    Deficit& deficit = deficits_.at(index);
    if (deficit.date == date) {
      deficit.level_at_close = level;
      JudgeMinor(deficit, equity);
      continue;
    }
    if (deficit.satisfied_on || deficit.date > date) {
      continue;
    }
    deficit.level_gain = Minus(level, deficit.level_at_close.value_or(level));
    const Decimal done =
        policy_.cure_basis == CureBasis::kLiteral ? deficit.level_gain : deficit.customer_actions;
    if (done >= deficit.amount) {
      deficit.satisfied_on = date;
    }
  }
}

void DeficitBook::Release(Date date) {
  released_on_ = date;
  is_overfull_ = false;
}

Decimal DeficitBook::Left(Date date, CureBasis basis) const {
  const Deficit* deficit = Find(date);
  if (deficit == nullptr) {
    return {};
  }
  const Decimal done =
      basis == CureBasis::kLiteral ? deficit->level_gain : deficit->customer_actions;
  return std::max(Decimal(), Minus(deficit->amount, done));
}

Deadlines DeficitBook::DeadlinesOf(Date date) const {
  const RuleNumbers& rules = policy_.rules;
  Deadlines deadlines;
  deadlines.ours = Deadline(calendar_, date, policy_.cure_days);
  deadlines.broker = Deadline(calendar_, date, policy_.broker_cure_days);
  deadlines.rule = Deadline(calendar_, date, rules.deficit_due_days);
  deadlines.expiry = Deadline(calendar_, date, rules.deficit_expiry_days);
  deadlines.freeze_ends = deadlines.rule + std::chrono::days{rules.freeze_days};
  return deadlines;
}

// Until the end of its last day a deadline is not missed.
bool DeficitBook::IsMissed(const Deficit& deficit, Date deadline, Date date) const {
  return date > deadline && (!deficit.satisfied_on || *deficit.satisfied_on > deadline) &&
         (!released_on_ || *released_on_ <= deadline);
}

bool DeficitBook::IsOpenOn(const Deficit& deficit, Date date) const {
  return deficit.date <= date && (!deficit.satisfied_on || *deficit.satisfied_on > date) &&
         date <= Deadline(calendar_, deficit.date, policy_.rules.deficit_expiry_days);
}

bool DeficitBook::CountsForLocks(const Deficit& deficit) const {
  return policy_.lock_on_minor || !deficit.is_minor;
}

std::int32_t DeficitBook::InLastYear(Date date) const {
  std::int32_t count = 0;
  for (std::size_t index = 0; index < held_; ++index) {
    const Deficit& deficit = deficits_.at(index);
    const bool is_counted = CountsForLocks(deficit) && deficit.date + kYear > date &&
                            (!released_on_ || deficit.date > *released_on_);
    count += is_counted ? 1 : 0;
  }
  return count;
}

std::optional<Date> DeficitBook::FrozenUntil(Date date) const {
  std::optional<Date> until;
  for (std::size_t index = 0; index < held_; ++index) {
    const Deficit& deficit = deficits_.at(index);
    const Deadlines deadlines = DeadlinesOf(deficit.date);
    if (CountsForLocks(deficit) && IsMissed(deficit, deadlines.rule, date) &&
        date <= deadlines.freeze_ends) {
      until = std::max(until.value_or(deadlines.freeze_ends), deadlines.freeze_ends);
    }
  }
  return until;
}

AccountState DeficitBook::StateOn(Date date) const {
  if (FrozenUntil(date)) {
    return AccountState::kFrozen;
  }
  if (is_overfull_ || InLastYear(date) > policy_.deficits_per_year_max) {
    return AccountState::kLocked;
  }
  AccountState state = AccountState::kNormal;
  for (std::size_t index = 0; index < held_; ++index) {
    const Deficit& deficit = deficits_.at(index);
    if (!CountsForLocks(deficit) || !IsOpenOn(deficit, date)) {
      continue;
    }
    const Deadlines deadlines = DeadlinesOf(deficit.date);
    const bool is_late = IsMissed(deficit, std::min(deadlines.ours, deadlines.broker), date);
    state = is_late ? AccountState::kLocked : std::max(state, AccountState::kOpenDeficit);
    if (state == AccountState::kLocked) {
      return state;
    }
  }
  return state;
}

bool DeficitBook::BlocksOpening(Date date) const {
  return StateOn(date) != AccountState::kNormal;
}

}  // namespace bulwark::daytrade
