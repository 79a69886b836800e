// Text scenarios: one line after the other, on the simulated system, without chance.
//
// Shape:   a line is a verb with its words; `at TIME` in front of it waits until then. The verbs
//          are one table (ScenarioVerbs()), so that a new one is one row and one function.
// Errors:  Run() answers what went wrong as "file:line: text": a line that cannot be read, an
//          expectation that does not hold (with what was found), or a violation of what always
//          holds.
// Threads: one.
// Source:  docs/scenarios.md

#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "config/settings.h"
#include "sim/scheduler.h"
#include "sim/world.h"

namespace bulwark::sim {

using Words = std::vector<std::string>;
// Why a line failed; empty when it did not.
using Complaint = std::optional<std::string>;

class Scenario {
 public:
  Scenario(std::string name, std::string text) : name_(std::move(name)), text_(std::move(text)) {}

  // Runs all lines.
  Complaint Run(StackPool& stacks);
  [[nodiscard]] const Trace* trace() const { return world_ ? &world_->trace() : nullptr; }

  // For the verbs.
  World& world();
  config::Settings& settings() { return settings_; }
  [[nodiscard]] bool has_begun() const { return world_ != nullptr; }

 private:
  Complaint RunLine(Words words);
  Complaint WaitUntil(base::Nanos at);

  std::string name_;
  std::string text_;
  config::Settings settings_;
  StackPool* stacks_ = nullptr;
  std::unique_ptr<World> world_;
};

struct Verb {
  std::string_view name;
  std::string_view words;  // What follows it.
  std::string_view help;
  std::size_t words_min;
  Complaint (*run)(Scenario& scenario, const Words& words);
};

// Of lines, and of what may stand behind `expect`.
std::span<const Verb> ScenarioVerbs();
std::span<const Verb> ExpectVerbs();

// "1500us", "20ms", "3s", "1m"; empty for anything else.
std::optional<base::Nanos> ParseSpan(std::string_view text);

}  // namespace bulwark::sim
