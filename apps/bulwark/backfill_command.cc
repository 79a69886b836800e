#include "backfill_command.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "app_context.h"
#include "base/clock.h"
#include "base/ensure.h"
#include "base/iso_time.h"
#include "base/new_york.h"
#include "base/result.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "collect/backfill.h"
#include "config/setting_text.h"
#include "config/settings.h"
#include "data_paths.h"
#include "hand_run.h"
#include "job_set.h"
#include "jobs/fence.h"
#include "jobs/job.h"
#include "jobs/work_marks.h"
#include "redis/connection.h"
#include "redis/url.h"
#include "redis_access.h"
#include "sources/field_values.h"
#include "sql/connection.h"
#include "stop_signal.h"
#include "store/rows.h"
#include "store/store.h"
#include "store/universe_table.h"
#include "store_access.h"
#include "vendor_access.h"

namespace bulwark::app {
namespace {

constexpr std::size_t kWordsMax = 200;  // Of the symbols, in the history.

struct Flags {
  int years = 2;
  std::string symbols = "sp500";
  std::string source;
  std::string url;
  std::string limits;
  const CLI::Option* reset = nullptr;
  const CLI::Option* dry_run = nullptr;
};

// Where the bars come from: what the jobs use, unless the flags say otherwise.
VendorOptions VendorOf(const Flags& flags, const config::JobsSettings& jobs) {
  VendorOptions vendor{.source = flags.source.empty() ? jobs.source : flags.source,
                       .base_url = flags.url,
                       .limits = flags.limits};
  if (vendor.source == jobs.source) {
    vendor.base_url = flags.url.empty() ? jobs.source_url : flags.url;
    vendor.limits = flags.limits.empty() ? jobs.source_limits : flags.limits;
  }
  return vendor;
}

int FailWithText(const base::Error& error) {
  fmt::print(stderr, "error: {}\n", error.message);
  return kExitFailed;
}

// A list of symbols, or the members of a universe when there is one of that name.
base::Result<std::vector<std::string>> ResolveSymbols(store::Store& store, const Flags& flags) {
  const auto members =
      store::MembersOn(store.connection(), flags.symbols, base::NewYorkDate(base::WallNow()));
  if (!members) {
    return tl::unexpected<base::Error>(members.error());
  }
  std::vector<std::string> symbols;
  for (const store::Member& member : *members) {
    symbols.push_back(member.symbol);
  }
  if (!symbols.empty()) {
    return symbols;
  }
  if (flags.symbols == "sp500") {
    return base::Fail(base::ErrorCode::kNotFound,
                      "universe sp500 has no members; import a list of them, or name --symbols");
  }
  for (const std::string_view word : config::SplitWords(flags.symbols, ',')) {
    std::string symbol = sources::CanonicalSymbol(word);
    if (const auto problem = store::SymbolProblem(symbol)) {
      return base::Fail(base::ErrorCode::kInvalidArgument,
                        "symbol " + config::Quoted(word) + ": " + *problem);
    }
    symbols.push_back(std::move(symbol));
  }
  return symbols;
}

// On a terminal one line that is written over; elsewhere one line per symbol.
class ProgressLine {
 public:
  void Show(const collect::BackfillProgress& progress) {
    if (!progress.problem.empty()) {
      Clear();
      fmt::print(stderr, "warning: {}: {}\n", progress.symbol, progress.problem);
    }
    const std::string line = LineOf(progress);
    if (!is_terminal_) {
      fmt::print("{}\n", line);
    } else {
      fmt::print("\r{:<{}}", line, width_);
      width_ = line.size();
    }
    static_cast<void>(std::fflush(stdout));
  }
  // Ends the line, so that what follows begins on its own.
  void Clear() {
    if (is_terminal_ && width_ > 0) {
      fmt::print("\n");
      width_ = 0;
    }
  }

 private:
  [[nodiscard]] std::string LineOf(const collect::BackfillProgress& progress) const {
    const base::Nanos took = base::MonotonicNow() - start_;
    const double seconds = std::max(std::chrono::duration<double>(took).count(), 0.001);
    const auto done = static_cast<std::int64_t>(progress.done);
    const auto left = static_cast<std::int64_t>(progress.total) - done;
    const base::Nanos eta = done == 0 ? base::Nanos::zero() : took / done * left;
    std::string bar(kBarWidth, '.');
    const std::size_t filled = kBarWidth * progress.done / std::max<std::size_t>(progress.total, 1);
    std::fill_n(bar.begin(), filled, '#');
    return fmt::format("[{}] {:<6} {}/{} ({:>3}%)  {:.1f}/s  ETA: {}", bar, progress.symbol,
                       progress.done, progress.total,
                       100 * progress.done / std::max<std::uint64_t>(progress.total, 1),
                       static_cast<double>(done) / seconds, collect::ShownSpan(eta));
  }

