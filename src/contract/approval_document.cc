#include "contract/approval_document.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/iso_time.h"
#include "base/time.h"
#include "contract/field_rules.h"
#include "contract/json_writer.h"
#include "contract/value_checks.h"
#include "model/action.h"
#include "model/autonomy.h"
#include "model/names.h"
#include "model/order.h"
#include "model/proposal.h"

namespace bulwark::contract {
namespace {

using base::IsoSuffix;

constexpr std::string_view kModes = "PAPER_ONLY MANUAL_APPROVAL BOUNDED_AUTONOMOUS FULL_AUTONOMOUS";

}  // namespace

void EncodeProposedOrder(std::string& out, const model::Proposal& proposal,
                         std::string_view symbol) {
  const model::NewOrder& order = proposal.order;
  JsonWriter json(out, Spelling::kCompact);
  json.BeginObject();
  json.Id("id", proposal.id);
  json.Text("symbol", symbol);
  json.Text("side", Name(order.side));
  json.Text("order_type", Name(order.type));
  json.Number("quantity", order.quantity);
  json.NumberOrNull("limit_price", order.limit_price);
  json.NumberOrNull("stop_price", order.stop_price);
  json.NumberOrNull("take_profit_price", order.profit_target);
  json.Text("status", Name(proposal.state));
  json.Text("strategy_name", order.strategy.view());
  json.Number("signal_strength", proposal.signal_strength);
  json.Time("created_at", proposal.created_at, IsoSuffix::kZulu);
  json.Null("filled_at");
  json.Null("filled_price");
  json.Null("filled_quantity");
  json.Text("broker_order_id", "");
  json.BeginObject("metadata");
  json.Number("reference_price", proposal.reference_price);
  json.Time("requires_approval_by", proposal.expires_at, IsoSuffix::kZulu);
  json.Text("reason", proposal.reason.view());
  json.EndObject();
  json.EndObject();
}

void EncodePendingApproval(std::string& out, const model::Proposal& proposal,
                           std::string_view symbol) {
  const model::NewOrder& order = proposal.order;
  JsonWriter json(out, Spelling::kCompact);
  json.BeginObject();
  json.Id("id", proposal.id);
  json.Text("symbol", symbol);
  json.Text("side", Name(order.side));
  json.Number("quantity", order.quantity);
  json.NumberOrNull("limit_price", order.limit_price);
  json.Number("signal_strength", proposal.signal_strength);
  json.Text("strategy_name", order.strategy.view());
  json.BeginObject("risk_assessment");
  json.Flag("position_limit_ok", true);
  json.Flag("portfolio_limit_ok", true);
  json.Flag("pdt_ok", true);
  json.EndObject();
  json.Time("requires_approval_by", proposal.expires_at, IsoSuffix::kZulu);
  json.EndObject();
}

void EncodeModeChange(std::string& out, const model::AutonomyChanged& change) {
  JsonWriter json(out, Spelling::kSpaced);
  json.BeginObject();
  json.Text("from", Name(change.from));
  json.Text("to", Name(change.mode));
  json.Time("at", change.since, IsoSuffix::kOffset);
  json.EndObject();
}

void EncodeModeSince(std::string& out, base::UnixNanos since) {
  out += base::FormatIso(since, IsoSuffix::kOffset);
}

std::optional<std::string> CheckProposedOrder(std::string_view value) {
  static constexpr std::array<FieldRule, 17> kRules = {{
      {.name = "id"},
      {.name = "symbol"},
      {.name = "side", .words = "BUY SELL"},
      {.name = "order_type", .words = "MARKET LIMIT STOP STOP_LIMIT"},
      {.name = "quantity", .type = FieldType::kNumber},
      {.name = "limit_price", .type = FieldType::kNumber, .presence = Presence::kNullable},
      {.name = "stop_price", .type = FieldType::kNumber, .presence = Presence::kNullable},
      {.name = "take_profit_price", .type = FieldType::kNumber, .presence = Presence::kNullable},
      {.name = "status", .words = "PENDING CLAIMED SUBMITTED REJECTED EXPIRED CANCELLED"},
      {.name = "strategy_name"},
      {.name = "signal_strength", .type = FieldType::kNumber},
      {.name = "created_at", .type = FieldType::kTime},
      {.name = "filled_at", .type = FieldType::kTime, .presence = Presence::kNullable},
      {.name = "filled_price", .type = FieldType::kNumber, .presence = Presence::kNullable},
      {.name = "filled_quantity", .type = FieldType::kNumber, .presence = Presence::kNullable},
      {.name = "broker_order_id"},
      {.name = "metadata", .type = FieldType::kObject},
  }};
  return CheckFields(value, kRules);
}

std::optional<std::string> CheckAutonomyMode(std::string_view value) {
  return model::AutonomyModeFromName(value)
             ? std::nullopt
             : std::optional("'" + std::string(value.substr(0, 60)) + "' is no mode of autonomy");
}

std::optional<std::string> CheckModeChange(std::string_view value) {
  static constexpr std::array<FieldRule, 3> kRules = {{
      {.name = "from", .words = kModes},
      {.name = "to", .words = kModes},
      {.name = "at", .type = FieldType::kTime},
  }};
  return CheckFields(value, kRules);
}

}  // namespace bulwark::contract
