#include "jobs_command.h"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app_context.h"
#include "base/new_york.h"
#include "base/result.h"
#include "base/time.h"
#include "calendar/date_text.h"
#include "calendar/exchange_calendar.h"
#include "config/settings.h"
#include "data_paths.h"
#include "job_set.h"
#include "jobs/job.h"
#include "jobs/job_store.h"
#include "jobs_report.h"
#include "jobs_run.h"
#include "sql/connection.h"

namespace bulwark::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kHistoryDefault = 20;
constexpr std::size_t kHistoryMax = 2'000;
constexpr std::size_t kNextMax = 10'000;

int FailWithText(const base::Error& error) {
  fmt::print(stderr, "error: {}\n", error.message);
  return error.code == base::ErrorCode::kInvalidArgument ? kExitUsage : kExitFailed;
}

// Everything a command of the group needs.
struct Opened {
  calendar::ExchangeCalendar calendar;
  JobList jobs;
  std::unique_ptr<jobs::JobStore> store;  // Null: nothing ever ran here.

  // The job of that id, or null with a message for people.
  [[nodiscard]] const jobs::JobSpec* Find(std::string_view id) const {
    std::string known;
    for (const auto& job : jobs) {
      if (job->spec().id == id) {
        return &job->spec();
      }
      known += (known.empty() ? "" : ", ") + job->spec().id;
    }
    fmt::print(stderr, "error: no job \"{}\"; there are {}\n", id, known);
    return nullptr;
  }
};

base::Result<void> OpenJobStore(const DataPaths& paths, sql::Access access, Opened& opened) {
  if (access == sql::Access::kReadOnly && !std::filesystem::exists(paths.JobsFile())) {
    return {};
  }
  if (auto prepared = paths.Prepare(); access == sql::Access::kReadWrite && !prepared) {
    return prepared;
  }
  auto store = jobs::JobStore::Open(paths.JobsFile(), access);
  if (!store) {
    return tl::unexpected(store.error());
  }
  opened.store = std::move(*store);
  for (const auto& job : opened.jobs) {
    const auto known = access == sql::Access::kReadWrite
                           ? opened.store->Register(job->spec().id, base::WallNow())
                           : base::Result<void>();
    if (!known) {
      return known;
    }
  }
  return {};
}

using Command = std::function<int(Opened&)>;

// Opens calendar, jobs and store, then runs the command.
int With(const config::Settings& settings, sql::Access access, const Command& command) {
  const auto paths = PathsOf(settings);
  if (!paths) {
    return kExitUsage;
  }
  Opened opened;
  const auto calendar = CalendarOf(settings);
  if (!calendar) {
    return FailWithText(calendar.error());
  }
  opened.calendar = *calendar;
  auto jobs = MakeJobs(settings, *paths, opened.calendar);
  if (!jobs) {
    return FailWithText(jobs.error());
  }
  opened.jobs = std::move(*jobs);
  if (const auto ready = OpenJobStore(*paths, access, opened); !ready) {
    return FailWithText(ready.error());
  }
  return command(opened);
}

void PrintRun(const jobs::RunRow& run) {
  fmt::print(
      "{:>6}  {:<20} {:<12} {:<9} due {}  began {}  ended {}  {}/{} done, {} skipped, {} "
      "failed, {} rows{}\n",
      run.id, run.job, jobs::Name(run.state), jobs::Name(run.trigger), WallText(run.due_at),
      WallText(run.started_at), WallText(run.ended_at), run.counts.items_done,
      run.counts.items_total, run.counts.items_skipped, run.counts.items_failed, run.counts.rows,
      run.message.empty() ? "" : "  " + run.message);
}

std::string NextText(const jobs::JobSpec& spec, const calendar::ExchangeCalendar& calendar,
                     bool is_paused) {
  if (is_paused) {
    return "paused";
  }
  const auto next =
      spec.schedule ? spec.schedule->NextAfter(base::WallNow(), calendar) : std::nullopt;
  return next ? WallText(*next) : "on demand";
}

int Status(Opened& opened, bool is_json) {
  const auto json = StatusJson(opened.store.get(), opened.jobs, opened.calendar, base::WallNow());
  if (!json) {
    return FailWithText(json.error());
  }
  if (is_json) {
    fmt::print("{}\n", json->dump(2));
    return kExitDone;
  }
  fmt::print("runner: {}\n", json->at("running").get<bool>() ? "running" : "not running");
  for (std::size_t at = 0; at < opened.jobs.size(); ++at) {
    const jobs::JobSpec& spec = opened.jobs[at]->spec();
    const Json& job = json->at("jobs").at(at);
    fmt::print("{:<20} next {:<16}  {}\n", spec.id,
               NextText(spec, opened.calendar, job.at("paused").get<bool>()),
               job.at("trigger").get<std::string>());
    const auto runs =
        opened.store ? opened.store->Runs(spec.id, 1) : base::Result<std::vector<jobs::RunRow>>();
    if (runs && !runs->empty()) {
      PrintRun(runs->front());
    }
  }
  return kExitDone;
}

