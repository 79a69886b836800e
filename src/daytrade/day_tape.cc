#include "daytrade/day_tape.h"

#include <algorithm>

#include "base/decimal.h"
#include "daytrade/bounded.h"
#include "daytrade/day_counter.h"
#include "daytrade/execution.h"

namespace bulwark::daytrade {

base::Decimal CostOf(const Execution& execution) {
  return Times(execution.quantity.Abs(), execution.price.Abs(), base::Rounding::kCeiling);
}

void DayTape::Add(const Execution& execution) {
  const bool is_trade = !execution.trade.empty();
  const auto same =
      std::find_if(transactions_.begin(), transactions_.end(), [&](const Transaction& transaction) {
        return is_trade && transaction.is_trade && transaction.order == execution.order;
      });
  if (same != transactions_.end()) {
    same->quantity += execution.quantity;
    same->cost = Plus(same->cost, CostOf(execution));
    same->last = execution.at;
    return;
  }
  transactions_.push_back(Transaction{.order = execution.order,
                                      .quantity = execution.quantity,
                                      .cost = CostOf(execution),
                                      .at = execution.at,
                                      .last = execution.at,
                                      .is_trade = is_trade,
                                      .moved = execution.moved});
}

void DayTape::Move(DayCounter& counter, const Transaction& transaction) {
  switch (transaction.moved) {
    case Moved::kTransfer:
      counter.MoveOvernight(transaction.quantity);
      return;
    case Moved::kAccepted:
      counter.Accept(transaction.quantity, transaction.cost);
      return;
  }
}

bool DayTape::IsWith(const Transaction& transaction, base::Decimal adds) {
  return transaction.quantity.is_positive() == adds.is_positive() &&
         transaction.quantity.is_negative() == adds.is_negative();
}

}  // namespace bulwark::daytrade
