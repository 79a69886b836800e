// What the guards look at: the wish, the state of the stops and links, and the books.
//
// Shape:   filled by the engine for each order; figures of the books already count all working
//          orders.
// Units:   cash and notional in quote units, quantities in base units, times UTC wall clock.
// Threads: the engine thread only. Nothing here allocates.

#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "base/decimal.h"
#include "base/time.h"
#include "daytrade/guard.h"
#include "model/denial.h"
#include "model/instrument.h"
#include "model/order.h"

namespace bulwark::risk {

// Last price of an instrument and when we received it.
struct Mark {
  std::optional<base::Decimal> price;
  base::UnixNanos received_at;
};

// Stops, links and marks as the engine's events told them. At start everything says no.
struct GateState {
  bool is_halted = true;
  bool is_killed = true;
  bool is_redis_ok = false;
  bool is_ledger_ok = false;
  bool is_venue_up = false;
  bool is_feed_up = false;
  bool are_books_reconciled = false;
  std::optional<base::UnixNanos> permit_at;  // When stops and links were last proven.
  std::array<Mark, model::kInstrumentsMax> marks;
  std::array<std::optional<base::UnixNanos>, model::kInstrumentsMax> last_entry_at;
};

// The books as far as one order's instrument is concerned.
struct BookFigures {
  base::Decimal free_cash;
  std::optional<base::Decimal> equity;  // Empty while a held instrument has no mark.
  base::Decimal owned_quantity;         // Free and blocked.
  base::Decimal free_quantity;
  base::Decimal working_buy_quantity;   // Not yet filled part of working buys.
  base::Decimal working_sell_quantity;  // Of working short sales.
  base::Decimal closable_short;         // Short quantity that no working order closes already.
  bool has_working_order = false;       // Of this instrument; waiting ones do not count.
  std::size_t open_orders = 0;          // Of the account.
};

struct GuardInput {
  const model::NewOrder& order;
  const model::Instrument& instrument;
  const GateState& state;
  const BookFigures& books;
  base::UnixNanos now;
  // What the day-trade guard says; null where its rules do not apply.
  const daytrade::Decision* day_trade = nullptr;

  [[nodiscard]] const Mark& mark() const { return state.marks[instrument.id.index]; }
  // The price that values the order: its limit, else the mark.
  [[nodiscard]] std::optional<base::Decimal> reference_price() const {
    return order.limit_price ? order.limit_price : mark().price;
  }
};

// Empty means no objection.
using Verdict = std::optional<model::Denial>;

}  // namespace bulwark::risk
