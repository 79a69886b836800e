// risk:portfolio: how the account stands against its own limits.
//
// Shape:   the metrics object of the contract, and behind it what the watchdog says; a JSON object
//          in the spaced spelling. What is not known is null. `positions_at_risk` lists what lost
//          half of the stop or more since its average entry, long or short; empty while positions
//          have no stop.
// Units:   percent with two decimals, of equity (exposures, cash), of the highest equity
//          (drawdown), of the day's first equity (P&L), of the average entry (losses, positive).
// Errors:  none.
// Threads: any. Encoding allocates only when `out` has to grow.
// Source:  contract section 4.4, docs/risk.md#watchdog

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/decimal.h"
#include "base/time.h"
#include "contract/channel_payloads.h"
#include "model/watchdog.h"

namespace bulwark::contract {

struct PortfolioRisk {
  base::UnixNanos at;
  std::optional<base::Decimal> equity;
  base::Decimal cash;
  std::optional<base::Decimal> drawdown_pct;
  std::optional<base::Decimal> daily_pnl_pct;
  std::span<const PositionRow> positions;
  base::Decimal stop_loss_pct;                  // Zero: positions get no stop.
  std::optional<std::int64_t> day_trades_used;  // Empty: not under such rules.
  std::int64_t day_trades_max = 0;
  std::int64_t positions_max = 0;
  model::WatchdogView watchdog;
};

void EncodePortfolioRisk(std::string& out, const PortfolioRisk& risk);

}  // namespace bulwark::contract
