#include "engine/engine.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "base/decimal.h"
#include "base/time.h"
#include "base/uuid.h"
#include "engine/day_trade_desk.h"
#include "model/accounting.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/signal.h"
#include "model/telemetry.h"
#include "model/venue_report.h"
#include "risk/guard_input.h"
#include "risk/message_log.h"

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
      anchor_(model::AnchorKind::kDay, parts.anchor),
      week_anchor_(model::AnchorKind::kWeek, parts.week_anchor),
      inception_anchor_(model::AnchorKind::kInception, parts.inception_anchor),
      replaces_(std::chrono::minutes{1}, options_.replaces_per_minute),
      denials_(parts.instruments.size()),
      left_open_(std::move(parts.approvals.proposals)),
      autonomy_(parts.approvals.mode),
      sizing_{.risk_fraction = options_.risk_fraction,
              .notional_max = gate_.limits().entry.notional_max},
      board_(options_.breakers, parts.breakers),
      watchdog_(options_.watchdog, parts.breakers.watchdog_factor),
      session_(options_.session_drawdown, parts.breakers.session_peak),
      kept_session_(parts.breakers.session_peak),
      kept_peak_(parts.breakers.peak_equity),
      mark_event_at_(parts.instruments.size()) {
  signals_.reserve(strategies_.size());
  const auto& rows = parts.instruments.rows();
  const bool has_equities = std::any_of(rows.begin(), rows.end(), [](const auto& instrument) {
    return model::KindOf(instrument) == model::AssetKind::kEquity;
  });
  if (parts.day_trades && has_equities) {
    day_trades_ = std::make_unique<DayTradeDesk>(*std::move(parts.day_trades), parts.instruments,
                                                 parts.books);
  }
  state_.messages = risk::MessageLog(gate_.limits().entry.messages);
  state_.entries.Restore(parts.entries.utc_day, parts.entries.count);
  state_.watchdog = watchdog_.View();
  sizing_.factor = SizeFactor();
  // A breaker that had tripped holds from the first order on, not from the first timer.
  if (const auto block = board_.Blocking()) {
    state_.breaker = risk::BreakerBlock{.value = block->value, .limit = block->limit};
  }
}

void Engine::Process(const model::Event& event, model::ActionBuffer& out) {
  ++events_;
  counted_ = out.size();
  if (day_trades_) {
    day_trades_->BeginEvent(out);
  }
  const std::size_t first = out.size();
  TellBoard(event);
  std::visit([&](const auto& what) { On(what, out); }, event);
  if (day_trades_) {
    day_trades_->Follow(out, now_);
  }
  CountMessages(out);
  TellBoardOfTrips(out, first);
  oms_.Sweep();
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
  AccrueBorrowing(out);
  ObserveEquity(out);
  JudgeBreakers(out);
  ProtectPositions(out);
  CancelOldEntries(out);
  ExpireProposals(out);
  EndDay(out);
  LaunchTriggered(out);
  ContinueHalt(out);
  SetRunState(model::Reason(), out);
}

void Engine::On(const model::VenueLink& link, model::ActionBuffer& out) {
  if (state_.is_venue_up != link.is_up) {
    Alert(link.is_up ? model::AlertLevel::kInfo : model::AlertLevel::kError,
          link.is_up ? "VENUE_CONNECTED" : "VENUE_DISCONNECTED", link.reason, out);
  }
  state_.is_venue_up = link.is_up;
  SetRunState(link.reason, out);
}

template <class Report>
void Engine::On(const Report& report, model::ActionBuffer& out) {
  oms_.On(report, now_, out);
  AfterReport(out);
}

