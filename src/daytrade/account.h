// What the guard is told about the account, its positions and the order that is judged.
//
// Shape:   a snapshot that never came is absent, not zero; so are the broker's own counters, which
//          brokers that left the old rule no longer send. Prices are the worst the order may get.
// Units:   money in US dollars, quantities signed unless a side stands beside them, rates as
//          fractions.
// Threads: values. Nothing allocates.
// Source:  docs/day-trades.md#inputs

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/decimal.h"
#include "base/time.h"
#include "daytrade/policy.h"
#include "model/instrument.h"
#include "model/market_data.h"

namespace bulwark::daytrade {

enum class IntentKind : std::uint8_t {
  kEntry,
  kAdd,
  kReduce,
  kExitDiscretionary,
  kExitProtective,
  kLiquidate,
};

constexpr bool IsOpening(IntentKind kind) {
  return kind == IntentKind::kEntry || kind == IntentKind::kAdd;
}
// What must never wait for a count.
constexpr bool IsForced(IntentKind kind) {
  return kind == IntentKind::kExitProtective || kind == IntentKind::kLiquidate;
}

// How the margin rules see a security.
struct MarginTerms {
  std::optional<base::Decimal> broker_rate;
  base::Decimal leverage_factor = Dollars(1);  // Of a leveraged fund: 2 or 3.
  bool is_marginable = true;
};

struct Intent {
  model::InstrumentId instrument;
  model::Side side = model::Side::kBuy;
  base::Decimal quantity;  // Without sign.
  base::Decimal worst_price;
  base::Decimal fees;
  IntentKind kind = IntentKind::kEntry;
  bool is_market = false;
  bool is_for_overnight = false;  // Meant to be held past the close.
  MarginTerms terms;

  [[nodiscard]] base::Decimal signed_quantity() const {
    return side == model::Side::kBuy ? quantity : -quantity;
  }
};

// An order that works, as far as it is not filled.
struct Pending {
  model::InstrumentId instrument;
  model::Side side = model::Side::kBuy;
  base::Decimal quantity;
  base::Decimal worst_price;
  base::Decimal fees;
  bool is_opening = true;
  MarginTerms terms;

  [[nodiscard]] base::Decimal signed_quantity() const {
    return side == model::Side::kBuy ? quantity : -quantity;
  }
};

struct Holding {
  model::InstrumentId instrument;
  base::Decimal quantity;
  base::Decimal mark;
  MarginTerms terms;
};

// As the broker says it, or as our books come to it.
struct Snapshot {
  base::UnixNanos at;
  base::Decimal equity;
  base::Decimal last_equity;
  base::Decimal cash;
  base::Decimal maintenance;  // The broker's; zero when it does not say.
  base::Decimal last_maintenance;
  base::Decimal excluded_equity;  // Crypto, pending deposits, swept cash.
  bool is_trading_blocked = false;
  bool has_buying_power_call = false;
  std::optional<Date> pattern_day_trader_since;
  std::optional<std::int32_t> broker_count;
  std::optional<std::int32_t> broker_remaining;
};

}  // namespace bulwark::daytrade
