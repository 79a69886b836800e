#include "risk_command.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app_context.h"
#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "config/settings.h"
#include "contract/keys.h"
#include "contract/market_documents.h"
#include "data_paths.h"
#include "explain/day_trade_report.h"
#include "explain/rehearsal.h"
#include "ledger/ledger.h"
#include "ledger/scope_log.h"
#include "ledger_access.h"
#include "model/instrument.h"
#include "model/market_data.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/reply.h"
#include "redis_access.h"
#include "trader/assembly.h"

namespace bulwark::app {
namespace {

struct WhatIf {
  std::string symbol;
  std::string side;
  std::string quantity;
};

struct RiskWords {
  WhatIf order;
  const CLI::Option* json = nullptr;

  [[nodiscard]] bool wants_json() const { return json->count() > 0; }
};

int Tell(const base::Error& error) {
  fmt::print(stderr, "error: {}\n", error.message);
  switch (error.code) {
    case base::ErrorCode::kInvalidArgument:
      return kExitUsage;
    case base::ErrorCode::kNotFound:
      return kExitNo;
    default:
      return kExitFailed;
  }
}

// The last price of each instrument, as far as Redis shows one that can be read.
base::Result<std::vector<explain::ShownPrice>> ReadPrices(
    const config::Settings& settings, const DataPaths& paths,
    const model::InstrumentTable& instruments) {
  const auto url = RedisUrlOf(settings, paths);
  if (!url) {
    return tl::unexpected<base::Error>(url.error());
  }
  const auto connection = redis::Connection::Connect(*url, RedisOptionsOf(settings, "risk"));
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  redis::Pipeline questions;
  questions.Add({"GET", contract::keys::Heartbeat().view()});
  for (const model::Instrument& instrument : instruments.rows()) {
    questions.Add({"GET", contract::keys::LastTick(instrument.symbol.view()).view()});
  }
  const auto replies = (*connection)->ExecuteForReplies(questions);
  if (!replies) {
    return tl::unexpected<base::Error>(replies.error());
  }
  // While the trader lives its prices are of now, whatever time a recording gave them.
  const auto beat = base::ParseIso(replies->front().AsText().value_or(""));
  std::vector<explain::ShownPrice> prices;
  for (const model::Instrument& instrument : instruments.rows()) {
    const redis::Reply& reply = replies->at(instrument.id.index + std::size_t{1});
    const auto tick = contract::DecodeLastTick(reply.AsText().value_or(""));
    if (tick) {
      prices.push_back({.instrument = instrument.id,
                        .price = tick->price,
                        .at = std::max(tick->at, beat.value_or(tick->at))});
    }
  }
  return prices;
}

base::Result<std::unique_ptr<explain::Rehearsal>> Rehearse(const config::Settings& settings,
                                                           const DataPaths& paths,
                                                           base::UnixNanos now) {
  auto ledger = ledger::Ledger::Open(
      LedgerPlaceOf(settings, paths),
      {.access = ledger::Access::kReadOnly, .is_created_if_missing = false, .is_checked = false});
  if (!ledger) {
    return tl::unexpected<base::Error>(ledger.error());
  }
  const auto configured = trader::MakeInstruments(settings);
  if (!configured) {
    return tl::unexpected<base::Error>(configured.error());
  }
  auto instruments = (*ledger)->CompleteInstruments(*configured);
  if (!instruments) {
    return tl::unexpected<base::Error>(instruments.error());
  }
  const auto books = (*ledger)->Recover(*instruments);
  if (!books) {
    return tl::unexpected<base::Error>(books.error());
  }
  const auto scopes = (*ledger)->ReadScopes();
  if (!scopes) {
    return tl::unexpected<base::Error>(scopes.error());
  }
  explain::Moment moment{.scopes = ledger::ModesOf(*scopes, *instruments), .now = now};
  auto prices = ReadPrices(settings, paths, *instruments);
  if (prices) {
    moment.prices = *std::move(prices);
    moment.is_redis_ok = true;
  } else {
    fmt::print(stderr, "note: no prices, since Redis cannot be read: {}\n", prices.error().message);
  }
  return explain::Rehearsal::Make(settings, *std::move(instruments), *books, moment);
}

std::optional<model::Side> SideOf(std::string word) {
  std::ranges::transform(word, word.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (word == "BUY") {
    return model::Side::kBuy;
  }
  return word == "SELL" ? std::optional(model::Side::kSell) : std::nullopt;
}

int AskWhatIf(const config::Settings& settings, const RiskWords& words) {
  const std::optional<DataPaths> paths = PathsOf(settings);
  if (!paths) {
    return kExitUsage;
  }
  const auto side = SideOf(words.order.side);
  const auto quantity = base::Decimal::Parse(words.order.quantity);
  if (!side || !quantity || !quantity->is_positive()) {
    fmt::print(stderr, "error: '{} {}' is no side and quantity such as BUY 10\n", words.order.side,
               words.order.quantity);
    return kExitUsage;
  }
  const auto rehearsal = Rehearse(settings, *paths, base::WallNow());
  if (!rehearsal) {
    return Tell(rehearsal.error());
  }
  const auto instrument = (*rehearsal)->instruments().Find(words.order.symbol);
  if (!instrument) {
    fmt::print(stderr, "error: '{}' is none of the instruments\n", words.order.symbol);
    return kExitUsage;
  }
  const explain::Rehearsed rehearsed =
      (*rehearsal)->Ask((*rehearsal)->OrderFor(*instrument, *side, *quantity));
  const model::Instrument& about = (*rehearsal)->instruments()[*instrument];
  fmt::print("{}", words.wants_json() ? explain::RehearsedAsJson(rehearsed, about)
                                      : explain::DescribeRehearsed(rehearsed, about));
  return rehearsed.denial ? kExitNo : kExitDone;
}

using Describe = std::string (*)(const explain::DayTradeStatus&);

int TellDayTrades(const config::Settings& settings, const RiskWords& words, Describe describe) {
  const std::optional<DataPaths> paths = PathsOf(settings);
  if (!paths) {
    return kExitUsage;
  }
  const base::UnixNanos now = base::WallNow();
  const auto rehearsal = Rehearse(settings, *paths, now);
  if (!rehearsal) {
    return Tell(rehearsal.error());
  }
  const auto status = explain::StatusOf(**rehearsal, now);
  if (!status) {
    fmt::print(stderr, "no US equity is traded, or daytrade.regime is none\n");
    return kExitNo;
  }
  fmt::print("{}", words.wants_json() ? explain::StatusAsJson(*status) : describe(*status));
  return kExitDone;
}

}  // namespace

void AddRiskCommands(CLI::App& root, AppContext& context) {
  CLI::App& group = AppContext::AddGroup(
      root, {.purpose = Purpose::kInspect,
             .name = "risk",
             .text = "What the gate would say to an order, and what day trades are counted"});
  const auto words = std::make_shared<RiskWords>();

  CLI::App& what_if = context.AddCommand(
      group, {.purpose = Purpose::kInspect,
              .name = "what-if",
              .text = "Would this market order pass? Asks every guard, sends nothing"});
  what_if.add_option("symbol", words->order.symbol, "Such as AAPL")->required();
  what_if.add_option("side", words->order.side, "BUY or SELL")->required();
  what_if.add_option("quantity", words->order.quantity, "Such as 10")->required();
  words->json = &AppContext::AddSwitch(what_if, "--json", "As one JSON document");
  context.SetAction(
      what_if, [words](const config::Settings& settings) { return AskWhatIf(settings, *words); });

  const auto add = [&](const char* name, const char* text, Describe describe) {
    CLI::App& command =
        context.AddCommand(group, {.purpose = Purpose::kInspect, .name = name, .text = text});
    const auto own = std::make_shared<RiskWords>();
    own->json = &AppContext::AddSwitch(command, "--json", "As one JSON document");
    context.SetAction(command, [own, describe](const config::Settings& settings) {
      return TellDayTrades(settings, *own, describe);
    });
  };
  add("status", "Day trades used, kept and left, and under which rules", &explain::DescribeStatus);
  add("explain", "Each day trade that counts, what made it, and until when",
      &explain::DescribeTrades);
}

}  // namespace bulwark::app
