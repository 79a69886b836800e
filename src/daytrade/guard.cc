#include "daytrade/guard.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/decimal.h"
#include "base/time.h"
#include "daytrade/account.h"
#include "daytrade/bounded.h"
#include "daytrade/cash_book.h"
#include "daytrade/deficit_book.h"
#include "daytrade/margin_check.h"
#include "daytrade/pattern_check.h"
#include "daytrade/policy.h"
#include "daytrade/trade_log.h"
#include "model/market_data.h"

namespace bulwark::daytrade {
namespace {

using base::Decimal;
using std::string_view_literals::operator""sv;

struct Row {
  std::string_view name;
  std::int32_t rule;
};

constexpr std::array kRows = {
    Row{"DAY_TRADE_KILL_SWITCH"sv, 1},
    Row{"DAY_TRADE_BROKER_BLOCKED"sv, 2},
    Row{"DAY_TRADE_ACCOUNT_UNKNOWN"sv, 3},
    Row{"DAY_TRADE_ACCOUNT_STALE"sv, 3},
    Row{"DAY_TRADE_FROZEN"sv, 4},
    Row{"DAY_TRADE_LOCKED"sv, 4},
    Row{"DAY_TRADE_OPEN_DEFICIT"sv, 4},
    Row{"DAY_TRADE_MAINTENANCE"sv, 4},
    Row{"DAY_TRADE_BOOKS_DIFFER"sv, 5},
    Row{"DAY_TRADE_COUNT_INCOMPLETE"sv, 5},
    Row{"DAY_TRADE_BROKER_COUNTS_MORE"sv, 5},
    Row{"DAY_TRADE_NO_EXIT_BUDGET"sv, 6},
    Row{"DAY_TRADE_EXIT_OVER_LIMIT"sv, 7},
    Row{"DAY_TRADE_BUYING_POWER"sv, 8},
    Row{"DAY_TRADE_LEVERAGE"sv, 9},
    Row{"DAY_TRADE_MARGIN_BUFFER"sv, 9},
    Row{"DAY_TRADE_OVERNIGHT_MULTIPLE"sv, 9},
    Row{"DAY_TRADE_SHORT_NOT_ALLOWED"sv, 9},
    Row{"DAY_TRADE_LEVERAGED_FUND"sv, 9},
    Row{"DAY_TRADE_BELOW_MINIMUM_EQUITY"sv, 10},
    Row{"DAY_TRADE_MARKET_HALTED"sv, 11},
    Row{"DAY_TRADE_OUTSIDE_HOURS"sv, 11},
    Row{"DAY_TRADE_GOOD_FAITH"sv, 13},
    Row{"DAY_TRADE_FREE_RIDING"sv, 13},
};
static_assert(kRows.size() == kReasons);

// What the rows are asked about; each function notes what objects.
struct Case {
  const Books& books;
  const Question& question;
  Decision& decision;
  Date today;