int Trigger(Opened& opened, const std::string& id, const std::string& arguments) {
  const jobs::JobSpec* spec = opened.Find(id);
  if (spec == nullptr) {
    return kExitNo;
  }
  if (const auto good = jobs::CheckArguments(*spec, arguments); !good) {
    return FailWithText(good.error());
  }
  const auto request = opened.store->Request(id, arguments, "cli", base::WallNow());
  if (!request) {
    return FailWithText(request.error());
  }
  const auto json = StatusJson(opened.store.get(), opened.jobs, opened.calendar, base::WallNow());
  const bool is_running = json && json->at("running").get<bool>();
  fmt::print("request {} for {}{}\n", *request, id,
             is_running ? "" : "; no runner is there now, `bulwark jobs run` takes it");
  return kExitDone;
}

int SetPaused(Opened& opened, const std::string& id, bool is_paused) {
  if (opened.Find(id) == nullptr) {
    return kExitNo;
  }
  if (const auto done = opened.store->SetPaused(id, is_paused, base::WallNow()); !done) {
    return FailWithText(done.error());
  }
  fmt::print("{} {}\n", id, is_paused ? "paused" : "resumed");
  return kExitDone;
}

void PrintWithErrors(const jobs::RunRow& run, const std::vector<jobs::ItemError>& errors) {
  PrintRun(run);
  for (const jobs::ItemError& error : errors) {
    fmt::print("        {}: {}\n", error.item, error.message);
  }
}

int History(Opened& opened, const std::string& id, std::size_t limit, bool is_json) {
  if (!id.empty() && opened.Find(id) == nullptr) {
    return kExitNo;
  }
  const auto runs =
      opened.store ? opened.store->Runs(id, limit) : base::Result<std::vector<jobs::RunRow>>();
  if (!runs) {
    return FailWithText(runs.error());
  }
  Json list = Json::array();
  for (const jobs::RunRow& run : *runs) {
    const auto errors = opened.store->ErrorsOf(run.id);
    if (!errors) {
      return FailWithText(errors.error());
    }
    if (is_json) {
      list.push_back(RunJson(run, *errors));
    } else {
      PrintWithErrors(run, *errors);
    }
  }
  if (is_json) {
    fmt::print("{}\n", list.dump(2));
  }
  return kExitDone;
}

// Midnight in New York of a date; empty for what is no date, with a message.
std::optional<base::UnixNanos> Midnight(const std::string& text) {
  const auto date = calendar::ParseDate(text);
  if (!date) {
    fmt::print(stderr, "error: \"{}\" is not a date like 2026-03-12\n", text);
    return std::nullopt;
  }
  return base::FromNewYork(base::LocalNanos(date->time_since_epoch())).at;
}

int Gaps(Opened& opened, const std::string& id, const std::string& from) {
  const jobs::JobSpec* spec = opened.Find(id);
  const auto begin = spec != nullptr ? Midnight(from) : std::nullopt;
  if (!begin) {
    return spec == nullptr ? kExitNo : kExitUsage;
  }
  const auto gaps = FindGaps(opened.store.get(), *spec, opened.calendar, *begin, base::WallNow());
  if (!gaps) {
    return FailWithText(gaps.error());
  }
  for (const Gap& gap : *gaps) {
    fmt::print("{}  {}\n", WallText(gap.due_at), gap.found);
  }
  fmt::print("{} gaps of {} since {}\n", gaps->size(), id, from);
  return gaps->empty() ? kExitDone : kExitNo;
}

int Next(const Opened& opened, const std::string& id, const std::string& from, std::size_t count) {
  const jobs::JobSpec* spec = opened.Find(id);
  if (spec == nullptr) {
    return kExitNo;
  }
  const auto begin = from.empty() ? std::optional(base::WallNow()) : Midnight(from);
  if (!begin) {
    return kExitUsage;
  }
  base::UnixNanos after = *begin - base::Nanos(1);
  for (; count > 0 && spec->schedule; --count) {
    const auto at = spec->schedule->NextAfter(after, opened.calendar);
    if (!at) {
      return kExitDone;
    }
    fmt::print("{}\n", WallText(*at));
    after = *at;
  }
  return kExitDone;
}

