#include "sim/fake_exchange.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/decimal.h"
#include "base/time.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "oms/booked_trades.h"
#include "sim/context.h"
#include "sim/faults.h"
#include "venue/venue.h"

namespace bulwark::sim {
namespace {

using base::Decimal;
using std::chrono::milliseconds;
using std::chrono::seconds;
using venue::VenueOrderStatus;

constexpr Decimal kFeeRate = Decimal::FromRaw(100'000);  // 0.1 %
constexpr base::Nanos kTransitMin{200'000};
constexpr base::Nanos kTransitMax{milliseconds{8}};

}  // namespace

Exchange::Exchange(Context& context, const model::InstrumentTable& instruments, Decimal cash)
    : context_(context),
      instruments_(instruments),
      opening_cash_(cash),
      cash_(cash),
      random_(context.scheduler.random().Next()) {}

bool Exchange::Open(std::uint64_t epoch, Listener& listener) {
  if (epoch < newest_epoch_) {
    return false;
  }
  newest_epoch_ = epoch;
  ++session_;
  if (listener_ != nullptr && listener_ != &listener) {
    listener_->Cut();
  }
  listener_ = &listener;
  context_.trace.Note("session", session_);
  return true;
}

void Exchange::Close(const Listener& listener) {
  if (listener_ == &listener) {
    listener_ = nullptr;
  }
}

void Exchange::Submit(const Listener& from, const model::Order& order) {
  if (listener_ != &from) {
    return;
  }
  if (in_transit_.contains(order.id) || rows_.contains(order.id)) {
    context_.Violate("the venue was sent the id " + order.id.ToString() + " twice");
    return;
  }
  in_transit_.emplace(order.id, order);
  Push(random_.Between(kTransitMin, kTransitMax), Kind::kArrive, order.id);
}

void Exchange::Cancel(const Listener& from, const model::OrderId& id) {
  if (listener_ == &from) {
    Push(random_.Between(kTransitMin, kTransitMax), Kind::kCancel, id);
  }
}

void Exchange::SetPrice(model::InstrumentId instrument, Decimal price) {
  prices_.at(instrument.index) = price;
}

base::Nanos Exchange::NextDue() const {
  return events_.empty() ? base::Nanos::max() : events_.top().at;
}

void Exchange::RunDue() {
  while (!events_.empty() && events_.top().at <= context_.scheduler.now()) {
    const Event event = events_.top();
    events_.pop();
    Handle(event);
  }
}

void Exchange::Push(base::Nanos delay, Kind kind, const model::OrderId& id, Decimal quantity,
                    std::size_t trade) {
  if (context_.faults.Fires(Fault::kSlowVenue)) {
    delay += context_.faults.Span(milliseconds{10}, seconds{1});
  }
  events_.push({.at = context_.scheduler.now() + delay,
                .number = ++numbers_,
                .kind = kind,
                .session = session_,
                .id = id,
                .quantity = quantity,
                .trade = trade});
}

void Exchange::Handle(const Event& event) {
  const bool is_fenced = event.session != session_ || listener_ == nullptr;
  switch (event.kind) {
    case Kind::kArrive:
      if (is_fenced || !is_network_up) {
        in_transit_.erase(event.id);
      } else {
        Arrive(event.id);
      }
      return;
    case Kind::kCancel:
      if (!is_fenced && is_network_up) {
        HandleCancel(event.id);
      }
      return;
    case Kind::kFill:
    case Kind::kLateFill:
      Fill(rows_.at(event.id), event.quantity, event.kind == Kind::kLateFill);
      return;
    case Kind::kReject:
      if (Row& row = rows_.at(event.id); row.status == VenueOrderStatus::kWorking) {
        End(row, model::OrderEnd::kRejected, "withdrawn by the venue");
      }
      return;
    case Kind::kWithdraw:
      if (Row& row = rows_.at(event.id); row.status == VenueOrderStatus::kWorking) {
        End(row, model::OrderEnd::kCancelled, "withdrawn by hand");
      }
      return;
    case Kind::kBust:
      Bust(trades_.at(event.trade));
      return;
    case Kind::kCorrect:
      Correct(trades_.at(event.trade));
      return;
  }
}

// What the venue must never be asked: the same thing twice.
void Exchange::CheckTwins(const model::Order& order) {
  if (order.decision_id.is_nil()) {
    return;
  }
  for (const auto& [id, row] : rows_) {
    const bool is_alive = row.status == VenueOrderStatus::kWorking || row.filled.is_positive();
    if (row.order.decision_id == order.decision_id && row.order.side == order.side && is_alive) {
      context_.Violate("two orders for one decision: " + id.ToString() + " and " +
                       order.id.ToString());
    }
  }
}

void Exchange::Arrive(const model::OrderId& id) {
  const auto sent = in_transit_.find(id);
  const model::Order order = sent->second;
  in_transit_.erase(sent);
  CheckTwins(order);
  Row& row = rows_.emplace(id, Row{.order = order}).first->second;
  row.venue_order_id = model::VenueOrderId("V" + std::to_string(rows_.size()));
  ++working_;
  context_.trace.Note("arrive", rows_.size(), [&] {
    return id.ToString() + (order.side == model::Side::kBuy ? " buy " : " sell ") +
           order.quantity.ToString();
  });
  const Decimal price = PriceFor(order);
  const bool is_affordable =
      order.side == model::Side::kBuy
          ? price.is_positive() &&
                base::Mul(order.quantity, price, base::Rounding::kCeiling) <= cash_
          : order.quantity <= positions_.at(order.instrument.index);
  if (!is_affordable || manner.rejects || context_.faults.Fires(Fault::kReject)) {
    End(row, model::OrderEnd::kRejected, is_affordable ? "refused" : "not enough to pay with");
    return;
  }
  Tell(model::OrderAccepted{.order_id = id, .venue_order_id = row.venue_order_id, .at = Clock()});
  if (context_.faults.Fires(Fault::kManyIds)) {
    row.second_id = model::VenueOrderId("V" + std::to_string(rows_.size()) + "b");
    Tell(model::OrderAccepted{.order_id = id, .venue_order_id = row.second_id, .at = Clock()});
  }
  if (context_.faults.Fires(Fault::kRejectAfterAccept)) {
    Push(context_.faults.Span(milliseconds{1}, milliseconds{200}), Kind::kReject, id);
    return;
  }
  PlanFills(row);
}

void Exchange::PlanFills(const Row& row) {
  if (!manner.fills) {
    return;
  }
  const model::Order& order = row.order;
  const bool is_limit = order.type == model::OrderType::kLimit;
  base::Nanos delay = random_.Between(milliseconds{1}, milliseconds{is_limit ? 400 : 30});
  if (manner.fill_only) {
    Push(delay, Kind::kFill, order.id, std::min(*manner.fill_only, order.quantity));
    return;
  }
  // One to three parts; a limit order may keep a remainder that nobody wants.
  const Decimal lot = instruments_[order.instrument].lot_size;
  Decimal left = order.quantity;
  const std::uint64_t parts = 1 + random_.Below(3);
  for (std::uint64_t part = 1; part <= parts && left.is_positive(); ++part) {
    const bool is_last = part == parts;
    Decimal size = left;
    if (!is_last) {
      const Decimal share = Decimal::FromInt(1 + static_cast<std::int64_t>(random_.Below(3)));
      size =
          base::MulDiv(left, share, Decimal::FromInt(4), base::Rounding::kFloor).RoundDownTo(lot);
    } else if (is_limit && context_.faults.is_on() && random_.Below(8) == 0) {
      return;
    }
    if (size.is_positive()) {
      Push(delay, Kind::kFill, order.id, size);
      left -= size;
    }
    delay += random_.Between(milliseconds{1}, milliseconds{60});
  }
}

void Exchange::Fill(Row& row, Decimal quantity, bool is_late) {
  const bool is_working = row.status == VenueOrderStatus::kWorking;
  if (!is_working && !is_late) {
    return;
  }
  const model::Order& order = row.order;
  const Decimal size = SizeOf(row, quantity);
  const Decimal price = PriceFor(order);
  if (!size.is_positive() || !price.is_positive()) {
    return;
  }
  model::Fill fill{.order_id = order.id,
                   .trade_id = model::TradeId("T" + std::to_string(fills_.size() + 1)),
                   .instrument = order.instrument,
                   .side = order.side,
                   .price = price,
                   .quantity = size,
                   .at = Clock(),
                   .venue_sequence = fills_.size() + 1};
  fill.fee = base::Mul(fill.notional(), kFeeRate, base::Rounding::kHalfEven);
  const bool is_buy = order.side == model::Side::kBuy;
  if (!Move(fill, is_buy ? -(fill.notional() + fill.fee) : fill.notional() - fill.fee,
            is_buy ? size : -size)) {
    // A late fill of another order took what this one would need.
    if (is_working) {
      End(row, model::OrderEnd::kExpired, "not enough left to pay with");
    }
    return;
  }
  row.filled += size;
  places_.emplace(fill.trade_id.view(), fills_.size());
  versions_.emplace(fill.trade_id.view(), fill);
  fills_.push_back(fill);
  trades_.push_back({.fill = fill});
  context_.trace.Note("fill", fills_.size(), [&] {
    return std::string(fill.trade_id.view()) + " of " + order.id.ToString() + ": " +
           size.ToString() + " at " + price.ToString() + (is_late ? " (late)" : "");
  });
  if (is_working && row.filled >= order.quantity) {
    row.status = VenueOrderStatus::kFilled;
    --working_;
  }
  const bool names_second = !row.second_id.empty() && fills_.size() % 2 == 0;
  Tell(model::OrderFilled{.fill = fill,
                          .venue_order_id = names_second ? row.second_id : row.venue_order_id});
  PlanChanges(fills_.size() - 1);
}

// What is left, and at times a lot more.
Decimal Exchange::SizeOf(const Row& row, Decimal quantity) {
  const Decimal left = row.order.quantity - row.filled;
  const bool is_last = left.is_positive() && quantity >= left;
  if (is_last && context_.faults.Fires(Fault::kOverfill)) {
    return left + instruments_[row.order.instrument].lot_size;
  }
  return std::min(quantity, left);
}

bool Exchange::Move(const model::Fill& fill, Decimal money, Decimal quantity) {
  Decimal& held = positions_.at(fill.instrument.index);
  if ((cash_ + money).is_negative() || (held + quantity).is_negative()) {
    return false;
  }
  cash_ += money;
  held += quantity;
  return true;
}

void Exchange::PlanChanges(std::size_t trade) {
  const model::OrderId& id = fills_[trade].order_id;
  if (context_.faults.Fires(Fault::kTradeBust)) {
    Push(context_.faults.Span(milliseconds{0}, seconds{2}), Kind::kBust, id, {}, trade);
  }
  if (context_.faults.Fires(Fault::kTradeCorrection)) {
    Push(context_.faults.Span(milliseconds{0}, seconds{2}), Kind::kCorrect, id, {}, trade);
  }
}

// What it brought goes back, if it is still there.
void Exchange::Bust(Trade& trade) {
  const model::Fill& fill = trade.fill;
  const bool is_buy = fill.side == model::Side::kBuy;
  if (trade.is_void || !Move(fill, is_buy ? fill.notional() + fill.fee : fill.fee - fill.notional(),
                             is_buy ? -fill.quantity : fill.quantity)) {
    return;
  }
  trade.is_void = true;
  context_.trace.Note("bust", changes_.size(), [&] { return std::string(fill.trade_id.view()); });
  changes_.emplace_back(model::TradeBusted{.fill = fill, .at = Clock()});
  Tell(changes_.back());
}

// One per cent dearer or cheaper, with its fee.
void Exchange::Correct(Trade& trade) {
  model::Fill now = trade.fill;
  const Decimal step = base::Mul(now.price, Decimal::FromRaw(1'000'000), base::Rounding::kHalfEven);
  now.price += random_.Below(2) == 0 ? step : -step;
  now.fee = base::Mul(now.notional(), kFeeRate, base::Rounding::kHalfEven);
  const bool is_buy = now.side == model::Side::kBuy;
  const Decimal dearer = now.notional() - trade.fill.notional();
  const Decimal money = (is_buy ? -dearer : dearer) - (now.fee - trade.fill.fee);
  if (trade.is_void || !Move(now, money, Decimal())) {
    return;
  }
  trade.fill = now;
  ++trade.revision;
  context_.trace.Note("correct", changes_.size(), [&] {
    return std::string(now.trade_id.view()) + ": now at " + now.price.ToString();
  });
  model::Fill booked = now;
  booked.trade_id = oms::RevisedId(now.trade_id, trade.revision).value_or(model::TradeId());
  versions_.emplace(booked.trade_id.view(), booked);
  changes_.emplace_back(
      model::TradeCorrected{.fill = now, .revision = trade.revision, .at = Clock()});
  Tell(changes_.back());
}

void Exchange::End(Row& row, model::OrderEnd end, std::string_view reason) {
  row.status = end == model::OrderEnd::kRejected  ? VenueOrderStatus::kRejected
               : end == model::OrderEnd::kExpired ? VenueOrderStatus::kExpired
                                                  : VenueOrderStatus::kCancelled;
  row.reason = model::Reason::Cut(reason);
  --working_;
  context_.trace.Note("end", static_cast<std::uint64_t>(end),
                      [&] { return row.order.id.ToString() + " " + std::string(reason); });
  Tell(model::OrderEnded{.order_id = row.order.id,
                         .end = end,
                         .cumulative_filled = row.filled,
                         .reason = row.reason,
                         .at = Clock()});
}

void Exchange::HandleCancel(const model::OrderId& id) {
  const auto found = rows_.find(id);
  if (found == rows_.end() || found->second.status != VenueOrderStatus::kWorking) {
    Tell(model::CancelRejected{
        .order_id = id, .reason = model::Reason("the order does not work"), .at = Clock()});
    return;
  }
  Row& row = found->second;
  const bool expires = random_.Below(8) == 0;
  End(row, expires ? model::OrderEnd::kExpired : model::OrderEnd::kCancelled,
      expires ? "expired" : "cancelled on request");
  if (context_.faults.Fires(Fault::kLateFill)) {
    Push(context_.faults.Span(milliseconds{0}, milliseconds{500}), Kind::kLateFill, id,
         row.order.quantity);
  }
}

void Exchange::Tell(const model::VenueReport& report) {
  if (listener_ != nullptr) {
    listener_->Hear(report);
  }
}

base::UnixNanos Exchange::Clock() const {
  const base::Nanos skew = context_.faults.Fires(Fault::kVenueClockSkew)
                               ? context_.faults.Span(seconds{0}, seconds{10}) - seconds{5}
                               : base::Nanos{0};
  return kStart + context_.scheduler.now() + skew;
}

Decimal Exchange::PriceFor(const model::Order& order) const {
  const Decimal market = prices_.at(order.instrument.index);
  if (!order.limit_price || !market.is_positive()) {
    return market;
  }
  return order.side == model::Side::kBuy ? std::min(market, *order.limit_price)
                                         : std::max(market, *order.limit_price);
}

const Exchange::Trade* Exchange::FindTrade(std::string_view id) const {
  const auto found = places_.find(id);
  return found == places_.end() ? nullptr : &trades_[found->second];
}

const model::Fill* Exchange::FindVersion(std::string_view booked_id) const {
  const auto found = versions_.find(booked_id);
  return found == versions_.end() ? nullptr : &found->second;
}

const Exchange::Row* Exchange::Find(const model::OrderId& id) const {
  const auto found = rows_.find(id);
  return found == rows_.end() ? nullptr : &found->second;
}

}  // namespace bulwark::sim
