#include "sim/daytrade_scenario.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "base/decimal.h"
#include "base/new_york.h"
#include "base/time.h"
#include "calendar/override_text.h"
#include "daytrade/account.h"
#include "daytrade/guard.h"
#include "daytrade/policy.h"
#include "daytrade/trade_log.h"
#include "model/market_data.h"
#include "model/order.h"
#include "sim/daytrade_policy_text.h"
#include "sim/daytrade_stage.h"
#include "sim/scenario.h"

namespace bulwark::sim {
namespace {

using base::Decimal;

const Complaint kDone = std::nullopt;

Line Parse(const std::string& text) {
  std::istringstream in(text.substr(0, text.find('#')));
  Line line;
  for (std::string word; in >> word;) {
    const std::size_t equals = word.find('=');
    if (word.front() == '@') {
      line.options["price"] = word.substr(1);
    } else if (equals != std::string::npos) {
      line.options[word.substr(0, equals)] = word.substr(equals + 1);
    } else {
      line.words.push_back(word);
    }
  }
  return line;
}

std::optional<base::Nanos> ParseHour(std::string_view text) {
  int hour = 0;
  int minute = 0;
  int second = 0;
  const int read = std::sscanf(std::string(text).c_str(), "%2d:%2d:%2d", &hour, &minute, &second);
  if (read < 2 || hour > 23 || minute > 59 || second > 59) {
    return std::nullopt;
  }
  return std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second};
}

// ---- Before anything happens ----

Complaint RunPolicy(DayTradeStage& stage, const Line& line) {
  if (stage.has_begun()) {
    return "the policy stands before what happens";
  }
  if (line.words[0] == "ordinary") {
    stage.policy() = daytrade::OrdinaryPolicy();
  } else if (line.words[0] != "conservative") {
    return Wrong("conservative or ordinary", line.words[0]);
  }
  return kDone;
}

Complaint RunSet(DayTradeStage& stage, const Line& line) {
  if (stage.has_begun()) {
    return "settings stand before what happens";
  }
  return SetPolicyField(stage.policy(), line.words[0], line.words[1]);
}

Complaint RunCalendar(DayTradeStage& stage, const Line& line) {
  const auto overrides = calendar::ParseOverrides(line.words[0] + " " + line.words[1]);
  if (!overrides || stage.has_begun()) {
    return "write, before what happens: calendar DATE closed|half|full";
  }
  stage.overrides().insert(stage.overrides().end(), overrides->begin(), overrides->end());
  return kDone;
}

// ---- The account ----

Complaint RunAccount(DayTradeStage& stage, const Line& line) {
  daytrade::Snapshot& stated = stage.stated();
  for (const auto& [name, text] : line.options) {
    const auto number = Decimal::Parse(text);
    if (name == "pdt_since") {
      stated.pattern_day_trader_since = ParseDate(text);
    } else if (name == "blocked") {
      stated.is_trading_blocked = text == "yes";
    } else if (name == "call") {
      stated.has_buying_power_call = text == "yes";
    } else if (!number) {
      return Wrong("not a number", text);
    } else if (name == "equity") {
      stage.StateEquity(*number);
    } else if (name == "last_equity") {
      stage.StateLastEquity(*number);
    } else if (name == "cash") {
      stated.cash = *number;
    } else if (name == "maintenance") {
      stated.maintenance = *number;
    } else if (name == "last_maintenance") {
      stated.last_maintenance = *number;
    } else if (name == "excluded") {
      stated.excluded_equity = *number;
    } else if (name == "broker_count") {
      stated.broker_count = static_cast<std::int32_t>(number->raw() / Decimal::kScale);
    } else if (name == "broker_remaining") {
      stated.broker_remaining = static_cast<std::int32_t>(number->raw() / Decimal::kScale);
    } else {
      return Wrong("no such figure of the account", name);
    }
  }
  return kDone;
}

Complaint RunInstrument(DayTradeStage& stage, const Line& line) {
  const auto instrument = stage.Find(line.words[0]);
  if (!instrument) {
    return Wrong("not a symbol", line.words[0]);
  }
  daytrade::MarginTerms& terms = stage.HoldingOf(*instrument).terms;
  if (line.Has("rate")) {
    terms.broker_rate = line.Number("rate", {});
  }
  terms.leverage_factor = line.Number("factor", daytrade::Dollars(1));
  const auto marginable = line.options.find("marginable");
  terms.is_marginable = marginable == line.options.end() || marginable->second != "no";
  return kDone;
}

Complaint RunClock(DayTradeStage& stage, const Line& line) {
  const std::string& word = line.words[0];
  if (word.ends_with("Z") && word.size() > 11) {
    const auto date = ParseDate(word.substr(0, 10));
    const auto hour = ParseHour(word.substr(11));
    if (!date || !hour) {
      return Wrong("write 2026-11-20T20:30Z", word);
    }
    stage.SetClock(base::UnixNanos(*date) + *hour);
    return kDone;
  }
  const auto date =
      line.words.size() > 1 ? ParseDate(word) : std::optional(base::NewYorkDate(stage.now()));
  const auto hour = ParseHour(line.words.back());
  if (!date || !hour) {
    return "write: clock 2026-11-23 09:40, or clock 09:40";
  }
  stage.SetClock(base::FromNewYork(std::chrono::local_days(date->time_since_epoch()) + *hour).at);
  return kDone;
}

Complaint RunHolds(DayTradeStage& stage, const Line& line) {
  const auto instrument = stage.Find(line.words[0]);
  const auto quantity = Decimal::Parse(line.words[1]);
  if (!instrument || !quantity) {
    return "write: holds SYMBOL QUANTITY [@PRICE]";
  }
  return stage.Hold(*instrument, *quantity, line.Number("price", daytrade::Dollars(10)));
}

// ---- What happens ----

template <bool kIsBuy>
Complaint RunTrade(DayTradeStage& stage, const Line& line) {
  const auto instrument = stage.Find(line.words[0]);
  const auto quantity = Decimal::Parse(line.words[1]);
  if (!instrument || !quantity || !quantity->is_positive()) {
    return "write: buy SYMBOL QUANTITY [@PRICE] [order=NAME] [trade=NAME]";
  }
  const std::uint64_t number = stage.NextNumber();
  const auto order = line.options.find("order");
  const auto trade = line.options.find("trade");
  daytrade::Execution execution{
      .instrument = *instrument,
      .order = order == line.options.end() ? stage.OrderNamed("#" + std::to_string(number))
                                           : stage.OrderNamed(order->second),
      .trade = model::TradeId(trade == line.options.end() ? "#" + std::to_string(number)
                                                          : trade->second),
      .quantity = kIsBuy ? *quantity : -*quantity,
      .price = line.Number("price", daytrade::Dollars(10)),
      .at = stage.now()};
  if (line.Has("late")) {  // Told now, of an earlier time.
    const auto late = ParseSpan(line.options.find("late")->second);
    execution.at -= late.value_or(base::Nanos::zero());
  }
  if (line.Has("ahead")) {
    const auto ahead = ParseSpan(line.options.find("ahead")->second);
    execution.at += ahead.value_or(base::Nanos::zero());
  }
  return stage.Fill(execution);
}

Complaint RunBust(DayTradeStage& stage, const Line& line) {
  const bool was_there = stage.trades().Bust(model::TradeId(line.words[0]));
  return was_there ? kDone : Wrong("no such trade", line.words[0]);
}

Complaint RunMove(DayTradeStage& stage, const Line& line) {
  const auto instrument = stage.Find(line.words[0]);
  const auto quantity = Decimal::Parse(line.words[1]);
  return instrument && quantity ? stage.Move(*instrument, *quantity)
                                : Complaint("write: move SYMBOL QUANTITY");
}

Complaint RunMark(DayTradeStage& stage, const Line& line) {
  const auto instrument = stage.Find(line.words[0]);
  const auto price = Decimal::Parse(line.words[1]);
  if (!instrument || !price) {
    return "write: mark SYMBOL PRICE";
  }
  stage.HoldingOf(*instrument).mark = *price;
  return kDone;
}

template <int kSign>
Complaint RunCash(DayTradeStage& stage, const Line& line) {
  const auto amount = Decimal::Parse(line.words[0]);
  if (!amount) {
    return Wrong("not an amount", line.words[0]);
  }
  stage.MoveCash(kSign > 0 ? *amount : -*amount, true);
  return kDone;
}

Complaint RunObserve(DayTradeStage& stage, const Line&) {
  stage.ObserveReducing();
  return kDone;
}
Complaint RunEndOfDay(DayTradeStage& stage, const Line&) {
  stage.EndDay();
  return kDone;
}
Complaint RunRelease(DayTradeStage& stage, const Line&) {
  stage.deficits().Release(stage.trades().TradeDate(stage.now()));
  return kDone;
}

Complaint RunCondition(DayTradeStage& stage, const Line& line) {
  const bool is_so = line.words[1] == "yes";
  daytrade::Conditions& conditions = stage.conditions();
  if (line.words[0] == "killed") {
    conditions.is_killed = is_so;
  } else if (line.words[0] == "books_differ") {
    conditions.do_books_differ = is_so;
  } else if (line.words[0] == "market_halted") {
    conditions.is_market_halted = is_so;
  } else if (line.words[0] == "near_close") {
    conditions.is_near_close = is_so;
  } else {
    return Wrong("killed, books_differ, market_halted or near_close", line.words[0]);
  }
  return kDone;
}

Complaint RunSnapshot(DayTradeStage& stage, const Line& line) {
  if (line.words[0] == "missing") {
    stage.snapshot_age() = std::nullopt;
    return kDone;
  }
  stage.snapshot_age() = ParseSpan(line.words[0]);
  return stage.snapshot_age() ? kDone : Wrong("missing, or an age such as 40s", line.words[0]);
}

// ---- Orders ----

struct Asked {
  model::InstrumentId instrument;
  model::Side side;
  Decimal quantity;
};

std::optional<Asked> ReadOrder(DayTradeStage& stage, const Line& line) {
  const bool is_buy = line.words[0] == "buy";
  const auto instrument = stage.Find(line.words[1]);
  const auto quantity = Decimal::Parse(line.words[2]);
  if ((!is_buy && line.words[0] != "sell") || !instrument || !quantity) {
    return std::nullopt;
  }
  return Asked{.instrument = *instrument,
               .side = is_buy ? model::Side::kBuy : model::Side::kSell,
               .quantity = *quantity};
}

bool HasWord(const Line& line, std::string_view word) {
  return std::find(line.words.begin(), line.words.end(), word) != line.words.end();
}

Complaint RunPending(DayTradeStage& stage, const Line& line) {
  const auto asked = ReadOrder(stage, line);
  if (!asked) {
    return "write: pending buy|sell SYMBOL QUANTITY [@PRICE] [exit]";
  }
  stage.pending().push_back(
      daytrade::Pending{.instrument = asked->instrument,
                        .side = asked->side,
                        .quantity = asked->quantity,
                        .worst_price = line.Number("price", daytrade::Dollars(10)),
                        .fees = line.Number("fees", {}),
                        .is_opening = !HasWord(line, "exit"),
                        .terms = stage.HoldingOf(asked->instrument).terms});
  return kDone;
}

Complaint RunNonePending(DayTradeStage& stage, const Line&) {
  stage.pending().clear();
  return kDone;
}

Complaint RunCheck(DayTradeStage& stage, const Line& line) {
  constexpr std::array kKinds = {
      daytrade::IntentKind::kEntry,          daytrade::IntentKind::kAdd,
      daytrade::IntentKind::kReduce,         daytrade::IntentKind::kExitDiscretionary,
      daytrade::IntentKind::kExitProtective, daytrade::IntentKind::kLiquidate};
  const auto asked = ReadOrder(stage, line);
  const auto as = line.options.find("as");
  const auto* const kind =
      std::find_if(kKinds.begin(), kKinds.end(), [&](daytrade::IntentKind value) {
        return as != line.options.end() && daytrade::Name(value) == as->second;
      });
  if (!asked || (as != line.options.end() && kind == kKinds.end())) {
    return "write: check buy|sell SYMBOL QUANTITY [@PRICE] [as=KIND] [market] [overnight]";
  }
  stage.Check(daytrade::Intent{.instrument = asked->instrument,
                               .side = asked->side,
                               .quantity = asked->quantity,
                               .worst_price = line.Number("price", daytrade::Dollars(10)),
                               .fees = line.Number("fees", {}),
                               .kind = kind == kKinds.end() ? kKinds.front() : *kind,
                               .is_market = HasWord(line, "market"),
                               .is_for_overnight = HasWord(line, "overnight"),
                               .terms = stage.HoldingOf(asked->instrument).terms});
  return kDone;
}

// ---- What must have come of it ----

bool IsSame(const std::string& shown, const std::string& expected) {
  const auto a = Decimal::Parse(shown);
  const auto b = Decimal::Parse(expected);
  return shown == expected || (a && b && *a == *b);
}

Complaint RunExpect(DayTradeStage& stage, const Line& line) {
  const auto views = DayTradeViews();
  const auto view = std::find_if(views.begin(), views.end(), [&](const DayTradeView& row) {
    return row.name == line.words[0];
  });
  if (view == views.end()) {
    return Wrong("nothing to expect is called", line.words[0]);
  }
  if (line.words.size() < view->arguments + 2) {
    return "write: expect " + std::string(view->name) + " " + std::string(view->words);
  }
  Line arguments = line;
  arguments.words.erase(arguments.words.begin());
  std::string expected;
  for (std::size_t index = view->arguments; index < arguments.words.size(); ++index) {
    expected += (expected.empty() ? "" : " ") + arguments.words[index];
  }
  const std::string shown = view->show(stage, arguments);
  if (IsSame(shown, expected)) {
    return kDone;
  }
  return std::string(view->name) + " is " + shown + ", not " + expected;
}

constexpr std::array kVerbs = {
    DayTradeVerb{"policy", "conservative|ordinary", "The policy everything else is set in.", 1,
                 RunPolicy},
    DayTradeVerb{"set", "NAME VALUE", "A setting of the policy, by its name.", 2, RunSet},
    DayTradeVerb{"calendar", "DATE closed|half|full", "A day unlike the exchange's rules.", 2,
                 RunCalendar},
    DayTradeVerb{"account", "NAME=VALUE ...",
                 "Figures: cash, equity, last_equity, maintenance, last_maintenance, excluded, "
                 "broker_count, broker_remaining, pdt_since, blocked, call.",
                 0, RunAccount},
    DayTradeVerb{"instrument", "SYMBOL [rate=0.25] [factor=3] [marginable=no]",
                 "How the margin rules see it.", 1, RunInstrument},
    DayTradeVerb{"clock", "[DATE] HH:MM | DATETHH:MMZ", "The time in New York, or in UTC.", 1,
                 RunClock},
    DayTradeVerb{"holds", "SYMBOL QUANTITY [@PRICE]", "Held before the first trade.", 2, RunHolds},
    DayTradeVerb{"buy", "SYMBOL QUANTITY [@PRICE] [order=NAME] [trade=NAME] [late=SPAN]",
                 "A fill. Without a name it is an order of its own.", 2, RunTrade<true>},
    DayTradeVerb{"sell", "SYMBOL QUANTITY [@PRICE] [order=NAME] [trade=NAME] [late=SPAN]",
                 "The same, sold.", 2, RunTrade<false>},
    DayTradeVerb{"bust", "TRADE", "That trade never was.", 1, RunBust},
    DayTradeVerb{"move", "SYMBOL QUANTITY", "Shares come or go without a trade.", 2, RunMove},
    DayTradeVerb{"mark", "SYMBOL PRICE", "What a share is worth now.", 2, RunMark},
    DayTradeVerb{"deposit", "AMOUNT", "The customer brings money.", 1, RunCash<1>},
    DayTradeVerb{"withdraw", "AMOUNT", "The customer takes money.", 1, RunCash<-1>},
    DayTradeVerb{"observe", "", "Something else than a fill lowered the margin level.", 0,
                 RunObserve},
    DayTradeVerb{"end-of-day", "", "The day is closed in the book of deficits.", 0, RunEndOfDay},
    DayTradeVerb{"release", "", "A person or the broker ends locks and freezes.", 0, RunRelease},
    DayTradeVerb{"condition", "killed|books_differ|market_halted|near_close yes|no",
                 "What others know.", 2, RunCondition},
    DayTradeVerb{"snapshot", "missing | AGE", "How old the account's figures are.", 1, RunSnapshot},
    DayTradeVerb{"pending", "buy|sell SYMBOL QUANTITY [@PRICE] [exit]", "An order that works.", 3,
                 RunPending},
    DayTradeVerb{"none-pending", "", "No order works any more.", 0, RunNonePending},
    DayTradeVerb{"check", "buy|sell SYMBOL QUANTITY [@PRICE] [as=KIND] [market] [overnight]",
                 "Asks the guard; KIND is entry, add, reduce, exit_discretionary, exit_protective "
                 "or liquidate.",
                 3, RunCheck},
    DayTradeVerb{"expect", "NAME [ARGUMENT...] VALUE", "What must be so now.", 2, RunExpect},
};

Complaint RunLine(DayTradeStage& stage, Line line) {
  const auto* const verb = std::find_if(kVerbs.begin(), kVerbs.end(), [&](const DayTradeVerb& row) {
    return row.name == line.words.front();
  });
  if (verb == kVerbs.end()) {
    return Wrong("no verb of this kind of scenario is called", line.words.front());
  }
  line.words.erase(line.words.begin());
  if (line.words.size() < verb->words_min) {
    return "write: " + std::string(verb->name) + " " + std::string(verb->words);
  }
  return verb->run(stage, line);
}

}  // namespace

bool IsDayTradeScenario(std::string_view text) {
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) {
    const Line parsed = Parse(line);
    if (!parsed.words.empty()) {
      return parsed.words.size() == 2 && parsed.words[0] == "kind" && parsed.words[1] == "daytrade";
    }
  }
  return false;
}

std::span<const DayTradeVerb> DayTradeVerbs() {
  return kVerbs;
}

Complaint RunDayTradeScenario(const std::string& name, const std::string& text) {
  DayTradeStage stage;
  std::istringstream in(text);
  std::size_t number = 0;
  bool expects = false;
  for (std::string raw; std::getline(in, raw);) {
    ++number;
    Line line = Parse(raw);
    if (line.words.empty() || line.words.front() == "kind") {
      continue;
    }
    expects = expects || line.words.front() == "expect";
    if (const auto complaint = RunLine(stage, std::move(line))) {
      return name + ":" + std::to_string(number) + ": " + *complaint;
    }
  }
  return expects ? std::nullopt : Complaint(name + ": nothing is expected in it");
}

}  // namespace bulwark::sim
