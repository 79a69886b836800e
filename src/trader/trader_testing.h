// Orders and queue helpers for the tests beside this file.
//
// Threads: the test's.

#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <thread>
#include <vector>

#include "base/decimal.h"
#include "base/queue.h"
#include "base/time.h"
#include "ledger/ledger_testing.h"
#include "model/action.h"
#include "model/order.h"

namespace bulwark::trader::testing_support {

using ledger::testing_support::D;
using ledger::testing_support::MakeOrder;

inline model::Order Entry(std::uint64_t number) {
  return MakeOrder(number, model::Side::kBuy, "2");
}
inline model::Order Exit(std::uint64_t number) {
  model::Order order = MakeOrder(number, model::Side::kSell, "1");
  order.reduce_only = true;
  return order;
}

template <class T>
std::vector<T> TakeAll(base::SpscQueue<T>& queue) {
  std::vector<T> taken;
  T value;
  while (queue.TryPop(value)) {
    taken.push_back(value);
  }
  return taken;
}

// Calls `step` until it answers true; false when that takes too long.
template <class Step>
bool Until(Step&& step) {
  const base::Nanos deadline = base::MonotonicNow() + std::chrono::seconds{20};
  while (!step()) {
    if (base::MonotonicNow() > deadline) {
      return false;
    }
    std::this_thread::yield();
  }
  return true;
}

}  // namespace bulwark::trader::testing_support
