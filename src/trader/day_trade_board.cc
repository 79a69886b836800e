#include "trader/day_trade_board.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "base/new_york.h"
#include "base/result.h"
#include "base/time.h"
#include "contract/day_trade_document.h"
#include "contract/keys.h"
#include "daytrade/day_trade_list.h"
#include "engine/day_trade_book.h"
#include "model/action.h"
#include "model/foreign_day_trade.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/share_move.h"
#include "oms/oms.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/reply.h"

namespace bulwark::trader {
namespace {

// Older ones are trimmed, unless the window reaches further back.
constexpr std::int64_t kDaysKept = 8;

// A score comes as "739941"; others may have written "739941.5", "1e+17" or "inf".
std::optional<std::int64_t> OrdinalOf(std::string_view text) {
  constexpr double kFarthest = 1e9;
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc()) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(std::clamp(value, -kFarthest, kFarthest));
}

void ReadNewest(redis::Pipeline& out) {
  const std::string first = "-" + std::to_string(kShownDayTradesMax);
  out.Add({"ZRANGE", contract::keys::PdtTrades().view(), first, "-1", "WITHSCORES"});
}

}  // namespace

std::vector<ShownDayTrade> ShownDayTradesOf(const redis::Reply& reply) {
  std::vector<ShownDayTrade> shown;
  for (std::size_t at = 0; at + 1 < reply.elements.size(); at += 2) {
    const auto ordinal = OrdinalOf(reply.elements[at + 1].text);
    if (ordinal) {
      shown.push_back({.member = reply.elements[at].text, .ordinal = *ordinal});
    }
  }
  return shown;
}

base::Result<std::vector<ShownDayTrade>> ReadShownDayTrades(redis::Connection& connection) {
  redis::Pipeline question;
  ReadNewest(question);
  const auto replies = connection.ExecuteForReplies(question);
  if (!replies) {
    return tl::unexpected<base::Error>(replies.error());
  }
  if (const auto refused = redis::FirstError(replies->front())) {
    return tl::unexpected<base::Error>(*refused);
  }
  return ShownDayTradesOf(replies->front());
}

std::vector<std::int64_t> UnixDaysOf(std::span<const model::ForeignDayTrade> trades) {
  std::vector<std::int64_t> days;
  for (const model::ForeignDayTrade& trade : trades) {
    days.push_back(trade.unix_day);
  }
  return days;
}

std::set<std::string> OrdersIn(const model::ShareMoves& moves) {
  std::set<std::string> orders;
  for (const model::ShareMove& move : moves.rows) {
    orders.insert(std::visit([](const auto& what) { return what.order_id.ToString(); }, move.what));
  }
  return orders;
}

std::vector<model::ForeignDayTrade> ForeignAmong(std::span<const ShownDayTrade> shown,
                                                 const std::set<std::string>& own_orders) {
  std::vector<model::ForeignDayTrade> foreign;
  for (const ShownDayTrade& row : shown) {
    const auto document = contract::DecodeDayTrade(row.member);
    const bool is_ours = document && document->source == contract::kDayTradeSource &&
                         own_orders.contains(document->order_id);
    if (!is_ours) {
      // The score counts, as it does for everybody who asks the key.
      foreign.push_back(
          {.member = row.member, .unix_day = row.ordinal - contract::kOrdinalOfUnixDay});
    }
  }
  return foreign;
}

DayTradeBoard::DayTradeBoard(engine::DayTradeSetup setup, const model::InstrumentTable& instruments,
                             const oms::OpeningBooks& books,
                             std::span<const model::ForeignDayTrade> foreign)
    : book_(std::move(setup), instruments, books),
      instruments_(instruments),
      own_orders_(OrdersIn(books.share_moves)) {
  for (const model::ForeignDayTrade& trade : foreign) {
    foreign_.emplace(trade.member, trade.unix_day + contract::kOrdinalOfUnixDay);
  }
}

void DayTradeBoard::Apply(const model::Action& action, base::UnixNanos now) {
  if (!book_.Follow(action, now)) {
    return;
  }
  is_dirty_ = true;
  if (const auto* booked = std::get_if<model::FillBooked>(&action)) {
    own_orders_.insert(booked->fill.order_id.ToString());
  }
}

