// What the guards look at: the wish, the state of the stops and links, and the books.
//
// Shape:   filled by the engine for each order; figures of the books already count all working
//          orders.
// Units:   cash and notional in quote units, quantities in base units, times UTC wall clock.
// Threads: the engine thread only. Nothing here allocates.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/decimal.h"
#include "base/time.h"
#include "daytrade/guard.h"
#include "model/denial.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/scoped_modes.h"
#include "model/watchdog.h"
#include "risk/entry_log.h"
#include "risk/message_log.h"

namespace bulwark::risk {

// Last price of an instrument and when we received it.
struct Mark {
  std::optional<base::Decimal> price;
  base::UnixNanos received_at;
};

// The circuit breaker that stands in the way, in its own unit.
struct BreakerBlock {
  base::Decimal value;
  base::Decimal limit;
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
  std::optional<BreakerBlock> breaker;       // Tripped, or unknown where that counts.
  model::WatchdogView watchdog;
  model::ScopedModes scopes;
  std::uint64_t scopes_wanted = 0;  // The version that the last permit names.
  std::array<Mark, model::kInstrumentsMax> marks;
  EntryLog entries;
  MessageLog messages;
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
  std::size_t other_positions = 0;      // Other instruments that are held or being entered.
  // Positions at their marks and working entries; empty while one of them has no mark.
  std::optional<base::Decimal> gross_exposure;
  std::optional<base::Decimal> sector_exposure;  // Of the instrument's sector.
  std::optional<base::Decimal> average_volume;   // Of the last candles; empty without one.
  // Of our orders at the venue in this instrument; one without a price counts as the widest.
  std::optional<base::Decimal> lowest_own_sale;
  std::optional<base::Decimal> highest_own_bid;

  [[nodiscard]] bool is_held_or_entered() const {
    return !owned_quantity.is_zero() || working_buy_quantity.is_positive() ||
           working_sell_quantity.is_positive();
  }
};

struct GuardInput {
  const model::NewOrder& order;
  const model::Instrument& instrument;
  const GateState& state;
  const BookFigures& books;
  base::UnixNanos now;
  // What the day-trade guard says; null where its rules do not apply.
  const daytrade::Decision* day_trade = nullptr;
  bool is_successor = false;  // Takes the place of an order that was let through before.

  // The same about another order, which must outlive the answer.
  [[nodiscard]] GuardInput With(const model::NewOrder& other) const {
    return {.order = other,
            .instrument = instrument,
            .state = state,
            .books = books,
            .now = now,
            .day_trade = day_trade,
            .is_successor = is_successor};
  }

  [[nodiscard]] const Mark& mark() const { return state.marks[instrument.id.index]; }
  // The price that values the order: its limit, else the mark.
  [[nodiscard]] std::optional<base::Decimal> reference_price() const {
    return order.limit_price ? order.limit_price : mark().price;
  }
};

// Empty means no objection.
using Verdict = std::optional<model::Denial>;

}  // namespace bulwark::risk
