// One thing that our books and the venue say differently, with both values.
//
// Shape:   kind, order and symbol name it: the same name in two comparisons is the same difference,
//          its values may have moved. Members that a kind does not need are empty.
// Threads: values. Describe() allocates.
// Source:  docs/reconciliation.md#differences

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"

namespace bulwark::reconcile {

enum class Kind : std::uint8_t {
  kMissingFills,      // The venue knows fills that we have not booked.
  kLostFills,         // We booked fills that the venue does not know.
  kOrderNotWorking,   // Open in our books, not working at the venue: never arrived, or ended.
  kQuantityDrift,     // The same fills are booked, but an order's filled quantity differs.
  kOtherMeaning,      // One id, but another instrument, side or quantity.
  kDoubledOrder,      // One client id, several working orders.
  kUnjournaledOrder,  // Its id is one of ours, but no open order of ours has it.
  kForeignOrder,      // Works at the venue, and nobody here made it.
  kPositionDrift,
  kCashDrift,
};
constexpr int kKinds = 10;

struct Difference {
  Kind kind = Kind::kCashDrift;
  model::OrderId order_id;
  model::VenueOrderId venue_order_id;
  std::optional<model::InstrumentId> instrument;  // Empty also for one that only the venue knows.
  model::Symbol symbol;                           // As we call it, else as the venue does.
  model::Side side = model::Side::kBuy;           // Of an order.
  base::Decimal ours;                             // Cash, owned quantity or filled quantity.
  base::Decimal venue;  // The same at the venue; the ordered quantity of an order only it knows.
  std::optional<base::Decimal> price;  // The last mark of a position, the limit of an order.
  std::uint64_t our_sequence = 0;      // Of fills, for the two kinds about them.
  std::uint64_t venue_sequence = 0;
  base::Decimal filled;           // Of an order that only the venue knows. Reports do not keep it.
  bool was_acknowledged = false;  // The venue has once answered for this order.

  [[nodiscard]] base::Decimal delta() const { return venue - ours; }
  bool operator==(const Difference&) const = default;
};

// "MISSING_FILLS", ...: the word in logs, reports and the ledger.
std::string_view Name(Kind kind);
std::optional<Kind> KindFromName(std::string_view name);

bool IsSameThing(const Difference& a, const Difference& b);
// An order that somebody placed by hand concerns nobody's books until it fills.
bool IsBlocking(Kind kind);
bool IsAboutOurOrder(Kind kind);

// One line for people: "position BTC/USDT: ours 0.5, venue 1 (+0.5)".
std::string Describe(const Difference& difference);

}  // namespace bulwark::reconcile
