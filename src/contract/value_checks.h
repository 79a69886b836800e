// What is wrong with one value found in Redis, for each encoding of the catalogue.
//
// Shape:   each check answers a sentence for people, or empty when the value is as it should be.
//          They are stricter than the decoders where a writer has no choice (SYSTEM:HALT in lower
//          case, the kill switch as one word) and as tolerant of additional fields.
// Threads: any. Checks allocate.
// Source:  contract sections 1.2-1.6

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "contract/catalogue.h"

namespace bulwark::contract {

std::optional<std::string> CheckTrueOrFalse(std::string_view value);
std::optional<std::string> CheckKillSwitch(std::string_view value);
std::optional<std::string> CheckTime(std::string_view value);
std::optional<std::string> CheckFloat(std::string_view value);
std::optional<std::string> CheckWholeNumber(std::string_view value);
std::optional<std::string> CheckUuid(std::string_view value);
std::optional<std::string> CheckTicker(std::string_view value);
std::optional<std::string> CheckKeyName(std::string_view value);
std::optional<std::string> CheckJson(std::string_view value);
std::optional<std::string> CheckOrder(std::string_view value);
std::optional<std::string> CheckPortfolio(std::string_view value);
std::optional<std::string> CheckAlert(std::string_view value);
std::optional<std::string> CheckOrderRows(std::string_view value);
std::optional<std::string> CheckPositions(std::string_view value);
std::optional<std::string> CheckLastTick(std::string_view value);
std::optional<std::string> CheckBars(std::string_view value);
std::optional<std::string> CheckActiveSymbols(std::string_view value);
std::optional<std::string> CheckSystemState(std::string_view value);
std::optional<std::string> CheckSystemStatus(std::string_view value);
std::optional<std::string> CheckKillMeta(std::string_view value);
std::optional<std::string> CheckKillLogEntry(std::string_view value);
std::optional<std::string> CheckBreakerView(std::string_view value);
std::optional<std::string> CheckVixReading(std::string_view value);
std::optional<std::string> CheckProposedOrder(std::string_view value);
std::optional<std::string> CheckAutonomyMode(std::string_view value);
std::optional<std::string> CheckModeChange(std::string_view value);
std::optional<std::string> CheckPortfolioRisk(std::string_view value);
std::optional<std::string> CheckDayTrade(std::string_view value);
std::optional<std::string> CheckLimiterGrant(std::string_view value);
std::optional<std::string> CheckLimiterTicket(std::string_view value);
std::optional<std::string> CheckLimiterClosed(std::string_view value);
std::optional<std::string> CheckLimiterLimits(std::string_view value);
std::optional<std::string> CheckToken(std::string_view value);
std::optional<std::string> CheckCounterName(std::string_view value);
std::optional<std::string> CheckCacheCounterName(std::string_view value);

std::optional<std::string> CheckPortfolioUpdate(std::string_view value);
std::optional<std::string> CheckTradeExecuted(std::string_view value);
std::optional<std::string> CheckPendingApproval(std::string_view value);
std::optional<std::string> CheckOrderStatus(std::string_view value);
std::optional<std::string> CheckRiskAlert(std::string_view value);
std::optional<std::string> CheckCircuitBreaker(std::string_view value);
std::optional<std::string> CheckKillSwitchTurn(std::string_view value);
std::optional<std::string> CheckSignal(std::string_view value);
std::optional<std::string> CheckFeedDisconnected(std::string_view value);
std::optional<std::string> CheckFeedReconnected(std::string_view value);

}  // namespace bulwark::contract
