// What the lines of a scenario do.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/time.h"
#include "config/settings.h"
#include "contract/keys.h"
#include "model/autonomy.h"
#include "model/breaker.h"
#include "model/instrument.h"
#include "model/proposal.h"
#include "model/scoped_modes.h"
#include "model/stop_mode.h"
#include "model/switches.h"
#include "sim/fake_exchange.h"
#include "sim/faults.h"
#include "sim/life.h"
#include "sim/scenario.h"
#include "sim/world.h"

namespace bulwark::sim {
namespace {

using base::Decimal;

std::optional<model::InstrumentId> InstrumentOf(Scenario& scenario, const std::string& symbol) {
  return scenario.world().instruments().Find(symbol);
}

std::optional<bool> OnOff(const std::string& word) {
  return word == "on" ? std::optional(true) : word == "off" ? std::optional(false) : std::nullopt;
}

// Where a breaker's limit of that name stands; null when there is none of its kind.
base::Nanos* SpanOf(config::BreakerSettings& breakers, const std::string& name) {
  const std::array rows = {std::pair{"breakers.dead_man", &breakers.dead_man},
                           std::pair{"breakers.stale_data", &breakers.stale_data},
                           std::pair{"breakers.feed_disconnected", &breakers.feed_disconnected},
                           std::pair{"breakers.latency", &breakers.latency}};
  const auto* const found =
      std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.first == name; });
  return found == rows.end() ? nullptr : found->second;
}

std::uint32_t* CountOf(config::BreakerSettings& breakers, const std::string& name) {
  const std::array rows = {std::pair{"breakers.consecutive_losses", &breakers.consecutive_losses},
                           std::pair{"breakers.consecutive_rejects", &breakers.consecutive_rejects},
                           std::pair{"breakers.venue_errors", &breakers.venue_errors}};
  const auto* const found =
      std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.first == name; });
  return found == rows.end() ? nullptr : found->second;
}

Decimal* ShareOf(config::BreakerSettings& breakers, const std::string& name) {
  if (name == "breakers.drawdown_pct") {
    return &breakers.drawdown_pct;
  }
  return name == "breakers.daily_loss_pct" ? &breakers.daily_loss_pct : nullptr;
}

// Breakers by the names of their settings.
Complaint SetBreaker(config::BreakerSettings& breakers, const Words& words) {
  const auto number = Decimal::Parse(words[1]);
  const auto span = ParseSpan(words[1]);
  const std::string& name = words[0];
  base::Nanos* const where_span = SpanOf(breakers, name);
  std::uint32_t* const where_count = CountOf(breakers, name);
  Decimal* const where_share = ShareOf(breakers, name);
  if (where_span != nullptr && span) {
    *where_span = *span;
  } else if (where_count != nullptr && number) {
    *where_count = static_cast<std::uint32_t>(number->ToDouble());
  } else if (where_share != nullptr && number) {
    *where_share = *number;
  } else {
    return "no setting of a scenario is '" + name + "', or its value is wrong";
  }
  return std::nullopt;
}

// What answers losses by itself; answers whether it was one of these.
bool SetAnswerToLosses(config::Settings& settings, const Words& words) {
  const auto number = Decimal::Parse(words[1]);
  const std::string& name = words[0];
  if (!number) {
    return false;
  }
  if (name == "risk.stop_loss_pct") {
    settings.risk.stop_loss_pct = *number;
  } else if (name == "halt.max_session_drawdown_pct") {
    settings.halt.max_session_drawdown_pct = *number;
  } else if (name == "watchdog.warn_pct") {
    settings.watchdog.warn_pct = *number;
  } else if (name == "watchdog.stop_pct") {
    settings.watchdog.stop_pct = *number;
  } else if (name == "watchdog.recovery") {
    settings.watchdog.recovery = static_cast<std::uint32_t>(number->ToDouble());
  } else {
    return false;
  }
  return true;
}

