// The day-trade guard: one order, all that is known, one answer with its reasons and its numbers.
//
// Shape:   a function of its inputs. Whether an order adds exposure is what its intent says; that a
//          reducing order cannot do more is the gate's to see to. The rows of the decision table
//          are asked in order and the first that objects gives the rule number; all that object are
//          among the reasons. What is missing, stale or inconsistent stops what adds exposure and
//          never what reduces it.
// Errors:  none; a denial is an answer.
// Threads: one at a time. No clock, no I/O, no allocation.
// Source:  docs/day-trades.md#decision-table

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/time.h"
#include "daytrade/account.h"
#include "daytrade/cash_book.h"
#include "daytrade/deficit_book.h"
#include "daytrade/margin_check.h"
#include "daytrade/pattern_check.h"
#include "daytrade/policy.h"
#include "daytrade/trade_log.h"

namespace bulwark::daytrade {

enum class Verdict : std::uint8_t {
  kAllow,
  kBlock,
  kBlockUntilNextSession,
  kNeedsApproval,  // May be held over night, if a person says so.
  kAllowAndAlert,  // A forced exit that breaks a count, or one the broker may refuse.
};

// One for each row of the decision table, and for what a row can mean.
enum class Reason : std::uint8_t {
  kKillSwitch,          // 1
  kBrokerBlocked,       // 2
  kSnapshotMissing,     // 3
  kSnapshotStale,       // 3
  kFrozen,              // 4
  kLocked,              // 4
  kOpenDeficit,         // 4
  kMaintenance,         // 4
  kBooksDiffer,         // 5
  kCountIncomplete,     // 5
  kBrokerCountsMore,    // 5
  kNoExitBudget,        // 6
  kExitOverLimit,       // 7
  kBuyingPower,         // 8
  kLeverage,            // 9
  kMarginBuffer,        // 9
  kOvernightMultiple,   // 9
  kShortNotAllowed,     // 9
  kLeveragedFund,       // 9
  kBelowMinimumEquity,  // 10
  kMarketHalted,        // 11
  kOutsideHours,        // 11: entries only.
  kGoodFaith,           // 13: of cash accounts.
  kFreeRiding,          // 13
};
constexpr std::size_t kReasons = 24;
// The row of what nothing objects to.
constexpr std::int32_t kOtherwise = 12;

// "DAY_TRADE_NO_EXIT_BUDGET" and the row of the table it belongs to.
std::string_view ReasonName(Reason reason);
std::int32_t RuleOf(Reason reason);
std::string_view Name(Verdict value);
std::string_view Name(IntentKind value);

// Things of the moment that others know.
struct Conditions {
  bool is_killed = false;
  bool do_books_differ = false;
  bool is_market_halted = false;  // A halt, a pause, or a stale quote.
  bool is_near_close = false;
  bool is_outside_hours = false;  // See entry_hours.h.
};

struct Question {
  const Intent& intent;
  const Snapshot* snapshot = nullptr;  // Null when there is none.
  std::span<const Holding> holdings;
  std::span<const Pending> pending;
  Conditions conditions;
  base::UnixNanos now;
};

// The books the guard judges by; the cash book only for cash accounts.
struct Books {
  const Policy& policy;
  const TradeLog& trades;
  const DeficitBook& deficits;
  const CashBook* cash = nullptr;
};

struct Decision {
  Verdict verdict = Verdict::kAllow;
  std::int32_t rule = kOtherwise;  // Row of the table.
  Regime regime = Regime::kBoth;
  std::array<bool, kReasons> reasons{};
  PatternFigures pattern;
  MarginFigures margin;
  std::optional<Date> possible_from;  // Of an exit that has to wait.
  bool is_legacy_outdated = false;

  [[nodiscard]] bool Has(Reason reason) const {
    return reasons.at(static_cast<std::size_t>(reason));
  }
  [[nodiscard]] std::optional<Reason> first_reason() const;
  [[nodiscard]] bool is_allowed() const {
    return verdict == Verdict::kAllow || verdict == Verdict::kAllowAndAlert;
  }
};

Decision Decide(const Books& books, const Question& question);

}  // namespace bulwark::daytrade
