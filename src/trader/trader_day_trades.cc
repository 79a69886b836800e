// What a trader does about day trades at its start.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/recovered_books.h"
#include "model/foreign_day_trade.h"
#include "trader/assembly.h"
#include "trader/day_trade_board.h"
#include "trader/day_trade_policy.h"
#include "trader/trader.h"

namespace bulwark::trader {
namespace {

constexpr std::int64_t kForeignDaysKept = 30;  // Far more than any window reaches back.

}  // namespace

// Day trades that others told count like ours, and are kept for when Redis loses them.
base::Result<void> Trader::AdoptDayTrades(ledger::RecoveredBooks& books) {
  const auto shown = environment_.ReadShownDayTrades();
  if (!shown) {
    base::LogWarn("day_trades_unread").With("error", shown.error());
    return {};
  }
  std::vector<model::ForeignDayTrade> added;
  const base::UnixNanos now = clock_.WallNow();
  const std::int64_t oldest =
      std::chrono::floor<std::chrono::days>(now).time_since_epoch().count() - kForeignDaysKept;
  for (model::ForeignDayTrade& trade : ForeignAmong(*shown, OrdersIn(books.share_moves))) {
    const bool is_known = std::any_of(
        books.foreign_day_trades.begin(), books.foreign_day_trades.end(),
        [&](const model::ForeignDayTrade& known) { return known.member == trade.member; });
    if (!is_known && trade.unix_day >= oldest) {
      added.push_back(std::move(trade));
    }
  }
  if (added.empty()) {
    return {};
  }
  if (auto kept = ledger_->KeepForeignDayTrades(added, now); !kept) {
    return kept;
  }
  base::LogWarn("day_trades_of_others").With("count", added.size());
  books.foreign_day_trades.insert(books.foreign_day_trades.end(), added.begin(), added.end());
  return {};
}

void Trader::MakeDayTradeBoard(const EngineStart& start,
                               const std::vector<model::ForeignDayTrade>& foreign) {
  if (engine_->day_trades() == nullptr) {
    return;
  }
  // Made for the engine before: there is one.
  auto setup = MakeDayTrades(settings_.daytrade);
  if (!setup || !*setup) {
    return;
  }
  day_trades_ =
      std::make_unique<DayTradeBoard>(**std::move(setup), instruments_, start.books, foreign);
}

}  // namespace bulwark::trader