Complaint Set(Scenario& scenario, const Words& words) {
  if (scenario.has_begun()) {
    return "set stands before anything that happens";
  }
  config::Settings& settings = scenario.settings();
  const auto number = Decimal::Parse(words[1]);
  const auto yes = OnOff(words[1]);
  if (words[0] == "cash" && number) {
    settings.account.initial_cash = *number;
  } else if (words[0] == "halt.liquidate" && yes) {
    settings.halt.liquidate = *yes;
  } else if (words[0] == "kill.allow_strategy_exits" && yes) {
    settings.kill.allow_strategy_exits = *yes;
  } else if (words[0] == "risk.max_order_notional" && number) {
    settings.risk.max_order_notional = *number;
  } else if (words[0] == "risk.max_position_pct" && number) {
    settings.risk.max_position_pct = *number;
  } else if (SetAnswerToLosses(settings, words)) {
    return std::nullopt;
  } else if (const auto complaint = SetBreaker(settings.breakers, words)) {
    return complaint;
  }
  return std::nullopt;
}

Complaint Run(Scenario& scenario, const Words& words) {
  const auto span = ParseSpan(words[0]);
  if (!span) {
    return "'" + words[0] + "' is no span of time";
  }
  scenario.world().RunFor(*span);
  return std::nullopt;
}

Complaint AddPrice(Scenario& scenario, const Words& words, bool is_bar) {
  const auto instrument = InstrumentOf(scenario, words[0]);
  const auto price = Decimal::Parse(words[1]);
  if (!instrument || !price || !price->is_positive()) {
    return "'" + words[0] + " " + words[1] + "' is no instrument with a price";
  }
  scenario.world().market().script.push_back(
      {.instrument = *instrument, .price = *price, .is_bar = is_bar});
  return std::nullopt;
}

Complaint Tick(Scenario& scenario, const Words& words) {
  return AddPrice(scenario, words, false);
}

Complaint Bar(Scenario& scenario, const Words& words) {
  return AddPrice(scenario, words, true);
}

Complaint Silence(Scenario& scenario, const Words& words) {
  const auto span = ParseSpan(words[0]);
  if (!span) {
    return "'" + words[0] + "' is no span of time";
  }
  scenario.world().market().silence += *span;
  return std::nullopt;
}

// Bars around the price at hand after which the averages cross upwards, or downwards.
Complaint Swing(Scenario& scenario, const Words& words, std::span<const int> percents) {
  const auto instrument = InstrumentOf(scenario, words[0]);
  if (!instrument) {
    return "no instrument is called '" + words[0] + "'";
  }
  Market& market = scenario.world().market();
  const Decimal price = market.prices[instrument->index];
  for (const int percent : percents) {
    market.script.push_back({.instrument = *instrument,
                             .price = base::MulDiv(price, Decimal::FromInt(percent),
                                                   Decimal::FromInt(100), base::Rounding::kFloor)
                                          .RoundDownTo(Decimal::FromRaw(1'000'000)),
                             .is_bar = true});
  }
  return std::nullopt;
}

Complaint Enter(Scenario& scenario, const Words& words) {
  constexpr std::array kPercents = {100, 99, 98, 100};
  return Swing(scenario, words, kPercents);
}

Complaint Leave(Scenario& scenario, const Words& words) {
  constexpr std::array kPercents = {100, 101, 102, 99};
  return Swing(scenario, words, kPercents);
}

Complaint VenueManner(Scenario& scenario, const Words& words) {
  Exchange::Manner& manner = scenario.world().exchange().manner;
  const auto yes = OnOff(words[1]);
  const auto quantity = Decimal::Parse(words[1]);
  if (words[0] == "fills" && yes) {
    manner.fills = *yes;
  } else if (words[0] == "rejects" && yes) {
    manner.rejects = *yes;
  } else if (words[0] == "fill-only" && quantity) {
    manner.fill_only = *quantity;
  } else if (words[0] == "fill-only" && yes && !*yes) {
    manner.fill_only.reset();
  } else if (words[0] == "network" && yes) {
    scenario.world().exchange().is_network_up = *yes;
  } else {
    return "the venue has no manner '" + words[0] + " " + words[1] + "'";
  }
  return std::nullopt;
}

