#include "collect/members.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "cache/cache.h"
#include "jobs/fence.h"
#include "jobs/job.h"
#include "store/rows.h"
#include "store/store.h"
#include "store/universe_table.h"

namespace bulwark::collect {
namespace {

using Symbols = std::vector<std::string>;

// It costs one question to our own store, and the list is of a day: so not for long.
cache::Domain Universe() {
  return {.name = "universe",
          .fresh = std::chrono::minutes{10},
          .stale = base::Nanos::zero(),
          .negative = std::chrono::minutes{5}};
}

base::Result<Symbols> StoredSymbols(store::Store& store, const MemberList& list) {
  const auto members = RequireMembers(store, list);
  if (!members) {
    return tl::unexpected<base::Error>(members.error());
  }
  Symbols symbols;
  for (const store::Member& member : *members) {
    symbols.push_back(member.symbol);
  }
  return symbols;
}

base::Result<cache::Value> ListText(store::Store& store, const MemberList& list) {
  const auto members = RequireMembers(store, list);
  if (!members) {
    return tl::unexpected<base::Error>(members.error());
  }
  auto json = nlohmann::json::object();
  for (const store::Member& member : *members) {
    json[member.symbol] = member.sector;
  }
  return cache::Value(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

// Empty when the text is no list of symbols.
std::optional<Symbols> SymbolsIn(const cache::Value& text) {
  const auto json = nlohmann::json::parse(text.value_or(""), nullptr, false);
  if (!json.is_object() || json.empty()) {
    return std::nullopt;
  }
  Symbols symbols;
  for (const auto& [symbol, sector] : json.items()) {
    if (store::SymbolProblem(symbol)) {
      return std::nullopt;
    }
    symbols.push_back(symbol);
  }
  return symbols;
}

}  // namespace

base::Result<std::vector<store::Member>> RequireMembers(store::Store& store,
                                                        const MemberList& list) {
  auto members = store::MembersOn(store.connection(), list.universe, list.date);
  if (members && members->empty()) {
    return base::Fail(base::ErrorCode::kNotFound,
                      "universe " + list.universe + " has no members; import a list of them");
  }
  return members;
}

base::Result<Symbols> CachedSymbols(const MemberPlace& place, const MemberList& list) {
  if (place.cache == nullptr) {
    return StoredSymbols(place.store, list);
  }
  const auto found =
      place.cache->Get(Universe(), list.universe, [&] { return ListText(place.store, list); });
  if (!found) {
    return tl::unexpected<base::Error>(found.error());
  }
  if (auto symbols = SymbolsIn(found->value)) {
    return *std::move(symbols);
  }
  base::LogWarn("cache_no_universe").With("name", list.universe);
  const auto forgotten = ForgetSymbols(*place.cache, list.universe);
  return forgotten ? StoredSymbols(place.store, list) : tl::unexpected(forgotten.error());
}

base::Result<void> ForgetSymbols(cache::Cache& cache, const std::string& universe) {
  return cache.Remove(Universe(), universe);
}

base::Result<void> RunOverMembers(
    jobs::JobContext& context, const MemberPlace& place, const std::string& universe,
    const std::function<base::Result<void>(const std::string& symbol)>& do_item) {
  if (auto raised = jobs::RaiseFence(place.store.connection(), context.fence()); !raised) {
    return raised;
  }
  const auto symbols = CachedSymbols(place, {.universe = universe, .date = context.date()});
  if (!symbols) {
    return tl::unexpected<base::Error>(symbols.error());
  }
  context.SetTotal(symbols->size());
  for (const std::string& symbol : *symbols) {
    if (context.ShouldStop()) {
      return {};
    }
    if (auto done = do_item(symbol); !done) {
      return done;
    }
  }
  return {};
}

}  // namespace bulwark::collect
