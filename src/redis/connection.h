// One connection to a Redis server: ask, get the answer, never wait longer than the timeout.
//
// Shape:   usable until the first failure of transport or protocol; then is_alive() is false for
//          good and the owner makes a new one. Nothing is retried here: only the caller knows what
//          may be repeated.
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
#include "redis/reply_reader.h"
#include "redis/stream.h"
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

  [[nodiscard]] bool is_alive() const { return is_alive_; }
  // The server, for messages: the URL without its password.
  [[nodiscard]] const std::string& name() const { return name_; }

  // Sends one command; an error answer is an Error.
  base::Result<Reply> Call(Args args);
  base::Result<Reply> Call(std::initializer_list<std::string_view> args) {
    return Call(Args{args.begin(), args.size()});
  }
  // The same with a timeout of its own (a BLPOP, a long script).
  base::Result<Reply> Call(Args args, base::Nanos timeout);

  // Sends all commands at once and answers the first error of any of them, if there is one: error
  // answers, errors inside an EXEC, and an EXEC that was not done (kConflict). Commands outside a
  // transaction took effect even when another one failed. An empty pipeline does nothing.
  // Requires: no open transaction.
  base::Result<void> Execute(const Pipeline& pipeline);

  // The same, with all replies, errors among them as Reply::Kind::kError.
  base::Result<std::vector<Reply>> ExecuteForReplies(const Pipeline& pipeline);

 private:
  Connection(std::unique_ptr<Stream> stream, std::string name, const Options& options);

  base::Result<void> Greet(const Url& url, base::Nanos deadline);
  base::Result<void> Send(std::string_view bytes, base::Nanos deadline);
  // The next reply, in reader_.reply().
  base::Result<void> Receive(base::Nanos deadline);
  tl::unexpected<base::Error> Die(const base::Error& cause);

  std::unique_ptr<Stream> stream_;
  std::string name_;
  Options options_;
  bool is_alive_ = true;
  ReplyReader reader_;
  std::string call_bytes_;  // Kept between calls for its memory.
  std::vector<char> input_;
};

}  // namespace bulwark::redis
