// Compares the books with the venue's again and again, asks what differs, and tells the engine what
// the answers prove.
//
//   ask the account --answer--> VenueBooks to the engine --copy of the books--> compare
//        ^                                                                        |
//        +------ after `interval`, or at once when the link came back ------------+
//   between: one question of the concluder at a time
//   what is left for a person: report to the desk; decisions come back from it
//
// Shape:   the engine copies its books right after it processed the VenueBooks of the same token;
//          everything the venue said before its account is booked by then. While the link is down
//          nothing is asked and no time passes for a difference.
// Errors:  none to the outside; an answer that does not come proves nothing.
// Threads: the venue thread. Blocks only with an adapter whose questions block.
// Owner:   all references must outlive it.
// Source:  docs/reconciliation.md

#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/time.h"
#include "base/triple_buffer.h"
#include "model/action.h"
#include "model/event.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "reconcile/books.h"
#include "reconcile/concluder.h"
#include "reconcile/difference.h"
#include "reconcile/report.h"
#include "trader/books_copy.h"
#include "trader/health.h"
#include "trader/queues.h"
#include "venue/venue.h"

namespace bulwark::trader {

struct ReconcilerOptions {
  std::uint64_t epoch = 1;
  base::Nanos interval{std::chrono::seconds{1}};
  std::uint32_t queries_per_minute = 60;
};

struct ReconcilerPeers {
  Queues& queues;
  const Health& health;
  base::TripleBuffer<BooksCopy>& books;
  const base::Clock& clock = base::SystemClock();
};

// What happened at the venue between two runs, as the start booked it.
struct AwayNews {
  std::vector<model::Fill> fills;
  std::vector<reconcile::EndedOrder> ended;
  std::vector<reconcile::Difference> orders;  // Of fills for which the books have no order.
};

class Reconciler {
 public:
  // `instruments` is borrowed.
  Reconciler(venue::Venue& venue, const model::InstrumentTable& instruments,
             const ReconcilerOptions& options, const ReconcilerPeers& peers);

  // For the first report. Requires: called before the first DoWork(), or not at all.
  void Begin(AwayNews news);
  // Everything the venue says passes here too.
  void See(const model::VenueReport& report);
  // Right before an order leaves: what was asked about it before does not count any more.
  void NoteSent(const model::OrderId& id);
  // Whether it was concluded, and told, that the order never left. It must not leave any more.
  [[nodiscard]] bool CountsAsNeverSent(const model::OrderId& id) const;
  // After each Poll() of the venue, so that its words are with the engine before its account is.
  void DoWork();

 private:
  enum class Stage : std::uint8_t { kIdle, kAsked, kWaitingForBooks };
  // A decision that is being carried out.
  struct Pending {
    reconcile::Decision decision;
    base::UnixNanos since;
    bool is_applied = false;
    bool is_over = false;
  };

  void LetTimePass();
  void TakeFinding();
  void Learn(const venue::AccountSnapshot& account);
  void Learn(const venue::FillsFound& found);
  void Learn(const venue::VenueOrder& order);
  void LearnNothing();
  void TakeBooks();
  void Compare(const BooksCopy& books);
  void TellBlocking();
  void AskNext();
  void Run(const reconcile::Steps& steps);
  void Do(const reconcile::AskOrder& ask);
  void Do(const reconcile::AskFills& ask);
  void Do(const reconcile::CancelAtVenue& cancel);
  void Do(const reconcile::Conclude& conclusion);
  void Do(const reconcile::Raise& raise);
  void Do(const reconcile::Clear& clear);
  bool Remember(const reconcile::Difference& order);
  void MarkReportDue();
  void MakeReportIfDue();
  void OfferReport();
  void TakeDecisions();
  void Advance(Pending& pending);
  bool Decide(const reconcile::Decision& decision);
  bool Adopt(const reconcile::Decision& decision, const reconcile::Difference& difference);
  [[nodiscard]] bool WasDone(const reconcile::Decision& decision) const;
  [[nodiscard]] std::optional<reconcile::RaisedCase> FindRaised(
      const reconcile::Difference& difference) const;
  void Finish(const reconcile::Decision& decision, std::string outcome);
  void Notify(model::AlertLevel level, std::string_view event, const model::Reason& reason,
              const model::OrderId& order_id);
  void Push(const model::Event& event);
  [[nodiscard]] base::UnixNanos now() const { return base::UnixNanos{up_for_}; }

  venue::Venue& venue_;
  const model::InstrumentTable& instruments_;
  ReconcilerOptions options_;
  Queues& queues_;
  const Health& health_;
  base::TripleBuffer<BooksCopy>& books_;
  const base::Clock& clock_;

  reconcile::Concluder concluder_;
  reconcile::Steps steps_;
  Stage stage_ = Stage::kIdle;
  std::deque<venue::Inquiry> questions_;   // At most one per case of the concluder.
  std::optional<venue::Inquiry> asked_;    // The one the venue is thinking about.
  bool is_answer_old_ = false;             // The order it asks about left after the question.
  std::deque<model::OrderId> never_sent_;  // The newest of which that was concluded.
  reconcile::VenueAccount account_;        // As last told.
  model::VenueBooks picture_;              // The same, as the engine was told.
  bool has_compared_ = false;              // Since the link came up.
  std::uint64_t token_ = 0;
  std::uint64_t our_sequence_ = 0;
  base::Nanos looked_at_{};  // At the clock.
  base::Nanos up_for_{};     // How long there was a link: the concluder's time.
  base::Nanos compare_at_{};
  base::Nanos give_up_at_{};
  std::set<model::OrderId> noticed_;  // People were told of these, or will be by the report.

  reconcile::Report next_report_{.trigger = reconcile::Trigger::kStart};  // Its news so far.
  bool is_report_due_ = true;
  base::UnixNanos due_since_;
  std::optional<reconcile::Report> offered_;  // Waits for room at the desk.
  std::vector<Pending> pending_;
  std::deque<reconcile::DecisionOutcome> finished_;  // Wait for room at the desk.
};

}  // namespace bulwark::trader
