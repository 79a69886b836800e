// Everything the engine asks of the world, in the order it is to be done.
//
// Shape:   OrderChanged, FillBooked, BooksAdjusted, RoundTripClosed, AnchorSet, BreakerChanged
//          and ProposalChanged are journaled: the ledger has them before any later action of the
//          same batch leaves the program. The others are for venue, Redis and people.
// Threads: trivially copyable values.

#pragma once

#include <cstdint>
#include <variant>

#include "base/decimal.h"
#include "base/fixed_string.h"
#include "base/time.h"
#include "model/adjustment.h"
#include "model/autonomy.h"
#include "model/breaker.h"
#include "model/denial.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/proposal.h"
#include "model/signal.h"

namespace bulwark::model {

// The order as it is now; the first one for an id is its intent.
struct OrderChanged {
  Order order;
  bool continues = false;  // Belongs to the change before it: a crash must not part the two.
};

struct FillBooked {
  Fill fill;
  base::Decimal
      realised_pnl;  // Of this fill, net of its fee; zero for an opening fill without fee.
};

// The books changed without a trade.
struct BooksAdjusted {
  Adjustment adjustment;
  base::Decimal realised_pnl;
};

// One record of the trade history: from flat to flat.
struct RoundTripClosed {
  TradeId id;  // Of the trade or adjustment that ended it.
  InstrumentId instrument;
  RoundTrip trip;
  StrategyName strategy;  // Of the entry, else of the exit.
  base::UnixNanos closed_at;
};

// One instrument's position and the account's cash after a change of the books.
struct PortfolioChanged {
  InstrumentId instrument;
  Position position;
  base::Decimal cash;
  base::Decimal blocked_cash;
  base::Decimal realised_pnl;
  base::Decimal fees_paid;
  base::Decimal borrow_fees_paid;
};

// Leaves for the venue once its intent is durable; an entry also waits for Redis to show it.
struct SendOrder {
  Order order;
};

struct SendCancel {
  OrderId order_id;
  InstrumentId instrument;
  bool was_sent =
      false;  // False: the order may still be on its way to the venue, and is held back.
};

enum class AnchorKind : std::uint8_t {
  kDay,        // Of one UTC date.
  kWeek,       // Of the week that begins on the Monday `utc_day`.
  kInception,  // Of the account; set once.
  kPeak,       // The highest equity so far, as of that date.
  kSession,    // The highest equity of the session; zero when none has begun.
  kWatchdog,   // No equity: what of its full size an entry has (model/watchdog.h).
};

// Equity from which the P&L of a day, a week or the whole life is counted.
struct AnchorSet {
  std::int32_t utc_day = 0;  // Days since the Unix epoch, by the wall clock.
  base::Decimal equity;
  AnchorKind kind = AnchorKind::kDay;
};

struct SignalGenerated {
  Signal signal;
};

struct OrderDenied {
  NewOrder order;
  Denial denial;
  base::UnixNanos at;
};

enum class AlertLevel : std::uint8_t { kInfo, kWarning, kError, kCritical };
using AlertName = base::FixedString<40>;

// For people: event is a constant such as "SYSTEM_HALT". order_id may be nil, instrument absent.
struct AlertRaised {
  AlertLevel level = AlertLevel::kWarning;
  AlertName event;
  Reason reason;
  OrderId order_id;
  std::int32_t instrument_index = -1;
  base::UnixNanos at;
};

enum class RunState : std::uint8_t { kStarting, kRunning, kReduceOnly, kKilled, kHalting, kHalted };

struct RunStateChanged {
  RunState state = RunState::kStarting;
  Reason reason;
  base::UnixNanos at;
};

struct FeedStateChanged {
  bool is_up = false;
  Reason reason;
  base::UnixNanos at;
};

// A circuit breaker tripped, ended, or was not reset because its cause lasts.
struct BreakerChanged {
  Breaker which = Breaker::kVixSpike;
  BreakerEvent event = BreakerEvent::kTripped;
  bool is_by_operator = false;
  base::Decimal value;
  base::Decimal limit;
  base::UnixNanos at;
};

// A proposal as it is now; the first one for an id is its making.
struct ProposalChanged {
  Proposal proposal;
};

// The mode of autonomy that is in force; the first one of a run changes nothing.
struct AutonomyChanged {
  AutonomyMode from = AutonomyMode::kPaperOnly;
  AutonomyMode mode = AutonomyMode::kPaperOnly;
  base::UnixNanos since;
};

using Action =
    std::variant<OrderChanged, FillBooked, PortfolioChanged, SendOrder, SendCancel, AnchorSet,
                 SignalGenerated, OrderDenied, AlertRaised, RunStateChanged, FeedStateChanged,
                 BooksAdjusted, RoundTripClosed, BreakerChanged, ProposalChanged, AutonomyChanged>;

}  // namespace bulwark::model
