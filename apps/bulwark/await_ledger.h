// Waits for a ledger whose server comes later than we do; a file is not waited for.
//
// Shape:   AwaitLedger(settings, stop, [&] { return Ledger::Open(...); }) tries every half second
//          while the server cannot be reached, and answers the last attempt's result.
// Errors:  the attempt's own; kUnavailable only without `ledger.url` or once a stop was requested.
// Threads: the caller's, which it blocks.

#pragma once

#include <chrono>
#include <utility>

#include "base/log.h"
#include "base/result.h"
#include "config/settings.h"
#include "stop_signal.h"

namespace bulwark::app {

template <class Attempt>
auto AwaitLedger(const config::Settings& settings, StopSignal& stop, const Attempt& attempt) {
  constexpr std::chrono::milliseconds kTryEvery{500};
  for (bool is_told = false;;) {
    auto result = attempt();
    const bool may_come = !result && !settings.ledger.url.empty() &&
                          result.error().code == base::ErrorCode::kUnavailable;
    if (!may_come) {
      return result;
    }
    if (!std::exchange(is_told, true)) {
      base::LogWarn("ledger_awaited").With("error", result.error());
    }
    if (stop.WaitFor(kTryEvery)) {
      return result;
    }
  }
}

}  // namespace bulwark::app
