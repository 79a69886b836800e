// What a trader takes from the ledger at its start.
//
// Shape:   the portfolio is recomputed from the opening cash and all fills and adjustments in the
//          order of booking;
//          then the open orders' remaining reservations are moved from free to blocked. Lists run
//          from the oldest to the newest.
// Threads: a value.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/decimal.h"
#include "ledger/entries_of_day.h"
#include "model/action.h"
#include "model/adjustment.h"
#include "model/autonomy.h"
#include "model/booked_trade.h"
#include "model/breaker.h"
#include "model/fill.h"
#include "model/foreign_day_trade.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/proposal.h"
#include "model/share_move.h"
#include "model/switches.h"

namespace bulwark::ledger {

constexpr std::size_t kTradeIdsMax = 50'000;  // Enough to recognise a venue's repeats.
constexpr std::size_t kLastFillsMax = 50;     // As many as VIEW:ORDERS shows.

constexpr std::size_t kBookedTradesMax = 2'000;  // As many as the OMS takes back exactly.

struct BookedFill {
  model::Fill fill;
  base::Decimal realised_pnl;
  model::Order order;  // As it is now.
};

struct RecoveredBooks {
  base::Decimal opening_cash;
  base::Decimal opening_cost;  // Of what an import found; zero for an account that began with cash.
  model::Portfolio portfolio;
  std::vector<model::Order> open_orders;
  std::vector<model::TradeId> trade_ids;  // The newest kTradeIdsMax, and those corrected.
  std::uint64_t venue_sequence_max = 0;
  std::uint64_t fills = 0;
  std::vector<BookedFill> last_fills;  // The newest kLastFillsMax.
  model::SwitchState switches;
  std::optional<model::AnchorSet> anchor;  // The newest; the caller knows which day it is.
  std::optional<model::AnchorSet> week_anchor;
  std::optional<model::AnchorSet> inception_anchor;
  EntriesOfDay entries;
  std::optional<model::AnchorSet> peak_anchor;
  std::optional<model::AnchorSet> session_anchor;
  std::optional<model::AnchorSet> watchdog_anchor;
  model::BreakerRecord breakers;
  std::vector<model::Proposal> proposals;         // Those that were left open; see approval_log.h.
  std::optional<model::ModeTurn> mode;            // Empty: nobody ever changed it.
  std::uint64_t last_answer = 0;                  // To a proposal.
  std::vector<model::BookedTrade> booked_trades;  // The newest kBookedTradesMax.
  model::ShareMoves share_moves;  // Of equities, as far as the replay of the books reached back.
  std::vector<model::ForeignDayTrade> foreign_day_trades;  // Oldest first.
  // Of what is no trade and belongs to none.
  std::vector<decltype(model::Adjustment::id)> adjustment_ids;
  std::uint64_t last_epoch = 0;
};

}  // namespace bulwark::ledger
