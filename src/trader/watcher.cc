#include "trader/watcher.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/iso_time.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "contract/keys.h"
#include "contract/kill_switch_document.h"
#include "contract/system_documents.h"
#include "ledger/ledger_store.h"
#include "ledger/scope_log.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/order.h"
#include "model/scoped_modes.h"
#include "model/switches.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/dialer.h"
#include "redis/reply.h"
#include "redis/subscriber.h"
#include "redis/url.h"
#include "stateplane/switch_merger.h"
#include "stateplane/switch_writer.h"
#include "trader/exit_gate.h"
#include "trader/health.h"
#include "trader/queues.h"

namespace bulwark::trader {
namespace {

using stateplane::RedisReading;

constexpr base::Nanos kReconnectAfter{std::chrono::milliseconds{100}};

RedisReading HaltReadingOf(const redis::Reply& reply) {
  if (reply.kind == redis::Reply::Kind::kNil) {
    return RedisReading::kMissing;
  }
  if (reply.kind != redis::Reply::Kind::kBulk) {
    return RedisReading::kCorrupt;
  }
  switch (contract::DecodeHalt(reply.text)) {
    case contract::HaltReading::kRun:
      return RedisReading::kOff;
    case contract::HaltReading::kHalt:
      return RedisReading::kOn;
    case contract::HaltReading::kUnknown:
      return RedisReading::kCorrupt;
  }
  return RedisReading::kCorrupt;
}

RedisReading KillReadingOf(const redis::Reply& reply) {
  if (reply.kind == redis::Reply::Kind::kNil) {
    return RedisReading::kMissing;
  }
  if (reply.kind != redis::Reply::Kind::kBulk) {
    return RedisReading::kCorrupt;
  }
  switch (contract::DecodeKillSwitch(reply.text)) {
    case contract::KillReading::kInactive:
      return RedisReading::kOff;
    case contract::KillReading::kActive:
      return RedisReading::kOn;
    case contract::KillReading::kUnknown:
      return RedisReading::kCorrupt;
  }
  return RedisReading::kCorrupt;
}

stateplane::SeenAtKey SeenIn(const redis::Reply& reply) {
  using Kind = stateplane::SeenAtKey::Kind;
  if (reply.kind == redis::Reply::Kind::kNil) {
    return {.kind = Kind::kMissing};
  }
  if (reply.kind != redis::Reply::Kind::kBulk) {
    return {.kind = Kind::kForeign};
  }
  return {.kind = Kind::kText, .text = reply.text};
}

// Adds what we need to the events that the server announces, and leaves what others asked for.
base::Result<void> AskForKeyEvents(redis::Connection& connection) {
  constexpr std::string_view kSetting = "notify-keyspace-events";
  constexpr std::string_view kNeeded = "Kg$xe";
  const auto current = connection.Call({"CONFIG", "GET", kSetting});
  if (!current) {
    return tl::unexpected<base::Error>(current.error());
  }
  std::string events = current->elements.size() == 2 ? current->elements[1].text : std::string();
  const std::size_t before = events.size();
  for (const char event : kNeeded) {
    // 'A' stands for all classes; the K is asked for on its own.
    const bool has_it = events.find(event) != std::string::npos ||
                        (event != 'K' && events.find('A') != std::string::npos);
    events += has_it ? std::string() : std::string(1, event);
  }
  if (events.size() == before) {
    return {};
  }
  const auto set = connection.Call({"CONFIG", "SET", kSetting, events});
  return set ? base::Result<void>() : tl::unexpected<base::Error>(set.error());
}

}  // namespace

Watcher::Watcher(redis::Url url, std::unique_ptr<ledger::LedgerStore> ledger,
                 const WatcherTiming& timing, Queues& queues, const Health& health,
                 ExitGate& exit_gate)
    : Watcher(std::make_unique<redis::UrlDialer>(std::move(url)), std::move(ledger), timing,
              {.queues = queues, .health = health, .exit_gate = exit_gate}) {}

Watcher::Watcher(std::unique_ptr<redis::Dialer> dialer, std::unique_ptr<ledger::LedgerStore> ledger,
                 const WatcherTiming& timing, const WatcherPeers& peers)
    : dialer_(std::move(dialer)),
      ledger_(std::move(ledger)),
      timing_(timing),
      queues_(peers.queues),
      health_(peers.health),
      exit_gate_(peers.exit_gate),
      clock_(peers.clock),
      epoch_(peers.epoch),
      does_halt_kill_(peers.does_halt_kill),
      news_(*ledger_, queues_, clock_, peers.market_hours),
      approvals_(*ledger_, queues_, clock_, peers.approvals),
      instruments_(peers.instruments) {}

int Watcher::DoWork() {
  if (NoticeNewerRun()) {
    clock_.Pause(timing_.poll_every);
    return 1;
  }
  TellGate();
  EnsureConnected(clock_.MonotonicNow());
  std::optional<RedisWords> words;
  if (connection_) {
    auto read = ReadRedis();
    if (read) {
      words = *read;
    } else {
      base::LogWarn("watcher_lost_redis").With("error", read.error());
      connection_.reset();
      subscriber_.reset();
      connect_at_ = clock_.MonotonicNow() + kReconnectAfter;
    }
  }
  auto switches = ledger_->ReadSwitches();
  if (switches) {
    switches_ = *switches;
  } else {
    base::LogError("watcher_cannot_read_ledger").With("error", switches.error());
  }
  Merge(words);
  const bool are_scopes_read = ReadScopes();
  const bool are_approvals_read = approvals_.DoWork();
  PushPermit(words.has_value(), switches.has_value() && are_scopes_read && are_approvals_read);
  news_.DoWork(words ? connection_.get() : nullptr);
  WaitForNews();
  return 1;
}

// A run that commits nothing would not hear from the ledger that it is over. It must neither send
// nor speak for the account any more.
bool Watcher::NoticeNewerRun() {
  if (epoch_ == 0 || is_fenced_.load()) {
    return is_fenced_.load();
  }
  const auto newest = ledger_->LastEpoch();
  if (!newest || *newest <= epoch_) {
    return false;  // What cannot be read is told by the stops that cannot be read either.
  }
  exit_gate_.FenceOff();
  exit_gate_.Set(true, true);
  is_fenced_.store(true);
  base::LogError("run_fenced_off").With("epoch", epoch_).With("newest", *newest);
  return true;
}

// For people, and for who measures: also what happens while Redis shows nothing.
void Watcher::TellGate() {
  const std::optional<base::UnixNanos> closed_at = exit_gate_.closed_at();
  if (closed_at == gate_told_) {
    return;
  }
  gate_told_ = closed_at;
  if (closed_at) {
    base::LogWarn("gate_closed").With("at", base::FormatIso(*closed_at, base::IsoSuffix::kZulu));
  } else {
    base::LogInfo("gate_opened");
  }
}

void Watcher::EnsureConnected(base::Nanos now) {
  if (connection_ || now < connect_at_) {
    return;
  }
  connect_at_ = now + kReconnectAfter;
  const redis::ConnectionOptions options{.connect_timeout = timing_.call_timeout,
                                         .call_timeout = timing_.call_timeout,
                                         .client_name = "bulwark-watcher"};
  auto connection = dialer_->Connect(options);
  if (!connection) {
    return;
  }
  const std::string database = std::to_string(dialer_->db());
  const std::string halt = "__keyspace@" + database + "__:" + contract::keys::Halt().text();
  const std::string kill = "__keyspace@" + database + "__:" + contract::keys::KillSwitch().text();
  const std::string_view channels[] = {halt, kill};
  auto subscriber = dialer_->Subscribe(channels, {.connection = options});
  if (!subscriber) {
    return;
  }
  // A server that refuses to notify is polled; then a stop takes up to poll_every.
  if (const auto asked = AskForKeyEvents(**connection); !asked) {
    base::LogInfo("redis_notifications_not_set").With("error", asked.error());
  }
  connection_ = *std::move(connection);
  subscriber_ = *std::move(subscriber);
  // What this server says may be older than what we knew.
  halt_.Forget();
  kill_.Forget();
}

base::Result<Watcher::RedisWords> Watcher::ReadRedis() {
  redis::Pipeline pipeline;
  pipeline.Add({"GET", contract::keys::Halt().view()});
  pipeline.Add({"GET", contract::keys::KillSwitch().view()});
  const auto replies = connection_->ExecuteForReplies(pipeline);
  if (!replies) {
    return tl::unexpected<base::Error>(replies.error());
  }
  for (const redis::Reply& reply : *replies) {
    // A key of a foreign type is corrupt; any other refusal (LOADING, NOAUTH) means we cannot read.
    if (reply.kind == redis::Reply::Kind::kError && !reply.text.starts_with("WRONGTYPE")) {
      return tl::unexpected<base::Error>(redis::ToError(reply.text));
    }
  }
  const redis::Reply& halt = replies->at(0);
  const redis::Reply& kill = replies->at(1);
  return RedisWords{.halt = {.reading = HaltReadingOf(halt), .seen = SeenIn(halt)},
                    .kill = {.reading = KillReadingOf(kill), .seen = SeenIn(kill)}};
}

void Watcher::PushPermit(bool is_redis_ok, bool is_ledger_ok) {
  model::Permit permit{.is_halted = is_halted_,
                       .is_killed = is_killed_,
                       .is_redis_ok = is_redis_ok && health_.is_redis_writable.load(),
                       .is_ledger_ok = is_ledger_ok && health_.is_ledger_writable.load(),
                       .scopes = scopes_.version,
                       .autonomy = approvals_.mode(),
                       .autonomy_since = approvals_.since(),
                       .at = clock_.WallNow()};
  if (switches_ && is_halted_) {
    permit.reason = model::Reason::Cut(switches_->halt.reason);
  } else if (switches_ && is_killed_) {
    permit.reason = model::Reason::Cut(switches_->kill.reason);
  } else if (!permit.is_redis_ok) {
    permit.reason = model::Reason("redis unavailable");
  } else if (!permit.is_ledger_ok) {
    permit.reason = model::Reason("ledger unavailable");
  }
  if (switches_) {
    (void)queues_.permits.TryPush(permit);  // Full: see queues.h.
    queues_.bells.engine.Ring();
  }
  queues_.bells.publisher.Ring();  // It shows since when the gate is closed.
}

// What cannot be read leaves the last known scopes in force.
bool Watcher::ReadScopes() {
  const auto read = ledger_->ReadScopes();
  if (!read) {
    base::LogError("watcher_cannot_read_scopes").With("error", read.error());
    return false;
  }
  if (read->version != scopes_.version) {
    scopes_ =
        ledger::ModesOf(*read, instruments_ != nullptr ? *instruments_ : model::InstrumentTable());
    exit_gate_.SetScopes(scopes_);
    base::LogWarn("scoped_stops_read").With("version", scopes_.version);
  }
  // Full: it is tried again with the next round, and the permit's version keeps entries back.
  if (scopes_told_ != scopes_.version &&
      queues_.guard_news.TryPush(model::ScopesRead{.modes = scopes_, .at = clock_.WallNow()})) {
    scopes_told_ = scopes_.version;
  }
  return true;
}

void Watcher::WaitForNews() {
  if (!subscriber_) {
    clock_.Pause(timing_.poll_every);
    CloseByLedger();
    return;
  }
  const auto message = subscriber_->Next(timing_.poll_every);
  if (!message) {
    subscriber_.reset();
    connection_.reset();
  }
  if (!message || !*message) {
    CloseByLedger();
  }
}

// Between a wait and the next question to Redis, which may be frozen: the two delays must not add
// up.
void Watcher::CloseByLedger() {
  const auto switches = ledger_->ReadSwitches();
  if (switches) {
    switches_ = *switches;  // The next round may find neither ledger nor Redis.
    exit_gate_.Set(is_halted_ || switches->halt.is_on, is_killed_ || switches->kill.is_on);
  }
}

}  // namespace bulwark::trader