std::int64_t DayTradeBoard::OldestKept(base::UnixNanos now) const {
  const std::int64_t today = contract::DateOrdinal(base::NewYorkDate(now));
  return std::min(today - kDaysKept, contract::DateOrdinal(book_.trades().WindowStart(now)));
}

std::map<std::string, std::int64_t> DayTradeBoard::Wanted(base::UnixNanos now) const {
  const std::int64_t oldest = OldestKept(now);
  std::map<std::string, std::int64_t> wanted;
  for (const auto& [member, ordinal] : foreign_) {
    if (ordinal >= oldest) {
      wanted.emplace(member, ordinal);
    }
  }
  for (const daytrade::DayTrade& trade : daytrade::ListDayTrades(book_.trades())) {
    const std::int64_t ordinal = contract::DateOrdinal(trade.date);
    if (ordinal < oldest) {
      continue;
    }
    std::string member;
    contract::EncodeDayTrade(member,
                             {.symbol = std::string(instruments_[trade.instrument].symbol.view()),
                              .date = trade.date,
                              .recorded_at = trade.at,
                              .order_id = trade.order.ToString(),
                              .number = trade.number,
                              .source = std::string(contract::kDayTradeSource)});
    wanted.emplace(std::move(member), ordinal);
  }
  return wanted;
}

bool DayTradeBoard::IsOurs(const ShownDayTrade& shown) const {
  return ForeignAmong({&shown, 1}, own_orders_).empty();
}

void DayTradeBoard::NoteForeign(std::span<const ShownDayTrade> shown, base::UnixNanos now) {
  for (model::ForeignDayTrade& trade : ForeignAmong(shown, own_orders_)) {
    const std::int64_t ordinal = trade.unix_day + contract::kOrdinalOfUnixDay;
    if (ordinal >= OldestKept(now) && foreign_.emplace(std::move(trade.member), ordinal).second) {
      Alert("DAY_TRADE_ELSEWHERE", "somebody else wrote a day trade; it counts from the next start",
            now);
    }
  }
}

base::Result<void> DayTradeBoard::Sync(redis::Connection& connection, base::UnixNanos now) {
  auto shown = ReadShownDayTrades(connection);
  const bool is_foreign_type = !shown && shown.error().code == base::ErrorCode::kCorrupt;
  if (!shown && !is_foreign_type) {
    return tl::unexpected<base::Error>(shown.error());
  }
  redis::Pipeline changes;
  const std::string key = contract::keys::PdtTrades().text();
  if (is_foreign_type) {
    Alert("DAY_TRADES_REPLACED", "risk:pdt:trades was no sorted set", now);
    changes.Add({"DEL", key});
    shown = std::vector<ShownDayTrade>();
  }
  NoteForeign(*shown, now);
  auto missing = Wanted(now);
  const std::int64_t oldest = OldestKept(now);
  bool has_old = false;
  for (const ShownDayTrade& row : *shown) {
    const auto wanted = missing.find(row.member);
    if (wanted != missing.end() && wanted->second == row.ordinal) {
      missing.erase(wanted);
    } else if (row.ordinal < oldest) {
      has_old = true;
    } else if (wanted == missing.end() && IsOurs(row)) {
      changes.Add({"ZREM", key, row.member});
    }
  }
  for (const auto& [member, ordinal] : missing) {
    changes.Add({"ZADD", key, std::to_string(ordinal), member});
  }
  if (has_old) {
    changes.Add({"ZREMRANGEBYSCORE", key, "-inf", "(" + std::to_string(oldest)});
  }
  if (auto done = connection.Execute(changes); !done) {
    return done;
  }
  is_dirty_ = false;
  return {};
}

void DayTradeBoard::Alert(std::string_view event, std::string_view reason, base::UnixNanos now) {
  alerts_.push_back({.level = model::AlertLevel::kWarning,
                     .event = model::AlertName(event),
                     .reason = model::Reason::Cut(reason),
                     .at = now});
}

std::vector<model::AlertRaised> DayTradeBoard::TakeAlerts() {
  return std::exchange(alerts_, {});
}

}  // namespace bulwark::trader
