#include "process/child.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/result.h"
#include "base/scheduling.h"
#include "base/time.h"

namespace bulwark::process {
namespace {

std::string Reason(int error) {
  return std::generic_category().message(error);
}

// Everything the child needs, made before fork(): between fork() and exec only calls that are safe
// in a signal handler are allowed, and none of them allocates.
struct Launch {
  std::string program;
  std::vector<std::string> args;
  std::vector<std::string> environment;
  std::vector<char*> argv;
  std::vector<char*> envp;
  const char* work_folder;  // May be null.
  int output_fd;            // -1: ours.
  int death_signal;
  bool prefers_short_turns;
  pid_t parent;
  int failure_fd;  // Gets errno when the program cannot be started.
};

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) {
    pointers.push_back(text.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> MergedEnvironment(const Command& command) {
  std::vector<std::string> merged;
  merged.reserve(command.environment.size());
  for (const auto& [name, value] : command.environment) {
    merged.push_back(fmt::format("{}={}", name, value));
  }
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::string_view name = text.substr(0, text.find('='));
    const bool is_replaced =
        std::any_of(command.environment.begin(), command.environment.end(),
                    [name](const auto& replacement) { return replacement.first == name; });
    if (!is_replaced) {
      merged.emplace_back(text);
    }
  }
  return merged;
}

// Runs in the child. The handlers and the mask of the parent are not the program's business.
void ResetSignals() {
  for (int signal = 1; signal < SIGRTMIN; ++signal) {
    ::signal(signal, SIG_DFL);  // Fails for SIGKILL and SIGSTOP, which have no handlers.
  }
  sigset_t none{};
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);  // NOLINT(concurrency-mt-unsafe): one thread here.
}

[[noreturn]] void RunChild(const Launch& launch) {
  const auto fail = [&launch](int error) {
    // The parent sees an empty pipe when even this fails, and reaps exit code 127.
    [[maybe_unused]] const ssize_t written = write(launch.failure_fd, &error, sizeof error);
    _exit(127);
  };
  setpgid(0, 0);
  if (prctl(PR_SET_PDEATHSIG, launch.death_signal) != 0) {
    fail(errno);
  }
  if (getppid() != launch.parent) {
    _exit(127);  // It died before prctl(): nobody would tell us any more.
  }
  ResetSignals();
  if (launch.work_folder != nullptr && chdir(launch.work_folder) != 0) {
    fail(errno);
  }
  if (launch.output_fd >= 0 &&
      (dup2(launch.output_fd, STDOUT_FILENO) < 0 || dup2(launch.output_fd, STDERR_FILENO) < 0)) {
    fail(errno);
  }
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0) {
    fail(errno);
  }
  if (launch.prefers_short_turns) {
    base::PreferShortTurns();
  }
  close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  execve(launch.program.c_str(), launch.argv.data(), launch.envp.data());
  fail(errno);
  _exit(127);
}

// Closes on every way out.
class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() { Close(); }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  Fd(Fd&&) = delete;
  Fd& operator=(Fd&&) = delete;

  void Close() {
    if (fd_ >= 0) {
      close(std::exchange(fd_, -1));
    }
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

// The error that the child reported, or 0 when the pipe closed because the program was started.
int ReadFailure(int fd) {
  int error = 0;
  ssize_t size = 0;
  do {
    size = read(fd, &error, sizeof error);
  } while (size < 0 && errno == EINTR);
  return size == static_cast<ssize_t>(sizeof error) ? error : 0;
}

std::optional<Exit> Reap(pid_t pid, int flags) {
  int status = 0;
  pid_t got = 0;
  do {
    got = waitpid(pid, &status, flags);
  } while (got < 0 && errno == EINTR);
  ENSURE(got >= 0);  // Nobody else may wait for our children.
  if (got == 0) {
    return std::nullopt;
  }
  if (WIFSIGNALED(status)) {
    return Exit{.code = 0, .signal = WTERMSIG(status)};
  }
  return Exit{.code = WEXITSTATUS(status), .signal = 0};
}

}  // namespace

std::string Exit::ToString() const {
  if (signal == 0) {
    return "exit code " + std::to_string(code);
  }
  const char* description = sigdescr_np(signal);
  return "signal " + std::to_string(signal) + " (" +
         (description == nullptr ? "unknown" : description) + ")";
}

