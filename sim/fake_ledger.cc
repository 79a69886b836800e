#include "sim/fake_ledger.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ledger/breaker_log.h"
#include "ledger/ledger_store.h"
#include "ledger/recent_orders.h"
#include "ledger/recovered_books.h"
#include "ledger/spill_store.h"
#include "ledger/trades_now.h"
#include "model/accounting.h"
#include "model/action.h"
#include "model/breaker.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/names.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/switches.h"
#include "oms/booked_trades.h"
#include "reconcile/report.h"
#include "sim/context.h"
#include "sim/faults.h"

namespace bulwark::sim {
namespace {

using base::ErrorCode;
using base::Result;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kIdTail = 24;  // Where the part of an id begins that differs.

bool IsSame(const model::Fill& a, const model::Fill& b) {
  return a.order_id == b.order_id && a.instrument == b.instrument && a.side == b.side &&
         a.price == b.price && a.quantity == b.quantity && a.fee == b.fee;
}

// What a group holds, for the trace.
std::string Summary(std::span<const model::Action> actions) {
  std::string text;
  for (const model::Action& action : actions) {
    if (const auto* changed = std::get_if<model::OrderChanged>(&action)) {
      text += " " + changed->order.id.ToString().substr(kIdTail) + "=" +
              std::string(model::Name(changed->order.status)) +
              (changed->order.is_cancel_requested ? "(cancel)" : "");
    } else if (const auto* booked = std::get_if<model::FillBooked>(&action)) {
      text += " " + std::string(booked->fill.trade_id.view());
    } else if (const auto* adjusted = std::get_if<model::BooksAdjusted>(&action)) {
      text += " " + std::string(adjusted->adjustment.id.view());
    } else if (std::holds_alternative<model::SendOrder>(action)) {
      text += " send";
    } else if (std::holds_alternative<model::SendCancel>(action)) {
      text += " cancel";
    }
  }
  return text.empty() ? std::to_string(actions.size()) + " others" : text.substr(1);
}

}  // namespace

ledger::CommitReceipt Disk::Apply(std::span<const model::Action> actions) {
  ledger::CommitReceipt receipt;
  for (const model::Action& action : actions) {
    ++receipt.journaled;
    if (const auto* changed = std::get_if<model::OrderChanged>(&action)) {
      Take(*changed);
    } else if (const auto* booked = std::get_if<model::FillBooked>(&action)) {
      Take(*booked, receipt);
    } else if (const auto* adjusted = std::get_if<model::BooksAdjusted>(&action)) {
      Take(*adjusted);
    } else if (const auto* trip = std::get_if<model::RoundTripClosed>(&action)) {
      Take(*trip);
    } else if (const auto* set = std::get_if<model::AnchorSet>(&action)) {
      anchors[set->kind] = *set;
    } else if (const auto* breaker = std::get_if<model::BreakerChanged>(&action)) {
      Append(ledger::AsRow(*breaker));
    } else if (const auto* proposal = std::get_if<model::ProposalChanged>(&action)) {
      Put(proposal->proposal);
    } else {
      --receipt.journaled;
    }
  }
  return receipt;
}

ledger::CommitReceipt Disk::Apply(const ledger::SpillContent& spill) {
  if (!merged_spills.insert(spill.id).second) {
    return {};
  }
  std::vector<model::Action> current;
  std::ranges::copy_if(spill.actions, std::back_inserter(current), [&](const auto& action) {
    if (const auto* changed = std::get_if<model::OrderChanged>(&action)) {
      const auto row = orders.find(changed->order.id);
      return row == orders.end() || row->second.epoch <= spill.epoch;
    }
    if (const auto* booked = std::get_if<model::FillBooked>(&action)) {
      return !trades.contains(booked->fill.trade_id);
    }
    if (const auto* adjusted = std::get_if<model::BooksAdjusted>(&action)) {
      return !adjustment_ids.contains(adjusted->adjustment.id.view());
    }
    const auto* trip = std::get_if<model::RoundTripClosed>(&action);
    return trip == nullptr || !round_trips.contains(trip->id.view());
  });
  return Apply(current);
}

void Disk::Take(const model::RoundTripClosed& closed) {
  const std::string id(closed.id.view());
  if (!round_trips.insert(id).second) {
    context_.Violate("the round trip " + id + " was closed twice");
  }
}

void Disk::Take(const model::OrderChanged& changed) {
  auto [row, is_new] = orders.try_emplace(changed.order.id);
  row->second.order = changed.order;
  row->second.epoch = last_epoch;
  row->second.last_change = ++changes;
  if (is_new) {
    order_ids.push_back(changed.order.id);
  }
}

void Disk::Take(const model::FillBooked& booked, ledger::CommitReceipt& receipt) {
  const model::Fill& fill = booked.fill;
  if (!trades.insert(fill.trade_id).second) {
    const auto stored = std::find_if(fills.begin(), fills.end(), [&](const auto& row) {
      return row.fill.trade_id == fill.trade_id;
    });
    receipt.duplicates.push_back(
        {.trade_id = fill.trade_id, .is_same = IsSame(stored->fill, fill)});
    context_.Violate("fill " + std::string(fill.trade_id.view()) + " was booked twice");
    --receipt.journaled;
    return;
  }
  first_ids.insert(oms::FirstIdOf(fill.trade_id));
  fills.push_back(booked);
  if (const auto row = orders.find(fill.order_id); row != orders.end()) {
    row->second.trades.push_back(fill.trade_id);
  }
}

void Disk::Take(const model::BooksAdjusted& adjusted) {
  const std::string id(adjusted.adjustment.id.view());
  if (!adjustment_ids.insert(id).second) {
    context_.Violate("the adjustment " + id + " was booked twice");
    return;
  }
  adjustments.push_back({.what = adjusted, .after_fills = fills.size()});
}

model::SwitchTurn Disk::Append(model::SwitchTurn turn) {
  turn.sequence = ++switch_turns;
  (turn.which == model::Switch::kHalt ? switches.halt : switches.kill) = turn;
  if (turn.is_on) {
    StandDown(turn);
  }
  return turn;
}

reconcile::Report Disk::Keep(const reconcile::Report& report) {
  reconcile::Report kept = report;
  kept.id = newest_report ? newest_report->id + 1 : 1;
  for (reconcile::Item& item : kept.items) {
    item.id = ++report_items;
  }
  newest_report = kept;
  return kept;
}

bool Disk::IsDecided(std::uint64_t item) const {
  return std::ranges::any_of(decisions,
                             [&](const auto& row) { return row.decision.item.id == item; });
}

Result<std::uint64_t> Disk::Decide(std::uint64_t item, reconcile::Verb verb,
                                   const std::string& actor) {
  const reconcile::Report report = newest_report.value_or(reconcile::Report{});
  const auto found =
      std::ranges::find_if(report.items, [&](const auto& row) { return row.id == item; });
  if (found == report.items.end()) {
    return base::Fail(ErrorCode::kNotFound, "the newest report has no such item");
  }
  if (IsDecided(item)) {
    return base::Fail(ErrorCode::kConflict, "it was decided already");
  }
  const std::uint64_t id = decisions.size() + 1;
  decisions.push_back(
      {.decision = {.id = id, .verb = verb, .item = *found, .actor = actor}, .outcome = ""});
  return id;
}

FakeLedger::FakeLedger(Context& context, Disk& disk, int life, LastReading* reading)
    : context_(context), disk_(disk), life_(life), reading_(reading) {}

FakeLedger::~FakeLedger() {
  if (reading_ == nullptr && disk_.lock_holder == life_) {
    disk_.lock_holder = -1;
  }
}

// A process that died calls nothing more; its destructors do.
bool FakeLedger::is_dead() const {
  return context_.scheduler.is_over();
}

// The way to the disk and back, with what may happen on it.
Result<void> FakeLedger::Reach(std::string_view call) {
  if (is_dead()) {
    return base::Fail(ErrorCode::kUnavailable, "this life is over");
  }
  context_.AwaitPoint(call);
  if (context_.faults.Fires(Fault::kLedgerSlow)) {
    const base::Nanos span = context_.faults.Span(milliseconds{1}, milliseconds{300});
    context_.trace.Note("ledger-slow", 0, [&] { return std::string(call); });
    context_.scheduler.Pause(span);
  }
  if (context_.faults.Fires(Fault::kLedgerBusy)) {
    context_.trace.Note("ledger-busy", 0, [&] { return std::string(call); });
    context_.scheduler.Pause(context_.faults.Span(milliseconds{10}, seconds{2}));
    return base::Fail(ErrorCode::kUnavailable, "sim.db: database is locked");
  }
  return {};
}

Result<std::optional<std::string>> FakeLedger::EnsureAccount(const ledger::AccountSetup& setup) {
  if (const auto reached = Reach("ledger account"); !reached) {
    return tl::unexpected<base::Error>(reached.error());
  }
  if (!disk_.account) {
    disk_.account = setup;
  }
  context_.AwaitPoint("after ledger account");
  return std::optional<std::string>();
}

Result<model::InstrumentTable> FakeLedger::CompleteInstruments(
    const model::InstrumentTable& table) {
  return table;
}

Result<std::uint64_t> FakeLedger::BeginRun(const ledger::RunInfo& /*info*/,
                                           const model::InstrumentTable& /*table*/) {
  if (const auto reached = Reach("ledger run"); !reached) {
    return tl::unexpected<base::Error>(reached.error());
  }
  if (disk_.lock_holder >= 0 && disk_.lock_holder != life_) {
    return base::Fail(ErrorCode::kConflict, "sim.db: another trader runs");
  }
  disk_.lock_holder = life_;
  const std::uint64_t epoch = ++disk_.last_epoch;
  context_.trace.Note("run", epoch, [&] { return "epoch " + std::to_string(epoch); });
  context_.AwaitPoint("after ledger run");
  return epoch;
}

Result<ledger::CommitReceipt> FakeLedger::Commit(std::uint64_t epoch,
                                                 std::span<const model::Action> actions) {
  if (const auto reached = Reach("ledger commit"); !reached) {
    return tl::unexpected<base::Error>(reached.error());
  }
  if (const auto admitted = Admit(epoch); !admitted) {
    return tl::unexpected<base::Error>(admitted.error());
  }
  context_.trace.Note("commit", actions.size(), [&] { return Summary(actions); });
  if (context_.bug == Bug::kSendFirst && before_commit) {
    before_commit(actions);
  }
  if (context_.bug == Bug::kLazyFsync) {
    // The last transaction is still in the cache when the next one comes.
    for (const auto& earlier : std::exchange(unsynced_, {})) {
      disk_.Apply(earlier);
    }
    unsynced_.emplace_back(actions.begin(), actions.end());
    context_.AwaitPoint("after ledger commit");
    return ledger::CommitReceipt{.journaled = static_cast<std::uint32_t>(actions.size())};
  }
  ledger::CommitReceipt receipt = disk_.Apply(actions);
  context_.AwaitPoint("after ledger commit");
  return receipt;
}

Result<void> FakeLedger::Admit(std::uint64_t epoch) {
  if (!disk_.is_failing() && context_.faults.Fires(Fault::kLedgerFull)) {
    disk_.full_until =
        context_.scheduler.now() + context_.faults.Span(milliseconds{10}, seconds{2});
  }
  if (disk_.is_failing()) {
    context_.trace.Note("ledger-full");
    return base::Fail(ErrorCode::kUnavailable, "sim.db: disk is full");
  }
  if (epoch != disk_.last_epoch) {
    return base::Fail(ErrorCode::kConflict, "sim.db: this run was fenced off");
  }
  return {};
}

Result<ledger::CommitReceipt> FakeLedger::CommitSpill(std::uint64_t epoch,
                                                      const ledger::SpillContent& spill) {
  if (const auto reached = Reach("ledger spill"); !reached) {
    return tl::unexpected<base::Error>(reached.error());
  }
  if (const auto admitted = Admit(epoch); !admitted) {
    return tl::unexpected<base::Error>(admitted.error());
  }
  context_.trace.Note("spill-merge", spill.actions.size(), [&] { return Summary(spill.actions); });
  ledger::CommitReceipt receipt = disk_.Apply(spill);
  context_.AwaitPoint("after ledger spill");
  return receipt;
}

Result<ledger::RecoveredBooks> FakeLedger::Recover(const model::InstrumentTable& /*table*/) {
  if (const auto reached = Reach("ledger recover"); !reached) {
    return tl::unexpected<base::Error>(reached.error());
  }
  if (!disk_.account) {
    return base::Fail(ErrorCode::kNotFound, "sim.db: has no account yet");
  }
  ledger::RecoveredBooks books;
  books.opening_cash = disk_.account->opening_cash;
  books.portfolio.cash = books.opening_cash;
  books.last_epoch = disk_.last_epoch;
  Replay(books);
  const std::size_t first =
      disk_.fills.size() - std::min(disk_.fills.size(), ledger::kLastFillsMax);
  for (std::size_t at = first; at < disk_.fills.size(); ++at) {
    const auto row = disk_.orders.find(disk_.fills[at].fill.order_id);
    if (row != disk_.orders.end()) {
      books.last_fills.push_back({.fill = disk_.fills[at].fill,
                                  .realised_pnl = disk_.fills[at].realised_pnl,
                                  .order = row->second.order});
    }
  }
  AddOpenOrders(books);
  books.switches = disk_.switches;
  const auto anchor = [this](model::AnchorKind kind) {
    const auto found = disk_.anchors.find(kind);
    return found == disk_.anchors.end() ? std::nullopt : std::optional(found->second);
  };
  books.anchor = anchor(model::AnchorKind::kDay);
  books.week_anchor = anchor(model::AnchorKind::kWeek);
  books.inception_anchor = anchor(model::AnchorKind::kInception);
  books.peak_anchor = anchor(model::AnchorKind::kPeak);
  books.session_anchor = anchor(model::AnchorKind::kSession);
  books.watchdog_anchor = anchor(model::AnchorKind::kWatchdog);
  books.breakers = disk_.Breakers();
  RecoverApprovals(books);
  return books;
}

void FakeLedger::CheckProfit(base::Decimal recomputed, base::Decimal booked, std::string_view id) {
  if (recomputed != booked) {
    context_.Violate("recomputed, " + std::string(id) + " realises " + recomputed.ToString() +
                     ", not " + booked.ToString());
  }
}

// Fills and adjustments in the order of booking: each must do what it did the first time.
void FakeLedger::Replay(ledger::RecoveredBooks& books) {
  ledger::TradesNow trades;
  std::size_t trips = 0;
  std::size_t next = 0;
  const auto check = [&](const model::BooksEffect& effect, base::Decimal booked, const auto& id) {
    trips += effect.ended_trip ? 1U : 0U;
    CheckProfit(effect.realised_pnl, booked, id.view());
  };
  const auto adjust = [&](std::size_t fills) {
    if (context_.bug == Bug::kForgetAdjustments) {
      return;
    }
    for (; next < disk_.adjustments.size() && disk_.adjustments[next].after_fills <= fills;
         ++next) {
      const model::BooksAdjusted& what = disk_.adjustments[next].what;
      books.adjustment_ids.push_back(what.adjustment.id);
      check(model::ApplyAdjustment(what.adjustment, books.portfolio), what.realised_pnl,
            what.adjustment.id);
      trades.See(what.adjustment);
    }
  };
  for (const model::FillBooked& booked : disk_.fills) {
    adjust(books.fills);
    const model::FillEffect effect = model::ApplyFill(booked.fill, books.portfolio);
    check(effect, booked.realised_pnl, booked.fill.trade_id);
    trades.See(booked.fill, effect);
    ++books.fills;
    books.venue_sequence_max = std::max(books.venue_sequence_max, booked.fill.venue_sequence);
    if (context_.bug != Bug::kForgetTrades) {
      books.trade_ids.push_back(booked.fill.trade_id);
    }
  }
  adjust(books.fills);
  if (context_.bug != Bug::kForgetTrades) {
    books.booked_trades = trades.Take();
  }
  if (trips != disk_.round_trips.size()) {
    context_.Violate("the ledger has " + std::to_string(disk_.round_trips.size()) +
                     " round trips, recomputed there are " + std::to_string(trips));
  }
}

void FakeLedger::AddOpenOrders(ledger::RecoveredBooks& books) {
  for (const model::OrderId& id : disk_.order_ids) {
    const model::Order& order = disk_.orders.at(id).order;
    const bool is_leaking =
        context_.bug == Bug::kKeepReservation && order.status == model::OrderStatus::kExpired;
    if (is_leaking) {
      books.portfolio.cash -= order.reserved_cash;
      books.portfolio.blocked_cash += order.reserved_cash;
    }
    if (model::IsTerminal(order.status)) {
      continue;
    }
    model::Position& position = books.portfolio.at(order.instrument);
    books.portfolio.cash -= order.reserved_cash_remaining;
    books.portfolio.blocked_cash += order.reserved_cash_remaining;
    position.quantity -= order.reserved_quantity_remaining;
    position.blocked_quantity += order.reserved_quantity_remaining;
    books.open_orders.push_back(order);
  }
}

Result<std::vector<ledger::RecentOrder>> FakeLedger::RecentOrders(
    const model::InstrumentTable& /*table*/, std::size_t changes) {
  if (const auto reached = Reach("ledger recent"); !reached) {
    return tl::unexpected<base::Error>(reached.error());
  }
  std::vector<const Disk::OrderRow*> rows;
  for (const model::OrderId& id : disk_.order_ids) {
    const Disk::OrderRow& row = disk_.orders.at(id);
    if (row.last_change + changes > disk_.changes) {
      rows.push_back(&row);
    }
  }
  std::sort(rows.begin(), rows.end(),
            [](const auto* a, const auto* b) { return a->last_change < b->last_change; });
  std::vector<ledger::RecentOrder> recent;
  recent.reserve(rows.size());
  for (const Disk::OrderRow* row : rows) {
    recent.push_back({.order = row->order, .trades = row->trades});
  }
  return recent;
}

Result<model::SwitchTurn> FakeLedger::Turn(const model::SwitchTurn& turn) {
  if (const auto reached = Reach("ledger turn"); !reached) {
    return tl::unexpected<base::Error>(reached.error());
  }
  if (disk_.is_failing()) {
    return base::Fail(ErrorCode::kUnavailable, "sim.db: disk is full");
  }
  model::SwitchTurn appended = disk_.Append(turn);
  context_.trace.Note("turn", turn.is_on ? 1 : 0, [&] {
    return std::string(turn.which == model::Switch::kHalt ? "halt" : "kill") +
           (turn.is_on ? " on by " : " off by ") + turn.actor;
  });
  context_.AwaitPoint("after ledger turn");
  return appended;
}

Result<model::SwitchState> FakeLedger::ReadSwitches() {
  if (is_dead()) {
    return base::Fail(ErrorCode::kUnavailable, "this life is over");
  }
  if (context_.scheduler.now() >= disk_.unreadable_until &&
      context_.faults.Fires(Fault::kLedgerUnreadable)) {
    disk_.unreadable_until =
        context_.scheduler.now() + context_.faults.Span(milliseconds{10}, seconds{3});
  }
  if (context_.scheduler.now() < disk_.unreadable_until) {
    return base::Fail(ErrorCode::kUnavailable, "sim.db: cannot be read");
  }
  if (reading_ != nullptr) {
    *reading_ = {.switches = disk_.switches, .is_known = true};
  }
  return disk_.switches;
}

}  // namespace bulwark::sim
