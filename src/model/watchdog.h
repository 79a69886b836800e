// What the watchdog over the account's losses has decided, as others see it.
//
// Units:   factor as a fraction of full size; the measured loss and its limit in percent.
// Threads: a trivially copyable value.
// Source:  docs/risk.md#watchdog

#pragma once

#include <cstdint>
#include <string_view>

#include "base/decimal.h"

namespace bulwark::model {

enum class WatchdogLevel : std::uint8_t { kFull, kReduced, kStopped };

constexpr std::string_view Name(WatchdogLevel level) {
  switch (level) {
    case WatchdogLevel::kFull:
      return "full";
    case WatchdogLevel::kReduced:
      return "reduced";
    case WatchdogLevel::kStopped:
      break;
  }
  return "stopped";
}

struct WatchdogView {
  WatchdogLevel level = WatchdogLevel::kFull;
  base::Decimal factor = base::Decimal::FromInt(1);
  base::Decimal value;  // The loss that was judged last, by the rule that came closest.
  base::Decimal limit;  // Of that rule.
};

}  // namespace bulwark::model
