#include "explain/story.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "engine/engine.h"
#include "explain/event_facts.h"
#include "explain/replayer.h"
#include "journal/run_reader.h"
#include "journal/runs.h"
#include "ledger/run_history.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/denial.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/signal.h"
#include "risk/gate.h"
#include "risk/gate_trace.h"
#include "risk/guard_input.h"
#include "trader/run_record.h"

namespace bulwark::explain {
namespace {

using base::Result;

// Later than this after the last change the journal has nothing more to say of an order that ended.
constexpr base::Nanos kAfterwards{std::chrono::seconds{30}};

// Notes what happens inside the engine at one event.
class Notes final : public engine::Observer {
 public:
  struct Decided {
    model::Bar bar;
    model::Decision decision;
  };

  void OnDecision(const model::Bar& bar, const model::Decision& decision) override {
    decided_.push_back({.bar = bar, .decision = decision});
  }
  void OnAsked(const risk::Gate& gate, const risk::GuardInput& input,
               const risk::GateAnswer& answer) override {
    Asked asked{.order = input.order,
                .books = input.books,
                .mark = input.mark(),
                .size_factor = input.state.watchdog.factor};
    if (is_tracing_) {
      asked.checks = risk::TraceOf(gate, input);
    }
    if (const auto* denial = std::get_if<model::Denial>(&answer)) {
      asked.denial = *denial;
    }
    // The same decision asks again only when the first answer was about size.
    const bool is_again = !asked_.empty() && asked_.back().denial &&
                          asked_.back().order.decision_id == asked.order.decision_id &&
                          asked_.back().order.instrument == asked.order.instrument &&
                          asked.order.quantity < asked_.back().order.quantity;
    if (is_again) {
      asked.first_quantity = asked_.back().order.quantity;
      asked.first_denial = asked_.back().denial;
      asked_.pop_back();
    }
    asked_.push_back(std::move(asked));
  }

  void Clear() {
    decided_.clear();
    asked_.clear();
  }
  void SetTracing(bool is_tracing) { is_tracing_ = is_tracing; }
  [[nodiscard]] const std::vector<Decided>& decided() const { return decided_; }
  [[nodiscard]] const std::vector<Asked>& asked() const { return asked_; }

