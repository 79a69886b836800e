// One file of the journal: what a replay starts from, then blocks of events.
//
// Shape:   a header (magic, format, layout, epoch, number of its first event, time, the start
//          record), then blocks, each with its kind, the number of its first event, how many there
//          are, and a checksum over all of it. Only ever appended to. The last block may be torn:
//          it is as if it were not there.
// Units:   events are numbered from 1 within an epoch; times are UTC.
// Errors:  kUnavailable from the file system, with the path; kCorrupt for a header that is damaged
//          or that another version has written. Damage inside the blocks is an answer, see
//          SegmentReader.
// Threads: one. All calls block on the disk.
// Owner:   a writer owns its file.
// Source:  docs/explain.md#the-journal

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/crash_point.h"
#include "base/result.h"
#include "base/time.h"

namespace bulwark::journal {

struct SegmentInfo {
  std::uint64_t epoch = 0;
  std::uint64_t first_sequence = 1;
  base::UnixNanos created_at;
  std::string layout;  // Of events and of `start`, see Codec::Describe().
  std::string start;   // What a replay starts from; empty in all but the first file of a run.
};

inline constexpr base::DurableWrite kSegmentWrite{
    "journal.segment", "a new file of events, with what a replay starts from"};
inline constexpr base::DurableWrite kBlockWrite{"journal.block", "the events of some milliseconds"};

enum class BlockKind : std::uint8_t {
  kEvents,  // Frames: length (2 bytes) and bytes of each event.
  kEnd,     // The run ended in good order; first_sequence is one above its last event.
};

struct Block {
  BlockKind kind = BlockKind::kEvents;
  std::uint64_t first_sequence = 0;
  std::uint32_t count = 0;
  std::string_view frames;
};

constexpr std::size_t kBlockBytesMax = std::size_t{1} << 20U;

// "00000000000000000001.journal"
std::string SegmentName(std::uint64_t first_sequence);
// Empty for any other name.
std::optional<std::uint64_t> SequenceOfName(std::string_view name);

class SegmentWriter {
 public:
  // The file must not exist; its folder must.
  static base::Result<SegmentWriter> Create(const std::filesystem::path& file,
                                            const SegmentInfo& info);
  SegmentWriter(SegmentWriter&& other) noexcept;
  SegmentWriter& operator=(SegmentWriter&& other) noexcept;
  SegmentWriter(const SegmentWriter&) = delete;
  SegmentWriter& operator=(const SegmentWriter&) = delete;
  ~SegmentWriter();

  // After an error nothing may be appended any more. Requires: frames of kBlockBytesMax at most.
  base::Result<void> Append(const Block& block);
  // Makes durable what was appended.
  base::Result<void> Sync();

  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  SegmentWriter(std::filesystem::path file, int descriptor)
      : file_(std::move(file)), descriptor_(descriptor) {}
  base::Result<void> Write(std::string_view bytes);

  std::filesystem::path file_;
  int descriptor_;
  std::uint64_t bytes_ = 0;
  std::string buffer_;
};

class SegmentReader {
 public:
  static base::Result<SegmentReader> Open(const std::filesystem::path& file);
  // For bytes that are not in a file.
  static base::Result<SegmentReader> FromBytes(std::string bytes, const std::string& place);

  [[nodiscard]] const SegmentInfo& info() const { return info_; }
  // The next whole block, valid until the reader ends; empty at the end, or where what follows is
  // torn or damaged.
  std::optional<Block> Next();
  // Bytes after the last whole block.
  [[nodiscard]] std::size_t torn_bytes() const { return bytes_.size() - at_; }

 private:
  SegmentReader(std::string bytes, SegmentInfo info, std::size_t at)
      : bytes_(std::move(bytes)), info_(std::move(info)), at_(at) {}

  std::string bytes_;
  SegmentInfo info_;
  std::size_t at_;  // Of the next block.
};

}  // namespace bulwark::journal
