// Small files and folders that only their owner may read. Internal to src/redis.
//
// Errors:  kUnavailable, with the path and the system's reason; kNotFound when a file to read is
//          missing.
// Threads: any; blocks on the disk.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bulwark::redis {

// Creates the folder and its parents if needed; mode 0700 afterwards. Answers its absolute path.
base::Result<std::string> MakePrivateFolder(const std::string& path);

// Replaces the file in one step; mode 0600.
base::Result<void> WritePrivateFile(const std::string& path, std::string_view content);

// The whole of a file of at most 64 KiB.
base::Result<std::string> ReadSmallFile(const std::string& path);

// The last `size_max` bytes; empty when it cannot be read.
std::string ReadTail(const std::string& path, std::size_t size_max);

}  // namespace bulwark::redis
