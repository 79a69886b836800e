// ALERTS:LAST and ALERTS:EVENT:<epoch_ms>, a message that a person should read.
//
// Shape:   spaced JSON object: timestamp, level, event, message, then the details of the event
//          flattened into the top level. A detail keeps its JSON type from event to event, so
//          tables stay tables.
// Units:   times with +00:00.
// Errors:  a detail named like one of the four fields stops the process. Decoding is kCorrupt.
// Threads: any. Encoding allocates only when `out` has to grow.
// Source:  contract sections 1.2.3, 3.7

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "model/action.h"

namespace bulwark::contract {

struct AlertDetail {
  std::string_view name;
  std::variant<std::string_view, base::Decimal, std::int64_t, bool> value;
};

struct Alert {
  base::UnixNanos at;
  model::AlertLevel level = model::AlertLevel::kWarning;
  std::string_view event;    // "SYSTEM_HALT"
  std::string_view message;  // Empty: the fixed text of the event, see AlertMessage().
  std::span<const AlertDetail> details;
};

void EncodeAlert(std::string& out, const Alert& alert);

// An alert read back; details in the order of the document, each as its JSON text.
struct AlertDocument {
  base::UnixNanos at;
  std::string level;
  std::string event;
  std::string message;
  std::vector<std::pair<std::string, std::string>> details;
};

base::Result<AlertDocument> DecodeAlert(std::string_view text);

// The sentence that people read for an event; an event without one is its own sentence.
std::string_view AlertMessage(std::string_view event);

}  // namespace bulwark::contract
