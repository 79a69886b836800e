#include "journal/segment.h"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <boost/crc.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/crash_point.h"
#include "base/ensure.h"
#include "base/result.h"
#include "journal/codec.h"

namespace bulwark::journal {
namespace {

using base::ErrorCode;
using base::Result;

constexpr std::string_view kMagic = "BULWARKJ";
constexpr std::uint32_t kFormat = 1;
constexpr std::string_view kSuffix = ".journal";
constexpr std::size_t kSequenceDigits = 20;
constexpr std::size_t kHeaderBytesMax = std::size_t{64} << 20U;

// Behind the magic: how many bytes of SegmentInfo follow, and their checksum.
struct HeadFrame {
  std::uint32_t format = kFormat;
  std::uint32_t bytes = 0;
  std::uint32_t checksum = 0;
};

struct BlockFrame {
  std::uint32_t bytes = 0;
  std::uint32_t checksum = 0;  // Over the rest of this and the frames.
  std::uint32_t count = 0;
  std::uint64_t first_sequence = 0;
  BlockKind kind = BlockKind::kEvents;
};
constexpr std::size_t kHeadFrameBytes = Codec<HeadFrame>::kBytesMax;
constexpr std::size_t kBlockFrameBytes = Codec<BlockFrame>::kBytesMax;
constexpr std::size_t kCheckedFrom = 2 * sizeof(std::uint32_t);

std::uint32_t ChecksumOf(std::string_view bytes) {
  boost::crc_32_type crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

void PutBlock(std::string& out, const Block& block) {
  std::string checked;
  StringSink sink(checked);
  Put(sink, block.count);
  Put(sink, block.first_sequence);
  Put(sink, block.kind);
  boost::crc_32_type crc;
  crc.process_bytes(checked.data(), checked.size());
  crc.process_bytes(block.frames.data(), block.frames.size());
  StringSink all(out);
  Put(all, static_cast<std::uint32_t>(block.frames.size()));
  Put(all, static_cast<std::uint32_t>(crc.checksum()));
  out += checked;
  out += block.frames;
}

std::string SystemText(int error) {
  return std::error_code(error, std::system_category()).message();
}

}  // namespace

std::string SegmentName(std::uint64_t first_sequence) {
  return fmt::format("{:0{}}{}", first_sequence, kSequenceDigits, kSuffix);
}

std::optional<std::uint64_t> SequenceOfName(std::string_view name) {
  if (name.size() != kSequenceDigits + kSuffix.size() || !name.ends_with(kSuffix)) {
    return std::nullopt;
  }
  std::uint64_t sequence = 0;
  for (const char c : name.substr(0, kSequenceDigits)) {
    if (c < '0' || c > '9') {
      return std::nullopt;
    }
    sequence = sequence * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return sequence;
}

Result<SegmentWriter> SegmentWriter::Create(const std::filesystem::path& file,
                                            const SegmentInfo& info) {
  const int descriptor =
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0640);
  if (descriptor < 0) {
    return base::Fail(ErrorCode::kUnavailable, file.string() + ": " + SystemText(errno));
  }
  SegmentWriter writer(file, descriptor);
  std::string body;
  StringSink body_sink(body);
  Put(body_sink, info);
  std::string head(kMagic);
  StringSink head_sink(head);
  Put(head_sink,
      HeadFrame{.bytes = static_cast<std::uint32_t>(body.size()), .checksum = ChecksumOf(body)});
  base::CrashBefore(kSegmentWrite);
  if (auto written = writer.Write(head + body); !written) {
    ::unlink(file.c_str());  // A later try may use the name again.
    return tl::unexpected<base::Error>(written.error());
  }
  base::CrashAfter(kSegmentWrite);
  return writer;
}

SegmentWriter::SegmentWriter(SegmentWriter&& other) noexcept
    : file_(std::move(other.file_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      bytes_(other.bytes_),
      buffer_(std::move(other.buffer_)) {}

SegmentWriter& SegmentWriter::operator=(SegmentWriter&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(bytes_, other.bytes_);
  std::swap(buffer_, other.buffer_);
  return *this;
}

SegmentWriter::~SegmentWriter() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

Result<void> SegmentWriter::Append(const Block& block) {
  ENSURE(block.frames.size() <= kBlockBytesMax);
  buffer_.clear();
  PutBlock(buffer_, block);
  base::CrashBefore(kBlockWrite);
  auto written = Write(buffer_);
  base::CrashAfter(kBlockWrite);
  return written;
}

Result<void> SegmentWriter::Sync() {
  if (::fdatasync(descriptor_) != 0) {
    return base::Fail(ErrorCode::kUnavailable, file_.string() + ": " + SystemText(errno));
  }
  return {};
}

Result<void> SegmentWriter::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return base::Fail(ErrorCode::kUnavailable, file_.string() + ": " + SystemText(errno));
    }
    bytes_ += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<SegmentReader> SegmentReader::Open(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in) {
    return base::Fail(ErrorCode::kUnavailable, file.string() + ": cannot be read");
  }
  return FromBytes(std::move(bytes), file.string());
}

Result<SegmentReader> SegmentReader::FromBytes(std::string bytes, const std::string& place) {
  const auto corrupt = [&](const std::string& what) {
    return base::Fail(ErrorCode::kCorrupt, place + ": " + what);
  };
  Source source(bytes);
  const auto magic = source.View(kMagic.size());
  HeadFrame head;
  if (magic != kMagic || !Take(source, head)) {
    return corrupt("not a journal");
  }
  if (head.format != kFormat) {
    return corrupt(fmt::format("format {}, this program reads format {}", head.format, kFormat));
  }
  const auto body =
      head.bytes <= kHeaderBytesMax ? source.View(head.bytes) : std::optional<std::string_view>();
  if (!body || ChecksumOf(*body) != head.checksum) {
    return corrupt("its header is damaged");
  }
  SegmentInfo info;
  Source fields(*body);
  if (!Take(fields, info) || fields.left() != 0) {
    return corrupt("its header cannot be read");
  }
  const std::size_t at = kMagic.size() + kHeadFrameBytes + head.bytes;
  return SegmentReader(std::move(bytes), std::move(info), at);
}

std::optional<Block> SegmentReader::Next() {
  Source source(std::string_view(bytes_).substr(at_));
  BlockFrame frame;
  if (!Take(source, frame) || frame.bytes > kBlockBytesMax) {
    return std::nullopt;
  }
  const auto frames = source.View(frame.bytes);
  if (!frames) {
    return std::nullopt;
  }
  const std::string_view checked = std::string_view(bytes_).substr(
      at_ + kCheckedFrom, kBlockFrameBytes - kCheckedFrom + frame.bytes);
  if (ChecksumOf(checked) != frame.checksum) {
    return std::nullopt;
  }
  at_ += kBlockFrameBytes + frame.bytes;
  return Block{.kind = frame.kind,
               .first_sequence = frame.first_sequence,
               .count = frame.count,
               .frames = *frames};
}

}  // namespace bulwark::journal
