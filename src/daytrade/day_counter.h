// Counts the day trades of one instrument on one day, by the three methods that brokers use.
//
// Shape:   transactions in the order of time, one per order. A sale is matched with what was bought
//          on the same day first, the newest first, and only then with what was held before; a
//          short sale and its cover the same way round. M1 counts changes from opening to closing,
//          M2 the orders that opened what was closed, M3 the orders that closed it.
// Units:   signed quantities: bought is positive. Costs in quote units, without sign.
// Errors:  none. More than kLotsMax open lots are counted together, which never lowers a count.
// Threads: a trivially copyable value. Nothing allocates.
// Source:  docs/day-trades.md#counting

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/decimal.h"
#include "daytrade/policy.h"

namespace bulwark::daytrade {

struct Counts {
  std::int32_t m1 = 0;
  std::int32_t m2 = 0;
  std::int32_t m3 = 0;

  [[nodiscard]] std::int32_t strict() const;
  [[nodiscard]] std::int32_t By(CountMethod method) const;
  bool operator==(const Counts&) const = default;
};

class DayCounter {
 public:
  static constexpr std::size_t kLotsMax = 48;

  DayCounter() = default;
  explicit DayCounter(base::Decimal overnight) : overnight_(overnight) {}

  // One order's whole quantity of the day. `cost` is what it was worth, quantity times price.
  void Trade(base::Decimal quantity, base::Decimal cost);
  // Closes what was opened today, in one order; the count says what that is going to cost.
  void CloseToday();
  // Shares that came or went without a trade: a split, a transfer.
  void MoveOvernight(base::Decimal quantity) { overnight_ += quantity; }
  // A difference that a person accepted: no trade of ours, from a day that nobody knows. What went
  // was held over night, as far as anything was; what came is taken to be of today.
  void Accept(base::Decimal quantity, base::Decimal cost);

  [[nodiscard]] const Counts& counts() const { return counts_; }
  [[nodiscard]] base::Decimal opened_today() const;  // Signed, still held.
  [[nodiscard]] base::Decimal cost_of_today() const;
  [[nodiscard]] base::Decimal opened_cost() const { return opened_cost_; }  // Closed again or not.
  // All that is held: what the next day begins with.
  [[nodiscard]] base::Decimal net() const { return overnight_ + opened_today(); }

 private:
  struct Lot {
    base::Decimal quantity;
    base::Decimal cost;
    std::int32_t orders = 0;  // That opened it and were not counted as closed yet.
  };

  // Takes from the newest lots; answers what is left of the quantity.
  base::Decimal MatchToday(base::Decimal quantity, bool is_trade);
  // Takes from what was held over night; answers what is left.
  base::Decimal MatchOvernight(base::Decimal quantity);
  void Open(base::Decimal quantity, base::Decimal cost);

  base::Decimal overnight_;
  std::array<Lot, kLotsMax> lots_{};
  std::size_t lots_held_ = 0;
  bool is_opening_ = false;  // Whether the last thing that happened today was an opening.
  base::Decimal opened_cost_;
  Counts counts_;
};

}  // namespace bulwark::daytrade
