#include "journal/recorder.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "journal/runs.h"
#include "journal/segment.h"
#include "journal/tap.h"

namespace bulwark::journal {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} << 10U;
static_assert(kBufferBytes <= kBlockBytesMax);
constexpr std::uint64_t kSegmentsKept = 8;  // At least as many files share the bound.

template <class Number>
Number NumberAt(std::string_view bytes, std::size_t at) {
  Number number{};
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

}  // namespace

Recorder::Recorder(RecorderOptions options, Tap& tap)
    : options_(std::move(options)), tap_(tap), buffer_(kBufferBytes) {}

int Recorder::DoWork() {
  // Also without events: the file with the start record is there from the beginning.
  if (!has_start_) {
    static_cast<void>(HasSegment());
  }
  held_ += tap_.Read(buffer_.data() + held_, buffer_.size() - held_);
  return WriteFrames();
}

void Recorder::Finish() {
  while (DoWork() > 0) {
  }
  WriteBlock({.kind = BlockKind::kEnd, .first_sequence = tap_.sequence() + 1});
  if (segment_) {
    if (const auto synced = segment_->Sync(); !synced) {
      Fail(synced.error());
    }
  }
  segment_.reset();
}

// Takes the whole frames at the front of the buffer, as blocks without gaps.
int Recorder::WriteFrames() {
  using Length = std::uint16_t;
  const std::string_view bytes(buffer_.data(), held_);
  std::size_t at = 0;
  int taken = 0;
  Block block{.first_sequence = next_};
  std::size_t block_at = 0;
  const auto end_block = [&](std::uint64_t next, std::size_t next_at) {
    block.frames = bytes.substr(block_at, at - block_at);
    if (block.count > 0) {
      WriteBlock(block);
    }
    block = {.first_sequence = next};
    block_at = next_at;
    next_ = next;
  };
  while (held_ - at >= sizeof(Length)) {
    const auto length = NumberAt<Length>(bytes, at);
    const std::size_t frame = sizeof(Length) + (length == 0 ? sizeof(std::uint64_t) : length);
    if (held_ - at < frame) {
      break;
    }
    if (length == 0) {
      end_block(NumberAt<std::uint64_t>(bytes, at + sizeof(Length)), at + frame);
    } else {
      ++block.count;
      ++taken;
    }
    at += frame;
  }
  end_block(block.first_sequence + block.count, at);
  std::memmove(buffer_.data(), buffer_.data() + at, held_ - at);
  held_ -= at;
  return taken;
}

void Recorder::WriteBlock(const Block& block) {
  if (!HasSegment() || !segment_) {
    return;
  }
  if (const auto written = segment_->Append(block); !written) {
    Fail(written.error());
    return;
  }
  events_written_ += block.count;
  const std::uint64_t bytes_max = std::min(kSegmentBytesMax, options_.bytes_max / kSegmentsKept);
  if (segment_->bytes() >= bytes_max && block.kind == BlockKind::kEvents) {
    const auto synced = segment_->Sync();
    segment_.reset();
    if (!synced) {
      Fail(synced.error());
    }
  }
}

bool Recorder::HasSegment() {
  if (segment_) {
    return true;
  }
  if (base::MonotonicNow() < retry_at_) {
    return false;
  }
  if (const auto opened = OpenSegment(); !opened) {
    Fail(opened.error());
    return false;
  }
  if (tap_.is_failing()) {
    tap_.SetFailing(false);
    base::LogInfo("journal_back").With("event", next_);
  }
  return true;
}

base::Result<void> Recorder::OpenSegment() {
  const std::filesystem::path folder = options_.root / std::to_string(options_.epoch);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return base::Fail(base::ErrorCode::kUnavailable, folder.string() + ": " + error.message());
  }
  const std::uint64_t room = options_.bytes_max / kSegmentsKept;
  if (const auto kept = KeepWithin(options_.root, options_.bytes_max - room); !kept) {
    return kept;
  }
  auto made = SegmentWriter::Create(folder / SegmentName(next_),
                                    {.epoch = options_.epoch,
                                     .first_sequence = next_,
                                     .created_at = base::WallNow(),
                                     .layout = options_.layout,
                                     .start = has_start_ ? std::string() : options_.start});
  if (!made) {
    return tl::unexpected<base::Error>(made.error());
  }
  segment_ = *std::move(made);
  has_start_ = true;
  return {};
}

void Recorder::Fail(const base::Error& error) {
  segment_.reset();
  retry_at_ = base::MonotonicNow() + options_.retry_after;
  if (!tap_.is_failing()) {
    tap_.SetFailing(true);
    base::LogError("journal_write_failed").With("error", error);
  }
}

}  // namespace bulwark::journal
