// What a person is told about the account: what happened while nobody listened, what differs, and
// what would put it right.
//
// Shape:   the newest report is the whole truth; it lists every difference that waits for a person.
//          An item without a proposal can only be put right at the venue; an order placed by hand
//          can be adopted.
// Threads: values. Describe() allocates.
// Source:  docs/reconciliation.md#the-report

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "model/adjustment.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/order.h"
#include "reconcile/difference.h"

namespace bulwark::reconcile {

enum class Trigger : std::uint8_t { kStart, kWatch };

struct EndedOrder {
  model::OrderId order_id;
  std::string what;  // "cancelled", "never reached the venue".
};

enum class ProposalKind : std::uint8_t {
  kNone,
  kAdjust,  // Book the difference of a balance.
  kGiveUp,  // End the order in our books.
};

struct Proposal {
  ProposalKind kind = ProposalKind::kNone;
  base::Decimal quantity;              // Of a position, signed.
  std::optional<base::Decimal> price;  // What an added quantity is taken to have cost.
  base::Decimal cash;                  // Signed.

  bool operator==(const Proposal&) const = default;
};

struct Item {
  std::uint64_t id = 0;  // Given by the ledger; 0 before.
  Difference difference;
  std::string why;
  Proposal proposal;
};

struct Report {
  std::uint64_t id = 0;  // Given by the ledger; 0 before.
  Trigger trigger = Trigger::kWatch;
  std::uint64_t epoch = 0;
  base::UnixNanos at;
  std::optional<base::UnixNanos> away_since;  // When the run before wrote last; by the ledger.
  std::vector<model::Fill> fills;             // Booked since the last run, oldest first.
  std::vector<EndedOrder> ended;
  std::vector<Item> items;
  // Seen at the venue and not in our books: foreign ones and unjournaled ones, to be remembered.
  std::vector<Difference> orders;
};

// What a person may do about a report's item.
enum class Verb : std::uint8_t {
  kAccept,  // Book what is proposed.
  kAdopt,   // From now on the foreign order is ours.
};

struct Decision {
  std::uint64_t id = 0;
  Verb verb = Verb::kAccept;
  Item item;
  std::string actor;
};

struct DecisionOutcome {
  std::uint64_t decision = 0;
  std::string outcome;      // kDone or why not.
  std::uint64_t epoch = 0;  // Of the run that says so.
};
constexpr std::string_view kDone = "done";

Proposal ProposalFor(const Difference& difference);
// What is booked when the proposal to adjust is accepted; its id is that of the item.
model::Adjustment AdjustmentFor(const Decision& decision, const Difference& difference);
// "reconcile:12"
std::string AdjustmentId(std::uint64_t item);
// "book position BTC/USDT +0.25 at 60000"; empty for none.
std::string Describe(const Proposal& proposal, const Difference& difference);
// An item, and what was decided about it, if anything.
struct ItemLine {
  Item item;
  std::string state;
};

// What happened meanwhile. Several lines, each with its end, as in the two below.
std::string DescribeNews(const Report& report, const model::InstrumentTable& instruments);
// What differs and what can be done about it.
std::string DescribeItems(const std::vector<ItemLine>& lines);
// Both.
std::string Describe(const Report& report, const model::InstrumentTable& instruments);

std::string_view Name(Trigger trigger);
std::string_view Name(ProposalKind kind);
std::string_view Name(Verb verb);
std::optional<Trigger> TriggerFromName(std::string_view name);
std::optional<ProposalKind> ProposalKindFromName(std::string_view name);
std::optional<Verb> VerbFromName(std::string_view name);

}  // namespace bulwark::reconcile
