#include "jobs_routes.h"

#include <charconv>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "api/service.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "config/settings.h"
#include "data_paths.h"
#include "job_set.h"
#include "jobs/job.h"
#include "jobs/job_store.h"
#include "jobs_report.h"
#include "net/message.h"
#include "sql/connection.h"

namespace bulwark::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kRunsShown = 20;
constexpr std::size_t kRunsMax = 1'000;

// What the handlers share: immutable.
struct JobView {
  config::Settings settings;
  DataPaths paths;
  calendar::ExchangeCalendar calendar;
  JobList jobs;

  // Null when no job ever ran here.
  [[nodiscard]] base::Result<std::unique_ptr<jobs::JobStore>> Open(sql::Access access) const {
    if (!std::filesystem::exists(paths.JobsFile())) {
      return std::unique_ptr<jobs::JobStore>();
    }
    return jobs::JobStore::Open(paths.JobsFile(), access);
  }
};

net::Response Unavailable(const base::Error& error) {
  return net::ErrorResponse(503, error.message);
}

net::Response Status(const JobView& view) {
  const auto store = view.Open(sql::Access::kReadOnly);
  if (!store) {
    return Unavailable(store.error());
  }
  const auto json = StatusJson(store->get(), view.jobs, view.calendar, base::WallNow());
  if (!json) {
    return Unavailable(json.error());
  }
  if (!json->at("running").get<bool>()) {
    return {.body = Json{{"status", "not_running"}, {"jobs", Json::array()}}.dump()};
  }
  return {.body = json->dump()};
}

// Empty for what is no number from 1 to the most that is shown.
std::optional<std::size_t> LimitOf(const net::Request& request) {
  const auto text = request.Query("limit");
  if (!text) {
    return kRunsShown;
  }
  std::size_t limit = 0;
  const auto [rest, error] = std::from_chars(text->data(), text->data() + text->size(), limit);
  const bool is_good = error == std::errc() && rest == text->data() + text->size() && limit >= 1 &&
                       limit <= kRunsMax;
  return is_good ? std::optional(limit) : std::nullopt;
}

net::Response History(const JobView& view, const net::Request& request) {
  const auto limit = LimitOf(request);
  if (!limit) {
    return net::ErrorResponse(400, "limit is a number from 1 to " + std::to_string(kRunsMax));
  }
  const auto store = view.Open(sql::Access::kReadOnly);
  if (!store) {
    return Unavailable(store.error());
  }
  const auto runs = *store ? (*store)->Runs(request.Query("job").value_or(""), *limit)
                           : base::Result<std::vector<jobs::RunRow>>();
  if (!runs) {
    return Unavailable(runs.error());
  }
  Json list = Json::array();
  for (const jobs::RunRow& run : *runs) {
    const auto errors = (*store)->ErrorsOf(run.id);
    if (!errors) {
      return Unavailable(errors.error());
    }
    list.push_back(RunJson(run, *errors));
  }
  return {.body = Json{{"runs", list}}.dump()};
}

// The job's own, as JSON; no body and an empty object are none. Empty for what is no object: a slip
// of the pen must not start the largest run there is.
std::optional<std::string> ArgumentsOf(const net::Request& request) {
  if (request.body.empty()) {
    return std::string();
  }
  const Json body = Json::parse(request.body, nullptr, false);
  if (!body.is_object()) {
    return std::nullopt;
  }
  return body.empty() ? std::string() : body.dump();
}

net::Response Trigger(const JobView& view, const jobs::JobSpec& spec, const net::Request& request) {
  // Without a body there is nothing to misread; pages of others were refused by their Origin.
  if (!request.body.empty() && !request.Header("content-type").starts_with("application/json")) {
    return net::ErrorResponse(415, "send Content-Type: application/json");
  }
  const auto arguments = ArgumentsOf(request);
  if (!arguments) {
    return net::ErrorResponse(400, "the body is no JSON object");
  }
  if (const auto good = jobs::CheckArguments(spec, *arguments); !good) {
    return net::ErrorResponse(400, good.error().message);
  }
  const auto store = view.Open(sql::Access::kReadWrite);
  if (!store) {
    return Unavailable(store.error());
  }
  const auto json = StatusJson(store->get(), view.jobs, view.calendar, base::WallNow());
  if (!json) {
    return Unavailable(json.error());
  }
  if (!json->at("running").get<bool>()) {
    return net::ErrorResponse(409, "Scheduler not running");
  }
  const auto asked = (*store)->Request(spec.id, *arguments, "api", base::WallNow());
  if (!asked) {
    return asked.error().code == base::ErrorCode::kConflict
               ? net::ErrorResponse(409, asked.error().message)
               : Unavailable(asked.error());
  }
  return {.body = Json{{"status", "triggered"}, {"job", spec.id}}.dump()};
}

}  // namespace

std::vector<api::Route> JobRoutes(const config::Settings& settings, const DataPaths& paths) {
  const auto view = std::make_shared<JobView>(JobView{settings, paths, {}, {}});
  auto calendar = CalendarOf(view->settings);
  if (calendar) {
    view->calendar = std::move(*calendar);
  }
  auto jobs = calendar ? MakeJobs(view->settings, view->paths, view->calendar)
                       : base::Result<JobList>(tl::unexpected(calendar.error()));
  if (!jobs) {
    base::LogError("job_settings_wrong").With("reason", jobs.error());
    return {};
  }
  view->jobs = std::move(*jobs);
  const std::shared_ptr<const JobView> shown = view;
  std::vector<api::Route> routes{
      {"GET", "/api/system/scheduler/status",
       [shown](const net::Request&) { return Status(*shown); }},
      {"GET", "/api/system/scheduler/history",
       [shown](const net::Request& request) { return History(*shown, request); }}};
  for (const auto& job : shown->jobs) {
    routes.push_back({"POST", "/api/system/scheduler/trigger/" + job->spec().id,
                      [shown, &spec = job->spec()](const net::Request& request) {
                        return Trigger(*shown, spec, request);
                      }});
  }
  return routes;
}

}  // namespace bulwark::app
