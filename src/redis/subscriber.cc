#include "redis/subscriber.h"

#include <cstddef>
#include <deque>
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

void AddSubscribe(Pipeline& out, std::string_view command, Args names) {
  if (names.empty()) {
    return;
  }
  std::vector<std::string_view> args{command};
  args.insert(args.end(), names.begin(), names.end());
  out.Add(Args{args});
}

class SocketSubscriber final : public Subscriber {
 public:
  SocketSubscriber(std::unique_ptr<Stream> stream, std::string name, const Options& options);

  base::Result<void> Greet(const Url& url, Args channels, Args patterns);

  base::Result<std::optional<Message>> Next(base::Nanos timeout) override;
  [[nodiscard]] bool is_alive() const override { return is_alive_; }

 private:
  // Waits for a whole reply, in reader_.reply(); false when none came before the deadline.
  base::Result<bool> NextReply(base::Nanos deadline);
  // Reads what comes until the deadline; false when nothing did.
  base::Result<bool> ReadMore(base::Nanos deadline);
  base::Result<void> CheckSilence(base::Nanos now);
  std::optional<Message> TakeMessage(Reply& reply);
  tl::unexpected<base::Error> Die(const base::Error& cause);

  std::unique_ptr<Stream> stream_;
  std::string name_;
  Options options_;
  bool is_alive_ = true;
  ReplyReader reader_;
  std::vector<char> input_;
  base::Nanos last_heard_;
  std::optional<base::Nanos> pinged_at_;
  std::size_t confirmed_ = 0;
  std::deque<Message> early_;  // Came between the confirmations of Connect().
};

SocketSubscriber::SocketSubscriber(std::unique_ptr<Stream> stream, std::string name,
                                   const Options& options)
    : stream_(std::move(stream)),
      name_(std::move(name)),
      options_(options),
      reader_(options.connection.reply_bytes_max),
      input_(kInputBytes),
      last_heard_(base::MonotonicNow()) {}

base::Result<void> SocketSubscriber::Greet(const Url& url, Args channels, Args patterns) {
  const base::Nanos deadline = base::MonotonicNow() + options_.connection.connect_timeout;
  Pipeline greeting;
  if (!url.password.empty()) {
    greeting.Add({"AUTH", url.user.empty() ? "default" : url.user, url.password.Reveal()});
  }
  AddSubscribe(greeting, "SUBSCRIBE", channels);
  AddSubscribe(greeting, "PSUBSCRIBE", patterns);
  if (auto sent = stream_->WriteAll(greeting.bytes(), deadline); !sent) {
    return Die(sent.error());
  }
  while (confirmed_ < channels.size() + patterns.size()) {
    const auto next = NextReply(deadline);
    if (!next) {
      return tl::unexpected(next.error());
    }
    if (!*next) {
      return Die({base::ErrorCode::kUnavailable, "no answer in time"});
    }
    if (reader_.reply().is_error()) {
      return Die(ToError(reader_.reply().text));
    }
    if (auto message = TakeMessage(reader_.reply())) {
      early_.push_back(std::move(*message));
    }
  }
  return {};
}

base::Result<std::optional<Message>> SocketSubscriber::Next(base::Nanos timeout) {
  if (!is_alive_) {
    return base::Fail(base::ErrorCode::kUnavailable,
                      "redis at " + name_ + ": this subscription was lost earlier");
  }
  if (!early_.empty()) {
    std::optional<Message> message = std::move(early_.front());
    early_.pop_front();
    return message;
  }
  const base::Nanos deadline = base::MonotonicNow() + timeout;
  auto next = NextReply(deadline);
  while (next && *next) {
    if (auto message = TakeMessage(reader_.reply())) {
      return message;
    }
    next = NextReply(deadline);
  }
  if (!next) {
    return tl::unexpected(next.error());
  }
  if (auto checked = CheckSilence(base::MonotonicNow()); !checked) {
    return tl::unexpected(checked.error());
  }
  return std::optional<Message>();
}

base::Result<bool> SocketSubscriber::NextReply(base::Nanos deadline) {
  for (;;) {
    const auto next = reader_.Next();
    if (!next) {
      return Die(next.error());
    }
    if (*next) {
      return true;
    }
    const auto more = ReadMore(deadline);
    if (!more || !*more) {
      return more;
    }
  }
}

base::Result<bool> SocketSubscriber::ReadMore(base::Nanos deadline) {
  const auto read = stream_->ReadSome(input_, deadline);
  if (!read) {
    return Die(read.error());
  }
  const std::size_t count = read->value_or(0);
  if (count == 0) {
    return false;
  }
  last_heard_ = base::MonotonicNow();
  pinged_at_.reset();
  if (auto fed = reader_.Feed({input_.data(), count}); !fed) {
    return Die(fed.error());
  }
  return true;
}

base::Result<void> SocketSubscriber::CheckSilence(base::Nanos now) {
  if (pinged_at_) {
    if (now - *pinged_at_ > options_.connection.call_timeout) {
      return Die({base::ErrorCode::kUnavailable, "no answer to a ping in time"});
    }
    return {};
  }
  if (now - last_heard_ < options_.ping_every) {
    return {};
  }
  constexpr std::string_view kPing = "*1\r\n$4\r\nPING\r\n";
  if (auto sent = stream_->WriteAll(kPing, now + options_.connection.call_timeout); !sent) {
    return Die(sent.error());
  }
  pinged_at_ = now;
  return {};
}

std::optional<Message> SocketSubscriber::TakeMessage(Reply& reply) {
  auto& parts = reply.elements;
  if (parts.size() == 3 && parts[0].text == "message") {
    return Message{"", std::move(parts[1].text), std::move(parts[2].text)};
  }
  if (parts.size() == 4 && parts[0].text == "pmessage") {
    return Message{std::move(parts[1].text), std::move(parts[2].text), std::move(parts[3].text)};
  }
  if (parts.size() == 3 && (parts[0].text == "subscribe" || parts[0].text == "psubscribe")) {
    ++confirmed_;
  }
  return std::nullopt;  // A confirmation, the answer to AUTH or a pong.
}

tl::unexpected<base::Error> SocketSubscriber::Die(const base::Error& cause) {
  is_alive_ = false;
  return base::FailWith("redis at " + name_, cause);
}

}  // namespace

base::Result<std::unique_ptr<Subscriber>> Subscriber::Connect(const Url& url, Args channels,
                                                              Args patterns,
                                                              const Options& options) {
  ENSURE(channels.size() + patterns.size() > 0);
  const base::Nanos deadline = base::MonotonicNow() + options.connection.connect_timeout;
  auto stream = OpenStream(url, deadline);
  if (!stream) {
    return base::FailWith("redis at " + url.Masked(), stream.error());
  }
  auto subscriber = std::make_unique<SocketSubscriber>(std::move(*stream), url.Masked(), options);
  if (auto greeted = subscriber->Greet(url, channels, patterns); !greeted) {
    return tl::unexpected(greeted.error());
  }
  return std::unique_ptr<Subscriber>(std::move(subscriber));
}

}  // namespace bulwark::redis