  void Note(Reason reason, bool is_objecting) const {
    decision.reasons.at(static_cast<std::size_t>(reason)) = is_objecting;
  }
  [[nodiscard]] bool is_opening() const { return IsOpening(question.intent.kind); }
};

bool IsStale(const Snapshot& snapshot, const Policy& policy, base::UnixNanos now) {
  return now - snapshot.at > policy.snapshot_age_max || snapshot.at > now + TradeLog::kSkewMax;
}

// Rows 1 to 3 and 11: what others know, and whether anything is known.
void AskConditions(const Case& it) {
  const Conditions& conditions = it.question.conditions;
  const Snapshot* snapshot = it.question.snapshot;
  it.Note(Reason::kKillSwitch, conditions.is_killed);
  it.Note(Reason::kBrokerBlocked, snapshot != nullptr && snapshot->is_trading_blocked);
  it.Note(Reason::kSnapshotMissing, snapshot == nullptr);
  it.Note(Reason::kSnapshotStale,
          snapshot != nullptr && IsStale(*snapshot, it.books.policy, it.question.now));
  it.Note(Reason::kBooksDiffer, conditions.do_books_differ);
  it.Note(Reason::kMarketHalted, conditions.is_market_halted);
  it.Note(Reason::kOutsideHours, it.is_opening() && conditions.is_outside_hours);
}

// Row 4.
void AskDeficits(const Case& it) {
  const MarginFigures& margin = it.decision.margin;
  const bool is_paid_purchase = it.books.policy.frozen_cash_buys &&
                                it.question.intent.side == model::Side::kBuy &&
                                margin.debit_after.is_zero();
  const AccountState state = it.books.deficits.StateOn(it.today);
  it.Note(Reason::kFrozen, state == AccountState::kFrozen && !is_paid_purchase);
  it.Note(Reason::kLocked, state == AccountState::kLocked && !is_paid_purchase);
  it.Note(Reason::kOpenDeficit, state == AccountState::kOpenDeficit && !is_paid_purchase);
  it.Note(Reason::kMaintenance, margin.level.is_negative());
}

// Rows 5 to 8.
void AskPattern(const Case& it, const Snapshot& snapshot) {
  const Books& books = it.books;
  PatternFigures& figures = it.decision.pattern;
  figures = MeasurePattern({.policy = books.policy,
                            .log = books.trades,
                            .snapshot = snapshot,
                            .pending = it.question.pending,
                            .now = it.question.now},
                           it.question.intent);
  it.Note(Reason::kCountIncomplete, !books.trades.is_complete());
  it.Note(Reason::kBrokerCountsMore,
          snapshot.broker_count && *snapshot.broker_count > books.trades.Count(it.question.now));
  it.Note(Reason::kNoExitBudget, it.is_opening() && !figures.has_exit_budget());
  it.Note(Reason::kExitOverLimit, !it.is_opening() && !figures.exit_fits());
  it.Note(Reason::kBuyingPower, it.is_opening() && !figures.fits_buying_power());
}

// Rows 9 and 10.
void AskMargin(const Case& it, const Snapshot& snapshot) {
  const Policy& policy = it.books.policy;
  const Intent& intent = it.question.intent;
  const MarginFigures& figures = it.decision.margin;
  if (!it.is_opening() || !figures.is_reducing_level) {
    return;
  }
  const auto exceeds = [&](Decimal multiple) {
    return figures.gross_after > Times(multiple, snapshot.equity, base::Rounding::kDown);
  };
  it.Note(Reason::kLeverage, exceeds(policy.leverage_max));
  it.Note(Reason::kMarginBuffer, !figures.fits_buffer());
  it.Note(Reason::kOvernightMultiple, it.question.conditions.is_near_close &&
                                          intent.is_for_overnight &&
                                          exceeds(policy.overnight_multiple));
  it.Note(Reason::kShortNotAllowed, figures.is_short_after && !policy.allow_short);
  it.Note(Reason::kLeveragedFund,
          intent.terms.leverage_factor > Dollars(1) && !policy.allow_leveraged_funds);
  it.Note(Reason::kBelowMinimumEquity,
          snapshot.equity < policy.min_equity_for_leverage &&
              (figures.debit_after.is_positive() || figures.is_short_after));
}

void AskCash(const Case& it) {
  if (it.books.cash == nullptr) {
    it.Note(Reason::kSnapshotMissing, true);
    return;
  }
  const Intent& intent = it.question.intent;
  if (intent.side == model::Side::kBuy) {
    const Decimal cost =
        Plus(Times(intent.quantity, intent.worst_price, base::Rounding::kCeiling), intent.fees);
    it.Note(Reason::kFreeRiding,
            it.books.cash->JudgeBuy(it.today, cost) == CashFinding::kFreeRiding);
    return;
  }
  it.Note(Reason::kShortNotAllowed, it.is_opening());
  const bool is_violation = it.books.cash->JudgeSell(it.today, intent.instrument,
                                                     intent.quantity) == CashFinding::kGoodFaith;
  it.Note(Reason::kGoodFaith, is_violation);
  if (is_violation) {
    it.decision.possible_from =
        it.books.cash->SellableFrom(intent.instrument, intent.quantity, it.today);
  }
}

bool IsCountReason(Reason reason) {
  return reason == Reason::kExitOverLimit || reason == Reason::kGoodFaith;
}

bool HasOther(const Decision& decision, Reason only) {
  for (std::size_t index = 0; index < kReasons; ++index) {
    if (decision.reasons.at(index) && index != static_cast<std::size_t>(only)) {
      return true;
    }
  }
  return false;
}

Verdict VerdictOnOpening(const Case& it) {
  const auto reason = it.decision.first_reason();
  if (!reason) {
    return Verdict::kAllow;
  }
  const bool may_be_held = *reason == Reason::kNoExitBudget &&
                           it.books.policy.allow_hold_overnight &&
                           !HasOther(it.decision, Reason::kNoExitBudget);
  return may_be_held ? Verdict::kNeedsApproval : Verdict::kBlock;
}

Verdict VerdictOnExit(const Case& it) {
  const Decision& decision = it.decision;
  const auto reason = decision.first_reason();
  if (!reason) {
    return Verdict::kAllow;
  }
  if (IsForced(it.question.intent.kind)) {
    const bool is_worth_an_alert = decision.Has(Reason::kExitOverLimit) ||
                                   decision.Has(Reason::kGoodFaith) ||
                                   decision.Has(Reason::kBrokerBlocked);
    return is_worth_an_alert ? Verdict::kAllowAndAlert : Verdict::kAllow;
  }
  if (IsCountReason(*reason)) {
    return Verdict::kBlockUntilNextSession;
  }
  return decision.Has(Reason::kBrokerBlocked) ? Verdict::kAllowAndAlert : Verdict::kAllow;
}

}  // namespace

std::string_view ReasonName(Reason reason) {
  return kRows.at(static_cast<std::size_t>(reason)).name;
}
std::int32_t RuleOf(Reason reason) {
  return kRows.at(static_cast<std::size_t>(reason)).rule;
}

std::string_view Name(Verdict value) {
  constexpr std::array kNames = {"allow"sv, "block"sv, "block_until_next_session"sv,
                                 "needs_approval"sv, "allow_and_alert"sv};
  return kNames.at(static_cast<std::size_t>(value));
}

std::string_view Name(IntentKind value) {
  constexpr std::array kNames = {
      "entry"sv, "add"sv, "reduce"sv, "exit_discretionary"sv, "exit_protective"sv, "liquidate"sv};
  return kNames.at(static_cast<std::size_t>(value));
}

std::optional<Reason> Decision::first_reason() const {
  const auto* const found = std::find(reasons.begin(), reasons.end(), true);
  if (found == reasons.end()) {
    return std::nullopt;
  }
  return static_cast<Reason>(found - reasons.begin());
}

Decision Decide(const Books& books, const Question& question) {
  Decision decision;
  const Case it{.books = books,
                .question = question,
                .decision = decision,
                .today = books.trades.TradeDate(question.now)};
  decision.regime = EffectiveRegime(books.policy, it.today);
  decision.is_legacy_outdated = IsLegacyOutdated(books.policy, it.today);
  const Snapshot snapshot = question.snapshot != nullptr ? *question.snapshot : Snapshot{};

  AskConditions(it);
  if (CountsDayTrades(decision.regime)) {
    AskPattern(it, snapshot);
  }
  if (ChecksMargin(decision.regime) && question.snapshot != nullptr) {
    decision.margin =
        MeasureMargin(books.policy, snapshot, question.holdings, question.pending, question.intent);
    AskDeficits(it);
    AskMargin(it, snapshot);
  }
  if (decision.regime == Regime::kCash) {
    AskCash(it);
  }

  decision.verdict = it.is_opening() ? VerdictOnOpening(it) : VerdictOnExit(it);
  if (const auto reason = decision.first_reason()) {
    decision.rule = RuleOf(*reason);
  }
  if (decision.verdict == Verdict::kBlockUntilNextSession && !decision.possible_from) {
    decision.possible_from = books.trades.NextTradeDate(question.now);
  }
  return decision;
}

}  // namespace bulwark::daytrade
