#include "engine/day_trade_desk.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/decimal.h"
#include "base/time.h"
#include "daytrade/account.h"
#include "daytrade/bounded.h"
#include "daytrade/entry_hours.h"
#include "daytrade/guard.h"
#include "engine/day_trade_book.h"
#include "model/action_buffer.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "oms/oms.h"
#include "risk/guard_input.h"

namespace bulwark::engine {
namespace {

using base::Decimal;

constexpr std::size_t kPendingMax = 512;

daytrade::IntentKind KindOf(const model::NewOrder& order, Decimal owned) {
  if (!order.reduce_only) {
    return owned.is_zero() ? daytrade::IntentKind::kEntry : daytrade::IntentKind::kAdd;
  }
  switch (order.origin) {
    case model::Origin::kProtective:
      return daytrade::IntentKind::kExitProtective;
    case model::Origin::kLiquidation:
      return daytrade::IntentKind::kLiquidate;
    case model::Origin::kStrategy:
    case model::Origin::kOperator:
      break;
  }
  return daytrade::IntentKind::kExitDiscretionary;
}

Decimal PriceOf(const std::optional<Decimal>& limit, const std::optional<Decimal>& stop,
                const risk::Mark& mark) {
  const Decimal fallback = mark.price.value_or(Decimal());
  return limit ? *limit : stop ? std::max(*stop, fallback) : fallback;
}

}  // namespace

DayTradeDesk::DayTradeDesk(DayTradeSetup setup, const model::InstrumentTable& instruments,
                           const oms::OpeningBooks& books)
    : instruments_(instruments),
      book_(std::move(setup), instruments, books),
      deficits_(book_.calendar(), book_.policy()) {
  holdings_.reserve(model::kInstrumentsMax);
  pending_.reserve(kPendingMax);
}

void DayTradeDesk::Follow(const model::ActionBuffer& out, base::UnixNanos now) {
  for (; followed_ < out.size(); ++followed_) {
    book_.Follow(out.list()[followed_], now);
  }
}

bool DayTradeDesk::IsWindowCut(base::UnixNanos now) const {
  if (!book_.knows_others()) {
    return true;
  }
  const std::optional<base::UnixNanos> since = book_.complete_since();
  return since && trades().TradeDate(*since) >= trades().WindowStart(now);
}

daytrade::Intent DayTradeDesk::IntentOf(const model::NewOrder& order, const model::Portfolio& books,
                                        const risk::GateState& state) const {
  return {.instrument = order.instrument,
          .side = order.side,
          .quantity = order.quantity,
          .worst_price =
              PriceOf(order.limit_price, order.stop_price, state.marks.at(order.instrument.index)),
          .kind = KindOf(order, books.at(order.instrument).owned()),
          .is_market = !order.limit_price.has_value()};
}

void DayTradeDesk::CollectPending(const oms::Oms& oms, const model::OrderId& self,
                                  const risk::GateState& state) {
  pending_.clear();
  for (const model::Order& order : oms.open_orders()) {
    const bool may_trade = !model::IsTerminal(order.status) && order.id != self &&
                           Governs(order.instrument) && order.remaining().is_positive();
    const bool waits_to_close = order.is_waiting && order.reduce_only;
    if (!may_trade || waits_to_close || pending_.size() == kPendingMax) {
      continue;
    }
    pending_.push_back({.instrument = order.instrument,
                        .side = order.side,
                        .quantity = order.remaining(),
                        .worst_price = PriceOf(order.limit_price, order.stop_price,
                                               state.marks.at(order.instrument.index)),
                        .is_opening = !order.reduce_only});
  }
}

std::optional<Decimal> DayTradeDesk::CollectHoldings(const model::Portfolio& books,
                                                     const risk::GateState& state) {
  holdings_.clear();
  Decimal others;
  for (const model::Instrument& instrument : instruments_.rows()) {
    const Decimal owned = books.at(instrument.id).owned();
    const std::optional<Decimal>& mark = state.marks.at(instrument.id.index).price;
    if (owned.is_zero()) {
      continue;
    }
    if (!mark) {
      return std::nullopt;
    }
    if (Governs(instrument.id)) {
      holdings_.push_back({.instrument = instrument.id, .quantity = owned, .mark = *mark});
    } else {
      others = daytrade::Plus(others, daytrade::Times(owned, *mark));
    }
  }
  return others;
}

daytrade::Decision DayTradeDesk::Judge(const Asked& asked, const oms::Oms& oms,
                                       const risk::GateState& state) {
  const model::Portfolio& books = oms.portfolio();
  const std::optional<Decimal> others = CollectHoldings(books, state);
  CollectPending(oms, asked.self, state);
  const daytrade::Intent intent = IntentOf(asked.order, books, state);
  daytrade::Snapshot snapshot;
  snapshot.at = asked.now;
  snapshot.equity = asked.worth.equity.value_or(Decimal());
  snapshot.last_equity = asked.worth.last_equity.value_or(Decimal());
  snapshot.cash = books.owned_cash();
  snapshot.excluded_equity = others.value_or(Decimal());
  const bool is_known = asked.worth.equity && others;
  return daytrade::Decide(
      {.policy = policy(), .trades = trades(), .deficits = deficits_},
      {.intent = intent,
       .snapshot = is_known ? &snapshot : nullptr,
       .holdings = holdings_,
       .pending = pending_,
       .conditions = {.do_books_differ = IsWindowCut(asked.now),
                      .is_near_close = daytrade::IsNearClose(policy(), calendar(), asked.now),
                      .is_outside_hours = !daytrade::IsEntryTime(policy(), calendar(), asked.now)},
       .now = asked.now});
}

}  // namespace bulwark::engine
