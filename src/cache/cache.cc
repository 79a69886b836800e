#include "cache/cache.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "contract/json_reader.h"
#include "contract/key_match.h"
#include "contract/keys.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/dialer.h"
#include "redis/reply.h"

namespace bulwark::cache {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr base::Nanos kFreshMin = minutes{5};
constexpr base::Nanos kLifeMax = minutes{60};
constexpr base::Nanos kLockMax = seconds{120};
constexpr int kRenewalsPerLock = 4;
constexpr base::Nanos kLookFirst = milliseconds{20};
constexpr base::Nanos kLookMax = milliseconds{250};
constexpr base::Nanos kCountsInterval = seconds{1};
constexpr std::size_t kDomainsMax = 64;  // With counts that Redis does not know yet.
constexpr std::string_view kNothing = "null";
constexpr int kJitterSteps = 1'000;
constexpr int kJitterPercent = 10;

// Only the one who took the lock may free it.
constexpr const char* kFreeLock = R"lua(
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
)lua";

constexpr const char* kKeepLock = R"lua(
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
)lua";

// What is counted in Redis, by the name that it has there.
struct Counter {
  std::string_view name;
  std::uint64_t Stats::* field;
};
constexpr std::array<Counter, 8> kCounters = {{
    {.name = "hits", .field = &Stats::hits},
    {.name = "nothing", .field = &Stats::negative_hits},
    {.name = "stale", .field = &Stats::stale},
    {.name = "fetches", .field = &Stats::fetches},
    {.name = "failed", .field = &Stats::fetch_errors},
    {.name = "waits", .field = &Stats::waits},
    {.name = "large", .field = &Stats::too_large},
    {.name = "unreadable", .field = &Stats::unreadable},
}};

void AddCounts(redis::Pipeline& pipeline, const std::string& domain, const Stats& counts) {
  const contract::Key key = contract::keys::CacheCounters(domain);
  for (const Counter& counter : kCounters) {
    if (const std::uint64_t more = counts.*counter.field; more > 0) {
      pipeline.Add({"ZINCRBY", key.view(), std::to_string(more), counter.name});
    }
  }
}

std::string NewToken() {
  std::random_device source;
  return std::to_string(source()) + "-" + std::to_string(source());
}

std::string Millis(base::Nanos span) {
  return std::to_string(std::chrono::duration_cast<milliseconds>(span).count());
}

// The same name always loses the same part of its time: 0 to a tenth (FNV-1a).
base::Nanos Jittered(base::Nanos span, std::string_view name) {
  constexpr std::uint64_t kBasis = 14'695'981'039'346'656'037U;
  constexpr std::uint64_t kPrime = 1'099'511'628'211U;
  std::uint64_t hash = kBasis;
  for (const char c : name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  }
  const auto step = static_cast<std::int64_t>((hash >> 32U) % kJitterSteps);
  return span - span / kJitterSteps * step * kJitterPercent / 100;
}

base::Result<void> CheckDomain(const Domain& domain) {
  const bool is_good = domain.fresh >= kFreshMin && domain.stale >= base::Nanos::zero() &&
                       domain.fresh + domain.stale <= kLifeMax && domain.negative >= kFreshMin &&
                       domain.negative <= kLifeMax;
  return is_good ? base::Result<void>()
                 : base::Fail(base::ErrorCode::kInvalidArgument,
                              "cache domain " + domain.name +
                                  ": a value lives 5 to 60 minutes, stale time included");
}

// What a source answered, refused when it is no JSON.
base::Result<Value> Checked(const std::string& key, base::Result<Value> answer) {
  if (!answer) {
    return answer;
  }
  const Value& value = *answer;
  if (value && !contract::ParseJson(*value)) {
    return base::Fail(base::ErrorCode::kCorrupt, key + ": the source's text is no JSON");
  }
  return answer;
}

}  // namespace

Cache::Cache(const Options& options, redis::Dialer& dialer)
    : options_(options),
      dialer_(dialer),
      token_(NewToken()),
      free_lock_(kFreeLock),
      keep_lock_(kKeepLock) {
  options_.lock_time = std::clamp<base::Nanos>(options_.lock_time, seconds{1}, kLockMax);
}

Cache::~Cache() {
  BringCounts();
}

void Cache::Note(const std::string& domain, const Stats& since) {
  if (pending_.size() < kDomainsMax || pending_.contains(domain)) {
    Stats& counts = pending_[domain];
    for (const Counter& counter : kCounters) {
      counts.*counter.field += stats_.*counter.field - since.*counter.field;
    }
  }
  if (options_.clock->MonotonicNow() >= counts_due_) {
    BringCounts();
  }
}

