#include "jobs_report.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/iso_time.h"
#include "base/new_york.h"
#include "base/result.h"
#include "base/time.h"
#include "calendar/date_text.h"
#include "calendar/exchange_calendar.h"
#include "jobs/job.h"
#include "jobs/job_store.h"
#include "jobs/plan.h"
#include "jobs/schedule.h"

namespace bulwark::app {
namespace {

using Json = nlohmann::ordered_json;

// Runners report every 10 seconds.
constexpr base::Nanos kAliveFor = std::chrono::seconds{45};

Json TimeJson(base::UnixNanos at) {
  return at == base::UnixNanos() ? Json() : Json(base::FormatIso(at, base::IsoSuffix::kZulu));
}

// "2026-03-10 21:00:00+00:00", the form of the contract.
Json NextJson(base::UnixNanos at) {
  std::string text = base::FormatIso(at, base::IsoSuffix::kOffset);
  text.replace(text.find('T'), 1, " ");
  return text;
}

std::string TriggerText(const jobs::JobSpec& spec) {
  if (!spec.schedule) {
    return "on demand";
  }
  const bool is_sessions = spec.schedule->days() == jobs::Days::kSessions;
  return fmt::format("cron[{}] America/New_York{}", spec.schedule->text(),
                     is_sessions ? ", sessions only" : "");
}

base::Result<Json> JobJson(jobs::JobStore* store, const jobs::JobSpec& spec,
                           const calendar::ExchangeCalendar& calendar, base::UnixNanos now) {
  const auto next = spec.schedule ? spec.schedule->NextAfter(now, calendar) : std::nullopt;
  Json json{{"id", spec.id},
            {"name", spec.name},
            {"next_run", next ? NextJson(*next) : Json()},
            {"trigger", TriggerText(spec)},
            {"paused", false},
            {"requests", 0},
            {"last_run", Json()}};
  if (store == nullptr) {
    return json;
  }
  const auto rows = store->Jobs();
  const auto runs = store->Runs(spec.id, 1);
  if (!rows || !runs) {
    return tl::unexpected(rows ? runs.error() : rows.error());
  }
  for (const jobs::JobRow& row : *rows) {
    if (row.id == spec.id) {
      json["paused"] = row.is_paused;
      json["requests"] = row.requests;
      json["next_run"] = row.is_paused ? Json() : json["next_run"];
    }
  }
  if (!runs->empty()) {
    json["last_run"] = RunJson(runs->front());
  }
  return json;
}

}  // namespace

std::string WallText(base::UnixNanos at) {
  if (at == base::UnixNanos()) {
    return "-";
  }
  const auto wall = base::NewYorkTime(at);
  const auto minute =
      std::chrono::floor<std::chrono::minutes>(wall - std::chrono::floor<std::chrono::days>(wall));
  return fmt::format("{} {:02}:{:02}", calendar::DateText(base::NewYorkDate(at)),
                     minute.count() / 60, minute.count() % 60);
}

Json RunJson(const jobs::RunRow& run) {
  return {{"id", run.id},
          {"job", run.job},
          {"state", jobs::Name(run.state)},
          {"trigger", jobs::Name(run.trigger)},
          {"attempt", run.attempt},
          {"due_at", TimeJson(run.due_at)},
          {"started_at", TimeJson(run.started_at)},
          {"ended_at", TimeJson(run.ended_at)},
          {"items_total", run.counts.items_total},
          {"items_done", run.counts.items_done},
          {"items_skipped", run.counts.items_skipped},
          {"items_failed", run.counts.items_failed},
          {"rows", run.counts.rows},
          {"message", run.message}};
}

Json RunJson(const jobs::RunRow& run, const std::vector<jobs::ItemError>& errors) {
  Json json = RunJson(run);
  json["errors"] = Json::array();
  for (const jobs::ItemError& error : errors) {
    json["errors"].push_back({{"item", error.item}, {"message", error.message}});
  }
  return json;
}

base::Result<Json> StatusJson(jobs::JobStore* store, const JobList& jobs,
                              const calendar::ExchangeCalendar& calendar, base::UnixNanos now) {
  bool is_running = false;
  if (store != nullptr) {
    const auto seen = store->LastAlive(now);
    if (!seen) {
      return tl::unexpected(seen.error());
    }
    is_running = seen->value_or(base::UnixNanos()) + kAliveFor > now;
  }
  Json list = Json::array();
  for (const auto& job : jobs) {
    const auto json = JobJson(store, job->spec(), calendar, now);
    if (!json) {
      return json;
    }
    list.push_back(*json);
  }
  return Json{{"running", is_running}, {"jobs", list}};
}

base::Result<std::vector<Gap>> FindGaps(jobs::JobStore* store, const jobs::JobSpec& spec,
                                        const calendar::ExchangeCalendar& calendar,
                                        base::UnixNanos from, base::UnixNanos now) {
  std::map<base::UnixNanos, jobs::RunState> best;
  const auto runs = store == nullptr ? base::Result<std::vector<jobs::RunRow>>()
                                     : store->RunsDueFrom(spec.id, from);
  if (!runs) {
    return tl::unexpected(runs.error());
  }
  for (const jobs::RunRow& run : *runs) {
    const auto [at, is_new] = best.try_emplace(run.due_at, run.state);
    if (at->second != jobs::RunState::kDone) {
      at->second = run.state;
    }
  }
  std::vector<Gap> gaps;
  auto at =
      spec.schedule ? spec.schedule->NextAfter(from - base::Nanos(1), calendar) : std::nullopt;
  while (at && *at <= now && gaps.size() < jobs::Passed::kCountedMax) {
    const auto found = best.find(*at);
    if (found == best.end()) {
      gaps.push_back({.due_at = *at, .found = "never ran"});
    } else if (found->second != jobs::RunState::kDone) {
      gaps.push_back({.due_at = *at, .found = std::string(jobs::Name(found->second))});
    }
    at = spec.schedule->NextAfter(*at, calendar);
  }
  return gaps;
}

}  // namespace bulwark::app
