#include "limiter/limit_metrics.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/result.h"
#include "base/time.h"
#include "limiter/limit_status.h"
#include "limiter/limits.h"
#include "redis/connection.h"

namespace bulwark::limiter {
namespace {

double Seconds(base::Nanos span) {
  return std::chrono::duration<double>(span).count();
}

// Anybody may have written a name into Redis.
std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  return out;
}

// One value of a family; `label` is empty or one more label.
struct Sample {
  std::string label;
  std::string value;
};

struct Family {
  std::string_view name;
  std::string_view type;
  std::string_view help;
  std::function<std::vector<Sample>(const LimitStatus&)> samples;
};

std::string Label(std::string_view name, std::string_view value) {
  return fmt::format(",{}=\"{}\"", name, Escaped(value));
}

std::vector<Sample> WindowSamples(const LimitStatus& status,
                                  std::uint64_t LimitStatus::WindowUse::* field) {
  std::vector<Sample> samples;
  samples.reserve(status.windows.size());
  for (const LimitStatus::WindowUse& use : status.windows) {
    samples.push_back(
        {.label = Label("window_seconds", fmt::format("{}", Seconds(use.window.span))),
         .value = std::to_string(use.*field)});
  }
  return samples;
}

std::vector<Sample> WaitingSamples(const LimitStatus& status) {
  std::vector<Sample> samples;
  samples.reserve(kPriorities);
  for (std::size_t at = 0; at < kPriorities; ++at) {
    samples.push_back({.label = Label("priority", Name(static_cast<Priority>(at))),
                       .value = std::to_string(status.waiting.at(at))});
  }
  return samples;
}

std::vector<Sample> EventSamples(const LimitStatus& status) {
  std::vector<Sample> samples;
  samples.reserve(status.counters.size());
  for (const auto& [name, count] : status.counters) {
    samples.push_back({.label = Label("event", name), .value = std::to_string(count)});
  }
  return samples;
}

std::vector<Sample> TokenSamples(const LimitStatus& status) {
  std::vector<Sample> samples;
  if (status.tokens) {
    samples.push_back({.label = "", .value = fmt::format("{:.3f}", *status.tokens)});
  }
  return samples;
}

std::vector<Family> Families() {
  using Use = LimitStatus::WindowUse;
  const auto one = [](std::string value) {
    return std::vector<Sample>{{.label = "", .value = std::move(value)}};
  };
  return {
      {.name = "used_units",
       .type = "gauge",
       .help = "Units used in the window that ends now",
       .samples = [](const LimitStatus& status) { return WindowSamples(status, &Use::used); }},
      {.name = "shared_units",
       .type = "gauge",
       .help = "Units that Redis hands out in one window",
       .samples = [](const LimitStatus& status) { return WindowSamples(status, &Use::shared); }},
      {.name = "tokens",
       .type = "gauge",
       .help = "Calls that the documented bucket holds",
       .samples = TokenSamples},
      {.name = "closed_seconds",
       .type = "gauge",
       .help = "How long nobody may call, after a 429 or 418",
       .samples =
           [one](const LimitStatus& status) {
             return one(fmt::format("{:.3f}", Seconds(status.closed_for)));
           }},
      {.name = "waiting", .type = "gauge", .help = "Calls that wait", .samples = WaitingSamples},
      {.name = "slots",
       .type = "gauge",
       .help = "Processes with a part for times without Redis",
       .samples = [one](const LimitStatus& status) { return one(std::to_string(status.slots)); }},
      {.name = "events_total",
       .type = "counter",
       .help = "What happened how often, in units or calls",
       .samples = EventSamples},
      {.name = "problems",
       .type = "gauge",
       .help = "Keys that cannot be read",
       .samples =
           [one](const LimitStatus& status) {
             return one(std::to_string(status.problems.size()));
           }},
  };
}

void AddSamples(std::string& lines, const Family& family, const LimitStatus& status) {
  for (const Sample& sample : family.samples(status)) {
    fmt::format_to(std::back_inserter(lines), "bulwark_limit_{}{{limit=\"{}\"{}}} {}\n",
                   family.name, Escaped(status.name), sample.label, sample.value);
  }
}

}  // namespace

std::string MakeLimitMetrics(std::span<const LimitStatus> all) {
  std::string text;
  for (const Family& family : Families()) {
    std::string lines;
    for (const LimitStatus& status : all) {
      AddSamples(lines, family, status);
    }
    if (!lines.empty()) {
      fmt::format_to(std::back_inserter(text),
                     "# HELP bulwark_limit_{0} {1}\n# TYPE bulwark_limit_{0} {2}\n{3}", family.name,
                     family.help, family.type, lines);
    }
  }
  return text;
}

base::Result<std::string> ReadLimitMetrics(redis::Connection& connection) {
  const auto names = ListLimits(connection);
  if (!names) {
    return tl::unexpected(names.error());
  }
  std::vector<LimitStatus> all;
  for (const std::string& name : *names) {
    auto status = ReadLimitStatus(connection, name);
    if (!status) {
      return tl::unexpected(status.error());
    }
    all.push_back(*std::move(status));
  }
  return MakeLimitMetrics(all);
}

}  // namespace bulwark::limiter
