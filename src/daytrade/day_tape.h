// The executions of one instrument on one day, made one transaction per order and counted.
//
// Shape:   in the order of time. At one and the same time what adds to a position is taken to come
//          before what closes it, since that makes the larger count.
// Threads: one. Nothing allocates after the constructor while at most `capacity` are on it.
// Source:  docs/day-trades.md#counting

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "daytrade/day_counter.h"
#include "daytrade/execution.h"
#include "model/order.h"

namespace bulwark::daytrade {

// One order's executions of one day; without an order, shares that were moved.
struct Transaction {
  model::OrderId order;
  base::Decimal quantity;
  base::Decimal cost;
  base::UnixNanos at;    // Of the first execution.
  base::UnixNanos last;  // And of the last one.
  bool is_trade = true;
  Moved moved = Moved::kTransfer;
};

base::Decimal CostOf(const Execution& execution);

class DayTape {
 public:
  explicit DayTape(std::size_t capacity) { transactions_.reserve(capacity); }

  void Add(const Execution& execution);
  void Clear() { transactions_.clear(); }
  [[nodiscard]] bool empty() const { return transactions_.empty(); }

  // Counts all of it and is empty then; answers how many orders traded. `on_close` is told each
  // transaction that closed something opened on the same day.
  template <class OnClose>
  std::int32_t Play(DayCounter& counter, OnClose on_close) {
    std::int32_t orders = 0;
    for (auto first = transactions_.begin(); first != transactions_.end();) {
      if (!first->is_trade) {
        Move(counter, *first);
        ++first;
        continue;
      }
      const auto last = std::find_if(first, transactions_.end(), [&](const Transaction& other) {
        return other.at != first->at || !other.is_trade;
      });
      orders += static_cast<std::int32_t>(last - first);
      PlayTogether(counter, first, last, on_close);
      first = last;
    }
    transactions_.clear();
    return orders;
  }

 private:
  using Rows = std::vector<Transaction>;

  static void Move(DayCounter& counter, const Transaction& transaction);
  // Whether the transaction goes with the sign of `adds`, or against it.
  static bool IsWith(const Transaction& transaction, base::Decimal adds);

  using At = Rows::const_iterator;

  template <class OnClose>
  static void PlayTogether(DayCounter& counter, At first, At last, OnClose& on_close) {
    const base::Decimal held = counter.net();
    const base::Decimal adds = held.is_zero() ? first->quantity : held;
    const auto adding = [&](const Transaction& it) { return IsWith(it, adds); };
    const auto closing = [&](const Transaction& it) { return !IsWith(it, adds); };
    PlayThose(counter, first, last, adding, on_close);
    PlayThose(counter, first, last, closing, on_close);
  }
  template <class IsMeant, class OnClose>
  static void PlayThose(DayCounter& counter, At first, At last, const IsMeant& is_meant,
                        OnClose& on_close) {
    for (; first != last; ++first) {
      if (is_meant(*first)) {
        PlayOne(counter, *first, on_close);
      }
    }
  }
  template <class OnClose>
  static void PlayOne(DayCounter& counter, const Transaction& transaction, OnClose& on_close) {
    const std::int32_t closed_before = counter.counts().m3;
    counter.Trade(transaction.quantity, transaction.cost);
    if (counter.counts().m3 != closed_before) {
      on_close(transaction);
    }
  }

  Rows transactions_;  // Reserved once.
};

}  // namespace bulwark::daytrade
