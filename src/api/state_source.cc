#include "api/state_source.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "api/raw_state.h"
#include "api/state_document.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "redis/connection.h"
#include "redis/url.h"

namespace bulwark::api {
namespace {

constexpr base::Nanos kRetryEvery = std::chrono::milliseconds{250};

}  // namespace

StateSource::StateSource(redis::Url url, redis::ConnectionOptions options)
    : url_(std::move(url)), options_(std::move(options)) {}

std::shared_ptr<const Snapshot> StateSource::Get(base::Nanos max_age) {
  const std::lock_guard lock(mutex_);
  const base::Nanos asked_at = base::MonotonicNow();
  const bool was_lost = latest_ && !latest_->is_connected;
  const base::Nanos good_for = was_lost ? std::max(max_age, kRetryEvery) : max_age;
  if (latest_ && asked_at - latest_->read_at < good_for) {
    return latest_;
  }
  auto raw = Read();
  const base::Nanos now = base::MonotonicNow();  // A time-out may lie between.
  if (!raw) {
    if (!was_lost) {
      base::LogWarn("redis_lost").With("reason", raw.error());
    }
    latest_ = Lost(raw.error().message, now);
    return latest_;
  }
  if (was_lost) {
    base::LogInfo("redis_found").With("server", connection_->name());
  }
  Json document = MakeStateDocument(*raw, base::WallNow());
  latest_ = std::make_shared<const Snapshot>(Snapshot{.is_connected = true,
                                                      .read_at = now,
                                                      .raw = std::move(*raw),
                                                      .document = std::move(document)});
  return latest_;
}

base::Result<RawState> StateSource::Read() {
  if (!connection_ || !connection_->is_alive()) {
    auto connection = redis::Connection::Connect(url_, options_);
    if (!connection) {
      return tl::unexpected<base::Error>(connection.error());
    }
    connection_ = std::move(*connection);
  }
  return ReadRawState(*connection_, alerts_);
}

std::shared_ptr<const Snapshot> StateSource::Lost(const std::string& reason, base::Nanos now) {
  return std::make_shared<const Snapshot>(
      Snapshot{.is_connected = false,
               .read_at = now,
               .raw = {},
               .document = MakeLostDocument(reason, base::WallNow())});
}

}  // namespace bulwark::api
