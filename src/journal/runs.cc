#include "journal/runs.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <tuple>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "journal/segment.h"

namespace bulwark::journal {
namespace fs = std::filesystem;
namespace {

std::optional<std::uint64_t> EpochOfName(const std::string& name) {
  std::uint64_t epoch = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), epoch);
  return error == std::errc() && end == name.data() + name.size() ? std::optional(epoch)
                                                                  : std::nullopt;
}

}  // namespace

base::Result<std::vector<SegmentFile>> ListSegments(const fs::path& root) {
  std::vector<SegmentFile> files;
  std::error_code error;
  if (!fs::exists(root, error)) {
    return files;
  }
  for (fs::recursive_directory_iterator at(root, error), end; !error && at != end;
       at.increment(error)) {
    const auto epoch = EpochOfName(at->path().parent_path().filename().string());
    const auto sequence = SequenceOfName(at->path().filename().string());
    std::error_code gone;  // Beside a recorder, which may just have deleted it.
    const std::uintmax_t bytes = epoch && sequence ? at->file_size(gone) : 0;
    if (epoch && sequence && !gone) {
      files.push_back({.epoch = *epoch,
                       .first_sequence = *sequence,
                       .path = at->path(),
                       .bytes = static_cast<std::uint64_t>(bytes)});
    }
  }
  if (error) {
    return base::Fail(base::ErrorCode::kUnavailable, root.string() + ": " + error.message());
  }
  std::ranges::sort(files, {}, [](const SegmentFile& file) {
    return std::tuple(file.epoch, file.first_sequence);
  });
  return files;
}

base::Result<void> KeepWithin(const fs::path& root, std::uint64_t bytes_max) {
  const auto files = ListSegments(root);
  if (!files) {
    return tl::unexpected<base::Error>(files.error());
  }
  std::uint64_t total = 0;
  for (const SegmentFile& file : *files) {
    total += file.bytes;
  }
  for (const SegmentFile& file : *files) {
    if (total <= bytes_max) {
      break;
    }
    std::error_code error;
    fs::remove(file.path, error);
    if (error) {
      return base::Fail(base::ErrorCode::kUnavailable, file.path.string() + ": " + error.message());
    }
    base::LogInfo("journal_deleted").With("file", file.path.string()).With("bytes", file.bytes);
    total -= file.bytes;
    fs::remove(file.path.parent_path(), error);  // Only succeeds when it is empty.
  }
  return {};
}

}  // namespace bulwark::journal
