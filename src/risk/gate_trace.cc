#include "risk/gate_trace.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/ensure.h"
#include "base/time.h"
#include "model/denial.h"
#include "risk/gate.h"
#include "risk/guard_input.h"
#include "risk/seconds.h"

namespace bulwark::risk {
namespace {

using base::Decimal;
using Limit = std::optional<Decimal> (*)(const GateLimits&, const GuardInput&);

std::optional<Decimal> NoLimit(const GateLimits&, const GuardInput&) {
  return std::nullopt;
}

// A guard for people: its name, and the limit that it holds its number against.
struct GuardName {
  std::string_view name;
  Limit limit = &NoLimit;
};

std::optional<Decimal> OfEquity(const GuardInput& input, Decimal percent) {
  return input.books.equity ? base::CheckedMulDiv(*input.books.equity, percent,
                                                  Decimal::FromInt(100), base::Rounding::kFloor)
                            : std::nullopt;
}

std::optional<Decimal> Pieces(std::size_t count) {
  return Decimal::FromInt(static_cast<std::int64_t>(count));
}

// In the order of the gate; a guard that is missing here stops TraceOf().
constexpr std::array kGuards = std::to_array<GuardName>({
    {"halt"},
    {"kill switch"},
    {"scoped stops"},
    {"permit age",
     [](const GateLimits& limits, const GuardInput&) -> std::optional<Decimal> {
       return Seconds(limits.permit_lifetime);
     }},
    {"circuit breakers"},
    {"watchdog"},
    {"links and books"},
    {"price age",
     [](const GateLimits& limits, const GuardInput&) -> std::optional<Decimal> {
       return Seconds(limits.data_age_max);
     }},
    {"order itself"},
    {"restricted symbols"},
    {"least price", [](const GateLimits& limits,
                       const GuardInput&) { return std::optional(limits.entry.price_min); }},
    {"price collar"},
    {"order quantity", [](const GateLimits& limits,
                          const GuardInput&) { return std::optional(limits.entry.quantity_max); }},
    {"order value", [](const GateLimits& limits,
                       const GuardInput&) { return std::optional(limits.entry.notional_max); }},
    {"share of volume"},
    {"position value",
     [](const GateLimits& limits, const GuardInput& input) {
       return OfEquity(input, limits.entry.position_percent_max);
     }},
    {"positions", [](const GateLimits& limits,
                     const GuardInput&) { return Pieces(limits.entry.positions_max); }},
    {"sector value",
     [](const GateLimits& limits, const GuardInput& input) {
       return OfEquity(input, limits.entry.sector_percent_max);
     }},
    {"value of all positions",
     [](const GateLimits& limits, const GuardInput& input) {
       return OfEquity(input, limits.entry.gross_percent_max);
     }},
    {"cash needed", [](const GateLimits&,
                       const GuardInput& input) { return std::optional(input.books.free_cash); }},
    {"cash left",
     [](const GateLimits& limits, const GuardInput& input) {
       return OfEquity(input, limits.entry.cash_reserve_percent);
     }},
    {"open orders"},
    {"own orders"},
    {"working order"},
    {"since last entry",
     [](const GateLimits& limits,
        const GuardInput&) -> std::optional<Decimal> { return Seconds(limits.entry.cooldown); }},
    {"entries in candle"},
    {"same order"},
    {"messages"},
    {"entries today"},
    {"day trades"},
});

// Limits that no order keeps: each guard that measures a number then says it.
GateLimits Impossible(GateLimits limits) {
  limits.permit_lifetime = base::Nanos::min();
  limits.data_age_max = base::Nanos::min();
  limits.entry.cooldown = std::chrono::hours{24 * 365 * 100};
  limits.entry.price_min = Decimal::Max();
  limits.entry.quantity_max = -Decimal::Max();
  limits.entry.notional_max = -Decimal::Max();
  limits.entry.position_percent_max = Decimal();
  limits.entry.positions_max = 0;
  limits.entry.sector_percent_max = -Decimal::FromInt(1);
  limits.entry.gross_percent_max = -Decimal::FromInt(1);
  limits.entry.cash_reserve_percent = Decimal::Max();
  return limits;
}

std::vector<Verdict> VerdictsOf(const Gate& gate, const GuardInput& input) {
  std::vector<Verdict> verdicts;
  gate.ForEachGuard([&](const auto& guard) { verdicts.push_back(guard.Check(input)); });
  return verdicts;
}

// The number that the guard judges; other objections of the same guard are states.
bool IsMeasured(const Verdict& verdict) {
  if (!verdict) {
    return false;
  }
  switch (verdict->code) {
    case model::DenialCode::kPermitStale:
    case model::DenialCode::kStaleData:
    case model::DenialCode::kMinPrice:
    case model::DenialCode::kMaxOrderQuantity:
    case model::DenialCode::kMaxOrderNotional:
    case model::DenialCode::kMaxPositions:
    case model::DenialCode::kMaxSector:
    case model::DenialCode::kMaxGrossExposure:
    case model::DenialCode::kCashReserve:
    case model::DenialCode::kMaxPosition:
    case model::DenialCode::kInsufficientCash:
    case model::DenialCode::kEntryCooldown:
      return true;
    default:
      return false;
  }
}

// What each guard says when nothing keeps its limit. Only cash is limited by the books themselves.
std::vector<Verdict> Measured(const Gate& gate, const GuardInput& input) {
  const Gate strict(Impossible(gate.limits()));
  std::vector<Verdict> measured = VerdictsOf(strict, input);
  BookFigures poor = input.books;
  poor.free_cash = -Decimal::Max();
  const std::vector<Verdict> without_cash =
      VerdictsOf(strict, {.order = input.order,
                          .instrument = input.instrument,
                          .state = input.state,
                          .books = poor,
                          .now = input.now,
                          .day_trade = input.day_trade,
                          .is_successor = input.is_successor});
  for (std::size_t at = 0; at < measured.size(); ++at) {
    const Verdict& verdict = without_cash[at];
    if (verdict && verdict->code == model::DenialCode::kInsufficientCash) {
      measured[at] = verdict;
    }
  }
  return measured;
}

TracedCheck Objection(TracedCheck row, const model::Denial& denial) {
  row.outcome = CheckOutcome::kObjected;
  row.code = denial.code;
  if (!denial.value.is_zero() || !denial.limit.is_zero()) {
    row.value = denial.value;
    row.limit = denial.limit;
  }
  return row;
}

}  // namespace

std::vector<TracedCheck> TraceOf(const Gate& gate, const GuardInput& input) {
  const std::vector<Verdict> verdicts = VerdictsOf(gate, input);
  const std::vector<Verdict> measured = Measured(gate, input);
  ENSURE(verdicts.size() == kGuards.size());
  std::vector<TracedCheck> trace;
  bool has_objected = false;
  for (std::size_t at = 0; at < kGuards.size(); ++at) {
    TracedCheck row{.guard = kGuards.at(at).name};
    if (has_objected) {
      row.outcome = CheckOutcome::kNotAsked;
    } else if (const Verdict& verdict = verdicts[at]; verdict) {
      has_objected = true;
      row = Objection(row, *verdict);
    } else if (const Verdict& number = measured[at]; number && IsMeasured(number)) {
      row.value = number->value;
      row.limit = kGuards.at(at).limit(gate.limits(), input);
    }
    trace.push_back(row);
  }
  return trace;
}

}  // namespace bulwark::risk
