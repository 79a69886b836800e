// The journals in the data folder: which runs there are, and what to delete when they grow.
//
// Shape:   ROOT/EPOCH/NUMBER.journal; other names are left alone and not counted.
// Errors:  kUnavailable from the file system, with the path.
// Threads: any, beside a recorder too. All calls read the folder.

#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/result.h"

namespace bulwark::journal {

struct SegmentFile {
  std::uint64_t epoch = 0;
  std::uint64_t first_sequence = 0;
  std::filesystem::path path;
  std::uint64_t bytes = 0;
};

// All of them, the oldest first. None when the folder is missing.
base::Result<std::vector<SegmentFile>> ListSegments(const std::filesystem::path& root);

// Deletes the oldest files until all others together have at most `bytes_max`.
base::Result<void> KeepWithin(const std::filesystem::path& root, std::uint64_t bytes_max);

}  // namespace bulwark::journal
