// The words of the contract for our enumerators, in both directions.
//
// Errors:  the readers answer empty for a word that is not in the list; case matters.
// Threads: any. Nothing allocates.
// Source:  contract sections 0.2, 2.1, 2.3

#pragma once

#include <optional>
#include <string_view>

#include "model/action.h"
#include "model/adjustment.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/portfolio.h"
#include "model/signal.h"
#include "model/switches.h"

namespace bulwark::model {

std::string_view Name(Side value);         // BUY SELL
std::string_view Name(Intent value);       // OPEN_LONG OPEN_SHORT CLOSE_LONG CLOSE_SHORT
std::string_view Name(OrderType value);    // MARKET LIMIT STOP STOP_LIMIT
std::string_view Name(TimeInForce value);  // GTC IOC FOK DAY
std::string_view Name(
    OrderStatus value);  // PENDING SUBMITTED PARTIALLY_FILLED FILLED CANCELLED FAILED EXPIRED
std::string_view Name(
    OrderState value);  // As the statuses, and WAITING UNRESOLVED PENDING_CANCEL REPLACED
std::string_view Name(OrderRole value);       // SINGLE ENTRY STOP TARGET
std::string_view Name(Origin value);          // STRATEGY PROTECTIVE LIQUIDATION OPERATOR
std::string_view Name(Direction value);       // LONG SHORT FLAT
std::string_view Name(AlertLevel value);      // INFO WARNING ERROR CRITICAL
std::string_view Name(RunState value);        // starting running reduce_only killed halting halted
std::string_view Name(Switch value);          // halt kill
std::string_view Name(AdjustmentKind value);  // BUST, ...
std::string_view Name(AnchorKind value);      // DAY WEEK INCEPTION PEAK SESSION WATCHDOG
std::string_view Name(AccountMode value);     // spot margin perp

std::optional<Side> SideFromName(std::string_view name);
std::optional<Intent> IntentFromName(std::string_view name);
std::optional<OrderType> OrderTypeFromName(std::string_view name);
std::optional<TimeInForce> TimeInForceFromName(std::string_view name);
std::optional<OrderStatus> OrderStatusFromName(std::string_view name);
std::optional<OrderState> OrderStateFromName(std::string_view name);
std::optional<OrderRole> OrderRoleFromName(std::string_view name);
std::optional<Origin> OriginFromName(std::string_view name);
std::optional<AdjustmentKind> AdjustmentKindFromName(std::string_view name);
std::optional<AnchorKind> AnchorKindFromName(std::string_view name);
std::optional<AccountMode> AccountModeFromName(std::string_view name);
std::optional<Switch> SwitchFromName(std::string_view name);

}  // namespace bulwark::model
