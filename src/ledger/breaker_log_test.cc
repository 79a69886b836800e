// Goal: the ledger remembers which breakers had tripped, what a person asked for and when they were
//       last seen, over restarts, on both databases.
// Method: rows written as the trader and as the command line write them, read by another handle.

#include "ledger/breaker_log.h"

#include <chrono>
#include <cstdint>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "ledger/action_text.h"
#include "ledger/ledger.h"
#include "ledger/ledger_backends.h"
#include "ledger/ledger_testing.h"
#include "ledger/symbols.h"
#include "model/action.h"
#include "model/breaker.h"
#include "model/switches.h"

namespace bulwark::ledger {
namespace {

using model::Breaker;
using model::BreakerEvent;
using std::chrono::seconds;
using testing_support::D;
using testing_support::Pairs;

constexpr base::UnixNanos kNoon{seconds{1'700'000'000}};

model::BreakerChanged Tripped(Breaker which, base::UnixNanos at) {
  return {.which = which,
          .event = BreakerEvent::kTripped,
          .value = D("12.5"),
          .limit = D("10"),
          .at = at};
}

class BreakerLogTest : public testing_support::BothBackendsTest {};

TEST_P(BreakerLogTest, KeepsATripUntilItsEndIsWritten) {
  {
    const auto ledger = home_.Open();
    ASSERT_TRUE(ledger->EnsureAccount({.opening_cash = D("1"), .at = kNoon}));
    const std::uint64_t epoch = *ledger->BeginRun({}, Pairs());
    model::BreakerChanged ended = Tripped(Breaker::kLatency, kNoon + seconds{2});
    ended.event = BreakerEvent::kEnded;
    const auto receipt = ledger->Commit(
        epoch, std::vector<model::Action>{Tripped(Breaker::kDrawdown, kNoon + seconds{1}),
                                          Tripped(Breaker::kLatency, kNoon + seconds{1}), ended});
    ASSERT_TRUE(receipt.has_value()) << receipt.error().message;
    EXPECT_EQ(receipt->journaled, 3U);
  }
  const auto books = home_.Open()->Recover(Pairs());
  ASSERT_TRUE(books.has_value()) << books.error().message;
  const auto& latched = books->breakers.latched;
  ASSERT_TRUE(latched.at(model::IndexOf(Breaker::kDrawdown)));
  EXPECT_EQ(latched.at(model::IndexOf(Breaker::kDrawdown))->value, D("12.5"));
  EXPECT_FALSE(latched.at(model::IndexOf(Breaker::kLatency)));
  EXPECT_EQ(books->breakers.operator_seen_at, kNoon);
}

TEST_P(BreakerLogTest, TakesARequestForNoEndUntilItIsAnswered) {
  const auto ledger = home_.Open();
  ASSERT_TRUE(ledger->EnsureAccount({.opening_cash = D("1"), .at = kNoon}));
  const std::uint64_t epoch = *ledger->BeginRun({}, Pairs());
  const auto at = model::IndexOf(Breaker::kDailyLoss);
  ASSERT_TRUE(
      ledger->Commit(epoch, std::vector<model::Action>{Tripped(Breaker::kDailyLoss, kNoon)}));
  const auto person = home_.Open();
  ASSERT_TRUE(person->NoteBreaker({.which = Breaker::kDailyLoss,
                                   .event = BreakerEvent::kReset,
                                   .actor = "human",
                                   .reason = "looked at",
                                   .at = kNoon + seconds{60}}));
  EXPECT_TRUE(ledger->ReadBreakers()->latched.at(at));
  EXPECT_EQ(ledger->ReadBreakers()->reset_asked.at(at), 2U);
  EXPECT_EQ(ledger->ReadBreakers()->operator_seen_at, kNoon + seconds{60});
  model::BreakerChanged refused = Tripped(Breaker::kDailyLoss, kNoon + seconds{61});
  refused.event = BreakerEvent::kRefused;
  ASSERT_TRUE(ledger->Commit(epoch, std::vector<model::Action>{refused}));
  EXPECT_TRUE(ledger->ReadBreakers()->latched.at(at));
  EXPECT_EQ(ledger->ReadBreakers()->reset_asked.at(at), 0U);
}

TEST_P(BreakerLogTest, SeesTheOperatorInHeartbeatsAndStops) {
  const auto ledger = home_.Open();
  ASSERT_TRUE(ledger->EnsureAccount({.opening_cash = D("1"), .at = kNoon}));
  ASSERT_TRUE(ledger->Turn({.is_on = true, .actor = "human", .at = kNoon + seconds{5}}));
  ASSERT_TRUE(ledger->Turn({.is_on = true, .actor = "redis", .at = kNoon + seconds{9}}));
  EXPECT_EQ(ledger->ReadBreakers()->operator_seen_at, kNoon + seconds{5});
  ASSERT_TRUE(ledger->NoteBreaker({.actor = "human", .at = kNoon + seconds{7}}));
  EXPECT_EQ(ledger->ReadBreakers()->operator_seen_at, kNoon + seconds{7});
}

TEST(BreakerTextTest, SurvivesASpill) {
  const SymbolMap symbols({}, Pairs());
  model::BreakerChanged changed = Tripped(Breaker::kReconciliation, kNoon);
  changed.is_by_operator = true;
  const auto back = ActionOfLine(LineOf(changed, symbols), symbols);
  ASSERT_TRUE(back.has_value()) << back.error().message;
  const auto* read = std::get_if<model::BreakerChanged>(&*back);
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(read->which, changed.which);
  EXPECT_EQ(read->event, changed.event);
  EXPECT_EQ(read->value, changed.value);
  EXPECT_EQ(read->limit, changed.limit);
  EXPECT_EQ(read->at, changed.at);
  EXPECT_TRUE(read->is_by_operator);
}

INSTANTIATE_TEST_SUITE_P(Both, BreakerLogTest, testing_support::BothBackends(),
                         testing_support::BackendName);

}  // namespace
}  // namespace bulwark::ledger