// The texts and numbers that the commands' options fill in.
struct Words {
  std::string id;
  std::string arguments;
  std::string from;
  std::size_t count = kHistoryDefault;
};

CLI::App& AddJob(CLI::App& group, AppContext& context, const CommandText& text, Words& words,
                 bool is_required) {
  CLI::App& command = context.AddCommand(group, text);
  command.add_option("ID", words.id, "Id of the job, as `jobs list` shows it")
      ->required(is_required);
  return command;
}

// What the command does, with calendar, jobs and store opened.
void SetWork(AppContext& context, CLI::App& command, sql::Access access, Command work) {
  context.SetAction(command, [access, work = std::move(work)](const config::Settings& settings) {
    return With(settings, access, work);
  });
}

void AddStatus(CLI::App& group, AppContext& context, const std::string& name) {
  CLI::App& show = context.AddCommand(
      group, {Purpose::kInspect, name, "Show the jobs, when they run and what they did last"});
  const CLI::Option& json = AppContext::AddSwitch(show, "--json", "As JSON");
  SetWork(context, show, sql::Access::kReadOnly,
          [&json](Opened& opened) { return Status(opened, json.count() > 0); });
}

void AddHistory(CLI::App& group, AppContext& context, const std::shared_ptr<Words>& words) {
  CLI::App& history = AddJob(
      group, context, {Purpose::kInspect, "history", "Show runs, newest first"}, *words, false);
  history.add_option("--limit", words->count, "How many (default 20)")
      ->check(CLI::Range(std::size_t{1}, kHistoryMax));
  const CLI::Option& json = AppContext::AddSwitch(history, "--json", "As JSON");
  SetWork(context, history, sql::Access::kReadOnly, [words, &json](Opened& opened) {
    return History(opened, words->id, words->count, json.count() > 0);
  });
}

void AddViews(CLI::App& group, AppContext& context, const std::shared_ptr<Words>& words) {
  AddStatus(group, context, "list");
  AddStatus(group, context, "status");
  AddHistory(group, context, words);
  CLI::App& gaps =
      AddJob(group, context, {Purpose::kInspect, "gaps", "Show planned runs that did not end well"},
             *words, true);
  gaps.add_option("--from", words->from, "First date, e.g. 2026-03-12")->required();
  SetWork(context, gaps, sql::Access::kReadOnly,
          [words](Opened& opened) { return Gaps(opened, words->id, words->from); });
  CLI::App& next = AddJob(group, context, {Purpose::kInspect, "next", "Show when a job runs next"},
                          *words, true);
  next.add_option("--from", words->from, "First date (default: now)");
  next.add_option("--count", words->count, "How many (default 20)")
      ->check(CLI::Range(std::size_t{1}, kNextMax));
  SetWork(context, next, sql::Access::kReadOnly,
          [words](Opened& opened) { return Next(opened, words->id, words->from, words->count); });
}

void AddPause(CLI::App& group, AppContext& context, const std::shared_ptr<Words>& words,
              bool is_paused) {
  const CommandText text{
      Purpose::kRun, is_paused ? "pause" : "resume",
      is_paused ? "Let a job run on request only" : "Let a paused job run on its plan"};
  SetWork(context, AddJob(group, context, text, *words, true), sql::Access::kReadWrite,
          [words, is_paused](Opened& opened) { return SetPaused(opened, words->id, is_paused); });
}

void AddDeeds(CLI::App& group, AppContext& context, const std::shared_ptr<Words>& words) {
  CLI::App& trigger = AddJob(
      group, context, {Purpose::kRun, "trigger", "Ask for a run of a job now"}, *words, true);
  trigger.add_option("--arguments", words->arguments, "The job's own, as JSON");
  SetWork(context, trigger, sql::Access::kReadWrite,
          [words](Opened& opened) { return Trigger(opened, words->id, words->arguments); });
  AddPause(group, context, words, true);
  AddPause(group, context, words, false);
}

}  // namespace

void AddJobsCommand(CLI::App& root, AppContext& context) {
  CLI::App& group =
      AppContext::AddGroup(root, {Purpose::kRun, "jobs", "Run the data jobs and look after them"});
  CLI::App& run = context.AddCommand(
      group, {Purpose::kRun, "run", "Run the jobs; `up` starts it when jobs.enabled is set"});
  context.AddForFlag(run);
  context.SetAction(
      run, [&context](const config::Settings& settings) { return RunJobs(settings, context); });
  const auto words = std::make_shared<Words>();
  AddViews(group, context, words);
  AddDeeds(group, context, words);
}

}  // namespace bulwark::app
