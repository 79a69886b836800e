// Reads the journal of one run back: its start, then its events in their order.
//
// Shape:   events come with their numbers; a number that is not the next one tells of a gap. After
//          the last event ending() says whether the run ended in good order.
// Errors:  kNotFound when the run has no journal (any more). kCorrupt for files of another layout
//          and for events that no engine was ever given.
// Threads: one. Reads file after file into memory, each at most Recorder::kSegmentBytesMax and one
//          block.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "journal/runs.h"
#include "journal/segment.h"
#include "model/event.h"

namespace bulwark::journal {

struct RecordedEvent {
  std::uint64_t sequence = 0;
  model::Event event;
};

enum class Ending : std::uint8_t {
  kCut,     // The files just stop: the run goes on, was killed, or could not write.
  kClosed,  // The run ended in good order.
};

class RunReader {
 public:
  // `layout` must be the one that was given to the recorder.
  static base::Result<RunReader> Open(const std::filesystem::path& root, std::uint64_t epoch,
                                      std::string_view layout);

  // Of the first file that is left.
  [[nodiscard]] const SegmentInfo& info() const { return info_; }
  // Events name instruments below this; others are corrupt.
  void SetInstruments(std::size_t count) { instruments_ = count; }

  // Empty at the end.
  base::Result<std::optional<RecordedEvent>> Next();

  [[nodiscard]] Ending ending() const { return ending_; }
  // Number of the last event that the run had, as far as it is known.
  [[nodiscard]] std::uint64_t last_sequence() const { return last_sequence_; }
  [[nodiscard]] std::size_t torn_bytes() const { return torn_bytes_; }

 private:
  RunReader(std::vector<SegmentFile> files, SegmentInfo info, SegmentReader segment,
            std::string_view layout)
      : files_(std::move(files)),
        info_(std::move(info)),
        layout_(layout),
        segment_(std::move(segment)) {}

  base::Result<bool> NextBlock();
  bool Begin(const Block& block);

  std::vector<SegmentFile> files_;
  std::size_t file_ = 0;
  SegmentInfo info_;
  std::string layout_;
  std::optional<SegmentReader> segment_;
  Block block_;
  std::size_t at_ = 0;      // Bytes of the block's frames already read.
  std::uint64_t next_ = 0;  // Number of the event there.
  std::size_t instruments_ = 0;
  Ending ending_ = Ending::kCut;
  std::uint64_t last_sequence_ = 0;
  std::size_t torn_bytes_ = 0;
};

// The event of one frame; for the reader and its fuzzer.
std::optional<model::Event> DecodeEvent(std::string_view bytes, std::size_t instruments);

}  // namespace bulwark::journal
