// Serves the files below one folder, for reading only.
//
// Shape:   Serve() maps a path to a regular file, "/" to index.html. A name with a content hash
//          (below /assets/) is cached for ever, everything else is revalidated by ETag.
// Errors:  what is not a plain file inside the folder is 404, whatever the reason: parent steps,
//          hidden names, symbolic links that lead out, devices, unreadable or oversized files.
// Threads: any; reads the disk on each call.

#pragma once

#include <cstdint>
#include <filesystem>

#include "base/result.h"
#include "net/message.h"

namespace bulwark::net {

class StaticFiles {
 public:
  static constexpr std::uintmax_t kFileBytesMax = std::uintmax_t{16} * 1024 * 1024;

  // Fails with kNotFound when `root` is not a folder with an index.html.
  static base::Result<StaticFiles> Open(const std::filesystem::path& root);

  [[nodiscard]] Response Serve(const Request& request) const;

 private:
  explicit StaticFiles(std::filesystem::path root) : root_(std::move(root)) {}

  std::filesystem::path root_;  // Canonical.
};

}  // namespace bulwark::net
