// The cash account: which money has settled, and which shares were bought with money that has not.
//
// Shape:   a purchase is paid with settled money first, then with proceeds in the order in which
//          they settle. Shares are bought "until" the last day on which money they were paid with
//          settles; to sell them earlier is a good-faith violation. A purchase that not even
//          unsettled money pays is free-riding. Sales take the newest shares first, which finds a
//          violation wherever a broker could.
// Units:   US dollars; quantities of shares.
// Errors:  Buy() and Sell() say what they found and book it all the same. More than kLotsMax lots
//          or kProceedsMax days of proceeds are merged, and then settle on the later day.
// Threads: one. Nothing allocates.
// Owner:   borrows the calendar, which outlives it.
// Source:  docs/day-trades.md#cash-accounts

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/decimal.h"
#include "calendar/exchange_calendar.h"
#include "daytrade/policy.h"
#include "model/instrument.h"

namespace bulwark::daytrade {

enum class CashFinding : std::uint8_t { kNone, kGoodFaith, kFreeRiding };

class CashBook {
 public:
  static constexpr std::size_t kLotsMax = 256;
  static constexpr std::size_t kProceedsMax = 8;

  CashBook(const calendar::ExchangeCalendar& calendar, base::Decimal settled)
      : calendar_(calendar), settled_(settled) {}

  // What the trade would be, on that trade date. Nothing is booked.
  [[nodiscard]] CashFinding JudgeBuy(Date date, base::Decimal cost) const;
  [[nodiscard]] CashFinding JudgeSell(Date date, model::InstrumentId instrument,
                                      base::Decimal quantity) const;
  // The first date on which that sale is no violation.
  [[nodiscard]] Date SellableFrom(model::InstrumentId instrument, base::Decimal quantity,
                                  Date date) const;

  CashFinding Buy(Date date, model::InstrumentId instrument, base::Decimal quantity,
                  base::Decimal cost);
  CashFinding Sell(Date date, model::InstrumentId instrument, base::Decimal quantity,
                   base::Decimal proceeds);

  [[nodiscard]] base::Decimal SettledOn(Date date) const;
  [[nodiscard]] base::Decimal UnsettledOn(Date date) const;

 private:
  struct Proceeds {
    Date settles_on;
    base::Decimal amount;
  };
  struct Lot {
    model::InstrumentId instrument;
    base::Decimal quantity;
    Date paid_until;
  };

  // Moves what settled by that date to the settled money.
  void Settle(Date date);
  void AddProceeds(Date settles_on, base::Decimal amount);
  void AddLot(const Lot& lot);

  const calendar::ExchangeCalendar& calendar_;
  base::Decimal settled_;
  std::array<Proceeds, kProceedsMax> proceeds_{};
  std::size_t proceeds_held_ = 0;
  std::array<Lot, kLotsMax> lots_{};
  std::size_t lots_held_ = 0;
};

}  // namespace bulwark::daytrade
