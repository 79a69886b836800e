// The trader's mind: a function from events to actions. Live, paper, replay and simulator run this
// one.
//
// Shape:   Process() is everything: no clock, I/O, lock, randomness or allocation inside. Time is
//          what the events say; identifiers come from (epoch, sequence). The same events give the
//          same actions.
// Errors:  none to the caller: what cannot be done becomes a denial or an alert among the actions.
// Threads: one thread makes all calls.
// Owner:   owns its strategies; the instrument table must outlive it.
// Source:  design section 4

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "approvals/autonomy_policy.h"
#include "approvals/proposal_book.h"
#include "base/decimal.h"
#include "base/time.h"
#include "breakers/board.h"
#include "breakers/breaker_rules.h"
#include "breakers/session_drawdown.h"
#include "breakers/watchdog.h"
#include "daytrade/guard.h"
#include "engine/day_trade_book.h"
#include "engine/day_trade_desk.h"
#include "engine/denial_log.h"
#include "engine/equity_anchor.h"
#include "engine/liquidation_pace.h"
#include "engine/sizing.h"
#include "market/bar_builder.h"
#include "market/candle_ring.h"
#include "model/action_buffer.h"
#include "model/autonomy.h"
#include "model/breaker.h"
#include "model/denial.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/proposal.h"
#include "model/telemetry.h"
#include "oms/oms.h"
#include "risk/approved.h"
#include "risk/gate.h"
#include "risk/guard_input.h"
#include "risk/rate_window.h"
#include "strategy/strategy.h"
#include "strategy/supervisor.h"

namespace bulwark::engine {

// Looks on while the engine decides, for a replay that explains. It changes nothing.
class Observer {
 public:
  Observer() = default;
  virtual ~Observer() = default;
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
  Observer(Observer&&) = delete;
  Observer& operator=(Observer&&) = delete;

  virtual void OnDecision(const model::Bar& bar, const model::Decision& decision) = 0;
  // The gate was asked; what it looked at is gone when the call returns.
  virtual void OnAsked(const risk::Gate& gate, const risk::GuardInput& input,
                       const risk::GateAnswer& answer) = 0;
};

// Why the engine halts by itself.
constexpr std::string_view kSessionLimitReason = "session_drawdown_limit_breached";
// Whose the stops of positions are, among the strategies' names.
constexpr std::string_view kStopLossName = "stop_loss";

struct EngineOptions {
  std::uint64_t epoch = 1;
  base::Decimal risk_fraction;
  bool liquidate_on_halt = true;
  base::Nanos feed_silence_max{std::chrono::seconds{5}};  // Then the feed counts as lost.
  base::Nanos entry_lifetime{std::chrono::seconds{10}};   // Then a working entry is cancelled.
  std::vector<model::StrategyName>
      limit_entries;                 // Strategies that enter by limit order at the mark.
  base::Decimal borrow_bps_per_day;  // Of a short position's value.
  std::size_t replaces_per_minute = 60;
  bool has_native_stops = false;  // The venue keeps stop orders itself; else we hold them.
  breakers::Limits breakers;
  approvals::ApprovalRules approvals;
  breakers::WatchdogLimits watchdog;
  base::Decimal session_drawdown;   // Percent; HALT from there on. Zero: off.
  base::Decimal stop_loss_percent;  // Of the average entry. Zero: positions get no stop of ours.
  bool reduces_size = true;         // An entry of a strategy that is too large is made smaller.
};

// What earlier runs let through on a day.
struct EntriesOfDay {
  std::int32_t utc_day = 0;
  std::size_t count = 0;
};

// The mode at the start, and what earlier runs left open: pending ones go on waiting, and what was
// approved and never sent is given up.
struct OpenApprovals {
  model::AutonomyMode mode = model::AutonomyMode::kPaperOnly;
  std::vector<model::Proposal> proposals;
};

struct EngineParts {
  const model::InstrumentTable& instruments;
  market::BarBuilder bars;
  std::vector<std::unique_ptr<strategy::Strategy>> strategies;
  strategy::Supervisor supervisor;
  risk::Gate gate;
  oms::OpeningBooks books;
  std::optional<model::AnchorSet> anchor;  // Of the day.
  std::optional<model::AnchorSet> week_anchor;
  std::optional<model::AnchorSet> inception_anchor;
  breakers::Opening breakers;
  EntriesOfDay entries;
  std::optional<DayTradeSetup> day_trades;  // Empty: no such rules for this owner.
  OpenApprovals approvals;
};

class Engine {
 public:
  Engine(EngineOptions options, EngineParts parts);

  // Appends to `out` what is to be done, in that order.
  void Process(const model::Event& event, model::ActionBuffer& out);

  // Refills `out`. Requires: it was made for this engine's instruments.
  void FillTelemetry(model::Telemetry& out) const;

