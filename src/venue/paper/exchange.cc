#include "venue/paper/exchange.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/result.h"
#include "base/time.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "venue/paper/market_model.h"
#include "venue/paper/order_checks.h"
#include "venue/paper/paper_order.h"

namespace bulwark::venue::paper {
namespace {

using base::Decimal;
using model::OrderEnd;
using model::Side;
using model::TimeInForce;

bool IsBuy(const PaperOrder& order) {
  return order.asked.side == Side::kBuy;
}

bool Crosses(const PaperOrder& order, Decimal touch) {
  const auto& limit = order.asked.limit_price;
  return !limit || (IsBuy(order) ? *limit >= touch : *limit <= touch);
}

}  // namespace

Exchange::Exchange(const MarketModel& model, const ExchangeState& state)
    : model_(model),
      opening_cash_(state.opening_cash),
      account_(state.cash),
      instruments_(state.instruments),
      books_(state.instruments.size()),
      seen_(state.seen.begin(), state.seen.end()),
      orders_seen_(state.orders_seen),
      duplicates_(state.duplicates),
      last_sequence_(state.last_sequence),
      clock_(state.clock) {
  ENSURE(Check(model).has_value() && state.positions.size() == instruments_.size());
  for (std::size_t at = 0; at < instruments_.size(); ++at) {
    instruments_[at].id = model::InstrumentId{static_cast<std::uint16_t>(at)};
    account_.Add(state.positions[at]);
  }
  for (const PaperOrder& order : state.working) {
    working_.emplace(order.number, order);
    numbers_.emplace(order.asked.id, order.number);
    pending_.emplace(order.active_at, order.number);
    if (IsBuy(order)) {
      account_.BlockCash(order.blocked);
    } else {
      account_.BlockPosition(order.instrument, order.blocked);
    }
  }
}

base::Result<model::InstrumentId> Exchange::List(model::Instrument instrument) {
  if (instrument.venue_symbol.empty() || !instrument.tick_size.is_positive() ||
      !instrument.lot_size.is_positive() || instrument.min_notional.is_negative()) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "instrument '" + std::string(instrument.venue_symbol.view()) +
                          "' has no name or a step that is not positive");
  }
  const auto known = Find(instrument.venue_symbol.view());
  if (!known) {
    if (instruments_.size() == model::kInstrumentsMax) {
      return base::Fail(base::ErrorCode::kInvalidArgument,
                        "more than " + std::to_string(model::kInstrumentsMax) + " instruments");
    }
    instrument.id = model::InstrumentId{static_cast<std::uint16_t>(instruments_.size())};
    instruments_.push_back(instrument);
    books_.emplace_back();
    account_.Add(Decimal());
    return instrument.id;
  }
  model::Instrument& row = instruments_.at(known->index);
  const bool is_same = row.tick_size == instrument.tick_size &&
                       row.lot_size == instrument.lot_size &&
                       row.min_notional == instrument.min_notional;
  const bool is_working = std::any_of(working_.begin(), working_.end(), [&](const auto& entry) {
    return entry.second.instrument == *known;
  });
  if (!is_same && is_working) {
    return base::Fail(base::ErrorCode::kConflict, "the steps of " +
                                                      std::string(instrument.venue_symbol.view()) +
                                                      " cannot change while it has working orders");
  }
  instrument.id = *known;
  row = instrument;
  return *known;
}

std::optional<model::InstrumentId> Exchange::Find(std::string_view venue_symbol) const {
  for (const model::Instrument& row : instruments_) {
    if (row.venue_symbol.view() == venue_symbol) {
      return row.id;
    }
  }
  return std::nullopt;
}

const PaperOrder* Exchange::FindWorking(const model::OrderId& id) const {
  const auto found = numbers_.find(id);
  return found == numbers_.end() ? nullptr : &working_.at(found->second);
}

void Exchange::Submit(const Submission& submission, Outcomes& outcomes) {
  AdvanceTo(submission.at, outcomes);
  if (!seen_.insert(submission.id).second) {
    ++duplicates_;
    outcomes.emplace_back(Duplicate{submission.id});
    return;
  }
  PaperOrder order{.asked = submission, .number = ++orders_seen_};
  order.active_at = clock_ + model_.latency;
  const auto instrument = Find(submission.symbol.view());
  order.instrument = instrument.value_or(model::InstrumentId{});
  if (instrument) {
    order.reserve_price = ReservePrice(order);
  }
  const auto refusal = Refusal(order, instrument.has_value());
  if (refusal) {
    outcomes.emplace_back(Ended{.order = order,
                                .end = OrderEnd::kRejected,
                                .reason = model::Reason(*refusal),
                                .at = clock_});
    return;
  }
  Block(order);
  working_.emplace(order.number, order);
  numbers_.emplace(submission.id, order.number);
  pending_.emplace(order.active_at, order.number);
  outcomes.emplace_back(Accepted{.order = order, .at = clock_});
  AdvanceTo(clock_, outcomes);
}

std::optional<std::string_view> Exchange::Refusal(const PaperOrder& order, bool is_listed) const {
  if (!is_listed) {
    return kUnknownSymbol;
  }
  const CheckInput input{.order = order,
                         .instrument = instruments_.at(order.instrument.index),
                         .last = books_.at(order.instrument.index).last,
                         .reserve = ReserveOf(order),
                         .free_cash = account_.free_cash(),
                         .free_position = account_.free_position(order.instrument)};
  if (const auto refusal = CheckOrder(input)) {
    return refusal;
  }
  if (working_.size() >= kWorkingOrdersMax) {
    return kTooManyOrders;
  }
  const DrawKey key{.order_number = order.number};
  if (Draw(model_, key, Chance::kReject) < model_.reject_chance.raw()) {
    return kSimulatedReject;
  }
  return std::nullopt;
}

