#include "reconcile/difference.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "model/names.h"
#include "model/order.h"

namespace bulwark::reconcile {
namespace {

constexpr std::array<std::string_view, kKinds> kNames{
    "MISSING_FILLS", "LOST_FILLS",        "ORDER_NOT_WORKING", "QUANTITY_DRIFT", "OTHER_MEANING",
    "DOUBLED_ORDER", "UNJOURNALED_ORDER", "FOREIGN_ORDER",     "POSITION_DRIFT", "CASH_DRIFT"};

std::string Signed(base::Decimal amount) {
  return (amount.is_negative() ? "" : "+") + amount.ToString();
}

std::string BothValues(const Difference& difference) {
  return "ours " + difference.ours.ToString() + ", venue " + difference.venue.ToString() + " (" +
         Signed(difference.delta()) + ")";
}

std::string OrderAtVenue(const Difference& difference) {
  std::string text = std::string(model::Name(difference.side)) + " " + difference.venue.ToString() +
                     " " + std::string(difference.symbol.view());
  if (difference.price) {
    text += " at " + difference.price->ToString();
  }
  return text + ", venue id " + std::string(difference.venue_order_id.view());
}

std::string OrderName(const Difference& difference) {
  return "order " + difference.order_id.ToString();
}

}  // namespace

std::string_view Name(Kind kind) {
  return kNames.at(static_cast<std::size_t>(kind));
}

std::optional<Kind> KindFromName(std::string_view name) {
  for (std::size_t at = 0; at < kNames.size(); ++at) {
    if (kNames.at(at) == name) {
      return static_cast<Kind>(at);
    }
  }
  return std::nullopt;
}

bool IsSameThing(const Difference& a, const Difference& b) {
  return a.kind == b.kind && a.order_id == b.order_id && a.symbol == b.symbol;
}

bool IsBlocking(Kind kind) {
  return kind != Kind::kForeignOrder;
}

bool IsAboutOurOrder(Kind kind) {
  return kind == Kind::kOrderNotWorking || kind == Kind::kQuantityDrift ||
         kind == Kind::kOtherMeaning || kind == Kind::kDoubledOrder;
}

std::string Describe(const Difference& difference) {
  switch (difference.kind) {
    case Kind::kMissingFills:
      return "fills: booked up to number " + std::to_string(difference.our_sequence) +
             ", the venue has " + std::to_string(difference.venue_sequence);
    case Kind::kLostFills:
      return "fills: booked up to number " + std::to_string(difference.our_sequence) +
             ", the venue only knows " + std::to_string(difference.venue_sequence);
    case Kind::kOrderNotWorking:
      return OrderName(difference) + ": open in our books, not working at the venue";
    case Kind::kQuantityDrift:
      return OrderName(difference) + " filled: " + BothValues(difference);
    case Kind::kOtherMeaning:
      return OrderName(difference) + ": at the venue it is " + OrderAtVenue(difference);
    case Kind::kDoubledOrder:
      return OrderName(difference) + ": works more than once at the venue";
    case Kind::kUnjournaledOrder:
      return OrderName(difference) + ": our id, not in our books: " + OrderAtVenue(difference);
    case Kind::kForeignOrder:
      return "foreign order " + difference.order_id.ToString() + ": " + OrderAtVenue(difference);
    case Kind::kPositionDrift:
      return "position " + std::string(difference.symbol.view()) + ": " + BothValues(difference);
    case Kind::kCashDrift:
      break;
  }
  return "cash: " + BothValues(difference);
}

}  // namespace bulwark::reconcile
