#include "redis_command.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include "app_context.h"
#include "base/result.h"
#include "config/settings.h"
#include "process/child.h"
#include "redis/url.h"
#include "redis_access.h"

namespace bulwark::app {
namespace {

int FailWithText(const base::Error& error) {
  fmt::print(stderr, "error: {}\n", error.message);
  return kExitFailed;
}

struct UrlSwitches {
  bool is_socket;
  bool is_masked;
};

int PrintUrl(const config::Settings& settings, const UrlSwitches& switches) {
  const auto paths = PathsOf(settings);
  if (!paths) {
    return kExitUsage;
  }
  const auto url =
      switches.is_socket ? RedisUrlOf(settings, *paths) : RedisTcpUrlOf(settings, *paths);
  if (!url) {
    return FailWithText(url.error());
  }
  fmt::print("{}\n", switches.is_masked ? url->Masked() : url->Full().Reveal());
  return kExitDone;
}

// What redis-cli needs on its command line; the password is not part of it.
std::vector<std::string> CliArguments(const redis::Url& url) {
  std::vector<std::string> arguments = {"redis-cli"};
  if (url.scheme == redis::Url::Scheme::kUnix) {
    arguments.insert(arguments.end(), {"-s", url.socket_path});
  } else {
    arguments.insert(arguments.end(), {"-h", url.host, "-p", std::to_string(url.port)});
  }
  if (url.scheme == redis::Url::Scheme::kTls) {
    arguments.emplace_back("--tls");
    if (!url.ca_file.empty()) {
      arguments.insert(arguments.end(), {"--cacert", url.ca_file});
    }
  }
  if (url.db != 0) {
    arguments.insert(arguments.end(), {"-n", std::to_string(url.db)});
  }
  if (!url.user.empty()) {
    arguments.insert(arguments.end(), {"--user", url.user});
  }
  return arguments;
}

int RunCli(const config::Settings& settings, const std::vector<std::string>& words) {
  const auto paths = PathsOf(settings);
  if (!paths) {
    return kExitUsage;
  }
  const auto url = RedisUrlOf(settings, *paths);
  if (!url) {
    return FailWithText(url.error());
  }
  const auto program = process::FindProgram("redis-cli");
  if (!program) {
    return FailWithText(program.error());
  }
  std::vector<std::string> arguments = CliArguments(*url);
  arguments.insert(arguments.end(), words.begin(), words.end());
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) {
    argv.push_back(argument.data());
  }
  argv.push_back(nullptr);
  if (!url->password.empty()) {
    // By the environment: arguments are visible to everybody on the machine.
    setenv("REDISCLI_AUTH", url->password.Reveal().c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  }
  execv(program->c_str(), argv.data());
  return FailWithText({base::ErrorCode::kUnavailable,
                       "cannot run " + *program + ": " + std::generic_category().message(errno)});
}

}  // namespace

void AddRedisUrlCommand(CLI::App& root, AppContext& context) {
  CLI::App& command = context.AddCommand(
      root, {.purpose = Purpose::kInspect,
             .name = "redis-url",
             .text = "Print the address of the Redis in use, password included"});
  const CLI::Option& socket =
      AppContext::AddSwitch(command, "--socket", "The unix socket of the private server");
  const CLI::Option& masked = AppContext::AddSwitch(command, "--masked", "*** for the password");
  context.SetAction(command, [&socket, &masked](const config::Settings& settings) {
    return PrintUrl(settings, {.is_socket = socket.count() > 0, .is_masked = masked.count() > 0});
  });
}

void AddRedisCliCommand(CLI::App& root, AppContext& context) {
  CLI::App& command = context.AddCommand(
      root, {.purpose = Purpose::kInspect,
             .name = "redis-cli",
             .text = "Run redis-cli on the Redis in use: bulwark redis-cli GET SYSTEM:HEARTBEAT"});
  command.prefix_command();  // The first word that is not ours starts what redis-cli gets.
  command.footer("Our own options come first; all words after them go to redis-cli.");
  context.SetAction(command, [&command](const config::Settings& settings) {
    return RunCli(settings, command.remaining());
  });
}

}  // namespace bulwark::app
