#include "journal/run_reader.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/result.h"
#include "journal/codec.h"
#include "journal/runs.h"
#include "journal/segment.h"
#include "model/event.h"

namespace bulwark::journal {
namespace {

base::Result<SegmentReader> OpenSegment(const SegmentFile& file, std::string_view layout) {
  auto segment = SegmentReader::Open(file.path);
  if (!segment) {
    return segment;
  }
  const SegmentInfo& info = segment->info();
  if (info.layout != layout) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      file.path.string() + ": recorded by another version of the program");
  }
  if (info.epoch != file.epoch || info.first_sequence != file.first_sequence) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      fmt::format("{}: holds run {} from event {}", file.path.string(), info.epoch,
                                  info.first_sequence));
  }
  return segment;
}

}  // namespace

base::Result<RunReader> RunReader::Open(const std::filesystem::path& root, std::uint64_t epoch,
                                        std::string_view layout) {
  auto files = ListSegments(root);
  if (!files) {
    return tl::unexpected<base::Error>(files.error());
  }
  std::erase_if(*files, [&](const SegmentFile& file) { return file.epoch != epoch; });
  if (files->empty()) {
    return base::Fail(base::ErrorCode::kNotFound,
                      fmt::format("{}: no journal of run {}", root.string(), epoch));
  }
  auto segment = OpenSegment(files->front(), layout);
  if (!segment) {
    return tl::unexpected<base::Error>(segment.error());
  }
  SegmentInfo info = segment->info();
  return RunReader(*std::move(files), std::move(info), *std::move(segment), layout);
}

base::Result<std::optional<RecordedEvent>> RunReader::Next() {
  while (at_ == block_.frames.size()) {
    const auto has_block = NextBlock();
    if (!has_block) {
      return tl::unexpected<base::Error>(has_block.error());
    }
    if (!*has_block) {
      return std::optional<RecordedEvent>();
    }
  }
  const auto corrupt = [&] {
    return base::Fail(base::ErrorCode::kCorrupt, fmt::format("{}: event {} cannot be read",
                                                             files_[file_].path.string(), next_));
  };
  Source source(block_.frames.substr(at_));
  std::uint16_t length = 0;
  if (!Take(source, length)) {
    return corrupt();
  }
  const auto bytes = source.View(length);
  const auto event = bytes ? DecodeEvent(*bytes, instruments_) : std::nullopt;
  if (!event) {
    return corrupt();
  }
  at_ += sizeof length + length;
  last_sequence_ = next_;
  return std::optional(RecordedEvent{.sequence = next_++, .event = *event});
}

// Answers false at the end of the last file.
base::Result<bool> RunReader::NextBlock() {
  while (segment_) {
    if (const auto block = segment_->Next()) {
      if (Begin(*block)) {
        return true;
      }
      continue;
    }
    torn_bytes_ = segment_->torn_bytes();
    if (file_ + 1 == files_.size()) {
      block_.frames = {};
      at_ = 0;
      return false;
    }
    ++file_;
    auto segment = OpenSegment(files_[file_], layout_);
    if (!segment) {
      return tl::unexpected<base::Error>(segment.error());
    }
    segment_.emplace(*std::move(segment));
  }
  return false;
}

// Answers false for a block without events: the mark at the end of a run that was closed.
bool RunReader::Begin(const Block& block) {
  block_ = block;
  at_ = 0;
  next_ = block.first_sequence;
  if (block.kind != BlockKind::kEnd) {
    return true;
  }
  ending_ = Ending::kClosed;
  last_sequence_ = block.first_sequence - 1;
  block_.frames = {};
  return false;
}

std::optional<model::Event> DecodeEvent(std::string_view bytes, std::size_t instruments) {
  Source source(bytes, instruments);
  model::Event event;
  if (!Take(source, event) || source.left() != 0) {
    return std::nullopt;
  }
  return event;
}

}  // namespace bulwark::journal
