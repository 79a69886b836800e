// What must agree once all faults have ended: venue, ledger, books, Redis and the stops.

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <string>

#include "base/decimal.h"
#include "contract/keys.h"
#include "contract/kill_switch_document.h"
#include "contract/portfolio_document.h"
#include "contract/system_documents.h"
#include "engine/engine.h"
#include "model/action.h"
#include "model/breaker.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/switches.h"
#include "sim/fake_exchange.h"
#include "sim/fake_spill.h"
#include "sim/life.h"
#include "sim/world.h"
#include "trader/queues.h"
#include "trader/trader.h"
#include "venue/venue.h"

namespace bulwark::sim {

using base::Decimal;

namespace {

// A position keeps its stop for as long as it is there.
bool IsPositionStop(const model::Order& order) {
  return order.strategy.view() == engine::kStopLossName && order.is_waiting;
}

}  // namespace

std::optional<std::string> World::WhatDiffers() {
  if (lives_.size() != 1 || !lives_.front()->has_started()) {
    return "no trader, or two";
  }
  if (disk_.first_ids.size() != exchange_.fills().size()) {
    return "the ledger has " + std::to_string(disk_.first_ids.size()) + " trades, the venue " +
           std::to_string(exchange_.fills().size());
  }
  if (const SpillFile& spill = disk_.spills[lives_.front()->machine()];
      spill && !disk_.merged_spills.contains(spill->id)) {
    return "the spill of run " + std::to_string(spill->epoch) + " was never taken";
  }
  auto difference = WhatDiffersInOrders();
  return difference ? difference : WhatDiffersIn(*lives_.front());
}

std::optional<std::string> World::WhatDiffersInOrders() const {
  for (const auto& [id, row] : exchange_.rows()) {
    if (row.status == venue::VenueOrderStatus::kWorking) {
      return "order " + id.ToString() + " works at the venue";
    }
  }
  for (const auto& [id, row] : disk_.orders) {
    if (!model::IsTerminal(row.order.status) && !IsPositionStop(row.order)) {
      return "order " + id.ToString() + " is open in the ledger";
    }
    const Exchange::Row* const there = exchange_.Find(id);
    if (row.order.status == model::OrderStatus::kFailed && there != nullptr &&
        there->status != venue::VenueOrderStatus::kRejected) {
      return "order " + id.ToString() + " counts as failed, but the venue had it";
    }
  }
  return std::nullopt;
}

std::optional<std::string> World::WhatDiffersIn(const Life& life) {
  const engine::Engine& engine = life.trader()->engine();
  if (auto difference = WhatDiffersAtVenue(engine)) {
    return difference;
  }
  if (auto difference = WhatIsWrongWithStop(engine)) {
    return difference;
  }
  if (auto difference = WhatIsUnprotected(engine)) {
    return difference;
  }
  const trader::Queues& queues = life.trader()->queues();
  if (queues.journal.size() + queues.published.size() + queues.from_ledger.size() +
          queues.from_publisher.size() + queues.reports.size() >
      8) {
    return "a queue is stuck";
  }
  return WhatDiffersInRedis(engine.oms().portfolio());
}

std::optional<std::string> World::WhatDiffersAtVenue(const engine::Engine& engine) const {
  const model::Portfolio& books = engine.oms().portfolio();
  if (!std::ranges::all_of(engine.oms().open_orders(), IsPositionStop)) {
    return "an order is open in the books";
  }
  if (books.owned_cash() != exchange_.cash()) {
    return "cash: " + books.owned_cash().ToString() + " in the books, " +
           exchange_.cash().ToString() + " at the venue";
  }
  for (const model::Instrument& instrument : instruments_.rows()) {
    const Decimal owned = books.at(instrument.id).owned();
    if (owned != exchange_.position(instrument.id)) {
      return "position of " + std::string(instrument.symbol.view()) + ": " + owned.ToString() +
             " in the books, " + exchange_.position(instrument.id).ToString() + " at the venue";
    }
    if (owned != durable_positions_.at(instrument.id.index)) {
      return "position of " + std::string(instrument.symbol.view()) + ": " + owned.ToString() +
             " in the books, fills and adjustments in the ledger make it " +
             durable_positions_.at(instrument.id.index).ToString();
    }
  }
  return std::nullopt;
}

// Each position has one stop for all of it, in the books and in the ledger; HALT takes it away, and
// what was accepted at no cost has no average to hang one on: an alert says so.
std::optional<std::string> World::WhatIsUnprotected(const engine::Engine& engine) const {
  const bool is_wanted = !disk_.switches.halt.is_on && settings_.risk.stop_loss_pct.is_positive();
  for (const model::Instrument& instrument : instruments_.rows()) {
    const auto add = [&](Decimal sum, const model::Order& order) {
      const bool is_counted = order.instrument == instrument.id && IsPositionStop(order) &&
                              !model::IsTerminal(order.status);
      return is_counted ? sum + order.armed_quantity : sum;
    };
    const model::Position& position = engine.oms().portfolio().at(instrument.id);
    const Decimal owned = position.owned();
    const Decimal wanted = is_wanted && !position.cost.is_zero()
                               ? std::max(owned, Decimal()).RoundDownTo(instrument.lot_size)
                               : Decimal();
    const auto& open = engine.oms().open_orders();
    const Decimal held = std::accumulate(open.begin(), open.end(), Decimal(), add);
    const Decimal durable =
        std::accumulate(disk_.orders.begin(), disk_.orders.end(), Decimal(),
                        [&](Decimal sum, const auto& row) { return add(sum, row.second.order); });
    if (held != wanted || durable != wanted) {
      return "stops of " + std::string(instrument.symbol.view()) + ": for " + held.ToString() +
             " in the books and " + durable.ToString() + " in the ledger, not for " +
             wanted.ToString();
    }
  }
  return std::nullopt;
}

std::optional<std::string> World::WhatIsWrongWithStop(const engine::Engine& engine) const {
  const model::SwitchState& stops = disk_.switches;
  // Faults are everyday here, and may trip a breaker for longer than this world lives.
  const bool is_blocked = engine.gate_state().breaker.has_value();
  const model::RunState expected = stops.halt.is_on   ? model::RunState::kHalted
                                   : stops.kill.is_on ? model::RunState::kKilled
                                   : is_blocked       ? model::RunState::kReduceOnly
                                                      : model::RunState::kRunning;
  if (engine.run_state() != expected) {
    return "the run state is " + std::to_string(static_cast<int>(engine.run_state())) + ", not " +
           std::to_string(static_cast<int>(expected));
  }
  const model::BreakerRecord kept = disk_.Breakers();
  for (std::size_t at = 0; at < model::kBreakers; ++at) {
    const bool is_tripped = engine.BreakerViews().at(at).state == model::BreakerState::kTripped;
    if (is_tripped != kept.latched.at(at).has_value()) {
      return "breaker " + std::string(model::Name(static_cast<model::Breaker>(at))) +
             (is_tripped ? " is tripped and the ledger does not know"
                         : " is not tripped, but in the ledger it is");
    }
  }
  const model::Portfolio& books = engine.oms().portfolio();
  const bool is_flat = std::ranges::all_of(instruments_.rows(), [&](const auto& instrument) {
    return books.at(instrument.id).owned() < instrument.lot_size;
  });
  if (stops.halt.is_on && !is_flat) {
    return "halted and not flat";
  }
  return std::nullopt;
}

std::optional<std::string> World::WhatDiffersInRedis(const model::Portfolio& books) const {
  const model::SwitchState& stops = disk_.switches;
  const std::string* halt = redis_.Find(contract::keys::Halt().view());
  const std::string* kill = redis_.Find(contract::keys::KillSwitch().view());
  const bool is_halt_shown =
      halt != nullptr &&
      contract::DecodeHalt(*halt) ==
          (stops.halt.is_on ? contract::HaltReading::kHalt : contract::HaltReading::kRun);
  const bool is_kill_shown =
      kill != nullptr &&
      contract::DecodeKillSwitch(*kill) ==
          (stops.kill.is_on ? contract::KillReading::kActive : contract::KillReading::kInactive);
  if (!is_halt_shown || !is_kill_shown) {
    return "Redis does not show the stops as the ledger has them";
  }
  const std::string* shown = redis_.Find(contract::keys::Portfolio().view());
  const auto document =
      shown == nullptr ? std::nullopt : std::optional(contract::DecodePortfolio(*shown));
  if (!document || !*document || (*document)->cash != books.cash ||
      (*document)->blocked_cash != books.blocked_cash) {
    return "oms:portfolio is not what the books say, " + books.cash.ToString() + " and " +
           books.blocked_cash.ToString() + " blocked, but " +
           (shown == nullptr ? "missing" : *shown);
  }
  return std::nullopt;
}

}  // namespace bulwark::sim
