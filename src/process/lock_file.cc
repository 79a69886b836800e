#include "process/lock_file.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/result.h"

namespace bulwark::process {
namespace {

std::string ReadOwner(int fd) {
  std::array<char, 24> text{};
  const ssize_t size = pread(fd, text.data(), text.size(), 0);
  std::string owner(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!owner.empty() && owner.back() == '\n') {
    owner.pop_back();
  }
  return owner.empty() ? "unknown" : owner;
}

std::string Reason(int error) {
  return std::generic_category().message(error);
}

}  // namespace

base::Result<LockFile> LockFile::Acquire(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    return base::Fail(base::ErrorCode::kUnavailable,
                      "cannot open lock file '" + path + "': " + Reason(errno));
  }
  LockFile lock(fd);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    if (error == EWOULDBLOCK) {
      return base::Fail(base::ErrorCode::kConflict,
                        "'" + path + "' is held by process " + ReadOwner(fd));
    }
    return base::Fail(base::ErrorCode::kUnavailable,
                      "cannot lock '" + path + "': " + Reason(error));
  }
  const std::string owner = std::to_string(getpid()) + "\n";
  if (ftruncate(fd, 0) != 0 ||
      pwrite(fd, owner.data(), owner.size(), 0) != static_cast<ssize_t>(owner.size())) {
    return base::Fail(base::ErrorCode::kUnavailable,
                      "cannot write lock file '" + path + "': " + Reason(errno));
  }
  return lock;
}

LockFile::LockFile(LockFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

LockFile::~LockFile() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

}  // namespace bulwark::process
