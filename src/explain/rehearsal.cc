#include "explain/rehearsal.h"

#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "base/decimal.h"
#include "base/result.h"
#include "config/settings.h"
#include "engine/engine.h"
#include "ledger/recovered_books.h"
#include "model/action_buffer.h"
#include "model/denial.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/scoped_modes.h"
#include "model/signal.h"
#include "model/venue_report.h"
#include "risk/gate.h"
#include "risk/gate_trace.h"
#include "risk/guard_input.h"
#include "trader/assembly.h"
#include "trader/day_trade_board.h"

namespace bulwark::explain {
namespace {

// Keeps what the gate was asked and answered last.
class Ear final : public engine::Observer {
 public:
  void OnDecision(const model::Bar& /*bar*/, const model::Decision& /*decision*/) override {}
  void OnAsked(const risk::Gate& gate, const risk::GuardInput& input,
               const risk::GateAnswer& answer) override {
    heard_ = Rehearsed{.order = input.order, .checks = risk::TraceOf(gate, input)};
    if (const auto* denial = std::get_if<model::Denial>(&answer)) {
      heard_->denial = *denial;
    }
    if (input.day_trade != nullptr) {
      heard_->day_trade = *input.day_trade;
    }
  }
  [[nodiscard]] const std::optional<Rehearsed>& heard() const { return heard_; }

 private:
  std::optional<Rehearsed> heard_;
};

}  // namespace

Rehearsal::Rehearsal(model::InstrumentTable instruments) : instruments_(std::move(instruments)) {}
Rehearsal::~Rehearsal() = default;

base::Result<std::unique_ptr<Rehearsal>> Rehearsal::Make(const config::Settings& settings,
                                                         model::InstrumentTable instruments,
                                                         const ledger::RecoveredBooks& books,
                                                         const Moment& moment) {
  std::unique_ptr<Rehearsal> made(new Rehearsal(std::move(instruments)));
  auto engine = trader::MakeEngine(
      settings, made->instruments_,
      {.epoch = books.last_epoch,
       .books = {.portfolio = books.portfolio,
                 .open_orders = books.open_orders,
                 .trades = books.trade_ids,
                 .venue_sequence = books.venue_sequence_max,
                 .booked_trades = books.booked_trades,
                 .adjustments = books.adjustment_ids,
                 .share_moves = books.share_moves,
                 .foreign_day_trades = trader::UnixDaysOf(books.foreign_day_trades)},
       .anchor = books.anchor,
       .week_anchor = books.week_anchor,
       .inception_anchor = books.inception_anchor,
       .entries = {.utc_day = books.entries.utc_day, .count = books.entries.count},
       .breakers = trader::OpeningOf(books.breakers, {.peak = books.peak_anchor,
                                                      .session = books.session_anchor,
                                                      .watchdog = books.watchdog_anchor})});
  if (!engine) {
    return tl::unexpected<base::Error>(engine.error());
  }
  made->engine_ = *std::move(engine);
  made->now_ = moment.now;
  made->Tell(books, moment);
  return made;
}

void Rehearsal::Tell(const ledger::RecoveredBooks& books, const Moment& moment) {
  model::ActionBuffer out;
  const auto give = [&](const model::Event& event) {
    out.Clear();
    engine_->Process(event, out);
  };
  give(model::VenueLink{.is_up = true, .at = now_});
  give(model::ScopesRead{.modes = moment.scopes, .at = now_});
  give(model::Permit{.is_halted = books.switches.halt.is_on,
                     .is_killed = books.switches.kill.is_on,
                     .is_redis_ok = moment.is_redis_ok,
                     .is_ledger_ok = true,
                     .scopes = moment.scopes.version,
                     .at = now_});
  model::VenueBooks venue{
      .cash = books.portfolio.owned_cash(), .fill_sequence = books.venue_sequence_max, .at = now_};
  for (const model::Instrument& instrument : instruments_.rows()) {
    venue.positions.at(instrument.id.index) = books.portfolio.at(instrument.id).owned();
  }
  give(venue);
  for (const ShownPrice& shown : moment.prices) {
    give(model::Tick{.instrument = shown.instrument,
                     .price = shown.price,
                     .event_at = shown.at,
                     .received_at = shown.at});
  }
  give(model::Timer{.at = now_});  // Judges the circuit breakers.
}

model::NewOrder Rehearsal::OrderFor(model::InstrumentId instrument, model::Side side,
                                    base::Decimal quantity) const {
  const base::Decimal owned = engine_->oms().portfolio().at(instrument).owned();
  const bool is_sale = side == model::Side::kSell;
  const bool is_held = is_sale ? owned.is_positive() : owned.is_negative();
  const bool is_reducing = is_held && quantity <= owned.Abs();
  model::NewOrder order{.instrument = instrument,
                        .side = side,
                        .origin = model::Origin::kOperator,
                        .reduce_only = is_reducing,
                        .quantity = quantity};
  if (is_reducing) {
    order.intent = is_sale ? model::Intent::kCloseLong : model::Intent::kCloseShort;
  } else {
    order.intent = is_sale ? model::Intent::kOpenShort : model::Intent::kOpenLong;
  }
  return order;
}

Rehearsed Rehearsal::Ask(const model::NewOrder& order) {
  Ear ear;
  engine_->SetObserver(&ear);
  model::ActionBuffer out;
  engine_->Process(model::PlaceOrder{.order = order, .at = now_}, out);
  engine_->SetObserver(nullptr);
  return ear.heard().value_or(Rehearsed{.order = order});
}

}  // namespace bulwark::explain
