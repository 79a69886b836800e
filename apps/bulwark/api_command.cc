#include "api_command.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "api/service.h"
#include "app_context.h"
#include "base/log.h"
#include "base/result.h"
#include "config/settings.h"
#include "data_paths.h"
#include "jobs_routes.h"
#include "ledger_access.h"
#include "limit_metrics_source.h"
#include "redis_access.h"
#include "stop_signal.h"
#include "trader/assembly.h"

namespace bulwark::app {
namespace {

namespace fs = std::filesystem;

// The page that the build put beside us: <source>/build/<preset>/bulwark -> <source>/web/dist.
fs::path BuiltPage() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  return self.parent_path().parent_path().parent_path() / "web" / "dist";
}

// Tells others where the page is; written whole or not at all. A failure costs only that.
void WriteRoleFile(const fs::path& file, const std::string& url) {
  const fs::path draft = file.string() + ".new";
  std::ofstream(draft) << nlohmann::ordered_json{{"pid", ::getpid()}, {"url", url}}.dump() << '\n';
  std::error_code error;
  fs::rename(draft, file, error);
  if (error) {
    base::LogWarn("role_file_failed").With("file", file.string()).With("reason", error.message());
  }
}

int RunApi(const config::Settings& settings, const AppContext& context, const std::string& web) {
  StopSignal stop(context.run_for());
  const auto paths = PathsOf(settings);
  if (!paths) {
    return kExitUsage;
  }
  if (auto prepared = paths->Prepare(); !prepared) {
    fmt::print(stderr, "error: {}\n", prepared.error().message);
    return kExitFailed;
  }
  const auto redis = RedisUrlOf(settings, *paths);
  if (!redis) {
    fmt::print(stderr, "error: {}\n", redis.error().message);
    return kExitUsage;
  }
  LimitMetricsSource limits(*redis, RedisOptionsOf(settings, "bulwark-api-limits"));
  const auto service = api::Service::Start({.redis = *redis,
                                            .host = settings.api.host,
                                            .port = settings.api.port,
                                            .ledger = LedgerPlaceOf(settings, *paths),
                                            .web = web.empty() ? BuiltPage() : fs::path(web),
                                            .more_metrics = [&limits] { return limits.Text(); },
                                            .routes = JobRoutes(settings, *paths),
                                            .release = {.cooldown = settings.kill.cooldown},
                                            .mode_change = trader::MakeChangeRules(settings)});
  if (!service) {
    fmt::print(stderr, "error: {}\n", service.error().message);
    return kExitFailed;
  }
  const std::string& host = settings.api.host;
  const std::string url =
      fmt::format("http://{}:{}/", host.find(':') == std::string::npos ? host : "[" + host + "]",
                  (*service)->port());
  WriteRoleFile(paths->RoleFile("api"), url);
  base::LogInfo("api_started").With("url", url).With("redis", redis->Masked());
  stop.Wait();
  base::LogInfo("api_stopped").With("signal", stop.signal());
  std::error_code ignored;
  fs::remove(paths->RoleFile("api"), ignored);
  return kExitDone;
}

}  // namespace

void AddApiCommand(CLI::App& root, AppContext& context) {
  CLI::App& command = context.AddCommand(
      root, {Purpose::kRun, "api", "Serve the page, the REST interface and the WebSocket"});
  context.AddSettingFlag(command, "--host", "api.host", "Loopback address to listen on");
  context.AddSettingFlag(command, "--port", "api.port", "Port to listen on; 0 takes a free one");
  context.AddForFlag(command);
  const auto web = std::make_shared<std::string>();
  command.add_option("--web", *web, "Folder of the built page (default: web/dist of this build)");
  context.SetAction(command, [&context, web](const config::Settings& settings) {
    return RunApi(settings, context, *web);
  });
}

}  // namespace bulwark::app