void Cache::BringCounts() {
  if (pending_.empty() || !IsConnected()) {
    return;
  }
  counts_due_ = options_.clock->MonotonicNow() + kCountsInterval;
  redis::Pipeline pipeline;
  for (const auto& [domain, counts] : pending_) {
    AddCounts(pipeline, domain, counts);
  }
  pending_.clear();
  if (pipeline.empty()) {
    return;
  }
  if (const auto added = connection_->Execute(pipeline); !added) {
    ++stats_.redis_errors;
    base::LogInfo("cache_not_counted").With("reason", added.error().message);
  }
}

base::Result<Cache::Name> Cache::NameOf(const Domain& domain, std::string_view identifier) {
  if (auto checked = CheckDomain(domain); !checked) {
    return tl::unexpected(checked.error());
  }
  const std::string text = "cache:" + domain.name + ":" + std::string(identifier);
  const auto match = contract::MatchKey(text);
  if (!match || domain.name.find(':') != std::string::npos) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "'" + text.substr(0, 80) + "' is not cache:<domain>:<identifier>");
  }
  return Name{.domain = domain,
              .key = contract::keys::Cache(domain.name, identifier).text(),
              .lock = contract::keys::CacheLock(domain.name, identifier).text()};
}

base::Result<Found> Cache::Get(const Domain& domain, std::string_view identifier,
                               const Fetch& fetch) {
  const auto name = NameOf(domain, identifier);
  if (!name) {
    return tl::unexpected(name.error());
  }
  const Stats before = stats_;
  auto found = Fill(*name, fetch);
  Note(domain.name, before);
  return found;
}

base::Result<Found> Cache::Fill(const Name& name, const Fetch& fetch) {
  const base::Nanos deadline = options_.clock->MonotonicNow() + options_.wait_max;
  base::Nanos pause = kLookFirst;
  for (;; pause = std::min(2 * pause, kLookMax)) {
    const std::optional<Kept> kept = Look(name);
    if (kept && kept->is_fresh) {
      return Hit(*kept);
    }
    const Lock lock = TakeLock(name);
    if (lock != Lock::kTheirs) {
      return FetchLocked(name, fetch, kept, lock);
    }
    if (kept) {
      return Stale(*kept);
    }
    if (options_.clock->MonotonicNow() >= deadline) {
      // It lives, or its lock had ended: a second question to the source would only cost.
      return base::Fail(base::ErrorCode::kUnavailable,
                        name.key + ": another process is still fetching it");
    }
    stats_.waits += pause == kLookFirst ? 1U : 0U;
    options_.clock->Pause(pause);
  }
}

Found Cache::Hit(const Kept& kept) {
  ++stats_.hits;
  stats_.negative_hits += kept.value ? 0U : 1U;
  return {.value = kept.value, .from = Found::From::kCache};
}

Found Cache::Stale(const Kept& kept) {
  ++stats_.stale;
  return {.value = kept.value, .from = Found::From::kStale};
}

base::Result<Found> Cache::FetchLocked(const Name& name, const Fetch& fetch,
                                       const std::optional<Kept>& stale, Lock lock) {
  // Between our look and our lock the one before us may have finished.
  const std::optional<Kept> kept = Look(name);
  held_ = lock == Lock::kOurs ? name.lock : std::string();
  renew_at_ = options_.clock->MonotonicNow() + options_.lock_time / kRenewalsPerLock;
  auto found =
      kept && kept->is_fresh ? base::Result<Found>(Hit(*kept)) : FetchAndKeep(name, fetch, stale);
  held_.clear();
  if (lock == Lock::kOurs) {
    FreeLock(name);
  }
  return found;
}

base::Result<Found> Cache::FetchAndKeep(const Name& name, const Fetch& fetch,
                                        const std::optional<Kept>& stale) {
  ++stats_.fetches;
  const base::Result<Value> value = Checked(name.key, fetch());
  if (value) {
    Keep(name, *value);
    return Found{.value = *value, .from = Found::From::kSource};
  }
  ++stats_.fetch_errors;
  if (!stale) {
    return tl::unexpected(value.error());
  }
  base::LogWarn("cache_stale").With("key", name.key).With("reason", value.error().message);
  return Stale(*stale);
}

std::optional<Cache::Kept> Cache::Look(const Name& name) {
  const auto text = Ask(std::array<std::string_view, 2>{"GET", name.key});
  if (!text || text->is_nil()) {
    return std::nullopt;
  }
  const auto left = Ask(std::array<std::string_view, 2>{"PTTL", name.key});
  if (text->is_error() || !left || !contract::ParseJson(text->text)) {
    ++stats_.unreadable;
    base::LogWarn("cache_unreadable").With("key", name.key);
    return std::nullopt;
  }
  const std::int64_t left_ms = left->AsInteger().value_or(0);
  const bool is_nothing = text->text == kNothing;
  const base::Nanos stale = is_nothing ? base::Nanos::zero() : name.domain.stale;
  // A value that never ends was not written by us; its age is unknown.
  return Kept{.value = is_nothing ? Value() : Value(text->text),
              .is_fresh = left_ms > 0 && milliseconds{left_ms} > stale};
}

