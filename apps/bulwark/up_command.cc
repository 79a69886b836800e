#include "up_command.h"

#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app_context.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "config/settings.h"
#include "data_paths.h"
#include "process/lock_file.h"
#include "process/supervisor.h"
#include "redis/managed_server.h"
#include "redis/url.h"
#include "redis_access.h"
#include "stop_signal.h"
#include "trader/assembly.h"
#include "up_plan.h"

namespace bulwark::app {
namespace {

constexpr base::Nanos kCycle = std::chrono::milliseconds{20};

int FailWithText(const std::string& text) {
  fmt::print(stderr, "error: {}\n", text);
  return kExitFailed;
}

// The private server, or nothing when redis.url names another one, which must be fit for us then.
base::Result<std::optional<redis::ManagedServer>> PrepareRedis(const config::Settings& settings,
                                                               const DataPaths& paths) {
  std::optional<redis::ManagedServer> none;
  if (HasPrivateRedis(settings)) {
    auto server = redis::ManagedServer::Create(ManagedRedisOf(settings, paths));
    if (!server) {
      return tl::unexpected(server.error());
    }
    return std::optional(std::move(*server));
  }
  const auto url = RedisUrlOf(settings, paths);
  if (!url) {
    return tl::unexpected(url.error());
  }
  if (auto healthy = RequireHealthyRedis(*url, RedisOptionsOf(settings, "up")); !healthy) {
    return tl::unexpected(healthy.error());
  }
  return none;
}

void PrintAddresses(const config::Settings& settings, const DataPaths& paths) {
  fmt::print("page:   {}\n", PageAddress(paths).value_or("not known"));
  if (auto url = RedisTcpUrlOf(settings, paths)) {
    fmt::print("redis:  {}   (bulwark redis-cli, bulwark redis-url)\n", url->Masked());
  }
  fmt::print("data:   {}\nstop:   Ctrl-C; the account only: bulwark halt --reason ...\n",
             paths.Root().string());
  static_cast<void>(std::fflush(stdout));
}

// Until it is time to stop, or a child is beyond help.
int Supervise(process::Supervisor& supervisor, StopSignal& stop) {
  while (!supervisor.has_given_up() && !stop.WaitFor(kCycle)) {
    supervisor.DoWork();
  }
  supervisor.Stop();
  if (const auto& error = supervisor.has_given_up()) {
    return FailWithText(error->message);
  }
  base::LogInfo("up_stopped").With("signal", stop.signal());
  return kExitDone;
}

int RunUp(const AppContext& context, const config::Settings& settings) {
  StopSignal stop(context.run_for());
  const auto paths = PathsOf(settings);
  if (!paths) {
    return kExitUsage;
  }
  // A trader that cannot start is a fault of the command line, not one to try again.
  if (const auto checked = trader::CheckInputs(settings); !checked) {
    return FailWithText(checked.error().message);
  }
  if (const auto prepared = paths->Prepare(); !prepared) {
    return FailWithText(prepared.error().message);
  }
  const auto lock = process::LockFile::Acquire(paths->LockFile("up").string());
  if (!lock) {
    return FailWithText("another `bulwark up` runs on the data folder " + paths->Root().string() +
                        ": " + lock.error().message);
  }
  auto server = PrepareRedis(settings, *paths);
  if (!server) {
    return FailWithText(server.error().message);
  }
  std::optional<redis::ManagedServer>& private_server = *server;
  redis::ManagedServer* const own = private_server ? &*private_server : nullptr;
  const UpInputs inputs{.program = OwnProgram(),
                        .arguments = context.ChildArguments(),
                        .variables = context.ChildVariables()};
  process::Supervisor supervisor(PlanChildren(settings, *paths, inputs, own),
                                 RestartPolicyOf(settings));
  const auto started = supervisor.Start([&stop] { return stop.IsRequested(); });
  if (!started) {
    if (stop.IsRequested()) {
      return kExitDone;
    }
    const bool is_redis = own != nullptr && started.error().message.starts_with("redis:");
    return FailWithText(started.error().message + (is_redis ? "; " + own->LastLogLines() : ""));
  }
  PrintAddresses(settings, *paths);
  return Supervise(supervisor, stop);
}

}  // namespace

void AddUpCommand(CLI::App& root, AppContext& context) {
  CLI::App& command =
      context.AddCommand(root, {.purpose = Purpose::kRun,
                                .name = "up",
                                .text = "Start everything and keep it running until Ctrl-C"});
  context.AddFeedFlags(command);
  context.AddForFlag(command);
  context.AddSettingFlag(command, "--port", "api.port", "Port of the page [8080]");
  context.SetAction(
      command, [&context](const config::Settings& settings) { return RunUp(context, settings); });
}

}  // namespace bulwark::app
