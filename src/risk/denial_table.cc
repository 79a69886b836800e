#include "risk/denial_table.h"

#include <array>
#include <span>
#include <string>

#include "model/denial.h"

namespace bulwark::risk {
namespace {

using model::DenialCode;

constexpr std::array kRows = std::to_array<DenialRow>({
    {DenialCode::kHalted, Applies::kAll, "HALT is in force; only the liquidation may send", "-",
     "-", ""},
    {DenialCode::kKillSwitch, Applies::kAll,
     "the kill switch is active; protective and operator exits pass", "-", "-",
     "kill.allow_strategy_exits"},
    {DenialCode::kPermitStale, Applies::kEntries, "the stops were not proven lately",
     "age of the last proof, seconds; 0 when there never was one", "seconds", "risk.permit_ttl"},
    {DenialCode::kRedisUnavailable, Applies::kEntries, "Redis does not answer", "-", "-", ""},
    {DenialCode::kLedgerUnavailable, Applies::kEntries, "the ledger takes no writes", "-", "-", ""},
    {DenialCode::kVenueDown, Applies::kAll, "the venue is away; nothing could be sent", "-", "-",
     ""},
    {DenialCode::kFeedDown, Applies::kEntries, "the feed is away", "-", "-", "feed.stale_after"},
    {DenialCode::kBooksUnreconciled, Applies::kEntries,
     "our books differ from the venue's, or were not compared yet", "-", "-", ""},
    {DenialCode::kStaleData, Applies::kEntries, "the last price is old by our own receipt",
     "age, seconds", "seconds", "risk.stale_data"},
    {DenialCode::kNoReferencePrice, Applies::kEntries,
     "there is no price, or no equity, to judge by", "-", "-", ""},
    {DenialCode::kBadQuantity, Applies::kAll,
     "not a positive number of lots, or worth less than the venue takes", "quantity, or notional",
     "lot size, or least notional", ""},
    {DenialCode::kBadPrice, Applies::kAll, "a price is missing, off the tick or on the wrong side",
     "price", "tick size", ""},
    {DenialCode::kShortNotAllowed, Applies::kAll, "a spot account opens no short positions",
     "quantity", "0", "account.mode"},
    {DenialCode::kReduceOnlyWouldIncrease, Applies::kAll, "more would be closed than there is",
     "quantity", "quantity that could be closed", ""},
    {DenialCode::kMaxOrderNotional, Applies::kEntries, "the order is worth too much",
     "quantity x reference price", "quote currency", "risk.max_order_notional"},
    {DenialCode::kMaxPosition, Applies::kEntries, "the position would be too large",
     "position after all working entries, at the last price", "share of equity",
     "risk.max_position_pct"},
    {DenialCode::kInsufficientCash, Applies::kEntries, "the free cash does not pay it",
     "notional or the collateral the account wants, and 1 % for fees and slippage", "free cash",
     ""},
    {DenialCode::kTooManyOrders, Applies::kAll,
     "the account has as many open orders as can be kept", "open orders",
     "256; for what only reduces 448", ""},
    {DenialCode::kEntryCooldown, Applies::kEntries, "the last entry of the symbol was a moment ago",
     "seconds since", "seconds", "risk.entry_cooldown"},
    {DenialCode::kPendingOrder, Applies::kEntries, "the symbol has a working order", "-", "-", ""},
    {DenialCode::kReplaceBudget, Applies::kAll, "too many orders were replaced in the last minute",
     "orders", "orders", "risk.replaces_per_minute"},
    {DenialCode::kDayTradeLimit, Applies::kEntries,
     "one day trade too many, or none left for the exit",
     "day trades used, reserved for exits, and needed by this order and its own exit", "day trades",
     "daytrade.max_trades"},
    {DenialCode::kDayTradeAccountUnknown, Applies::kEntries,
     "what the account is worth is not known", "-", "-", ""},
    {DenialCode::kDayTradeDeficit, Applies::kEntries, "a margin deficit is open",
     "intraday margin level", "0", ""},
    {DenialCode::kDayTradeBooksDiffer, Applies::kEntries, "not all executions could be counted",
     "-", "-", ""},
    {DenialCode::kDayTradeBuyingPower, Applies::kEntries, "more than the day-trading buying power",
     "cost of positions opened today, with this order", "the part of the buying power that is used",
     ""},
    {DenialCode::kDayTradeMargin, Applies::kEntries, "too little intraday margin would be left",
     "intraday margin level after the order", "what must be left", "daytrade.buffer"},
    {DenialCode::kDayTradeLeverage, Applies::kEntries, "too much leverage within the day",
     "value of all positions after the order", "times equity", "daytrade.max_leverage"},
    {DenialCode::kDayTradeMinimumEquity, Applies::kEntries,
     "money would be owed below the least equity", "cash that would be owed", "0",
     "daytrade.min_equity"},
    {DenialCode::kDayTradeUnsettled, Applies::kEntries, "the money has not settled", "-", "-", ""},
    {DenialCode::kRestrictedSymbol, Applies::kEntries,
     "the owner put the symbol on the list of what is not to be entered", "-", "-",
     "risk.restricted"},
    {DenialCode::kMinPrice, Applies::kEntries, "the share costs too little", "reference price",
     "quote currency", "risk.min_price"},
    {DenialCode::kPriceCollar, Applies::kEntries,
     "the limit price is far on the wrong side of the market", "limit price",
     "last price and the collar", "risk.price_collar_pct"},
    {DenialCode::kMaxOrderQuantity, Applies::kEntries, "too many pieces", "quantity", "pieces",
     "risk.max_order_quantity"},
    {DenialCode::kMaxVolumeShare, Applies::kEntries, "too large a share of what is traded",
     "order and working entries, pieces", "share of the average volume of the last 20 candles",
     "risk.max_volume_pct"},
    {DenialCode::kMaxPositions, Applies::kEntries, "one position too many",
     "positions after the order", "positions", "risk.max_positions"},
    {DenialCode::kMaxSector, Applies::kEntries, "the sector would be too large",
     "value of the sector after the order, working entries included", "share of equity",
     "risk.max_sector_pct"},
    {DenialCode::kMaxGrossExposure, Applies::kEntries, "borrowed money would be needed",
     "value of all positions after the order, long and short, working entries included",
     "share of equity", "risk.max_gross_pct"},
    {DenialCode::kCashReserve, Applies::kEntries, "too little cash would be left",
     "free cash after the order", "share of equity", "risk.min_cash_reserve_pct"},
    {DenialCode::kSelfMatch, Applies::kEntries, "it could trade with an order of our own",
     "limit price; 0 for a market order", "price of our order; 0 for a sale at the market", ""},
    {DenialCode::kEntriesPerCandle, Applies::kEntries, "the symbol had its entries of this bar",
     "entries in the bar", "entries", "risk.max_entries_per_candle"},
    {DenialCode::kDuplicateOrder, Applies::kEntries, "the same was asked for a moment ago",
     "seconds since", "seconds", "risk.duplicate_window"},
    {DenialCode::kMessageRate, Applies::kEntries,
     "the venue heard enough of the account or of the strategy", "messages in the window",
     "messages", "risk.messages_per_second"},
    {DenialCode::kMaxDailyTrades, Applies::kEntries, "the day had its entries",
     "entries of the UTC day", "entries", "risk.max_daily_trades"},
    {DenialCode::kCircuitBreaker, Applies::kEntries,
     "a circuit breaker has tripped, or cannot be judged; `bulwark breakers show` tells which",
     "what was measured", "what the breaker allows", ""},
    {DenialCode::kReduceOnlyScope, Applies::kEntries,
     "the account, the strategy or the symbol is stopped to reduce only", "-", "-", ""},
    {DenialCode::kCancelOnlyScope, Applies::kAll,
     "the account, the strategy or the symbol is stopped to cancel only", "-", "-", ""},
    {DenialCode::kScopesUnknown, Applies::kEntries,
     "which scopes are stopped could not be read yet", "-", "-", ""},
    {DenialCode::kWatchdog, Applies::kEntries,
     "the account is losing, or has not recovered for long enough",
     "fall from the highest equity, or loss of the week, percent", "percent", "watchdog.stop_pct"},
    {DenialCode::kMarketClosed, Applies::kEntries,
     "the exchange is closed, has just opened or is about to close", "-", "-",
     "daytrade.regular_hours"},
});

}  // namespace

std::span<const DenialRow> DenialTable() {
  return kRows;
}

std::string DenialMarkdown(DefaultOf default_of) {
  std::string text =
      "| code | for | means | value | limit | setting | default |\n"
      "| --- | --- | --- | --- | --- | --- | --- |\n";
  for (const DenialRow& row : kRows) {
    const std::string setting(row.setting);
    const std::string words = setting.empty() ? "" : default_of(setting);
    text += "| `" + std::string(model::DenialName(row.code)) + "` | " +
            (row.applies == Applies::kEntries ? "entries" : "all") + " | " +
            std::string(row.meaning) + " | " + std::string(row.value) + " | " +
            std::string(row.limit) + " | " + (setting.empty() ? "-" : "`" + setting + "`") + " | " +
            (setting.empty() ? "-"
             : words.empty() ? "empty"
                             : words) +
            " |\n";
  }
  return text;
}

}  // namespace bulwark::risk