Complaint DemandFault(Scenario& scenario, const Words& words) {
  const auto fault = FindFault(words[0]);
  if (!fault) {
    std::string names;
    for (std::size_t at = 0; at < kFaults; ++at) {
      names += " " + std::string(Name(static_cast<Fault>(at)));
    }
    return "no fault is called '" + words[0] + "'; there are" + names;
  }
  scenario.world().context().faults.Demand(*fault);
  return std::nullopt;
}

Complaint RedisState(Scenario& scenario, const Words& words) {
  World& world = scenario.world();
  const base::Nanos now = world.context().scheduler.now();
  const auto span = words.size() > 1 ? ParseSpan(words[1]) : std::nullopt;
  if (words[0] == "frozen" && span) {
    world.redis().frozen_until = now + *span;
  } else if (words[0] == "full" && span) {
    world.redis().full_until = now + *span;
  } else if (words[0] == "flushall") {
    world.redis().FlushAll();
  } else if (words[0] == "lost") {
    world.redis().DropConnections();
  } else if (words[0] == "set" && words.size() == 3) {
    world.redis().Set(words[1], words[2]);
  } else if (words[0] == "del" && words.size() == 2) {
    world.redis().Delete(words[1]);
  } else {
    return "write: redis frozen SPAN | full SPAN | flushall | lost | set KEY VALUE | del KEY";
  }
  return std::nullopt;
}

Complaint LedgerState(Scenario& scenario, const Words& words) {
  World& world = scenario.world();
  const auto span = ParseSpan(words[1]);
  if (!span || (words[0] != "full" && words[0] != "unreadable")) {
    return "write: ledger full SPAN | unreadable SPAN";
  }
  const base::Nanos until = world.context().scheduler.now() + *span;
  (words[0] == "full" ? world.disk().full_until : world.disk().unreadable_until) = until;
  return std::nullopt;
}

bool IsInRedis(const Words& words) {
  return !words.empty() && words[0] == "in-redis";
}

Complaint Halt(Scenario& scenario, const Words& words) {
  scenario.world().TurnByPerson(model::Switch::kHalt, true, !IsInRedis(words));
  return std::nullopt;
}

Complaint Resume(Scenario& scenario, const Words& words) {
  scenario.world().TurnByPerson(model::Switch::kHalt, false, !IsInRedis(words));
  return std::nullopt;
}

Complaint Kill(Scenario& scenario, const Words& words) {
  scenario.world().TurnByPerson(model::Switch::kKill, true, !IsInRedis(words));
  return std::nullopt;
}

Complaint Release(Scenario& scenario, const Words& words) {
  scenario.world().TurnByPerson(model::Switch::kKill, false, !IsInRedis(words));
  return std::nullopt;
}

// As `bulwark breakers reset`: a wish in the ledger.
Complaint ResetBreaker(Scenario& scenario, const Words& words) {
  const auto which = model::BreakerFromName(words[0]);
  if (!which) {
    return "no breaker is called '" + words[0] + "'";
  }
  scenario.world().disk().Append(model::BreakerRow{.which = *which,
                                                   .event = model::BreakerEvent::kReset,
                                                   .actor = "human",
                                                   .at = scenario.world().WallNow()});
  return std::nullopt;
}

// As `bulwark scope set` and `clear`: a row in the ledger.
Complaint Scope(Scenario& scenario, const Words& words) {
  const auto scope = model::StopScopeFromName(words[0]);
  const auto mode = model::StopModeFromName(words[2]);
  if (!scope || !mode) {
    return "scope account|strategy|symbol NAME|all reduce_only|cancel_only|active";
  }
  scenario.world().disk().Append(
      model::ScopeTurn{.scope = *scope,
                       .name = *scope == model::StopScope::kAccount ? "" : words[1],
                       .mode = *mode,
                       .reason = "simulated",
                       .actor = "human",
                       .at = scenario.world().WallNow()});
  return std::nullopt;
}

