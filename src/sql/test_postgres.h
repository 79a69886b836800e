// A private PostgreSQL server for tests: on a unix socket in a folder of its own, without a port.
//
// Shape:   started by the first PostgresSchema of a test program, stopped at its end; dies with it.
//          Each PostgresSchema is a schema of its own. The server refuses to run as root, so root
//          gives its rights up first (user postgres, else nobody).
// Errors:  none; what cannot be started stops the test program and says why.
// Threads: the test's.

#pragma once

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/secret.h"
#include "base/time.h"
#include "sql/connection.h"
#include "sql/postgres.h"

namespace bulwark::sql::testing_support {

class PostgresServer {
 public:
  PostgresServer() {
    std::string name = (std::filesystem::temp_directory_path() / "bulwark-pg-XXXXXX").string();
    ENSURE(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
    if (const auto user = User()) {
      ENSURE(::chown(folder_.c_str(), user->user, user->group) == 0);
    }
    const std::string data = folder_ / "data";
    const ::pid_t made = Start({Program("initdb"), "-D", data, "-A", "trust", "-U", "bulwark", "-E",
                                "UTF8", "--locale=C", "--no-sync"});
    int status = 0;
    ENSURE(::waitpid(made, &status, 0) == made && status == 0);
    Run();
  }
  ~PostgresServer() {
    Kill(SIGINT);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;
  PostgresServer(PostgresServer&&) = delete;
  PostgresServer& operator=(PostgresServer&&) = delete;

  // Starts it (again) and waits until it answers.
  void Run() {
    const std::string data = folder_ / "data";
    pid_ = Start({Program("postgres"), "-D", data, "-k", folder_.string(), "-c",
                  "listen_addresses=", "-c", "max_connections=40"});
    const base::Nanos deadline = base::MonotonicNow() + std::chrono::seconds{60};
    while (!OpenPostgres(Url(), {.access = Access::kReadOnly})) {
      ENSURE(base::MonotonicNow() < deadline);
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
  }
  // SIGINT drops all connections and stops, SIGQUIT is a crash.
  void Kill(int signal) {
    if (pid_ > 0) {
      ::kill(pid_, signal);
      int status = 0;
      ::waitpid(pid_, &status, 0);
      pid_ = -1;
    }
  }
  void Signal(int signal) const { ::kill(pid_, signal); }

  [[nodiscard]] std::string Socket() const { return folder_ / ".s.PGSQL.5432"; }
  [[nodiscard]] base::Secret Url(const std::string& schema = "public") const {
    return base::Secret("postgresql:///postgres?user=bulwark&host=" + folder_.string() +
                        "&options=-csearch_path%3D" + schema);
  }

 private:
  struct Account {
    ::uid_t user = 0;
    ::gid_t group = 0;
  };
  static std::optional<Account> AccountOf(const char* name) {
    ::passwd entry{};
    ::passwd* found = nullptr;
    std::array<char, 4096> text{};
    ::getpwnam_r(name, &entry, text.data(), text.size(), &found);
    return found == nullptr ? std::nullopt
                            : std::optional(Account{.user = entry.pw_uid, .group = entry.pw_gid});
  }
  // Empty when we are nobody special ourselves.
  static std::optional<Account> User() {
    if (::geteuid() != 0) {
      return std::nullopt;
    }
    const auto user = AccountOf("postgres");
    return user ? user : AccountOf("nobody");
  }

  static std::string Program(const std::string& name) {
    std::string newest;
    const std::filesystem::path versions = "/usr/lib/postgresql";
    if (std::filesystem::exists(versions)) {
      for (const auto& entry : std::filesystem::directory_iterator(versions)) {
        const std::string program = entry.path() / "bin" / name;
        if (std::filesystem::exists(program) && program > newest) {
          newest = program;
        }
      }
    }
    return newest.empty() ? name : newest;
  }

  [[nodiscard]] ::pid_t Start(const std::vector<std::string>& command) const {
    std::vector<char*> words;
    words.reserve(command.size() + 1);
    for (const std::string& word : command) {
      words.push_back(const_cast<char*>(word.c_str()));
    }
    words.push_back(nullptr);
    const std::optional<Account> user = User();
    const std::string log = folder_ / "log";
    const ::pid_t parent = ::getpid();
    const ::pid_t child = ::fork();
    ENSURE(child >= 0);
    if (child == 0) {
      const bool is_given_up = !user || (::setgroups(0, nullptr) == 0 &&
                                         ::setgid(user->group) == 0 && ::setuid(user->user) == 0);
      // After setuid(), which forgets it.
      ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
      const bool is_quiet = ::freopen(log.c_str(), "a", stdout) != nullptr &&
                            ::freopen(log.c_str(), "a", stderr) != nullptr;
      if (is_given_up && is_quiet && ::getppid() == parent && ::chdir("/") == 0) {
        ::execvp(words[0], words.data());
      }
      ::_exit(127);
    }
    return child;
  }

  std::filesystem::path folder_;
  ::pid_t pid_ = -1;
};

// The server of this test program.
inline PostgresServer& SharedPostgres() {
  static PostgresServer server;
  return server;
}

class PostgresSchema {
 public:
  explicit PostgresSchema(PostgresServer& server = SharedPostgres()) : server_(server) {
    static int number = 0;
    name_ = "test_" + std::to_string(::getpid()) + "_" + std::to_string(++number);
    const auto connection = OpenPostgres(server_.Url(), {});
    ENSURE(connection.has_value());
    ENSURE((*connection)->Run("CREATE SCHEMA " + name_).has_value());
  }

  [[nodiscard]] base::Secret Url() const { return server_.Url(name_); }
  [[nodiscard]] PostgresServer& server() const { return server_; }

 private:
  PostgresServer& server_;
  std::string name_;
};

}  // namespace bulwark::sql::testing_support
