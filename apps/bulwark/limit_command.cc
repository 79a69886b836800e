#include "limit_command.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app_context.h"
#include "base/result.h"
#include "base/time.h"
#include "config/duration.h"
#include "config/settings.h"
#include "contract/key_match.h"
#include "limiter/limit_status.h"
#include "limiter/limiter.h"
#include "limiter/limits.h"
#include "redis/connection.h"
#include "redis/dialer.h"
#include "redis_access.h"
#include "stop_signal.h"

namespace bulwark::app {
namespace {

using limiter::LimitStatus;
using limiter::Priority;

constexpr base::Nanos kRefusedPauseMax = std::chrono::seconds{1};

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

struct WaitFlags {
  std::string name;
  std::string limits = "1/s";
  std::string priority = "data";
  std::uint32_t weight = 1;
  std::uint64_t count = 1;
  std::string max_wait = "1m";
};

// One line for each permit: when, and whether Redis gave it.
void PrintPermit(const limiter::Permit& permit) {
  const auto micros =
      std::chrono::duration_cast<std::chrono::microseconds>(base::WallNow().time_since_epoch());
  fmt::print("{}.{:06} {}\n", micros.count() / 1'000'000, micros.count() % 1'000'000,
             permit.is_local ? "local" : "shared");
  std::fflush(stdout);
}

int WaitFor(limiter::Limiter& limiter, const limiter::Call& call, const WaitFlags& flags,
            StopSignal& stop) {
  const base::Nanos max_wait = config::ParseDuration(flags.max_wait).value_or(base::Nanos::zero());
  for (std::uint64_t done = 0; flags.count == 0 || done < flags.count;) {
    const auto answer = limiter.Acquire(call, max_wait);
    if (!answer) {
      return Failed(answer.error());
    }
    if (const auto* permit = std::get_if<limiter::Permit>(&*answer)) {
      PrintPermit(*permit);
      ++done;
      continue;
    }
    const auto& refusal = std::get<limiter::Refusal>(*answer);
    if (stop.IsRequested()) {
      return flags.count == 0 ? kExitDone : kExitNo;
    }
    if (flags.count != 0) {
      fmt::print(stderr, "no permit: {}; again in {:.3f} s\n", limiter::Name(refusal.reason),
                 Seconds(refusal.retry_after));
      return kExitNo;
    }
    stop.WaitFor(std::clamp(refusal.retry_after, base::Nanos{1}, kRefusedPauseMax));
  }
  return kExitDone;
}

std::optional<Priority> PriorityOf(std::string_view word) {
  for (std::size_t at = 0; at < limiter::kPriorities; ++at) {
    if (limiter::Name(static_cast<Priority>(at)) == word) {
      return static_cast<Priority>(at);
    }
  }
  return std::nullopt;
}

int Wait(const config::Settings& settings, const AppContext& context, const WaitFlags& flags) {
  StopSignal stop(context.run_for());
  const auto paths = PathsOf(settings);
  const auto limits = limiter::ParseLimits(flags.limits);
  const auto priority = PriorityOf(flags.priority);
  if (!paths || !limits || !priority) {
    return limits ? kExitUsage : Failed(limits.error());
  }
  const auto url = RedisUrlOf(settings, *paths);
  if (!url) {
    return Failed(url.error());
  }
  redis::UrlDialer dialer(*url);
  limiter::LimiterOptions options{.name = flags.name, .limits = *limits};
  options.call_timeout = settings.redis.call_timeout;
  options.is_stopped = [&stop] { return stop.IsRequested(); };
  const auto limiter = limiter::Limiter::Create(options, dialer);
  if (!limiter) {
    return Failed(limiter.error());
  }
  return WaitFor(**limiter, {.priority = *priority, .weight = flags.weight}, flags, stop);
}

// A name that can be part of a key.
std::string CheckName(const std::string& name) {
  return contract::MatchKey("rate_limit:" + name + ":tokens")
             ? ""
             : "'" + name + "' is no name of a limit: one word of letters, digits, '_', '-', '.'";
}

std::string CheckDuration(const std::string& text) {
  const auto span = config::ParseDuration(text);
  return span && *span >= base::Nanos::zero() ? "" : "'" + text + "' is not a duration such as 30s";
}

void AddStatus(CLI::App& limit, AppContext& context) {
  CLI::App& status = context.AddCommand(
      limit, {Purpose::kInspect, "status", "What is used, who waits, what was refused"});
  const auto name = std::make_shared<std::string>();
  status.add_option("NAME", *name, "One limit (default: all)")->check(CheckName);
  const CLI::Option& json = AppContext::AddSwitch(status, "--json", "Print a JSON array");
  context.SetAction(status, [name, &json](const config::Settings& settings) {
    return Status(settings, *name, json.count() > 0);
  });
}

void AddChanges(CLI::App& limit, AppContext& context) {
  CLI::App& set = context.AddCommand(
      limit, {Purpose::kInspect, "set", "Change a limit for all processes: set NAME 5/min,25/day"});
  const auto words = std::make_shared<std::array<std::string, 2>>();
  set.add_option("NAME", words->front(), "Name of the limit")->required()->check(CheckName);
  set.add_option("LIMITS", words->back(), "E.g. '5/min,25/day', or default")->required();
  context.SetAction(set, [words](const config::Settings& settings) {
    return Set(settings, words->front(), words->back());
  });

  CLI::App& drain = context.AddCommand(
      limit,
      {Purpose::kInspect, "drain", "Take all that is left; also replaces keys that are damaged"});
  const auto name = std::make_shared<std::string>();
  drain.add_option("NAME", *name, "Name of the limit")->required()->check(CheckName);
  context.SetAction(drain,
                    [name](const config::Settings& settings) { return Drain(settings, *name); });
}

void AddWait(CLI::App& limit, AppContext& context) {
  CLI::App& wait = context.AddCommand(
      limit, {Purpose::kInspect, "wait",
              "Wait for a permit and print when it came; exit code 1 without one. For scripts: "
              "bulwark limit wait edgar && curl ..."});
  const auto flags = std::make_shared<WaitFlags>();
  wait.add_option("NAME", flags->name, "Name of the limit")->required()->check(CheckName);
  wait.add_option("--limits", flags->limits, "Unless set otherwise in Redis (default: 1/s)");
  wait.add_option("--priority", flags->priority, "cancel, exit, entry or data (default: data)")
      ->check(CLI::IsMember({"cancel", "exit", "entry", "data"}));
  wait.add_option("--weight", flags->weight, "Units of the call (default: 1)");
  wait.add_option("--count", flags->count, "So many permits; 0: without end (default: 1)");
  wait.add_option("--max-wait", flags->max_wait, "For each of them (default: 1m)")
      ->check(CheckDuration);
  context.AddForFlag(wait);
  context.SetAction(wait, [flags, &context](const config::Settings& settings) {
    return Wait(settings, context, *flags);
  });
}

}  // namespace

void AddLimitCommand(CLI::App& root, AppContext& context) {
  CLI::App& limit = AppContext::AddGroup(
      root, {Purpose::kInspect, "limit", "Rate limits that all processes share: look, set, wait"});
  AddStatus(limit, context);
  AddChanges(limit, context);
  AddWait(limit, context);
}

}  // namespace bulwark::app
