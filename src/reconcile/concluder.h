// Turns differences into questions, and answers into conclusions or into a person's decision.
//
//   kSettling --settle--> kAsking --proof--> kConcluded --still there after settle--> kRaised
//        |                   | age_max, contradiction                                   ^
//        +-------------------+----------------------------------------------------------+
//   any state --no longer found--> forgotten (Clear when it was raised)
//
// Shape:   one case per difference, kept while comparisons go on finding it. Nothing is concluded
//          without an answer that proves it (judge.h); each case is concluded or raised within
//          age_max, or vanishes by itself. Balances are never concluded, only raised, and only
//          after they differed by the same amount twice.
// Units:   times are the caller's, and never go back.
// Errors:  none. More than cases_max differences at once: the rest waits for the next comparison.
// Threads: one. No clock, I/O or randomness; allocates when a case is new.
// Source:  docs/reconciliation.md#how-a-difference-is-concluded

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "base/time.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "reconcile/difference.h"
#include "reconcile/judge.h"

namespace bulwark::reconcile {

struct ConcluderLimits {
  base::Nanos settle{std::chrono::seconds{2}};     // Most differences are news on their way.
  base::Nanos ask_again{std::chrono::seconds{1}};  // Doubles with each question of a case.
  base::Nanos age_max{std::chrono::seconds{60}};   // Then a person must look.
  std::uint32_t asks_per_minute = 60;              // Of all cases together. At least 1.
  std::size_t cases_max = 1'000;
};

// Give the answer to OnAnswer(), or say OnNoAnswer().
struct AskOrder {
  model::OrderId order_id;
};
// Bring all fills after the newest booked one to the books; nothing needs to be answered.
struct AskFills {};
// An order with one of our ids that our books do not have: end it.
struct CancelAtVenue {
  Difference difference;
};
// What the books are to be told.
struct Conclude {
  Difference difference;
  model::VenueReport report;
};
// Cannot be concluded: show it to a person.
struct Raise {
  Difference difference;
  model::Reason why;
};
// A raised one is gone, or has become another one, which is raised anew.
struct Clear {
  Difference difference;
};
using Step = std::variant<AskOrder, AskFills, CancelAtVenue, Conclude, Raise, Clear>;
using Steps = std::vector<Step>;

struct RaisedCase {
  Difference difference;
  model::Reason why;
  bool is_current = true;  // The last comparison could judge it, and found it.
};

// What else is known of a comparison.
struct Look {
  // Nothing of ours can be on its way, as before the first order of a run: nothing has to settle.
  bool is_quiet = false;
  // Both sides had seen the same fills; otherwise quantities and balances were not compared.
  bool are_fills_equal = true;
};

class Concluder {
 public:
  // Requires: asks_per_minute and cases_max are positive.
  explicit Concluder(const ConcluderLimits& limits);

  // A comparison found `found`, all of it that it could judge.
  void Observe(std::span<const Difference> found, const Look& look, base::UnixNanos now,
               Steps& out);
  void OnAnswer(const OrderAnswer& answer, base::UnixNanos now, Steps& out);
  // An error or no answer in time. It proves nothing.
  void OnNoAnswer(const model::OrderId& order_id);
  // Time passes: asks what is due, raises what is too old.
  void OnTime(base::UnixNanos now, Steps& out);

  // Differences that stand in the way of new risk: those that did not settle.
  [[nodiscard]] std::size_t blocking() const;
  [[nodiscard]] std::vector<RaisedCase> raised() const;
  [[nodiscard]] std::size_t size() const { return cases_.size(); }

 private:
  enum class Phase : std::uint8_t { kSettling, kAsking, kConcluded, kRaised };
  struct Case {
    Difference difference;
    Phase phase = Phase::kSettling;
    base::UnixNanos first_seen;
    base::UnixNanos settled_at;
    base::UnixNanos concluded_at;
    base::UnixNanos ask_at;
    std::uint32_t asks = 0;
    std::uint32_t same_values = 1;  // Comparisons in a row with these values.
    bool is_waiting = false;        // For an answer.
    bool is_found = false;          // By the comparison at hand.
    model::Reason why;
  };

  Case* Find(const Difference& difference);
  Case* FindAsked(const model::OrderId& order_id);
  void See(Case& seen, const Difference& difference, base::UnixNanos now, Steps& out);
  void Forget(const Look& look, Steps& out);
  void Advance(Case& at, base::UnixNanos now, Steps& out);
  void Ask(Case& at, base::UnixNanos now, Steps& out) const;
  void RaiseCase(Case& at, const model::Reason& why, Steps& out);
  bool TakeAsk(base::UnixNanos now);
  [[nodiscard]] bool IsRaisable(const Case& at) const;

  ConcluderLimits limits_;
  std::vector<Case> cases_;            // In the order of first sight.
  base::UnixNanos budget_used_until_;  // Each question moves it on by its share of a minute.
};

}  // namespace bulwark::reconcile
