// The part of the engine that books what the passing of time and companies do: borrowing, splits,
// dividends, the anchors of profit and loss; and the fees of fills in their own currencies.

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/decimal.h"
#include "base/time.h"
#include "engine/engine.h"
#include "engine/equity_anchor.h"
#include "engine/fee_conversion.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/adjustment.h"
#include "model/event.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/venue_report.h"

namespace bulwark::engine {
namespace {

using std::chrono::days;

constexpr base::Nanos kDay{days{1}};

using AdjustmentId = decltype(model::Adjustment::id);

// "borrow:7:1700000000": the instrument's number and the second up to which it is paid.
AdjustmentId BorrowId(model::InstrumentId instrument, base::UnixNanos until) {
  constexpr std::string_view kPrefix = "borrow:";
  std::array<char, 64> text{};
  char* end = std::copy(kPrefix.begin(), kPrefix.end(), text.data());
  end = std::to_chars(end, text.data() + text.size(), instrument.index).ptr;
  *end++ = ':';
  end = std::to_chars(end, text.data() + text.size(), until.time_since_epoch().count()).ptr;
  return AdjustmentId({text.data(), static_cast<std::size_t>(end - text.data())});
}

}  // namespace

void Engine::On(const model::OrderFilled& report, model::ActionBuffer& out) {
  model::OrderFilled booked = report;
  if (!oms_.HasSeen(report.fill.trade_id)) {
    booked.fill = WithFeeConverted(report.fill, out);
    PayBorrowing(booked.fill.instrument, booked.fill.price, out);
  }
  oms_.On(booked, now_, out);
  EndLegsOfDust(booked.fill.instrument, out);
  ProtectPosition(instruments_[booked.fill.instrument], out);
  AfterReport(out);
}

void Engine::On(const model::OrderProgress& report, model::ActionBuffer& out) {
  for (const model::Order& order : oms_.open_orders()) {
    if (order.id == report.order_id &&
        report.cumulative_filled > std::max(order.filled_quantity, order.venue_quantity)) {
      PayBorrowing(order.instrument, report.average_price, out);
      break;
    }
  }
  oms_.On(report, now_, out);
  AfterReport(out);
}

void Engine::On(const model::TradeCorrected& report, model::ActionBuffer& out) {
  model::TradeCorrected booked = report;
  booked.fill = WithFeeConverted(report.fill, out);
  oms_.On(booked, now_, out);
  AfterReport(out);
}

// Without a price of its currency the fee is not known: then the fill counts without it.
model::Fill Engine::WithFeeConverted(const model::Fill& fill, model::ActionBuffer& out) {
  const std::optional<model::Fill> converted =
      WithFeeInAccountCurrency(fill, instruments_, state_.marks);
  if (!converted) {
    oms_.SetDoubt();
    Alert(model::AlertLevel::kCritical, "FEE_CURRENCY_UNKNOWN",
          model::Reason::Cut(fill.fee_currency.view()), out);
  }
  return converted.value_or(fill);
}

// Before a short position changes it is paid for up to now: what comes has not stood so long, and
// what goes will not be asked again.
void Engine::PayBorrowing(model::InstrumentId instrument, base::Decimal price,
                          model::ActionBuffer& out) {
  const model::Position& position = oms_.portfolio().at(instrument);
  if (!options_.borrow_bps_per_day.is_positive() || !position.owned().is_negative() ||
      !price.is_positive() || now_ <= position.borrowed_until) {
    return;
  }
  const auto notional = base::CheckedMul(position.owned().Abs(), price, base::Rounding::kHalfEven);
  if (notional) {
    BookBorrowing(instrument, *notional, now_, out);
  }
}

// A base-currency fee may leave less than a lot: no leg can ever close that.
void Engine::EndLegsOfDust(model::InstrumentId instrument, model::ActionBuffer& out) {
  const base::Decimal owned = oms_.portfolio().at(instrument).owned().Abs();
  if (!oms_.has_waiting() || owned >= instruments_[instrument].lot_size) {
    return;
  }
  const auto is_open = [this](const model::OrderId& id) {
    const auto& open = oms_.open_orders();
    return !id.is_nil() && std::any_of(open.begin(), open.end(), [&](const model::Order& order) {
      return order.id == id && !model::IsTerminal(order.status);
    });
  };
  for (const model::Order& order : oms_.open_orders()) {
    if (order.is_waiting && order.reduce_only && order.instrument == instrument &&
        !model::IsTerminal(order.status) && !is_open(order.parent_id) && !is_open(order.replaces)) {
      oms_.RequestCancel(order.id, now_, out);
    }
  }
}

// Whole days that a short position has stood are paid for at its mark, day by day.
void Engine::AccrueBorrowing(model::ActionBuffer& out) {
  if (!options_.borrow_bps_per_day.is_positive()) {
    return;
  }
  for (const model::Instrument& instrument : instruments_.rows()) {
    const model::Position& position = oms_.portfolio().at(instrument.id);
    const std::optional<base::Decimal>& price = state_.marks[instrument.id.index].price;
    if (!position.owned().is_negative() || !price || now_ - position.borrowed_until < kDay) {
      continue;
    }
    const auto whole = (now_ - position.borrowed_until) / kDay;
    const auto notional =
        base::CheckedMul(position.owned().Abs(), *price, base::Rounding::kHalfEven);
    if (notional) {
      BookBorrowing(instrument.id, *notional, position.borrowed_until + whole * kDay, out);
    }
  }
}

// notional x bps / 10,000 x elapsed days, to the nearest step.
void Engine::BookBorrowing(model::InstrumentId instrument, base::Decimal notional,
                           base::UnixNanos until, model::ActionBuffer& out) {
  const base::Nanos span = until - oms_.portfolio().at(instrument).borrowed_until;
  const auto per_day =
      base::CheckedMulDiv(notional, options_.borrow_bps_per_day, base::Decimal::FromInt(10'000),
                          base::Rounding::kHalfEven);
  const auto fee =
      per_day ? base::CheckedMulDiv(*per_day, base::Decimal::FromRaw(span.count()),
                                    base::Decimal::FromRaw(kDay.count()), base::Rounding::kHalfEven)
              : std::nullopt;
  if (!fee || fee->is_negative()) {
    return;
  }
  oms_.Book({.id = BorrowId(instrument, until),
             .kind = model::AdjustmentKind::kBorrowFee,
             .instrument = instrument,
             .cash = -*fee,
             .fees = *fee,
             .at = until},
            now_, out);
}

void Engine::CancelAllOf(model::InstrumentId instrument, model::ActionBuffer& out) {
  for (const model::Order& order : oms_.open_orders()) {
    if (order.instrument == instrument && !order.is_cancel_requested &&
        !model::IsTerminal(order.status)) {
      oms_.RequestCancel(order.id, now_, out);
    }
  }
}

void Engine::On(const model::CorporateAction& action, model::ActionBuffer& out) {
  now_ = std::max(now_, action.at);
  if (oms_.HasBooked(AdjustmentId(action.id.view()))) {
    return;
  }
  const base::Decimal owned = oms_.portfolio().at(action.instrument).owned();
  model::Adjustment adjustment{
      .id = AdjustmentId(action.id.view()), .instrument = action.instrument, .at = action.at};
  if (action.kind == model::CorporateAction::Kind::kDividend) {
    const auto cash = base::CheckedMul(owned, action.cash_per_share, base::Rounding::kHalfEven);
    adjustment.kind = model::AdjustmentKind::kDividend;
    adjustment.cash = cash.value_or(base::Decimal());
    if (!cash) {
      Alert(model::AlertLevel::kCritical, "CORPORATE_ACTION_REFUSED",
            model::Reason::Cut(action.id.view()), out);
      return;
    }
  } else {
    if (action.new_shares == 0 || action.old_shares == 0) {
      Alert(model::AlertLevel::kCritical, "CORPORATE_ACTION_REFUSED",
            model::Reason::Cut(action.id.view()), out);
      return;
    }
    adjustment.kind = model::AdjustmentKind::kSplit;
    adjustment.new_shares = action.new_shares;
    adjustment.old_shares = action.old_shares;
    ScaleMark(action);
    CancelAllOf(action.instrument, out);  // Their prices and quantities mean other things now.
  }
  oms_.Book(adjustment, now_, out);
}

// The last price is of the old shares. Equity must not jump until the next one comes.
void Engine::ScaleMark(const model::CorporateAction& split) {
  std::optional<base::Decimal>& price = state_.marks[split.instrument.index].price;
  const auto scaled = price ? base::CheckedMulDiv(*price, base::Decimal::FromInt(split.old_shares),
                                                  base::Decimal::FromInt(split.new_shares),
                                                  base::Rounding::kHalfEven)
                            : std::nullopt;
  price = scaled && scaled->is_positive() ? scaled : std::nullopt;
}

void Engine::ObserveEquity(model::ActionBuffer& out) {
  const std::optional<base::Decimal> equity = Equity();
  KeepSession(out);
  if (!equity) {
    board_.SeeEquity(std::nullopt, std::nullopt, now_);
    return;
  }
  for (EquityAnchor* anchor : {&anchor_, &week_anchor_, &inception_anchor_}) {
    if (const auto set = anchor->Observe(now_, *equity)) {
      out.Add(*set);
    }
  }
  board_.SeeEquity(equity, anchor_.PnlFraction(*equity), now_);
  WatchLosses(*equity, out);
  WatchSession(*equity, out);
}

}  // namespace bulwark::engine