Decimal Exchange::ReservePrice(const PaperOrder& order) const {
  const auto& last = books_.at(order.instrument.index).last;
  if (order.asked.limit_price) {
    return *order.asked.limit_price;
  }
  if (!last) {
    return {};
  }
  const model::Instrument& instrument = instruments_.at(order.instrument.index);
  return WorstPrice(model_, order.asked.side, *last, instrument.tick_size).value_or(Decimal::Max());
}

std::optional<Decimal> Exchange::ReserveOf(const PaperOrder& order) const {
  if (!IsBuy(order)) {
    return order.remaining();
  }
  return CostOf(order.reserve_price, order.remaining(),
                std::max(model_.taker_fee_bps, model_.maker_fee_bps));
}

// The remainder of a market order whose price ran away gets what is free, never what others tie up.
void Exchange::Block(PaperOrder& order) {
  const auto wanted = ReserveOf(order);
  ENSURE(wanted.has_value());
  if (IsBuy(order)) {
    order.blocked = std::min(*wanted, account_.free_cash());
    account_.BlockCash(order.blocked);
  } else {
    order.blocked = *wanted;
    account_.BlockPosition(order.instrument, order.blocked);
  }
}

void Exchange::Unblock(PaperOrder& order) {
  if (IsBuy(order)) {
    account_.BlockCash(-order.blocked);
  } else {
    account_.BlockPosition(order.instrument, -order.blocked);
  }
  order.blocked = Decimal();
}

void Exchange::Cancel(const model::OrderId& id, base::UnixNanos at, Outcomes& outcomes) {
  AdvanceTo(at, outcomes);
  const auto found = numbers_.find(id);
  if (found == numbers_.end()) {
    const std::string_view reason = HasSeen(id) ? kNotWorking : kUnknownOrder;
    outcomes.emplace_back(CancelRefused{.id = id, .reason = model::Reason(reason), .at = clock_});
    return;
  }
  End(working_.at(found->second), OrderEnd::kCancelled, kCancelRequested, outcomes);
}

void Exchange::OnTick(const model::Tick& tick, Outcomes& outcomes) {
  ENSURE(tick.price.is_positive() && tick.instrument.index < books_.size());
  AdvanceTo(tick.received_at, outcomes);
  Book& book = books_[tick.instrument.index];
  book.last = tick.price;
  const std::vector<std::uint64_t> hungry(book.hungry.begin(), book.hungry.end());
  for (const std::uint64_t number : hungry) {
    PaperOrder& order = working_.at(number);
    const model::Instrument& instrument = instruments_[tick.instrument.index];
    const auto touch = Touch(model_, order.asked.side, tick.price, instrument.tick_size);
    if (touch) {
      Take(order, *touch, outcomes);
    }
  }
  MatchResting(book, tick, outcomes);
}

void Exchange::OnTime(base::UnixNanos now, Outcomes& outcomes) {
  AdvanceTo(now, outcomes);
}

void Exchange::AdvanceTo(base::UnixNanos now, Outcomes& outcomes) {
  clock_ = std::max(clock_, now);
  while (!pending_.empty() && pending_.begin()->first <= clock_) {
    const std::uint64_t number = pending_.begin()->second;
    pending_.erase(pending_.begin());
    Activate(number, outcomes);
  }
}

void Exchange::Activate(std::uint64_t number, Outcomes& outcomes) {
  PaperOrder& order = working_.at(number);
  const Book& book = BookOf(order);
  const model::Instrument& instrument = instruments_.at(order.instrument.index);
  const auto touch =
      book.last ? Touch(model_, order.asked.side, *book.last, instrument.tick_size) : std::nullopt;
  if (touch && Crosses(order, *touch) && !Take(order, *touch, outcomes)) {
    return;
  }
  if (order.asked.time_in_force != TimeInForce::kGtc) {
    End(order, OrderEnd::kExpired, touch ? kNotFilledAtOnce : kNoPrice, outcomes);
    return;
  }
  Rest(order);
}

void Exchange::Rest(const PaperOrder& order) {
  Book& book = BookOf(order);
  if (!order.asked.limit_price) {
    book.hungry.insert(order.number);
  } else if (IsBuy(order)) {
    book.buys.emplace(-*order.asked.limit_price, order.number);
  } else {
    book.sells.emplace(*order.asked.limit_price, order.number);
  }
}

// Trades once against the quote. False when the order is gone.
bool Exchange::Take(PaperOrder& order, Decimal touch, Outcomes& outcomes) {
  const model::Instrument& instrument = instruments_.at(order.instrument.index);
  const DrawKey key{.order_number = order.number, .filled = order.filled};
  auto price = SlippedPrice(model_, order.asked.side, touch, instrument.tick_size, key);
  if (!price) {
    return true;
  }
  if (order.asked.limit_price) {
    price = IsBuy(order) ? std::min(*price, *order.asked.limit_price)
                         : std::max(*price, *order.asked.limit_price);
  }
  const bool is_whole = order.asked.time_in_force == TimeInForce::kFok;
  const Decimal size =
      is_whole ? order.remaining() : FillSize(model_, order.remaining(), instrument.lot_size, key);
  if (is_whole && Affordable(order, *price, size, model_.taker_fee_bps) < size) {
    End(order, OrderEnd::kExpired, kInsufficientCash, outcomes);
    return false;
  }
  return Execute(order, *price, size, Liquidity::kTaker, outcomes);
}

}  // namespace bulwark::venue::paper
