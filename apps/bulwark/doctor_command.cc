#include "doctor_command.h"

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "app_context.h"
#include "base/time.h"
#include "config/settings.h"
#include "data_paths.h"
#include "doctor_checks.h"

namespace bulwark::app {
namespace {

using Level = DoctorLine::Level;

struct LevelText {
  std::string_view word;
  std::string_view colour;
};

LevelText TextOf(Level level) {
  switch (level) {
    case Level::kGreen:
      return {"green", "\033[32m"};
    case Level::kYellow:
      return {"yellow", "\033[33m"};
    case Level::kRed:
      return {"red", "\033[31m"};
  }
  return {"red", "\033[31m"};
}

void PrintLines(const DoctorLines& lines) {
  const bool is_terminal = isatty(STDOUT_FILENO) != 0;
  for (const DoctorLine& line : lines) {
    const LevelText text = TextOf(line.level);
    fmt::print("{}{:<6}{}  {:<19}  {}\n", is_terminal ? text.colour : "", text.word,
               is_terminal ? "\033[0m" : "", line.topic, line.text);
  }
}

void PrintJson(const DoctorLines& lines, bool is_fit) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const DoctorLine& line : lines) {
    rows.push_back(
        {{"level", TextOf(line.level).word}, {"topic", line.topic}, {"text", line.text}});
  }
  const nlohmann::ordered_json document = {{"fit", is_fit}, {"lines", std::move(rows)}};
  fmt::print("{}\n",
             document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

int RunDoctor(const config::Settings& settings, bool is_json) {
  const auto paths = PathsOf(settings);
  if (!paths) {
    return kExitUsage;
  }
  DoctorLines lines;
  for (const DoctorLines& checked :
       {CheckData(*paths), CheckRedis(settings, *paths), CheckLedger(settings, *paths),
        CheckDisk(paths->Root()), CheckPorts(settings, *paths),
        CheckClock(base::WallNow(), "/proc/self/exe"),
        CheckJobs(settings, *paths, base::WallNow())}) {
    lines.insert(lines.end(), checked.begin(), checked.end());
  }
  const bool is_fit =
      std::ranges::none_of(lines, [](const DoctorLine& line) { return line.level == Level::kRed; });
  if (is_json) {
    PrintJson(lines, is_fit);
  } else {
    PrintLines(lines);
  }
  return is_fit ? kExitDone : kExitNo;
}

}  // namespace

void AddDoctorCommand(CLI::App& root, AppContext& context) {
  CLI::App& command = context.AddCommand(
      root,
      {.purpose = Purpose::kInspect,
       .name = "doctor",
       .text = "Check Redis, ledger, disk, ports, clock and jobs; exit code 1 on any red line"});
  const CLI::Option& json = AppContext::AddSwitch(command, "--json", "Print JSON");
  context.SetAction(command, [&json](const config::Settings& settings) {
    return RunDoctor(settings, json.count() > 0);
  });
}

}  // namespace bulwark::app
