#include "contract/value_checks.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/iso_time.h"
#include "base/uuid.h"
#include "contract/alert_document.h"
#include "contract/breaker_document.h"
#include "contract/field_rules.h"
#include "contract/json_reader.h"
#include "contract/key_match.h"
#include "contract/kill_switch_document.h"
#include "contract/market_documents.h"
#include "contract/number_format.h"
#include "contract/order_document.h"
#include "contract/portfolio_document.h"
#include "contract/system_documents.h"
#include "contract/view_documents.h"

namespace bulwark::contract {
namespace {

using Problem = std::optional<std::string>;

std::string Shown(std::string_view value) {
  return "'" + std::string(value.substr(0, 60)) + "'";
}

template <class Result>
Problem ProblemOf(const Result& result) {
  return result ? std::nullopt : Problem(result.error().message);
}

Problem CheckLength(std::size_t size, std::size_t max) {
  return size <= max ? std::nullopt
                     : Problem(std::to_string(size) + " rows are more than " + std::to_string(max));
}

}  // namespace

Problem CheckTrueOrFalse(std::string_view value) {
  return value == "true" || value == "false" ? std::nullopt
                                             : Problem(Shown(value) + " is neither true nor false");
}

Problem CheckKillSwitch(std::string_view value) {
  return value == "active" || value == "inactive"
             ? std::nullopt
             : Problem(Shown(value) + " is neither active nor inactive");
}

Problem CheckTime(std::string_view value) {
  return base::ParseIso(value) ? std::nullopt : Problem(Shown(value) + " is not an ISO time");
}

Problem CheckFloat(std::string_view value) {
  return ProblemOf(ParseFloat(value));
}

Problem CheckWholeNumber(std::string_view value) {
  return ProblemOf(DecodeEpoch(value));
}

Problem CheckUuid(std::string_view value) {
  return base::Uuid::Parse(value) ? std::nullopt : Problem(Shown(value) + " is not a UUID");
}

Problem CheckTicker(std::string_view value) {
  const bool is_clean = std::all_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return std::isupper(byte) != 0 || std::isdigit(byte) != 0 || c == '-' || c == '.' || c == '/';
  });
  return is_clean && !value.empty() && value.size() <= 24
             ? std::nullopt
             : Problem(Shown(value) + " is not an upper-case ticker");
}

Problem CheckKeyName(std::string_view value) {
  return MatchKey(value) ? std::nullopt : Problem(Shown(value) + " is not a declared key");
}

Problem CheckJson(std::string_view value) {
  return ProblemOf(ParseJson(value));
}

Problem CheckOrder(std::string_view value) {
  return ProblemOf(DecodeOrder(value));
}

Problem CheckPortfolio(std::string_view value) {
  const auto portfolio = DecodePortfolio(value);
  if (portfolio && portfolio->cash.is_negative()) {
    return "field 'cash' is " + portfolio->cash.ToString() + ", below 0";
  }
  return ProblemOf(portfolio);
}

Problem CheckAlert(std::string_view value) {
  return ProblemOf(DecodeAlert(value));
}

Problem CheckOrderRows(std::string_view value) {
  const auto rows = DecodeOrderRows(value);
  return rows ? CheckLength(rows->size(), kOrderRowsMax) : ProblemOf(rows);
}

Problem CheckPositions(std::string_view value) {
  const auto rows = DecodePositions(value);
  const bool has_zero = rows && std::any_of(rows->begin(), rows->end(),
                                            [](const auto& row) { return row.quantity.is_zero(); });
  return has_zero ? Problem("a row of zero is listed") : ProblemOf(rows);
}

Problem CheckLastTick(std::string_view value) {
  return ProblemOf(DecodeLastTick(value));
}

Problem CheckBars(std::string_view value) {
  const auto bars = DecodeBars(value);
  return bars ? CheckLength(bars->size(), kBarsMax) : ProblemOf(bars);
}

Problem CheckActiveSymbols(std::string_view value) {
  return ProblemOf(DecodeActiveSymbols(value));
}

Problem CheckSystemState(std::string_view value) {
  return ProblemOf(DecodeSystemState(value));
}

Problem CheckSystemStatus(std::string_view value) {
  static constexpr std::string_view kStates = "connected disconnected";
  static constexpr std::array<FieldRule, 2> kRules = {{
      {.name = "broker", .words = kStates},
      {.name = "feed", .words = kStates},
  }};
  return CheckFields(value, kRules);
}

Problem CheckKillMeta(std::string_view value) {
  return ProblemOf(DecodeKillMeta(value));
}

Problem CheckBreakerView(std::string_view value) {
  static constexpr std::array<FieldRule, 3> kRules = {{
      {.name = "tripped", .type = FieldType::kFlag},
      {.name = "reason"},
      {.name = "checked_at", .type = FieldType::kTime},
  }};
  return CheckFields(value, kRules);
}

Problem CheckVixReading(std::string_view value) {
  return ProblemOf(DecodeVixReading(value));
}

Problem CheckPortfolioRisk(std::string_view value) {
  constexpr Presence kNullable = Presence::kNullable;
  static constexpr std::array<FieldRule, 12> kRules = {{
      {.name = "current_drawdown_pct", .type = FieldType::kNumber, .presence = kNullable},
      {.name = "daily_pnl_pct", .type = FieldType::kNumber, .presence = kNullable},
      {.name = "sector_exposure", .type = FieldType::kObject},
      {.name = "positions_at_risk", .type = FieldType::kObjects},
      {.name = "pdt_trades_used", .type = FieldType::kWholeNumber},
      {.name = "pdt_max", .type = FieldType::kWholeNumber},
      {.name = "cash_reserve_pct", .type = FieldType::kNumber, .presence = kNullable},
      {.name = "total_positions", .type = FieldType::kWholeNumber},
      {.name = "max_positions", .type = FieldType::kWholeNumber},
      {.name = "watchdog", .words = "full reduced stopped"},
      {.name = "size_factor", .type = FieldType::kNumber},
      {.name = "checked_at", .type = FieldType::kTime},
  }};
  return CheckFields(value, kRules);
}

Problem CheckKillLogEntry(std::string_view value) {
  static constexpr std::array<FieldRule, 4> kRules = {{
      {.name = "action", .words = "activate deactivate"},
      {.name = "timestamp", .type = FieldType::kTime},
      {.name = "reason", .presence = Presence::kOptional},
      {.name = "operator", .presence = Presence::kOptional},
  }};
  return CheckFields(value, kRules);
}

Problem CheckDayTrade(std::string_view value) {
  static constexpr std::array<FieldRule, 3> kRules = {{
      {.name = "symbol"},
      {.name = "date"},
      {.name = "recorded_at", .type = FieldType::kTime},
  }};
  if (auto problem = CheckFields(value, kRules)) {
    return problem;
  }
  const std::string date = ParseJsonObject(value)->Find("date")->text;
  return date.size() == 10 && base::ParseIso(date + "T00:00:00Z")
             ? std::nullopt
             : Problem("field 'date' is " + Shown(date) + ", not a date");
}

}  // namespace bulwark::contract
