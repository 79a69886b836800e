#include "sim/scenario.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/time.h"
#include "sim/scheduler.h"
#include "sim/settings.h"
#include "sim/world.h"

namespace bulwark::sim {
namespace {

Words Split(const std::string& line) {
  std::istringstream in(line.substr(0, line.find('#')));
  Words words;
  for (std::string word; in >> word;) {
    words.push_back(word);
  }
  return words;
}

}  // namespace

std::optional<base::Nanos> ParseSpan(std::string_view text) {
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit = text.substr(static_cast<std::size_t>(read.ptr - text.data()));
  if (read.ec != std::errc{} || number < 0) {
    return std::nullopt;
  }
  if (unit == "us") {
    return std::chrono::microseconds{number};
  }
  if (unit == "ms") {
    return std::chrono::milliseconds{number};
  }
  if (unit == "s") {
    return std::chrono::seconds{number};
  }
  if (unit == "m") {
    return std::chrono::minutes{number};
  }
  return std::nullopt;
}

World& Scenario::world() {
  if (!world_) {
    world_ = std::make_unique<World>(
        WorldOptions{.seed = 1, .keeps_trace = true, .has_chance = false}, settings_, *stacks_);
  }
  return *world_;
}

namespace {

Complaint Forbidden(const std::optional<std::string>& violation) {
  return violation ? Complaint("never allowed: " + *violation) : std::nullopt;
}

}  // namespace

Complaint Scenario::Run(StackPool& stacks) {
  stacks_ = &stacks;
  settings_ = SimSettings();
  settings_.strategy.enabled = {"ema_cross"};
  // What answers losses by itself is there where the file asks for it.
  settings_.risk.stop_loss_pct = settings_.halt.max_session_drawdown_pct = base::Decimal();
  settings_.watchdog.warn_pct = settings_.watchdog.stop_pct = settings_.watchdog.week_pct =
      base::Decimal();
  std::istringstream in(text_);
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    Words words = Split(line);
    Complaint complaint = words.empty() ? std::nullopt : RunLine(std::move(words));
    if (!complaint && world_) {
      complaint = Forbidden(world_->violation());
    }
    if (complaint) {
      return name_ + ":" + std::to_string(number) + ": " + *complaint;
    }
  }
  return has_begun() ? std::nullopt : Complaint(name_ + ": nothing happens in it");
}

Complaint Scenario::RunLine(Words words) {
  if (words.front() == "at") {
    const auto at = words.size() > 2 ? ParseSpan(words[1]) : std::nullopt;
    if (!at) {
      return "write: at TIME VERB ..., for example: at 1500ms crash";
    }
    if (auto late = WaitUntil(*at)) {
      return late;
    }
    words.erase(words.begin(), words.begin() + 2);
  }
  const auto verbs = ScenarioVerbs();
  const auto verb = std::find_if(verbs.begin(), verbs.end(),
                                 [&](const Verb& row) { return row.name == words.front(); });
  if (verb == verbs.end()) {
    return "no verb is called '" + words.front() + "'; bulwark-scn --help lists them";
  }
  words.erase(words.begin());
  if (words.size() < verb->words_min) {
    return "write: " + std::string(verb->name) + " " + std::string(verb->words);
  }
  return verb->run(*this, words);
}

Complaint Scenario::WaitUntil(base::Nanos at) {
  const base::Nanos now = world().context().scheduler.now();
  if (at < now) {
    return "it is " + std::to_string(now.count() / 1'000'000) + " ms already";
  }
  world().RunFor(at - now);
  return std::nullopt;
}

}  // namespace bulwark::sim
