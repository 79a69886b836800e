// The part of Exchange that moves money: executing, resting matches, ends.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/ensure.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "venue/paper/exchange.h"
#include "venue/paper/market_model.h"
#include "venue/paper/order_checks.h"
#include "venue/paper/paper_order.h"

namespace bulwark::venue::paper {
namespace {

using base::Decimal;
using model::OrderEnd;
using model::Side;

}  // namespace

// The largest part of `size` that own reservation and free cash pay for. A sell gets money: all of
// it, unless the account could not hold the sum.
Decimal Exchange::Affordable(const PaperOrder& order, Decimal price, Decimal size,
                             Decimal fee_bps) const {
  const auto cost = CostOf(price, size, fee_bps);
  if (order.asked.side == Side::kSell) {
    return cost && base::CheckedAdd(account_.cash(), *cost) ? size : Decimal();
  }
  const Decimal available = account_.free_cash() + order.blocked;
  if (cost && *cost <= available) {
    return size;
  }
  // The cost grows with the quantity: halve the range of lots until the largest that fits is left.
  const std::int64_t lot = instruments_.at(order.instrument.index).lot_size.raw();
  std::int64_t fits = 0;
  std::int64_t too_many = size.raw() / lot;
  while (fits + 1 < too_many) {
    const std::int64_t middle = fits + (too_many - fits) / 2;
    const auto middle_cost = CostOf(price, Decimal::FromRaw(middle * lot), fee_bps);
    (middle_cost && *middle_cost <= available ? fits : too_many) = middle;
  }
  return Decimal::FromRaw(fits * lot);
}

// Fills what can be paid of `wanted` at `price`; an order that cannot pay the rest ends. False when
// the order is gone.
bool Exchange::Execute(PaperOrder& order, Decimal price, Decimal wanted, Liquidity liquidity,
                       Outcomes& outcomes) {
  const Decimal fee_bps =
      liquidity == Liquidity::kMaker ? model_.maker_fee_bps : model_.taker_fee_bps;
  const Decimal size = Affordable(order, price, wanted, fee_bps);
  if (size.is_positive()) {
    BookFill(order, price, size, fee_bps, outcomes);
  }
  if (size < wanted) {
    End(order, OrderEnd::kCancelled, kInsufficientCash, outcomes);
    return false;
  }
  if (order.remaining().is_zero()) {
    Forget(order);
    return false;
  }
  return true;
}

void Exchange::BookFill(PaperOrder& order, Decimal price, Decimal size, Decimal fee_bps,
                        Outcomes& outcomes) {
  model::Fill fill{.order_id = order.asked.id,
                   .trade_id = model::TradeId("P-" + std::to_string(last_sequence_ + 1)),
                   .instrument = order.instrument,
                   .side = order.asked.side,
                   .price = price,
                   .quantity = size,
                   .at = clock_,
                   .venue_sequence = last_sequence_ + 1};
  const auto fee = Fee(fill.notional(), fee_bps);
  ENSURE(fee.has_value());
  fill.fee = *fee;
  ++last_sequence_;
  Unblock(order);
  account_.Settle(fill);
  order.filled += size;
  Block(order);
  outcomes.emplace_back(Filled{.fill = fill, .order = order});
}

void Exchange::MatchResting(Book& book, const model::Tick& tick, Outcomes& outcomes) {
  const Decimal lot = instruments_.at(tick.instrument.index).lot_size;
  Decimal budget = tick.size.is_positive() ? tick.size.RoundDownTo(lot) : Decimal::Max();
  std::vector<std::uint64_t> through;
  for (const auto& [price, number] : book.buys) {
    if (-price <= tick.price) {
      break;
    }
    through.push_back(number);
  }
  FillResting(through, budget, outcomes);
  through.clear();
  for (const auto& [price, number] : book.sells) {
    if (price >= tick.price) {
      break;
    }
    through.push_back(number);
  }
  FillResting(through, budget, outcomes);
}

void Exchange::FillResting(const std::vector<std::uint64_t>& numbers, Decimal& budget,
                           Outcomes& outcomes) {
  for (const std::uint64_t number : numbers) {
    PaperOrder& order = working_.at(number);
    const Decimal lot = instruments_.at(order.instrument.index).lot_size;
    const Decimal possible = std::min(order.remaining(), budget.RoundDownTo(lot));
    if (!possible.is_positive()) {
      return;
    }
    const DrawKey key{.order_number = number, .filled = order.filled};
    const Decimal size = FillSize(model_, possible, lot, key);
    budget -= size;
    // Only limit orders rest.
    Execute(order, order.asked.limit_price.value_or(Decimal()), size, Liquidity::kMaker, outcomes);
  }
}

void Exchange::End(PaperOrder order, OrderEnd end, std::string_view reason, Outcomes& outcomes) {
  Unblock(order);
  outcomes.emplace_back(Ended{.order = order,
                              .end = end,
                              .reason = model::Reason(reason),
                              .at = clock_,
                              .was_accepted = true});
  Forget(order);
}

void Exchange::Forget(const PaperOrder& order) {
  const std::uint64_t number = order.number;
  Book& book = BookOf(order);
  book.hungry.erase(number);
  if (order.asked.limit_price) {
    book.buys.erase({-*order.asked.limit_price, number});
    book.sells.erase({*order.asked.limit_price, number});
  }
  pending_.erase({order.active_at, number});
  numbers_.erase(order.asked.id);
  working_.erase(number);
}

}  // namespace bulwark::venue::paper
