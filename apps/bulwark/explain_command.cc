#include "explain_command.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app_context.h"
#include "base/result.h"
#include "base/uuid.h"
#include "config/settings.h"
#include "data_paths.h"
#include "explain/replay.h"
#include "explain/replayer.h"
#include "explain/story.h"
#include "explain/story_report.h"
#include "ledger/ledger.h"
#include "ledger/ledger_place.h"
#include "ledger_access.h"
#include "model/instrument.h"
#include "model/order.h"

namespace bulwark::app {
namespace {

constexpr std::size_t kPrefixMin = 4;
constexpr std::size_t kCandidatesShown = 5;
constexpr std::size_t kDeniedShown = 20;

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

base::Result<std::unique_ptr<ledger::Ledger>> OpenToRead(const ledger::LedgerPlace& place) {
  return ledger::Ledger::Open(
      place,
      {.access = ledger::Access::kReadOnly, .is_created_if_missing = false, .is_checked = false});
}

// The one order whose id begins or ends like this: the ids of one run begin alike.
base::Result<model::OrderId> ResolveOrder(ledger::Ledger& ledger, std::string prefix) {
  std::ranges::transform(prefix, prefix.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (prefix.size() < kPrefixMin ||
      prefix.find_first_not_of("0123456789abcdef-") != std::string::npos) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      fmt::format("'{}' is no part of an order id; give at least {} characters "
                                  "of its beginning or its end",
                                  prefix, kPrefixMin));
  }
  const auto found = ledger.FindOrders(prefix, kCandidatesShown);
  if (!found) {
    return tl::unexpected<base::Error>(found.error());
  }
  if (found->empty()) {
    return base::Fail(base::ErrorCode::kNotFound, "the ledger has no order " + prefix);
  }
  if (found->size() > 1) {
    std::string text = "more than one order begins or ends with " + prefix + ":";
    for (const model::OrderId& id : *found) {
      text += " " + id.ToString();
    }
    return base::Fail(base::ErrorCode::kInvalidArgument, std::move(text));
  }
  return found->front();
}

struct ExplainWords {
  std::string order;
  std::string decision;
  std::uint64_t epoch = 0;
  const CLI::Option* denied = nullptr;
  const CLI::Option* json = nullptr;

