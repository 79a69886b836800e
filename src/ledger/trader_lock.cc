#include "ledger/trader_lock.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/result.h"

namespace bulwark::ledger {
namespace {

std::string OwnerIn(int descriptor) {
  std::array<char, 16> text{};
  const ::ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : "unknown";
}

}  // namespace

base::Result<TraderLock> TraderLock::Acquire(const std::filesystem::path& ledger) {
  const std::string name = ledger.string() + ".lock";
  const int descriptor = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) {
    const std::error_code failure(errno, std::generic_category());
    return base::Fail(base::ErrorCode::kUnavailable,
                      name + ": cannot be opened: " + failure.message());
  }
  TraderLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return base::Fail(base::ErrorCode::kConflict,
                      name + ": another trader holds this ledger (process " + OwnerIn(descriptor) +
                          "); stop it first");
  }
  const std::string owner = std::to_string(::getpid());
  const bool is_written =
      ::ftruncate(descriptor, 0) == 0 &&
      ::pwrite(descriptor, owner.data(), owner.size(), 0) == static_cast<::ssize_t>(owner.size());
  if (!is_written) {
    const std::error_code failure(errno, std::generic_category());
    return base::Fail(base::ErrorCode::kUnavailable,
                      name + ": cannot be written: " + failure.message());
  }
  return lock;
}

TraderLock::TraderLock(TraderLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

TraderLock::~TraderLock() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

}  // namespace bulwark::ledger
