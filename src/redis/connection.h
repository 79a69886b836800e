// One connection to a Redis server: ask, get the answer, never wait longer than the timeout.
//
// Shape:   usable until the first failure of transport or protocol; then is_alive() is false for
//          good and the owner makes a new one. Nothing is retried here: only the caller knows what
//          may be repeated. Connect() makes the real one; the simulator makes its own.
// Units:   timeouts in base::Nanos; `call_timeout` bounds one Call() or Execute(), whatever its
//          size.
// Errors:  kUnavailable for timeouts, refused and lost connections, kCorrupt for bytes that are no
//          Redis protocol (these kill the connection); an error answer of the server is translated
//          by ToError() (redis/reply.h) and leaves the connection alive. Messages name the server,
//          never the password.
// Threads: one thread at a time. Calls block up to their timeout. A warm Execute() of commands with
//          short answers allocates nothing. Looking up a host name (not an address) is left to the
//          system's resolver and its own limits.
// Owner:   holds the socket.

#pragma once

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "redis/command.h"
#include "redis/reply.h"
#include "redis/url.h"

namespace bulwark::redis {

struct ConnectionOptions {
  base::Nanos connect_timeout = std::chrono::seconds{2};  // Connect, greeting and login together.
  base::Nanos call_timeout = std::chrono::seconds{2};
  std::size_t reply_bytes_max = std::size_t{64} << 20U;  // For one reply.
  std::string client_name;  // Shown by CLIENT LIST; empty sends none. No blanks.
};

class Connection {
 public:
  using Options = ConnectionOptions;

  // Connects, logs in, selects the database and has seen the server answer a PING.
  static base::Result<std::unique_ptr<Connection>> Connect(const Url& url,
                                                           const Options& options = {});

  Connection() = default;
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  Connection(Connection&&) = delete;
  Connection& operator=(Connection&&) = delete;

  [[nodiscard]] virtual bool is_alive() const = 0;
  // The server, for messages: the URL without its password.
  [[nodiscard]] virtual const std::string& name() const = 0;

  // Sends one command; an error answer is an Error.
  virtual base::Result<Reply> Call(Args args) = 0;
  base::Result<Reply> Call(std::initializer_list<std::string_view> args) {
    return Call(Args{args.begin(), args.size()});
  }
  // The same with a timeout of its own (a BLPOP, a long script).
  virtual base::Result<Reply> Call(Args args, base::Nanos timeout) = 0;

  // Sends all commands at once and answers the first error of any of them, if there is one: error
  // answers, errors inside an EXEC, and an EXEC that was not done (kConflict). Commands outside a
  // transaction took effect even when another one failed. An empty pipeline does nothing.
  // Requires: no open transaction.
  virtual base::Result<void> Execute(const Pipeline& pipeline) = 0;

  // The same, with all replies, errors among them as Reply::Kind::kError.
  virtual base::Result<std::vector<Reply>> ExecuteForReplies(const Pipeline& pipeline) = 0;
};

}  // namespace bulwark::redis
