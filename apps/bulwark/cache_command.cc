#include "cache_command.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app_context.h"
#include "base/result.h"
#include "config/settings.h"
#include "contract/catalogue.h"
#include "contract/key_match.h"
#include "contract/keys.h"
#include "contract/number_format.h"
#include "key_walk.h"
#include "keys_clear.h"
#include "redis/connection.h"
#include "redis/scan.h"
#include "redis_access.h"

namespace bulwark::app {
namespace {

constexpr std::size_t kKeysMax = 1'000'000;

struct DomainUse {
  std::size_t values = 0;
  std::uint64_t bytes = 0;
  std::int64_t next_end_s = std::numeric_limits<std::int64_t>::max();
  std::map<std::string, std::uint64_t> counters;  // Since they were last removed.
};
using Domains = std::map<std::string, DomainUse>;

int Failed(const base::Error& error) {
  fmt::print(stderr, "error: {}\n", error.message);
  return kExitFailed;
}

Domains ByDomain(const KeyWalk& walk) {
  Domains domains;
  for (const KeyFacts& key : walk.keys) {
    const auto match = contract::MatchKey(key.name);
    if (!match || match->placeholders.empty()) {
      continue;
    }
    DomainUse& use = domains[match->placeholders.front().second];
    ++use.values;
    use.bytes += key.bytes;
    use.next_end_s = std::min(use.next_end_s, key.ttl_s < 0 ? use.next_end_s : key.ttl_s);
  }
  return domains;
}

// What the processes added up, by domain.
base::Result<void> AddCounters(redis::Connection& connection, Domains& domains) {
  const std::string pattern = contract::ScanPattern(contract::EntryId::kCacheCounters);
  const auto found = redis::ScanKeys(connection, pattern, kKeysMax);
  if (!found) {
    return tl::unexpected(found.error());
  }
  for (const std::string& key : found->keys) {
    const auto match = contract::MatchKey(key);
    if (!match || match->placeholders.empty()) {
      continue;
    }
    const auto reply = connection.Call({"ZRANGE", key, "0", "-1", "WITHSCORES"});
    if (!reply) {
      return tl::unexpected(reply.error());
    }
    auto& counters = domains[match->placeholders.front().second].counters;
    for (std::size_t at = 0; at + 1 < reply->elements.size(); at += 2) {
      const double count = contract::ParseFloat(reply->elements[at + 1].text).value_or(0);
      counters[reply->elements[at].text] = static_cast<std::uint64_t>(std::max(0.0, count));
    }
  }
  return {};
}

std::string CountersText(const DomainUse& use) {
  std::string text;
  for (const auto& [name, count] : use.counters) {
    fmt::format_to(std::back_inserter(text), "{}{} {}", text.empty() ? "" : ", ", count, name);
  }
  return text;
}

void PrintText(const Domains& domains) {
  for (const auto& [name, use] : domains) {
    fmt::print("{:<24} {:>7} values {:>10}{}\n", name, use.values, BytesText(use.bytes),
               use.next_end_s == std::numeric_limits<std::int64_t>::max()
                   ? ""
                   : fmt::format(", next ends in {} s", use.next_end_s));
    if (!use.counters.empty()) {
      fmt::print("{:<24} {}\n", "", CountersText(use));
    }
  }
  if (domains.empty()) {
    fmt::print("the cache is empty\n");
  }
}

void PrintJson(const Domains& domains) {
  auto json = nlohmann::ordered_json::object();
  for (const auto& [name, use] : domains) {
    json[name] = {{"values", use.values}, {"bytes", use.bytes}, {"counters", use.counters}};
  }
  fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

int PrintStats(const config::Settings& settings, bool as_json) {
  const auto connection = ConnectTo(settings, "bulwark-cache");
  if (!connection) {
    return Failed(connection.error());
  }
  const auto walk = WalkKeys(**connection, "cache:*", kKeysMax);
  if (!walk) {
    return Failed(walk.error());
  }
  Domains domains = ByDomain(*walk);
  if (auto added = AddCounters(**connection, domains); !added) {
    return Failed(added.error());
  }
  as_json ? PrintJson(domains) : PrintText(domains);
  return kExitDone;
}

int Clear(const config::Settings& settings, const std::string& domain) {
  const auto connection = ConnectTo(settings, "bulwark-cache");
  if (!connection) {
    return Failed(connection.error());
  }
  const auto plan = PlanClearCache(**connection, domain);
  if (!plan) {
    return Failed(plan.error());
  }
  const auto removed = CarryOut(**connection, *plan);
  if (!removed) {
    return Failed(removed.error());
  }
  fmt::print("{} keys of {} removed\n", *removed, domain);
  return kExitDone;
}

}  // namespace

void AddCacheCommand(CLI::App& root, AppContext& context) {
  CLI::App& cache = AppContext::AddGroup(
      root, {Purpose::kInspect, "cache", "Kept answers of data sources: how many, remove"});
  CLI::App& stats = context.AddCommand(
      cache, {Purpose::kInspect, "stats", "Values, memory, hits and fetches of each domain"});
  const CLI::Option& json = AppContext::AddSwitch(stats, "--json", "Print a JSON object");
  context.SetAction(stats, [&json](const config::Settings& settings) {
    return PrintStats(settings, json.count() > 0);
  });

  CLI::App& clear =
      context.AddCommand(cache, {Purpose::kInspect, "clear", "Remove the values of one domain"});
  const auto domain = std::make_shared<std::string>();
  clear.add_option("DOMAIN", *domain, "E.g. fundamentals")->required();
  context.SetAction(
      clear, [domain](const config::Settings& settings) { return Clear(settings, *domain); });
}

}  // namespace bulwark::app
