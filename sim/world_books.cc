// What must hold for the books at every moment: money, reservations, and each booking.

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/decimal.h"
#include "engine/engine.h"
#include "model/accounting.h"
#include "model/adjustment.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "oms/booked_trades.h"
#include "oms/seen_trades.h"
#include "reconcile/difference.h"
#include "reconcile/report.h"
#include "sim/context.h"
#include "sim/fake_exchange.h"
#include "sim/fake_ledger.h"
#include "sim/life.h"
#include "sim/world.h"
#include "trader/trader.h"

namespace bulwark::sim {
namespace {

using base::Decimal;

// All the money the books speak of, in the one sum that no fill can change.
Decimal Conserved(const model::Portfolio& books, const model::InstrumentTable& instruments) {
  Decimal sum = books.owned_cash() - books.realised_pnl;
  for (const model::Instrument& instrument : instruments.rows()) {
    sum += books.at(instrument.id).cost;
  }
  return sum;
}

std::optional<std::string> WrongReservation(const engine::Engine& engine,
                                            const model::InstrumentTable& instruments) {
  const model::Portfolio& books = engine.oms().portfolio();
  Decimal cash;
  std::array<Decimal, model::kInstrumentsMax> quantities{};
  for (const model::Order& order : engine.oms().open_orders()) {
    cash += order.reserved_cash_remaining;
    quantities.at(order.instrument.index) += order.reserved_quantity_remaining;
  }
  if (cash != books.blocked_cash) {
    return "open orders reserve " + cash.ToString() + " of cash, the books block " +
           books.blocked_cash.ToString();
  }
  for (const model::Instrument& instrument : instruments.rows()) {
    if (quantities.at(instrument.id.index) != books.at(instrument.id).blocked_quantity) {
      return "open orders and books disagree on what is blocked of " +
             std::string(instrument.symbol.view());
    }
  }
  return std::nullopt;
}

}  // namespace

void World::CheckBooks(const Life& life) {
  if (life.trader() == nullptr || !disk_.account) {
    return;
  }
  const engine::Engine& engine = life.trader()->engine();
  const model::Portfolio& books = engine.oms().portfolio();
  const Decimal conserved = Conserved(books, instruments_);
  const Decimal expected = disk_.account->opening_cash + AcceptedIn(engine);
  if (conserved != expected && !IsBookingAccepted(engine)) {
    context_.Violate("money is not conserved: " + conserved.ToString() + " of " +
                     expected.ToString());
  }
  if (const auto wrong = WrongReservation(engine, instruments_)) {
    context_.Violate(*wrong);
  }
}

// What the accepted adjustments that the engine has in its books were worth.
Decimal World::AcceptedIn(const engine::Engine& engine) const {
  Decimal worth;
  for (const Accepted& accepted : accepted_) {
    if (engine.oms().HasBooked(accepted.id)) {
      worth += accepted.worth;
    }
  }
  return worth;
}

// Whether it has booked an accepted adjustment that is not durable yet: what that is worth, the
// disk will tell.
bool World::IsBookingAccepted(const engine::Engine& engine) const {
  return std::ranges::any_of(disk_.decisions, [&](const auto& row) {
    const std::string id = reconcile::AdjustmentId(row.decision.item.id);
    return row.decision.verb == reconcile::Verb::kAccept && !disk_.adjustment_ids.contains(id) &&
           engine.oms().HasBooked(oms::AdjustmentId::Cut(id));
  });
}

// Follows the books as they become durable: fills and adjustments in the order of booking.
void World::CheckNewBookings() {
  bool is_more = true;
  while (is_more) {
    is_more = false;
    if (adjustments_checked_ < disk_.adjustments.size() &&
        disk_.adjustments[adjustments_checked_].after_fills <= fills_checked_) {
      CheckAdjustment(disk_.adjustments[adjustments_checked_++].what.adjustment);
      is_more = true;
    } else if (fills_checked_ < disk_.fills.size()) {
      CheckFill(disk_.fills[fills_checked_++].fill);
      is_more = true;
    }
  }
}

// Each fill in the ledger is one that the venue made, as the venue made it.
void World::CheckFill(const model::Fill& booked) {
  durable_positions_.at(booked.instrument.index) +=
      booked.side == model::Side::kBuy ? booked.quantity : -booked.quantity;
  model::ApplyFill(booked, durable_);
  const model::Fill* const made = exchange_.FindVersion(booked.trade_id.view());
  if (made == nullptr) {
    context_.Violate("a fill was booked that the venue never made");
    return;
  }
  const model::Fill& fill = *made;
  if (fill.venue_sequence != booked.venue_sequence || fill.order_id != booked.order_id ||
      fill.price != booked.price || fill.quantity != booked.quantity || fill.fee != booked.fee ||
      fill.side != booked.side || fill.instrument != booked.instrument) {
    context_.Violate("fill " + std::string(fill.trade_id.view()) + " was booked as something else");
  }
}

// Nothing but what the venue changed, or a person accepted, changes the books beside the fills.
void World::CheckAdjustment(const model::Adjustment& booked) {
  durable_positions_.at(booked.instrument.index) +=
      booked.restored.quantity + booked.taken.quantity;
  const Decimal before = Conserved(durable_, instruments_);
  model::ApplyAdjustment(booked, durable_);
  if (model::IsAccepted(booked.kind)) {
    accepted_.push_back({.id = booked.id, .worth = Conserved(durable_, instruments_) - before});
    CheckAccepted(booked, accepted_.back().worth);
    return;
  }
  const Exchange::Trade* const trade = exchange_.FindTrade(oms::FirstIdOf(booked.trade_id).view());
  const bool is_asked_for =
      trade != nullptr &&
      ((booked.kind == model::AdjustmentKind::kBust && trade->is_void) ||
       (booked.kind == model::AdjustmentKind::kCorrection && trade->revision > 0));
  if (!is_asked_for) {
    context_.Violate("the venue did not ask for the adjustment " + std::string(booked.id.view()));
  }
}

// It is what was proposed to the person, who said yes to it.
void World::CheckAccepted(const model::Adjustment& booked, Decimal worth) {
  const bool is_decided = std::ranges::any_of(disk_.decisions, [&](const auto& row) {
    const reconcile::Item& item = row.decision.item;
    const bool is_cash = item.difference.kind == reconcile::Kind::kCashDrift;
    const bool is_its_kind = is_cash == (booked.kind == model::AdjustmentKind::kAcceptedCash);
    return row.decision.verb == reconcile::Verb::kAccept && is_its_kind &&
           booked.id.view() == reconcile::AdjustmentId(item.id) &&
           booked.cash == item.proposal.cash && booked.taken.quantity == item.proposal.quantity &&
           (is_cash || instruments_[booked.instrument].symbol == item.difference.symbol);
  });
  const bool is_cash_its_worth =
      booked.kind != model::AdjustmentKind::kAcceptedCash || worth == booked.cash;
  if (!is_decided || !is_cash_its_worth) {
    context_.Violate("nobody accepted the adjustment " + std::string(booked.id.view()));
  }
}

}  // namespace bulwark::sim
