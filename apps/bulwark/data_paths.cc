#include "data_paths.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
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

base::Result<void> DataPaths::Prepare() const {
  for (const fs::path& folder : {root_, RedisDir(), RunDir()}) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (!error && folder != root_) {
      fs::permissions(folder, fs::perms::owner_all, error);
    }
    if (error) {
      return base::Fail(
          base::ErrorCode::kUnavailable,
          fmt::format("cannot make the folder {}: {}", folder.string(), error.message()));
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
