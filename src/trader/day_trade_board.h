// Keeps risk:pdt:trades as the day trades of the ledger united with what others wrote there.
//
// Shape:   our members are made from the executions, so that the same trade makes the same member,
//          however often it is told. Sync() reads the key and writes what is missing, takes away
//          members of ours that no longer hold, and trims what is older than eight days and outside
//          the window. What others wrote is remembered and written again after a loss.
// Errors:  as redis::Connection. A foreign type at the key is replaced and told.
// Threads: the publisher thread. Sync() blocks for two calls at most. Allocates.
// Owner:   the instrument table must outlive it.
// Source:  docs/day-trades.md#shown-in-redis, contract section 1.5.1

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "engine/day_trade_book.h"
#include "model/action.h"
#include "model/foreign_day_trade.h"
#include "model/instrument.h"
#include "model/share_move.h"
#include "oms/oms.h"
#include "redis/connection.h"
#include "redis/reply.h"

namespace bulwark::trader {

// A member of the set as it was read.
struct ShownDayTrade {
  std::string member;
  std::int64_t ordinal = 0;

  bool operator==(const ShownDayTrade&) const = default;
};
// Of the newest at most. More can only be there when somebody fills the key by mistake.
constexpr std::size_t kShownDayTradesMax = 10'000;
std::vector<ShownDayTrade> ShownDayTradesOf(const redis::Reply& reply);
base::Result<std::vector<ShownDayTrade>> ReadShownDayTrades(redis::Connection& connection);

// Which of them are not ours: ours name an order that the books remember.
std::vector<model::ForeignDayTrade> ForeignAmong(std::span<const ShownDayTrade> shown,
                                                 const std::set<std::string>& own_orders);
std::vector<std::int64_t> UnixDaysOf(std::span<const model::ForeignDayTrade> trades);
// The orders whose moves of shares are remembered.
std::set<std::string> OrdersIn(const model::ShareMoves& moves);

class DayTradeBoard {
 public:
  DayTradeBoard(engine::DayTradeSetup setup, const model::InstrumentTable& instruments,
                const oms::OpeningBooks& books, std::span<const model::ForeignDayTrade> foreign);

  void Apply(const model::Action& action, base::UnixNanos now);
  [[nodiscard]] bool is_dirty() const { return is_dirty_; }
  void MarkDirty() { is_dirty_ = true; }

  base::Result<void> Sync(redis::Connection& connection, base::UnixNanos now);
  // What there is to tell since the last call.
  std::vector<model::AlertRaised> TakeAlerts();

  // What the set should hold now, by member.
  [[nodiscard]] std::map<std::string, std::int64_t> Wanted(base::UnixNanos now) const;

 private:
  [[nodiscard]] std::int64_t OldestKept(base::UnixNanos now) const;
  [[nodiscard]] bool IsOurs(const ShownDayTrade& shown) const;
  void NoteForeign(std::span<const ShownDayTrade> shown, base::UnixNanos now);
  void Alert(std::string_view event, std::string_view reason, base::UnixNanos now);

  engine::DayTradeBook book_;
  const model::InstrumentTable& instruments_;
  std::set<std::string> own_orders_;
  std::map<std::string, std::int64_t> foreign_;  // Members of others and their scores.
  std::vector<model::AlertRaised> alerts_;
  bool is_dirty_ = true;
};

}  // namespace bulwark::trader
