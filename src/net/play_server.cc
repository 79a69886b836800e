#include "net/play_server.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/ensure.h"

namespace bulwark::net {
namespace {

constexpr int kPollMilliseconds = 20;

// The value of Content-Length, 0 when there is none.
std::size_t BodySize(const std::string& header) {
  const std::size_t at = header.find("Content-Length: ");
  return at == std::string::npos ? 0
                                 : static_cast<std::size_t>(std::atoll(header.c_str() + at + 16));
}

bool IsWhole(const std::string& request) {
  const std::size_t end = request.find("\r\n\r\n");
  return end != std::string::npos && request.size() >= end + 4 + BodySize(request);
}

}  // namespace

PlayedAnswer Answer(int status, const std::string& body, const std::string& headers) {
  return {.bytes = fmt::format("HTTP/1.1 {} Played\r\nContent-Length: {}\r\n{}\r\n{}", status,
                               body.size(), headers, body)};
}

class PlayServer::Impl {
 public:
  explicit Impl(std::vector<PlayedAnswer> answers) : answers_(std::move(answers)) {
    ENSURE(!answers_.empty());
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    ::socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<::sockaddr*>(&address);
    ENSURE(listener_ >= 0 && ::bind(listener_, any, size) == 0 && ::listen(listener_, 16) == 0);
    ENSURE(::getsockname(listener_, any, &size) == 0);
    port_ = ::ntohs(address.sin_port);
    thread_ = std::thread([this] { Run(); });
  }
  ~Impl() {
    is_ended_ = true;
    thread_.join();
    ::close(listener_);
    for (const int held : held_) {
      ::close(held);
    }
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  Impl(Impl&&) = delete;
  Impl& operator=(Impl&&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::vector<std::string> requests() const {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }

 private:
  // False when the server ends before there is something to read.
  [[nodiscard]] bool WaitFor(int socket) const {
    while (!is_ended_) {
      ::pollfd waiting{.fd = socket, .events = POLLIN, .revents = 0};
      if (::poll(&waiting, 1, kPollMilliseconds) > 0) {
        return true;
      }
    }
    return false;
  }

  [[nodiscard]] std::string ReadRequest(int socket) const {
    std::string request;
    std::array<char, 4096> piece{};
    while (!IsWhole(request) && WaitFor(socket)) {
      const ::ssize_t count = ::recv(socket, piece.data(), piece.size(), 0);
      if (count <= 0) {
        return request;
      }
      request.append(piece.data(), static_cast<std::size_t>(count));
    }
    return request;
  }

  void Serve(int socket, std::size_t number) {
    std::string request = ReadRequest(socket);
    {
      const std::scoped_lock lock(mutex_);
      requests_.push_back(std::move(request));
    }
    const PlayedAnswer& answer = answers_[std::min(number, answers_.size() - 1)];
    std::size_t sent = 0;
    while (sent < answer.bytes.size()) {
      const ::ssize_t count =
          ::send(socket, answer.bytes.data() + sent, answer.bytes.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) {
        break;  // The client has enough.
      }
      sent += static_cast<std::size_t>(count);
    }
    if (answer.is_held) {
      held_.push_back(socket);
    } else {
      ::close(socket);
    }
  }

  void Run() {
    for (std::size_t number = 0; WaitFor(listener_); ++number) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket >= 0) {
        Serve(socket, number);
      }
    }
  }

  std::vector<PlayedAnswer> answers_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> is_ended_ = false;
  std::vector<int> held_;  // The thread's, until it ended.
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;  // Guarded by mutex_.
  std::thread thread_;
};

PlayServer::PlayServer(std::vector<PlayedAnswer> answers)
    : impl_(std::make_unique<Impl>(std::move(answers))) {}
PlayServer::~PlayServer() = default;

std::string PlayServer::url() const {
  return fmt::format("http://127.0.0.1:{}", impl_->port());
}

std::vector<std::string> PlayServer::requests() const {
  return impl_->requests();
}

}  // namespace bulwark::net
