// Where orders go: the seam between the trader's venue thread and one account at one venue.
//
// Shape:   one session at a time, named by the epoch of the run. A venue that is told a newer epoch
//          never again listens to an older one (fencing). Orders are named by our order id at the
//          venue too.
// Errors:  Connect() and the blocking questions answer kUnavailable (no answer in time, link lost),
//          kConflict (a newer run holds the account) or kCorrupt (the venue's words make no sense;
//          the link is closed). Send() and Cancel() do not fail: they say what is certain.
// Threads: one thread owns a Venue and makes every call. Connect(), Snapshot(), FillsSince() and
//          QueryOrder() block up to the adapter's timeout; the others do not, Ask() included when
//          the adapter has its own.
// Owner:   the report sink is borrowed for the call.
// Source:  contract section 2.8

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <variant>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "model/action.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"

namespace bulwark::venue {

// What is known about an order or a cancel when the call returns.
enum class SendOutcome : std::uint8_t {
  kNotSent,     // Certain: no byte of it left and none will. The caller may say OrderNotSent.
  kMayHaveLeft  // Handed over. Reports will tell, also after a lost link; never send it again.
};

enum class VenueOrderStatus : std::uint8_t {
  kUnknown,  // The venue never processed this id, and what older sessions sent will never be.
  kWorking,
  kFilled,
  kCancelled,
  kRejected,
  kExpired,
};

struct VenueOrder {
  model::OrderId id;
  VenueOrderStatus status = VenueOrderStatus::kUnknown;
  model::VenueOrderId venue_order_id;  // Empty when unknown.
  base::Decimal cumulative_filled;
  model::Reason reason;  // Why it ended, else empty.
};

struct WorkingOrder {
  model::OrderId id;
  model::VenueOrderId venue_order_id;
  model::Symbol venue_symbol;
  model::Side side = model::Side::kBuy;
  base::Decimal quantity;
  base::Decimal cumulative_filled;
  std::optional<base::Decimal> limit_price;
};

// By the venue's symbol, because the venue may hold what our table does not name.
struct HeldPosition {
  model::Symbol venue_symbol;
  std::optional<model::InstrumentId> instrument;
  base::Decimal quantity;
};

// The account as the venue keeps it, at one moment.
struct AccountSnapshot {
  base::Decimal cash;          // All of it, what working orders tie up included.
  base::Decimal opening_cash;  // Before the first fill.
  std::vector<HeldPosition> positions;
  std::vector<WorkingOrder> orders;
  std::uint64_t last_fill_sequence = 0;  // 0: no fill yet.
  std::uint64_t orders_seen = 0;         // Distinct client ids, refused ones included.
  std::uint64_t duplicates = 0;          // Ids that were submitted again.
};

// Questions that do not block their asker, and what is found out by them.
struct AskAccount {};
struct AskFills {
  std::uint64_t since = 0;
};
struct AskOrder {
  model::OrderId id;
};
using Inquiry = std::variant<AskAccount, AskFills, AskOrder>;

struct FillsFound {
  std::vector<model::Fill> fills;  // Oldest first.
};
// The link went or time ran out: nothing is known.
struct NoAnswer {};
using Finding = std::variant<NoAnswer, AccountSnapshot, FillsFound, VenueOrder>;

using ReportSink = std::function<void(const model::VenueReport&)>;

class Venue {
 public:
  Venue() = default;
  virtual ~Venue() = default;
  Venue(const Venue&) = delete;
  Venue& operator=(const Venue&) = delete;
  Venue(Venue&&) = delete;
  Venue& operator=(Venue&&) = delete;

  // Opens the first session of a run. Later losses are repaired by Poll(), with back-off: it asks
  // for the fills since the last one seen and for the state of every order in flight, reports what
  // it learns, and then says VenueLink{is_up = true}. Requires: called once.
  virtual base::Result<void> Connect(std::uint64_t epoch) = 0;

  // Requires: no order with this id was sent before, by this or an earlier run.
  [[nodiscard]] virtual SendOutcome Send(const model::Order& order) = 0;
  // Asks for the end of a working order. An order in flight keeps the wish: it is repeated after a
  // lost link until the order has ended, even when this answers kNotSent.
  [[nodiscard]] virtual SendOutcome Cancel(const model::SendCancel& cancel) = 0;
  // Shows a market trade to a venue that needs it (paper); others ignore it. Buffered until Poll()
  // or Send(); while the venue does not keep up, ticks are dropped and counted.
  virtual void PublishTick(const model::Tick& tick) = 0;
  // Moves bytes, then gives `sink` what arrived. Answers how many reports that was.
  virtual int Poll(const ReportSink& sink) = 0;

  // Questions for start-up and verification. Reports that arrive meanwhile wait for the next
  // Poll().
  virtual base::Result<AccountSnapshot> Snapshot() = 0;
  // Every fill of the account after `sequence`, oldest first. Fill::booked_at is empty.
  virtual base::Result<std::vector<model::Fill>> FillsSince(std::uint64_t sequence) = 0;
  // A working order that is asked for counts as in flight from then on.
  virtual base::Result<VenueOrder> QueryOrder(const model::OrderId& id) = 0;

  // Asks without waiting; the answer comes to TakeFinding() after a Poll(), once every report that
  // came before it has been given out. One inquiry at a time: false, and nothing is asked, while
  // one is open or the link is down. What the venue said after its answer is held back until the
  // answer is taken. An adapter that does not override the two asks at once, and
  // blocks.
  [[nodiscard]] virtual bool Ask(const Inquiry& inquiry);
  virtual std::optional<Finding> TakeFinding();

  [[nodiscard]] virtual bool is_connected() const = 0;
  [[nodiscard]] virtual std::uint64_t dropped_ticks() const = 0;

 private:
  std::optional<Finding> finding_;  // Of the blocking Ask().
};

}  // namespace bulwark::venue
