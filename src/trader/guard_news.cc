#include "trader/guard_news.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/log.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "contract/breaker_document.h"
#include "contract/keys.h"
#include "contract/system_documents.h"
#include "model/breaker.h"
#include "model/event.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/reply.h"

namespace bulwark::trader {
namespace {

constexpr base::Nanos kLookEvery{std::chrono::seconds{1}};
constexpr base::Nanos kRecordEvery{std::chrono::minutes{1}};
// A beat from further ahead than clocks differ is no beat.
constexpr base::Nanos kClockSlack{std::chrono::minutes{5}};

std::optional<base::UnixNanos> BeatIn(const redis::Reply& reply) {
  const auto text = reply.AsText();
  if (!text) {
    return std::nullopt;
  }
  const auto at = contract::DecodeHeartbeat(*text);
  return at ? std::optional(*at) : std::nullopt;
}

}  // namespace

void GuardNews::DoWork(redis::Connection* connection) {
  const base::Nanos now = clock_.MonotonicNow();
  if (now < look_at_) {
    return;
  }
  look_at_ = now + kLookEvery;
  TellSession();
  const InRedis in_redis = connection != nullptr ? Read(*connection) : InRedis{};
  if (in_redis.vix) {
    TellVix(*in_redis.vix);
  }
  const auto record = ledger_.ReadBreakers();
  if (!record) {
    base::LogDebug("breakers_not_read").With("error", record.error());
    return;
  }
  TellOperator(record->operator_seen_at, in_redis.beat_at);
  TellResets(*record);
}

GuardNews::InRedis GuardNews::Read(redis::Connection& connection) {
  redis::Pipeline pipeline;
  pipeline.Add({"GET", contract::keys::OperatorHeartbeat().view()});
  pipeline.Add({"GET", contract::keys::LegacyHeartbeat().view()});
  pipeline.Add({"GET", contract::keys::VixInput().view()});
  const auto replies = connection.ExecuteForReplies(pipeline);
  InRedis found;
  if (!replies) {
    return found;
  }
  // The newer name wins when both are there.
  found.beat_at = BeatIn(replies->at(0));
  if (!found.beat_at) {
    found.beat_at = BeatIn(replies->at(1));
  }
  if (const auto text = replies->at(2).AsText()) {
    const auto reading = contract::DecodeVixReading(*text);
    found.vix = reading ? std::optional(*reading) : std::nullopt;
  }
  return found;
}

void GuardNews::TellOperator(std::optional<base::UnixNanos> in_ledger,
                             std::optional<base::UnixNanos> in_redis) {
  const base::UnixNanos now = clock_.WallNow();
  std::optional<base::UnixNanos> seen = in_ledger;
  if (in_redis && *in_redis <= now + kClockSlack && (!seen || *in_redis > *seen)) {
    if (!seen || *in_redis - *seen >= kRecordEvery) {
      RecordBeat(std::min(*in_redis, now));
    }
    seen = in_redis;
  }
  if (seen && (!seen_told_ || *seen > *seen_told_) &&
      Push(model::OperatorSeen{.seen_at = *seen, .at = now})) {
    seen_told_ = seen;
  }
}

// Not written: it is tried again with the next look.
void GuardNews::RecordBeat(base::UnixNanos at) {
  const auto noted =
      ledger_.NoteBreaker({.actor = "redis", .reason = "heartbeat in Redis", .at = at});
  if (!noted) {
    base::LogWarn("heartbeat_not_recorded").With("error", noted.error());
  }
}

void GuardNews::TellResets(const model::BreakerRecord& record) {
  for (std::size_t at = 0; at < model::kBreakers; ++at) {
    const std::uint64_t asked = record.reset_asked.at(at);
    if (asked > resets_told_.at(at) &&
        Push(model::BreakerReset{.which = static_cast<model::Breaker>(at),
                                 .at = clock_.WallNow()})) {
      resets_told_.at(at) = asked;
    }
  }
}

void GuardNews::TellSession() {
  if (market_hours_ == nullptr) {
    return;
  }
  const base::UnixNanos now = clock_.WallNow();
  const bool is_open = market_hours_->IsOpen(now);
  if (open_told_ != is_open && Push(model::MarketSession{.is_open = is_open, .at = now})) {
    open_told_ = is_open;
  }
}

void GuardNews::TellVix(const contract::VixReading& reading) {
  const base::UnixNanos now = clock_.WallNow();
  if (reading.at <= now + kClockSlack && (!vix_told_ || reading.at > *vix_told_) &&
      Push(model::VixRead{.level = reading.level, .read_at = reading.at, .at = now})) {
    vix_told_ = reading.at;
  }
}

bool GuardNews::Push(const model::Event& event) {
  const bool is_taken = queues_.guard_news.TryPush(event);  // Full: see queues.h.
  queues_.bells.engine.Ring();
  return is_taken;
}

}  // namespace bulwark::trader
