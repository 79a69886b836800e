#include "data_command.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app_context.h"
#include "base/log.h"
#include "base/new_york.h"
#include "base/result.h"
#include "base/time.h"
#include "cache/cache.h"
#include "collect/members.h"
#include "config/settings.h"
#include "data_paths.h"
#include "data_report.h"
#include "job_set.h"
#include "redis/dialer.h"
#include "redis_access.h"
#include "sources/import.h"
#include "sql/connection.h"
#include "stop_signal.h"
#include "store/adjust.h"
#include "store/bar_table.h"
#include "store/columns.h"
#include "store/rows.h"
#include "store/store.h"
#include "store_access.h"

namespace bulwark::app {
namespace {

int FailWithText(const base::Error& error) {
  fmt::print(stderr, "error: {}\n", error.message);
  return error.code == base::ErrorCode::kNotFound ? kExitNo : kExitFailed;
}

struct ImportFlags {
  std::vector<std::string> files;
  std::string span;
  std::string universe = "sp500";
};

void PrintReport(const std::string& file, const sources::ImportReport& report, base::Nanos took) {
  for (const std::string& problem : report.problems) {
    fmt::print(stderr, "warning: {}\n", problem);
  }
  const double seconds = std::chrono::duration<double>(took).count();
  fmt::print("{}: {}, {} rows of {} symbols, {} new or changed, {} refused, {:.2f} s\n", file,
             report.kind, report.rows, report.symbols, report.changed, report.refused, seconds);
}

// Jobs that read the list of members a moment ago must not go on with it. Where Redis is away,
// nobody reads a kept one either.
void ForgetMembers(const config::Settings& settings, const DataPaths& paths,
                   const std::string& universe) {
  const auto url = RedisUrlOf(settings, paths);
  if (!url) {
    return;
  }
  redis::UrlDialer dialer(*url);
  cache::Cache cache({}, dialer);
  if (const auto forgotten = collect::ForgetSymbols(cache, universe); !forgotten) {
    base::LogInfo("members_not_forgotten").With("reason", forgotten.error());
  }
}

// Answers the exit code; 1 when rows were refused.
int Import(const config::Settings& settings, const ImportFlags& flags) {
  const auto paths = PathsOf(settings);
  if (!paths) {
    return kExitUsage;
  }
  StopSignal stop;
  const auto store = OpenStore(settings, *paths, sql::Access::kReadWrite);
  if (!store) {
    return FailWithText(store.error());
  }
  sources::ImportOptions options{.universe = flags.universe,
                                 .today = base::NewYorkDate(base::WallNow()),
                                 .now = base::WallNow(),
                                 .is_stopped = [&] { return stop.IsRequested(); }};
  if (!flags.span.empty()) {
    options.span = flags.span == "1m" ? store::Span::kMinute : store::Span::kDay;
  }
  bool is_whole = true;
  for (const std::string& file : flags.files) {
    const base::Nanos start = base::MonotonicNow();
    const auto report = sources::ImportFile(**store, file, options);
    if (!report) {
      return FailWithText(report.error());
    }
    PrintReport(file, *report, base::MonotonicNow() - start);
    if (report->kind.starts_with("members of ") && report->changed > 0) {
      ForgetMembers(settings, *paths, flags.universe);
    }
    if (report->is_stopped) {
      fmt::print(stderr, "stopped; what was read so far is stored, run it again for the rest\n");
      return kExitFailed;
    }
    is_whole = is_whole && report->refused == 0;
  }
  return is_whole ? kExitDone : kExitNo;
}

// Opens the store for reading; answers the exit code, of `use` when it was opened.
template <class Use>
int WithStore(const config::Settings& settings, Use use) {
  const auto paths = PathsOf(settings);
  if (!paths) {
    return kExitUsage;
  }
  const auto store = OpenStore(settings, *paths, sql::Access::kReadOnly);
  return store ? use(**store, *paths) : FailWithText(store.error());
}

int PrintText(const base::Result<std::string>& text) {
  if (!text) {
    return FailWithText(text.error());
  }
  fmt::print("{}", *text);
  return kExitDone;
}

int Show(const config::Settings& settings, const std::string& symbol) {
  return WithStore(settings, [&](store::Store& store, const DataPaths&) {
    return PrintText(symbol.empty() ? ShowAll(store) : ShowSymbol(store, symbol, base::WallNow()));
  });
}

int Check(const config::Settings& settings, const std::vector<std::string>& symbols) {
  return WithStore(settings, [&](store::Store& store, const DataPaths&) {
    const auto calendar = CalendarOf(settings);
    if (!calendar) {
      return FailWithText(calendar.error());
    }
    const auto report = CheckSymbols(store, symbols, *calendar);
    if (!report) {
      return FailWithText(report.error());
    }
    fmt::print("{}", report->text);
    return report->findings == 0 ? kExitDone : kExitNo;
  });
}

struct ExportFlags {
  std::string symbol;
  std::string file;
  std::string span = "1d";
  bool is_adjusted = false;
};

base::Result<std::string> Export(store::Store& store, const DataPaths& paths,
                                 const ExportFlags& flags) {
  const store::Series series{.symbol = flags.symbol,
                             .span = flags.span == "1m" ? store::Span::kMinute : store::Span::kDay};
  auto bars = store::ReadBars(store.connection(), series, store::kAllTime);
  const auto actions = store::ReadActions(store.connection(), flags.symbol);
  if (!bars || !actions) {
    return tl::unexpected<base::Error>(bars ? actions.error() : bars.error());
  }
  if (bars->empty()) {
    return base::Fail(base::ErrorCode::kNotFound,
                      fmt::format("{}: no {} bars of {}", store.place(), flags.span, flags.symbol));
  }
  if (flags.is_adjusted) {
    auto adjusted = store::Adjusted(*bars, *actions);
    if (!adjusted) {
      return tl::unexpected<base::Error>(adjusted.error());
    }
    bars = *std::move(adjusted);
  }
  const std::filesystem::path file = flags.file.empty()
                                         ? paths.ColumnsDir() / store::ColumnFileName(series)
                                         : std::filesystem::path(flags.file);
  if (const auto written = store::WriteColumns(file, series, *bars); !written) {
    return tl::unexpected<base::Error>(written.error());
  }
  return fmt::format("{} bars exported to {}\n", bars->size(), file.string());
}

int RunExport(const config::Settings& settings, const ExportFlags& flags) {
  return WithStore(settings, [&](store::Store& store, const DataPaths& paths) {
    return PrintText(Export(store, paths, flags));
  });
}

void AddImport(CLI::App& data, AppContext& context) {
  const auto flags = std::make_shared<ImportFlags>();
  CLI::App& command = context.AddCommand(
      data, {Purpose::kInspect, "import",
             "Store bars, corporate actions, reports, members or filings from files"});
  command.add_option("FILE", flags->files, "Files, plain or .zst")->required();
  command.add_option("--span", flags->span, "Length of bars, when the file does not show it")
      ->check(CLI::IsMember({"1d", "1m"}));
  command.add_option("--universe", flags->universe, "Name of the universe of a list of members");
  context.SetAction(command,
                    [flags](const config::Settings& settings) { return Import(settings, *flags); });
}

void AddLooks(CLI::App& data, AppContext& context) {
  const auto symbol = std::make_shared<std::string>();
  CLI::App& show = context.AddCommand(
      data, {Purpose::kInspect, "show", "Print what is stored, of all symbols or of one"});
  show.add_option("SYMBOL", *symbol, "Symbol as stored: AAPL, BRK-B");
  context.SetAction(show,
                    [symbol](const config::Settings& settings) { return Show(settings, *symbol); });

  const auto symbols = std::make_shared<std::vector<std::string>>();
  CLI::App& check = context.AddCommand(
      data, {Purpose::kInspect, "check", "Find gaps and anomalies in bars; exit code 1 if any"});
  check.add_option("SYMBOL", *symbols, "Symbols; none means all");
  context.SetAction(
      check, [symbols](const config::Settings& settings) { return Check(settings, *symbols); });
}

void AddExport(CLI::App& data, AppContext& context) {
  const auto flags = std::make_shared<ExportFlags>();
  CLI::App& command = context.AddCommand(
      data, {Purpose::kInspect, "export", "Write the bars of a symbol to a file of columns"});
  command.add_option("SYMBOL", flags->symbol, "Symbol as stored")->required();
  command.add_option("FILE", flags->file, "File to write; default below bars/ in the data folder");
  command.add_option("--span", flags->span, "Length of bars")->check(CLI::IsMember({"1d", "1m"}));
  const CLI::Option& adjusted =
      AppContext::AddSwitch(command, "--adjusted", "Prices adjusted for splits and dividends");
  context.SetAction(command, [flags, &adjusted](const config::Settings& settings) {
    flags->is_adjusted = adjusted.count() > 0;
    return RunExport(settings, *flags);
  });
}

}  // namespace

void AddDataCommand(CLI::App& root, AppContext& context) {
  CLI::App& data =
      AppContext::AddGroup(root, {Purpose::kInspect, "data", "Keep and check market data"});
  AddImport(data, context);
  AddLooks(data, context);
  AddExport(data, context);
}

}  // namespace bulwark::app
