#include "sim/daytrade_stage.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/time.h"
#include "base/uuid.h"
#include "calendar/exchange_calendar.h"
#include "daytrade/account.h"
#include "daytrade/bounded.h"
#include "daytrade/guard.h"
#include "daytrade/margin_check.h"
#include "daytrade/policy.h"
#include "daytrade/trade_log.h"
#include "model/instrument.h"
#include "model/order.h"

namespace bulwark::sim {
namespace {

using base::Decimal;
using daytrade::Minus;
using daytrade::Plus;
using daytrade::Times;

constexpr std::size_t kExecutionsMax = 4096;

}  // namespace

Decimal Line::Number(std::string_view option, Decimal otherwise) const {
  const auto found = options.find(option);
  if (found == options.end()) {
    return otherwise;
  }
  return Decimal::Parse(found->second).value_or(otherwise);
}

DayTradeStage::DayTradeStage() = default;

DayTradeStage::Books::Books(calendar::ExchangeCalendar days, const daytrade::Policy& policy,
                            Decimal cash_at_start)
    : calendar(std::move(days)),
      trades(calendar, policy, kExecutionsMax),
      deficits(calendar, policy),
      cash(calendar, cash_at_start) {}

DayTradeStage::Books& DayTradeStage::books() {
  if (books_) {
    return *books_;
  }
  auto days = calendar::ExchangeCalendar::Create(overrides_);
  ENSURE(days.has_value());
  books_ = std::make_unique<Books>(*std::move(days), policy_, stated_.cash);
  return *books_;
}

daytrade::TradeLog& DayTradeStage::trades() {
  return books().trades;
}
daytrade::DeficitBook& DayTradeStage::deficits() {
  return books().deficits;
}
daytrade::CashBook& DayTradeStage::cash_book() {
  return books().cash;
}
const calendar::ExchangeCalendar& DayTradeStage::calendar() {
  return books().calendar;
}

std::optional<model::InstrumentId> DayTradeStage::Find(std::string_view symbol) {
  if (const auto known = instruments_.Find(symbol)) {
    return known;
  }
  auto instrument = model::DefaultInstrument(symbol);
  if (!instrument) {
    return std::nullopt;
  }
  const auto added = instruments_.Add(*instrument);
  return added ? std::optional(*added) : std::nullopt;
}

daytrade::Holding& DayTradeStage::HoldingOf(model::InstrumentId instrument) {
  const auto found = std::find_if(
      holdings_.begin(), holdings_.end(),
      [&](const daytrade::Holding& holding) { return holding.instrument == instrument; });
  if (found != holdings_.end()) {
    return *found;
  }
  holdings_.push_back(daytrade::Holding{.instrument = instrument, .quantity = {}, .mark = {}});
  return holdings_.back();
}

model::OrderId DayTradeStage::OrderNamed(const std::string& name) {
  const auto [entry, is_new] = orders_.try_emplace(name);
  if (is_new) {
    entry->second = base::Uuid::Derive(model::kOrderIds, 1, orders_.size());
  }
  return entry->second;
}

std::optional<std::string> DayTradeStage::Hold(model::InstrumentId instrument, Decimal quantity,
                                               Decimal mark) {
  if (!HoldingOf(instrument).quantity.is_zero()) {
    return "it is held already";
  }
  daytrade::Holding& holding = HoldingOf(instrument);
  holding.quantity = quantity;
  holding.mark = mark;
  trades().SetOpening(instrument, quantity);
  return std::nullopt;
}

void DayTradeStage::MoveHolding(const daytrade::Execution& execution) {
  daytrade::Holding& holding = HoldingOf(execution.instrument);
  holding.quantity += execution.quantity;
  holding.mark = execution.price.is_zero() ? holding.mark : execution.price;
  stated_.cash = Minus(stated_.cash, Times(execution.quantity, execution.price));
}

void DayTradeStage::NoteRelease(const daytrade::Execution& execution, Decimal overnight) {
  const bool is_sale_of_old = overnight.is_positive() && execution.quantity.is_negative();
  if (!is_sale_of_old) {
    return;
  }
  const Decimal sold = std::min(overnight, -execution.quantity);
  deficits().OnCustomerAction(
      trades().TradeDate(execution.at),
      daytrade::Requirement(policy_, sold, execution.price, HoldingOf(execution.instrument).terms));
}

std::optional<std::string> DayTradeStage::Fill(const daytrade::Execution& execution) {
  const Decimal before = HoldingOf(execution.instrument).quantity;
  const daytrade::InstrumentView view = trades().ViewOf(execution.instrument, execution.at);
  const Decimal overnight = Minus(view.today.at(0).net(), view.today.at(0).opened_today());
  if (trades().Add(execution, now_) != daytrade::Added::kCounted) {
    return std::nullopt;  // Known, or kept apart: the books say so.
  }
  const Decimal value = Times(execution.quantity.Abs(), execution.price);
  const daytrade::Date date = trades().TradeDate(execution.at);
  if (execution.quantity.is_positive()) {
    cash_book().Buy(date, execution.instrument, execution.quantity, value);
  } else {
    cash_book().Sell(date, execution.instrument, -execution.quantity, value);
  }
  NoteRelease(execution, overnight);
  MoveHolding(execution);
  const Decimal after = HoldingOf(execution.instrument).quantity;
  const bool is_opening = after.Abs() > before.Abs() ||
                          (after.is_negative() && before.is_positive()) ||
                          (after.is_positive() && before.is_negative());
  if (is_opening) {
    ObserveReducing();
  }
  return std::nullopt;
}

std::optional<std::string> DayTradeStage::Move(model::InstrumentId instrument, Decimal quantity) {
  HoldingOf(instrument).quantity += quantity;
  trades().Add(daytrade::Execution{.instrument = instrument,
                                   .order = {},
                                   .trade = {},
                                   .quantity = quantity,
                                   .price = {},
                                   .at = now_},
               now_);
  return std::nullopt;
}

void DayTradeStage::MoveCash(Decimal amount, bool is_by_customer) {
  stated_.cash = Plus(stated_.cash, amount);
  if (is_by_customer) {
    deficits().OnCustomerAction(trades().TradeDate(now_), amount);
  }
}

Decimal DayTradeStage::Level() const {
  return daytrade::MarginLevel(policy_, SnapshotNow(), holdings_);
}

void DayTradeStage::ObserveReducing() {
  deficits().OnReducing(trades().TradeDate(now_), Level(), SnapshotNow().equity);
}

void DayTradeStage::EndDay() {
  deficits().OnEndOfDay(trades().TradeDate(now_), Level(), SnapshotNow().equity);
}

daytrade::Snapshot DayTradeStage::SnapshotNow() const {
  daytrade::Snapshot snapshot = stated_;
  Decimal equity = stated_.cash;
  for (const daytrade::Holding& holding : holdings_) {
    equity = Plus(equity, Times(holding.quantity, holding.mark));
  }
  snapshot.equity = stated_equity_.value_or(equity);
  snapshot.last_equity = stated_last_equity_.value_or(snapshot.equity);
  snapshot.at = now_ - snapshot_age_.value_or(base::Nanos::zero());
  return snapshot;
}

void DayTradeStage::Check(const daytrade::Intent& intent) {
  const daytrade::Snapshot snapshot = SnapshotNow();
  const daytrade::Books asked{
      .policy = policy_, .trades = trades(), .deficits = deficits(), .cash = &cash_book()};
  decision_ =
      daytrade::Decide(asked, daytrade::Question{.intent = intent,
                                                 .snapshot = snapshot_age_ ? &snapshot : nullptr,
                                                 .holdings = holdings_,
                                                 .pending = pending_,
                                                 .conditions = conditions_,
                                                 .now = now_});
}

}  // namespace bulwark::sim