  // Null ends it. The observer must outlive the engine or the next call.
  void SetObserver(Observer* observer) { observer_ = observer; }

  [[nodiscard]] const oms::Oms& oms() const { return oms_; }
  [[nodiscard]] model::RunState run_state() const { return run_state_; }
  [[nodiscard]] model::WatchdogView WatchdogView() const { return watchdog_.View(); }
  [[nodiscard]] model::BreakerViews BreakerViews() const { return board_.Views(); }
  [[nodiscard]] const approvals::ProposalBook& proposals() const { return proposals_; }
  [[nodiscard]] const risk::GateState& gate_state() const { return state_; }
  [[nodiscard]] std::optional<base::Decimal> Equity() const;
  // The engine wants a HALT of the whole system, for kSessionLimitReason, and behaves as in one
  // until a permit brings it.
  [[nodiscard]] bool wants_halt() const { return wants_halt_; }
  // Null while nothing that is traded is under these rules.
  [[nodiscard]] const DayTradeDesk* day_trades() const { return day_trades_.get(); }

 private:
  void On(const model::Tick& tick, model::ActionBuffer& out);
  void On(const model::Bar& bar, model::ActionBuffer& out);
  void On(const model::FeedLink& link, model::ActionBuffer& out);
  void On(const model::Permit& permit, model::ActionBuffer& out);
  void On(const model::VenueBooks& books, model::ActionBuffer& out);
  void On(const model::Shutdown& shutdown, model::ActionBuffer& out);
  void On(const model::Timer& timer, model::ActionBuffer& out);
  void On(const model::OrderFilled& report, model::ActionBuffer& out);
  void On(const model::OrderProgress& report, model::ActionBuffer& out);
  void On(const model::TradeCorrected& report, model::ActionBuffer& out);
  void On(const model::VenueLink& link, model::ActionBuffer& out);
  void On(const model::PlaceOrder& command, model::ActionBuffer& out);
  void On(const model::CancelOrder& command, model::ActionBuffer& out);
  void On(const model::Notice& notice, model::ActionBuffer& out);
  void On(const model::ReplaceOrder& command, model::ActionBuffer& out);
  void On(const model::ProposalDecided& decided, model::ActionBuffer& out);
  void On(const model::CorporateAction& action, model::ActionBuffer& out);
  void On(const model::OperatorSeen& seen, model::ActionBuffer& out);
  void On(const model::BreakerReset& wish, model::ActionBuffer& out);
  void On(const model::VixRead& reading, model::ActionBuffer& out);
  void On(const model::ScopesRead& read, model::ActionBuffer& out);
  void On(const model::MarketSession& session, model::ActionBuffer& out);
  // All other reports of the venue go to the OMS as they are.
  template <class Report>
  void On(const Report& report, model::ActionBuffer& out);

  void SeeMark(model::InstrumentId instrument, base::Decimal price, base::UnixNanos event_at,
               base::UnixNanos received_at, model::ActionBuffer& out);
  void SeeBar(const model::Bar& bar, model::ActionBuffer& out);
  void Decide(const model::Decision& decision, model::ActionBuffer& out);
  void Enter(const model::Decision& decision, model::ActionBuffer& out);
  void Close(model::InstrumentId instrument, model::Origin origin, const model::Decision& decision,
             model::ActionBuffer& out);
  void Ask(const model::NewOrder& order, model::ActionBuffer& out, double strength = 0);
  // As it was asked for, made smaller where that helps, or in the place of one that had left.
  enum class Manner : std::uint8_t { kAsIs, kOrLess, kAsSuccessor };
  void NoteEntry(const model::NewOrder& order, Manner manner);
  [[nodiscard]] risk::GateAnswer AskGate(const risk::GuardInput& input) const;

  model::OrderId NextOrderId();
  oms::BracketIds NextBracketIds(const model::NewOrder& order);
  // What passed, as an order of these ids.
  void Place(const risk::Approved<model::NewOrder>& approved, const oms::BracketIds& ids,
             Manner manner, model::ActionBuffer& out);

  // Orders that wait for a person: engine_approvals.cc.
  [[nodiscard]] bool NeedsPerson(const model::NewOrder& order) const;
  void Propose(const risk::Approved<model::NewOrder>& approved, double strength,
               model::ActionBuffer& out);
  [[nodiscard]] base::UnixNanos ProposalEnd(const model::NewOrder& order) const;
  void SendApproved(const model::Proposal& proposal, model::ActionBuffer& out);
  [[nodiscard]] bool IsAboutAsLarge(const risk::GateAnswer& answer,
                                    const model::NewOrder& order) const;
  [[nodiscard]] model::ProposalReason MovedSince(const model::Proposal& proposal) const;
  void TellEnded(const model::Proposal& ended, model::ActionBuffer& out) const;
  void EndAllProposals(std::string_view reason, model::ActionBuffer& out);
  void EndProposalsLike(const model::NewOrder& order, model::ActionBuffer& out);
  void EndProposalsOf(model::InstrumentId instrument, model::ActionBuffer& out);
  void ExpireProposals(model::ActionBuffer& out);
  void ResumeProposals(model::ActionBuffer& out);
  void SetAutonomy(const model::Permit& permit, model::ActionBuffer& out);