void Engine::SeeMark(model::InstrumentId instrument, base::Decimal price, base::UnixNanos event_at,
                     base::UnixNanos received_at, model::ActionBuffer& out) {
  now_ = std::max(now_, received_at);
  market_at_ = received_at;
  board_.SeeMarketData(received_at);
  state_.marks[instrument.index] = {.price = price, .received_at = received_at};
  mark_event_at_[instrument.index] = event_at;
  last_instrument_ = instrument.index;
  if (!state_.is_feed_up) {
    SetFeed(true, model::Reason("market data arrives"), out);
  }
  if (oms_.has_waiting()) {
    WatchTriggers(instrument, price, out);
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
  const base::Decimal owned = oms_.portfolio().at(decision.instrument).owned();
  const bool is_long = decision.direction == model::Direction::kLong;
  // A spot account answers "short" by holding nothing.
  const bool is_short = decision.direction == model::Direction::kShort &&
                        gate_.limits().terms.mode != model::AccountMode::kSpot;
  const bool is_opposite = (is_long && owned.is_negative()) || (is_short && owned.is_positive());
  if ((is_long || is_short) && !is_opposite) {
    Enter(decision, out);
    return;
  }
  for (const model::Order& order : oms_.open_orders()) {
    // What an operator placed or adopted is not the strategy's to withdraw.
    if (order.instrument == decision.instrument && !order.reduce_only &&
        order.origin == model::Origin::kStrategy && !order.is_cancel_requested &&
        !model::IsTerminal(order.status)) {
      oms_.RequestCancel(order.id, now_, out);
    }
  }
  EndProposalsOf(decision.instrument, out);
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
  const bool is_short = decision.direction == model::Direction::kShort;
  model::NewOrder order{.decision_id = decision.id,
                        .instrument = decision.instrument,
                        .side = is_short ? model::Side::kSell : model::Side::kBuy,
                        .intent = is_short ? model::Intent::kOpenShort : model::Intent::kOpenLong,
                        .quantity = *quantity,
                        .strategy = decision.strategy};
  const auto& limited = options_.limit_entries;
  if (std::find(limited.begin(), limited.end(), decision.strategy) != limited.end()) {
    order.type = model::OrderType::kLimit;
    order.limit_price = PriceOnTick(*price, instrument);
  }
  Ask(order, out, decision.confidence);
}

void Engine::Close(model::InstrumentId instrument, model::Origin origin,
                   const model::Decision& decision, model::ActionBuffer& out) {
  const bool is_short = oms_.portfolio().at(instrument).owned().is_negative();
  const base::Decimal free =
      is_short ? Figures(instrument).closable_short : oms_.portfolio().at(instrument).quantity;
  const base::Decimal quantity = free.RoundDownTo(instruments_[instrument].lot_size);
  if (!quantity.is_positive()) {
    return;
  }
  Ask({.decision_id = decision.id,
       .instrument = instrument,
       .side = is_short ? model::Side::kBuy : model::Side::kSell,
       .intent = is_short ? model::Intent::kCloseShort : model::Intent::kCloseLong,
       .origin = origin,
       .reduce_only = true,
       .quantity = quantity,
       .strategy = decision.strategy},
      out);
}

std::optional<base::Decimal> Engine::Equity() const {
  const model::Portfolio& books = oms_.portfolio();
  base::Decimal equity = books.owned_cash();
  for (const model::Instrument& instrument : instruments_.rows()) {
    const model::Position& position = books.at(instrument.id);
    if (position.owned().is_zero()) {
      continue;
    }
    const std::optional<base::Decimal>& price = state_.marks[instrument.id.index].price;
    const auto value = price ? model::ValueAt(position, *price, books.terms) : std::nullopt;
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
  out.pnl_weekly = out.equity ? week_anchor_.PnlFraction(*out.equity) : std::nullopt;
  out.pnl_inception = out.equity ? inception_anchor_.PnlFraction(*out.equity) : std::nullopt;
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
  out.breakers = board_.Views();
  out.watchdog = watchdog_.View();
  out.drawdown_pct = out.equity ? std::optional(board_.DrawdownPercent(*out.equity)) : std::nullopt;
  out.day_trades_used =
      day_trades_ ? std::optional(day_trades_->trades().Count(now_)) : std::nullopt;
  out.at = now_;
}

}  // namespace bulwark::engine
