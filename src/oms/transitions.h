// The states an order may go through: one table, asked in one place.
//
// Threads: any; pure.
// Source:  contract section 2.3, with PARTIALLY_FILLED -> FAILED and EXPIRED added

#pragma once

#include "model/order.h"

namespace bulwark::oms {

// Tells whether an order may go from one state to the other. Terminal states lead nowhere.
constexpr bool IsAllowed(model::OrderStatus from, model::OrderStatus to) {
  using enum model::OrderStatus;
  switch (from) {
    case kPending:
      return to == kSubmitted || to == kFailed;
    case kSubmitted:
      return to == kPartiallyFilled || to == kFilled || to == kCancelled || to == kFailed ||
             to == kExpired;
    case kPartiallyFilled:
      return to == kPartiallyFilled || to == kFilled || to == kCancelled || to == kFailed ||
             to == kExpired;
    case kFilled:
    case kCancelled:
    case kFailed:
    case kExpired:
      return false;
  }
  return false;
}

}  // namespace bulwark::oms