  // The gate's answer; with kOrLess to the largest order that it lets pass.
  risk::GateAnswer Judge(const model::NewOrder& order, const risk::BookFigures& figures,
                         Manner manner, model::ActionBuffer& out);
  // Empty when the gate objects; then it was told.
  std::optional<risk::Approved<model::NewOrder>> Approve(const model::NewOrder& order,
                                                         const risk::BookFigures& figures,
                                                         Manner manner, model::ActionBuffer& out);
  // Empty where the rules on day trades do not apply.
  std::optional<daytrade::Decision> JudgeDayTrade(const model::NewOrder& order,
                                                  const model::ActionBuffer& out);
  void WarnOfDayTrade(const model::NewOrder& order, const daytrade::Decision& decision,
                      model::ActionBuffer& out) const;
  [[nodiscard]] base::Decimal ReserveFor(const model::NewOrder& order) const;
  void Deny(const model::NewOrder& order, const model::Denial& denial, model::ActionBuffer& out);

  // Waiting orders: what the mark triggers, and what was triggered and could not leave yet.
  void WatchTriggers(model::InstrumentId instrument, base::Decimal mark, model::ActionBuffer& out);
  void LaunchTriggered(model::ActionBuffer& out);
  void Launch(const model::Order& order, model::ActionBuffer& out);
  [[nodiscard]] std::optional<model::Denial> CannotReplace(const model::Order& order,
                                                           const model::NewOrder& wish) const;
  void KeepRest(const model::Order& order, base::Decimal quantity, model::ActionBuffer& out);
  void MakeRoomFor(const model::Order& stop, model::ActionBuffer& out);
  [[nodiscard]] bool MakesWay(const model::Order& order, model::ActionBuffer& out);
  void HoldLostLegs(model::ActionBuffer& out);
  [[nodiscard]] base::Nanos PauseAfterLoss(model::InstrumentId instrument) const;
  void EndDay(model::ActionBuffer& out);
  void AfterReport(model::ActionBuffer& out);

  void CancelAllOf(model::InstrumentId instrument, model::ActionBuffer& out);
  model::Fill WithFeeConverted(const model::Fill& fill, model::ActionBuffer& out);
  void PayBorrowing(model::InstrumentId instrument, base::Decimal price, model::ActionBuffer& out);
  void EndLegsOfDust(model::InstrumentId instrument, model::ActionBuffer& out);
  void ScaleMark(const model::CorporateAction& split);
  void AccrueBorrowing(model::ActionBuffer& out);
  void BookBorrowing(model::InstrumentId instrument, base::Decimal notional, base::UnixNanos until,
                     model::ActionBuffer& out);
  void ObserveEquity(model::ActionBuffer& out);
  // engine_equity.cc: what becomes of losses.
  void WatchLosses(base::Decimal equity, model::ActionBuffer& out);
  void WatchSession(base::Decimal equity, model::ActionBuffer& out);
  void KeepSession(model::ActionBuffer& out);
  void TellWatchdog(model::ActionBuffer& out) const;
  [[nodiscard]] base::Decimal SizeFactor() const;
  // engine_stop_loss.cc: each position has a stop.
  void ProtectPositions(model::ActionBuffer& out);
  void ProtectPosition(const model::Instrument& instrument, model::ActionBuffer& out);
  [[nodiscard]] base::Decimal WithoutStop(const model::Instrument& instrument) const;
  void TellStopLoss(const model::Order& order, model::ActionBuffer& out) const;
  void TellNoStop(model::InstrumentId instrument, std::string_view reason,
                  model::ActionBuffer& out);
  void HoldPositionStop(const oms::PositionStop& wish, model::ActionBuffer& out);

  // Circuit breakers: what they are told, and what becomes of it.
  void TellBoard(const model::Event& event);
  void TellBoard(const model::OrderAccepted& accepted);
  void TellBoard(const model::VenueLink& link);
  void TellBoard(const model::VenueBooks& books);
  void TellBoardOfTrips(const model::ActionBuffer& out, std::size_t first);
  void JudgeBreakers(model::ActionBuffer& out);
  // Which breaker holds entries up; empty when none does.
  [[nodiscard]] model::Reason BreakerReason() const;
  void ResetAsked(model::ActionBuffer& out);
  bool TryReset(model::Breaker which, base::UnixNanos asked_at, model::ActionBuffer& out);
  void KeepPeak(model::ActionBuffer& out);
  void WarnDeadMan(model::ActionBuffer& out);
  void TellBreaker(const breakers::Change& change, model::ActionBuffer& out);
  [[nodiscard]] const model::Order* FindOpen(const model::OrderId& id) const;

