#include "stateplane/alert_payloads.h"

#include <string>
#include <string_view>
#include <vector>

#include "contract/alert_document.h"
#include "contract/channel_payloads.h"
#include "model/action.h"
#include "model/denial.h"

namespace bulwark::stateplane {
namespace {

contract::Severity SeverityOf(model::AlertLevel level) {
  switch (level) {
    case model::AlertLevel::kInfo:
      return contract::Severity::kInfo;
    case model::AlertLevel::kWarning:
      return contract::Severity::kWarning;
    case model::AlertLevel::kError:
    case model::AlertLevel::kCritical:
      return contract::Severity::kCritical;
  }
  return contract::Severity::kCritical;
}

}  // namespace

std::string AlertText(const model::AlertRaised& alert, std::string_view symbol) {
  const std::string order_id = alert.order_id.is_nil() ? std::string() : alert.order_id.ToString();
  std::vector<contract::AlertDetail> details;
  if (!alert.reason.empty()) {
    details.push_back({"reason", alert.reason.view()});
  }
  if (!order_id.empty()) {
    details.push_back({"order_id", std::string_view(order_id)});
  }
  if (!symbol.empty()) {
    details.push_back({"symbol", symbol});
  }
  std::string text;
  contract::EncodeAlert(
      text,
      {.at = alert.at, .level = alert.level, .event = alert.event.view(), .details = details});
  return text;
}

std::string AlertPayload(const model::AlertRaised& alert, std::string_view symbol) {
  std::string payload;
  contract::EncodeRiskAlert(payload, {.type = alert.event.view(),
                                      .severity = SeverityOf(alert.level),
                                      .reason = alert.reason.view(),
                                      .symbol = symbol,
                                      .at = alert.at});
  return payload;
}

std::string DenialPayload(const model::OrderDenied& denied, std::string_view symbol) {
  std::string payload;
  contract::EncodeRiskAlert(payload, {.type = "order_denied",
                                      .severity = contract::Severity::kWarning,
                                      .reason = model::DenialName(denied.denial.code),
                                      .symbol = symbol,
                                      .current_value = denied.denial.value,
                                      .limit_value = denied.denial.limit,
                                      .at = denied.at});
  return payload;
}

}  // namespace bulwark::stateplane