// As `bulwark mode set`, for who has earned it.
Complaint Mode(Scenario& scenario, const Words& words) {
  const auto mode = model::AutonomyModeFromName(words[0]);
  if (!mode) {
    return "'" + words[0] + "' is no mode of autonomy";
  }
  scenario.world().disk().SetMode(*mode, scenario.world().WallNow());
  return std::nullopt;
}

// As `bulwark approve` and `bulwark reject`: the newest proposal for the symbol.
Complaint Answer(Scenario& scenario, const Words& words) {
  const auto verdict = model::VerdictFromName(words[0]);
  const auto instrument = scenario.world().instruments().Find(words[1]);
  const model::Proposal* newest =
      instrument ? scenario.world().disk().NewestProposal(*instrument) : nullptr;
  if (!verdict || newest == nullptr) {
    return "answer approve|reject SYMBOL, of which something was proposed";
  }
  const bool is_taken = scenario.world().disk().Answer({.proposal_id = newest->id,
                                                        .verdict = *verdict,
                                                        .actor = "human",
                                                        .at = scenario.world().WallNow()});
  const bool is_refused = words.size() > 2 && words[2] == "refused";
  if (is_taken == is_refused) {
    return is_taken ? "the answer was taken" : "the answer was refused";
  }
  return std::nullopt;
}

Complaint Heartbeat(Scenario& scenario, const Words& /*words*/) {
  scenario.world().disk().Append(
      model::BreakerRow{.actor = "human", .at = scenario.world().WallNow()});
  return std::nullopt;
}

Complaint Vix(Scenario& scenario, const Words& words) {
  const auto level = Decimal::Parse(words[0]);
  if (!level) {
    return "'" + words[0] + "' is no level";
  }
  const std::string at = base::FormatIso(scenario.world().WallNow(), base::IsoSuffix::kOffset);
  scenario.world().redis().Set(contract::keys::VixInput().text(),
                               R"({"level": )" + level->ToString() + R"(, "at": ")" + at + R"("})");
  return std::nullopt;
}

Complaint Crash(Scenario& scenario, const Words& words) {
  scenario.world().SetRestarts(words.empty() || words[0] != "for-good");
  scenario.world().CrashLives();
  return std::nullopt;
}

Complaint CrashAt(Scenario& scenario, const Words& words) {
  std::string where = words[0];
  for (std::size_t at = 1; at < words.size(); ++at) {
    where += " " + words[at];
  }
  scenario.world().context().crash_at = where;
  return std::nullopt;
}

Complaint Restart(Scenario& scenario, const Words& /*words*/) {
  if (scenario.world().current_life() != nullptr) {
    scenario.world().CrashLives();
  }
  scenario.world().SetRestarts(true);
  return std::nullopt;
}

Complaint Stop(Scenario& scenario, const Words& /*words*/) {
  scenario.world().SetRestarts(false);
  if (Life* life = scenario.world().current_life()) {
    life->AskToStop();
  }
  return std::nullopt;
}

Complaint SecondTrader(Scenario& scenario, const Words& /*words*/) {
  scenario.world().StartOnAnotherMachine();
  return std::nullopt;
}

// expect [within SPAN] WHAT ...
Complaint Expect(Scenario& scenario, const Words& words) {
  Words what = words;
  base::Nanos patience{0};
  if (what.front() == "within") {
    const auto span = what.size() > 2 ? ParseSpan(what[1]) : std::nullopt;
    if (!span) {
      return "write: expect within SPAN WHAT ...";
    }
    patience = *span;
    what.erase(what.begin(), what.begin() + 2);
  }
  const auto verbs = ExpectVerbs();
  const auto verb = std::find_if(verbs.begin(), verbs.end(),
                                 [&](const Verb& row) { return row.name == what.front(); });
  if (verb == verbs.end()) {
    return "nothing that can be expected is called '" + what.front() + "'";
  }
  what.erase(what.begin());
  if (what.size() < verb->words_min) {
    return "write: expect " + std::string(verb->name) + " " + std::string(verb->words);
  }
  World& world = scenario.world();
  const base::Nanos until = world.context().scheduler.now() + patience;
  Complaint complaint = verb->run(scenario, what);
  while (complaint && world.context().scheduler.now() < until && !world.violation()) {
    world.RunFor(std::chrono::milliseconds{1});
    complaint = verb->run(scenario, what);
  }
  return complaint;
}

