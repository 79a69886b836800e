#include "stateplane/publisher.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "contract/approval_document.h"
#include "contract/breaker_document.h"
#include "contract/catalogue.h"
#include "contract/channel_payloads.h"
#include "contract/keys.h"
#include "contract/market_documents.h"
#include "contract/portfolio_document.h"
#include "contract/risk_document.h"
#include "contract/system_documents.h"
#include "contract/view_documents.h"
#include "model/action.h"
#include "model/breaker.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/proposal.h"
#include "model/telemetry.h"
#include "redis/command.h"
#include "stateplane/alert_payloads.h"

namespace bulwark::stateplane {
namespace {

constexpr base::Nanos kBreakersEvery{std::chrono::minutes{1}};

}  // namespace

Publisher::Publisher(const model::InstrumentTable& instruments, const PublisherOptions& options,
                     const OpeningPicture& opening)
    : instruments_(instruments),
      options_(options),
      orders_(instruments),
      alerts_(options.alert_retention),
      approvals_(instruments),
      market_(instruments),
      portfolio_(opening.portfolio),
      telemetry_(instruments.size()),
      day_anchor_(opening.day_anchor) {
  for (const model::Order& order : opening.orders) {
    orders_.Put(order);
  }
  for (const auto& [order, trade] : opening.trades) {
    orders_.AddTrade(order, trade);
  }
  for (const model::Proposal& proposal : opening.proposals) {
    approvals_.Put(proposal);
  }
  for (const contract::OrderRow& row : opening.rows) {
    AddRow(row);
  }
  for (auto& row : latencies_) {
    row.resize(instruments.size());
  }
  state_.epoch = options.epoch;
}

void Publisher::Apply(const model::Action& action) {
  std::visit([this](const auto& what) { On(what); }, action);
}

void Publisher::On(const model::OrderChanged& action) {
  const model::Order& order = action.order;
  const model::Order* known = orders_.Find(order.id);
  const bool is_new_status = known == nullptr || known->status != order.status ||
                             known->filled_quantity != order.filled_quantity;
  orders_.Put(order);
  are_books_dirty_ = true;
  if (is_new_status) {
    std::string payload;
    contract::EncodeOrderStatus(payload, order, SymbolOf(order.instrument));
    events_.Add(contract::channels::OrderStatus(), std::move(payload));
  }
}

void Publisher::On(const model::FillBooked& action) {
  const model::Fill& fill = action.fill;
  orders_.AddTrade(fill.order_id, fill.trade_id);
  are_books_dirty_ = true;
  const model::Order* order = orders_.Find(fill.order_id);
  if (order == nullptr) {
    return;
  }
  const model::Symbol& symbol = instruments_[fill.instrument].symbol;
  contract::OrderRow row = contract::MakeOrderRow(*order, fill, symbol);
  if (const model::MarkView& mark = telemetry_.marks.at(fill.instrument.index); mark.price) {
    row.market_at = mark.event_at;
  }
  AddRow(row);
  std::string payload;
  contract::EncodeTradeExecuted(payload, *order, fill, symbol.view());
  events_.Add(contract::channels::TradeExecuted(), std::move(payload));
}

void Publisher::AddRow(const contract::OrderRow& row) {
  if (rows_.rows() == contract::kOrderRowsMax) {
    rows_.DropFront(1);
  }
  rows_.Append([&](std::string& out) { contract::EncodeOrderRow(out, row); });
  are_rows_dirty_ = true;
}

void Publisher::On(const model::PortfolioChanged& action) {
  portfolio_.at(action.instrument) = action.position;
  portfolio_.cash = action.cash;
  portfolio_.blocked_cash = action.blocked_cash;
  portfolio_.realised_pnl = action.realised_pnl;
  portfolio_.fees_paid = action.fees_paid;
  portfolio_.borrow_fees_paid = action.borrow_fees_paid;
  are_books_dirty_ = true;
}

void Publisher::On(const model::SignalGenerated& action) {
  std::string payload;
  contract::EncodeSignal(payload, action.signal, SymbolOf(action.signal.instrument));
  events_.Add(contract::channels::SignalGenerated(), std::move(payload));
}

void Publisher::On(const model::OrderDenied& action) {
  events_.Add(contract::channels::RiskAlert(),
              DenialPayload(action, SymbolOf(action.order.instrument)));
}

void Publisher::On(const model::AlertRaised& action) {
  Alert(action);
}

void Publisher::Alert(const model::AlertRaised& alert) {
  const std::string_view symbol =
      alert.instrument_index < 0 ? std::string_view()
                                 : SymbolOf({static_cast<std::uint16_t>(alert.instrument_index)});
  alerts_.Add(alert.at, AlertText(alert, symbol));
  if (alert.level != model::AlertLevel::kInfo) {
    events_.Add(contract::channels::RiskAlert(), AlertPayload(alert, symbol));
  }
}

void Publisher::On(const model::RunStateChanged& action) {
  state_.state = action.state;
  state_.since = action.at;
  // The end of a liquidation has no reason of its own: the halt's stays on the screen.
  const bool is_halt_done = action.state == model::RunState::kHalted && action.reason.empty();
  if (!is_halt_done) {
    state_.reason = std::string(action.reason.view());
  }
  is_state_dirty_ = true;
}

void Publisher::On(const model::FeedStateChanged& action) {
  state_.is_feed_up = action.is_up;
  status_.is_feed_connected = action.is_up;
  is_state_dirty_ = true;
  std::string payload;
  if (action.is_up) {
    contract::EncodeFeedReconnected(payload, action.at, instruments_.size());
    events_.Add(contract::channels::FeedReconnected(), std::move(payload));
  } else {
    contract::EncodeFeedDisconnected(payload, action.at, action.reason.view());
    events_.Add(contract::channels::FeedDisconnected(), std::move(payload));
  }
}

void Publisher::On(const model::AnchorSet& action) {
  if (action.kind == model::AnchorKind::kDay) {
    day_anchor_ = action.equity;
  }
}

void Publisher::On(const model::BreakerChanged& action) {
  if (action.event == model::BreakerEvent::kRefused) {
    return;  // An alert says it.
  }
  std::string payload;
  contract::EncodeBreakerChange(payload, action);
  events_.Add(contract::channels::CircuitBreaker(), std::move(payload));
}

void Publisher::On(const model::ProposalChanged& action) {
  const bool is_new = !approvals_.Has(action.proposal.id);
  approvals_.Put(action.proposal);
  if (is_new && action.proposal.state == model::ProposalState::kPending) {
    std::string payload;
    contract::EncodePendingApproval(payload, action.proposal,
                                    SymbolOf(action.proposal.order.instrument));
    events_.Add(contract::channels::PendingApproval(), std::move(payload));
  }
}

void Publisher::On(const model::BooksAdjusted& /*action*/) {
  are_books_dirty_ = true;
}

void Publisher::On(const model::RoundTripClosed& action) {
  std::string payload;
  contract::EncodeRoundTrip(payload, action, SymbolOf(action.instrument));
  events_.Add(contract::channels::TradeExecuted(), std::move(payload));
}

void Publisher::ApplyTelemetry(const model::Telemetry& telemetry) {
  telemetry_ = telemetry;
  is_telemetry_dirty_ = true;
  const bool is_time = telemetry.at - breakers_shown_at_ >= kBreakersEvery;
  for (std::size_t at = 0; at < model::kBreakers; ++at) {
    const bool has_changed = telemetry.breakers.at(at).state != breakers_.at(at).state;
    are_breakers_dirty_ = are_breakers_dirty_ || has_changed || is_time;
  }
  if (are_breakers_dirty_) {
    breakers_ = telemetry.breakers;
    breakers_shown_at_ = telemetry.at;
  }
  if (telemetry.equity) {
    peak_equity_ = std::max(peak_equity_.value_or(*telemetry.equity), *telemetry.equity);
    if (peak_equity_->is_positive()) {
      const base::Decimal drawdown =
          base::MulDiv(*peak_equity_ - *telemetry.equity, base::Decimal::FromInt(100),
                       *peak_equity_, base::Rounding::kHalfEven);
      max_drawdown_pct_ = std::max(max_drawdown_pct_, drawdown);
    }
  }
  state_.events_processed = telemetry.events;
}

void Publisher::SetLatency(Latency which, model::InstrumentId instrument, base::Nanos span) {
  latencies_.at(static_cast<std::size_t>(which)).at(instrument.index) = span;
  last_latencies_.at(static_cast<std::size_t>(which)) = span;
  are_latencies_dirty_ = true;
}

void Publisher::SetGateClosed(std::optional<base::UnixNanos> at) {
  if (state_.gate_closed_at != at) {
    state_.gate_closed_at = at;
    is_state_dirty_ = true;
  }
}

void Publisher::SetVenueLink(bool is_up) {
  if (state_.is_venue_up != is_up || status_.is_broker_connected != is_up) {
    state_.is_venue_up = is_up;
    status_.is_broker_connected = is_up;
    is_state_dirty_ = true;
  }
}

bool Publisher::is_dirty() const {
  return are_books_dirty_ || is_telemetry_dirty_ || are_latencies_dirty_ || are_breakers_dirty_ ||
         is_state_dirty_ || is_start_dirty_ || heartbeat_.has_value() || orders_.is_dirty() ||
         alerts_.is_dirty() || approvals_.is_dirty() || !events_.empty();
}

void Publisher::Compose(redis::Pipeline& out) {
  out.BeginTransaction();
  ComposeSystem(out);
  if (are_books_dirty_ || orders_.is_dirty()) {
    ComposeBooks(out);
  }
  if (is_telemetry_dirty_) {
    ComposeTelemetry(out);
  }
  if (are_latencies_dirty_) {
    ComposeLatencies(out);
  }
  if (are_breakers_dirty_) {
    ComposeBreakers(out);
  }
  alerts_.Compose(out);
  if (approvals_.is_dirty()) {
    approvals_.Compose(out);
  }
  events_.Compose(out);
  if (are_books_dirty_) {
    ComposeUpdate(out);
  }
  out.EndTransaction();
}

void Publisher::Confirm() {
  orders_.Confirm();
  alerts_.Confirm();
  approvals_.Confirm();
  events_.Confirm();
  heartbeat_.reset();
  are_books_dirty_ = false;
  are_rows_dirty_ = false;
  is_telemetry_dirty_ = false;
  are_latencies_dirty_ = false;
  are_breakers_dirty_ = false;
  is_state_dirty_ = false;
  is_start_dirty_ = false;
}

void Publisher::MarkAllDirty() {
  orders_.MarkAllDirty();
  alerts_.MarkAllDirty();
  approvals_.MarkAllDirty();
  are_books_dirty_ = true;
  are_rows_dirty_ = true;
  is_telemetry_dirty_ = true;
  are_latencies_dirty_ = true;
  are_breakers_dirty_ = breakers_shown_at_ != base::UnixNanos();
  is_state_dirty_ = true;
  is_start_dirty_ = true;
}

void Publisher::ComposeBooks(redis::Pipeline& out) {
  portfolio_text_.clear();
  contract::EncodePortfolio(portfolio_text_, portfolio_, instruments_);
  out.Add({"SET", contract::keys::Portfolio().view(), portfolio_text_});
  orders_.Compose(out);
  if (are_rows_dirty_ && rows_.rows() > 0) {
    out.Add({"SET", contract::keys::ViewOrders().view(), rows_.text()});
  }
  value_.clear();
  contract::EncodePositions(value_, portfolio_, instruments_);
  Set(out, contract::keys::ViewPositions());
}

void Publisher::ComposeTelemetry(redis::Pipeline& out) {
  value_.clear();
  contract::EncodeAmount(value_, telemetry_.cash);
  Set(out, contract::keys::Cash());
  if (telemetry_.equity) {
    value_.clear();
    contract::EncodeAmount(value_, *telemetry_.equity);
    Set(out, contract::keys::TotalValue());
    value_.clear();
    contract::EncodeDailyPnl(value_, *telemetry_.equity, day_anchor_.value_or(*telemetry_.equity));
    Set(out, contract::keys::PnlDaily());
  }
  ComposeRisk(out);
  market_.Compose(telemetry_, out);
}

void Publisher::ComposeLatencies(redis::Pipeline& out) {
  using Plain = contract::Key (*)();
  using Scoped = contract::Key (*)(std::string_view);
  constexpr std::array<std::pair<Plain, Scoped>, kLatencies> kKeys = {
      {{contract::keys::TickToDecision, contract::keys::TickToDecision},
       {contract::keys::DecisionToFill, contract::keys::DecisionToFill},
       {contract::keys::TickToFill, contract::keys::TickToFill}}};
  for (std::size_t which = 0; which < kLatencies; ++which) {
    const auto& [plain, scoped] = kKeys[which];
    ComposeLatency(last_latencies_[which], plain(), out);
    for (const model::Instrument& instrument : instruments_.rows()) {
      ComposeLatency(latencies_[which][instrument.id.index], scoped(instrument.symbol.view()), out);
    }
  }
}

void Publisher::ComposeLatency(const std::optional<base::Nanos>& span, const contract::Key& key,
                               redis::Pipeline& out) {
  if (span) {
    value_.clear();
    contract::EncodeLatency(value_, *span);
    Set(out, key);
  }
}

// The keys live for a while only, so that a dead trader's words do not stand for ever.
void Publisher::ComposeBreakers(redis::Pipeline& out) {
  const std::string life = std::to_string(contract::Get(contract::EntryId::kBreakerView).ttl.max_s);
  for (std::size_t at = 0; at < model::kBreakers; ++at) {
    const auto which = static_cast<model::Breaker>(at);
    value_.clear();
    contract::EncodeBreakerView(value_, which, breakers_.at(at));
    out.Add({"SET", contract::keys::BreakerView(which).view(), value_, "EX", life});
  }
}

void Publisher::ComposeSystem(redis::Pipeline& out) {
  if (heartbeat_) {
    value_.clear();
    contract::EncodeHeartbeat(value_, *heartbeat_);
    Set(out, contract::keys::Heartbeat());
  }
  if (is_start_dirty_) {
    value_.clear();
    contract::EncodeEpoch(value_, options_.epoch);
    Set(out, contract::keys::Epoch());
    value_.clear();
    contract::EncodeActiveSymbols(value_, instruments_);
    Set(out, contract::keys::ActiveSymbols());
  }
  if (is_state_dirty_ || heartbeat_) {
    value_.clear();
    contract::EncodeSystemState(value_, state_);
    Set(out, contract::keys::State());
  }
  if (is_state_dirty_) {
    value_.clear();
    contract::EncodeSystemStatus(value_, status_);
    Set(out, contract::keys::Status());
  }
}

std::vector<contract::PositionRow> Publisher::PositionRows() const {
  std::vector<contract::PositionRow> rows;
  for (const model::Instrument& instrument : instruments_.rows()) {
    const model::Position& position = portfolio_.at(instrument.id);
    if (!position.owned().is_zero()) {
      rows.push_back({.symbol = instrument.symbol.view(),
                      .owned = position.owned(),
                      .cost = position.cost,
                      .mark = telemetry_.marks.at(instrument.id.index).price,
                      .sector = instrument.sector.view()});
    }
  }
  return rows;
}

void Publisher::ComposeRisk(redis::Pipeline& out) {
  const std::vector<contract::PositionRow> rows = PositionRows();
  const auto day = telemetry_.pnl_daily
                       ? base::CheckedMul(*telemetry_.pnl_daily, base::Decimal::FromInt(100),
                                          base::Rounding::kHalfEven)
                       : std::nullopt;
  value_.clear();
  contract::EncodePortfolioRisk(value_, {.at = telemetry_.at,
                                         .equity = telemetry_.equity,
                                         .cash = telemetry_.cash,
                                         .drawdown_pct = telemetry_.drawdown_pct,
                                         .daily_pnl_pct = day,
                                         .positions = rows,
                                         .stop_loss_pct = options_.stop_loss_pct,
                                         .day_trades_used = telemetry_.day_trades_used,
                                         .day_trades_max = options_.day_trades_max,
                                         .positions_max = options_.positions_max,
                                         .watchdog = telemetry_.watchdog});
  Set(out, contract::keys::PortfolioRisk());
}

void Publisher::ComposeUpdate(redis::Pipeline& out) {
  const std::vector<contract::PositionRow> rows = PositionRows();
  value_.clear();
  contract::EncodePortfolioUpdate(value_,
                                  {.at = options_.clock->WallNow(),
                                   .cash = portfolio_.owned_cash(),
                                   .day_anchor = day_anchor_.value_or(options_.opening_cash),
                                   .start_equity = options_.opening_cash,
                                   .max_drawdown_pct = max_drawdown_pct_,
                                   .positions = rows});
  out.Add({"PUBLISH", contract::channels::PortfolioUpdate().view(), value_});
}

std::string_view Publisher::SymbolOf(model::InstrumentId instrument) const {
  return instruments_[instrument].symbol.view();
}

void Publisher::Set(redis::Pipeline& out, const contract::Key& key) {
  out.Add({"SET", key.view(), value_});
}

}  // namespace bulwark::stateplane
