#include "up_plan.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/system/error_code.hpp>
#include <nlohmann/json.hpp>

#include "base/result.h"
#include "config/settings.h"
#include "data_paths.h"
#include "process/child.h"
#include "process/restart_schedule.h"
#include "process/supervisor.h"
#include "redis/managed_server.h"

namespace bulwark::app {
namespace {

namespace fs = std::filesystem;

// A new paper venue asks the ledger what it begins with, and waits for the ledger's server.
constexpr std::chrono::hours kServerWait{24};

bool IsListening(const std::string& socket_path) {
  boost::asio::io_context io;
  boost::asio::local::stream_protocol::socket socket(io);
  boost::system::error_code error;
  socket.connect(boost::asio::local::stream_protocol::endpoint(socket_path), error);
  return !error;
}

process::ChildSpec RoleSpec(const std::string& role, const UpInputs& inputs) {
  process::Command command;
  command.program = inputs.program;
  command.args = {role};
  command.args.insert(command.args.end(), inputs.arguments.begin(), inputs.arguments.end());
  command.environment = inputs.variables;
  process::ChildSpec spec;
  spec.name = role;
  spec.command = [command] { return command; };
  return spec;
}

// `bulwark jobs run`: a role among other commands of its group.
process::ChildSpec JobsSpec(const UpInputs& inputs) {
  process::ChildSpec spec = RoleSpec("jobs", inputs);
  process::Command command = *spec.command();
  command.args.insert(command.args.begin() + 1, "run");
  spec.command = [command] { return command; };
  return spec;
}

process::ChildSpec RedisSpec(redis::ManagedServer& server) {
  process::ChildSpec spec;
  spec.name = "redis";
  spec.command = [&server]() -> base::Result<process::Command> { return server.MakeCommand(); };
  spec.is_ready = [&server] { return server.IsReady(); };
  return spec;
}

}  // namespace

std::vector<process::ChildSpec> PlanChildren(const config::Settings& settings,
                                             const DataPaths& paths, const UpInputs& inputs,
                                             redis::ManagedServer* redis) {
  std::vector<process::ChildSpec> specs;
  if (redis != nullptr) {
    specs.push_back(RedisSpec(*redis));
  }
  process::ChildSpec venue = RoleSpec("venue", inputs);
  venue.is_ready = [socket = paths.VenueSocket().string()] { return IsListening(socket); };
  if (!settings.ledger.url.empty()) {
    venue.ready_timeout = kServerWait;
  }
  specs.push_back(std::move(venue));
  specs.push_back(RoleSpec("trader", inputs));
  process::ChildSpec api = RoleSpec("api", inputs);
  // It writes its address once it listens; what an earlier one left means nothing.
  std::error_code ignored;
  fs::remove(paths.RoleFile("api"), ignored);
  api.is_ready = [paths] { return PageAddress(paths).has_value(); };
  specs.push_back(std::move(api));
  if (settings.jobs.enabled) {
    specs.push_back(JobsSpec(inputs));
  }
  for (process::ChildSpec& spec : specs) {
    spec.stop_grace = settings.up.stop_timeout;
  }
  return specs;
}

process::RestartPolicy RestartPolicyOf(const config::Settings& settings) {
  process::RestartPolicy policy;
  policy.first_delay = settings.up.backoff_min;
  policy.delay_max = settings.up.backoff_max;
  return policy;
}

std::string OwnProgram() {
  const fs::path self = "/proc/self/exe";
  std::error_code error;
  const fs::path path = fs::read_symlink(self, error);
  return !error && fs::equivalent(path, self, error) && !error ? path.string() : self.string();
}

std::optional<std::string> PageAddress(const DataPaths& paths) {
  std::ifstream in(paths.RoleFile("api"));
  const auto json = nlohmann::json::parse(in, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("url") || !json["url"].is_string()) {
    return std::nullopt;
  }
  return json["url"].get<std::string>();
}

}  // namespace bulwark::app
