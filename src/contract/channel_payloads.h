// The messages of the pub/sub channels the trader publishes.
//
// Shape:   compact JSON objects holding the union of what the original documents promise, so that a
//          reader of either finds its fields. Enumerators in UPPER CASE, a failed order is
//          REJECTED.
// Units:   percent units (-1.2 means -1.2 %), drawdown positive; quantities absolute beside a side;
//          money in quote units; times with Z.
// Errors:  a non-finite strength stops the process; everything else can be written.
// Threads: any. Encoding allocates only when `out` has to grow.
// Source:  contract sections 0.3, 1.6, 6.3

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/time.h"
#include "model/action.h"
#include "model/fill.h"
#include "model/order.h"
#include "model/signal.h"
#include "model/switches.h"

namespace bulwark::contract {

// One position of portfolio:update. Market value and profit are derived; without a mark the
// position is shown at its cost.
struct PositionRow {
  std::string_view symbol;
  base::Decimal owned;  // Signed, blocked quantity included. Rows of zero are not written.
  base::Decimal cost;   // Of the owned quantity, with its sign.
  std::optional<base::Decimal> mark;
  std::string_view sector;  // Empty: unknown.
  std::string_view strategy;
  std::optional<base::UnixNanos> entry_at;
};

struct PortfolioUpdate {
  base::UnixNanos at;
  base::Decimal cash;  // Reservations included, so that cash + positions_value = total_equity.
  base::Decimal day_anchor;    // Equity from which the day's P&L is counted.
  base::Decimal start_equity;  // Equity from which the total P&L is counted.
  base::Decimal max_drawdown_pct;
  std::span<const PositionRow> positions;
};

void EncodePortfolioUpdate(std::string& out, const PortfolioUpdate& update);

// trade:executed. `order` is the order after the fill was booked.
void EncodeTradeExecuted(std::string& out, const model::Order& order, const model::Fill& fill,
                         std::string_view symbol);

// trade:executed too: one record of the trade history, from flat to flat. `exit_time` tells it from
// a single fill; times are UTC, and so is the date that makes a day trade.
void EncodeRoundTrip(std::string& out, const model::RoundTripClosed& closed,
                     std::string_view symbol);

// order:status
void EncodeOrderStatus(std::string& out, const model::Order& order, std::string_view symbol);

enum class Severity : std::uint8_t { kInfo, kWarning, kCritical };

// risk:alert. `symbol` may be empty: the whole account.
struct RiskAlert {
  std::string_view type;  // "order_denied", "kill_switch", ...
  Severity severity = Severity::kWarning;
  std::string_view reason;
  std::string_view symbol;
  std::optional<base::Decimal> current_value;
  std::optional<base::Decimal> limit_value;
  base::UnixNanos at;
};

void EncodeRiskAlert(std::string& out, const RiskAlert& alert);

// risk:kill_switch (the channel). `turn` is a turn of the kill switch.
void EncodeKillSwitchTurn(std::string& out, const model::SwitchTurn& turn);

// signal:generated
void EncodeSignal(std::string& out, const model::Signal& signal, std::string_view symbol);

void EncodeFeedDisconnected(std::string& out, base::UnixNanos at, std::string_view reason);
void EncodeFeedReconnected(std::string& out, base::UnixNanos at, std::size_t symbol_count);

}  // namespace bulwark::contract
