// What a scenario may expect.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "engine/engine.h"
#include "model/breaker.h"
#include "model/instrument.h"
#include "model/names.h"
#include "model/order.h"
#include "model/proposal.h"
#include "sim/life.h"
#include "sim/scenario.h"
#include "sim/world.h"
#include "trader/trader.h"

namespace bulwark::sim {
namespace {

using base::Decimal;

const engine::Engine* EngineOf(Scenario& scenario) {
  const Life* life = scenario.world().current_life();
  return life == nullptr || life->trader() == nullptr ? nullptr : &life->trader()->engine();
}

Complaint Compared(std::string_view what, const std::string& wanted, const std::string& found) {
  if (wanted == found) {
    return std::nullopt;
  }
  return "expected " + std::string(what) + " " + wanted + ", found " + found;
}

// "5", "> 5" or "< 5" against a number.
Complaint Measured(std::string_view what, const Words& words, Decimal found) {
  const bool has_sign = words[0] == ">" || words[0] == "<";
  const auto wanted = Decimal::Parse(words[has_sign && words.size() > 1 ? 1 : 0]);
  if (!wanted) {
    return "'" + words.back() + "' is not a number";
  }
  const bool holds = words[0] == ">"   ? found > *wanted
                     : words[0] == "<" ? found < *wanted
                                       : found == *wanted;
  if (holds) {
    return std::nullopt;
  }
  return "expected " + std::string(what) + " " + (has_sign ? words[0] + " " : "") +
         wanted->ToString() + ", found " + found.ToString();
}

Decimal Count(std::size_t count) {
  return Decimal::FromInt(static_cast<std::int64_t>(count));
}

Complaint State(Scenario& scenario, const Words& words) {
  constexpr std::array<std::string_view, 6> kStates = {"starting", "running", "reduce_only",
                                                       "killed",   "halting", "halted"};
  const engine::Engine* engine = EngineOf(scenario);
  const std::string found =
      engine == nullptr ? "no trader"
                        : std::string(kStates.at(static_cast<std::size_t>(engine->run_state())));
  return Compared("state", words[0], found);
}

Complaint Position(Scenario& scenario, const Words& words) {
  const auto instrument = scenario.world().instruments().Find(words[0]);
  const engine::Engine* engine = EngineOf(scenario);
  if (!instrument || engine == nullptr) {
    return "no trader, or no instrument '" + words[0] + "'";
  }
  return Measured("position of " + words[0], Words(words.begin() + 1, words.end()),
                  engine->oms().portfolio().at(*instrument).owned());
}

Complaint VenuePosition(Scenario& scenario, const Words& words) {
  const auto instrument = scenario.world().instruments().Find(words[0]);
  if (!instrument) {
    return "no instrument '" + words[0] + "'";
  }
  return Measured("position of " + words[0] + " at the venue",
                  Words(words.begin() + 1, words.end()),
                  scenario.world().exchange().position(*instrument));
}

Complaint Cash(Scenario& scenario, const Words& words) {
  const engine::Engine* engine = EngineOf(scenario);
  return engine == nullptr ? Complaint("no trader")
                           : Measured("cash", words, engine->oms().portfolio().owned_cash());
}

Complaint Reserved(Scenario& scenario, const Words& words) {
  const engine::Engine* engine = EngineOf(scenario);
  return engine == nullptr
             ? Complaint("no trader")
             : Measured("reserved cash", words, engine->oms().portfolio().blocked_cash);
}

Complaint Sent(Scenario& scenario, const Words& words) {
  return Measured("orders at the venue", words, Count(scenario.world().exchange().rows().size()));
}

Complaint Working(Scenario& scenario, const Words& words) {
  return Measured("working orders at the venue", words,
                  Count(scenario.world().exchange().working()));
}

Complaint Open(Scenario& scenario, const Words& words) {
  const engine::Engine* engine = EngineOf(scenario);
  return engine == nullptr
             ? Complaint("no trader")
             : Measured("open orders", words, Count(engine->oms().open_orders().size()));
}

Complaint Fills(Scenario& scenario, const Words& words) {
  return Measured("fills in the ledger", words, Count(scenario.world().disk().fills.size()));
}

Complaint Lives(Scenario& scenario, const Words& words) {
  return Measured("lives", words, Count(scenario.world().tally().lives));
}

Complaint OrderState(Scenario& scenario, const Words& words) {
  const Disk& disk = scenario.world().disk();
  if (disk.order_ids.empty()) {
    return "the ledger has no order";
  }
  const bool is_first = words[0] == "first";
  const model::OrderId& id = is_first ? disk.order_ids.front() : disk.order_ids.back();
  return Compared("the " + words[0] + " order", words[1],
                  std::string(model::Name(disk.orders.at(id).order.status)));
}

Complaint Message(Scenario& scenario, const Words& words) {
  for (const std::string& message : scenario.world().redis().messages()) {
    if (message.starts_with(words[0] + " ") && message.find(words[1]) != std::string::npos) {
      return std::nullopt;
    }
  }
  return "no message on " + words[0] + " has '" + words[1] + "' in it";
}

Complaint Denied(Scenario& scenario, const Words& words) {
  return Message(scenario, {"risk:alert", words[0]});
}

Complaint RedisValue(Scenario& scenario, const Words& words) {
  const std::string* found = scenario.world().redis().Find(words[0]);
  return Compared(words[0], words[1], found == nullptr ? "(none)" : *found);
}

Complaint BreakerState(Scenario& scenario, const Words& words) {
  const auto which = model::BreakerFromName(words[0]);
  const engine::Engine* engine = EngineOf(scenario);
  if (!which || engine == nullptr) {
    return "no trader, or no breaker '" + words[0] + "'";
  }
  const auto state = engine->BreakerViews().at(model::IndexOf(*which)).state;
  return Compared("breaker " + words[0], words[1], std::string(model::Name(state)));
}

Complaint ProposalState(Scenario& scenario, const Words& words) {
  const auto instrument = scenario.world().instruments().Find(words[0]);
  const model::Proposal* newest =
      instrument ? scenario.world().disk().NewestProposal(*instrument) : nullptr;
  return Compared("the proposal for " + words[0], words[1],
                  newest == nullptr ? "(none)" : std::string(model::Name(newest->state)));
}

Complaint Agreed(Scenario& scenario, const Words& /*words*/) {
  const auto difference = scenario.world().WhatDiffers();
  return difference ? Complaint("expected that everything agrees; " + *difference) : std::nullopt;
}

constexpr std::array kVerbs = {
    Verb{"state", "starting|running|reduce_only|killed|halting|halted", "of the trader", 1, State},
    Verb{"position", "SYMBOL [<|>] QUANTITY", "what the books own", 2, Position},
    Verb{"venue-position", "SYMBOL [<|>] QUANTITY", "what the venue holds for us", 2,
         VenuePosition},
    Verb{"cash", "[<|>] AMOUNT", "of the books, reserved cash included", 1, Cash},
    Verb{"reserved", "[<|>] AMOUNT", "cash that open orders tie up", 1, Reserved},
    Verb{"sent", "[<|>] COUNT", "orders that arrived at the venue", 1, Sent},
    Verb{"working", "[<|>] COUNT", "orders that work at the venue", 1, Working},
    Verb{"open", "[<|>] COUNT", "orders that are open in the books", 1, Open},
    Verb{"fills", "[<|>] COUNT", "fills in the ledger", 1, Fills},
    Verb{"lives", "[<|>] COUNT", "starts of a trader", 1, Lives},
    Verb{"order", "first|last STATUS", "of an order in the ledger: PENDING, SUBMITTED, ...", 2,
         OrderState},
    Verb{"denied", "CODE", "an order was denied with this code", 1, Denied},
    Verb{"message", "CHANNEL TEXT", "a message with this text in it was published", 2, Message},
    Verb{"redis", "KEY VALUE", "what a key holds", 2, RedisValue},
    Verb{"breaker", "NAME ok|tripped|unknown", "what a circuit breaker says", 2, BreakerState},
    Verb{"proposal", "SYMBOL STATE", "the newest one in the ledger: PENDING, SUBMITTED, ...", 2,
         ProposalState},
    Verb{"agreed", "",
         "books, ledger, venue and Redis say the same, nothing is open, and the state "
         "is what the stops ask for",
         0, Agreed},
};

}  // namespace

std::span<const Verb> ExpectVerbs() {
  return kVerbs;
}

}  // namespace bulwark::sim
