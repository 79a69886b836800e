// Everything the engine is told. What is not an event does not exist for it.
//
// Shape:   each carries the time it is to be processed at; the engine has no clock of its own.
// Threads: trivially copyable values.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <variant>

#include "base/decimal.h"
#include "base/time.h"
#include "model/action.h"
#include "model/adjustment.h"
#include "model/autonomy.h"
#include "model/breaker.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/proposal.h"
#include "model/scoped_modes.h"
#include "model/venue_report.h"

namespace bulwark::model {

// The feed lost or regained its source.
struct FeedLink {
  bool is_up = false;
  Reason reason;
  base::UnixNanos at;
};

// The stops as the watcher last read them from ledger and Redis, and whether both could be read.
// This is the permit: adding risk needs one that is younger than its lease.
struct Permit {
  bool is_halted = false;
  bool is_killed = false;
  bool is_redis_ok = false;
  bool is_ledger_ok = false;
  Reason reason;             // Of the halt or kill in force, else what could not be read.
  std::uint64_t scopes = 0;  // Version of the scoped stops that were in force; see ScopesRead.
  AutonomyMode autonomy = AutonomyMode::kPaperOnly;
  base::UnixNanos autonomy_since;
  base::UnixNanos at;
};

// A person answered a proposal, and the ledger gave the answer to this one person alone.
struct ProposalDecided {
  OrderId proposal_id;
  Verdict verdict = Verdict::kReject;
  ActorName actor;
  ProposalReason reason;
  base::UnixNanos at;
};

// The scoped stops, all of them, as the watcher last read them. Comes before the permit that names
// its version; with a permit of another version no entry passes.
struct ScopesRead {
  ScopedModes modes;
  base::UnixNanos at;
};

// The account as the venue keeps it, for comparison with our books. It says something about them
// only when both have seen the same fills.
struct VenueBooks {
  base::Decimal cash;  // All of it, what working orders tie up included.
  std::array<base::Decimal, kInstrumentsMax> positions;
  bool has_foreign_position = false;  // Something is held that the instrument table does not name.
  std::uint64_t fill_sequence = 0;    // Of the venue's last fill.
  std::uint64_t token = 0;            // The books copied after this one answer it.
  std::uint32_t unresolved = 0;       // Other differences that stand in the way of new risk.
  bool is_first_look = false;         // Orders were not compared yet: what differs is not known.
  base::UnixNanos at;
};

// Something that people are to know about the venue.
struct Notice {
  AlertLevel level = AlertLevel::kWarning;
  AlertName event;
  Reason reason;
  OrderId order_id;  // Nil when it is about none.
  base::UnixNanos at;
};

// A person accepted it: the books are to follow.
struct AdjustmentAccepted {
  Adjustment adjustment;  // Its time is that of the booking.
  base::UnixNanos at;
};

// A person took an order that somebody placed by hand for ours; it works and has no fills. Intent
// and reservation are left open: they follow from the books.
struct OrderAdopted {
  Order order;
  base::UnixNanos at;
};

// The program is about to end: no entries any more, working orders are cancelled.
struct Shutdown {
  base::UnixNanos at;
};

// A person or program asks for an order. It passes the gate like any other.
struct PlaceOrder {
  NewOrder order;
  base::UnixNanos at;
};

// Ends one order, or all open ones when order_id is nil.
struct CancelOrder {
  OrderId order_id;
  base::UnixNanos at;
};

// Puts another price or quantity in the place of an open order: the old one is cancelled first, and
// what it did not fill by then is sent anew. A value that stays empty stays as it was.
struct ReplaceOrder {
  OrderId order_id;
  std::optional<base::Decimal> quantity;  // Of the whole order, its fills included.
  std::optional<base::Decimal> limit_price;
  std::optional<base::Decimal> stop_price;
  base::UnixNanos at;
};

// What a company does to its shares. Each id is booked once.
struct CorporateAction {
  enum class Kind : std::uint8_t { kSplit, kDividend };

  Kind kind = Kind::kSplit;
  TradeId id;
  InstrumentId instrument;
  std::uint32_t new_shares = 1;  // Split: so many for each `old_shares`.
  std::uint32_t old_shares = 1;
  base::Decimal cash_per_share;  // Dividend; a short position pays it.
  base::UnixNanos at;
};

// The operator gave a sign of life.
struct OperatorSeen {
  base::UnixNanos seen_at;
  base::UnixNanos at;
};

// A person asks for the end of a tripped breaker.
struct BreakerReset {
  Breaker which = Breaker::kVixSpike;
  base::UnixNanos at;
};

// The volatility index as somebody read it.
struct VixRead {
  base::Decimal level;
  base::UnixNanos read_at;
  base::UnixNanos at;
};

// Whether the market that the prices come from is open.
struct MarketSession {
  bool is_open = true;
  base::UnixNanos at;
};

// Time passes; sent at least every 100 ms.
struct Timer {
  base::UnixNanos at;
};

using Event =
    std::variant<Tick, Bar, FeedLink, Permit, VenueBooks, Shutdown, Timer, OrderSent, OrderNotSent,
                 OrderAccepted, OrderFilled, OrderEnded, CancelRejected, VenueLink, OrderUnresolved,
                 OrderProgress, TradeBusted, TradeCorrected, PlaceOrder, CancelOrder, Notice,
                 ReplaceOrder, CorporateAction, AdjustmentAccepted, OrderAdopted, OperatorSeen,
                 BreakerReset, VixRead, MarketSession, ScopesRead, ProposalDecided>;

}  // namespace bulwark::model
