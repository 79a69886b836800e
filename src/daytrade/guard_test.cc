// Goal: each row of the decision table for what opens, for an exit that may wait, and for one that
//       may not; the evenings that are of two days; the choice of a regime; and a source for each
//       number.
// Method: one condition at a time on an account to which nothing else objects.

#include "daytrade/guard.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/new_york.h"
#include "base/time.h"
#include "base/uuid.h"
#include "calendar/exchange_calendar.h"
#include "daytrade/account.h"
#include "daytrade/deficit_book.h"
#include "daytrade/execution.h"
#include "daytrade/facts.h"
#include "daytrade/policy.h"
#include "daytrade/trade_log.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"

namespace bulwark::daytrade {
namespace {

using base::Decimal;

constexpr Date kMonday = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23};
constexpr base::UnixNanos kNow = base::UnixNanos(kMonday) + std::chrono::hours{15};

class GuardTest : public ::testing::Test {
 protected:
  GuardTest() {
    snapshot_.at = kNow;
    snapshot_.equity = snapshot_.last_equity = snapshot_.cash = Decimal::FromInt(10'000);
  }
  Decision Ask(IntentKind kind) {
    const Intent intent{.instrument = {0},
                        .side = IsOpening(kind) ? model::Side::kBuy : model::Side::kSell,
                        .quantity = Decimal::FromInt(10),
                        .worst_price = Decimal::FromInt(10),
                        .kind = kind};
    return Decide({.policy = policy_, .trades = trades_, .deficits = deficits_},
                  {.intent = intent,
                   .snapshot = has_snapshot_ ? &snapshot_ : nullptr,
                   .holdings = {},
                   .pending = {},
                   .conditions = conditions_,
                   .now = kNow});
  }
  // The three columns of the table.
  void ExpectRow(Reason reason, Verdict opening, Verdict discretionary, Verdict forced) {
    const Decision entry = Ask(IntentKind::kEntry);
    EXPECT_EQ(entry.verdict, opening);
    EXPECT_EQ(entry.first_reason(), reason);
    EXPECT_EQ(entry.rule, RuleOf(reason));
    EXPECT_EQ(Ask(IntentKind::kExitDiscretionary).verdict, discretionary);
    EXPECT_EQ(Ask(IntentKind::kReduce).verdict, discretionary);
    EXPECT_EQ(Ask(IntentKind::kExitProtective).verdict, forced);
    EXPECT_EQ(Ask(IntentKind::kLiquidate).verdict, forced);
  }

  Policy policy_;
  calendar::ExchangeCalendar calendar_;
  TradeLog trades_{calendar_, policy_, 64};
  DeficitBook deficits_{calendar_, policy_};
  Snapshot snapshot_;
  bool has_snapshot_ = true;
  Conditions conditions_;
};

TEST_F(GuardTest, AllowsWhatNothingObjectsTo) {
  const Decision decision = Ask(IntentKind::kEntry);

  EXPECT_EQ(decision.verdict, Verdict::kAllow);
  EXPECT_EQ(decision.rule, kOtherwise);
  EXPECT_EQ(decision.first_reason(), std::nullopt);
}

TEST_F(GuardTest, Row1KillSwitch) {
  conditions_.is_killed = true;
  ExpectRow(Reason::kKillSwitch, Verdict::kBlock, Verdict::kAllow, Verdict::kAllow);
}

TEST_F(GuardTest, Row2BrokerBlocked) {
  snapshot_.is_trading_blocked = true;
  ExpectRow(Reason::kBrokerBlocked, Verdict::kBlock, Verdict::kAllowAndAlert,
            Verdict::kAllowAndAlert);
}

TEST_F(GuardTest, Row3NoSnapshot) {
  has_snapshot_ = false;
  ExpectRow(Reason::kSnapshotMissing, Verdict::kBlock, Verdict::kAllow, Verdict::kAllow);
}

TEST_F(GuardTest, Row3SnapshotStaleOrFromTheFuture) {
  snapshot_.at = kNow - policy_.snapshot_age_max;
  EXPECT_EQ(Ask(IntentKind::kEntry).verdict, Verdict::kAllow);
  snapshot_.at -= base::Nanos{1};
  ExpectRow(Reason::kSnapshotStale, Verdict::kBlock, Verdict::kAllow, Verdict::kAllow);
  snapshot_.at = kNow + std::chrono::minutes{2};
  ExpectRow(Reason::kSnapshotStale, Verdict::kBlock, Verdict::kAllow, Verdict::kAllow);
}

TEST_F(GuardTest, Row4OpenDeficit) {
  deficits_.OnReducing(kMonday, Decimal::FromInt(-100), Decimal::FromInt(10'000));
  ExpectRow(Reason::kOpenDeficit, Verdict::kBlock, Verdict::kAllow, Verdict::kAllow);
}

TEST_F(GuardTest, Row4FrozenSinceTheRulesDeadlinePassed) {
  deficits_.OnReducing(kMonday - std::chrono::days{28}, Decimal::FromInt(-1'000),
                       Decimal::FromInt(10'000));
  ASSERT_EQ(deficits_.StateOn(kMonday), AccountState::kFrozen);
  ExpectRow(Reason::kFrozen, Verdict::kBlock, Verdict::kAllow, Verdict::kAllow);
}

TEST_F(GuardTest, Row4Maintenance) {
  snapshot_.maintenance = Decimal::FromInt(10'001);
  ExpectRow(Reason::kMaintenance, Verdict::kBlock, Verdict::kAllow, Verdict::kAllow);
}

TEST_F(GuardTest, Row5BooksDiffer) {
  conditions_.do_books_differ = true;
  ExpectRow(Reason::kBooksDiffer, Verdict::kBlock, Verdict::kAllow, Verdict::kAllow);
}

TEST_F(GuardTest, Row5AnIncompleteCount) {
  const Execution from_the_future{.instrument = {0},
                                  .quantity = Decimal::FromInt(1),
                                  .price = Decimal::FromInt(10),
                                  .at = kNow + std::chrono::hours{1}};
  ASSERT_EQ(trades_.Add(from_the_future, kNow), Added::kFuture);
  ExpectRow(Reason::kCountIncomplete, Verdict::kBlock, Verdict::kAllow, Verdict::kAllow);
}

TEST_F(GuardTest, Row5BrokerCountsMoreThanWe) {
  snapshot_.broker_count = 1;
  ExpectRow(Reason::kBrokerCountsMore, Verdict::kBlock, Verdict::kAllow, Verdict::kAllow);
  snapshot_.broker_count = std::nullopt;  // Absent is not zero, and no difference.
  EXPECT_EQ(Ask(IntentKind::kEntry).verdict, Verdict::kAllow);
}

TEST_F(GuardTest, Row6ThePatternDayTraderBelowTheFloorHasNoDayTrades) {
  snapshot_.pattern_day_trader_since = kMonday - std::chrono::days{100};
  ExpectRow(Reason::kNoExitBudget, Verdict::kBlock, Verdict::kAllow, Verdict::kAllow);
}

TEST_F(GuardTest, Row6MayBecomeAQuestionToAPerson) {
  policy_.day_trades_max = 0;
  policy_.allow_hold_overnight = true;
  EXPECT_EQ(Ask(IntentKind::kEntry).verdict, Verdict::kNeedsApproval);

  conditions_.is_market_halted = true;  // Another objection is not for a person to overrule.
  EXPECT_EQ(Ask(IntentKind::kEntry).verdict, Verdict::kBlock);
}

TEST_F(GuardTest, Row8BuyingPowerOfTheDay) {
  snapshot_.equity = snapshot_.last_equity = snapshot_.cash = Decimal::FromInt(50'000);
  EXPECT_EQ(Ask(IntentKind::kEntry).verdict, Verdict::kAllow);
  snapshot_.last_maintenance = Decimal::FromInt(50'000);  // Nothing is left to trade with.
  ExpectRow(Reason::kBuyingPower, Verdict::kBlock, Verdict::kAllow, Verdict::kAllow);
}

TEST_F(GuardTest, TheBrokersRemainingCountIsUsed) {
  policy_.day_trades_max = 3;
  snapshot_.broker_remaining = 1;
  EXPECT_EQ(Ask(IntentKind::kEntry).verdict, Verdict::kAllow);
  snapshot_.broker_remaining = 0;
  EXPECT_EQ(Ask(IntentKind::kEntry).first_reason(), Reason::kNoExitBudget);
  snapshot_.broker_remaining = -1;  // Unlimited.
  EXPECT_EQ(Ask(IntentKind::kEntry).verdict, Verdict::kAllow);
}

TEST_F(GuardTest, Row11OutsideHours) {
  conditions_.is_outside_hours = true;
  const Decision entry = Ask(IntentKind::kEntry);
  EXPECT_EQ(entry.verdict, Verdict::kBlock);
  EXPECT_EQ(entry.first_reason(), Reason::kOutsideHours);
  EXPECT_EQ(entry.rule, 11);
  for (const auto kind : {IntentKind::kExitDiscretionary, IntentKind::kReduce,
                          IntentKind::kExitProtective, IntentKind::kLiquidate}) {
    EXPECT_EQ(Ask(kind).verdict, Verdict::kAllow);
  }
}

TEST_F(GuardTest, Row11MarketHalted) {
  conditions_.is_market_halted = true;
  ExpectRow(Reason::kMarketHalted, Verdict::kBlock, Verdict::kAllow, Verdict::kAllow);
}

// The policy goes by trade date alone; from 2026-12-06 on a trade between 20:00 and midnight makes
// its instrument be counted by New York's date too.
class EveningTest : public ::testing::Test {
 protected:
  EveningTest() {
    policy_.regime = Regime::kPdt;
    policy_.same_day = SameDay::kTradeDate;
    policy_.day_trades_max = 1;
    trades_ = std::make_unique<TradeLog>(calendar_, policy_, 64);
    deficits_ = std::make_unique<DeficitBook>(calendar_, policy_);
  }
  static base::UnixNanos At(std::chrono::month_day day, int hour) {
    const std::chrono::local_days date{std::chrono::year{2026} / day.month() / day.day()};
    return base::FromNewYork(date + std::chrono::hours{hour}).at;
  }
  void Trade(model::InstrumentId instrument, std::int64_t quantity, base::UnixNanos at) {
    ++number_;
    trades_->Add(Execution{.instrument = instrument,
                           .order = base::Uuid::Derive(model::kOrderIds, 1, number_),
                           .trade = model::TradeId(std::to_string(number_)),
                           .quantity = Decimal::FromInt(quantity),
                           .price = Decimal::FromInt(10),
                           .at = at},
                 at);
  }
  Decision Ask(IntentKind kind, model::InstrumentId instrument, std::int64_t quantity,
               base::UnixNanos at) {
    Snapshot snapshot;
    snapshot.at = at;
    snapshot.equity = snapshot.last_equity = snapshot.cash = Decimal::FromInt(10'000);
    const Intent intent{.instrument = instrument,
                        .side = quantity > 0 ? model::Side::kBuy : model::Side::kSell,
                        .quantity = Decimal::FromInt(quantity).Abs(),
                        .worst_price = Decimal::FromInt(10),
                        .kind = kind};
    return Decide({.policy = policy_, .trades = *trades_, .deficits = *deficits_},
                  {.intent = intent,
                   .snapshot = &snapshot,
                   .holdings = {},
                   .pending = {},
                   .conditions = {},
                   .now = at});
  }

  static constexpr model::InstrumentId kOne{0};
  static constexpr model::InstrumentId kOther{1};
  static constexpr std::chrono::month_day kThursday = std::chrono::December / 3;
  static constexpr std::chrono::month_day kFriday = std::chrono::December / 4;
  static constexpr std::chrono::month_day kFirstMonday = std::chrono::December / 7;

  Policy policy_;
  calendar::ExchangeCalendar calendar_;
  std::unique_ptr<TradeLog> trades_;
  std::unique_ptr<DeficitBook> deficits_;
  std::uint64_t number_ = 0;
};

TEST_F(EveningTest, AnExitIsJudgedByTheCountItWillMake) {
  Trade(kOne, 10, At(kFirstMonday, 10));
  policy_.day_trades_max = 0;
  const base::UnixNanos evening = At(kFirstMonday, 21);
  const Decision exit = Ask(IntentKind::kExitDiscretionary, kOne, -10, evening);

  EXPECT_EQ(exit.pattern.delta, 1);
  EXPECT_EQ(exit.verdict, Verdict::kBlockUntilNextSession);
  EXPECT_EQ(Ask(IntentKind::kExitProtective, kOne, -10, evening).verdict, Verdict::kAllowAndAlert);

  Trade(kOne, -10, evening);
  EXPECT_EQ(trades_->Count(evening), 1);
}

TEST_F(EveningTest, AnEntryLeavesRoomForTheExitOfWhatWasBoughtByDay) {
  Trade(kOne, 10, At(kFirstMonday, 10));
  const Decision entry = Ask(IntentKind::kEntry, kOther, 10, At(kFirstMonday, 21));

  EXPECT_EQ(entry.pattern.reserved, 1);
  EXPECT_EQ(entry.first_reason(), Reason::kNoExitBudget);
}

TEST_F(EveningTest, AnEntryThatSellsWhatWasBoughtByDayIsADayTrade) {
  Trade(kOne, 10, At(kFirstMonday, 10));
  const Decision entry = Ask(IntentKind::kEntry, kOne, -10, At(kFirstMonday, 21));

  EXPECT_EQ(entry.pattern.delta, 1);
  EXPECT_EQ(entry.pattern.own_exit, 1);
}

// The exit may come in the evening, and then what was done by day and on a night before counts too.
TEST_F(EveningTest, ADaysEntryLeavesRoomForAnExitInTheEvening) {
  Trade(kOne, 10, At(kFriday, 10));
  Trade(kOne, -10, At(kFriday, 21));
  ASSERT_EQ(trades_->Count(At(kFirstMonday, 10)), 0);
  const Decision entry = Ask(IntentKind::kEntry, kOne, 10, At(kFirstMonday, 10));

  EXPECT_EQ(entry.pattern.own_exit, 2);
  EXPECT_EQ(entry.first_reason(), Reason::kNoExitBudget);

  // An exit by day makes one.
  Trade(kOne, 10, At(kFirstMonday, 10));
  const Decision exit = Ask(IntentKind::kExitDiscretionary, kOne, -10, At(kFirstMonday, 11));
  EXPECT_EQ(exit.pattern.delta, 1);
  EXPECT_EQ(exit.verdict, Verdict::kAllow);
}

TEST_F(EveningTest, BeforeTheExchangesTradeAtNightTheEveningIsTheNextDay) {
  Trade(kOne, 10, At(kThursday, 10));
  const base::UnixNanos evening = At(kThursday, 21);

  EXPECT_EQ(Ask(IntentKind::kExitDiscretionary, kOne, -10, evening).pattern.delta, 0);
  const Decision entry = Ask(IntentKind::kEntry, kOther, 10, evening);
  EXPECT_EQ(entry.pattern.reserved, 0);
  EXPECT_EQ(entry.verdict, Verdict::kAllow);
}

TEST(RegimeTest, AutoIsTheStrictestWhileTheBrokerHasNotAnswered) {
  Policy policy;
  EXPECT_EQ(EffectiveRegime(policy, kMonday), Regime::kBoth);

  policy.broker_state = BrokerState::kMigrated;
  EXPECT_EQ(EffectiveRegime(policy, kMonday), Regime::kBoth);
  policy.confirmed_on = kMonday - std::chrono::days{30};
  EXPECT_EQ(EffectiveRegime(policy, kMonday), Regime::kIntradayMargin);
  policy.confirmed_on = kMonday - std::chrono::days{31};
  EXPECT_EQ(EffectiveRegime(policy, kMonday), Regime::kBoth);
  policy.confirmed_on = kMonday + std::chrono::days{1};
  EXPECT_EQ(EffectiveRegime(policy, kMonday), Regime::kBoth);
}

TEST(RegimeTest, AutoFollowsABrokerThatStillCounts) {
  Policy policy;
  policy.broker_state = BrokerState::kLegacy;
  policy.confirmed_on = kMonday;
  EXPECT_EQ(EffectiveRegime(policy, kMonday), Regime::kBoth);
  policy.also_check_margin = false;
  EXPECT_EQ(EffectiveRegime(policy, kMonday), Regime::kPdt);
  policy.account = AccountType::kCash;
  EXPECT_EQ(EffectiveRegime(policy, kMonday), Regime::kCash);
}

TEST(RegimeTest, TheOldCountIsAHouseRuleAfterThePhaseIn) {
  Policy policy;
  policy.broker_state = BrokerState::kLegacy;
  EXPECT_FALSE(IsLegacyOutdated(policy, policy.rules.phase_in_ends_on));
  EXPECT_TRUE(IsLegacyOutdated(policy, policy.rules.phase_in_ends_on + std::chrono::days{1}));
}

TEST(RegimeTest, NamesAreReadBack) {
  for (const Regime regime :
       {Regime::kAuto, Regime::kPdt, Regime::kIntradayMargin, Regime::kBoth, Regime::kCash}) {
    EXPECT_EQ(RegimeFromName(Name(regime)), regime);
  }
  EXPECT_EQ(RegimeFromName("none"), std::nullopt);
}

TEST(FactsTest, EachNumberHasASourceAndADate) {
  const Policy policy;
  for (const Fact& fact : Facts()) {
    SCOPED_TRACE(fact.name);
    EXPECT_FALSE(fact.source.empty());
    EXPECT_GT(fact.as_of, kMonday - std::chrono::days{365});
    EXPECT_TRUE(fact.value(policy).is_positive());
  }
}

// docs/day-trades.md has the tables for people; they say what the program does.
TEST(FactsTest, ThePageHasEachNumberBrokerAndCode) {
  std::ifstream in(std::string(BULWARK_SOURCE_DIR) + "/docs/day-trades.md");
  const std::string page{std::istreambuf_iterator<char>(in), {}};
  ASSERT_FALSE(page.empty());

  for (const Fact& fact : Facts()) {
    const std::string row = "| `" + std::string(fact.name) + "` | " +
                            fact.value(Policy{}).ToString() + " | " + std::string(fact.unit);
    EXPECT_NE(page.find(row), std::string::npos) << row;
    EXPECT_NE(page.find(fact.source), std::string::npos) << fact.source;
  }
  for (const BrokerFact& fact : BrokerFacts()) {
    EXPECT_NE(page.find("| " + std::string(fact.broker) + " |"), std::string::npos) << fact.broker;
    EXPECT_NE(page.find(fact.source), std::string::npos) << fact.source;
  }
  for (std::size_t index = 0; index < kReasons; ++index) {
    const auto name = ReasonName(static_cast<Reason>(index));
    EXPECT_NE(page.find("`" + std::string(name) + "`"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace bulwark::daytrade
