// A private redis-server of our own: its files, its rules of access, its start and stop.
//
// Shape:   lives in a data folder: `redis/` holds its data, password, configuration and log,
//          `run/redis.sock` is its socket, `run/redis.json` tells other processes where it is. It
//          also listens on a loopback port. One user, `trader`, has all rights and a random
//          password (file `redis/password`, mode 0600). Nobody else may do anything, unless
//          `guests` lets clients without password read some keys and set others.
//          Every write is in the append-only file before it is answered (synced each second);
//          nothing is ever evicted; key changes are notified (K$gxe).
// Errors:  kConflict when another process manages the same folder or holds the configured port;
//          kInvalidArgument for a folder whose socket path is too long; kUnavailable for all the
//          system refuses, and for a server that ends or is silent: then with the last lines of its
//          log.
// Threads: one thread; see process/child.h for which. Start() and Stop() block.
// Owner:   holds the folder's lock and, after Start(), the process. A server that survived an
//          owner's death (it should not: process/child.h) is stopped by the next Create().
// Source:  design section 2, contract section 0.4

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "process/child.h"
#include "process/lock_file.h"
#include "redis/url.h"

namespace bulwark::redis {

// What a client without password may do. Patterns are those of Redis' ACLs.
struct GuestAccess {
  std::vector<std::string> readable_keys;
  std::vector<std::string> writable_keys;
};

struct ManagedServerOptions {
  std::string data_folder;
  std::uint16_t port = 0;  // 0: the one of the last run if it is free, else any free one.
  std::optional<GuestAccess> guests;  // Empty: nobody without password.
  std::string program = "redis-server";
};

class ManagedServer {
 public:
  using Options = ManagedServerOptions;

  // Makes folders, password, configuration and run file, and takes the lock. Starts nothing.
  static base::Result<ManagedServer> Create(const Options& options);

  // How to start it, for a supervisor; looks for another port when the chosen one was taken
  // meanwhile.
  base::Result<process::Command> MakeCommand();

  // True when it answers as the user `trader`, its data loaded; lets the guests in then. Waits 50
  // ms at most for each of its two calls.
  [[nodiscard]] bool IsReady() const;

  // Starts it as a child of our own and waits until IsReady().
  base::Result<void> Start(base::Nanos timeout = std::chrono::seconds{10});
  // Lets it write what it holds; kills it after `grace`.
  void Stop(base::Nanos grace = std::chrono::seconds{10});

  // The socket, with user and password.
  [[nodiscard]] const Url& url() const { return url_; }
  // The loopback port, with user and password.
  [[nodiscard]] Url tcp_url() const;
  // After Start().
  [[nodiscard]] std::optional<pid_t> pid() const;
  // The last lines of its log, for an error message.
  [[nodiscard]] std::string LastLogLines() const;

 private:
  ManagedServer(const Options& options, process::LockFile lock);

  base::Result<void> ChoosePort();
  [[nodiscard]] base::Result<void> WriteFiles() const;
  [[nodiscard]] std::string Configuration() const;

  Options options_;
  std::string folder_;      // <data>/redis, absolute.
  std::string run_folder_;  // <data>/run, absolute.
  process::LockFile lock_;
  Url url_;
  std::uint16_t port_ = 0;
  std::optional<process::Child> child_;
};

// Both ways to the same server, with user and password.
struct ManagedAddress {
  Url socket;
  Url tcp;
};

// Where the managed server of a data folder is, from its run file and its password file; it need
// not run. kNotFound when none was ever made there.
base::Result<ManagedAddress> FindManagedServer(const std::string& data_folder);

}  // namespace bulwark::redis