constexpr std::array kVerbs = {
    Verb{"set", "NAME VALUE",
         "a setting, before anything happens: cash, halt.liquidate, "
         "kill.allow_strategy_exits, risk.max_order_notional, risk.max_position_pct, "
         "risk.stop_loss_pct, halt.max_session_drawdown_pct, watchdog.NAME, breakers.NAME",
         2, Set},
    Verb{"run", "SPAN", "time passes", 1, Run},
    Verb{"tick", "SYMBOL PRICE", "a trade in the market", 2, Tick},
    Verb{"bar", "SYMBOL PRICE", "a trade and a bar that closes at its price", 2, Bar},
    Verb{"silence", "SPAN", "the market says nothing for so long", 1, Silence},
    Verb{"enter", "SYMBOL", "bars after which the strategy wants to buy", 1, Enter},
    Verb{"leave", "SYMBOL", "bars after which the strategy wants out", 1, Leave},
    Verb{"venue", "fills on|off, rejects on|off, fill-only QUANTITY|off, network on|off",
         "how the venue treats orders from now on", 2, VenueManner},
    Verb{"fault", "NAME", "happens at its next occasion; a wrong name lists them", 1, DemandFault},
    Verb{"redis", "frozen SPAN | full SPAN | flushall | lost | set KEY VALUE | del KEY",
         "what becomes of Redis", 1, RedisState},
    Verb{"ledger", "full SPAN | unreadable SPAN", "what becomes of the ledger", 2, LedgerState},
    Verb{"halt", "[in-redis]", "a person halts", 0, Halt},
    Verb{"resume", "[in-redis]", "a person ends the halt", 0, Resume},
    Verb{"kill", "[in-redis]", "a person turns the kill switch on", 0, Kill},
    Verb{"release", "[in-redis]", "a person turns the kill switch off", 0, Release},
    Verb{"reset", "BREAKER", "a person asks for the end of a tripped breaker", 1, ResetBreaker},
    Verb{"scope", "account|strategy|symbol NAME|all reduce_only|cancel_only|active",
         "a person stops a part of the account, or ends that", 3, Scope},
    Verb{"mode", "MODE", "a person changes the mode of autonomy", 1, Mode},
    Verb{"answer", "approve|reject SYMBOL [refused]",
         "a person answers the newest proposal for the symbol, or is too late", 2, Answer},
    Verb{"heartbeat", "", "the operator gives a sign of life", 0, Heartbeat},
    Verb{"vix", "LEVEL", "somebody reads the volatility index", 1, Vix},
    Verb{"crash", "[for-good]", "the trader dies; it is started again unless for good", 0, Crash},
    Verb{"crash-at", "POINT",
         "the trader dies at the next await point of this name: ledger commit, "
         "after ledger commit, redis call, after redis call, send, after send, cancel, ...",
         1, CrashAt},
    Verb{"restart", "", "the trader dies, if it lives, and is started again", 0, Restart},
    Verb{"stop", "", "the trader is asked to end, and stays so", 0, Stop},
    Verb{"second-trader", "", "another machine starts a trader on this account", 0, SecondTrader},
    Verb{"expect", "[within SPAN] WHAT ...", "what must hold now, or within the span", 1, Expect},
};

}  // namespace

std::span<const Verb> ScenarioVerbs() {
  return kVerbs;
}

}  // namespace bulwark::sim
