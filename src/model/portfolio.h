// Cash and positions of the account, with what open orders have reserved.
//
// Shape:   cash and quantity are free amounts; the blocked ones belong to working orders and, of
//          the cash, to open positions that need collateral. The account owns cash + blocked_cash
//          and, per instrument, quantity + blocked_quantity. cost is what the owned quantity cost,
//          fees excluded: the sum of its lots (lots.h); realised_pnl is net of fees.
//          cash + cost - realised_pnl never changes by a trade (in a perp account, whose cash moves
//          by profit and loss alone, cash - realised_pnl).
// Units:   cash, cost and P&L in quote units (one account currency), quantity in base units,
//          signed.
// Threads: a trivially copyable value of fixed size.
// Source:  contract section 2.2, docs/orders.md#accounts

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/decimal.h"
#include "base/time.h"
#include "model/instrument.h"
#include "model/lots.h"
#include "model/order.h"

namespace bulwark::model {

enum class AccountMode : std::uint8_t { kSpot, kMargin, kPerp };

// What decides how trades move cash and what they tie up.
struct AccountTerms {
  AccountMode mode = AccountMode::kSpot;
  base::Decimal leverage = base::Decimal::FromInt(1);  // Notional per unit of collateral, from 1.

  bool operator==(const AccountTerms&) const = default;
};

// From flat to flat: what will become one record of the trade history.
struct RoundTrip {
  OrderId opening_order;  // Of the first fill; nil while flat.
  base::UnixNanos opened_at;
  Side side = Side::kBuy;  // Of the entry.
  base::Decimal entry_quantity;
  base::Decimal entry_notional;
  base::Decimal exit_quantity;
  base::Decimal exit_notional;
  base::Decimal fees;
  base::Decimal realised_pnl;  // Net of fees.

  [[nodiscard]] bool is_open() const { return entry_quantity.is_positive(); }
  bool operator==(const RoundTrip&) const = default;
};

struct Position {
  base::Decimal quantity;
  base::Decimal blocked_quantity;
  base::Decimal cost;
  base::Decimal realised_pnl;
  bool was_ever_held =
      false;  // Keeps the entry at 0.0 in oms:portfolio once flat, as readers expect.
  base::Decimal collateral;         // Cash that stays blocked while the position is open.
  base::UnixNanos short_opened_at;  // Empty (epoch) unless short.
  base::UnixNanos borrowed_until;   // Borrowing is paid for up to here. Empty unless short.
  RoundTrip trip;

  [[nodiscard]] base::Decimal owned() const { return quantity + blocked_quantity; }
  bool operator==(const Position&) const = default;
};

struct Portfolio {
  base::Decimal cash;
  base::Decimal blocked_cash;
  base::Decimal realised_pnl;
  base::Decimal fees_paid;
  std::array<Position, kInstrumentsMax> positions;
  base::Decimal borrow_fees_paid;  // Part of fees_paid.
  AccountTerms terms;
  LotBook lots;

  [[nodiscard]] base::Decimal owned_cash() const { return cash + blocked_cash; }
  [[nodiscard]] Position& at(InstrumentId id) { return positions.at(id.index); }
  [[nodiscard]] const Position& at(InstrumentId id) const { return positions.at(id.index); }
  bool operator==(const Portfolio&) const = default;
};

}  // namespace bulwark::model
