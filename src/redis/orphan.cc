#include "redis/orphan.h"

#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>

#include <signal.h>
#include <sys/poll.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/log.h"
#include "base/result.h"

namespace bulwark::redis {
namespace {

using std::chrono::milliseconds;

// A redis-server changes into its data folder, so that its working folder tells whose data it
// holds. A pid file could name a stranger by now.
bool IsServerOf(const std::filesystem::path& process, const std::string& folder) {
  std::error_code error;
  if (std::filesystem::read_symlink(process / "cwd", error) != folder || error) {
    return false;
  }
  std::string name;
  std::ifstream(process / "comm") >> name;
  return name == "redis-server";
}

std::optional<pid_t> FindServer(const std::string& folder) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    pid_t pid = 0;
    const auto [end, parse_error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (parse_error == std::errc{} && end == name.data() + name.size() &&
        IsServerOf(entry.path(), folder)) {
      return pid;
    }
  }
  return std::nullopt;
}

bool SignalAndWait(pid_t pid, int pidfd, int signal, milliseconds limit) {
  kill(pid, signal);
  pollfd entry{.fd = pidfd, .events = POLLIN, .revents = 0};
  return poll(&entry, 1, static_cast<int>(limit.count())) == 1;
}

}  // namespace

base::Result<void> StopOrphan(const std::string& folder) {
  const auto pid = FindServer(folder);
  if (!pid) {
    return {};
  }
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, *pid, 0));
  if (pidfd < 0) {
    return {};  // It ended by itself meanwhile.
  }
  base::LogWarn("redis_orphan_found").With("pid", *pid).With("folder", folder);
  const bool is_gone = SignalAndWait(*pid, pidfd, SIGTERM, milliseconds{10'000}) ||
                       SignalAndWait(*pid, pidfd, SIGKILL, milliseconds{5'000});
  close(pidfd);
  if (!is_gone) {
    return base::Fail(base::ErrorCode::kConflict, "redis-server with process id " +
                                                      std::to_string(*pid) + " uses '" + folder +
                                                      "' and cannot be stopped");
  }
  return {};
}

}  // namespace bulwark::redis
