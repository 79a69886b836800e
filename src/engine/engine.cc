#include "engine/engine.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "base/decimal.h"
#include "base/time.h"
#include "base/uuid.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/signal.h"
#include "model/telemetry.h"
#include "model/venue_report.h"

namespace bulwark::engine {
namespace {

base::Decimal PriceOnTick(base::Decimal price, const model::Instrument& instrument) {
  return std::max(price.RoundDownTo(instrument.tick_size), instrument.tick_size);
}

}  // namespace

Engine::Engine(EngineOptions options, EngineParts parts)
    : options_(std::move(options)),
      instruments_(parts.instruments),
      bars_(std::move(parts.bars)),
      candles_(parts.instruments.size()),
      strategies_(std::move(parts.strategies)),
      supervisor_(std::move(parts.supervisor)),
      gate_(std::move(parts.gate)),
      oms_(parts.books),
      anchor_(parts.anchor),
      denials_(parts.instruments.size()),
      sizing_{.risk_fraction = options_.risk_fraction,
              .notional_max = gate_.limits().order_notional_max},
      mark_event_at_(parts.instruments.size()) {
  signals_.reserve(strategies_.size());
}

void Engine::Process(const model::Event& event, model::ActionBuffer& out) {
  ++events_;
  std::visit([&](const auto& what) { On(what, out); }, event);
}

void Engine::On(const model::Tick& tick, model::ActionBuffer& out) {
  ++ticks_;
  SeeMark(tick.instrument, tick.price, tick.event_at, tick.received_at, out);
  if (const std::optional<model::Bar> bar = bars_.OnTick(tick)) {
    SeeBar(*bar, out);
  }
}

void Engine::On(const model::Bar& bar, model::ActionBuffer& out) {
  SeeMark(bar.instrument, bar.close, bar.close_at, bar.received_at, out);
  SeeBar(bar, out);
}

void Engine::On(const model::FeedLink& link, model::ActionBuffer& out) {
  now_ = std::max(now_, link.at);
  if (link.is_up) {
    market_at_ = link.at;
  }
  SetFeed(link.is_up, link.reason, out);
}

void Engine::On(const model::Timer& timer, model::ActionBuffer& out) {
  now_ = std::max(now_, timer.at);
  if (state_.is_feed_up && market_at_ && now_ - *market_at_ > options_.feed_silence_max) {
    SetFeed(false, model::Reason("no market data within feed.stale_after"), out);
  }
  if (const std::optional<base::Decimal> equity = Equity()) {
    if (const auto anchor = anchor_.Observe(now_, *equity)) {
      out.Add(*anchor);
    }
  }
  CancelOldEntries(out);
  ContinueHalt(out);
  SetRunState(model::Reason(), out);
}

void Engine::On(const model::OrderFilled& report, model::ActionBuffer& out) {
  oms_.On(report, now_, out);
  state_.are_books_reconciled = state_.are_books_reconciled && !oms_.are_books_doubtful();
  ContinueHalt(out);
}

void Engine::On(const model::VenueLink& link, model::ActionBuffer& out) {
  if (state_.is_venue_up != link.is_up) {
    Alert(link.is_up ? model::AlertLevel::kInfo : model::AlertLevel::kError,
          link.is_up ? "VENUE_CONNECTED" : "VENUE_DISCONNECTED", link.reason, out);
  }
  state_.is_venue_up = link.is_up;
  SetRunState(link.reason, out);
}

void Engine::On(const model::PlaceOrder& command, model::ActionBuffer& out) {
  now_ = std::max(now_, command.at);
  Ask(command.order, out);
}

void Engine::On(const model::CancelOrder& command, model::ActionBuffer& out) {
  now_ = std::max(now_, command.at);
  if (command.order_id.is_nil()) {
    CancelWorking(out);
    return;
  }
  for (const model::Order& order : oms_.open_orders()) {
    if (order.id == command.order_id && !order.is_cancel_requested) {
      oms_.RequestCancel(order.id, now_, out);
      return;
    }
  }
}

template <class Report>
void Engine::On(const Report& report, model::ActionBuffer& out) {
  oms_.On(report, now_, out);
  state_.are_books_reconciled = state_.are_books_reconciled && !oms_.are_books_doubtful();
  ContinueHalt(out);
}

void Engine::SeeMark(model::InstrumentId instrument, base::Decimal price, base::UnixNanos event_at,
                     base::UnixNanos received_at, model::ActionBuffer& out) {
  now_ = std::max(now_, received_at);
  market_at_ = received_at;
  state_.marks[instrument.index] = {.price = price, .received_at = received_at};
  mark_event_at_[instrument.index] = event_at;
  last_instrument_ = instrument.index;
  if (!state_.is_feed_up) {
    SetFeed(true, model::Reason("market data arrives"), out);
  }
}

void Engine::SeeBar(const model::Bar& bar, model::ActionBuffer& out) {
  candles_.Push(bar);
  signals_.clear();
  for (const auto& strategy : strategies_) {
    if (const std::optional<model::Signal> signal = strategy->OnBar(bar)) {
      signals_.push_back(*signal);
      out.Add(model::SignalGenerated{*signal});
    }
  }
  const base::Uuid id =
      base::Uuid::Derive(model::kDecisionIds, options_.epoch, decisions_made_ + 1);
  const auto decision = supervisor_.OnBar(bar, signals_, id);
  if (decision && !is_shutting_down_) {
    ++decisions_made_;
    if (observer_ != nullptr) {
      observer_->OnDecision(bar, *decision);
    }
    Decide(*decision, out);
  }
}

void Engine::Decide(const model::Decision& decision, model::ActionBuffer& out) {
  if (decision.direction == model::Direction::kLong) {
    Enter(decision, out);
    return;
  }
  // A spot account answers "short" by holding nothing.
  for (const model::Order& order : oms_.open_orders()) {
    if (order.instrument == decision.instrument && !order.reduce_only &&
        !order.is_cancel_requested) {
      oms_.RequestCancel(order.id, now_, out);
    }
  }
  Close(decision.instrument, model::Origin::kStrategy, decision, out);
}

void Engine::Enter(const model::Decision& decision, model::ActionBuffer& out) {
  const model::Instrument& instrument = instruments_[decision.instrument];
  const std::optional<base::Decimal>& price = state_.marks[decision.instrument.index].price;
  if (!price) {
    return;
  }
  const std::optional<base::Decimal> quantity =
      EntryQuantity(sizing_, oms_.portfolio().cash, decision.confidence, *price, instrument);
  if (!quantity) {
    return;
  }
  model::NewOrder order{.decision_id = decision.id,
                        .instrument = decision.instrument,
                        .quantity = *quantity,
                        .strategy = decision.strategy};
  const auto& limited = options_.limit_entries;
  if (std::find(limited.begin(), limited.end(), decision.strategy) != limited.end()) {
    order.type = model::OrderType::kLimit;
    order.limit_price = PriceOnTick(*price, instrument);
  }
  if (Ask(order, out)) {
    state_.last_entry_at[decision.instrument.index] = now_;
  }
}

void Engine::Close(model::InstrumentId instrument, model::Origin origin,
                   const model::Decision& decision, model::ActionBuffer& out) {
  const base::Decimal free = oms_.portfolio().at(instrument).quantity;
  const base::Decimal quantity = free.RoundDownTo(instruments_[instrument].lot_size);
  if (!quantity.is_positive()) {
    return;
  }
  Ask({.decision_id = decision.id,
       .instrument = instrument,
       .side = model::Side::kSell,
       .intent = model::Intent::kCloseLong,
       .origin = origin,
       .reduce_only = true,
       .quantity = quantity,
       .strategy = decision.strategy},
      out);
}

bool Engine::Ask(const model::NewOrder& order, model::ActionBuffer& out) {
  const risk::BookFigures figures = Figures(order.instrument);
  const risk::GuardInput input{.order = order,
                               .instrument = instruments_[order.instrument],
                               .state = state_,
                               .books = figures,
                               .now = now_};
  const risk::GateAnswer answer = gate_.Check(input);
  if (observer_ != nullptr) {
    observer_->OnAsked(gate_, input, answer);
  }
  if (const auto* denial = std::get_if<model::Denial>(&answer)) {
    if (denials_.Count(order.instrument, denial->code, now_)) {
      out.Add(model::OrderDenied{.order = order, .denial = *denial, .at = now_});
    }
    return false;
  }
  base::Decimal reserve;
  if (!order.reduce_only) {
    // The gate proved that the price exists and the product is in range.
    reserve = *risk::CashToReserve(order.quantity, *input.reference_price(),
                                   gate_.limits().cash_buffer_percent);
  }
  ++orders_made_;
  oms_.Submit(std::get<risk::Approved<model::NewOrder>>(answer),
              base::Uuid::Derive(model::kOrderIds, options_.epoch, orders_made_), reserve, now_,
              out);
  return true;
}

risk::BookFigures Engine::Figures(model::InstrumentId instrument) const {
  const model::Portfolio& books = oms_.portfolio();
  risk::BookFigures figures{.free_cash = books.cash,
                            .equity = Equity(),
                            .owned_quantity = books.at(instrument).owned(),
                            .free_quantity = books.at(instrument).quantity,
                            .open_orders = oms_.open_orders().size()};
  for (const model::Order& order : oms_.open_orders()) {
    if (order.instrument != instrument) {
      continue;
    }
    figures.has_working_order = true;
    if (order.side == model::Side::kBuy) {
      figures.working_buy_quantity += order.remaining();
    }
  }
  return figures;
}

std::optional<base::Decimal> Engine::Equity() const {
  const model::Portfolio& books = oms_.portfolio();
  base::Decimal equity = books.owned_cash();
  for (const model::Instrument& instrument : instruments_.rows()) {
    const base::Decimal owned = books.at(instrument.id).owned();
    if (owned.is_zero()) {
      continue;
    }
    const std::optional<base::Decimal>& price = state_.marks[instrument.id.index].price;
    const auto value =
        price ? base::CheckedMul(owned, *price, base::Rounding::kHalfEven) : std::nullopt;
    const auto sum = value ? base::CheckedAdd(equity, *value) : std::nullopt;
    if (!sum) {
      return std::nullopt;
    }
    equity = *sum;
  }
  return equity;
}

void Engine::Alert(model::AlertLevel level, std::string_view event, const model::Reason& reason,
                   model::ActionBuffer& out) const {
  out.Add(model::AlertRaised{
      .level = level, .event = model::AlertName(event), .reason = reason, .at = now_});
}

void Engine::FillTelemetry(model::Telemetry& out) const {
  out.run_state = run_state_;
  out.cash = oms_.portfolio().cash;
  out.equity = Equity();
  out.pnl_daily = out.equity ? anchor_.PnlFraction(*out.equity) : std::nullopt;
  out.last_instrument = last_instrument_;
  for (const model::Instrument& instrument : instruments_.rows()) {
    const risk::Mark& mark = state_.marks[instrument.id.index];
    out.marks[instrument.id.index] = {.price = mark.price,
                                      .event_at = mark_event_at_[instrument.id.index],
                                      .received_at = mark.received_at};
    auto& series = out.candles[instrument.id.index];
    series.clear();
    // The bar that is still being built is shown as the last candle.
    const auto& open = bars_.open_bar(instrument.id);
    const std::size_t finished = candles_.size(instrument.id);
    const std::size_t room = model::Telemetry::kCandlesMax - (open ? 1 : 0);
    for (std::size_t at = finished > room ? finished - room : 0; at < finished; ++at) {
      series.push_back(candles_.At(instrument.id, at));
    }
    if (open) {
      series.push_back(*open);
    }
  }
  out.events = events_;
  out.ticks = ticks_;
  out.denials = denials_.denials();
  out.duplicate_fills = oms_.duplicate_fills();
  out.at = now_;
}

}  // namespace bulwark::engine
