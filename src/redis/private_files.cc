#include "redis/private_files.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/result.h"

namespace bulwark::redis {
namespace {

constexpr std::size_t kSmallFileBytes = std::size_t{64} << 10U;

tl::unexpected<base::Error> FailAt(const std::string& what, const std::string& path, int error) {
  return base::Fail(
      error == ENOENT ? base::ErrorCode::kNotFound : base::ErrorCode::kUnavailable,
      "cannot " + what + " '" + path + "': " + std::generic_category().message(error));
}

}  // namespace

base::Result<std::string> MakePrivateFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) {
    return base::Fail(base::ErrorCode::kUnavailable,
                      "cannot create folder '" + path + "': " + error.message());
  }
  const auto absolute = std::filesystem::canonical(path, error);
  if (error || chmod(path.c_str(), 0700) != 0) {
    return FailAt("own folder", path, error ? error.value() : errno);
  }
  return absolute.string();
}

base::Result<void> WritePrivateFile(const std::string& path, std::string_view content) {
  const std::string fresh = path + ".new";
  std::error_code ignored;
  std::filesystem::remove(fresh, ignored);
  const int fd = open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    return FailAt("write", fresh, errno);
  }
  int failure = 0;
  while (!content.empty() && failure == 0) {
    const ssize_t count = write(fd, content.data(), content.size());
    failure = count < 0 && errno != EINTR ? errno : 0;
    content.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
  failure = failure == 0 && fsync(fd) != 0 ? errno : failure;
  close(fd);
  if (failure != 0) {
    return FailAt("write", fresh, failure);
  }
  if (rename(fresh.c_str(), path.c_str()) != 0) {
    return FailAt("replace", path, errno);
  }
  return {};
}

base::Result<std::string> ReadSmallFile(const std::string& path) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    return FailAt("read", path, errno == 0 ? EIO : errno);
  }
  std::string text(kSmallFileBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kSmallFileBytes) {
    return FailAt("read", path, EFBIG);
  }
  return text;
}

std::string ReadTail(const std::string& path, std::size_t size_max) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) {
    return {};
  }
  const std::streamoff size = in.tellg();
  in.seekg(std::max<std::streamoff>(0, size - static_cast<std::streamoff>(size_max)));
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace bulwark::redis
