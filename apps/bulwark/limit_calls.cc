#include "limit_calls.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app_context.h"
#include "base/result.h"
#include "base/time.h"
#include "config/duration.h"
#include "config/settings.h"
#include "contract/key_match.h"
#include "limiter/limit_status.h"
#include "limiter/limiter.h"
#include "limiter/limiter_scripts.h"
#include "limiter/limits.h"
#include "limiter/shared_budget.h"
#include "redis/connection.h"
#include "redis/dialer.h"
#include "redis_access.h"
#include "stop_signal.h"

namespace bulwark::app {
namespace {

using limiter::Priority;

constexpr base::Nanos kRefusedPauseMax = std::chrono::seconds{1};

int Failed(const base::Error& error) {
  fmt::print(stderr, "error: {}\n", error.message);
  return error.code == base::ErrorCode::kInvalidArgument ? kExitUsage : kExitFailed;
}

double Seconds(base::Nanos span) {
  return std::chrono::duration<double>(span).count();
}

struct WaitFlags {
  std::string name;
  std::string limits = "1/s";
  std::string priority = "data";
  std::uint32_t weight = 1;
  std::uint64_t count = 1;
  std::string max_wait = "1m";
};

// One line for each permit: when, and whether Redis gave it. False for one that is no longer valid
// because we were held up; it is spent.
bool PrintPermit(const limiter::Permit& permit) {
  if (base::MonotonicNow() >= permit.valid_until) {
    return false;
  }
  const auto micros =
      std::chrono::duration_cast<std::chrono::microseconds>(base::WallNow().time_since_epoch());
  fmt::print("{}.{:06} {}\n", micros.count() / 1'000'000, micros.count() % 1'000'000,
             permit.is_local ? "local" : "shared");
  std::fflush(stdout);
  return true;
}

// What a refusal means for the one who waits: an exit code, or, after a pause, nothing.
std::optional<int> EndOf(const limiter::Refusal& refusal, const WaitFlags& flags,
                         StopSignal& stop) {
  const bool is_endless = flags.count == 0;
  if (stop.IsRequested()) {
    return is_endless ? kExitDone : kExitNo;
  }
  if (is_endless) {
    stop.WaitFor(std::clamp(refusal.retry_after, base::Nanos{1}, kRefusedPauseMax));
    return std::nullopt;
  }
  fmt::print(stderr, "no permit: {}; again in {:.3f} s\n", limiter::Name(refusal.reason),
             Seconds(refusal.retry_after));
  return kExitNo;
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
      done += PrintPermit(*permit) ? 1U : 0U;
      continue;
    }
    const auto end = EndOf(std::get<limiter::Refusal>(*answer), flags, stop);
    if (end) {
      return *end;
    }
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

struct CloseFlags {
  std::string name;
  std::string retry_after;  // Empty: the server did not say.
  int status = 429;
};

// What is in force now, for the time of a server that did not say one.
base::Result<limiter::Limits> LimitsInForce(redis::Connection& connection,
                                            const std::string& name) {
  const auto status = limiter::ReadLimitStatus(connection, name);
  if (!status) {
    return tl::unexpected(status.error());
  }
  const std::size_t blank = status->limits.find(' ');
  return limiter::ParseLimits(blank == std::string::npos ? "1/s" : status->limits.substr(blank));
}

int Close(const config::Settings& settings, const CloseFlags& flags) {
  const auto connection = ConnectTo(settings, "bulwark-limit");
  if (!connection) {
    return Failed(connection.error());
  }
  const auto limits = LimitsInForce(**connection, flags.name);
  if (!limits) {
    return Failed(limits.error());
  }
  std::optional<base::Nanos> retry_after;
  if (!flags.retry_after.empty()) {
    retry_after = config::ParseDuration(flags.retry_after).value_or(base::Nanos::zero());
  }
  const limiter::SharedBudget budget(
      {.name = flags.name, .who = "by-hand", .limits = *limits, .time = limiter::kServerTime});
  const auto closed = budget.Report(**connection, flags.status, retry_after);
  if (!closed) {
    return Failed(closed.error());
  }
  fmt::print("{}: nobody calls for {:.3f} s\n", flags.name, Seconds(*closed));
  return kExitDone;
}

std::string CheckDuration(const std::string& text) {
  const auto span = config::ParseDuration(text);
  return span && *span >= base::Nanos::zero() ? "" : "'" + text + "' is not a duration such as 30s";
}

void AddWait(CLI::App& limit, AppContext& context) {
  CLI::App& wait = context.AddCommand(
      limit, {Purpose::kInspect, "wait",
              "Wait for a permit and print when it came; exit code 1 without one. For scripts: "
              "bulwark limit wait edgar && curl ..."});
  const auto flags = std::make_shared<WaitFlags>();
  wait.add_option("NAME", flags->name, "Name of the limit")->required()->check(CheckLimitName);
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

void AddClose(CLI::App& limit, AppContext& context) {
  CLI::App& close = context.AddCommand(
      limit, {Purpose::kInspect, "close",
              "Tell all processes that the server answered 429 or 418: nobody calls for a while"});
  const auto flags = std::make_shared<CloseFlags>();
  close.add_option("NAME", flags->name, "Name of the limit")->required()->check(CheckLimitName);
  close.add_option("--retry-after", flags->retry_after, "What the server asked for, e.g. 30s")
      ->check(CheckDuration);
  close.add_option("--status", flags->status, "429 or 418 (default: 429)")
      ->check(CLI::IsMember({429, 418}));
  context.SetAction(close,
                    [flags](const config::Settings& settings) { return Close(settings, *flags); });
}

}  // namespace

std::string CheckLimitName(const std::string& name) {
  return contract::MatchKey("rate_limit:" + name + ":tokens")
             ? ""
             : "'" + name + "' is no name of a limit: one word of letters, digits, '_', '-', '.'";
}

void AddLimitCalls(CLI::App& limit, AppContext& context) {
  AddWait(limit, context);
  AddClose(limit, context);
}

}  // namespace bulwark::app