  // What a cancel of everything leaves alone.
  enum class Keep : std::uint8_t { kNothing, kWaiting, kProtection };
  void CancelWorking(Keep keep, model::ActionBuffer& out);
  void CancelOldEntries(model::ActionBuffer& out);
  void BeginHalt(const model::Reason& reason, model::ActionBuffer& out);
  void ContinueHalt(model::ActionBuffer& out);
  void Liquidate(const model::Instrument& instrument, model::ActionBuffer& out);
  void TellNotLiquidated(model::AlertLevel level, model::InstrumentId instrument,
                         std::string_view reason, model::ActionBuffer& out) const;
  void SetFeed(bool is_up, const model::Reason& reason, model::ActionBuffer& out);
  void SetRunState(const model::Reason& reason, model::ActionBuffer& out);
  [[nodiscard]] model::RunState DeriveRunState() const;
  [[nodiscard]] bool IsFlat() const;
  [[nodiscard]] bool IsUnsellable(const model::Instrument& instrument) const;
  // Empty when the venue holds what our books say.
  [[nodiscard]] model::Reason DifferenceTo(const model::VenueBooks& books) const;
  // As if `self`, a waiting order that is about to leave, were not there yet.
  [[nodiscard]] risk::BookFigures Figures(model::InstrumentId instrument,
                                          const model::OrderId& self = {}) const;
  void AddExposure(const model::Instrument& instrument, const model::OrderId& self,
                   risk::BookFigures& figures) const;
  void CountMessages(const model::ActionBuffer& out);
  void Alert(model::AlertLevel level, std::string_view event, const model::Reason& reason,
             model::ActionBuffer& out) const;

  Observer* observer_ = nullptr;  // Never set in a trader.
  EngineOptions options_;
  const model::InstrumentTable& instruments_;
  market::BarBuilder bars_;
  market::CandleRing candles_;
  std::vector<std::unique_ptr<strategy::Strategy>> strategies_;
  std::vector<model::Signal> signals_;  // Of the bar at hand; capacity is the number of strategies.
  strategy::Supervisor supervisor_;
  risk::Gate gate_;
  risk::GateState state_;
  oms::Oms oms_;
  EquityAnchor anchor_;
  EquityAnchor week_anchor_;
  EquityAnchor inception_anchor_;
  risk::RateWindow replaces_;
  std::size_t counted_ = 0;  // Of the actions of this event, as messages to the venue.
  std::optional<base::UnixNanos> no_stop_told_at_;
  // Protective legs that the venue did not keep, one after the other.
  struct Losses {
    int count = 0;
    base::UnixNanos last_at;
  };
  std::array<Losses, model::kInstrumentsMax> losses_{};
  DenialLog denials_;
  approvals::ProposalBook proposals_;
  std::vector<model::Proposal> left_open_;  // By earlier runs; empty from the first permit on.
  model::AutonomyMode autonomy_;
  bool is_autonomy_told_ = false;
  std::unique_ptr<DayTradeDesk> day_trades_;
  model::OrderId launching_;  // The waiting order that is asked for, while it is.
  SizingLimits sizing_;
  breakers::Board board_;
  breakers::Watchdog watchdog_;
  breakers::SessionDrawdown session_;
  std::optional<base::Decimal> kept_session_;  // Its highest equity, as the ledger has it.
  base::UnixNanos session_kept_at_;
  bool wants_halt_ = false;
  std::array<std::optional<base::UnixNanos>, model::kBreakers> reset_asked_at_{};
  std::optional<base::Decimal> kept_peak_;  // As the ledger has it.
  base::UnixNanos peak_kept_at_;
  int dead_man_stage_ = 0;
  std::vector<base::UnixNanos> mark_event_at_;
  std::int32_t last_instrument_ = -1;
  bool is_shutting_down_ = false;
  bool is_first_comparison_ = true;
  std::uint64_t orders_made_ = 0;
  std::uint64_t decisions_made_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t ticks_ = 0;
  base::UnixNanos now_;
  std::optional<base::UnixNanos> market_at_;  // Receipt of the last market event.
  base::UnixNanos halt_step_at_;
  LiquidationPace liquidation_pace_;
  bool was_venue_up_ = false;  // At the last step of the halt.
  model::RunState run_state_ = model::RunState::kStarting;
};

}  // namespace bulwark::engine
