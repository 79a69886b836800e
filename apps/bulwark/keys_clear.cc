#include "keys_clear.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <fmt/format.h>

#include "base/result.h"
#include "contract/catalogue.h"
#include "contract/key_match.h"
#include "contract/keys.h"
#include "key_walk.h"
#include "redis/connection.h"
#include "redis/reply.h"
#include "redis/scan.h"

namespace bulwark::app {
namespace {

using contract::Entry;
using contract::EntryId;

constexpr std::size_t kKeysMax = 1'000'000;

// A plan of the names that `is_wanted` takes, which gets no undeclared ones.
base::Result<ClearPlan> PlanOf(
    redis::Connection& connection,
    const std::function<bool(const std::string&, const Entry&)>& is_wanted) {
  const auto found = redis::ScanKeys(connection, "*", kKeysMax);
  if (!found) {
    return tl::unexpected(found.error());
  }
  ClearPlan plan{.names = {}, .families = {}, .kept = 0, .is_complete = found->is_complete};
  std::array<std::size_t, contract::kEntries> counts{};
  for (const std::string& name : found->keys) {
    const auto match = contract::MatchKey(name);
    if (match && is_wanted(name, *match->entry)) {
      plan.names.push_back(name);
      ++counts.at(static_cast<std::size_t>(match->entry->id));
    } else {
      ++plan.kept;
    }
  }
  for (const Entry& entry : contract::Catalogue()) {
    if (const std::size_t keys = counts.at(static_cast<std::size_t>(entry.id)); keys > 0) {
      plan.families.push_back({.entry = &entry, .keys = keys});
    }
  }
  return plan;
}

// What `keys demo` wrote; nothing when a trader has written since, for the keys are its then.
base::Result<std::unordered_set<std::string>> DemoKeys(redis::Connection& connection) {
  const auto owned = connection.Call({"EXISTS", contract::keys::Epoch().view()});
  if (!owned) {
    return tl::unexpected(owned.error());
  }
  std::unordered_set<std::string> names;
  if (owned->AsInteger() == 1) {
    return names;
  }
  const auto members = connection.Call({"SMEMBERS", contract::keys::DemoKeys().view()});
  if (!members) {
    return tl::unexpected(members.error());
  }
  for (const redis::Reply& member : members->elements) {
    names.insert(member.text);
  }
  return names;
}

}  // namespace

bool IsMarkOrCache(const Entry& entry) {
  switch (entry.id) {
    case EntryId::kDailyBarsDone:
    case EntryId::kWeeklyFundamentalsDone:
    case EntryId::kAltdataLastRun:
    case EntryId::kBackfillCompleted:
    case EntryId::kCache:
    case EntryId::kCacheLock:
    case EntryId::kCacheCounters:
    case EntryId::kDemoKeys:
      return true;
    default:
      return false;
  }
}

bool IsForDemo(const Entry& entry) {
  using contract::Group;
  static constexpr std::array<Group, 5> kShown = {Group::kAlerts, Group::kMetrics, Group::kMarket,
                                                  Group::kViews, Group::kOms};
  const bool is_shown = std::ranges::find(kShown, entry.group) != kShown.end();
  return (is_shown && entry.id != EntryId::kEpoch) || IsMarkOrCache(entry);
}

base::Result<ClearPlan> PlanClearDemo(redis::Connection& connection) {
  const auto demo = DemoKeys(connection);
  if (!demo) {
    return tl::unexpected(demo.error());
  }
  return PlanOf(connection, [&](const std::string& name, const Entry& entry) {
    return IsMarkOrCache(entry) || (IsForDemo(entry) && demo->contains(name));
  });
}

base::Result<ClearPlan> PlanFlush(redis::Connection& connection) {
  return PlanOf(connection, [](const std::string&, const Entry&) { return true; });
}

base::Result<ClearPlan> PlanClearCache(redis::Connection& connection, const std::string& domain) {
  const std::string values = "cache:" + domain + ":";
  const std::string locks = "cache_lock:" + domain + ":";
  return PlanOf(connection, [&](const std::string& name, const Entry& entry) {
    return (entry.id == EntryId::kCache && name.starts_with(values)) ||
           (entry.id == EntryId::kCacheLock && name.starts_with(locks));
  });
}

base::Result<std::uint64_t> CarryOut(redis::Connection& connection, const ClearPlan& plan) {
  return Unlink(connection, plan.names);
}

std::string TextOf(const ClearPlan& plan) {
  std::string out;
  for (const ClearPlan::Family& family : plan.families) {
    fmt::format_to(std::back_inserter(out), "{:>7}  {}\n", family.keys, family.entry->pattern);
  }
  fmt::format_to(std::back_inserter(out), "{} keys to remove, {} stay{}\n", plan.names.size(),
                 plan.kept, plan.is_complete ? "" : "; there are more, do it again after this");
  return out;
}

}  // namespace bulwark::app
