#include "limit_command.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app_context.h"
#include "base/result.h"
#include "base/time.h"
#include "config/duration.h"
#include "config/settings.h"
#include "limit_calls.h"
#include "limiter/limit_metrics.h"
#include "limiter/limit_status.h"
#include "limiter/limits.h"
#include "redis_access.h"

namespace bulwark::app {
namespace {

using limiter::LimitStatus;
using limiter::Priority;

int Failed(const base::Error& error) {
  fmt::print(stderr, "error: {}\n", error.message);
  return error.code == base::ErrorCode::kInvalidArgument ? kExitUsage : kExitFailed;
}

double Seconds(base::Nanos span) {
  return std::chrono::duration<double>(span).count();
}

void PrintText(const LimitStatus& status) {
  fmt::print("{}  {}\n", status.name, status.limits.empty() ? "(no limits yet)" : status.limits);
  for (const LimitStatus::WindowUse& use : status.windows) {
    fmt::print("  {:>6} of {:<6} used in the last {}\n", use.used, use.shared,
               config::FormatDuration(use.window.span));
  }
  if (status.tokens) {
    fmt::print("  {:>6.2f} tokens in the documented bucket\n", *status.tokens);
  }
  if (status.closed_for > base::Nanos::zero()) {
    fmt::print("  closed by the server for another {:.1f} s\n", Seconds(status.closed_for));
  }
  for (std::size_t at = 0; at < limiter::kPriorities; ++at) {
    if (status.waiting.at(at) > 0) {
      fmt::print("  {:>6} wait: {}\n", status.waiting.at(at),
                 limiter::Name(static_cast<Priority>(at)));
    }
  }
  fmt::print("  {:>6} processes with a part for times without Redis\n", status.slots);
  for (const auto& [name, count] : status.counters) {
    fmt::print("  {:>6} {}\n", count, name);
  }
  for (const std::string& problem : status.problems) {
    fmt::print("  problem: {}\n", problem);
  }
}

nlohmann::ordered_json JsonOf(const LimitStatus& status) {
  nlohmann::ordered_json json{{"name", status.name}, {"limits", status.limits}};
  json["windows"] = nlohmann::ordered_json::array();
  for (const LimitStatus::WindowUse& use : status.windows) {
    json["windows"].push_back({{"seconds", Seconds(use.window.span)},
                               {"units", use.window.units},
                               {"shared", use.shared},
                               {"used", use.used}});
  }
  json["tokens"] = nullptr;
  if (status.tokens) {
    json["tokens"] = *status.tokens;
  }
  json["closed_for_s"] = Seconds(status.closed_for);
  for (std::size_t at = 0; at < limiter::kPriorities; ++at) {
    json["waiting"][std::string(limiter::Name(static_cast<Priority>(at)))] = status.waiting.at(at);
  }
  json["slots"] = status.slots;
  json["counters"] = nlohmann::ordered_json::object();
  for (const auto& [name, count] : status.counters) {
    json["counters"][name] = count;
  }
  json["problems"] = status.problems;
  return json;
}

int PrintAll(const std::vector<LimitStatus>& all, bool as_json) {
  auto rows = nlohmann::ordered_json::array();
  bool has_problem = false;
  for (const LimitStatus& status : all) {
    has_problem = has_problem || !status.problems.empty();
    if (as_json) {
      rows.push_back(JsonOf(status));
    } else {
      PrintText(status);
    }
  }
  if (as_json) {
    fmt::print("{}\n", rows.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  } else if (all.empty()) {
    fmt::print("no rate limit has been used yet\n");
  }
  return has_problem ? kExitNo : kExitDone;
}

int Status(const config::Settings& settings, const std::string& name, bool as_json) {
  const auto connection = ConnectTo(settings, "bulwark-limit");
  if (!connection) {
    return Failed(connection.error());
  }
  const auto names = name.empty() ? limiter::ListLimits(**connection)
                                  : base::Result<std::vector<std::string>>(std::vector{name});
  if (!names) {
    return Failed(names.error());
  }
  std::vector<LimitStatus> all;
  for (const std::string& each : *names) {
    auto status = limiter::ReadLimitStatus(**connection, each);
    if (!status) {
      return Failed(status.error());
    }
    all.push_back(*std::move(status));
  }
  return PrintAll(all, as_json);
}

int Metrics(const config::Settings& settings) {
  const auto connection = ConnectTo(settings, "bulwark-limit");
  if (!connection) {
    return Failed(connection.error());
  }
  const auto text = limiter::ReadLimitMetrics(**connection);
  if (!text) {
    return Failed(text.error());
  }
  fmt::print("{}", *text);
  return kExitDone;
}

int Set(const config::Settings& settings, const std::string& name, const std::string& limits) {
  const auto connection = ConnectTo(settings, "bulwark-limit");
  if (!connection) {
    return Failed(connection.error());
  }
  if (auto set = limiter::SetLimits(**connection, name, limits); !set) {
    return Failed(set.error());
  }
  fmt::print("{}: {} from the next call of each process on\n", name, limits);
  return kExitDone;
}

int Drain(const config::Settings& settings, const std::string& name) {
  const auto connection = ConnectTo(settings, "bulwark-limit");
  if (!connection) {
    return Failed(connection.error());
  }
  const auto replaced = limiter::Drain(**connection, name);
  if (!replaced) {
    return Failed(replaced.error());
  }
  for (const std::string& what : *replaced) {
    fmt::print("replaced {}\n", what);
  }
  fmt::print("{}: nothing left; it fills again as its windows pass\n", name);
  return kExitDone;
}

void AddStatus(CLI::App& limit, AppContext& context) {
  CLI::App& status = context.AddCommand(
      limit, {Purpose::kInspect, "status", "What is used, who waits, what was refused"});
  const auto name = std::make_shared<std::string>();
  status.add_option("NAME", *name, "One limit (default: all)")->check(CheckLimitName);
  const CLI::Option& json = AppContext::AddSwitch(status, "--json", "Print a JSON array");
  context.SetAction(status, [name, &json](const config::Settings& settings) {
    return Status(settings, *name, json.count() > 0);
  });
}

void AddMetrics(CLI::App& limit, AppContext& context) {
  CLI::App& metrics =
      context.AddCommand(limit, {Purpose::kInspect, "metrics",
                                 "Print all limits as Prometheus text, as the API's /metrics has"});
  context.SetAction(metrics, [](const config::Settings& settings) { return Metrics(settings); });
}

void AddChanges(CLI::App& limit, AppContext& context) {
  CLI::App& set = context.AddCommand(
      limit, {Purpose::kInspect, "set", "Change a limit for all processes: set NAME 5/min,25/day"});
  const auto words = std::make_shared<std::array<std::string, 2>>();
  set.add_option("NAME", words->front(), "Name of the limit")->required()->check(CheckLimitName);
  set.add_option("LIMITS", words->back(), "E.g. '5/min,25/day', or default")->required();
  context.SetAction(set, [words](const config::Settings& settings) {
    return Set(settings, words->front(), words->back());
  });

  CLI::App& drain = context.AddCommand(
      limit,
      {Purpose::kInspect, "drain", "Take all that is left; also replaces keys that are damaged"});
  const auto name = std::make_shared<std::string>();
  drain.add_option("NAME", *name, "Name of the limit")->required()->check(CheckLimitName);
  context.SetAction(drain,
                    [name](const config::Settings& settings) { return Drain(settings, *name); });
}

}  // namespace

void AddLimitCommand(CLI::App& root, AppContext& context) {
  CLI::App& limit = AppContext::AddGroup(
      root, {Purpose::kInspect, "limit", "Rate limits that all processes share: look, set, wait"});
  AddStatus(limit, context);
  AddMetrics(limit, context);
  AddChanges(limit, context);
  AddLimitCalls(limit, context);
}

}  // namespace bulwark::app
