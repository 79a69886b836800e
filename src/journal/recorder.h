// Writes what the engine left in the tap to files: the journal of one run.
//
// Shape:   ROOT/EPOCH/NUMBER.journal; the first file carries what a replay starts from. A file that
//          is large enough is followed by the next. While all files of all runs are larger than the
//          bound, the oldest go.
// Errors:  none to the caller: what cannot be written is lost, logged once, told to the tap, and
//          tried again after a pause. An explanation is lost then, never an order.
// Threads: DoWork() on the recorder's thread, the only one here that blocks on the disk. Finish()
//          when both threads have ended.
// Owner:   the tap must outlive it.
// Source:  docs/explain.md#the-journal

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "journal/segment.h"
#include "journal/tap.h"

namespace bulwark::journal {

struct RecorderOptions {
  std::filesystem::path root;  // Of all runs.
  std::uint64_t epoch = 0;
  std::string layout;
  std::string start;
  std::uint64_t bytes_max = std::uint64_t{512} << 20U;  // Of all runs together.
  base::Nanos retry_after{std::chrono::seconds{1}};
};

class Recorder {
 public:
  static constexpr std::uint64_t kSegmentBytesMax = std::uint64_t{64} << 20U;

  Recorder(RecorderOptions options, Tap& tap);

  // Writes what is there; answers how many events.
  int DoWork();
  // Writes the rest and marks the run as ended in good order.
  void Finish();

  [[nodiscard]] std::uint64_t events_written() const { return events_written_; }

 private:
  int WriteFrames();
  void WriteBlock(const Block& block);
  bool HasSegment();
  base::Result<void> OpenSegment();
  void Fail(const base::Error& error);

  RecorderOptions options_;
  Tap& tap_;
  std::vector<char> buffer_;
  std::size_t held_ = 0;  // Bytes in buffer_.
  std::optional<SegmentWriter> segment_;
  std::uint64_t next_ = 1;  // Number of the next event.
  std::uint64_t events_written_ = 0;
  bool has_start_ = false;  // A file of this run carries the start record.
  base::Nanos retry_at_{0};
};

}  // namespace bulwark::journal
