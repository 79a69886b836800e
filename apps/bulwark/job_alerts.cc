#include "job_alerts.h"

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "config/settings.h"
#include "contract/alert_document.h"
#include "data_paths.h"
#include "jobs/runner.h"
#include "model/action.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis_access.h"

namespace bulwark::app {
namespace {

constexpr base::Nanos kTryAgainAfter = std::chrono::seconds{5};

std::string_view EventOf(jobs::AlertKind kind) {
  switch (kind) {
    case jobs::AlertKind::kOverrun:
      return "JOB_OVERRUN";
    case jobs::AlertKind::kMissed:
      return "JOB_MISSED";
    case jobs::AlertKind::kNotRun:
      return "JOB_NOT_STARTED";
    case jobs::AlertKind::kFailed:
      return "JOB_FAILED";
  }
  return "";
}

}  // namespace

JobAlerts::JobAlerts(const config::Settings& settings, const DataPaths& paths)
    : settings_(settings), paths_(paths), mirror_(settings.alerts.retention) {}

void JobAlerts::Add(const jobs::JobAlert& alert) {
  const std::string_view event = EventOf(alert.kind);
  base::LogWarn("job_alert")
      .With("alert", event)
      .With("job", alert.job)
      .With("reason", alert.message);
  const base::UnixNanos now = base::WallNow();
  const std::array<contract::AlertDetail, 2> details{
      {{.name = "job", .value = std::string_view(alert.job)},
       {.name = "reason", .value = std::string_view(alert.message)}}};
  std::string document;
  contract::EncodeAlert(document, {.at = now,
                                   .level = model::AlertLevel::kWarning,
                                   .event = event,
                                   .message = {},
                                   .details = details});
  mirror_.Add(now, std::move(document));
}

void JobAlerts::Flush() {
  if (!mirror_.is_dirty() || base::MonotonicNow() < next_try_) {
    return;
  }
  if (!connection_ || !connection_->is_alive()) {
    const auto url = RedisUrlOf(settings_, paths_);
    auto opened = url ? redis::Connection::Connect(*url, RedisOptionsOf(settings_, "bulwark-jobs"))
                      : tl::unexpected(url.error());
    if (opened) {
      connection_ = std::move(*opened);
    }
  }
  redis::Pipeline pipeline;
  mirror_.Compose(pipeline);
  if (connection_ && connection_->is_alive() && connection_->Execute(pipeline)) {
    mirror_.Confirm();
  } else {
    next_try_ = base::MonotonicNow() + kTryAgainAfter;
  }
}

}  // namespace bulwark::app
