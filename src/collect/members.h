// The members of a universe on a date, for jobs: none at all is an error.
//
// Shape:   CachedSymbols() keeps the list in Redis for ten minutes, as an object from symbol to
//          sector, for every process that works on it: cache:universe:<name>. It is the list of
//          today: who asks for another date asks without a cache. A kept list that is none of ours
//          is removed and the store asked. Whoever changes the members calls ForgetSymbols().
// Errors:  RequireMembers(): kNotFound for a universe without members, else those of the store.
// Threads: the store's.
// Source:  docs/store.md#universe, docs/cache.md

#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cache/cache.h"
#include "jobs/job.h"
#include "store/rows.h"
#include "store/store.h"

namespace bulwark::collect {

// A universe at a date.
struct MemberList {
  std::string universe;
  std::chrono::sys_days date;
};

base::Result<std::vector<store::Member>> RequireMembers(store::Store& store,
                                                        const MemberList& list);

// Where the symbols of a universe come from; without a cache from the store alone.
struct MemberPlace {
  store::Store& store;
  cache::Cache* cache = nullptr;
};

// Their symbols, by symbol.
base::Result<std::vector<std::string>> CachedSymbols(const MemberPlace& place,
                                                     const MemberList& list);
base::Result<void> ForgetSymbols(cache::Cache& cache, const std::string& universe);

// One run of a job over the members of its date: raises the fence, then asks for each symbol until
// one fails for all or the job is to stop.
base::Result<void> RunOverMembers(
    jobs::JobContext& context, const MemberPlace& place, const std::string& universe,
    const std::function<base::Result<void>(const std::string& symbol)>& do_item);

}  // namespace bulwark::collect
