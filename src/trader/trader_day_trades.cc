// What a trader does about day trades at its start.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "engine/day_trade_book.h"
#include "ledger/recovered_books.h"
#include "model/foreign_day_trade.h"
#include "trader/assembly.h"
#include "trader/day_trade_board.h"
#include "trader/day_trade_policy.h"
#include "trader/trader.h"

namespace bulwark::trader {
namespace {

constexpr std::int64_t kForeignDaysKept = 30;  // Far more than any window reaches back.
constexpr std::int64_t kForeignDaysAhead = 7;  // What is dated later is a mistake and never counts.

}  // namespace

// Day trades that others told count like ours, and are kept for when Redis loses them.
base::Result<void> Trader::AdoptDayTrades(ledger::RecoveredBooks& books) {
  const auto shown = environment_.ReadShownDayTrades();
  if (!shown) {
    base::LogError("day_trades_unread").With("error", shown.error());
    are_day_trades_known_ = false;
    return {};
  }
  std::vector<model::ForeignDayTrade> added;
  const base::UnixNanos now = clock_.WallNow();
  const std::int64_t today = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
  for (model::ForeignDayTrade& trade : ForeignAmong(*shown, OrdersIn(books.share_moves))) {
    const bool is_known = std::any_of(
        books.foreign_day_trades.begin(), books.foreign_day_trades.end(),
        [&](const model::ForeignDayTrade& known) { return known.member == trade.member; });
    const bool is_sane =
        trade.unix_day >= today - kForeignDaysKept && trade.unix_day <= today + kForeignDaysAhead;
    if (!is_known && is_sane) {
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
  const auto setup = MakeDayTrades(settings_.daytrade, settings_.calendar.overrides);
  const std::optional<engine::DayTradeSetup> made = setup ? *setup : std::nullopt;
  if (made) {
    day_trades_ = std::make_unique<DayTradeBoard>(*made, instruments_, start.books, foreign);
  }
}

}  // namespace bulwark::trader
