#include "keys_manage.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app_context.h"
#include "base/result.h"
#include "base/time.h"
#include "config/settings.h"
#include "contract/catalogue.h"
#include "key_walk.h"
#include "keys_clear.h"
#include "keys_demo.h"
#include "redis/connection.h"
#include "redis_access.h"

namespace bulwark::app {
namespace {

constexpr std::size_t kKeysMax = 100'000;
constexpr std::string_view kUndeclared = "(not declared)";

int Failed(const base::Error& error) {
  fmt::print(stderr, "error: {}\n", error.message);
  return kExitFailed;
}

std::string TtlOf(const KeyFacts& key) {
  return key.ttl_s < 0 ? "-" : fmt::format("{} s", key.ttl_s);
}

std::string_view MeaningOf(const KeyFacts& key) {
  return key.entry == nullptr ? kUndeclared : key.entry->meaning;
}

void PrintKeys(const KeyWalk& walk) {
  std::size_t width = 0;
  for (const KeyFacts& key : walk.keys) {
    width = std::max(width, key.name.size());
  }
  for (const KeyFacts& key : walk.keys) {
    fmt::print("{:<{}}  {:<6}  {:>8}  {:>9}  {}\n", key.name, width, key.type, TtlOf(key),
               BytesText(key.bytes), MeaningOf(key));
  }
  fmt::print("{} keys{}\n", walk.keys.size(), walk.is_complete ? "" : "; there are more");
}

void PrintKeysJson(const KeyWalk& walk) {
  auto rows = nlohmann::ordered_json::array();
  for (const KeyFacts& key : walk.keys) {
    rows.push_back({{"key", key.name},
                    {"type", key.type},
                    {"ttl_s", key.ttl_s},
                    {"bytes", key.bytes},
                    {"pattern", key.entry == nullptr ? "" : std::string(key.entry->pattern)}});
  }
  fmt::print("{}\n", rows.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

int List(const config::Settings& settings, const std::string& pattern, bool as_json) {
  const auto connection = ConnectTo(settings, "bulwark-keys");
  if (!connection) {
    return Failed(connection.error());
  }
  const auto walk = WalkKeys(**connection, pattern, kKeysMax);
  if (!walk) {
    return Failed(walk.error());
  }
  as_json ? PrintKeysJson(*walk) : PrintKeys(*walk);
  return kExitDone;
}

struct Family {
  std::string pattern;
  std::size_t keys = 0;
  std::uint64_t bytes = 0;
};

// Largest first.
std::vector<Family> Families(const KeyWalk& walk) {
  std::map<std::string, Family> by_pattern;
  for (const KeyFacts& key : walk.keys) {
    const std::string pattern(key.entry == nullptr ? kUndeclared : key.entry->pattern);
    Family& family = by_pattern[pattern];
    family.pattern = pattern;
    ++family.keys;
    family.bytes += key.bytes;
  }
  std::vector<Family> families;
  families.reserve(by_pattern.size());
  for (auto& [pattern, family] : by_pattern) {
    families.push_back(std::move(family));
  }
  std::ranges::stable_sort(families, std::ranges::greater{}, &Family::bytes);
  return families;
}

int DiskUse(const config::Settings& settings, bool as_json) {
  const auto connection = ConnectTo(settings, "bulwark-keys");
  if (!connection) {
    return Failed(connection.error());
  }
  const auto walk = WalkKeys(**connection, "*", kKeysMax);
  if (!walk) {
    return Failed(walk.error());
  }
  const std::vector<Family> families = Families(*walk);
  if (as_json) {
    auto rows = nlohmann::ordered_json::array();
    for (const Family& family : families) {
      rows.push_back({{"pattern", family.pattern}, {"keys", family.keys}, {"bytes", family.bytes}});
    }
    fmt::print("{}\n", rows.dump(2));
    return kExitDone;
  }
  std::uint64_t total = 0;
  for (const Family& family : families) {
    total += family.bytes;
    fmt::print("{:>9}  {:>7} keys  {}\n", BytesText(family.bytes), family.keys, family.pattern);
  }
  fmt::print("{:>9}  {:>7} keys{}\n", BytesText(total), walk->keys.size(),
             walk->is_complete ? "" : "; there are more");
  return kExitDone;
}

int Demo(const config::Settings& settings) {
  const auto connection = ConnectTo(settings, "bulwark-keys");
  if (!connection) {
    return Failed(connection.error());
  }
  const auto report = FillWithDemo(**connection, base::WallNow());
  if (!report) {
    fmt::print(stderr, "error: {}\n", report.error().message);
    return report.error().code == base::ErrorCode::kConflict ? kExitNo : kExitFailed;
  }
  fmt::print("{} keys written, {} were there already; `bulwark keys clear-demo` removes them\n",
             report->written, report->kept);
  return kExitDone;
}

// Shows the plan, and carries it out when asked to.
int CarryOutOrShow(redis::Connection& connection, const base::Result<ClearPlan>& plan,
                   bool is_meant) {
  if (!plan) {
    return Failed(plan.error());
  }
  fmt::print("{}", TextOf(*plan));
  if (!is_meant) {
    fmt::print("nothing was removed; with --yes they are\n");
    return kExitDone;
  }
  const auto removed = CarryOut(connection, *plan);
  if (!removed) {
    return Failed(removed.error());
  }
  fmt::print("{} removed\n", *removed);
  return kExitDone;
}

int ClearDemo(const config::Settings& settings, bool is_meant) {
  const auto connection = ConnectTo(settings, "bulwark-keys");
  if (!connection) {
    return Failed(connection.error());
  }
  return CarryOutOrShow(**connection, PlanClearDemo(**connection), is_meant);
}

int Flush(const config::Settings& settings, bool is_meant) {
  if (settings.environment != config::Environment::kDevelopment) {
    fmt::print(stderr,
               "error: refused: the setting `environment` is not `development`; this would remove "
               "the kill switch, day trades and limits of a real installation\n");
    return kExitNo;
  }
  const auto connection = ConnectTo(settings, "bulwark-keys");
  if (!connection) {
    return Failed(connection.error());
  }
  return CarryOutOrShow(**connection, PlanFlush(**connection), is_meant);
}

void AddLooks(CLI::App& keys, AppContext& context) {
  CLI::App& list = context.AddCommand(
      keys, {Purpose::kInspect, "ls", "Print the keys in Redis: type, time to live, memory, text"});
  const auto pattern = std::make_shared<std::string>("*");
  list.add_option("PATTERN", *pattern, "E.g. 'METRICS:*' (default: all)");
  const CLI::Option& json = AppContext::AddSwitch(list, "--json", "Print a JSON array");
  context.SetAction(list, [pattern, &json](const config::Settings& settings) {
    return List(settings, *pattern, json.count() > 0);
  });

  CLI::App& use = context.AddCommand(keys, {Purpose::kInspect, "du", "Memory by kind of key"});
  const CLI::Option& use_json = AppContext::AddSwitch(use, "--json", "Print a JSON array");
  context.SetAction(use, [&use_json](const config::Settings& settings) {
    return DiskUse(settings, use_json.count() > 0);
  });
}

void AddRemovals(CLI::App& keys, AppContext& context) {
  CLI::App& clear = context.AddCommand(
      keys, {Purpose::kInspect, "clear-demo",
             "Remove demo data, marks of jobs and the cache; leaves day trades and kill switch"});
  const CLI::Option& yes = AppContext::AddSwitch(clear, "--yes", "Do it; without: only show it");
  context.SetAction(clear, [&yes](const config::Settings& settings) {
    return ClearDemo(settings, yes.count() > 0);
  });

  CLI::App& flush = context.AddCommand(
      keys, {Purpose::kInspect, "flush",
             "Remove every declared key; only where the setting environment is development"});
  AppContext::AddSwitch(flush, "--development", "That it is meant");
  flush.get_option("--development")->required();
  const CLI::Option& meant = AppContext::AddSwitch(flush, "--yes", "Do it; without: only show it");
  context.SetAction(flush, [&meant](const config::Settings& settings) {
    return Flush(settings, meant.count() > 0);
  });
}

}  // namespace

void AddKeysManagement(CLI::App& keys, AppContext& context) {
  AddLooks(keys, context);
  CLI::App& demo = context.AddCommand(
      keys, {Purpose::kInspect, "demo", "Fill an unused Redis with invented data for a dashboard"});
  context.SetAction(demo, [](const config::Settings& settings) { return Demo(settings); });
  AddRemovals(keys, context);
}

}  // namespace bulwark::app
