#include "venue/paper/line_socket.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/ensure.h"
#include "base/result.h"
#include "venue/paper/protocol.h"

namespace bulwark::venue::paper {
namespace {

constexpr int kWaitingMax = 16;  // Connections that wait to be accepted.

std::string ErrnoText() {
  return std::generic_category().message(errno);
}

base::Result<sockaddr_un> AddressOf(const std::filesystem::path& path) {
  sockaddr_un address{};
  const std::string& text = path.native();
  if (text.empty() || text.size() >= sizeof(address.sun_path)) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "'" + text + "' is no path for a unix socket: at most " +
                          std::to_string(sizeof(address.sun_path) - 1) + " bytes");
  }
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, text.data(), text.size());
  return address;
}

// The API of sockets wants this cast.
const sockaddr* Generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

tl::unexpected<base::Error> FailAndClose(int fd, const std::string& what) {
  auto error = base::Fail(base::ErrorCode::kUnavailable, what + ": " + ErrnoText());
  ::close(fd);
  return error;
}

std::size_t SendBufferOf(int fd) {
  int bytes = 0;
  socklen_t size = sizeof(bytes);
  const bool is_known = ::getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, &size) == 0 && bytes > 0;
  return is_known ? static_cast<std::size_t>(bytes) : 0;
}

}  // namespace

LineSocket::LineSocket(int fd) : fd_(fd), in_(kReadMax, kLineMax), unread_max_(SendBufferOf(fd)) {}

LineSocket::~LineSocket() {
  ::close(fd_);
}

base::Result<int> LineSocket::Dial(const std::filesystem::path& path) {
  const auto address = AddressOf(path);
  if (!address) {
    return tl::unexpected(address.error());
  }
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return base::Fail(base::ErrorCode::kUnavailable, "socket: " + ErrnoText());
  }
  if (::connect(fd, Generic(*address), sizeof(*address)) != 0) {
    return FailAndClose(fd, "connect to " + path.native());
  }
  return fd;
}

base::Result<int> LineSocket::Listen(const std::filesystem::path& path) {
  const auto address = AddressOf(path);
  if (!address) {
    return tl::unexpected(address.error());
  }
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return base::Fail(base::ErrorCode::kUnavailable, "socket: " + ErrnoText());
  }
  ::unlink(path.c_str());
  // Nobody can connect before listen(), so the mode is right in time.
  if (::bind(fd, Generic(*address), sizeof(*address)) != 0 || ::chmod(path.c_str(), 0600) != 0 ||
      ::listen(fd, kWaitingMax) != 0) {
    return FailAndClose(fd, "listen on " + path.native());
  }
  return fd;
}

ReadOutcome LineSocket::Read() {
  const auto space = in_.Space();
  const ssize_t count = ::recv(fd_, space.data(), std::min(space.size(), kReadMax), 0);
  if (count > 0) {
    in_.Received(static_cast<std::size_t>(count));
    return ReadOutcome::kSome;
  }
  const bool is_later = count < 0 && (errno == EAGAIN || errno == EINTR);
  return is_later ? ReadOutcome::kNothing : ReadOutcome::kLost;
}

bool LineSocket::Flush() {
  while (unsent() > 0) {
    const ssize_t count = ::send(fd_, out_.data() + sent_, unsent(), MSG_NOSIGNAL);
    if (count < 0 && errno != EINTR) {
      DropSent();
      return errno == EAGAIN;
    }
    sent_ += count < 0 ? 0 : static_cast<std::size_t>(count);
  }
  out_.clear();
  sent_ = 0;
  return true;
}

WholeOutcome LineSocket::SendWhole(std::string_view line) const {
  ENSURE(unsent() == 0);
  ssize_t count = -1;
  do {
    count = ::send(fd_, line.data(), line.size(), MSG_NOSIGNAL);
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    return errno == EAGAIN ? WholeOutcome::kNoRoom : WholeOutcome::kLost;
  }
  return static_cast<std::size_t>(count) == line.size() ? WholeOutcome::kLeft : WholeOutcome::kTorn;
}

std::size_t LineSocket::unread() const {
  int bytes = 0;
  // Not told: as if nobody had read anything.
  return ::ioctl(fd_, SIOCOUTQ, &bytes) == 0 ? static_cast<std::size_t>(bytes) : unread_max_;
}

// A peer that always lags must not make the sent part grow.
void LineSocket::DropSent() {
  if (sent_ > out_.size() / 2) {
    out_.erase(0, sent_);
    sent_ = 0;
  }
}

}  // namespace bulwark::venue::paper
