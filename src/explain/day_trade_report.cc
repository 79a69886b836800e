#include "explain/day_trade_report.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "daytrade/day_trade_list.h"
#include "daytrade/guard.h"
#include "daytrade/pattern_check.h"
#include "daytrade/policy.h"
#include "daytrade/trade_log.h"
#include "engine/day_trade_desk.h"
#include "explain/rehearsal.h"
#include "model/denial.h"
#include "model/instrument.h"
#include "model/names.h"
#include "model/order.h"
#include "risk/gate_trace.h"

namespace bulwark::explain {
namespace {

using Json = nlohmann::ordered_json;
using base::Decimal;

std::string DateText(daytrade::Date date) {
  return base::FormatDate(base::UnixNanos(date));
}

std::string TimeText(base::UnixNanos at) {
  return base::FormatIso(at, base::IsoSuffix::kZulu);
}

// The first session whose window is without that date.
daytrade::Date LeavesOn(const calendar::ExchangeCalendar& calendar, daytrade::Date date,
                        std::int32_t sessions) {
  for (std::int32_t at = 0; at < sessions; ++at) {
    date = calendar.NextSession(date);
  }
  return date;
}

std::string_view Word(risk::CheckOutcome outcome) {
  switch (outcome) {
    case risk::CheckOutcome::kPassed:
      return "passed";
    case risk::CheckOutcome::kObjected:
      return "DENIED";
    case risk::CheckOutcome::kNotAsked:
      return "not asked";
  }
  return "unknown";
}

std::vector<std::string_view> ReasonsOf(const daytrade::Decision& decision) {
  std::vector<std::string_view> names;
  for (std::size_t at = 0; at < daytrade::kReasons; ++at) {
    if (decision.reasons.at(at)) {
      names.push_back(daytrade::ReasonName(static_cast<daytrade::Reason>(at)));
    }
  }
  return names;
}

std::string DescribeDecision(const daytrade::Decision& decision) {
  const daytrade::PatternFigures& pattern = decision.pattern;
  std::string text =
      fmt::format("day trades      {} by row {}, rules {}\n", daytrade::Name(decision.verdict),
                  decision.rule, daytrade::Name(decision.regime));
  if (daytrade::CountsDayTrades(decision.regime)) {
    text += fmt::format(
        "  count         used {} + kept for other exits {} + this order and getting out of it {}, "
        "limit {}{}\n",
        pattern.used, pattern.reserved, pattern.own_exit, pattern.limit,
        pattern.is_limited ? "" : " (does not apply)");
  }
  if (daytrade::ChecksMargin(decision.regime)) {
    text +=
        fmt::format("  margin        level {} now, {} after, {} must be left; positions {} of {}\n",
                    decision.margin.level.ToString(), decision.margin.after.ToString(),
                    decision.margin.buffer.ToString(), decision.margin.gross_after.ToString(),
                    decision.margin.gross_max.ToString());
  }
  for (const std::string_view reason : ReasonsOf(decision)) {
    text += fmt::format("  reason        {}\n", reason);
  }
  return text;
}

Json DecisionJson(const daytrade::Decision& decision) {
  return {{"verdict", daytrade::Name(decision.verdict)},
          {"rule", decision.rule},
          {"regime", daytrade::Name(decision.regime)},
          {"used", decision.pattern.used},
          {"reserved", decision.pattern.reserved},
          {"own_exit", decision.pattern.own_exit},
          {"limit", decision.pattern.limit},
          {"is_limited", decision.pattern.is_limited},
          {"margin_level", decision.margin.level.ToString()},
          {"margin_after", decision.margin.after.ToString()},
          {"margin_buffer", decision.margin.buffer.ToString()},
          {"reasons", ReasonsOf(decision)}};
}

void ListTrades(const engine::DayTradeDesk& desk, const Rehearsal& rehearsal,
                DayTradeStatus& status) {
  for (const daytrade::DayTrade& trade : daytrade::ListDayTrades(desk.trades())) {
    const daytrade::Date leaves =
        LeavesOn(desk.calendar(), trade.date, desk.policy().rules.window_sessions);
    const bool is_in_window = trade.date >= status.window_from;
    status.trades.push_back({.date = trade.date,
                             .symbol = rehearsal.instruments()[trade.instrument].symbol,
                             .number = trade.number,
                             .order = trade.order,
                             .at = trade.at,
                             .leaves = leaves,
                             .is_in_window = is_in_window});
    if (is_in_window && (!status.next_leaves || leaves < *status.next_leaves)) {
      status.next_leaves = leaves;
    }
  }
}

}  // namespace

std::optional<DayTradeStatus> StatusOf(const Rehearsal& rehearsal, base::UnixNanos now) {
  const engine::DayTradeDesk* desk = rehearsal.engine().day_trades();
  if (desk == nullptr) {
    return std::nullopt;
  }
  const daytrade::TradeLog& trades = desk->trades();
  const daytrade::Policy& policy = desk->policy();
  DayTradeStatus status;
  status.regime = daytrade::EffectiveRegime(policy, trades.TradeDate(now));
  status.is_confirmed = policy.confirmed_on && trades.TradeDate(now) - *policy.confirmed_on <=
                                                   std::chrono::days{policy.recheck_days};
  status.window_from = trades.WindowStart(now);
  status.window_to = trades.WindowEnd(now);
  status.used = trades.Count(now);
  status.elsewhere = trades.CountElsewhere(now);
  status.reserved = daytrade::ReservedExits(policy, trades, now, std::nullopt);
  status.limit = policy.day_trades_max;
  status.is_complete = trades.is_complete() && !desk->IsWindowCut(now);
  status.equity = rehearsal.engine().Equity();
  status.floor =
      base::Mul(policy.rules.equity_floor, policy.floor_headroom, base::Rounding::kCeiling);
  ListTrades(*desk, rehearsal, status);
  for (const model::Instrument& instrument : rehearsal.instruments().rows()) {
    const Decimal opened = trades.ViewOf(instrument.id, now).today.at(0).opened_today();
    if (!opened.is_zero()) {
      status.open_today.push_back({.symbol = instrument.symbol, .quantity = opened});
    }
  }
  return status;
}

std::string DescribeStatus(const DayTradeStatus& status) {
  std::string text =
      fmt::format("rules         {}{}\n", daytrade::Name(status.regime),
                  status.is_confirmed ? "" : "; the broker's written answer is missing or too old");
  text += fmt::format("day trades    {} of {} used in the sessions {} to {}; {} kept for exits\n",
                      status.used, status.limit, DateText(status.window_from),
                      DateText(status.window_to), status.reserved);
  if (status.elsewhere > 0) {
    text += fmt::format("elsewhere     {} of them were told by others (risk:pdt:trades)\n",
                        status.elsewhere);
  }
  text += fmt::format("next one      {}\n",
                      status.next_leaves ? "leaves the window on " + DateText(*status.next_leaves)
                                         : std::string("none of ours is in the window"));
  text +=
      fmt::format("floor         equity {}; the count ends at {} if the policy lets it\n",
                  status.equity ? status.equity->ToString() : "unknown", status.floor.ToString());
  for (const OpenToday& open : status.open_today) {
    text += fmt::format("opened today  {} {}\n", open.symbol.view(), open.quantity.ToString());
  }
  if (!status.is_complete) {
    text += "incomplete    trades of the window are missing: entries in US equities wait\n";
  }
  return text;
}

std::string DescribeTrades(const DayTradeStatus& status) {
  if (status.trades.empty()) {
    return "the ledger remembers no day trade\n";
  }
  std::string text;
  for (const ListedDayTrade& trade : status.trades) {
    text +=
        fmt::format("{}  {:<8} no. {}  closed by {} at {}  {}\n", DateText(trade.date),
                    trade.symbol.view(), trade.number, trade.order.ToString(), TimeText(trade.at),
                    trade.is_in_window ? "counts until " + DateText(trade.leaves)
                                       : "counted until " + DateText(trade.leaves));
  }
  return text;
}

std::string StatusAsJson(const DayTradeStatus& status) {
  Json json{{"regime", daytrade::Name(status.regime)},
            {"is_confirmed", status.is_confirmed},
            {"window_from", DateText(status.window_from)},
            {"window_to", DateText(status.window_to)},
            {"used", status.used},
            {"elsewhere", status.elsewhere},
            {"reserved", status.reserved},
            {"limit", status.limit},
            {"is_complete", status.is_complete},
            {"equity", nullptr},
            {"floor", status.floor.ToString()},
            {"next_leaves", nullptr},
            {"day_trades", Json::array()},
            {"opened_today", Json::array()}};
  if (status.equity) {
    json["equity"] = status.equity->ToString();
  }
  if (status.next_leaves) {
    json["next_leaves"] = DateText(*status.next_leaves);
  }
  for (const ListedDayTrade& trade : status.trades) {
    json["day_trades"].push_back({{"date", DateText(trade.date)},
                                  {"symbol", trade.symbol.view()},
                                  {"number", trade.number},
                                  {"order_id", trade.order.ToString()},
                                  {"at", TimeText(trade.at)},
                                  {"leaves", DateText(trade.leaves)},
                                  {"is_in_window", trade.is_in_window}});
  }
  for (const OpenToday& open : status.open_today) {
    json["opened_today"].push_back(
        {{"symbol", open.symbol.view()}, {"quantity", open.quantity.ToString()}});
  }
  return json.dump(2) + "\n";
}

std::string DescribeRehearsed(const Rehearsed& rehearsed, const model::Instrument& instrument) {
  const model::NewOrder& order = rehearsed.order;
  std::string text = fmt::format(
      "{} {} {}: {}\n", model::Name(order.side), order.quantity.ToString(),
      instrument.symbol.view(),
      rehearsed.denial ? fmt::format("denied, {}", model::DenialName(rehearsed.denial->code))
                       : "would be sent");
  for (const risk::TracedCheck& check : rehearsed.checks) {
    text += fmt::format("{:<16}{}", check.guard, Word(check.outcome));
    if (check.value && check.limit) {
      text += fmt::format(" {} of {}", check.value->ToString(), check.limit->ToString());
    }
    text += "\n";
  }
  if (rehearsed.day_trade) {
    text += DescribeDecision(*rehearsed.day_trade);
  }
  return text;
}

std::string RehearsedAsJson(const Rehearsed& rehearsed, const model::Instrument& instrument) {
  Json json{{"symbol", instrument.symbol.view()},
            {"side", model::Name(rehearsed.order.side)},
            {"quantity", rehearsed.order.quantity.ToString()},
            {"reduce_only", rehearsed.order.reduce_only},
            {"is_allowed", !rehearsed.denial.has_value()},
            {"denial", nullptr},
            {"checks", Json::array()},
            {"day_trade", nullptr}};
  if (rehearsed.denial) {
    json["denial"] = {{"code", model::DenialName(rehearsed.denial->code)},
                      {"value", rehearsed.denial->value.ToString()},
                      {"limit", rehearsed.denial->limit.ToString()}};
  }
  for (const risk::TracedCheck& check : rehearsed.checks) {
    Json row{{"guard", check.guard}, {"outcome", Word(check.outcome)}};
    if (check.value && check.limit) {
      row["value"] = check.value->ToString();
      row["limit"] = check.limit->ToString();
    }
    json["checks"].push_back(std::move(row));
  }
  if (rehearsed.day_trade) {
    json["day_trade"] = DecisionJson(*rehearsed.day_trade);
  }
  return json.dump(2) + "\n";
}

}  // namespace bulwark::explain
