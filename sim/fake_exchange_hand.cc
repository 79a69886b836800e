// What somebody does to the account at the venue, behind the trader's back.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

#include "base/decimal.h"
#include "base/time.h"
#include "base/uuid.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "sim/fake_exchange.h"

namespace bulwark::sim {
namespace {

using base::Decimal;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint32_t kHandIds = 98;

Decimal Percent(Decimal amount, std::uint64_t percent) {
  return base::MulDiv(amount, Decimal::FromInt(static_cast<std::int64_t>(percent)),
                      Decimal::FromInt(100), base::Rounding::kFloor);
}

}  // namespace

void Exchange::MoveByHand() {
  const model::Instrument& instrument =
      instruments_.rows()[random_.Below(instruments_.rows().size())];
  Decimal& held = positions_.at(instrument.id.index);
  const bool comes = random_.Below(2) == 0;
  if (random_.Below(2) == 0) {
    const Decimal amount = Percent(cash_, 1 + random_.Below(20));
    cash_ += comes ? amount : -amount;
    context_.trace.Note("cash-moved", 0, [&] { return cash_.ToString(); });
    return;
  }
  const Decimal lots = base::Mul(
      instrument.lot_size, Decimal::FromInt(1 + static_cast<std::int64_t>(random_.Below(500))),
      base::Rounding::kFloor);
  held += comes ? lots : -std::min(held, lots);
  context_.trace.Note("position-moved", instrument.id.index, [&] { return held.ToString(); });
}

void Exchange::PlaceByHand() {
  const model::Instrument& instrument =
      instruments_.rows()[random_.Below(instruments_.rows().size())];
  const Decimal price = prices_.at(instrument.id.index);
  const bool is_buy = random_.Below(3) > 0;
  const Decimal held = positions_.at(instrument.id.index);
  const Decimal wanted = base::Mul(
      instrument.lot_size, Decimal::FromInt(1 + static_cast<std::int64_t>(random_.Below(500))),
      base::Rounding::kFloor);
  const Decimal quantity = is_buy ? wanted : std::min(held, wanted);
  if (!price.is_positive() || !quantity.is_positive() ||
      base::Mul(quantity, price, base::Rounding::kCeiling) > cash_) {
    return;
  }
  const model::Order order{
      .id = base::Uuid::Derive(kHandIds, 1, ++placed_by_hand_),
      .instrument = instrument.id,
      .side = is_buy ? model::Side::kBuy : model::Side::kSell,
      .type = model::OrderType::kLimit,
      .quantity = quantity,
      .limit_price = is_buy ? price - Percent(price, 10) : price + Percent(price, 10)};
  Row& row = rows_.emplace(order.id, Row{.order = order}).first->second;
  row.venue_order_id = model::VenueOrderId("V" + std::to_string(rows_.size()));
  ++working_;
  context_.trace.Note("by-hand", rows_.size(), [&] {
    return order.id.ToString() + (is_buy ? " buy " : " sell ") + quantity.ToString();
  });
  Tell(model::OrderAccepted{
      .order_id = order.id, .venue_order_id = row.venue_order_id, .at = Clock()});
  if (random_.Below(3) > 0) {
    Push(random_.Between(milliseconds{1}, seconds{6}), Kind::kFill, order.id,
         random_.Below(2) == 0 ? quantity : instrument.lot_size);
  }
  Push(random_.Between(milliseconds{500}, seconds{8}), Kind::kWithdraw, order.id);
}

}  // namespace bulwark::sim
