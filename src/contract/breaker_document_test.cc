// Goal: Redis and the channel show the circuit breakers as the documents say, always with a reason.
// Method: the catalogue's own examples, and one view of each breaker.

#include "contract/breaker_document.h"

#include <chrono>
#include <cstddef>
#include <string>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/time.h"
#include "contract/catalogue.h"
#include "contract/key_match.h"
#include "contract/keys.h"
#include "model/action.h"
#include "model/breaker.h"

namespace bulwark::contract {
namespace {

using model::Breaker;
using model::BreakerState;

base::Decimal D(const char* text) {
  return *base::Decimal::Parse(text);
}

TEST(BreakerDocumentTest, WritesTheCataloguesExamples) {
  std::string view;
  EncodeBreakerView(view, Breaker::kVixSpike,
                    {.state = BreakerState::kTripped,
                     .is_blocking = true,
                     .value = D("36.2"),
                     .limit = D("35"),
                     .checked_at = *base::ParseIso("2026-11-21T20:47:17.602899Z")});
  EXPECT_EQ(view, Get(EntryId::kBreakerView).example);
  std::string message;
  EncodeBreakerChange(message, {.which = Breaker::kVixSpike,
                                .value = D("36.2"),
                                .limit = D("35"),
                                .at = *base::ParseIso("2026-11-21T20:38:45.716110Z")});
  EXPECT_EQ(message, Get(EntryId::kRiskCircuitBreaker).example);
}

TEST(BreakerDocumentTest, GivesEveryBreakerAReasonInEveryState) {
  for (std::size_t at = 0; at < model::kBreakers; ++at) {
    const auto which = static_cast<Breaker>(at);
    for (const auto state : {BreakerState::kOk, BreakerState::kTripped, BreakerState::kUnknown}) {
      std::string view;
      EncodeBreakerView(view, which, {.state = state, .limit = D("3")});
      EXPECT_EQ(Get(EntryId::kBreakerView).check(view), std::nullopt) << view;
      EXPECT_EQ(view.find(R"("reason": "")"), std::string::npos) << view;
    }
    EXPECT_EQ(MatchKey(keys::BreakerView(which).view())->entry->id, EntryId::kBreakerView);
  }
}

TEST(BreakerDocumentTest, ShowsNumbersAsTheOriginalDoes) {
  const auto reason = [](Breaker which, const char* value, const char* limit) {
    return BreakerReason(which,
                         {.state = BreakerState::kTripped, .value = D(value), .limit = D(limit)});
  };
  EXPECT_EQ(reason(Breaker::kStaleData, "301.4", "300"), "age of market data 301 s is above 300 s");
  EXPECT_EQ(reason(Breaker::kDrawdown, "12.34", "10"), "drawdown 12.3 % is above 10.0 %");
  EXPECT_EQ(reason(Breaker::kDailyLoss, "-3.5", "-3"), "daily P&L -3.5 % is below -3.0 %");
  EXPECT_EQ(reason(Breaker::kReconciliation, "1.5", "1"),
            "drift from the venue 1.50 % is above 1.00 %");
  EXPECT_EQ(reason(Breaker::kDrawdown, "2", "10"), "drawdown 2.0 % after a trip, limit 10.0 %");
  EXPECT_EQ(BreakerReason(Breaker::kVixSpike, {.limit = D("35")}), "VIX: unknown, limit 35.0");
  EXPECT_EQ(BreakerReason(Breaker::kVixSpike, {.is_off = true}), "VIX: off");
}

TEST(BreakerDocumentTest, TellsTheHeartbeatFromABreaker) {
  EXPECT_EQ(MatchKey("risk:circuit_breaker:heartbeat")->entry->id, EntryId::kOperatorHeartbeat);
  EXPECT_EQ(MatchKey("circuit_breaker:heartbeat")->entry->id, EntryId::kLegacyHeartbeat);
}

TEST(BreakerDocumentTest, ReadsAVixAndRefusesNonsense) {
  const auto reading = DecodeVixReading(Get(EntryId::kVixInput).example);
  ASSERT_TRUE(reading.has_value());
  EXPECT_EQ(reading->level, D("18.2"));
  for (const char* text : {"", "18.2", "{}", R"({"level": -1, "at": "2026-11-21T20:47:17Z"})",
                           R"({"level": "x", "at": "2026-11-21T20:47:17Z"})"}) {
    EXPECT_FALSE(DecodeVixReading(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace bulwark::contract
