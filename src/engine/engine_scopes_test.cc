// Goal: a scoped stop reaches its own part of the account and no other: entries are denied and
//       those that work are cancelled, exits leave unless the scope only cancels, and an entry
//       waits for the scopes that the last permit names.
// Method: an engine under the test's hand with two instruments.

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "engine/engine_testing.h"
#include "model/action.h"
#include "model/denial.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/scoped_modes.h"
#include "model/stop_mode.h"
#include "model/venue_report.h"
#include "risk/wide_limits.h"

namespace bulwark::engine {
namespace {

using model::DenialCode;
using model::StopMode;
using testing_support::D;

class EngineScopesTest : public testing_support::EngineFixture {
 protected:
  EngineScopesTest() {
    AddInstrument("BTCUSDT");
    AddInstrument("ETHUSDT");
    testing_support::Wanted wanted;
    wanted.limits.entry = risk::WideLimits();
    wanted.books.portfolio.positions[0].quantity = D("1");
    Build(std::move(wanted));
    SetLink(true);
    model::VenueBooks books{.cash = D("100000"), .at = now_};
    books.positions[0] = D("1");
    Give(books);
    Permit();
    Tick("50000");
    out_.Clear();
  }

  void Stop(StopMode account, StopMode bitcoin = StopMode::kActive) {
    model::ScopedModes modes{.version = ++version_, .account = account};
    modes.symbols[0] = bitcoin;
    Give(model::ScopesRead{.modes = modes, .at = now_});
    Give(model::Permit{.is_redis_ok = true, .is_ledger_ok = true, .scopes = version_, .at = now_});
  }
  std::optional<model::Order> Enter() { return Place({.quantity = D("0.1")}); }
  std::optional<model::Order> Leave(model::Origin origin) {
    return Place({.side = model::Side::kSell,
                  .intent = model::Intent::kCloseLong,
                  .origin = origin,
                  .reduce_only = true,
                  .quantity = D("0.1")});
  }
  [[nodiscard]] std::optional<DenialCode> Denied() const {
    const auto all = All<model::OrderDenied>();
    return all.empty() ? std::nullopt : std::optional(all.back().denial.code);
  }

  std::uint64_t version_ = 0;
};

TEST_F(EngineScopesTest, DeniesEntriesAndLetsExitsLeaveWhereOnlyReducingIsAllowed) {
  Stop(StopMode::kActive, StopMode::kReduceOnly);
  EXPECT_FALSE(Enter());
  EXPECT_EQ(Denied(), DenialCode::kReduceOnlyScope);
  const auto exit = Leave(model::Origin::kStrategy);
  ASSERT_TRUE(exit);
  Fill(*exit, "50000", exit->quantity);
  EXPECT_EQ(engine_->run_state(), model::RunState::kRunning) << "others may trade";
  Stop(StopMode::kReduceOnly);
  EXPECT_EQ(engine_->run_state(), model::RunState::kReduceOnly);
  Stop(StopMode::kActive);
  EXPECT_TRUE(Enter());
}

TEST_F(EngineScopesTest, DeniesExitsTooWhereOnlyCancelsAreAllowed) {
  Stop(StopMode::kActive, StopMode::kCancelOnly);
  for (const model::Origin origin :
       {model::Origin::kStrategy, model::Origin::kProtective, model::Origin::kOperator}) {
    out_.Clear();
    Wait(std::chrono::seconds{2});  // Repeats of a refusal are held back for a second.
    EXPECT_FALSE(Leave(origin));
    EXPECT_EQ(Denied(), DenialCode::kCancelOnlyScope);
  }
}

TEST_F(EngineScopesTest, CancelsTheEntriesThatWorkInItsScope) {
  const auto entry = Enter();
  ASSERT_TRUE(entry);
  Give(model::OrderSent{.order_id = entry->id, .at = now_});
  Give(model::OrderAccepted{.order_id = entry->id, .at = now_});
  const auto exit = Leave(model::Origin::kStrategy);
  ASSERT_TRUE(exit);
  Give(model::OrderSent{.order_id = exit->id, .at = now_});
  Give(model::OrderAccepted{.order_id = exit->id, .at = now_});
  out_.Clear();

  Stop(StopMode::kActive, StopMode::kReduceOnly);
  ASSERT_EQ(Count<model::SendCancel>(), 1);
  EXPECT_EQ(All<model::SendCancel>()[0].order_id, entry->id);
  out_.Clear();

  Stop(StopMode::kCancelOnly);
  ASSERT_EQ(Count<model::SendCancel>(), 1);
  EXPECT_EQ(All<model::SendCancel>()[0].order_id, exit->id);
}

TEST_F(EngineScopesTest, HoldsEntriesBackUntilTheScopesOfThePermitAreThere) {
  Give(model::Permit{.is_redis_ok = true, .is_ledger_ok = true, .scopes = 7, .at = now_});
  EXPECT_FALSE(Enter());
  EXPECT_EQ(Denied(), DenialCode::kScopesUnknown);
  const auto exit = Leave(model::Origin::kStrategy);
  ASSERT_TRUE(exit);
  Fill(*exit, "50000", exit->quantity);
  Give(model::ScopesRead{.modes = {.version = 7}, .at = now_});
  EXPECT_TRUE(Enter());
}

}  // namespace
}  // namespace bulwark::engine
