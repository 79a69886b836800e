// What a scenario of the day-trade guard plays on: a clock, an account, and the guard's books.
//
// Shape:   the account is cash and holdings; equity follows from them unless the scenario states
//          it. A fill moves them, is told to the guard's books, and when it lowered the margin
//          level, to the book of deficits too.
// Units:   US dollars, New York's clock.
// Errors:  a complaint says what cannot be done; empty means done.
// Threads: one.
// Source:  docs/scenarios.md#day-trade-guard

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "calendar/day.h"
#include "calendar/exchange_calendar.h"
#include "daytrade/account.h"
#include "daytrade/cash_book.h"
#include "daytrade/deficit_book.h"
#include "daytrade/guard.h"
#include "daytrade/policy.h"
#include "daytrade/trade_log.h"
#include "model/instrument.h"

namespace bulwark::sim {

// Of a line: what stands alone, and what is written as name=value; @PRICE is price=PRICE.
struct Line {
  std::vector<std::string> words;
  std::map<std::string, std::string, std::less<>> options;

  [[nodiscard]] bool Has(std::string_view option) const { return options.contains(option); }
  [[nodiscard]] base::Decimal Number(std::string_view option, base::Decimal otherwise) const;
};

class DayTradeStage {
 public:
  DayTradeStage();

  // Before the first trade or question.
  daytrade::Policy& policy() { return policy_; }
  std::vector<calendar::Override>& overrides() { return overrides_; }
  [[nodiscard]] bool has_begun() const { return books_ != nullptr; }

  void SetClock(base::UnixNanos now) { now_ = now; }
  [[nodiscard]] base::UnixNanos now() const { return now_; }
  // Adds the symbol when it is new.
  std::optional<model::InstrumentId> Find(std::string_view symbol);
  daytrade::Holding& HoldingOf(model::InstrumentId instrument);

  std::optional<std::string> Hold(model::InstrumentId instrument, base::Decimal quantity,
                                  base::Decimal mark);
  std::optional<std::string> Fill(const daytrade::Execution& execution);
  std::optional<std::string> Move(model::InstrumentId instrument, base::Decimal quantity);
  void MoveCash(base::Decimal amount, bool is_by_customer);
  // Something else than a fill lowered the margin level.
  void ObserveReducing();
  void EndDay();
  void Check(const daytrade::Intent& intent);

  [[nodiscard]] daytrade::Snapshot SnapshotNow() const;
  daytrade::Snapshot& stated() { return stated_; }
  void StateEquity(base::Decimal equity) { stated_equity_ = equity; }
  void StateLastEquity(base::Decimal equity) { stated_last_equity_ = equity; }
  std::optional<base::Nanos>& snapshot_age() { return snapshot_age_; }
  daytrade::Conditions& conditions() { return conditions_; }
  std::vector<daytrade::Pending>& pending() { return pending_; }
  [[nodiscard]] const std::vector<daytrade::Holding>& holdings() const { return holdings_; }
  [[nodiscard]] const daytrade::Decision& decision() const { return decision_; }

  std::uint64_t NextNumber() { return ++number_; }
  // The same name is the same order.
  model::OrderId OrderNamed(const std::string& name);

  // Begins the books with the policy as it is now.
  daytrade::TradeLog& trades();
  daytrade::DeficitBook& deficits();
  daytrade::CashBook& cash_book();
  const calendar::ExchangeCalendar& calendar();

 private:
  struct Books {
    Books(calendar::ExchangeCalendar days, const daytrade::Policy& policy, base::Decimal cash);

    calendar::ExchangeCalendar calendar;
    daytrade::TradeLog trades;
    daytrade::DeficitBook deficits;
    daytrade::CashBook cash;
  };
  Books& books();
  [[nodiscard]] base::Decimal Level() const;
  void MoveHolding(const daytrade::Execution& execution);
  // What a sale of shares held since yesterday gives back in margin.
  void NoteRelease(const daytrade::Execution& execution, base::Decimal overnight);

  daytrade::Policy policy_;
  std::vector<calendar::Override> overrides_;
  model::InstrumentTable instruments_;
  std::vector<daytrade::Holding> holdings_;
  base::UnixNanos now_{};
  daytrade::Snapshot stated_;
  std::optional<base::Decimal> stated_equity_;
  std::optional<base::Decimal> stated_last_equity_;
  std::optional<base::Nanos> snapshot_age_{base::Nanos::zero()};  // Empty: there is no snapshot.
  daytrade::Conditions conditions_;
  std::vector<daytrade::Pending> pending_;
  daytrade::Decision decision_;
  std::unique_ptr<Books> books_;
  std::uint64_t number_ = 0;
  std::map<std::string, model::OrderId> orders_;
};

}  // namespace bulwark::sim