 private:
  std::vector<Decided> decided_;
  std::vector<Asked> asked_;
  bool is_tracing_ = true;
};

const model::Order* FindOrder(const model::ActionBuffer& actions, const model::OrderId& id) {
  for (const model::Action& action : actions) {
    const auto* changed = std::get_if<model::OrderChanged>(&action);
    if (changed != nullptr && changed->order.id == id) {
      return &changed->order;
    }
  }
  return nullptr;
}

Cause CauseAt(const Replayer& replayer, const Notes& notes, const base::Uuid& decision_id,
              model::InstrumentId instrument) {
  Cause cause{.event = {.epoch = replayer.record().start.epoch,
                        .sequence = replayer.event().sequence,
                        .event = replayer.event().event},
              .symbol = replayer.instruments()[instrument].symbol};
  for (const model::Action& action : replayer.actions()) {
    const auto* generated = std::get_if<model::SignalGenerated>(&action);
    if (generated != nullptr && generated->signal.instrument == instrument) {
      cause.signals.push_back(generated->signal);
    }
  }
  for (const Notes::Decided& decided : notes.decided()) {
    if (decided.decision.id == decision_id) {
      cause.bar = decided.bar;
      cause.decision = decided.decision;
    }
  }
  return cause;
}

bool IsFor(const Asked& asked, const model::Order& order) {
  return !asked.denial && asked.order.decision_id == order.decision_id &&
         asked.order.instrument == order.instrument && asked.order.side == order.side &&
         asked.order.quantity == order.quantity;
}

// Plays the next event on until `is_meant` says yes of what it did; false at the end of the run.
template <class IsMeant>
Result<bool> ReplayUntil(Replayer& replayer, Notes& notes, IsMeant is_meant) {
  while (true) {
    notes.Clear();
    auto stepped = replayer.Step();
    if (!stepped || !*stepped || is_meant()) {
      return stepped;
    }
  }
}

// Replays to the event that made the order.
Result<std::optional<Cause>> FindCause(const std::filesystem::path& journal, std::uint64_t epoch,
                                       const model::OrderId& id) {
  Notes notes;
  auto replayer = Replayer::Open(journal, epoch, &notes);
  if (!replayer) {
    return tl::unexpected<base::Error>(replayer.error());
  }
  const model::Order* order = nullptr;
  const auto found = ReplayUntil(**replayer, notes, [&] {
    order = FindOrder((*replayer)->actions(), id);
    return order != nullptr;
  });
  if (!found) {
    return tl::unexpected<base::Error>(found.error());
  }
  if (!*found) {
    return std::optional<Cause>();
  }
  Cause cause = CauseAt(**replayer, notes, order->decision_id, order->instrument);
  const auto asked = std::ranges::find_if(
      notes.asked(), [&](const Asked& question) { return IsFor(question, *order); });
  if (asked != notes.asked().end()) {
    cause.asked = *asked;
  }
  return std::optional(std::move(cause));
}

// All events of a run that speak of the order, also when the run cannot be replayed.
Result<void> ScanReports(const std::filesystem::path& journal, std::uint64_t epoch,
                         const model::OrderId& id, base::UnixNanos until,
                         std::vector<StoryEvent>& reports) {
  auto reader = journal::RunReader::Open(journal, epoch, trader::RecordLayout());
  if (!reader) {
    return tl::unexpected<base::Error>(reader.error());
  }
  reader->SetInstruments(model::kInstrumentsMax);
  while (true) {
    const auto next = reader->Next();
    if (!next) {
      return tl::unexpected<base::Error>(next.error());
    }
    const auto& record = *next;
    if (!record || TimeOf(record->event) > until) {
      return {};
    }
    if (OrderOf(record->event) == id) {
      reports.push_back({.epoch = epoch, .sequence = record->sequence, .event = record->event});
    }
  }
}

void NoteMissing(std::vector<std::string>& missing, std::string text) {
  if (std::ranges::find(missing, text) == missing.end()) {
    missing.push_back(std::move(text));
  }
}

}  // namespace

Result<Story> TellOrder(const std::filesystem::path& journal, const ledger::History& history,
                        model::Symbol symbol) {
  const model::Order& last = history.orders.back().order;
  Story story{.order_id = last.id, .symbol = symbol, .history = history};
  const std::uint64_t first_epoch = history.orders.front().epoch;
  auto cause = FindCause(journal, first_epoch, last.id);
  if (!cause) {
    NoteMissing(story.missing, cause.error().message);
  } else if (!*cause) {
    NoteMissing(story.missing,
                fmt::format("the journal of run {} ends before the order was made", first_epoch));
  } else {
    story.cause = *std::move(cause);
  }
  std::set<std::uint64_t> epochs;
  for (const ledger::HistoricOrder& row : history.orders) {
    epochs.insert(row.epoch);
  }
  for (const ledger::HistoricFill& row : history.fills) {
    epochs.insert(row.epoch);
  }
  const base::UnixNanos until =
      model::IsTerminal(last.status) ? last.updated_at + kAfterwards : base::UnixNanos::max();
  for (const std::uint64_t epoch : epochs) {
    if (const auto scanned = ScanReports(journal, epoch, last.id, until, story.reports); !scanned) {
      NoteMissing(story.missing, scanned.error().message);
    }
  }
  return story;
}

namespace {

Story StoryOf(const Replayer& replayer, const Notes& notes, const model::Decision& decision) {
  Story story{.cause = CauseAt(replayer, notes, decision.id, decision.instrument)};
  story.symbol = story.cause->symbol;
  for (const Asked& asked : notes.asked()) {
    if (asked.order.decision_id == decision.id) {
      story.cause->asked = asked;
    }
  }
  for (const model::Action& action : replayer.actions()) {
    const auto* changed = std::get_if<model::OrderChanged>(&action);
    if (changed != nullptr && changed->order.decision_id == decision.id) {
      story.order_id = changed->order.id;
    }
  }
  return story;
}

Result<std::optional<Story>> TellDecisionOfRun(const std::filesystem::path& journal,
                                               std::uint64_t epoch, const base::Uuid& decision) {
  Notes notes;
  auto replayer = Replayer::Open(journal, epoch, &notes);
  if (!replayer) {
    return tl::unexpected<base::Error>(replayer.error());
  }
  const auto decided = [&] {
    return std::ranges::find_if(notes.decided(),
                                [&](const auto& row) { return row.decision.id == decision; });
  };
  const auto found =
      ReplayUntil(**replayer, notes, [&] { return decided() != notes.decided().end(); });
  if (!found) {
    return tl::unexpected<base::Error>(found.error());
  }
  return *found ? std::optional(StoryOf(**replayer, notes, decided()->decision)) : std::nullopt;
}

}  // namespace

Result<std::optional<Story>> TellDecision(const std::filesystem::path& journal,
                                          const base::Uuid& decision) {
  const auto files = journal::ListSegments(journal);
  if (!files) {
    return tl::unexpected<base::Error>(files.error());
  }
  std::set<std::uint64_t> epochs;
  for (const journal::SegmentFile& file : *files) {
    // One half of the id says of which run it is.
    if (base::Uuid::Derive(model::kDecisionIds, file.epoch, 1).high() == decision.high()) {
      epochs.insert(file.epoch);
    }
  }
  for (const std::uint64_t epoch : epochs) {
    auto story = TellDecisionOfRun(journal, epoch, decision);
    if (!story || *story) {
      return story;
    }
  }
  return std::optional<Story>();
}

namespace {

// The strategy's orders that this event asked for and a guard denied.
void NoteDenied(const Replayer& replayer, const Notes& notes, std::uint64_t epoch,
                std::vector<DeniedDecision>& denied) {
  for (const Asked& asked : notes.asked()) {
    if (asked.denial && !asked.order.decision_id.is_nil()) {
      denied.push_back({.epoch = epoch,
                        .sequence = replayer.event().sequence,
                        .at = TimeOf(replayer.event().event),
                        .decision_id = asked.order.decision_id,
                        .symbol = replayer.instruments()[asked.order.instrument].symbol,
                        .denial = *asked.denial});
    }
  }
}

}  // namespace

Result<std::vector<DeniedDecision>> ListDenied(const std::filesystem::path& journal,
                                               std::uint64_t epoch, std::size_t limit) {
  Notes notes;
  notes.SetTracing(false);
  auto replayer = Replayer::Open(journal, epoch, &notes);
  if (!replayer) {
    return tl::unexpected<base::Error>(replayer.error());
  }
  std::vector<DeniedDecision> denied;
  const auto note = [&] {
    NoteDenied(**replayer, notes, epoch, denied);
    return false;
  };
  if (const auto played = ReplayUntil(**replayer, notes, note); !played) {
    return tl::unexpected<base::Error>(played.error());
  }
  if (denied.size() > limit) {
    denied.erase(denied.begin(), denied.end() - static_cast<std::ptrdiff_t>(limit));
  }
  return denied;
}

}  // namespace bulwark::explain
