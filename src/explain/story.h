// The story of one order or of one decision, collected from the journal and the ledger.
//
// Shape:   the cause comes from a replay up to the event that made the order; the reports from the
//          journals of all runs in which the order lived; the rest is the ledger's. What the
//          journal does not have (any more) is missing, with the reason in words.
// Errors:  corrupt files. A journal that is not there is no error.
// Threads: one. Reads whole journals.
// Source:  docs/explain.md#one-order

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/uuid.h"
#include "ledger/run_history.h"
#include "model/denial.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/signal.h"
#include "risk/gate_trace.h"
#include "risk/guard_input.h"

namespace bulwark::explain {

struct StoryEvent {
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;
  model::Event event;
};

// One question to the gate.
struct Asked {
  model::NewOrder order;
  risk::BookFigures books;
  risk::Mark mark;
  std::vector<risk::TracedCheck> checks;
  std::optional<model::Denial> denial;
  // What the first question was about, when it was refused for its size and asked again smaller.
  std::optional<base::Decimal> first_quantity;
  std::optional<model::Denial> first_denial;
  base::Decimal size_factor = base::Decimal::FromInt(1);  // The watchdog's, of full size.
};

// What happened inside the engine at one event.
struct Cause {
  StoryEvent event;
  model::Symbol symbol;
  std::optional<model::Bar> bar;
  std::vector<model::Signal> signals;
  std::optional<model::Decision> decision;  // None for a liquidation or an operator's order.
  std::optional<Asked> asked;               // None when the decision led to no question.
};

struct Story {
  std::optional<model::OrderId> order_id;  // None for a decision that made no order.
  model::Symbol symbol;
  std::optional<Cause> cause;
  std::vector<StoryEvent> reports;
  ledger::History history;
  std::vector<std::string> missing;
};

// `history` is the ledger's, of this order, with one change at least; `symbol` its instrument's.
base::Result<Story> TellOrder(const std::filesystem::path& journal, const ledger::History& history,
                              model::Symbol symbol);

// Empty when no journal that is left has the decision. When an order came of it, its id is set.
base::Result<std::optional<Story>> TellDecision(const std::filesystem::path& journal,
                                                const base::Uuid& decision);

struct DeniedDecision {
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;
  base::UnixNanos at;
  base::Uuid decision_id;
  model::Symbol symbol;
  model::Denial denial;
};
// The newest `limit` of one run, oldest first.
base::Result<std::vector<DeniedDecision>> ListDenied(const std::filesystem::path& journal,
                                                     std::uint64_t epoch, std::size_t limit);

}  // namespace bulwark::explain
