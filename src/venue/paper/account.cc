#include "venue/paper/account.h"

#include "base/decimal.h"
#include "base/ensure.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"

namespace bulwark::venue::paper {

void Account::BlockCash(base::Decimal amount) {
  blocked_cash_ += amount;
  ENSURE(!blocked_cash_.is_negative());
}

void Account::BlockPosition(model::InstrumentId id, base::Decimal amount) {
  Row& row = rows_.at(id.index);
  row.blocked += amount;
  ENSURE(!row.blocked.is_negative() && row.blocked <= row.quantity);
}

void Account::Settle(const model::Fill& fill) {
  Row& row = rows_.at(fill.instrument.index);
  if (fill.side == model::Side::kBuy) {
    cash_ -= fill.notional() + fill.fee;
    row.quantity += fill.quantity;
  } else {
    cash_ += fill.notional() - fill.fee;
    row.quantity -= fill.quantity;
  }
  ENSURE(!cash_.is_negative() && !row.quantity.is_negative());
}

}  // namespace bulwark::venue::paper
