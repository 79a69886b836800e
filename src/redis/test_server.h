// A real redis-server in a folder of its own, for the tests and benches beside this file.
//
// Errors:  stops the process when the server cannot be started: a test without it proves nothing.
// Threads: one thread, as redis/managed_server.h.

#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/ensure.h"
#include "redis/connection.h"
#include "redis/managed_server.h"

namespace bulwark::redis {

class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "bw_redis_XXXXXX").string();
    ENSURE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  TempFolder(TempFolder&&) = delete;
  TempFolder& operator=(TempFolder&&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class TestServer {
 public:
  explicit TestServer(std::optional<GuestAccess> guests = std::nullopt)
      : server_(Start(folder_.path(), std::move(guests))) {}

  [[nodiscard]] ManagedServer& server() { return server_; }
  [[nodiscard]] const Url& url() const { return server_.url(); }
  [[nodiscard]] const std::string& folder() const { return folder_.path(); }

  [[nodiscard]] std::unique_ptr<Connection> Connect(const ConnectionOptions& options = {}) const {
    auto connection = Connection::Connect(url(), options);
    ENSURE(connection);
    return std::move(*connection);
  }

 private:
  static ManagedServer Start(const std::string& folder, std::optional<GuestAccess> guests) {
    ManagedServerOptions options;
    options.data_folder = folder;
    options.guests = std::move(guests);
    auto server = ManagedServer::Create(options);
    const auto started = server ? server->Start() : tl::unexpected(server.error());
    if (!started) {
      std::fprintf(stderr, "%s\n", started.error().message.c_str());
    }
    ENSURE(started);
    return *std::move(server);
  }

  TempFolder folder_;  // First: it outlives the server.
  ManagedServer server_;
};

}  // namespace bulwark::redis
