#include "daytrade/cash_book.h"

#include <algorithm>
#include <cstddef>
#include <span>

#include "base/decimal.h"
#include "daytrade/bounded.h"
#include "daytrade/policy.h"
#include "daytrade/settlement.h"
#include "model/instrument.h"

namespace bulwark::daytrade {

using base::Decimal;

Decimal CashBook::SettledOn(Date date) const {
  Decimal sum = settled_;
  for (std::size_t index = 0; index < proceeds_held_; ++index) {
    const Proceeds& proceeds = proceeds_.at(index);
    sum = proceeds.settles_on <= date ? Plus(sum, proceeds.amount) : sum;
  }
  return sum;
}

Decimal CashBook::UnsettledOn(Date date) const {
  Decimal sum;
  for (std::size_t index = 0; index < proceeds_held_; ++index) {
    const Proceeds& proceeds = proceeds_.at(index);
    sum = proceeds.settles_on > date ? Plus(sum, proceeds.amount) : sum;
  }
  return sum;
}

CashFinding CashBook::JudgeBuy(Date date, Decimal cost) const {
  const Decimal all = Plus(SettledOn(date), UnsettledOn(date));
  return cost <= all ? CashFinding::kNone : CashFinding::kFreeRiding;
}

Date CashBook::SellableFrom(model::InstrumentId instrument, Decimal quantity, Date date) const {
  Date from = date;
  for (std::size_t index = lots_held_; index > 0 && quantity.is_positive(); --index) {
    const Lot& lot = lots_.at(index - 1);
    if (lot.instrument == instrument) {
      from = std::max(from, lot.paid_until);
      quantity -= std::min(quantity, lot.quantity);
    }
  }
  return from;
}

CashFinding CashBook::JudgeSell(Date date, model::InstrumentId instrument, Decimal quantity) const {
  return SellableFrom(instrument, quantity, date) > date ? CashFinding::kGoodFaith
                                                         : CashFinding::kNone;
}

CashFinding CashBook::Buy(Date date, model::InstrumentId instrument, Decimal quantity,
                          Decimal cost) {
  const CashFinding finding = JudgeBuy(date, cost);
  Settle(date);
  Lot lot{.instrument = instrument, .quantity = quantity, .paid_until = date};
  Decimal due = cost;
  const Decimal from_settled = std::clamp(settled_, Decimal(), due);
  settled_ -= from_settled;
  due -= from_settled;
  for (std::size_t index = 0; index < proceeds_held_ && due.is_positive(); ++index) {
    Proceeds& proceeds = proceeds_.at(index);
    const Decimal taken = std::min(proceeds.amount, due);
    proceeds.amount -= taken;
    due -= taken;
    lot.paid_until = taken.is_positive() ? proceeds.settles_on : lot.paid_until;
  }
  settled_ = Minus(settled_, due);  // What nobody paid is owed.
  AddLot(lot);
  return finding;
}

CashFinding CashBook::Sell(Date date, model::InstrumentId instrument, Decimal quantity,
                           Decimal proceeds) {
  const CashFinding finding = JudgeSell(date, instrument, quantity);
  Settle(date);
  for (std::size_t index = lots_held_; index > 0 && quantity.is_positive(); --index) {
    Lot& lot = lots_.at(index - 1);
    if (lot.instrument == instrument) {
      const Decimal taken = std::min(quantity, lot.quantity);
      lot.quantity -= taken;
      quantity -= taken;
    }
  }
  const std::span held(lots_.data(), lots_held_);
  const auto kept = std::remove_if(held.begin(), held.end(),
                                   [](const Lot& lot) { return lot.quantity.is_zero(); });
  lots_held_ = static_cast<std::size_t>(kept - held.begin());
  AddProceeds(SettlementDate(calendar_, date), proceeds);
  return finding;
}

void CashBook::Settle(Date date) {
  settled_ = SettledOn(date);
  const std::span held(proceeds_.data(), proceeds_held_);
  const auto kept = std::remove_if(held.begin(), held.end(), [&](const Proceeds& proceeds) {
    return proceeds.settles_on <= date;
  });
  proceeds_held_ = static_cast<std::size_t>(kept - held.begin());
}

void CashBook::AddProceeds(Date settles_on, Decimal amount) {
  const bool has_room = proceeds_held_ < kProceedsMax;
  if (proceeds_held_ > 0) {
    Proceeds& last = proceeds_.at(proceeds_held_ - 1);
    if (last.settles_on == settles_on || !has_room) {
      last.settles_on = std::max(last.settles_on, settles_on);
      last.amount = Plus(last.amount, amount);
      return;
    }
  }
  proceeds_.at(proceeds_held_) = Proceeds{.settles_on = settles_on, .amount = amount};
  ++proceeds_held_;
}

void CashBook::AddLot(const Lot& lot) {
  if (lots_held_ < kLotsMax) {
    lots_.at(lots_held_) = lot;
    ++lots_held_;
    return;
  }
  for (std::size_t index = lots_held_; index > 0; --index) {
    Lot& other = lots_.at(index - 1);
    if (other.instrument == lot.instrument) {
      other.quantity += lot.quantity;
      other.paid_until = std::max(other.paid_until, lot.paid_until);
      return;
    }
  }
  lots_.at(lots_held_ - 1) = lot;
}

}  // namespace bulwark::daytrade
