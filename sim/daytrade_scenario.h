// Text scenarios of the day-trade guard alone: fills, positions, clock and policy in plain lines,
// and what the guard must say.
//
// Shape:   such a file begins with the line `kind daytrade`. Verbs and what may stand behind
//          `expect` are tables, as in sim/scenario.h.
// Errors:  Run() answers what went wrong as "file:line: text".
// Threads: one.
// Source:  docs/scenarios.md#day-trade-guard

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "sim/daytrade_stage.h"
#include "sim/scenario.h"

namespace bulwark::sim {

bool IsDayTradeScenario(std::string_view text);

Complaint RunDayTradeScenario(const std::string& name, const std::string& text);

struct DayTradeVerb {
  std::string_view name;
  std::string_view words;
  std::string_view help;
  std::size_t words_min;
  Complaint (*run)(DayTradeStage& stage, const Line& line);
};

// What is looked at; the words before the expected value are its arguments.
struct DayTradeView {
  std::string_view name;
  std::string_view words;
  std::string_view help;
  std::size_t arguments;
  std::string (*show)(DayTradeStage& stage, const Line& line);
};

std::span<const DayTradeVerb> DayTradeVerbs();
std::span<const DayTradeView> DayTradeViews();

}  // namespace bulwark::sim
