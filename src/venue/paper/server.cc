#include "venue/paper/server.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "venue/paper/exchange.h"
#include "venue/paper/line_socket.h"
#include "venue/paper/market_model.h"
#include "venue/paper/protocol.h"
#include "venue/paper/store.h"

namespace bulwark::venue::paper {
namespace {

constexpr int kEventsMax = 32;
// How finely the end of a latency is met when no tick comes.
constexpr base::Nanos kPendingWait = std::chrono::milliseconds{1};

bool Watch(int epoll, int operation, int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  return ::epoll_ctl(epoll, operation, fd, &event) == 0;
}

}  // namespace

base::Result<std::unique_ptr<Server>> Server::Create(const ServerOptions& options) {
  if (auto checked = Check(options.market); !checked) {
    return base::FailWith("paper venue", checked.error());
  }
  auto store = Store::Open(options.database, options.opening_cash, options.holdings);
  if (!store) {
    return base::FailWith("paper venue", store.error());
  }
  auto state = (*store)->Load();
  auto fence = (*store)->LoadFence();
  if (!state || !fence) {
    return tl::unexpected(state ? fence.error() : state.error());
  }
  auto listener = LineSocket::Listen(options.socket);
  if (!listener) {
    return base::FailWith("paper venue", listener.error());
  }
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0 || !Watch(epoll, EPOLL_CTL_ADD, *listener, EPOLLIN)) {
    ::close(*listener);
    return base::Fail(base::ErrorCode::kUnavailable, "paper venue: no epoll");
  }
  return std::unique_ptr<Server>(new Server(options, {.store = std::move(*store),
                                                      .state = std::move(*state),
                                                      .fence = *fence,
                                                      .epoll = epoll,
                                                      .listener = *listener}));
}

Server::Server(const ServerOptions& options, Parts parts)
    : socket_path_(options.socket),
      store_(std::move(parts.store)),
      exchange_(options.market, parts.state),
      fence_(parts.fence),
      epoll_(parts.epoll),
      listener_(parts.listener),
      anchor_(exchange_.clock()),
      anchored_at_(base::MonotonicNow()) {}

Server::~Server() {
  ::unlink(socket_path_.c_str());
  ::close(listener_);
  ::close(epoll_);
}

base::Result<int> Server::DoWork(base::Nanos wait_max) {
  const base::Nanos wait = exchange_.has_pending() ? std::min(wait_max, kPendingWait) : wait_max;
  const auto wait_ms = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
  std::array<epoll_event, kEventsMax> events{};
  const int count = ::epoll_wait(epoll_, events.data(), kEventsMax, static_cast<int>(wait_ms));
  int served = 0;
  for (int at = 0; at < count; ++at) {
    const int fd = events.at(static_cast<std::size_t>(at)).data.fd;
    if (fd == listener_) {
      AcceptSessions();
      continue;
    }
    Session& session = *sessions_.at(fd);
    if (auto done = Serve(session); !done) {
      return tl::unexpected(done.error());
    }
    ++served;
  }
  MoveTime();
  if (auto delivered = Deliver(); !delivered) {
    return tl::unexpected(delivered.error());
  }
  if (auto committed = store_->Commit(exchange_); !committed) {
    return tl::unexpected(committed.error());
  }
  FlushSessions();
  return served;
}

void Server::AcceptSessions() {
  const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) {
    return;
  }
  if (sessions_.size() >= kSessionsMax || !Watch(epoll_, EPOLL_CTL_ADD, fd, EPOLLIN)) {
    base::LogWarn("venue_session_refused").With("sessions", sessions_.size());
    ::close(fd);
    return;
  }
  sessions_.emplace(fd, std::make_unique<Session>(fd));
}

base::Result<void> Server::Serve(Session& session) {
  if (session.is_ending) {
    return {};
  }
  const ReadOutcome outcome = session.socket.Read();
  while (!session.is_ending) {
    const auto line = session.socket.NextLine();
    if (!line) {
      break;
    }
    if (auto served = ServeLine(session, *line); !served) {
      return served;
    }
    if (session.socket.unsent() > kUnsentMax) {
      EndWith(session, base::ErrorCode::kUnavailable, "asks for more than it reads");
    }
  }
  if (session.socket.is_overlong()) {
    EndWith(session, base::ErrorCode::kInvalidArgument,
            "a line is longer than " + std::to_string(kLineMax - 1) + " bytes");
  }
  session.is_ending = session.is_ending || outcome == ReadOutcome::kLost;
  return {};
}

void Server::EndWith(Session& session, base::ErrorCode code, const std::string& text) {
  if (!session.is_ending) {
    base::LogWarn("venue_session_ended").With("reason", text);
    Append(ErrorLine{.code = code, .text = text}, session.socket.out());
    session.is_ending = true;
  }
}

// An order that waits for its latency becomes active on time, whether or not ticks come.
void Server::MoveTime() {
  const base::Nanos now = base::MonotonicNow();
  const base::UnixNanos elapsed = anchor_ + (now - anchored_at_);
  if (exchange_.clock() > elapsed || !exchange_.has_pending()) {
    anchor_ = exchange_.clock();
    anchored_at_ = now;
    return;
  }
  exchange_.OnTime(elapsed, outcomes_);
}

void Server::FlushSessions() {
  for (auto entry = sessions_.begin(); entry != sessions_.end();) {
    const auto& [fd, session] = *entry;
    const bool is_there = session->socket.Flush();
    const std::size_t unsent = session->socket.unsent();
    const bool is_slow = unsent > kUnsentMax;
    // The last words of an ending session are best effort: it may never read them.
    if (!is_there || is_slow || session->is_ending) {
      base::LogInfo("venue_session_closed").With("fd", fd).With("unsent", unsent);
      trader_ = trader_ == session.get() ? nullptr : trader_;
      entry = sessions_.erase(entry);
      continue;
    }
    WaitToWrite(fd, *session);
    ++entry;
  }
}

void Server::WaitToWrite(int fd, Session& session) const {
  const bool is_needed = session.socket.unsent() > 0;
  if (is_needed != session.is_waiting_to_write) {
    const std::uint32_t events = is_needed ? EPOLLIN | EPOLLOUT : EPOLLIN;
    session.is_waiting_to_write = Watch(epoll_, EPOLL_CTL_MOD, fd, events) && is_needed;
  }
}

}  // namespace bulwark::venue::paper
