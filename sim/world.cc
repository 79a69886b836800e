#include "sim/world.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/time.h"
#include "config/settings.h"
#include "contract/keys.h"
#include "contract/kill_switch_document.h"
#include "contract/system_documents.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/switches.h"
#include "reconcile/difference.h"
#include "reconcile/report.h"
#include "sim/context.h"
#include "sim/fake_ledger.h"
#include "sim/faults.h"
#include "sim/life.h"
#include "sim/scheduler.h"
#include "sim/settings.h"
#include "trader/trader.h"

namespace bulwark::sim {
namespace {

using base::Decimal;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr base::Nanos kPeopleEvery{milliseconds{200}};
// Everything that heals has its own pace: back-offs, the order's lifetime of 10 s, a comparison
// with the venue each second.
constexpr base::Nanos kHealMax{seconds{40}};

// Whether the person's word is about the item, and can be followed.
bool IsMeant(const reconcile::Item& item, reconcile::Verb verb) {
  return verb == reconcile::Verb::kAdopt ? item.difference.kind == reconcile::Kind::kForeignOrder
                                         : item.proposal.kind != reconcile::ProposalKind::kNone;
}

bool IsFree(const model::Order& order) {
  return order.reduce_only && order.origin != model::Origin::kStrategy;
}

}  // namespace

World::World(const WorldOptions& options, const config::Settings& settings, StackPool& stacks)
    : settings_(settings),
      instruments_(SimInstruments()),
      trace_(options.keeps_trace),
      faults_(options.seed, options.spared),
      scheduler_(options.seed, stacks),
      context_{.scheduler = scheduler_, .faults = faults_, .trace = trace_, .bug = options.bug},
      disk_(context_),
      redis_(context_),
      exchange_(context_, instruments_, settings.account.initial_cash),
      wall_(context_) {
  for (const model::Instrument& instrument : instruments_.rows()) {
    market_.prices.push_back(Decimal::FromInt(std::int64_t{100} * (instrument.id.index + 1)));
  }
  if (!options.has_chance) {
    faults_.OnlyOnDemand();
    market_.is_quiet = true;
    redis_.keeps_messages = true;
  }
  StartLife();
}

World::~World() {
  for (const auto& life : lives_) {
    scheduler_.Kill(life->number());
  }
  lives_.clear();
}

void World::StartLife() {
  const Surroundings around{.context = context_,
                            .disk = disk_,
                            .machine = machine_,
                            .redis = redis_,
                            .exchange = exchange_,
                            .market = market_,
                            .watch = *this,
                            .clock = wall_};
  lives_.push_back(std::make_unique<Life>(++lives_started_, settings_, around));
  trace_.Note("life", static_cast<std::uint64_t>(lives_started_),
              [&] { return std::to_string(lives_started_); });
  lives_.back()->Begin();
}

Life* World::FindLife(int number) {
  for (const auto& life : lives_) {
    if (life->number() == number) {
      return life.get();
    }
  }
  return nullptr;
}

Life* World::current_life() {
  return lives_.empty() ? nullptr : lives_.back().get();
}

void World::CrashLives() {
  for (const auto& life : lives_) {
    scheduler_.Kill(life->number());
  }
  trace_.Note("crash", lives_.size());
  lives_.clear();
  disk_.lock_holder = -1;
  restart_at_ = scheduler_.now() + scheduler_.random().Between(milliseconds{1}, milliseconds{300});
}

void World::Step() {
  ++steps_;
  base::Nanos limit = std::min(exchange_.NextDue(), people_at_);
  if (lives_.empty() && restarts_) {
    limit = std::min(limit, restart_at_);
  }
  const bool is_turn = scheduler_.AdvanceTo(std::max(limit, scheduler_.now()));
  trace_.SetTime(scheduler_.now(), steps_);
  exchange_.RunDue();
  if (scheduler_.now() >= people_at_) {
    people_at_ = scheduler_.now() + kPeopleEvery;
    People();
  }
  if (lives_.empty() && restarts_ && scheduler_.now() >= restart_at_) {
    StartLife();
  }
  if (is_turn) {
    AfterTurn(scheduler_.RunOne());
  }
}

void World::AfterTurn(const Task& task) {
  trace_.Hash((static_cast<std::uint64_t>(task.life()) << 32U) ^ task.name().size() ^
              static_cast<std::uint64_t>(scheduler_.now().count()));
  if (Life* life = FindLife(task.life()); life != nullptr) {
    if (context_.bug == Bug::kHaltAtEngineOnly) {
      life->ForceGateOpen();
    }
    if (task.name() == "engine" && !task.is_done()) {
      CheckBooks(*life);
    }
  }
  CheckNewBookings();
  if (const int crashed = scheduler_.TakeCrashedLife(); crashed >= 0) {
    scheduler_.Kill(crashed);
    std::erase_if(lives_, [&](const auto& life) { return life->number() == crashed; });
    restart_at_ =
        scheduler_.now() + scheduler_.random().Between(milliseconds{1}, milliseconds{500});
  }
  BuryLives();
}

void World::BuryLives() {
  for (std::size_t at = 0; at < lives_.size();) {
    if (!lives_[at]->has_ended()) {
      ++at;
      continue;
    }
    scheduler_.Kill(lives_[at]->number());
    lives_.erase(lives_.begin() + static_cast<std::ptrdiff_t>(at));
    restart_at_ =
        scheduler_.now() + scheduler_.random().Between(milliseconds{1}, milliseconds{500});
  }
}

void World::RunFor(base::Nanos span) {
  const base::Nanos until = scheduler_.now() + span;
  while (scheduler_.now() < until && !context_.violation) {
    Step();
  }
}

// The last word before an order leaves: what the owner was promised.
void World::BeforeSend(int life, const model::Order& order) {
  Life* sender = FindLife(life);
  ENSURE(sender != nullptr && sender->trader() != nullptr);
  const std::string name = "order " + order.id.ToString();
  const bool is_journaled = disk_.HasIntent(order.id);
  if (!order.reduce_only) {
    if (!is_journaled) {
      context_.Violate(name + " adds risk and left before the ledger had it");
    } else if (!redis_.HasShown(order.id)) {
      context_.Violate(name + " adds risk and left before Redis acknowledged it");
    }
  } else if (!is_journaled && sender->trader()->health().is_ledger_writable.load()) {
    context_.Violate(name + " left before the ledger had it, though the ledger works");
  }
  const LastReading& reading = sender->reading();
  if (!reading.is_known) {
    context_.Violate(name + " left before the stops were read");
    return;
  }
  const bool is_halted =
      reading.switches.halt.is_on && scheduler_.now() - redis_.halt_last_off() > milliseconds{300};
  if (is_halted && order.origin != model::Origin::kLiquidation) {
    context_.Violate(name + " left while halted");
  }
  if (reading.switches.kill.is_on && !IsFree(order)) {
    context_.Violate(name + " left under the kill switch");
  }
}

void World::People() {
  if (faults_.Fires(Fault::kHaltInLedger)) {
    TurnByPerson(model::Switch::kHalt, true, true);
  }
  if (faults_.Fires(Fault::kHaltInRedis)) {
    TurnByPerson(model::Switch::kHalt, true, false);
  }
  if (faults_.Fires(Fault::kKill)) {
    TurnByPerson(model::Switch::kKill, true, true);
  }
  const bool is_stopped = disk_.switches.halt.is_on || disk_.switches.kill.is_on;
  if (is_stopped && faults_.Fires(Fault::kRelease)) {
    ReleaseByPerson();
  }
  OwnerActs();
  DisturbSurroundings();
  if (lives_.size() == 1 && lives_.front()->has_started() && faults_.Fires(Fault::kSecondTrader)) {
    StartOnAnotherMachine();
  }
}

// What its owner does to the account, here and at the venue.
void World::OwnerActs() {
  if (faults_.Fires(Fault::kBalanceMoved)) {
    exchange_.MoveByHand();
  }
  if (faults_.Fires(Fault::kHandOrder)) {
    exchange_.PlaceByHand();
  }
  if (faults_.Fires(Fault::kAccept)) {
    DecideByPerson(reconcile::Verb::kAccept);
  }
  if (faults_.Fires(Fault::kAdopt)) {
    DecideByPerson(reconcile::Verb::kAdopt);
  }
}

// As `bulwark reconcile accept all` and `adopt` do: whatever the newest report leaves to decide.
void World::DecideByPerson(reconcile::Verb verb) {
  const reconcile::Report report = disk_.newest_report.value_or(reconcile::Report{});
  for (const reconcile::Item& item : report.items) {
    if (!IsMeant(item, verb) || !disk_.Decide(item.id, verb, "human")) {
      continue;
    }
    trace_.Note("decided", item.id, [&] {
      return std::string(reconcile::Name(verb)) + ": " + reconcile::Describe(item.difference);
    });
  }
}

void World::ReleaseByPerson() {
  if (disk_.switches.halt.is_on) {
    TurnByPerson(model::Switch::kHalt, false,
                 faults_.Span(base::Nanos{0}, base::Nanos{1}).count() == 0);
  } else {
    TurnByPerson(model::Switch::kKill, false, true);
  }
}

void World::DisturbSurroundings() {
  if (faults_.Fires(Fault::kFlushAll)) {
    trace_.Note("flush-all");
    redis_.FlushAll();
  }
  if (faults_.Fires(Fault::kClockJump)) {
    wall_.offset += faults_.Span(seconds{0}, seconds{4}) - seconds{2};
    trace_.Note("clock-jump");
  }
  if (exchange_.is_network_up && faults_.Fires(Fault::kNetworkDown)) {
    exchange_.is_network_up = false;
    trace_.Note("network-down");
  } else if (faults_.is_by_chance() && !exchange_.is_network_up &&
             scheduler_.random().Below(3) == 0) {
    exchange_.is_network_up = true;
    trace_.Note("network-up");
  }
}

void World::StartOnAnotherMachine() {
  disk_.lock_holder = -1;  // It does not see this one's lock.
  machine_ = 1 - machine_;
  StartLife();
}

// What `bulwark halt` and its kin do: the ledger first, then Redis. A release of HALT may also be
// written to Redis alone.
void World::TurnByPerson(model::Switch which, bool is_on, bool in_ledger) {
  const bool is_halt = which == model::Switch::kHalt;
  const std::string key =
      is_halt ? contract::keys::Halt().text() : contract::keys::KillSwitch().text();
  trace_.Note("person", is_on ? 1 : 0, [&] {
    return key + (is_on ? " on" : " off") + (in_ledger ? " by the command" : " in Redis");
  });
  if (in_ledger) {
    disk_.Append({.which = which,
                  .is_on = is_on,
                  .reason = "simulated",
                  .actor = "human",
                  .at = wall_.WallNow()});
  }
  if (redis_.is_frozen() || redis_.is_full()) {
    return;
  }
  std::string word;
  if (is_halt) {
    contract::EncodeHalt(word, is_on);
  } else {
    contract::EncodeKillSwitch(word, is_on);
  }
  redis_.Set(key, word);
}

void World::Heal() {
  faults_.Stop();
  trace_.Note("heal");
  disk_.full_until = disk_.unreadable_until = base::Nanos{0};
  redis_.frozen_until = redis_.full_until = base::Nanos{0};
  exchange_.is_network_up = true;
  market_.is_quiet = true;
  if (scheduler_.random().Below(2) == 0) {
    TurnByPerson(model::Switch::kHalt, false, true);
    TurnByPerson(model::Switch::kKill, false, true);
  }
  const base::Nanos limit = scheduler_.now() + kHealMax;
  base::Nanos look_at = scheduler_.now() + milliseconds{200};
  std::optional<std::string> difference = "not looked";
  while (difference && !context_.violation) {
    Step();
    if (scheduler_.now() < look_at) {
      continue;
    }
    look_at = scheduler_.now() + milliseconds{100};
    DecideByPerson(reconcile::Verb::kAccept);
    difference = WhatDiffers();
    if (difference && scheduler_.now() > limit) {
      context_.Violate("does not heal: " + *difference);
    }
  }
  trace_.Note("healed");
}

Tally World::tally() const {
  return {.steps = steps_,
          .lives = static_cast<std::uint64_t>(lives_started_),
          .orders = exchange_.orders_seen(),
          .fills = exchange_.fills().size(),
          .time = scheduler_.now()};
}

}  // namespace bulwark::sim