base::Result<std::string> FindProgram(const std::string& program) {
  if (program.find('/') != std::string::npos) {
    if (access(program.c_str(), X_OK) == 0) {
      return program;
    }
    return base::Fail(base::ErrorCode::kNotFound, "program '" + program + "': " + Reason(errno));
  }
  const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): nobody calls setenv().
  std::string_view folders = path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path;
  while (!folders.empty()) {
    const std::string_view folder = folders.substr(0, folders.find(':'));
    folders.remove_prefix(std::min(folders.size(), folder.size() + 1));
    std::string candidate = std::string(folder) + "/" + program;
    if (!folder.empty() && access(candidate.c_str(), X_OK) == 0) {
      return candidate;
    }
  }
  return base::Fail(base::ErrorCode::kNotFound, "program '" + program + "' is not in PATH");
}

base::Result<Child> Child::Spawn(const Command& command) {
  auto program = FindProgram(command.program);
  if (!program) {
    return tl::unexpected(program.error());
  }
  const std::string context = "cannot start '" + *program + "': ";
  const Fd output(
      command.output_file.empty()
          ? -1
          : open(command.output_file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (!command.output_file.empty() && output.get() < 0) {
    return base::Fail(base::ErrorCode::kUnavailable,
                      context + "cannot open '" + command.output_file + "': " + Reason(errno));
  }
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return base::Fail(base::ErrorCode::kUnavailable, context + Reason(errno));
  }
  const Fd failure_read(ends[0]);
  Fd failure_write(ends[1]);

  Launch launch{.program = *program,
                .args = {command.program},
                .environment = MergedEnvironment(command),
                .argv = {},
                .envp = {},
                .work_folder = command.work_folder.empty() ? nullptr : command.work_folder.c_str(),
                .output_fd = output.get(),
                .death_signal = command.death_signal,
                .prefers_short_turns = command.prefers_short_turns,
                .parent = getpid(),
                .failure_fd = failure_write.get()};
  launch.args.insert(launch.args.end(), command.args.begin(), command.args.end());
  launch.argv = Pointers(launch.args);
  launch.envp = Pointers(launch.environment);

  const pid_t pid = fork();
  if (pid == 0) {
    RunChild(launch);
  }
  if (pid < 0) {
    return base::Fail(base::ErrorCode::kUnavailable, context + Reason(errno));
  }
  // (glibc 2.36 declares pidfd_open() without extern "C".)
  Child child(pid, static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  failure_write.Close();
  if (const int error = ReadFailure(failure_read.get()); error != 0) {
    return base::Fail(base::ErrorCode::kUnavailable, context + Reason(error));
  }
  if (child.pidfd_ < 0) {
    return base::Fail(base::ErrorCode::kUnavailable,
                      context + "the kernel has no pidfd_open (Linux 5.3 or later is needed)");
  }
  return child;
}

Child::Child(Child&& other) noexcept
    : pid_(other.pid_), pidfd_(std::exchange(other.pidfd_, -1)), exit_(other.exit_) {
  other.pid_ = -1;
}

Child& Child::operator=(Child&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(pidfd_, other.pidfd_);
  std::swap(exit_, other.exit_);
  return *this;
}

Child::~Child() {
  if (pid_ > 0 && !exit_) {
    kill(pid_, SIGKILL);  // Not reaped yet, so that the number is still its own.
    exit_ = Reap(pid_, 0);
  }
  if (pidfd_ >= 0) {
    close(pidfd_);
  }
}

std::optional<Exit> Child::TryWait() {
  if (!exit_) {
    exit_ = Reap(pid_, WNOHANG);
  }
  return exit_;
}

std::optional<Exit> Child::WaitFor(base::Nanos timeout) {
  const base::Nanos deadline = base::MonotonicNow() + timeout;
  while (!TryWait()) {
    const base::Nanos left = deadline - base::MonotonicNow();
    if (left <= base::Nanos::zero()) {
      return std::nullopt;
    }
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    pollfd entry{.fd = pidfd_, .events = POLLIN, .revents = 0};
    poll(&entry, 1, static_cast<int>(std::min<long>(ms, 60'000)));
  }
  return exit_;
}

void Child::Signal(int signal) {
  if (!TryWait()) {
    kill(pid_, signal);
  }
}

Exit Child::Stop(base::Nanos grace) {
  Signal(SIGTERM);
  if (const auto exit = WaitFor(grace)) {
    return *exit;
  }
  Signal(SIGKILL);
  if (!exit_) {
    exit_ = Reap(pid_, 0);
  }
  return exit_.value_or(Exit{.code = 0, .signal = SIGKILL});
}

}  // namespace bulwark::process