  [[nodiscard]] bool wants_json() const { return json->count() > 0; }
};

struct Places {
  DataPaths paths;
  ledger::LedgerPlace ledger;
};

void Print(const explain::Story& story, bool is_json) {
  fmt::print("{}", is_json ? explain::StoryAsJson(story) : explain::DescribeStory(story));
}

int ExplainOrder(const Places& places, const std::string& prefix, bool is_json) {
  auto ledger = OpenToRead(places.ledger);
  if (!ledger) {
    return Tell(ledger.error());
  }
  const auto id = ResolveOrder(**ledger, prefix);
  if (!id) {
    return Tell(id.error());
  }
  const auto instruments = (*ledger)->CompleteInstruments(model::InstrumentTable());
  if (!instruments) {
    return Tell(instruments.error());
  }
  const auto history = (*ledger)->OrderHistory(*instruments, *id);
  if (!history) {
    return Tell(history.error());
  }
  const model::Order& last = history->orders.back().order;
  const auto story = explain::TellOrder(places.paths.JournalDir(), *history,
                                        (*instruments)[last.instrument].symbol);
  if (!story) {
    return Tell(story.error());
  }
  Print(*story, is_json);
  return story->missing.empty() ? kExitDone : kExitNo;
}

int ExplainDecision(const DataPaths& paths, const std::string& text, bool is_json) {
  const auto id = base::Uuid::Parse(text);
  if (!id) {
    fmt::print(stderr, "error: '{}' is not a decision id; see `bulwark explain --denied`\n", text);
    return kExitUsage;
  }
  const auto story = explain::TellDecision(paths.JournalDir(), *id);
  if (!story) {
    return Tell(story.error());
  }
  const auto& told = *story;
  if (!told) {
    fmt::print(stderr, "error: no journal that is left has the decision {}\n", text);
    return kExitNo;
  }
  Print(*told, is_json);
  return kExitDone;
}

base::Result<std::uint64_t> EpochOrNewest(const ledger::LedgerPlace& place, std::uint64_t epoch) {
  if (epoch != 0) {
    return epoch;
  }
  auto ledger = OpenToRead(place);
  if (!ledger) {
    return tl::unexpected<base::Error>(ledger.error());
  }
  return (*ledger)->LastEpoch();
}

int ListDenied(const Places& places, const ExplainWords& words) {
  const auto epoch = EpochOrNewest(places.ledger, words.epoch);
  if (!epoch) {
    return Tell(epoch.error());
  }
  const auto denied = explain::ListDenied(places.paths.JournalDir(), *epoch, kDeniedShown);
  if (!denied) {
    return Tell(denied.error());
  }
  fmt::print(
      "{}", words.wants_json() ? explain::DeniedAsJson(*denied) : explain::DescribeDenied(*denied));
  return kExitDone;
}

int Explain(const config::Settings& settings, const ExplainWords& words) {
  const bool is_list = words.denied->count() > 0;
  const int asked =
      (words.order.empty() ? 0 : 1) + (words.decision.empty() ? 0 : 1) + (is_list ? 1 : 0);
  if (asked != 1) {
    fmt::print(stderr, "error: give an order id, or --decision ID, or --denied\n");
    return kExitUsage;
  }
  const auto paths = PathsOf(settings);
  if (!paths) {
    return kExitUsage;
  }
  const Places places{.paths = *paths, .ledger = LedgerPlaceOf(settings, *paths)};
  if (is_list) {
    return ListDenied(places, words);
  }
  return words.order.empty() ? ExplainDecision(*paths, words.decision, words.wants_json())
                             : ExplainOrder(places, words.order, words.wants_json());
}

struct ReplayWords {
  std::string until;
  std::uint64_t epoch = 0;
  const CLI::Option* json = nullptr;
};

std::optional<std::uint64_t> AsNumber(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number > 0
             ? std::optional(number)
             : std::nullopt;
}

// Sets what --until means; an order also says which run it is of.
base::Result<explain::ReplayLimit> LimitOf(ledger::Ledger& ledger,
                                           const model::InstrumentTable& instruments,
                                           const std::string& until, std::uint64_t& epoch) {
  explain::ReplayLimit limit;
  if (until.empty()) {
    return limit;
  }
  limit.event = AsNumber(until);
  if (limit.event) {
    return limit;
  }
  const auto id = ResolveOrder(ledger, until);
  if (!id) {
    return tl::unexpected<base::Error>(id.error());
  }
  const auto history = ledger.OrderHistory(instruments, *id);
  if (!history) {
    return tl::unexpected<base::Error>(history.error());
  }
  limit.decided = *id;
  epoch = history->orders.front().epoch;
  return limit;
}

int Replay(const config::Settings& settings, const ReplayWords& words) {
  const auto paths = PathsOf(settings);
  if (!paths) {
    return kExitUsage;
  }
  auto ledger = OpenToRead(LedgerPlaceOf(settings, *paths));
  if (!ledger) {
    return Tell(ledger.error());
  }
  const auto all = (*ledger)->CompleteInstruments(model::InstrumentTable());
  auto newest =
      words.epoch != 0 ? base::Result<std::uint64_t>(words.epoch) : (*ledger)->LastEpoch();
  if (!all || !newest) {
    return Tell(all ? newest.error() : all.error());
  }
  std::uint64_t epoch = *newest;
  const auto limit = LimitOf(**ledger, *all, words.until, epoch);
  if (!limit) {
    return Tell(limit.error());
  }
  // The rows are read with the run's own numbers of the instruments.
  const auto replayer = explain::Replayer::Open(paths->JournalDir(), epoch);
  if (!replayer) {
    return Tell(replayer.error());
  }
  const auto history = (*ledger)->RunHistory((*replayer)->instruments(), epoch);
  if (!history) {
    return Tell(history.error());
  }
  const auto report = explain::Replay(paths->JournalDir(), epoch, *limit, *history);
  if (!report) {
    return Tell(report.error());
  }
  fmt::print("{}", words.json->count() > 0 ? explain::ReplayAsJson(*report)
                                           : explain::DescribeReplay(*report));
  return report->is_identical() ? kExitDone : kExitNo;
}

}  // namespace

void AddExplainCommand(CLI::App& root, AppContext& context) {
  CLI::App& command = context.AddCommand(
      root, {Purpose::kInspect, "explain",
             "Why an order was made or denied: from tick to profit, with every check"});
  const auto words = std::make_shared<ExplainWords>();
  command.add_option("order", words->order, "Id of an order, its beginning or its end")
      ->type_name("ORDER_ID");
  command.add_option("--decision", words->decision, "A decision in place of an order")
      ->type_name("ID");
  words->denied = &AppContext::AddSwitch(command, "--denied",
                                         "List the last denied decisions of a run, with their ids");
  command.add_option("--epoch", words->epoch, "Run for --denied [the newest]")->type_name("N");
  words->json = &AppContext::AddSwitch(command, "--json", "Print a JSON document");
  context.SetAction(
      command, [words](const config::Settings& settings) { return Explain(settings, *words); });
}

void AddReplayCommand(CLI::App& root, AppContext& context) {
  CLI::App& command = context.AddCommand(
      root, {Purpose::kInspect, "replay",
             "Run the engine again on a run's journal and compare it with the ledger"});
  const auto words = std::make_shared<ReplayWords>();
  command.add_option("--until", words->until, "Number of the last event, or an order [everything]")
      ->type_name("EVENT|ORDER_ID");
  command.add_option("--epoch", words->epoch, "Run [the newest]")->type_name("N");
  words->json = &AppContext::AddSwitch(command, "--json", "Print a JSON document");
  context.SetAction(command,
                    [words](const config::Settings& settings) { return Replay(settings, *words); });
}

}  // namespace bulwark::app
