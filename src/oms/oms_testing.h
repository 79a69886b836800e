// An OMS with a gate that approves what means something, and short words for reports; for the tests
// and the bench of this folder.
//
// Errors:  none; what cannot be made stops the process.
// Threads: the test's.

#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <variant>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/time.h"
#include "base/uuid.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/venue_report.h"
#include "risk/approved.h"
#include "risk/gate.h"
#include "risk/guard_input.h"
#include "risk/wide_limits.h"

namespace bulwark::oms::testing_support {

constexpr base::UnixNanos kNow{std::chrono::seconds{1'700'000'000}};

inline base::Decimal D(std::string_view text) {
  return *base::Decimal::Parse(text);
}

inline model::OrderId Id(std::uint64_t sequence) {
  return base::Uuid::Derive(1, 1, sequence);
}

// Approvals come from a real gate whose state permits everything.
inline risk::Approved<model::NewOrder> Approve(const model::NewOrder& order,
                                               const model::Portfolio& books) {
  static const model::Instrument instrument = *model::DefaultInstrument("BTCUSDT");
  const risk::Gate gate(risk::GateLimits{.entry = risk::WideLimits(), .terms = books.terms});
  risk::GateState state;
  state.is_halted = state.is_killed = false;
  state.is_redis_ok = state.is_ledger_ok = state.is_venue_up = state.is_feed_up = true;
  state.are_books_reconciled = true;
  state.permit_at = kNow;
  state.marks[0] = {.price = D("100"), .received_at = kNow};
  const model::Position& position = books.positions[0];
  const risk::BookFigures figures{
      .free_cash = D("100000000"),
      .equity = D("100000000"),
      .owned_quantity = position.owned(),
      .free_quantity = position.quantity,
      .closable_short = position.owned().is_negative() ? -position.owned() : base::Decimal(),
      .gross_exposure = base::Decimal(),
      .sector_exposure = base::Decimal()};
  auto answer = gate.Check(
      {.order = order, .instrument = instrument, .state = state, .books = figures, .now = kNow});
  ENSURE(std::holds_alternative<risk::Approved<model::NewOrder>>(answer));
  return std::get<risk::Approved<model::NewOrder>>(answer);
}

inline model::NewOrder Buy(base::Decimal quantity) {
  return {.quantity = quantity};
}

inline model::NewOrder Sell(base::Decimal quantity) {
  return {.side = model::Side::kSell,
          .intent = model::Intent::kCloseLong,
          .reduce_only = true,
          .quantity = quantity};
}

inline model::Fill MakeFill(std::uint64_t order, std::string_view trade, model::Side side,
                            base::Decimal price, base::Decimal quantity) {
  model::Fill fill{.order_id = Id(order), .trade_id = model::TradeId(trade), .side = side};
  fill.price = price;
  fill.quantity = quantity;
  fill.fee = D("0.01");
  fill.at = kNow;
  return fill;
}

}  // namespace bulwark::oms::testing_support