  static constexpr std::size_t kBarWidth = 20;
  base::Nanos start_ = base::MonotonicNow();
  bool is_terminal_ = ::isatty(STDOUT_FILENO) == 1;
  std::size_t width_ = 0;
};

base::Result<void> ResetWhenAsked(jobs::WorkMarks& marks, const Flags& flags,
                                  const std::vector<std::string>& symbols) {
  if (flags.reset->count() == 0 || flags.dry_run->count() > 0) {
    return {};
  }
  return flags.symbols == "sp500" ? marks.ForgetAllBackfilled() : marks.ForgetBackfilled(symbols);
}

void PrintPlan(const collect::BackfillPlan& plan) {
  fmt::print("Total: {}  Completed: {}  Remaining: {}  from {} to before {}\n", plan.symbols.size(),
             plan.symbols.size() - plan.remaining.size(), plan.remaining.size(),
             base::FormatDate(plan.window.from), base::FormatDate(plan.window.to));
}

int Conclude(const collect::BackfillPlan& plan, const collect::BackfillReport& report,
             base::Nanos took) {
  fmt::print("Fetched: {}  Errors: {}  Skipped: {}  Rows: {}  in {}\n", report.fetched,
             report.failed, plan.symbols.size() - plan.remaining.size(), report.rows,
             collect::ShownSpan(took));
  if (!report.ended_by.empty()) {
    fmt::print(stderr, "error: it ended early: {}\n", report.ended_by);
    return kExitFailed;
  }
  if (report.is_stopped) {
    fmt::print(stderr, "stopped; run it again to go on\n");
    return kExitFailed;
  }
  return report.failed == 0 ? kExitDone : kExitNo;
}

// Everything of one run; the run by hand is empty when only its plan is wanted.
struct Opened {
  calendar::ExchangeCalendar calendar;
  redis::Url url;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<redis::Connection> redis;
  std::unique_ptr<HandRun> run = {};
};

base::Result<Opened> OpenAll(const config::Settings& settings, const DataPaths& paths) {
  auto store = OpenStore(settings, paths, sql::Access::kReadWrite);
  const auto url = RedisUrlOf(settings, paths);
  const auto calendar = CalendarOf(settings);
  if (!store || !url) {
    return tl::unexpected<base::Error>(store ? url.error() : store.error());
  }
  if (!calendar) {
    return tl::unexpected<base::Error>(calendar.error());
  }
  auto redis = redis::Connection::Connect(*url, RedisOptionsOf(settings, "bulwark-backfill"));
  if (!redis) {
    return tl::unexpected<base::Error>(redis.error());
  }
  return Opened{
      .calendar = *calendar, .url = *url, .store = *std::move(store), .redis = *std::move(redis)};
}

// Takes the job's lease, and raises its fence in the store.
base::Result<void> BeginRun(const config::Settings& settings, const DataPaths& paths,
                            const Flags& flags, std::function<bool()> is_stopped, Opened& opened) {
  const auto jobs = MakeJobs(settings, paths, opened.calendar);
  if (!jobs) {
    return tl::unexpected<base::Error>(jobs.error());
  }
  const auto job =
      std::ranges::find_if(*jobs, [](const auto& each) { return each->spec().id == "backfill"; });
  ENSURE(job != jobs->end());
  auto run = HandRun::Begin(
      paths, {.spec = (*job)->spec(),
              .words = fmt::format("{}, {} years, {}", flags.symbols.substr(0, kWordsMax),
                                   flags.years, VendorOf(flags, settings.jobs).source),
              .lease = settings.jobs.lease,
              .is_stopped = std::move(is_stopped)});
  if (!run) {
    return tl::unexpected<base::Error>(run.error());
  }
  opened.run = *std::move(run);
  return jobs::RaiseFence(opened.store->connection(), opened.run->context().fence());
}

// Counts for the history what the line shows.
void Count(jobs::JobContext& context, const collect::BackfillProgress& progress,
           std::int64_t rows_before) {
  if (progress.problem.empty()) {
    context.CountDone(static_cast<std::uint64_t>(progress.rows - rows_before));
  } else {
    context.CountFailed(progress.symbol, progress.problem);
  }
}

collect::BackfillReport RunPlan(collect::Backfill& backfill, const collect::BackfillPlan& plan,
                                HandRun& run) {
  jobs::JobContext& context = run.context();
  context.SetTotal(plan.symbols.size());
  for (std::size_t done = plan.remaining.size(); done < plan.symbols.size(); ++done) {
    context.CountSkipped();
  }
  ProgressLine line;
  std::int64_t rows = 0;
  auto report = backfill.Run(
      plan, [&] { return run.ShouldStop(); },
      [&](const collect::BackfillProgress& progress) {
        Count(context, progress, std::exchange(rows, progress.rows));
        line.Show(progress);
      });
  line.Clear();
  return report;
}

base::Result<int> Fetch(const config::Settings& settings, const DataPaths& paths,
                        const Flags& flags, const std::function<bool()>& is_stopped,
                        Opened& opened) {
  const auto symbols = ResolveSymbols(*opened.store, flags);
  if (!symbols) {
    return tl::unexpected<base::Error>(symbols.error());
  }
  VendorOptions options = VendorOf(flags, settings.jobs);
  options.redis = opened.url;
  options.is_stopped = is_stopped;
  const auto vendor = VendorAccess::Create(options, paths);
  if (!vendor) {
    return tl::unexpected<base::Error>(vendor.error());
  }
  jobs::WorkMarks marks(*opened.redis);
  if (const auto reset = ResetWhenAsked(marks, flags, *symbols); !reset) {
    return tl::unexpected<base::Error>(reset.error());
  }
  collect::Backfill backfill(
      {.store = *opened.store,
       .source = (*vendor)->source(),
       .marks = marks,
       .calendar = opened.calendar,
       .clock = base::SystemClock(),
       .fence = opened.run ? std::optional(opened.run->context().fence()) : std::nullopt});
  const auto plan = backfill.Plan(*symbols, flags.years);
  if (!plan) {
    return tl::unexpected<base::Error>(plan.error());
  }
  PrintPlan(*plan);
  if (!opened.run || plan->remaining.empty()) {
    return kExitDone;
  }
  const base::Nanos start = base::MonotonicNow();
  const auto report = RunPlan(backfill, *plan, *opened.run);
  return Conclude(*plan, report, base::MonotonicNow() - start);
}

base::Result<int> Work(const config::Settings& settings, const DataPaths& paths,
                       const Flags& flags) {
  StopSignal stop;
  auto opened = OpenAll(settings, paths);
  if (!opened) {
    return tl::unexpected<base::Error>(opened.error());
  }
  if (flags.dry_run->count() > 0) {
    return Fetch(settings, paths, flags, [&] { return stop.IsRequested(); }, *opened);
  }
  if (const auto begun = BeginRun(
          settings, paths, flags, [&] { return stop.IsRequested(); }, *opened);
      !begun) {
    return tl::unexpected<base::Error>(begun.error());
  }
  HandRun& run = *opened->run;
  auto done = Fetch(settings, paths, flags, [&] { return run.ShouldStop(); }, *opened);
  std::string why;
  if (!done || *done == kExitFailed) {
    why = done ? "it was stopped, or ended early" : done.error().message;
  }
  const auto ended = run.End(why);
  return ended ? std::move(done) : tl::unexpected<base::Error>(ended.error());
}

}  // namespace

void AddBackfillCommand(CLI::App& root, AppContext& context) {
  const auto flags = std::make_shared<Flags>();
  CLI::App& command = context.AddCommand(
      root, {Purpose::kInspect, "backfill", "Fetch years of daily bars; goes on where it stopped"});
  command.add_option("--years", flags->years, "Years back from today")->check(CLI::Range(1, 50));
  command.add_option("--symbols", flags->symbols, "A universe, or symbols with commas");
  command.add_option("--source", flags->source,
                     "file:PATH, alpaca or alpha_vantage (default: jobs.source)");
  command.add_option("--url", flags->url, "Base address of the source, for a server of your own");
  command.add_option("--limits", flags->limits, "Calls that the source allows: 200/min");
  flags->reset = &AppContext::AddSwitch(
      command, "--reset", "Forget what is done, of these symbols or of the whole universe");
  flags->dry_run = &AppContext::AddSwitch(command, "--dry-run", "Only say what would be fetched");
  AppContext::AddSwitch(command, "--resume", "Accepted; going on is what it always does");
  context.SetAction(command, [flags](const config::Settings& settings) {
    const auto paths = PathsOf(settings);
    if (!paths) {
      return kExitUsage;
    }
    const auto done = Work(settings, *paths, *flags);
    return done ? *done : FailWithText(done.error());
  });
}

}  // namespace bulwark::app
