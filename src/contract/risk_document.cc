#include "contract/risk_document.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "contract/channel_payloads.h"
#include "contract/json_writer.h"
#include "model/watchdog.h"

namespace bulwark::contract {
namespace {

using base::Decimal;
using base::Rounding;

constexpr Decimal kHundred = Decimal::FromInt(100);
constexpr Decimal kTwo = Decimal::FromInt(2);

// Two decimals, half away from zero.
Decimal Rounded(Decimal percent) {
  constexpr std::int64_t kStep = 1'000'000;  // 0.01 in raw units.
  const std::int64_t half = percent.is_negative() ? -kStep / 2 : kStep / 2;
  return Decimal::FromRaw((percent.raw() + half) / kStep * kStep);
}

std::optional<Decimal> Rounded(const std::optional<Decimal>& percent) {
  return percent ? std::optional(Rounded(*percent)) : std::nullopt;
}

std::optional<Decimal> PercentOf(Decimal part, const std::optional<Decimal>& whole) {
  return whole && whole->is_positive()
             ? base::CheckedMulDiv(part, kHundred, *whole, Rounding::kHalfEven)
             : std::nullopt;
}

std::optional<Decimal> ValueOf(const PositionRow& row) {
  return row.mark ? base::CheckedMul(row.owned.Abs(), *row.mark, Rounding::kHalfEven)
                  : std::nullopt;
}

// What the position lost since its entry, in percent of that; negative when it won.
std::optional<Decimal> LossPercent(const PositionRow& row) {
  const auto value =
      row.mark ? base::CheckedMul(row.owned, *row.mark, Rounding::kHalfEven) : std::nullopt;
  return value ? PercentOf(row.cost - *value, row.cost.Abs()) : std::nullopt;
}

// One member per sector, in the order of its first row.
void EncodeSectors(JsonWriter& json, const PortfolioRisk& risk) {
  json.BeginObject("sector_exposure");
  const std::span<const PositionRow> rows = risk.positions;
  for (std::size_t at = 0; at < rows.size(); ++at) {
    const std::string_view sector = rows[at].sector;
    const auto is_same = [&](const PositionRow& row) { return row.sector == sector; };
    const auto before = rows.first(at);
    if (sector.empty() || std::any_of(before.begin(), before.end(), is_same)) {
      continue;
    }
    Decimal sum;
    for (const PositionRow& row : rows.subspan(at)) {
      sum += is_same(row) ? ValueOf(row).value_or(row.cost.Abs()) : Decimal();
    }
    json.NumberOrNull(sector, Rounded(PercentOf(sum, risk.equity)));
  }
  json.EndObject();
}

void EncodePositionsAtRisk(JsonWriter& json, const PortfolioRisk& risk) {
  json.BeginArray("positions_at_risk");
  for (const PositionRow& row : risk.positions) {
    const std::optional<Decimal> loss = LossPercent(row);
    const bool is_at_risk = loss && risk.stop_loss_pct.is_positive() &&
                            base::Mul(*loss, kTwo, Rounding::kHalfEven) >= risk.stop_loss_pct;
    if (!is_at_risk) {
      continue;
    }
    json.BeginObject();
    json.Text("symbol", row.symbol);
    json.NumberOrNull("loss_pct", Rounded(loss));
    json.Number("stop_loss_pct", risk.stop_loss_pct);
    json.EndObject();
  }
  json.EndArray();
}

}  // namespace

void EncodePortfolioRisk(std::string& out, const PortfolioRisk& risk) {
  JsonWriter json(out, Spelling::kSpaced);
  json.BeginObject();
  json.NumberOrNull("current_drawdown_pct", Rounded(risk.drawdown_pct));
  json.NumberOrNull("daily_pnl_pct", Rounded(risk.daily_pnl_pct));
  EncodeSectors(json, risk);
  EncodePositionsAtRisk(json, risk);
  json.Integer("pdt_trades_used", risk.day_trades_used.value_or(0));
  json.Integer("pdt_max", risk.day_trades_max);
  json.NumberOrNull("cash_reserve_pct", Rounded(PercentOf(risk.cash, risk.equity)));
  json.Integer("total_positions", static_cast<std::int64_t>(risk.positions.size()));
  json.Integer("max_positions", risk.positions_max);
  json.Text("watchdog", model::Name(risk.watchdog.level));
  json.Number("size_factor", risk.watchdog.factor);
  json.Time("checked_at", risk.at, base::IsoSuffix::kOffset);
  json.EndObject();
}

}  // namespace bulwark::contract
