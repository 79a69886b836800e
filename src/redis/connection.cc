#include "redis/connection.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ensure.h"
#include "base/result.h"
#include "base/time.h"
#include "redis/command.h"
#include "redis/reply.h"
#include "redis/reply_reader.h"
#include "redis/stream.h"
#include "redis/url.h"

namespace bulwark::redis {
namespace {

constexpr std::size_t kInputBytes = std::size_t{64} << 10U;

// The failure of one reply of a pipeline, if it is one.
std::optional<base::Error> FailureOf(const Reply& reply, bool is_exec) {
  if (is_exec && reply.is_nil()) {
    return base::Error{base::ErrorCode::kConflict,
                       "transaction was not done: a watched key changed"};
  }
  return FirstError(reply);
}

class SocketConnection final : public Connection {
 public:
  SocketConnection(std::unique_ptr<Stream> stream, std::string name, const Options& options);

  base::Result<void> Greet(const Url& url, base::Nanos deadline);

  [[nodiscard]] bool is_alive() const override { return is_alive_; }
  [[nodiscard]] const std::string& name() const override { return name_; }
  base::Result<Reply> Call(Args args) override;
  base::Result<Reply> Call(Args args, base::Nanos timeout) override;
  base::Result<void> Execute(const Pipeline& pipeline) override;
  base::Result<std::vector<Reply>> ExecuteForReplies(const Pipeline& pipeline) override;

 private:
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

SocketConnection::SocketConnection(std::unique_ptr<Stream> stream, std::string name,
                                   const Options& options)
    : stream_(std::move(stream)),
      name_(std::move(name)),
      options_(options),
      reader_(options.reply_bytes_max),
      input_(kInputBytes) {}

base::Result<void> SocketConnection::Greet(const Url& url, base::Nanos deadline) {
  Pipeline greeting;
  if (!url.password.empty()) {
    const std::string user = url.user.empty() ? "default" : url.user;
    greeting.Add({"AUTH", user, url.password.Reveal()});
  }
  if (url.db != 0) {
    greeting.Add({"SELECT", std::to_string(url.db)});
  }
  if (!options_.client_name.empty()) {
    greeting.Add({"CLIENT", "SETNAME", options_.client_name});
  }
  greeting.Add({"PING"});
  if (auto sent = Send(greeting.bytes(), deadline); !sent) {
    return sent;
  }
  for (std::size_t i = 0; i < greeting.size(); ++i) {
    if (auto received = Receive(deadline); !received) {
      return received;
    }
    if (reader_.reply().is_error()) {
      return base::FailWith("redis at " + name_, ToError(reader_.reply().text));
    }
  }
  return {};
}

base::Result<Reply> SocketConnection::Call(Args args) {
  return Call(args, options_.call_timeout);
}

base::Result<Reply> SocketConnection::Call(Args args, base::Nanos timeout) {
  const base::Nanos deadline = base::MonotonicNow() + timeout;
  call_bytes_.clear();
  AppendCommand(call_bytes_, args);
  if (auto sent = Send(call_bytes_, deadline); !sent) {
    return tl::unexpected(sent.error());
  }
  if (auto received = Receive(deadline); !received) {
    return tl::unexpected(received.error());
  }
  if (reader_.reply().is_error()) {
    return base::FailWith(std::string(args.front()), ToError(reader_.reply().text));
  }
  return std::move(reader_.reply());
}

base::Result<void> SocketConnection::Execute(const Pipeline& pipeline) {
  ENSURE(!pipeline.is_in_transaction());
  const base::Nanos deadline = base::MonotonicNow() + options_.call_timeout;
  if (auto sent = Send(pipeline.bytes(), deadline); !sent) {
    return sent;
  }
  std::optional<base::Error> failure;
  auto exec = pipeline.execs().begin();
  for (std::size_t i = 0; i < pipeline.size(); ++i) {
    if (auto received = Receive(deadline); !received) {
      return received;
    }
    const bool is_exec = exec != pipeline.execs().end() && *exec == i;
    exec += is_exec ? 1 : 0;
    if (auto failed = failure ? std::nullopt : FailureOf(reader_.reply(), is_exec); failed) {
      failure =
          base::Error{failed->code, "command " + std::to_string(i + 1) + " of " +
                                        std::to_string(pipeline.size()) + ": " + failed->message};
    }
  }
  if (failure) {
    return tl::unexpected(*failure);
  }
  return {};
}

base::Result<std::vector<Reply>> SocketConnection::ExecuteForReplies(const Pipeline& pipeline) {
  ENSURE(!pipeline.is_in_transaction());
  const base::Nanos deadline = base::MonotonicNow() + options_.call_timeout;
  if (auto sent = Send(pipeline.bytes(), deadline); !sent) {
    return tl::unexpected(sent.error());
  }
  std::vector<Reply> replies;
  replies.reserve(pipeline.size());
  for (std::size_t i = 0; i < pipeline.size(); ++i) {
    if (auto received = Receive(deadline); !received) {
      return tl::unexpected(received.error());
    }
    replies.push_back(std::move(reader_.reply()));
  }
  return replies;
}

base::Result<void> SocketConnection::Send(std::string_view bytes, base::Nanos deadline) {
  if (!is_alive_) {
    return base::Fail(base::ErrorCode::kUnavailable,
                      "redis at " + name_ + ": this connection was lost earlier");
  }
  if (auto written = stream_->WriteAll(bytes, deadline); !written) {
    return Die(written.error());
  }
  return {};
}

base::Result<void> SocketConnection::Receive(base::Nanos deadline) {
  for (;;) {
    const auto next = reader_.Next();
    if (!next) {
      return Die(next.error());
    }
    if (*next) {
      return {};
    }
    const auto read = stream_->ReadSome(input_, deadline);
    if (!read) {
      return Die(read.error());
    }
    const std::size_t count = read->value_or(0);
    if (count == 0) {
      return Die({base::ErrorCode::kUnavailable, "no answer in time"});
    }
    if (auto fed = reader_.Feed({input_.data(), count}); !fed) {
      return Die(fed.error());
    }
  }
}

tl::unexpected<base::Error> SocketConnection::Die(const base::Error& cause) {
  is_alive_ = false;
  return base::FailWith("redis at " + name_, cause);
}

}  // namespace

base::Result<std::unique_ptr<Connection>> Connection::Connect(const Url& url,
                                                              const Options& options) {
  const base::Nanos deadline = base::MonotonicNow() + options.connect_timeout;
  auto stream = OpenStream(url, deadline);
  if (!stream) {
    return base::FailWith("redis at " + url.Masked(), stream.error());
  }
  auto connection = std::make_unique<SocketConnection>(std::move(*stream), url.Masked(), options);
  if (auto greeted = connection->Greet(url, deadline); !greeted) {
    return tl::unexpected(greeted.error());
  }
  return std::unique_ptr<Connection>(std::move(connection));
}

}  // namespace bulwark::redis
