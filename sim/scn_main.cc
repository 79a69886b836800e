// bulwark-scn: runs text scenarios on the simulated system.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "sim/daytrade_scenario.h"
#include "sim/scenario.h"
#include "sim/scheduler.h"

namespace bulwark::sim {
namespace {

template <class Row>
void PrintVerbs(std::string_view title, std::span<const Row> verbs) {
  std::printf("\n%s\n", std::string(title).c_str());
  for (const Row& verb : verbs) {
    std::printf("  %s %s\n      %s\n", std::string(verb.name).c_str(),
                std::string(verb.words).c_str(), std::string(verb.help).c_str());
  }
}

int PrintHelp() {
  std::printf(
      "bulwark-scn [--trace] FILE|DIR...   runs text scenarios (*.scn); docs/scenarios.md\n"
      "A line is a verb with its words; `at TIME` in front of it waits until then. # begins a "
      "comment.\n");
  PrintVerbs("Verbs:", ScenarioVerbs());
  PrintVerbs("Behind expect:", ExpectVerbs());
  std::printf("\nA file that begins with `kind daytrade` is about the day-trade guard alone.\n");
  PrintVerbs("Its verbs:", DayTradeVerbs());
  PrintVerbs("Behind its expect:", DayTradeViews());
  return 0;
}

std::vector<std::filesystem::path> FilesOf(const std::filesystem::path& place) {
  if (!std::filesystem::is_directory(place)) {
    return {place};
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(place)) {
    if (entry.path().extension() == ".scn") {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool Tell(const std::filesystem::path& file, const Complaint& complaint) {
  std::printf("%s %s\n", complaint ? "FAIL" : "ok  ",
              complaint ? complaint->c_str() : file.c_str());
  return !complaint;
}

bool RunFile(const std::filesystem::path& file, bool prints_trace, StackPool& stacks) {
  std::ifstream in(file);
  if (!in) {
    std::printf("FAIL %s: cannot be read\n", file.c_str());
    return false;
  }
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (IsDayTradeScenario(text)) {
    return Tell(file, RunDayTradeScenario(file.native(), text));
  }
  Scenario scenario(file.native(), text);
  const Complaint complaint = scenario.Run(stacks);
  if (prints_trace && scenario.trace() != nullptr) {
    for (const std::string& line : scenario.trace()->lines()) {
      std::printf("  %s\n", line.c_str());
    }
  }
  return Tell(file, complaint);
}

int Main(std::span<char*> args) {
  base::SetLog(base::LogLevel::kOff, "scn");
  StackPool stacks;
  bool prints_trace = false;
  std::size_t ran = 0;
  std::size_t failed = 0;
  for (const std::string_view arg : args) {
    if (arg == "--help" || arg == "-h") {
      return PrintHelp();
    }
    if (arg == "--trace") {
      prints_trace = true;
      continue;
    }
    for (const std::filesystem::path& file : FilesOf(arg)) {
      ++ran;
      failed += RunFile(file, prints_trace, stacks) ? 0U : 1U;
    }
  }
  std::printf("%zu scenarios, %zu failed\n", ran, failed);
  return ran > 0 && failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace bulwark::sim

int main(int argc, char** argv) {
  return bulwark::sim::Main(std::span(argv + 1, static_cast<std::size_t>(argc - 1)));
}
