// One child process that cannot outlive us.
//
// Shape:   Spawn() succeeds only when the program was really started. The child leads a process
//          group of its own, so that a Ctrl-C in the terminal reaches only us and we stop it in our
//          order. The kernel sends it `death_signal` when we die, however we die.
// Units:   base::Nanos.
// Errors:  kNotFound when there is no such program, kUnavailable when the system refuses.
// Threads: one thread at a time, and always the thread that called Spawn(), which must live as long
//          as the child: the kernel takes the end of that *thread* for our death.
// Owner:   the destructor kills (SIGKILL) and reaps a child that still runs.

#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <signal.h>
#include <sys/types.h>

#include "base/result.h"
#include "base/time.h"

namespace bulwark::process {

struct Command {
  std::string program;  // A path, or a name to find in PATH.
  std::vector<std::string>
      args;  // Without the program itself. Never a secret: everybody sees them.
  std::vector<std::pair<std::string, std::string>> environment;  // Added to ours; ours is replaced.
  std::string work_folder;                                       // Empty: ours.
  std::string output_file;  // Appended to by stdout and stderr, mode 0600; empty: ours.
  int death_signal = SIGKILL;
  bool prefers_short_turns = false;  // Others wait for its answers (base/scheduling.h).
};

// How a process ended: by itself with a code, or by a signal.
struct Exit {
  int code = 0;  // Meaningful when signal is 0.
  int signal = 0;

  [[nodiscard]] bool is_clean() const { return code == 0 && signal == 0; }
  // "exit code 2" or "signal 9 (Killed)".
  [[nodiscard]] std::string ToString() const;

  bool operator==(const Exit&) const = default;
};

class Child {
 public:
  static base::Result<Child> Spawn(const Command& command);

  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  [[nodiscard]] pid_t pid() const { return pid_; }

  // The end, if it has come. Never waits.
  [[nodiscard]] std::optional<Exit> TryWait();
  // The same, waiting up to `timeout`.
  [[nodiscard]] std::optional<Exit> WaitFor(base::Nanos timeout);

  // Does nothing when the child has ended.
  void Signal(int signal);

  // SIGTERM, and SIGKILL after `grace`. Returns when the child is gone.
  Exit Stop(base::Nanos grace);

 private:
  Child(pid_t pid, int pidfd) : pid_(pid), pidfd_(pidfd) {}

  pid_t pid_;
  int pidfd_;  // Ours alone: unlike a process id, it is never reused for a stranger.
  std::optional<Exit> exit_;
};

// Where `program` is, as execvp() would find it.
base::Result<std::string> FindProgram(const std::string& program);

}  // namespace bulwark::process
