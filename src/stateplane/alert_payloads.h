// Alerts and denials of the engine as the documents that people and dashboards read.
//
// Threads: any; pure. Allocates its answer.
// Source:  contract sections 1.2.3, 1.6 (risk:alert), 3.7

#pragma once

#include <string>
#include <string_view>

#include "model/action.h"

namespace bulwark::stateplane {

// The document for ALERTS:*. `symbol` is empty when the alert is about the whole account.
std::string AlertText(const model::AlertRaised& alert, std::string_view symbol);
// The same as a message of risk:alert.
std::string AlertPayload(const model::AlertRaised& alert, std::string_view symbol);
// A denied order as a message of risk:alert: code, measured value, limit.
std::string DenialPayload(const model::OrderDenied& denied, std::string_view symbol);

}  // namespace bulwark::stateplane
