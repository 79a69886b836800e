// What a scenario of the day-trade guard may expect.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/new_york.h"
#include "daytrade/account.h"
#include "daytrade/bounded.h"
#include "daytrade/day_counter.h"
#include "daytrade/deficit_book.h"
#include "daytrade/guard.h"
#include "daytrade/margin_check.h"
#include "daytrade/pattern_check.h"
#include "daytrade/policy.h"
#include "daytrade/trade_log.h"
#include "sim/daytrade_policy_text.h"
#include "sim/daytrade_scenario.h"
#include "sim/daytrade_stage.h"

namespace bulwark::sim {
namespace {

using base::Decimal;

std::string DateText(daytrade::Date date) {
  const std::chrono::year_month_day day{date};
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(day.year()),
                static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
  return text.data();
}

std::string Text(Decimal value) {
  return value.ToString();
}
std::string Text(std::int32_t value) {
  return std::to_string(value);
}
std::string Text(bool value) {
  return value ? "yes" : "no";
}
std::string Text(std::optional<daytrade::Date> date) {
  return date ? DateText(*date) : "none";
}

template <auto kFigure>
std::string ShowPattern(DayTradeStage& stage, const Line&) {
  return Text(stage.decision().pattern.*kFigure);
}
template <auto kFigure>
std::string ShowMargin(DayTradeStage& stage, const Line&) {
  return Text(stage.decision().margin.*kFigure);
}

std::string ShowVerdict(DayTradeStage& stage, const Line&) {
  return std::string(daytrade::Name(stage.decision().verdict));
}
std::string ShowRule(DayTradeStage& stage, const Line&) {
  return Text(stage.decision().rule);
}
std::string ShowReason(DayTradeStage& stage, const Line&) {
  const auto reason = stage.decision().first_reason();
  return reason ? std::string(daytrade::ReasonName(*reason)) : "none";
}
std::string ShowHasReason(DayTradeStage& stage, const Line& line) {
  for (std::size_t index = 0; index < daytrade::kReasons; ++index) {
    const auto reason = static_cast<daytrade::Reason>(index);
    if (daytrade::ReasonName(reason) == line.words[0]) {
      return Text(stage.decision().Has(reason));
    }
  }
  return "no such reason";
}
std::string ShowRegime(DayTradeStage& stage, const Line&) {
  return std::string(daytrade::Name(stage.decision().regime));
}
std::string ShowLegacyOutdated(DayTradeStage& stage, const Line&) {
  return Text(stage.decision().is_legacy_outdated);
}
std::string ShowPossibleFrom(DayTradeStage& stage, const Line&) {
  return Text(stage.decision().possible_from);
}

std::string CountsText(const daytrade::Counts& counts) {
  return Text(counts.m1) + "/" + Text(counts.m2) + "/" + Text(counts.m3);
}

daytrade::Counts CountsToday(DayTradeStage& stage, const Line& line, daytrade::DayKey key) {
  const auto instrument = stage.Find(line.words[0]);
  const daytrade::Date today = key == daytrade::DayKey::kTradeDate
                                   ? stage.trades().TradeDate(stage.now())
                                   : base::NewYorkDate(stage.now());
  return instrument ? stage.trades().CountsOn(*instrument, key, today) : daytrade::Counts{};
}
std::string ShowCounts(DayTradeStage& stage, const Line& line) {
  return CountsText(CountsToday(stage, line, daytrade::DayKey::kTradeDate));
}
std::string ShowWallCounts(DayTradeStage& stage, const Line& line) {
  return CountsText(CountsToday(stage, line, daytrade::DayKey::kWallDate));
}
std::string ShowStrict(DayTradeStage& stage, const Line& line) {
  return Text(CountsToday(stage, line, daytrade::DayKey::kTradeDate).strict());
}
std::string ShowDayTrades(DayTradeStage& stage, const Line&) {
  return Text(stage.trades().Count(stage.now()));
}
std::string ShowLeft(DayTradeStage& stage, const Line&) {
  const std::int32_t limit =
      std::min(stage.policy().day_trades_max, stage.policy().rules.day_trades_max);
  return Text(std::max(0, limit - stage.trades().Count(stage.now())));
}
std::string ShowOrders(DayTradeStage& stage, const Line&) {
  return Text(stage.trades().OrdersInWindow(stage.now()));
}
std::string ShowComplete(DayTradeStage& stage, const Line&) {
  return Text(stage.trades().is_complete());
}
std::string ShowWindow(DayTradeStage& stage, const Line&) {
  std::string text;
  for (daytrade::Date day = stage.trades().WindowEnd(stage.now());
       day >= stage.trades().WindowStart(stage.now());
       day = stage.calendar().PreviousSession(day)) {
    text += (text.empty() ? "" : " ") + DateText(day);
  }
  return text;
}
std::string ShowTradeDate(DayTradeStage& stage, const Line&) {
  return DateText(stage.trades().TradeDate(stage.now()));
}
std::string ShowUtc(DayTradeStage& stage, const Line&) {
  const auto day = std::chrono::floor<std::chrono::days>(stage.now());
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(stage.now() - day).count();
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "T%02d:%02dZ", static_cast<int>(minutes / 60),
                static_cast<int>(minutes % 60));
  return DateText(day) + text.data();
}

std::string ShowHeld(DayTradeStage& stage, const Line& line) {
  const auto instrument = stage.Find(line.words[0]);
  return instrument ? Text(stage.trades().Held(*instrument)) : "no such symbol";
}
std::string ShowFloor(DayTradeStage& stage, const Line&) {
  return Text(daytrade::IsFloorMet(stage.policy(), stage.SnapshotNow()));
}
std::string ShowBuyingPower(DayTradeStage& stage, const Line&) {
  return Text(daytrade::BuyingPower(stage.policy(), stage.SnapshotNow()));
}
std::string ShowUsableBuyingPower(DayTradeStage& stage, const Line&) {
  return Text(daytrade::Times(daytrade::BuyingPower(stage.policy(), stage.SnapshotNow()),
                              stage.policy().buying_power_use));
}
std::string ShowPeak(DayTradeStage& stage, const Line&) {
  return Text(stage.trades().PeakToday(stage.now()));
}
std::string ShowCall(DayTradeStage& stage, const Line&) {
  return Text(std::max(Decimal(), stage.trades().PeakToday(stage.now()) -
                                      daytrade::BuyingPower(stage.policy(), stage.SnapshotNow())));
}

std::string ShowEquity(DayTradeStage& stage, const Line&) {
  return Text(stage.SnapshotNow().equity);
}
std::string ShowLevel(DayTradeStage& stage, const Line&) {
  return Text(daytrade::MarginLevel(stage.policy(), stage.SnapshotNow(), stage.holdings()));
}
std::string ShowRequirement(DayTradeStage& stage, const Line&) {
  Decimal sum;
  for (const daytrade::Holding& holding : stage.holdings()) {
    sum = daytrade::Plus(
        sum, daytrade::Requirement(stage.policy(), holding.quantity, holding.mark, holding.terms));
  }
  return Text(sum);
}
std::string ShowCut(DayTradeStage& stage, const Line& line) {
  Decimal gross;
  for (const daytrade::Holding& holding : stage.holdings()) {
    gross = daytrade::Plus(gross, daytrade::Times(holding.quantity.Abs(), holding.mark));
  }
  const auto multiple = Decimal::Parse(line.words[0]);
  return multiple ? Text(daytrade::ToCutBeforeClose(*multiple, stage.SnapshotNow().equity, gross))
                  : "not a number";
}
std::string ShowRounded(DayTradeStage& stage, const Line&) {
  return Text(stage.decision().margin.capacity.RoundDownTo(Decimal::FromRaw(1'000'000)));
}

const daytrade::Deficit* DeficitOf(DayTradeStage& stage, const Line& line) {
  const auto date = ParseDate(line.words[0]);
  return date ? stage.deficits().Find(*date) : nullptr;
}
std::string ShowDeficit(DayTradeStage& stage, const Line& line) {
  const daytrade::Deficit* deficit = DeficitOf(stage, line);
  return deficit == nullptr ? "none" : Text(deficit->amount);
}
std::string ShowMinor(DayTradeStage& stage, const Line& line) {
  const daytrade::Deficit* deficit = DeficitOf(stage, line);
  return deficit == nullptr ? "none" : Text(deficit->is_minor);
}
std::string ShowSatisfied(DayTradeStage& stage, const Line& line) {
  const daytrade::Deficit* deficit = DeficitOf(stage, line);
  return deficit == nullptr ? "none" : Text(deficit->satisfied_on);
}
template <daytrade::CureBasis kBasis>
std::string ShowToCure(DayTradeStage& stage, const Line& line) {
  const auto date = ParseDate(line.words[0]);
  return date ? Text(stage.deficits().Left(*date, kBasis)) : "not a date";
}
template <auto kDeadline>
std::string ShowDeadline(DayTradeStage& stage, const Line& line) {
  const auto date = ParseDate(line.words[0]);
  return date ? DateText(stage.deficits().DeadlinesOf(*date).*kDeadline) : "not a date";
}
std::string ShowState(DayTradeStage& stage, const Line&) {
  constexpr std::array kNames = {"normal", "open_deficit", "locked", "frozen"};
  const auto state = stage.deficits().StateOn(stage.trades().TradeDate(stage.now()));
  return kNames.at(static_cast<std::size_t>(state));
}
std::string ShowSettled(DayTradeStage& stage, const Line&) {
  return Text(stage.cash_book().SettledOn(stage.trades().TradeDate(stage.now())));
}

using daytrade::Deadlines;
using daytrade::MarginFigures;
using daytrade::PatternFigures;

constexpr std::array kViews = {
    DayTradeView{"verdict", "WORD",
                 "Of the last check: allow, block, block_until_next_session, needs_approval, "
                 "allow_and_alert.",
                 0, ShowVerdict},
    DayTradeView{"rule", "NUMBER", "Row of the decision table.", 0, ShowRule},
    DayTradeView{"reason", "CODE", "The first that objects, or none.", 0, ShowReason},
    DayTradeView{"has-reason", "CODE yes|no", "Whether it objects.", 1, ShowHasReason},
    DayTradeView{"regime", "NAME", "What the last check held to.", 0, ShowRegime},
    DayTradeView{"legacy-outdated", "yes|no", "The phase-in is over.", 0, ShowLegacyOutdated},
    DayTradeView{"possible-from", "DATE", "When the exit may be sent.", 0, ShowPossibleFrom},
    DayTradeView{"used", "NUMBER", "Day trades in the window.", 0,
                 ShowPattern<&PatternFigures::used>},
    DayTradeView{"reserved", "NUMBER", "For other exits.", 0,
                 ShowPattern<&PatternFigures::reserved>},
    DayTradeView{"delta", "NUMBER", "That the order makes.", 0,
                 ShowPattern<&PatternFigures::delta>},
    DayTradeView{"own-exit", "NUMBER", "With getting out again.", 0,
                 ShowPattern<&PatternFigures::own_exit>},
    DayTradeView{"limit", "NUMBER", "", 0, ShowPattern<&PatternFigures::limit>},
    DayTradeView{"limited", "yes|no", "Whether the limit applies.", 0,
                 ShowPattern<&PatternFigures::is_limited>},
    DayTradeView{"exposure", "AMOUNT", "Against buying power.", 0,
                 ShowPattern<&PatternFigures::exposure>},
    DayTradeView{"counts", "SYMBOL M1/M2/M3", "Of today, by trade date.", 1, ShowCounts},
    DayTradeView{"wall-counts", "SYMBOL M1/M2/M3", "Of today, by New York's date.", 1,
                 ShowWallCounts},
    DayTradeView{"strict", "SYMBOL NUMBER", "The largest of the three.", 1, ShowStrict},
    DayTradeView{"day-trades", "NUMBER", "Of the account, in the window, by the policy.", 0,
                 ShowDayTrades},
    DayTradeView{"left", "NUMBER", "Day trades that are left.", 0, ShowLeft},
    DayTradeView{"orders", "NUMBER", "Orders that traded in the window.", 0, ShowOrders},
    DayTradeView{"complete", "yes|no", "Whether all executions are counted.", 0, ShowComplete},
    DayTradeView{"window", "DATE...", "Its sessions, newest first.", 0, ShowWindow},
    DayTradeView{"trade-date", "DATE", "Of now.", 0, ShowTradeDate},
    DayTradeView{"utc", "DATETHH:MMZ", "The clock, in UTC.", 0, ShowUtc},
    DayTradeView{"held", "SYMBOL QUANTITY", "", 1, ShowHeld},
    DayTradeView{"floor-met", "yes|no", "", 0, ShowFloor},
    DayTradeView{"buying-power", "AMOUNT", "By the rule.", 0, ShowBuyingPower},
    DayTradeView{"usable-buying-power", "AMOUNT", "By the policy.", 0, ShowUsableBuyingPower},
    DayTradeView{"peak", "AMOUNT", "What today's positions cost at most.", 0, ShowPeak},
    DayTradeView{"buying-power-call", "AMOUNT", "", 0, ShowCall},
    DayTradeView{"equity", "AMOUNT", "", 0, ShowEquity},
    DayTradeView{"level", "AMOUNT", "The intraday margin level.", 0, ShowLevel},
    DayTradeView{"requirement", "AMOUNT", "Of all positions.", 0, ShowRequirement},
    DayTradeView{"worst", "AMOUNT", "The level when all that works has filled.", 0,
                 ShowMargin<&MarginFigures::worst>},
    DayTradeView{"after", "AMOUNT", "And the order of the last check.", 0,
                 ShowMargin<&MarginFigures::after>},
    DayTradeView{"buffer", "AMOUNT", "", 0, ShowMargin<&MarginFigures::buffer>},
    DayTradeView{"debit", "AMOUNT", "Cash owed after it.", 0,
                 ShowMargin<&MarginFigures::debit_after>},
    DayTradeView{"capacity", "AMOUNT", "Before the cap on leverage, to the cent.", 0, ShowRounded},
    DayTradeView{"capacity-capped", "AMOUNT", "", 0, ShowMargin<&MarginFigures::capacity_capped>},
    DayTradeView{"to-cut", "MULTIPLE AMOUNT", "Before the close.", 1, ShowCut},
    DayTradeView{"deficit", "DATE AMOUNT", "Or none.", 1, ShowDeficit},
    DayTradeView{"minor", "DATE yes|no", "", 1, ShowMinor},
    DayTradeView{"satisfied", "DATE DATE", "Or none.", 1, ShowSatisfied},
    DayTradeView{"to-cure", "DATE AMOUNT", "By what the customer did.", 1,
                 ShowToCure<daytrade::CureBasis::kCustomerActions>},
    DayTradeView{"to-cure-literal", "DATE AMOUNT", "By any gain.", 1,
                 ShowToCure<daytrade::CureBasis::kLiteral>},
    DayTradeView{"due-ours", "DATE DATE", "", 1, ShowDeadline<&Deadlines::ours>},
    DayTradeView{"due-broker", "DATE DATE", "", 1, ShowDeadline<&Deadlines::broker>},
    DayTradeView{"due-rule", "DATE DATE", "", 1, ShowDeadline<&Deadlines::rule>},
    DayTradeView{"expires", "DATE DATE", "", 1, ShowDeadline<&Deadlines::expiry>},
    DayTradeView{"freeze-ends", "DATE DATE", "", 1, ShowDeadline<&Deadlines::freeze_ends>},
    DayTradeView{"state", "normal|open_deficit|locked|frozen", "", 0, ShowState},
    DayTradeView{"settled", "AMOUNT", "Cash that has settled.", 0, ShowSettled},
};

}  // namespace

std::span<const DayTradeView> DayTradeViews() {
  return kViews;
}

}  // namespace bulwark::sim
