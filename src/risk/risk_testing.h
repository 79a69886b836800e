// What the tests of the gate start from: an order that breaks no rule, and a world in which nothing
// is wrong.
//
// Threads: the test's.

#pragma once

#include <chrono>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "model/instrument.h"
#include "model/order.h"
#include "risk/guard_input.h"

namespace bulwark::risk::testing_support {

constexpr base::UnixNanos kNow{std::chrono::seconds{1'700'000'000}};

inline base::Decimal D(const char* text) {
  return *base::Decimal::Parse(text);
}

class GoodWorld : public testing::Test {
 protected:
  GoodWorld() : instrument_(*model::DefaultInstrument("BTCUSDT")) {
    state_.is_halted = false;
    state_.is_killed = false;
    state_.is_redis_ok = true;
    state_.is_ledger_ok = true;
    state_.is_venue_up = true;
    state_.is_feed_up = true;
    state_.are_books_reconciled = true;
    state_.permit_at = kNow;
    state_.marks[0] = {.price = D("50000"), .received_at = kNow};
    books_.free_cash = D("100000");
    books_.equity = D("100000");
    books_.gross_exposure = D("0");
    books_.sector_exposure = D("0");
    order_.quantity = D("0.1");
  }

  [[nodiscard]] GuardInput Input() const {
    return {
        .order = order_, .instrument = instrument_, .state = state_, .books = books_, .now = kNow};
  }

  model::Instrument instrument_;
  GateState state_;
  BookFigures books_;
  model::NewOrder order_;
};

}  // namespace bulwark::risk::testing_support
