// The fields of each channel's messages. The writers are in channel_payloads.cc and
// approval_document.cc.

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "contract/field_rules.h"
#include "contract/json_reader.h"
#include "contract/value_checks.h"

namespace bulwark::contract {
namespace {

using Problem = std::optional<std::string>;

constexpr std::string_view kSides = "BUY SELL";

constexpr FieldRule Number(std::string_view name) {
  return {.name = name, .type = FieldType::kNumber};
}
constexpr FieldRule NumberOrNull(std::string_view name) {
  return {.name = name, .type = FieldType::kNumber, .presence = Presence::kNullable};
}
constexpr FieldRule Text(std::string_view name) {
  return {.name = name};
}
constexpr FieldRule TextOrNull(std::string_view name) {
  return {.name = name, .presence = Presence::kNullable};
}
constexpr FieldRule Word(std::string_view name, std::string_view words) {
  return {.name = name, .words = words};
}
constexpr FieldRule Time(std::string_view name) {
  return {.name = name, .type = FieldType::kTime};
}
constexpr FieldRule TimeOrNull(std::string_view name) {
  return {.name = name, .type = FieldType::kTime, .presence = Presence::kNullable};
}
constexpr FieldRule Flag(std::string_view name) {
  return {.name = name, .type = FieldType::kFlag};
}
constexpr FieldRule Object(std::string_view name) {
  return {.name = name, .type = FieldType::kObject};
}

constexpr std::array kPositionRules = {Text("symbol"),
                                       Number("quantity"),
                                       Number("avg_entry_price"),
                                       Number("current_price"),
                                       Number("market_value"),
                                       Number("unrealized_pnl"),
                                       Number("unrealized_pnl_pct"),
                                       Word("side", kSides),
                                       Text("sector"),
                                       TimeOrNull("entry_date"),
                                       Text("strategy_name")};

}  // namespace

Problem CheckPortfolioUpdate(std::string_view value) {
  static constexpr std::array kRules = {Number("total_equity"),
                                        Number("cash"),
                                        Number("positions_value"),
                                        Number("daily_pnl"),
                                        Number("daily_pnl_pct"),
                                        Number("total_pnl"),
                                        Number("total_pnl_pct"),
                                        Number("max_drawdown_pct"),
                                        FieldRule{.name = "positions", .type = FieldType::kObjects},
                                        Object("sector_exposure"),
                                        Time("timestamp")};
  if (auto problem = CheckFields(value, kRules)) {
    return problem;
  }
  const auto object = ParseJsonObject(value);
  for (const JsonValue& row : object->Find("positions")->items) {
    if (auto problem = CheckFields(row, kPositionRules)) {
      return "position: " + *problem;
    }
  }
  return std::nullopt;
}

Problem CheckTradeExecuted(std::string_view value) {
  static constexpr std::array kRules = {
      Text("id"),         Text("symbol"),     Word("side", kSides),
      Number("quantity"), Number("price"),    Number("entry_price"),
      Time("timestamp"),  Time("entry_time"), Text("strategy_name")};
  return CheckFields(value, kRules);
}

Problem CheckPendingApproval(std::string_view value) {
  static constexpr std::array kRules = {Text("id"),
                                        Text("symbol"),
                                        Word("side", kSides),
                                        Number("quantity"),
                                        NumberOrNull("limit_price"),
                                        Number("signal_strength"),
                                        Text("strategy_name"),
                                        Object("risk_assessment"),
                                        Time("requires_approval_by")};
  static constexpr std::array kAssessment = {Flag("position_limit_ok"), Flag("portfolio_limit_ok"),
                                             Flag("pdt_ok")};
  if (auto problem = CheckFields(value, kRules)) {
    return problem;
  }
  return CheckFields(*ParseJsonObject(value)->Find("risk_assessment"), kAssessment);
}

Problem CheckOrderStatus(std::string_view value) {
  static constexpr std::array kRules = {
      Text("id"),
      TextOrNull("broker_order_id"),
      Text("symbol"),
      Word("status", "PENDING SUBMITTED PARTIALLY_FILLED FILLED CANCELLED REJECTED EXPIRED"),
      TimeOrNull("filled_at"),
      NumberOrNull("filled_price"),
      Number("filled_quantity")};
  return CheckFields(value, kRules);
}

Problem CheckRiskAlert(std::string_view value) {
  static constexpr std::array kRules = {Text("type"),
                                        Word("severity", "info warning critical"),
                                        Text("reason"),
                                        TextOrNull("symbol"),
                                        FieldRule{.name = "symbols", .type = FieldType::kTexts},
                                        NumberOrNull("current_value"),
                                        NumberOrNull("limit_value"),
                                        Time("timestamp")};
  return CheckFields(value, kRules);
}

Problem CheckCircuitBreaker(std::string_view value) {
  static constexpr std::array kRules = {Text("breaker"), Text("name"),
                                        Word("action", "activated deactivated"), Text("reason"),
                                        Time("timestamp")};
  return CheckFields(value, kRules);
}

Problem CheckKillSwitchTurn(std::string_view value) {
  static constexpr std::array kRules = {Word("action", "activate deactivate"), Text("reason"),
                                        Text("operator"), Time("timestamp")};
  return CheckFields(value, kRules);
}

Problem CheckSignal(std::string_view value) {
  static constexpr std::array kRules = {Text("symbol"),     Word("direction", "LONG SHORT FLAT"),
                                        Number("strength"), Text("strategy_name"),
                                        Time("timestamp"),  Object("metadata")};
  return CheckFields(value, kRules);
}

Problem CheckFeedDisconnected(std::string_view value) {
  static constexpr std::array kRules = {Time("timestamp"), Text("reason")};
  return CheckFields(value, kRules);
}

Problem CheckFeedReconnected(std::string_view value) {
  static constexpr std::array kRules = {
      Time("timestamp"), FieldRule{.name = "symbol_count", .type = FieldType::kWholeNumber}};
  return CheckFields(value, kRules);
}

}  // namespace bulwark::contract
