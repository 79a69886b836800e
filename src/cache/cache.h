// Answers of data sources, kept in Redis for a while and shared by all processes.
//
// Shape:   `cache:<domain>:<identifier>` holds the JSON text as the source's adapter made it, or
//          `null` when the source has nothing. A key lives for the domain's `fresh` time, a little
//          shorter by its own name so that not all end at once, and then for `stale`: a stale value
//          is answered only when the source fails or somebody else is fetching it already. How long
//          a key still lives tells which it is, so a plain client needs no more than GET. One
//          process fetches a missing value (`cache_lock:<domain>:<identifier>`), the others wait.
//          A fetch that may take longer than `lock_time` calls KeepLock() now and then.
// Units:   `fresh` is at least 5 minutes, `fresh` and `stale` together at most 60.
// Errors:  kInvalidArgument for a domain or identifier that is no name; the source's own error when
//          there is nothing stale; kCorrupt when the source's text is no JSON; kUnavailable when
//          another process is still fetching after `wait_max`. An absent Redis is no error: the
//          source is asked each time.
// Threads: one thread at a time; each thread makes its own. Get() blocks for as long as the source
//          takes, or `wait_max` for another process's.
// Owner:   dialer and clock must outlive the cache. What happened is added up in Redis
//          (`cache_counters:<domain>`) once a second, and with the destructor.
// Source:  docs/cache.md

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "redis/connection.h"
#include "redis/dialer.h"
#include "redis/script.h"

namespace bulwark::cache {

// What is kept alike: "fundamentals", "universe".
struct Domain {
  std::string name;
  base::Nanos fresh = std::chrono::minutes{30};
  base::Nanos stale = std::chrono::minutes{30};
  base::Nanos negative = std::chrono::minutes{5};  // For "there is nothing".
};

// JSON text; empty when the source has nothing of that name.
using Value = std::optional<std::string>;
using Fetch = std::function<base::Result<Value>()>;

struct Found {
  enum class From : std::uint8_t { kCache, kSource, kStale };

  Value value;
  From from = From::kSource;
};

struct Stats {
  std::uint64_t hits = 0;
  std::uint64_t negative_hits = 0;
  std::uint64_t stale = 0;
  std::uint64_t fetches = 0;
  std::uint64_t fetch_errors = 0;
  std::uint64_t waits = 0;      // For another process's fetch.
  std::uint64_t too_large = 0;  // Answered, but not kept.
  std::uint64_t unreadable = 0;
  std::uint64_t redis_errors = 0;
};

struct CacheOptions {
  std::size_t value_bytes_max = std::size_t{1} << 20U;
  base::Nanos lock_time = std::chrono::seconds{60};  // 120 s at most.
  base::Nanos wait_max = std::chrono::seconds{90};   // Longer than a dead process's lock lives.
  base::Nanos call_timeout = std::chrono::milliseconds{250};
  base::Nanos probe_interval = std::chrono::seconds{1};  // How often an absent Redis is tried.
  const base::Clock* clock = &base::SystemClock();
};

class Cache {
 public:
  using Options = CacheOptions;

  Cache(const Options& options, redis::Dialer& dialer);
  ~Cache();
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;
  Cache(Cache&&) = delete;
  Cache& operator=(Cache&&) = delete;

  // The kept value, or what `fetch` answers, which is then kept.
  base::Result<Found> Get(const Domain& domain, std::string_view identifier, const Fetch& fetch);
  // Keeps a value that came another way.
  base::Result<void> Put(const Domain& domain, std::string_view identifier, const Value& value);
  base::Result<void> Remove(const Domain& domain, std::string_view identifier);

  // From within `fetch`, as often as one likes: holds the lock of the value that is being fetched.
  void KeepLock();

  [[nodiscard]] const Stats& stats() const { return stats_; }

 private:
  struct Kept {
    Value value;
    bool is_fresh = false;
  };
  enum class Lock : std::uint8_t { kOurs, kTheirs, kNone };
  struct Name {
    const Domain& domain;
    std::string key;
    std::string lock;
  };

  static base::Result<Name> NameOf(const Domain& domain, std::string_view identifier);
  base::Result<Found> Fill(const Name& name, const Fetch& fetch);
  base::Result<Found> FetchLocked(const Name& name, const Fetch& fetch,
                                  const std::optional<Kept>& stale, Lock lock);
  base::Result<Found> FetchAndKeep(const Name& name, const Fetch& fetch,
                                   const std::optional<Kept>& stale);
  // Empty: nothing is kept, or nothing that can be read.
  std::optional<Kept> Look(const Name& name);
  Found Hit(const Kept& kept);
  Found Stale(const Kept& kept);
  void Keep(const Name& name, const Value& value);
  Lock TakeLock(const Name& name);
  void FreeLock(const Name& name);
  // An answer, or empty when Redis is away.
  std::optional<redis::Reply> Ask(redis::Args words);
  bool IsConnected();
  // Adds what happened since to the counters that the next of BringCounts() takes along.
  void Note(const std::string& domain, const Stats& since);
  // Does nothing while Redis is away: they stay until it is back.
  void BringCounts();
  [[nodiscard]] base::Nanos TtlOf(const Name& name, const Value& value) const;

  Options options_;
  redis::Dialer& dialer_;
  std::string token_;
  redis::Script free_lock_;
  redis::Script keep_lock_;
  std::unique_ptr<redis::Connection> connection_;
  base::Nanos probe_at_ = base::Nanos::min();
  base::Nanos counts_due_ = base::Nanos::min();
  std::map<std::string, Stats> pending_;  // By domain; what Redis does not know yet.
  Stats stats_;
  std::string held_;  // The lock of the fetch that runs now; empty: none.
  base::Nanos renew_at_{};
};

}  // namespace bulwark::cache
