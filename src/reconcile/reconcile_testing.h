// Books, accounts and differences for the tests beside this file.
//
// Threads: the test's.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/time.h"
#include "base/uuid.h"
#include "model/order.h"
#include "reconcile/books.h"
#include "reconcile/difference.h"
#include "reconcile/judge.h"

namespace bulwark::reconcile::testing_support {

constexpr base::UnixNanos kStart{std::chrono::seconds{1'800'000'000}};
constexpr std::uint64_t kEpoch = 5;

inline base::Decimal D(std::string_view text) {
  return *base::Decimal::Parse(text);
}

inline model::OrderId OwnId(std::uint64_t number) {
  return base::Uuid::Derive(model::kOrderIds, kEpoch, number);
}

inline model::Order OpenOrder(std::uint64_t number) {
  model::Order order;
  order.id = OwnId(number);
  order.status = model::OrderStatus::kSubmitted;
  order.quantity = D("2");
  order.updated_at = kStart - std::chrono::seconds{10};
  order.external_id = model::VenueOrderId("v" + std::to_string(number));
  return order;
}

inline VenueWorkingOrder AtVenue(const model::Order& order) {
  return {.id = order.id,
          .venue_order_id = order.external_id,
          .venue_symbol = model::Symbol("BTCUSDT"),
          .side = order.side,
          .quantity = order.quantity,
          .filled = order.filled_quantity};
}

inline OurBooks EqualBooks() {
  return {.token = 1,
          .cash = D("1000"),
          .positions = {{.symbol = model::Symbol("BTC/USDT"),
                         .venue_symbol = model::Symbol("BTCUSDT"),
                         .quantity = D("0.5"),
                         .mark = D("60000")},
                        {.symbol = model::Symbol("ETH/USDT"),
                         .venue_symbol = model::Symbol("ETHUSDT")}},
          .fill_sequence = 7};
}

inline VenueAccount EqualAccount() {
  return {.token = 1,
          .cash = D("1000"),
          .positions = {{.venue_symbol = model::Symbol("BTCUSDT"), .quantity = D("0.5")}},
          .fill_sequence = 7,
          .asked_at = kStart};
}

inline Difference NotWorking(std::uint64_t number, bool was_acknowledged = false) {
  return {.kind = Kind::kOrderNotWorking,
          .order_id = OwnId(number),
          .was_acknowledged = was_acknowledged};
}

inline Difference CashDrift(std::string_view venue) {
  return {.kind = Kind::kCashDrift, .ours = D("1000"), .venue = D(venue)};
}

inline OrderAnswer NotFound(std::uint64_t number, bool is_definitive) {
  return {.order_id = OwnId(number), .is_definitive = is_definitive, .at = kStart};
}

inline OrderAnswer Found(std::uint64_t number, OrderLife life, std::string_view filled) {
  return {
      .order_id = OwnId(number),
      .found = {{.life = life, .venue_order_id = model::VenueOrderId("v1"), .filled = D(filled)}},
      .is_definitive = true,
      .at = kStart};
}

}  // namespace bulwark::reconcile::testing_support
