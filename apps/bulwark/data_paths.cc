#include "data_paths.h"

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/result.h"

namespace bulwark::app {
namespace fs = std::filesystem;

base::Result<DataPaths> DataPaths::Create(const fs::path& root) {
  constexpr std::size_t kSocketPathMax = sizeof(sockaddr_un::sun_path) - 1;
  std::error_code error;
  const fs::path absolute = fs::absolute(root, error).lexically_normal();
  if (error || root.empty()) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      fmt::format("data folder '{}' is not a usable path", root.string()));
  }
  DataPaths paths(absolute);
  const std::string socket = paths.RedisSocket().string();
  if (socket.size() > kSocketPathMax) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      fmt::format("data folder '{}' is too deep: the socket {} has {} characters, "
                                  "the system allows {}; use a shorter --data",
                                  root.string(), socket, socket.size(), kSocketPathMax));
  }
  return paths;
}

// Secrets lie inside: what we make is for this user only from its first moment on. A root that was
// there keeps what its owner chose.
base::Result<void> DataPaths::Prepare() const {
  std::error_code error;
  fs::create_directories(root_.parent_path(), error);  // What fails here is told by mkdir().
  for (const fs::path& folder : {root_, RedisDir(), RunDir()}) {
    int cause = ::mkdir(folder.c_str(), S_IRWXU) == 0 ? 0 : errno;
    if (cause == EEXIST) {
      cause = fs::is_directory(folder, error) ? 0 : ENOTDIR;
    }
    if (cause == 0 && folder != root_) {
      fs::permissions(folder, fs::perms::owner_all, error);
      cause = error.value();
    }
    if (cause != 0) {
      return base::Fail(base::ErrorCode::kUnavailable,
                        fmt::format("cannot make the folder {}: {}", folder.string(),
                                    std::generic_category().message(cause)));
    }
  }
  return {};
}

fs::path DataPaths::RoleFile(std::string_view role) const {
  return RunDir() / fmt::format("{}.json", role);
}

fs::path DataPaths::LockFile(std::string_view role) const {
  return RunDir() / fmt::format("{}.lock", role);
}

}  // namespace bulwark::app