base::Nanos Cache::TtlOf(const Name& name, const Value& value) const {
  const base::Nanos fresh = value ? name.domain.fresh : name.domain.negative;
  const base::Nanos jittered = std::max<base::Nanos>(kFreshMin, Jittered(fresh, name.key));
  return value ? jittered + name.domain.stale : jittered;
}

void Cache::Keep(const Name& name, const Value& value) {
  const std::string_view text = value ? std::string_view(*value) : kNothing;
  if (text.size() > options_.value_bytes_max) {
    ++stats_.too_large;
    base::LogWarn("cache_value_too_large").With("key", name.key).With("bytes", text.size());
    return;
  }
  const std::string life = Millis(TtlOf(name, value));
  if (!Ask(std::array<std::string_view, 5>{"SET", name.key, text, "PX", life})) {
    base::LogInfo("cache_not_kept").With("key", name.key);
  }
}

Cache::Lock Cache::TakeLock(const Name& name) {
  const std::string life = Millis(options_.lock_time);
  const auto reply =
      Ask(std::array<std::string_view, 6>{"SET", name.lock, token_, "NX", "PX", life});
  if (!reply || reply->is_error()) {
    return Lock::kNone;
  }
  return reply->is_ok() ? Lock::kOurs : Lock::kTheirs;
}

void Cache::FreeLock(const Name& name) {
  if (!IsConnected()) {
    return;
  }
  const std::array<std::string_view, 1> keys = {name.lock};
  const std::array<std::string_view, 1> args = {token_};
  if (const auto freed = free_lock_.Run(*connection_, keys, args); !freed) {
    ++stats_.redis_errors;  // It ends by itself.
  }
}

void Cache::KeepLock() {
  const base::Nanos now = options_.clock->MonotonicNow();
  if (held_.empty() || now < renew_at_ || !IsConnected()) {
    return;
  }
  renew_at_ = now + options_.lock_time / kRenewalsPerLock;
  const std::array<std::string_view, 1> keys = {held_};
  const std::string life = Millis(options_.lock_time);
  const std::array<std::string_view, 2> args = {token_, life};
  if (const auto kept = keep_lock_.Run(*connection_, keys, args); !kept) {
    ++stats_.redis_errors;  // The next time, or it ends and somebody else may ask too.
  }
}

base::Result<void> Cache::Put(const Domain& domain, std::string_view identifier,
                              const Value& value) {
  const auto name = NameOf(domain, identifier);
  if (!name) {
    return tl::unexpected(name.error());
  }
  if (value && !contract::ParseJson(*value)) {
    return base::Fail(base::ErrorCode::kCorrupt, name->key + ": the text is no JSON");
  }
  const Stats before = stats_;
  Keep(*name, value);
  Note(domain.name, before);
  return {};
}

base::Result<void> Cache::Remove(const Domain& domain, std::string_view identifier) {
  const auto name = NameOf(domain, identifier);
  if (!name) {
    return tl::unexpected(name.error());
  }
  const auto removed = Ask(std::array<std::string_view, 2>{"UNLINK", name->key});
  return removed ? base::Result<void>()
                 : base::Fail(base::ErrorCode::kUnavailable, name->key + ": redis is away");
}

std::optional<redis::Reply> Cache::Ask(redis::Args words) {
  if (!IsConnected()) {
    return std::nullopt;
  }
  auto reply = connection_->Call(words);
  if (reply) {
    return *std::move(reply);
  }
  ++stats_.redis_errors;
  if (reply.error().code == base::ErrorCode::kCorrupt && connection_->is_alive()) {
    redis::Reply wrong;  // A key of another type: an answer, though not a useful one.
    wrong.kind = redis::Reply::Kind::kError;
    return wrong;
  }
  connection_.reset();
  probe_at_ = options_.clock->MonotonicNow() + options_.probe_interval;
  return std::nullopt;
}

bool Cache::IsConnected() {
  if (connection_ != nullptr || options_.clock->MonotonicNow() < probe_at_) {
    return connection_ != nullptr;
  }
  redis::ConnectionOptions options;
  options.connect_timeout = options_.call_timeout;
  options.call_timeout = options_.call_timeout;
  options.client_name = "bulwark-cache";
  auto connection = dialer_.Connect(options);
  if (connection) {
    connection_ = *std::move(connection);
  } else {
    ++stats_.redis_errors;
    probe_at_ = options_.clock->MonotonicNow() + options_.probe_interval;
  }
  return connection_ != nullptr;
}

}  // namespace bulwark::cache
