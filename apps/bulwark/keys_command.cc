#include "keys_command.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app_context.h"
#include "base/result.h"
#include "base/time.h"
#include "config/settings.h"
#include "contract/catalogue.h"
#include "contract/json_writer.h"
#include "contract/keys_markdown.h"
#include "contract/monitor_check.h"
#include "data_paths.h"
#include "key_reader.h"
#include "keys_check.h"
#include "keys_explain.h"
#include "keys_manage.h"
#include "keys_watch.h"
#include "redis/connection.h"
#include "redis/url.h"
#include "redis_access.h"
#include "stop_signal.h"

namespace bulwark::app {
namespace {

constexpr std::size_t kLineMax = std::size_t{8} << 20U;  // Of a MONITOR capture.

int Failed(const base::Error& error) {
  fmt::print(stderr, "error: {}\n", error.message);
  return kExitFailed;
}

base::Result<redis::Url> UrlOf(const config::Settings& settings) {
  auto paths = DataPaths::Create(settings.data);
  if (!paths) {
    return tl::unexpected(paths.error());
  }
  return RedisUrlOf(settings, *paths);
}

base::Result<std::unique_ptr<redis::Connection>> Connect(const config::Settings& settings) {
  return ConnectTo(settings, "bulwark-keys");
}

int Get(const config::Settings& settings, const std::string& name) {
  const auto connection = Connect(settings);
  if (!connection) {
    return Failed(connection.error());
  }
  const auto keys = ReadKeys(**connection, std::array{name});
  if (!keys) {
    return Failed(keys.error());
  }
  const Explanation explanation = ExplainKey(keys->front(), base::WallNow());
  fmt::print("{}", explanation.text);
  return explanation.is_ok ? kExitDone : kExitNo;
}

int Check(const config::Settings& settings, bool as_json) {
  const auto connection = Connect(settings);
  if (!connection) {
    return Failed(connection.error());
  }
  const auto report = CheckKeys(**connection);
  if (!report) {
    return Failed(report.error());
  }
  fmt::print("{}", as_json ? KeysReportJson(*report) : KeysReportText(*report));
  return report->problems == 0 ? kExitDone : kExitNo;
}

int Watch(const config::Settings& settings, const AppContext& context, const std::string& pattern) {
  StopSignal stop(context.run_for());
  const auto url = UrlOf(settings);
  if (!url) {
    return Failed(url.error());
  }
  const WatchTarget target{
      .url = *url, .options = RedisOptionsOf(settings, "bulwark-keys-watch"), .pattern = pattern};
  const auto watched = WatchKeys(target, stop, [](std::string_view line) {
    fmt::print("{}\n", line);
    std::fflush(stdout);
  });
  return watched ? kExitDone : Failed(watched.error());
}

// Feeds the lines of the file, or of standard input for "-"; false when it cannot be read.
bool FeedFile(const std::string& file, contract::MonitorChecker& checker) {
  std::ifstream from_file;
  if (file != "-") {
    from_file.open(file, std::ios::binary);
    if (!from_file) {
      fmt::print(stderr, "error: cannot open {}: {}\n", file,
                 std::error_code(errno, std::generic_category()).message());
      return false;
    }
  }
  std::istream& in = file == "-" ? std::cin : from_file;
  std::string line;
  while (std::getline(in, line)) {
    checker.Feed(line.size() > kLineMax ? std::string_view() : std::string_view(line));
  }
  return true;
}

void PrintMonitorText(const contract::MonitorReport& report) {
  for (const contract::MonitorProblem& problem : report.problems) {
    fmt::print("line {}: {}: {}{}\n", problem.first_line, problem.name, problem.text,
               problem.count > 1 ? fmt::format(" ({} times)", problem.count) : "");
  }
  for (const contract::Entry* entry : report.never_seen) {
    fmt::print("never seen: {} {}\n", entry->kind == contract::Kind::kChannel ? "channel" : "key",
               entry->pattern);
  }
  fmt::print("{} problems, {} never seen, in {} writes and {} messages of {} lines\n",
             report.problems.size(), report.never_seen.size(), report.writes, report.messages,
             report.lines);
}

void PrintMonitorJson(const contract::MonitorReport& report) {
  std::string out;
  contract::JsonWriter json(out, contract::Spelling::kCompact);
  json.BeginObject();
  json.Integer("lines", static_cast<std::int64_t>(report.lines));
  json.Integer("writes", static_cast<std::int64_t>(report.writes));
  json.Integer("messages", static_cast<std::int64_t>(report.messages));
  json.BeginArray("problems");
  for (const contract::MonitorProblem& problem : report.problems) {
    json.BeginObject();
    json.Text("name", problem.name);
    json.Text("problem", problem.text);
    json.Integer("first_line", static_cast<std::int64_t>(problem.first_line));
    json.Integer("count", static_cast<std::int64_t>(problem.count));
    json.EndObject();
  }
  json.EndArray();
  json.BeginArray("never_seen");
  for (const contract::Entry* entry : report.never_seen) {
    json.TextElement(entry->pattern);
  }
  json.EndArray();
  json.EndObject();
  fmt::print("{}\n", out);
}

struct ConformFlags {
  std::string file;
  bool as_json;
  bool is_partial;
};

int Conform(const ConformFlags& flags) {
  contract::MonitorChecker checker;
  if (!FeedFile(flags.file, checker)) {
    return kExitFailed;
  }
  contract::MonitorReport report = checker.Report();
  if (report.lines == report.foreign_lines) {
    fmt::print(stderr, "error: {} holds no line of MONITOR\n", flags.file);
    return kExitFailed;
  }
  if (flags.is_partial) {
    report.never_seen.clear();
  }
  flags.as_json ? PrintMonitorJson(report) : PrintMonitorText(report);
  return report.problems.empty() && report.never_seen.empty() ? kExitDone : kExitNo;
}

void AddPages(CLI::App& keys, AppContext& context) {
  CLI::App& list = context.AddCommand(
      keys, {Purpose::kInspect, "list", "Print every key and channel with its meaning"});
  const CLI::Option& json = AppContext::AddSwitch(list, "--json", "Print a JSON array");
  context.SetPlainAction(list, [&json] {
    fmt::print("{}", json.count() > 0 ? contract::GenerateKeysJson() : KeysTable());
    return kExitDone;
  });

  CLI::App& docs = context.AddCommand(keys, {Purpose::kInspect, "docs", "Print docs/keys.md"});
  context.SetPlainAction(docs, [] {
    fmt::print("{}", contract::GenerateKeysMarkdown());
    return kExitDone;
  });
}

void AddLive(CLI::App& keys, AppContext& context) {
  CLI::App& get =
      context.AddCommand(keys, {Purpose::kInspect, "get",
                                "Print one key, decoded and explained; exit code 1 if it "
                                "is absent, unknown or malformed"});
  const auto name = std::make_shared<std::string>();
  get.add_option("KEY", *name, "Name of the key, e.g. SYSTEM:STATE")->required();
  context.SetAction(get, [name](const config::Settings& settings) { return Get(settings, *name); });

  CLI::App& watch = context.AddCommand(
      keys, {Purpose::kInspect, "watch", "Print changes of keys and messages as they come"});
  const auto pattern = std::make_shared<std::string>("*");
  watch.add_option("PATTERN", *pattern, "Keys and channels, e.g. 'METRICS:*' (default: all)");
  context.AddForFlag(watch);
  context.SetAction(watch, [&context, pattern](const config::Settings& settings) {
    return Watch(settings, context, *pattern);
  });
}

void AddChecks(CLI::App& keys, AppContext& context) {
  CLI::App& check = context.AddCommand(keys, {Purpose::kInspect, "check",
                                              "Hold everything in Redis against the contract; exit "
                                              "code 1 if anything breaks it"});
  const CLI::Option& json = AppContext::AddSwitch(check, "--json", "Print a JSON object");
  context.SetAction(check, [&json](const config::Settings& settings) {
    return Check(settings, json.count() > 0);
  });

  CLI::App& conform =
      context.AddCommand(keys, {Purpose::kInspect, "conform",
                                "Hold a capture of MONITOR against the contract; exit "
                                "code 1 if anything breaks it or is missing"});
  const auto file = std::make_shared<std::string>();
  conform.add_option("--monitor", *file, "What `redis-cli MONITOR` printed; - reads stdin")
      ->required();
  const CLI::Option& as_json = AppContext::AddSwitch(conform, "--json", "Print a JSON object");
  const CLI::Option& partial = AppContext::AddSwitch(
      conform, "--partial", "Do not ask for every key and channel the trader produces");
  context.SetPlainAction(conform, [file, &as_json, &partial] {
    return Conform(
        {.file = *file, .as_json = as_json.count() > 0, .is_partial = partial.count() > 0});
  });
}

}  // namespace

void AddKeysCommand(CLI::App& root, AppContext& context) {
  CLI::App& keys = AppContext::AddGroup(
      root,
      {Purpose::kInspect, "keys", "The keys and channels in Redis: explain, watch, check, clear"});
  AddPages(keys, context);
  AddLive(keys, context);
  AddKeysManagement(keys, context);
  AddChecks(keys, context);
}

}  // namespace bulwark::app
